"""The decoders say what spaCy's say of the same vectors, also of such as lead them where no sentence does."""

from typing import Any

import numpy as np
import pytest
from spacy.attrs import DEP, ENT_IOB, ENT_TYPE, HEAD, MORPH, POS, SENT_START
from spacy.language import Language
from spacy.tokens import Doc

LAYERS = {"parser": [HEAD, DEP, SENT_START], "ner": [ENT_IOB, ENT_TYPE], "morphologizer": [POS, MORPH]}
TEXT = "田中さんは東京に行った。\n 家賃が高くて困る、と言う。「日本語」が上手になりたいです。"


def fantasies(model: Language, scale: float) -> list[Doc]:
    """Documents of 1 to 60 words with vectors that mean nothing."""
    random = np.random.default_rng(1)
    words = [word.text for word in model.make_doc(TEXT)] * 3
    docs = [Doc(model.vocab, words=words[:length], spaces=[False] * length) for length in range(1, 61)]
    for doc in docs:
        doc.tensor = random.normal(scale=scale, size=(len(doc), 256)).astype(np.float32)
        for word in doc[1:]:
            word.set_morph("Reading=ア")
    return docs


@pytest.mark.model
@pytest.mark.parametrize("scale", [0.2, 0.5, 1, 2, 4])
@pytest.mark.parametrize("name", LAYERS)
def test_of_vectors_at_random(fast: Language, name: str, scale: float) -> None:
    component: Any = fast.get_pipe(name)
    ours, theirs = fantasies(fast, scale), fantasies(fast, scale)
    if name == "ner":  # entities keep within sentences
        for doc in (*ours, *theirs):
            starts = [word.i % 7 == 0 for word in doc]
            doc.from_array([SENT_START], np.array(starts, dtype=np.uint64).reshape(-1, 1))
    uncertain = {len(doc) for doc in component._annotate(ours)}
    component.set_annotations(theirs, component.predict(theirs))
    assert len(uncertain) < 12
    for one, other in zip(ours, theirs, strict=True):
        if len(one) not in uncertain:
            assert np.array_equal(one.to_array(LAYERS[name]), other.to_array(LAYERS[name]))
    if name == "ner" and scale >= 1:
        assert any(len(entity) > 2 for doc in theirs for entity in doc.ents)
