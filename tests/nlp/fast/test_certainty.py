"""Near ties go to the stock components, and the limit of what is near has room."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from spacy.language import Language
from spacy.tokens import Doc

from nlp.fast import certainty, dependencies, entities, parts_of_speech
from nlp.fast.certainty import LEAD, best_of
from nlp.fast.comparison import differences
from nlp.fast.documents import Booleans, Floats, Integers

scores = arrays(np.float32, (3, 4), elements=st.floats(-50, 50, width=32) | st.just(-np.inf))


@given(scores)
def test_the_best_is_the_first_of_the_highest_and_certain_by_its_lead(scores: Floats) -> None:
    rows = scores.tolist()
    best, certain = best_of(scores.copy())
    for row, found, is_certain in zip(rows, best.tolist(), certain.tolist(), strict=True):
        assert found == row.index(max(row))
        first, second = sorted(row, reverse=True)[:2]
        if first == -np.inf:
            assert not is_certain
        elif abs(first - second - LEAD) > 1e-5:
            assert is_certain == (first - second >= LEAD)


class _Watched:
    """`best_of`, with the leads of all decisions kept."""

    def __init__(self) -> None:
        self.leads: list[Floats] = []

    def __call__(self, scores: Floats) -> tuple[Integers, Booleans]:
        first, second = np.sort(scores, axis=1)[:, :-3:-1].T
        with np.errstate(invalid="ignore"):
            self.leads.append(first - second)
        best, _ = best_of(scores)
        return best, np.ones(len(best), dtype=bool)


def _watch(monkeypatch: pytest.MonkeyPatch) -> _Watched:
    watched = _Watched()
    for module in (dependencies, entities, parts_of_speech):
        monkeypatch.setattr(module, "best_of", watched)
    return watched


def _decided(model: Language, docs: list[Doc]) -> list[Doc]:
    for name in ("parser", "ner", "morphologizer"):
        docs = list(model.get_pipe(name).pipe(docs, batch_size=len(docs)))
    return docs


@pytest.mark.model
def test_rounding_moves_no_lead_by_a_tenth_of_the_limit(
    fast: Language, real_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same decisions from the stock vectors and from the fast ones; infinite where nothing else is allowed."""
    texts = real_texts[:: len(real_texts) // 120]
    tok2vec: Any = fast.get_pipe("tok2vec")
    leads = []
    for annotate in (
        lambda docs: tok2vec.set_annotations(docs, tok2vec.predict(docs)),
        lambda docs: [*tok2vec.pipe(docs)],
    ):
        docs = [fast.make_doc(text) for text in texts]
        annotate(docs)
        watched = _watch(monkeypatch)
        _decided(fast, docs)
        leads.append(np.concatenate(watched.leads))
    assert len(leads[0]) == len(leads[1]) > 4_000
    is_finite = np.isfinite(leads[0])
    assert (is_finite == np.isfinite(leads[1])).all()
    assert 0 < np.abs(leads[0][is_finite] - leads[1][is_finite]).max() < LEAD / 10


@pytest.mark.model
def test_noise_changes_annotations_but_for_the_lead(
    fast: Language, stock: Language, real_texts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """These texts catch wrong vectors: with noise, labels flip; with a lead as wide as its effect, none does."""
    texts = real_texts[:: len(real_texts) // 40]
    expected = list(stock.pipe(texts))
    noise = 0.05
    random = np.random.default_rng(1)

    def noisy() -> list[Doc]:
        docs = [fast.make_doc(text) for text in texts]
        for doc in fast.get_pipe("tok2vec").pipe(docs):
            doc.tensor = doc.tensor + random.normal(scale=noise, size=doc.tensor.shape).astype(np.float32)
        return docs

    def differing() -> int:
        last = ("compound_splitter", "bunsetu_recognizer")
        docs = _decided(fast, noisy())
        for name in last:
            docs = [fast.get_pipe(name)(doc) for doc in docs]
        return sum(bool(differences(ours, theirs)) for ours, theirs in zip(docs, expected, strict=True))

    monkeypatch.setattr(certainty, "LEAD", np.float32(0))
    assert differing() > 0
    monkeypatch.setattr(certainty, "LEAD", np.float32(60 * noise))
    assert differing() == 0
