"""Multi-selects, as one cell or as one column an option: a label may hold the separator, and nothing is guessed."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.questionnaire import Form
from flows.answers import readings, split_labels
from flows.findings import Finding
from flows.instruments import Instrument
from flows.landing import Landed
from flows.mapping import Mapped, map_table
from flows.spreadsheets import Table
from warehouse.evidence import UNMATCHED

WORDS = {"ja": "例", "en": "example"}
SIGHTS = {"名所、旧跡": "1", "名所": "2", "お祭り": "3", "その他": "4"}
LANDED = Landed("0" * 64, "source", "w1", "org-a", "survey", "own_form", "answers.csv", 1, None, "")


def mapped(mapping: dict[str, Any], headings: list[str], *rows: list[str], kind: str = "multi") -> Mapped:
    question: dict[str, Any] = {"id": "q", "wording": WORDS, "asked_of": WORDS, "since": "2024-01-01", "type": kind}
    if kind == "multi":
        question["choices"] = [{"code": code, "label": WORDS} for code in "1234"]
    form = Form.model_validate(
        {
            "id": "survey",
            "version": 1,
            "label": WORDS,
            "subject": "person",
            "missing": [{"kind": "no_answer", "codes": [99, "無回答"]}],
            "questions": [question],
        }
    )
    instrument = Instrument.model_validate(
        {
            "id": "own_form",
            "form": "survey",
            "valid_from": "2024-01-01",
            "approved_by": "evaluation",
            "approved_at": "2024-01-01",
            "file": {},
            "record_id": ["番号"],
            "answered_at": "日",
            "answers": {"q": {"class": "B", **mapping}},
        }
    )
    cells = [(number, [str(number), "2024-03-05", *row]) for number, row in enumerate(rows, start=2)]
    return map_table(Table(None, ["番号", "日", *headings], cells), LANDED, instrument, form, ZoneInfo("Asia/Tokyo"))


def answers_of(mapping: dict[str, Any], headings: list[str], *rows: list[str], kind: str = "multi") -> list[list[str]]:
    """The codes of each row in order of position; a kind of missing stands as `<kind>`."""
    answers = mapped(mapping, headings, *rows, kind=kind).answers
    assert answers["row_key"].nunique() == len(rows), "every response has a row for every question"
    by_row = answers.sort_values("position", kind="stable").groupby("row_key", sort=False)
    codes = by_row.apply(
        lambda of: [
            f"<{kind}>" if kind else code for code, kind in zip(of["value_code"], of["missing_kind"], strict=True)
        ]
    )
    return list(codes.loc[answers["row_key"].unique()])


def findings_of(mapping: dict[str, Any], *cells: str) -> list[Finding]:
    return mapped({"column": "答え", **mapping}, ["答え"], *([cell] for cell in cells)).findings


def listed(mapping: dict[str, Any], *cells: str) -> list[list[str]]:
    return answers_of({"column": "答え", **mapping}, ["答え"], *([cell] for cell in cells))


def test_a_label_may_hold_the_separator() -> None:
    cells = ["名所、旧跡、お祭り", "名所、お祭り", "お祭り、名所、旧跡", "名所、旧跡", "名所", "名所、名所、旧跡、名所"]
    found = listed({"map": SIGHTS, "separators": ["、"]}, *cells)
    assert found == [["1", "3"], ["2", "3"], ["3", "1"], ["1"], ["2"], ["2", "1"]]


def test_a_label_that_begins_another_word_is_no_match() -> None:
    found = listed({"map": SIGHTS, "separators": ["、"]}, "名所めぐり、お祭り", "お祭り好き")
    assert found == [[UNMATCHED, "3"], [UNMATCHED]]


def test_other_in_free_words_counts_once() -> None:
    found = listed({"map": SIGHTS, "separators": [";"], "unmatched": "4"}, "お祭り;海;山", "その他;海")
    assert found == [["3", "4"], ["4"]]


def test_lists_broken_by_line_ends() -> None:
    found = listed({"map": SIGHTS, "separators": ["\n"]}, "名所、旧跡\nお祭り\n", "\n名所\r\nその他\n")
    assert found == [["1", "3"], ["2", "4"]]


def test_full_width_separators_and_codes() -> None:
    cells = ["１，２", "1、2・3", "1/2", "1 2　3", "1,,2,", "1"]
    found = listed({"separators": [",", "、", "・", "／", " "]}, *cells)
    assert found == [["1", "2"], ["1", "2", "3"], ["1", "2"], ["1", "2", "3"], ["1", "2"], ["1"]]


def test_missing_and_unknown_codes() -> None:
    found = listed({"separators": [","]}, "", "99", "無回答", "1,9", "9,10")
    assert found == [["<blank>"], ["<no_answer>"], ["<no_answer>"], ["1", UNMATCHED], [UNMATCHED]]


@pytest.mark.parametrize("cell", ["、", " 、、", ";\n", "、 　"])
@pytest.mark.parametrize("kind", ["multi", "identifiers"])
def test_separators_alone_are_no_answer(cell: str, kind: str) -> None:
    """Nothing is ticked, and the response still has its row for the question."""
    mapping = {"column": "答え", "separators": ["、", ";", "\n"]}
    assert answers_of(mapping, ["答え"], [cell], kind=kind) == [["<blank>"]]


def test_a_multi_select_without_separators_is_one_label() -> None:
    assert listed({"map": SIGHTS}, "名所、旧跡", "名所、お祭り") == [["1"], [UNMATCHED]]


def test_identifiers_are_open_codes() -> None:
    mapping = {"column": "答え"}
    found = answers_of(mapping, ["答え"], ["Ａ１、b2／c3"], ["a1;a1\n x y "], ["99"], kind="identifiers")
    assert found == [["A1", "b2", "c3"], ["a1", "x y"], ["<no_answer>"]]


LABELS = ["名所、旧跡", "名所", "お祭り・縁日", "お祭り", "食べ物", "旧", "その他(自由、記述)"]


@given(st.lists(st.sampled_from(LABELS), unique=True), st.sampled_from(["、", "・", ";", "\n"]))
def test_registered_labels_joined_come_back(ticked: list[str], separator: str) -> None:
    """Whatever separates them, and although some labels hold a separator or begin another label."""
    assert split_labels(separator.join(ticked), LABELS, [separator]) == ticked


@given(st.text(alphabet="ab、;\n 名所旧跡", max_size=12))
def test_splitting_never_loses_or_invents_a_character(cell: str) -> None:
    parts = split_labels(cell, ["名所、旧跡", "名所", "a", "a b"], ["、", ";", "\n"])
    without_marks = "".join(cell.split()).replace("、", "").replace(";", "")
    assert "".join("".join(parts).split()).replace("、", "").replace(";", "") == without_marks
    assert all(part.strip() for part in parts)


# --- what can be read in more than one way ------------------------------------------------------------------------

CODES = {"A": "1", "B": "2", "A, B": "3"}


def test_ticks_that_can_be_read_in_two_ways_are_no_answer() -> None:
    """ "A, B" may be one option or two: the cell does not say, whichever of them is longer."""
    found = listed({"map": CODES, "separators": [","]}, "A, B", "A", "B, A", "A, B, C", "B, A, B")
    assert found == [[UNMATCHED], ["1"], ["2", "1"], [UNMATCHED], [UNMATCHED]]


def test_two_ways_to_the_same_codes_are_one_answer() -> None:
    assert listed({"map": CODES | {"A, B": "1", "B": "1"}, "separators": [","]}, "A, B") == [["1"]]


def test_an_ambiguous_answer_has_its_own_reason_and_no_text() -> None:
    [finding] = findings_of({"map": CODES, "separators": [","]}, "A, B")
    assert (finding.reason_code, finding.row_n, finding.question_id) == ("ambiguous_choice", 2, "q")
    assert finding.severity == "critical"
    assert "A, B" not in str(finding)


def test_what_can_be_read_whole_is_read_whole() -> None:
    """The longest label first would leave "C" over; the labels there are fill the cell."""
    labels = {"A, B": "1", "A": "2", "B, C": "3"}
    assert listed({"map": labels, "separators": [","], "unmatched": "4"}, "A, B, C", "A, B, X") == [
        ["2", "3"],
        ["1", "4"],
    ]


SHEET = {"はい": "1", "相談に乗ってくれる人がいる、または、いた": "2", "Yes, always": "3", "その他": "4"}


@pytest.mark.parametrize("separator", [";", ", "])
def test_both_forms_of_googles_ticks_with_commas_within_the_options(separator: str) -> None:
    """A CSV export joins ticks with a semicolon, a linked sheet with a comma and a space."""
    cells = [separator.join(ticked) for ticked in (["はい", "Yes, always"], ["Yes, always"], ["はい", "自由、記述"])]
    found = listed({"map": SHEET, "separators": [separator.strip()], "unmatched": "4"}, *cells)
    assert found == [["1", "3"], ["3"], ["1", "4"]]


LABEL = (
    st.text(alphabet="あい、,; /", min_size=1, max_size=6)
    .map(str.strip)
    .filter(lambda label: label.strip("、,; /") == label != "")
)


def prefix_free(labels: list[str]) -> list[str]:
    """Labels none of which begins another one."""
    return [label for label in labels if not any(other != label and label.startswith(other) for other in labels)]


@given(st.lists(LABEL, min_size=1, max_size=6, unique=True).map(prefix_free), st.sampled_from("、,;/\n"), st.data())
def test_any_ticks_of_labels_none_of_which_begins_another_come_back(
    labels: list[str], separator: str, data: st.DataObject
) -> None:
    ticked = data.draw(st.lists(st.sampled_from(labels), unique=True))
    for joint in (separator, f"{separator} "):
        assert readings(joint.join(ticked), labels, [separator]) == [ticked]


@given(st.lists(st.sampled_from(["A", "B", "A, B", "B, A", "C"]), max_size=30))
def test_the_first_way_is_the_one_with_the_longest_labels_and_all_say_the_same_text(ticked: list[str]) -> None:
    text = ", ".join(ticked)
    ways = readings(text, ["A", "B", "A, B", "B, A", "C"], [","])
    assert {", ".join(way) for way in ways} == {text}
    assert len({frozenset(way) for way in ways}) == len(ways)


def test_a_cell_that_repeats_itself_takes_no_longer_for_it() -> None:
    """Each pair doubles the ways to read the cell; only the sets of labels are told apart."""
    assert len(readings(", ".join(["A", "B"] * 400), ["A", "B", "A, B"], [","])) == 3


FLAGS = {"flags": {"1": "選択Ａ", "2": "選択Ｂ"}, "ticked": ["1", "○"]}


def test_flags_one_column_an_option() -> None:
    rows = [["1", "0"], ["○", "１"], ["0", "0"], ["", ""]]
    found = answers_of(FLAGS, ["選択A", "選択B"], *rows)
    assert found == [["1"], ["1", "2"], ["<blank>"], ["<blank>"]]


def test_flags_and_lists_say_the_same() -> None:
    """The two forms of a multi-select give the same answers."""
    flagged = answers_of(FLAGS, ["選択A", "選択B"], ["1", "0"], ["1", "1"], ["0", "0"])
    assert flagged == listed({"map": {"A": "1", "B": "2"}, "separators": ["\n"]}, "A\n", "A\nB\n", "")
