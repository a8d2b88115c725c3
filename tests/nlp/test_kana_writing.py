import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.annotate import annotate
from nlp.characters import fold
from nlp.kana_writing import Reading, hiragana, is_spaced_kana, joined, without_ruby


@pytest.mark.parametrize(
    ("text", "is_spaced"),
    [
        ("しごと が ない", True),
        ("しごとが ありません", True),
        ("びざ　の　こうしん", True),
        ("にほんご きょうしつの せんせいが しんせつです。", True),
        ("仕事がない 家賃が高い 困っている", False),
        ("日本語を 勉強したいです。", False),
        ("しごとがみつからないのでこまっています やちんもたかいのではらえません", False),  # two sentences
        ("しごとがない", False),
        ("Tôi cần việc làm", False),
        ("わたしは Nguyen です", False),
        ("", False),
    ],
)
def test_what_is_kana_with_spaces_between_words(text: str, is_spaced: bool) -> None:
    assert is_spaced_kana(text) == is_spaced


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("しごと が ない", "しごとがない"),
        (
            "しごとが ありません やちんが たかいです こまって います",
            "しごとがありません やちんがたかいです こまっています",
        ),
        ("たかい です から こまります", "たかいですからこまります"),
        ("日本語を 勉強したい", "日本語を 勉強したい"),
    ],
)
def test_spaces_are_left_out_but_where_a_sentence_may_end(text: str, copy: str) -> None:
    assert joined(fold(text)).text == copy


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="しごとがない。、 　アー漢a1\t", max_size=40))
def test_joined_characters_come_from_the_text_in_order(text: str) -> None:
    copy = joined(fold(text))
    assert copy.text.replace(" ", "") == fold(text).text.replace(" ", "").replace("\t", "") or "\t" in copy.text
    for place, character in enumerate(copy.text):
        start, end = copy.source_span(place, place + 1)
        assert character in fold(text[start:end]).text
    assert list(copy.starts) == sorted(set(copy.starts))


def _read(text: str) -> list[Reading]:
    """A dictionary of a few words."""
    words = {"更新": "こうしん", "仕事": "しごと", "日本語": "にほんご", "教室": "きょうしつ", "読め": "よめ"}
    return [Reading(at, at + len(word), kana) for word, kana in words.items() if (at := text.find(word)) >= 0]


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("更新（こうしん）の日", "更新の日"),
        ("更新(こうしん)の日", "更新の日"),
        ("読（よ）めません", "読めません"),
        ("日本語教室（にほんごきょうしつ）", "日本語教室"),
        ("仕事（なし）", "仕事（なし）"),  # no reading of it
        ("仕事（しごとがない）", "仕事（しごとがない）"),
        ("（こうしん）", "（こうしん）"),
        ("更新（こうしん）と仕事（さがし）", "更新と仕事（さがし）"),
    ],
)
def test_readings_are_left_out_and_other_words_in_brackets_are_not(text: str, copy: str) -> None:
    assert without_ruby(fold(text), _read).text == copy


def test_a_word_takes_up_its_reading_so_that_both_are_hidden_together() -> None:
    copy = without_ruby(fold("更新（こうしん）の日"), _read)
    assert copy.source_span(0, 2) == (0, 8)
    assert copy.source_span(2, 3) == (8, 9)


def test_hiragana() -> None:
    assert hiragana("ビザノコーシンヴヵ") == "びざのこーしんゔゕ"


@pytest.mark.model
def test_words_of_spaced_kana_and_of_words_with_readings_stand_in_the_text() -> None:
    texts = [
        "にほんご きょうしつ の せんせい",
        "在留資格（ざいりゅうしかく）の更新（こうしん）",
        "しごと　が　ない",
        "仕事（なし）です",
    ]
    words = {
        text: [(token.surface, token.norm) for token in annotation.tokens]
        for text, annotation in annotate(texts).items()
    }
    assert words[texts[0]] == [("にほんご きょうしつ", "日本語教室"), ("の", "の"), ("せんせい", "先生")]
    assert words[texts[1]] == [
        ("在留資格（ざいりゅうしかく）", "在留資格"),
        ("の", "の"),
        ("更新（こうしん）", "更新"),
    ]
    assert words[texts[2]] == [("しごと", "仕事"), ("が", "が"), ("ない", "無い")]
    assert ("なし", "無し") in words[texts[3]] or ("なし", "なし") in words[texts[3]]
