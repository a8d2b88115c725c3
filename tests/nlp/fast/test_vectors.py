"""Vectors are the model's, up to rounding, whatever stands beside a text and however often its words come."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from nlp.fast import vectors
from nlp.fast.vectors import FastTok2Vec

ROUNDING = 1e-5
words = st.sampled_from(
    ["私", "は", "東京", "が", "家賃", "。", "ない", "高い", "です", "た", "、", "日本語", "に", "😀", "A"]
)


@pytest.fixture(scope="module")
def tok2vec(fast: Language) -> FastTok2Vec:
    component: Any = fast.get_pipe("tok2vec")
    return component


def vectors_of(tok2vec: FastTok2Vec, texts: list[list[str]], batch_size: int) -> list[Doc]:
    docs = [Doc(tok2vec.vocab, words=text, spaces=[False] * len(text)) for text in texts]
    return list(tok2vec.pipe(docs, batch_size=batch_size))


@pytest.mark.model
@settings(max_examples=25)
@given(st.lists(st.lists(words, max_size=20), min_size=1, max_size=4), st.integers(1, 6))
def test_the_models_vectors(tok2vec: FastTok2Vec, texts: list[list[str]], batch_size: int) -> None:
    docs = vectors_of(tok2vec, texts, batch_size)
    for doc, expected in zip(docs, tok2vec.predict(docs), strict=True):
        if len(doc):
            assert doc.tensor.shape == expected.shape
            assert np.abs(doc.tensor - expected).max() < ROUNDING


@pytest.mark.model
def test_blocks_and_a_full_table_change_nothing(tok2vec: FastTok2Vec, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [[f"語{number}", "と", f"語{number + 1}", "。"] * 5 for number in range(12)]
    expected = [doc.tensor for doc in vectors_of(tok2vec, texts, 64)]
    monkeypatch.setattr(vectors, "WORDS", 8)
    monkeypatch.setattr(vectors, "_ROWS", 7)
    for doc, before in zip(vectors_of(tok2vec, texts, 5), expected, strict=True):
        assert np.abs(doc.tensor - before).max() < ROUNDING
    assert len(tok2vec._words._rows) < 40


@pytest.mark.model
def test_all_texts_empty(tok2vec: FastTok2Vec) -> None:
    assert [len(doc) for doc in vectors_of(tok2vec, [[], []], 2)] == [0, 0]
