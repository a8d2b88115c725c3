"""Predicates of real annotations, against what a reader says of each sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from nlp.annotation import Annotation, Token
from nlp.pipeline import annotate_batch
from nlp.predicates import ADNOMINAL, Predicate, predicates

CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("predicates.yml"))
TEXTS = [case["text"] for case in CASES]


@pytest.fixture(scope="module")
def annotations() -> dict[str, Annotation]:
    return dict(zip(TEXTS, annotate_batch(TEXTS), strict=True))


def plain(text: str, predicate: Predicate) -> dict[str, Any]:
    of = [each.noun + ("→" if each.particle == ADNOMINAL else each.particle) for each in predicate.arguments]
    found: dict[str, Any] = {"quote": text[predicate.start : predicate.end], "lemma": predicate.lemma}
    found |= {"negated": True} if predicate.negated else {}
    found |= {"modality": sorted(predicate.modality)} if predicate.modality else {}
    return found | ({"of": of} if of else {})


def test_there_are_sentences_enough() -> None:
    assert len(set(TEXTS)) == len(TEXTS) >= 40


@pytest.mark.model
@pytest.mark.parametrize("case", CASES, ids=TEXTS)
def test_predicates_are_as_a_reader_says(case: dict[str, Any], annotations: dict[str, Annotation]) -> None:
    found = predicates(annotations[case["text"]])
    assert [plain(case["text"], predicate) for predicate in found] == case["predicates"]


@pytest.mark.model
def test_the_words_of_an_argument_stand_where_it_says(annotations: dict[str, Annotation]) -> None:
    places = {
        text[argument.start : argument.end]: argument.noun
        for text, annotation in annotations.items()
        for predicate in predicates(annotation)
        for argument in predicate.arguments
    }
    assert places["待ち時間"] == "待ち時間"
    assert places["子ども"] == "子供"
    assert places["在留資格"] == "在留資格"


@pytest.mark.model
def test_offsets_hold_through_lines_and_white_space() -> None:
    text = "仕事 が ない。\n\n　家賃が、払え\tません。"
    (annotation,) = annotate_batch([text])
    assert [text[each.start : each.end] for each in predicates(annotation)] == ["ない", "払え\tません"]
    assert [each.negated for each in predicates(annotation)] == [True, True]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("仕事がない", ("仕事", "無い")),
        ("仕事がありません", ("仕事", "無い")),
        ("不安がなくなった", ("不安", "なくなる")),
        ("不安が無くなりました", ("不安", "なくなる")),
        ("家賃が払えない", ("家賃", "払う〜できない")),
        ("説明が分かりにくい", ("説明", "分かる〜にくい")),
        ("高い家賃", ("家賃", "高い")),
        ("部屋がきれいじゃなかった", ("部屋", "奇麗〜ない")),
        ("学校に行けるようになった", ("学校", "行く〜できるようになる")),
        ("学校に行けなくなった", ("学校", "行く〜できなくなる")),
        ("料金を安くしてほしい", ("料金", "安い〜したい")),
        ("写真を撮ってはいけない", ("写真", "撮る〜てはいけない")),
    ],
)
def test_pairs_read_as_they_mean(text: str, pair: tuple[str, str]) -> None:
    (annotation,) = annotate_batch([text])
    assert [each for predicate in predicates(annotation) for each in predicate.pairs] == [pair]


_TAGS = [
    "動詞-一般",
    "形容詞-非自立可能",
    "名詞-普通名詞-サ変可能",
    "助動詞",
    "助詞-格助詞",
    "助詞-接続助詞",
    "補助記号-句点",
]
_INFLECTIONS = ["", "助動詞-ナイ;終止形-一般", "助動詞-タ;仮定形-一般", "形容詞;連用形-一般", "下一段-ア行;未然形-一般"]
_NORMS = ["無い", "払う", "ない", "が", "て", "事", "思う", "不安"]


@st.composite
def trees(draw: st.DrawFn) -> Annotation:
    """Annotations of any shape, also such as no parser makes."""
    count = draw(st.integers(0, 12))
    tokens = [
        Token(
            2 * number,
            2 * number + draw(st.integers(1, 2)),
            *[draw(st.sampled_from(_NORMS))] * 3,
            draw(st.sampled_from(["VERB", "NOUN", "AUX", "PUNCT"])),
            draw(st.sampled_from(_TAGS)),
            draw(st.sampled_from(_INFLECTIONS)),
            draw(st.sampled_from(["nsubj", "acl", "compound", "ROOT", "fixed"])),
            draw(st.integers(0, count - 1)),
            number // 6,
        )
        for number in range(count)
    ]
    return Annotation("analysed", tuple(tokens))


@given(trees())
def test_predicates_follow_each_other_and_lie_on_words(annotation: Annotation) -> None:
    starts, ends = ({getattr(token, edge) for token in annotation.tokens} for edge in ("start", "end"))
    last = 0
    for predicate in predicates(annotation):
        assert predicate.start >= last
        assert predicate.start in starts
        assert predicate.end in ends
        assert all(argument.start in starts and argument.end in ends for argument in predicate.arguments)
        last = predicate.end
