"""The fast pipeline says what the stock one says: of the sample's answers, of real ones, of whatever Unicode has.

`make bench` compares all real answers; here are some hundreds.
"""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Span

from flows.sample.texts import LANGUAGES, Writer
from nlp.fast.certainty import StockFallback
from nlp.fast.comparison import differences
from nlp.fast.loading import fallbacks

NASTY = [
    "か\u3099っこう",
    "ｶﾞｯｺｳ",
    "㌔㍿①Ⅳ",
    "１，２３４．５６円",
    "二千二十四年",
    "1,000=2|3",
    "=|,",
    "😀👨\u200d👩\u200d👧🇯🇵",
    "\u200b\ufeff\u00ad",
    "\x00\x1b\x07",
    "\n\r\n\t \u3000\u00a0",
    "\x0b\x0c\x1c\x1f\x85\u2028\u2029",
    "〜〜ーー",
    "ｗｗｗ",
    "…‥。。。",
    "\u202eعربي",
    "क्षेत्र",
    "Tiếng Việt",
    "𠮟る𩸽",
    "が\U000e0100",
    "A" * 40,
]
WORDS = [
    "私",
    "は",
    "東京",
    "の",
    "田中さん",
    "に",
    "家賃",
    "が",
    "払え",
    "ない",
    "。",
    "、",
    "2024年4月",
    "株式会社",
    "「",
    "」",
]
texts = st.lists(st.sampled_from([*NASTY, *WORDS]) | st.text(max_size=5), max_size=20).map("".join)


def compared(fast: Language, stock: Language, texts: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The texts that the two pipelines see differently, and in what."""
    texts = list(texts)
    docs = zip(fast.pipe(texts, batch_size=256), stock.pipe(texts, batch_size=128), strict=True)
    return [(ours.text, differ) for ours, theirs in docs if (differ := differences(ours, theirs))]


@pytest.mark.model
def test_the_samples_answers_and_nasty_texts(fast: Language, stock: Language) -> None:
    writer = Writer(random.Random(7))  # noqa: S311
    texts = {writer.difficulty(language, ("1", "3", "4")) for language in LANGUAGES for _ in range(8)}
    texts |= {writer.change(language, ("2", "5", "8"), level) for language in LANGUAGES for level in (1, 3, 5)}
    assert len(texts) > 50
    assert compared(fast, stock, ["", " ", "\n", *NASTY, *sorted(texts)]) == []


@pytest.mark.model
def test_real_answers(fast: Language, stock: Language, real_texts: list[str]) -> None:
    before = sum(fallbacks(fast).values())
    assert compared(fast, stock, real_texts[:: len(real_texts) // 200]) == []
    assert sum(fallbacks(fast).values()) - before < 5


@pytest.mark.model
@settings(max_examples=40)
@given(st.lists(texts, max_size=3))
def test_whatever_unicode_has(fast: Language, stock: Language, texts: list[str]) -> None:
    assert compared(fast, stock, texts) == []


@pytest.mark.model
def test_neither_order_nor_company_matters(fast: Language, real_texts: list[str]) -> None:
    texts = real_texts[:: len(real_texts) // 60]
    together = {doc.text: doc for doc in fast.pipe(texts, batch_size=512)}
    backwards = {doc.text: doc for doc in fast.pipe(reversed(texts), batch_size=7)}
    assert not any(differences(together[text], backwards[text]) for text in texts)


@pytest.mark.model
def test_one_text_after_another_is_analysed_by_the_stock_code(fast: Language, stock: Language) -> None:
    text = "田中さんは東京に行きたい。"
    before = fallbacks(fast)
    assert differences(fast(text), stock(text)) == []
    assert fallbacks(fast) == before


@pytest.mark.model
def test_documents_with_annotations_of_their_own_go_to_the_stock_components(fast: Language, stock: Language) -> None:
    """The fast decoders know no preset entities or sentences: the stock ones keep to them."""
    text = "田中さんは東京に行きたい。家賃が高い。"
    found = []
    for model in (fast, stock):
        doc = model.make_doc(text)
        doc.set_ents([Span(doc, 3, 5, label="Person")], default="missing")
        doc[3].is_sent_start = True
        found.append(next(iter(model.pipe([doc]))))
    assert differences(*found) == []
    assert found[0].ents[0].label_ == "Person"


@pytest.mark.model
def test_a_difference_in_any_layer_is_seen(stock: Language) -> None:
    """What compares must be able to fail: a change of one word's value, one layer at a time."""
    text = "田中さんは東京に行ったので、家賃が高い。"
    whole = stock(text)
    changes = {
        "lemmas": lambda doc: setattr(doc[0], "lemma_", "x"),
        "norms": lambda doc: setattr(doc[0], "norm_", "x"),
        "parts of speech": lambda doc: setattr(doc[0], "pos_", "X"),
        "tags": lambda doc: setattr(doc[0], "tag_", "x"),
        "features": lambda doc: doc[0].set_morph("Reading=x"),
        "dependencies": lambda doc: setattr(doc[0], "dep_", "x"),
        "entities": lambda doc: doc.set_ents([]),
        "heads": lambda doc: setattr(doc[0], "head", doc[4]),
        "bunsetu_bi_labels": lambda doc: doc.user_data["bunsetu_bi_labels"].reverse(),
        "clauses": lambda doc: doc.user_data["clauses"].clear(),
        "clause_heads": lambda doc: doc.user_data["clause_heads"].reverse(),
    }
    for layer, change in changes.items():
        doc = stock(text)
        assert differences(doc, whole) == []
        change(doc)
        assert layer in differences(doc, whole)


def test_counts_begin_at_nothing() -> None:
    assert StockFallback().fallbacks_n == 0
