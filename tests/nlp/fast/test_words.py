"""The tokenizer that remembers makes the same documents as spaCy's, whatever dictionary it looks in."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.attrs import LEMMA, MORPH, NORM, ORTH, POS, SPACY, TAG
from spacy.lang.ja import JapaneseTokenizer
from spacy.tokens import Doc
from spacy.vocab import Vocab
from sudachipy.config import Config
from sudachipy.sudachipy import Dictionary

from nlp.dictionary import open_dictionary
from nlp.fast import words
from nlp.fast.words import FastJapaneseTokenizer
from nlp.vocabulary import own_vocabulary

PIECES = [
    *[
        "私",
        "は",
        "東京",
        "住居確保給付金",
        "ざいりゅうしかく",
        "びざ",
        "二千二十四",
        "12,345",
        "１２．５",
        "ﾊﾝｶｸ",
        "か\u3099",
    ],
    *["㌔", "☆", "=", "|", ",", "😀", "ｗｗｗ", "ー〜", "…", "ABC", "𠮟"],
    *" \u3000\n\t\r\x1c\x85\u2028\u200b\x00",
    "\r\n",
    "  ",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join)


def tokenizer(kind: str) -> FastJapaneseTokenizer:
    made = FastJapaneseTokenizer(Vocab(), "C")
    if kind == "user dictionary":
        made.tokenizer = open_dictionary(own_vocabulary())
    elif kind == "split mode A":
        made.tokenizer = Dictionary(config=Config(system="core")).create(mode="A")
    return made


@pytest.fixture(scope="module", params=["as shipped", "user dictionary", "split mode A"])
def fast(request: pytest.FixtureRequest) -> FastJapaneseTokenizer:
    return tokenizer(request.param)


def outcome(make: Callable[[str], Doc], text: str) -> list[list[int]] | str:
    """What a tokenizer makes of a text, or the error it refuses it with."""
    try:
        return make(text).to_array([ORTH, SPACY, TAG, POS, LEMMA, NORM, MORPH]).tolist()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@given(TEXTS)
def test_the_same_documents(fast: FastJapaneseTokenizer, text: str) -> None:
    assert outcome(fast, text) == outcome(lambda text: JapaneseTokenizer.__call__(fast, text), text)


def test_what_spacy_refuses_is_refused_alike(fast: FastJapaneseTokenizer) -> None:
    for text in ("仕事\ud800がない", "あ" * 20_000):
        refusal = outcome(fast, text)
        assert isinstance(refusal, str)
        assert refusal == outcome(lambda text: JapaneseTokenizer.__call__(fast, text), text)


def test_another_dictionary_is_looked_in_at_once() -> None:
    made, fresh = tokenizer("as shipped"), tokenizer("user dictionary")
    text = "ざいりゅうしかくのこうしん"
    before = outcome(made, text)
    made.tokenizer = fresh.tokenizer
    assert outcome(made, text) == outcome(fresh, text) != before


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    made = tokenizer("as shipped")
    text = "東京都で日本語を学ぶ人が増えた。"
    first = made(text)
    monkeypatch.setattr(words, "MORPHEMES", 3)
    for _ in range(3):
        assert np.array_equal(made(text).to_array([ORTH, MORPH]), first.to_array([ORTH, MORPH]))
        assert len(made._words) <= 3 + len(first)


def test_sub_tokens_are_made_where_they_are_wanted() -> None:
    made = tokenizer("as shipped")
    made.need_subtokens = True
    text = "選挙管理委員会"
    assert made(text).user_data == JapaneseTokenizer(made.vocab, "C")(text).user_data != {}
