from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.annotate import annotate
from nlp.marks import mark_spans
from nlp.terms import CONTENT_POS


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("とても嬉しいです(^_^)", ["(^_^)"]),
        ("困った(´;ω;｀)です", ["(´;ω;｀)"]),
        ("ありがとうございますm(_ _)m", ["m(_ _)m"]),
        ("(・∀・)ｲｲ!!", ["(・∀・)"]),
        ("∑(ﾟДﾟ)", ["(ﾟДﾟ)"]),
        ("笑ったｗｗｗ", ["ｗｗｗ"]),
        ("やばいｗ", ["ｗ"]),
        ("助かりました(笑)", ["(笑)"]),
        ("😀😀楽しい🇯🇵", ["😀😀", "🇯🇵"]),
        ("👨\u200d👩\u200d👧家族", ["👨\u200d👩\u200d👧"]),
        ("私はOK :)", [":)"]),
        ("悲しいT_T", ["T_T"]),
        ("仕事（なし）", []),
        ("（家賃）", []),
        ("N3(合格)、(1)と(10)", []),
        ("ビザ(3年)、国籍（中国）", []),
        ("Wi-Fi window www.example.com", []),
        ("㈱タロー ㌔ ①番", []),
        ("(株)です", []),
        ("", []),
    ],
)
def test_what_is_a_mark_of_feeling(text: str, marks: list[str]) -> None:
    assert [text[start:end] for start, end in mark_spans(text)] == marks


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="(（)）^_;ω笑wｗ😀あ家a1 \n", max_size=40))
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = mark_spans(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(end < start for (_, end), (start, _) in pairwise(spans))


@pytest.mark.model
def test_marks_are_no_words() -> None:
    texts = ["仕事がない(´;ω;｀)", "笑ったｗｗｗ", "😀😀家がない", "困りました(笑)"]
    for text, annotation in annotate(texts).items():
        content = {token.surface for token in annotation.tokens if token.pos in CONTENT_POS}
        assert content <= {"仕事", "ない", "笑っ", "家", "困り"}, text
