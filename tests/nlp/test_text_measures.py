"""The measures of a period's texts, question by question, on small frames; groups, pairs and lines in context."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from nlp.annotation import Annotation, Token
from nlp.attributes import members
from nlp.dependency_pairs import PAIRS_N, pair_counts, pairs_of
from nlp.kwic import concordance, places_of_phrase
from nlp.predicates import Argument, Predicate, predicates
from nlp.terms import content_words, frequent
from nlp.text_measures import Texts, measures_by_question, script_table
from warehouse.tables import TABLES
from warehouse.text_tables import with_any_question

# --- words --------------------------------------------------------------------------------------------------------


def tokens(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """(response, lemma, norm) of nouns at one question."""
    frame = pd.DataFrame(rows, columns=["response_id", "lemma", "norm"])
    return frame.assign(question_id="q", surface=frame["lemma"], pos="NOUN")


def test_spellings_are_one_word_written_as_most_write_it() -> None:
    found = content_words(tokens(("r1", "しごと", "仕事"), ("r2", "仕事", "仕事"), ("r3", "仕事", "仕事")), set())
    assert found.to_numpy().tolist() == [["r1", "q", "仕事"], ["r2", "q", "仕事"], ["r3", "q", "仕事"]]


def test_words_that_are_written_alike_stay_two_words() -> None:
    found = content_words(tokens(("r1", "こうしん", "更新"), ("r2", "こうしん", "行進"), ("r2", "更新", "改新")), set())
    assert found["word"].tolist() == ["更新", "行進", "改新"]


def test_a_stop_word_is_none_in_any_spelling() -> None:
    assert content_words(tokens(("r1", "いえる", "言う"), ("r1", "家", "家")), {"言う"})["word"].tolist() == ["家"]


def test_words_as_frequent_as_the_first_one_left_out_are_left_out_too() -> None:
    rows = [(f"r{n}", word) for word, size in {"い": 3, "ろ": 2, "は": 2, "に": 1}.items() for n in range(size)]
    words = pd.DataFrame(rows, columns=["response_id", "word"])
    assert frequent(words, 1, 2).to_dict() == {"い": 3}
    assert frequent(words, 2).to_dict() == {"い": 3, "は": 2, "ろ": 2}
    assert frequent(words, 1, 3).to_dict() == {"い": 3, "は": 2, "ろ": 2}


# --- groups -------------------------------------------------------------------------------------------------------


def test_people_belong_where_their_own_valid_answer_says() -> None:
    responses = pd.DataFrame(
        [("r1", "a", "form"), ("r2", "b", "form"), ("r3", "b", "form"), ("r4", "b", "log")],
        columns=["response_id", "organisation", "form_id"],
    )
    answers = pd.DataFrame(
        [
            ("r1", "gender", "f", None),
            ("r2", "gender", "?", None),
            ("r3", "gender", None, "no_answer"),
            ("r4", "gender", "m", None),
            ("r1", "q3", "x", None),
        ],
        columns=["response_id", "question_id", "value_code", "missing_kind"],
    )
    found = members(responses, answers, {"form": ["gender"]})
    assert found[found["dimension"] == "gender"].to_numpy().tolist() == [["r1", "gender", "f"]]
    assert found[found["dimension"] == "organisation"]["category"].tolist() == ["a", "b", "b", "b"]
    assert set(members(responses, answers, {})["dimension"]) == {"organisation"}


# --- dependency pairs ---------------------------------------------------------------------------------------------


def test_pairs_are_what_the_predicates_say_without_placeholders() -> None:
    said = [
        Predicate("無い", True, frozenset(), (Argument("仕事", "が", 0, 2), Argument("町", "に", 4, 5)), 5, 7),
        Predicate("無い", True, frozenset(), (Argument("仕事", "が", 9, 11),), 12, 14),
        Predicate("払う", True, frozenset({"potential"}), (Argument("家賃", "", 15, 17),), 17, 22),
    ]
    assert list(pairs_of(said, [(3, 5)])) == [("仕事", "が", "無い"), ("家賃", "", "払う〜できない")]


def test_pairs_of_an_annotation() -> None:
    annotation = Annotation(
        "analysed",
        (
            Token(0, 2, "仕事", "仕事", "仕事", "NOUN", "名詞-普通名詞-一般", "", "nsubj", 2),
            Token(2, 3, "が", "が", "が", "ADP", "助詞-格助詞", "", "case", 0),
            Token(3, 5, "ない", "ない", "無い", "ADJ", "形容詞-非自立可能", "形容詞;終止形-一般", "ROOT", 2),
        ),
    )
    assert list(pairs_of(predicates(annotation), [])) == [("仕事", "が", "無い")]


def test_pairs_are_counted_by_response_and_single_ones_left_out() -> None:
    pairs = pd.DataFrame(
        [
            ("r1", "q", "仕事", "が", "無い"),
            ("r2", "q", "仕事", "が", "無い"),
            ("r2", "q", "家", "が", "無い"),
            ("r1", "q", "私", "が", "働く"),
            ("r2", "q", "私", "が", "働く"),
        ],
        columns=["response_id", "question_id", "argument", "particle", "predicate"],
    )
    owners = pd.DataFrame([("r1", "a"), ("r2", "b"), ("r1", "*"), ("r2", "*")], columns=["response_id", "organisation"])
    assert pair_counts(pairs, owners, {"私"}).to_numpy().tolist() == [["*", "q", "仕事", "が", "無い", 2]]
    assert pair_counts(pairs.iloc[:0], owners, set()).empty


def test_of_very_many_pairs_the_frequent_ones_are_kept() -> None:
    rows = [(f"r{n}", "q", f"語{k}", "が", "有る") for k in range(PAIRS_N + 5) for n in range(3 if k < 7 else 2)]
    pairs = pd.DataFrame(rows, columns=["response_id", "question_id", "argument", "particle", "predicate"])
    owners = pd.DataFrame({"response_id": ["r0", "r1", "r2"], "organisation": "*"})
    assert pair_counts(pairs, owners, set())["argument"].tolist() == [f"語{k}" for k in range(7)]


# --- keyword in context -------------------------------------------------------------------------------------------

TEXTS = pd.DataFrame(
    [
        ("r1", "q", "今は仕事がない。\n仕事を探す"),
        ("r2", "q", "ﾋﾞｻﾞの更新"),
        ("r3", "q", "び ざ のこと、ビザのこと"),
    ],
    columns=["response_id", "question_id", "value_text"],
)
PLACES = pd.DataFrame([("r1", "q", 2, 4), ("r1", "q", 9, 11)], columns=["response_id", "question_id", "start", "end"])


def test_lines_hold_the_words_at_their_place_and_what_stands_beside_them() -> None:
    lines = concordance(PLACES, TEXTS, width=3)
    assert lines[["start", "left", "keyword", "right"]].to_numpy().tolist() == [
        [2, "今は", "仕事", "がない"],
        [9, "い。", "仕事", "を探す"],
    ]
    texts = TEXTS.set_index("response_id")["value_text"]
    assert all(texts[row.response_id][row.start : row.end] == row.keyword for row in lines.itertuples())


def test_lines_can_be_sorted_by_what_stands_before_the_nearest_first() -> None:
    lines = concordance(PLACES, TEXTS, width=3, by="left")
    assert lines["start"].tolist() == [9, 2], "a full stop stands before hiragana"
    assert concordance(PLACES, TEXTS, width=0)[["left", "right"]].to_numpy().tolist() == [["", ""], ["", ""]]


@pytest.mark.parametrize("phrase", ["ビザ", "ﾋﾞｻﾞ", "ビ ザ"])
def test_phrases_are_found_whatever_their_width_and_spaces(phrase: str) -> None:
    assert places_of_phrase(TEXTS, phrase).to_numpy().tolist() == [["r2", "q", 0, 4], ["r3", "q", 8, 10]]


def test_a_word_that_is_nowhere_has_no_lines() -> None:
    assert concordance(places_of_phrase(TEXTS, "家賃"), TEXTS, width=3).empty


# --- question by question -----------------------------------------------------------------------------------------


@pytest.fixture
def texts() -> Texts:
    """80 people in two organisations of two genders who answer two questions, some in kana."""
    ids = [f"r{n:02}" for n in range(80)]
    states = pd.DataFrame(
        [
            (response, "ab"[n % 2], question, "analysed" if n < 70 else "other_language", 10)
            for n, response in enumerate(ids)
            for question in ("q3", "q4")
        ],
        columns=["response_id", "organisation", "question_id", "state", "characters_n"],
    )
    groups = [(response, "organisation", "ab"[n % 2]) for n, response in enumerate(ids)]
    groups += [(response, "gender", "fmo"[n % 3]) for n, response in enumerate(ids)]
    scripts = [(response, "q3", "kana" if n % 4 == 0 else "kanji") for n, response in enumerate(ids)]
    scripts += [(response, "q4", "kanji") for response in ids]
    themes = [(response, "q3", "work") for n, response in enumerate(ids) if n % 4 and n < 40]
    themes += [(response, "q4", "home") for n, response in enumerate(ids) if n % 2]
    words = [
        (response, question, word)
        for n, response in enumerate(ids)
        for question in ("q3", "q4")
        for word in ("仕事給料", "家賃家屋", "日本学校")[(n + (n % 7 == 0)) % 3 :][:1]
        for word in (word[:2], word[2:])
    ]
    key = ["response_id", "question_id"]
    return Texts(
        states=with_any_question(states),
        members=pd.DataFrame(groups, columns=["response_id", "dimension", "category"]),
        scripts=pd.DataFrame(scripts, columns=[*key, "script"]),
        themes=pd.DataFrame(themes, columns=[*key, "theme_id"]),
        words=pd.DataFrame(words, columns=[*key, "word"]),
    )


def rows(frame: pd.DataFrame, **where: Any) -> pd.DataFrame:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame


def test_every_question_and_all_of_them_have_their_measures(texts: Texts) -> None:
    found = measures_by_question(texts)
    for name, table in found.items():
        assert set(table["question_id"]) == {"*", "q3", "q4"}, name
        assert {"run_id", "period", *table.columns} == set(TABLES[name].columns)
        assert not table.duplicated([each for each in TABLES[name].key if each in table.columns]).any()


def test_only_analysed_responses_count(texts: Texts) -> None:
    cells = rows(measures_by_question(texts)["out_theme_attribute"], question_id="*", dimension="organisation")
    assert rows(cells, theme_id="home")["analysed_n"].sum() == 70
    assert rows(cells, theme_id="home")["responses_n"].tolist() == [0, 35]
    assert rows(cells, theme_id="*")["responses_n"].sum() == len({n for n in range(70) if n % 2 or (n % 4 and n < 40)})


def test_ways_of_writing_are_compared_at_single_questions_only(texts: Texts) -> None:
    tests = measures_by_question(texts)["out_theme_association"]
    assert set(rows(tests, dimension="script")["question_id"]) == {"q3"}, "at q4 all write alike"
    cells = rows(measures_by_question(texts)["out_theme_attribute"], dimension="script", theme_id="work")
    assert dict(zip(cells["category"], cells["responses_n"], strict=True)) == {"kana": 0, "kanji": 30}


def test_how_much_is_read_of_each_way_of_writing(texts: Texts) -> None:
    table = script_table(texts).set_index(["question_id", "script"])
    assert table.loc[("q3", "kana"), ["texts_n", "analysed_n", "coded_n"]].tolist() == [20, 18, 0]
    assert table.loc[("q3", "kanji"), ["texts_n", "analysed_n", "coded_n"]].tolist() == [60, 52, 30]
    assert table.loc[("q3", "kanji"), "value"] == pytest.approx(30 / 52)
    none = Texts(texts.states.assign(state="other_language"), texts.members, texts.scripts, texts.themes, texts.words)
    assert script_table(none)["value"].isna().all()
    assert measures_by_question(none)["out_keyword"].empty


def test_the_order_of_the_rows_does_not_matter(texts: Texts) -> None:
    shuffled = Texts(
        *(
            frame.sample(frac=1, random_state=4)
            for frame in (texts.states, texts.members, texts.scripts, texts.themes, texts.words)
        )
    )
    for name, table in measures_by_question(texts).items():
        pd.testing.assert_frame_equal(measures_by_question(shuffled)[name], table, check_exact=True)
