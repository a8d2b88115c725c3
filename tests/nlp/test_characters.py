import re
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nlp.characters import clean, fold, line_spans, sentence_spans

TEXTS = st.text(
    alphabet=st.one_of(
        st.sampled_from("ｱｶﾞﾊﾟｰ〜～ーかゞがば゚ﾞﾟ㌔㈱①Ａｂ９！？。\n 　㋿ﬁ각ᄀ가́ア゙⼈"),
        st.characters(exclude_categories=("Cs",)),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ｱﾊﾟｰﾄﾉﾔﾁﾝ", "アパートノヤチン"),
        ("か\u3099っこう", "がっこう"),
        ("ＡＢＣ２０２４", "ABC2024"),
        ("①番", "1番"),
        ("㌔と㈱", "㌔と㈱"),  # would become longer
        ("すごい！（本当）", "すごい！（本当）"),  # full-width marks are what the model knows
        ("ﾀｽｶﾙ｡", "タスカル。"),
        ("ありがとう〜〜ーー", "ありがとう"),
        ("ありがとう〜！たのしい〜", "ありがとう！たのしい"),
        ("すごーーい", "すごーい"),
        ("9時〜5時、あさ〜よる", "9時〜5時、あさ〜よる"),
        ("コーヒー〜〜", "コーヒー"),
        ("～から", "～から"),
        ("⼈⼿", "人手"),
        ("", ""),
    ],
)
def test_fold_gives_ordinary_characters(text: str, folded: str) -> None:
    assert fold(text).text == folded


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("ﾞ")
@example("ーー〜ｶﾞ")
def test_folded_characters_come_from_pieces_of_the_text_in_order(text: str) -> None:
    folded = fold(text)
    starts, ends = list(folded.starts), list(folded.ends)
    assert len(starts) == len(ends) == len(folded.text)
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    assert all(end <= start for end, start in zip([0, *ends], [*starts, len(text)], strict=True))
    left_out = set("".join(text[end:start] for end, start in zip([0, *ends], [*starts, len(text)], strict=True)))
    assert all(
        each in "ー〜～〰ｰ" or unicodedata.combining(unicodedata.normalize("NFKD", each)[0]) for each in left_out
    )
    for place, character in enumerate(folded.text):
        start, end = folded.source_span(place, place + 1)
        source = text[start:end]
        assert (
            character in unicodedata.normalize("NFKC", source) or character in source or set(source) <= set("ー〜～〰ｰ")
        )


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ｱｲｳｶｷﾊﾞﾟｬｭかきはがａｂＺ０９ー①⼈漢\u3099", max_size=40))
def test_fold_is_nfkc_where_nothing_grows(text: str) -> None:
    shortened = re.sub(r"(?<=[かきは])[ー]{2,}(?!\w)", "", text)
    assert fold(text).text == re.sub("ー{2,}", "ー", unicodedata.normalize("NFKC", shortened))


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_folding_twice_changes_nothing_more_of_kana_letters_and_digits(text: str) -> None:
    once = fold(text).text
    assert len(fold(once).text) <= len(once)


def test_clean_takes_out_what_is_no_character_and_counts_it() -> None:
    cleaned = clean("困\x00っ\u200bた\x1b\ufeff\ud800。\r\n次の行\u2028終わり\tはい")
    assert cleaned.text == "困った\ufffd。\n次の行\n終わり\tはい"
    assert cleaned.removed_n == 5


def test_clean_keeps_joiners_that_spell_words_and_emoji() -> None:
    text = "क्\u200dष 👨\u200d👩\u200d👧"
    assert clean(text).text == text


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_clean_text_is_clean(text: str) -> None:
    cleaned = clean(text).text
    assert clean(cleaned).text == cleaned
    assert clean(cleaned).removed_n == 0


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="あ。！？!?」\n 、.", max_size=40))
def test_sentences_together_are_the_text(text: str) -> None:
    assert "".join(text[start:end] for start, end in sentence_spans(text)) == text


def test_a_sentence_ends_at_its_mark_or_at_a_line_feed() -> None:
    text = "「仕事がない。」と言った！家賃は？\n次の行"
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "「仕事がない。」",
        "と言った！",
        "家賃は？",
        "\n",
        "次の行",
    ]


def test_lines_of_white_space_are_no_lines() -> None:
    text = "一行目\n　\n\n三行目"
    assert [text[start:end] for start, end in line_spans(text)] == ["一行目", "三行目"]


def test_a_base_and_the_mark_it_is_written_with_stay_together() -> None:
    folded = fold("ビｻﾞﾞ")
    assert folded.text == "ビザ\u3099"
    assert [folded.source_span(at, at + 1) for at in range(3)] == [(0, 1), (1, 3), (3, 4)]


def test_thousands_of_marks_on_one_base_are_folded_in_little_time() -> None:
    started = time.process_time()
    folded = fold("か" + "\u3099\u0301" * 20_000)
    assert time.process_time() - started < 3
    assert folded.text[0] == "が"
