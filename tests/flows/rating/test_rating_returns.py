"""Rating sheets as they come back: every right row is taken, every wrong one refused in its cell, for its reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

Fill = Callable[..., bytes]
RIGHT = {
    ("R-0001", "money"): {"level": 5, "evidence": "仕事がない"},
    ("R-0002", "money"): {"level": "判断できない"},
    ("R-0002", "talk"): {"level": "2", "evidence": "", "no_evidence": "根拠なし"},
    ("R-0003", "money"): {"level": "１", "evidence": "「家賃が高い」\n=家賃が払えない"},
    ("R-0003", "talk"): {"level": 1, "evidence": "-3人家族です。 相談したい", "rated_at": date(2024, 10, 6)},
    ("R-0004", "talk"): {"level": 2, "evidence": "おわり"},
}
"""Six of seven tasks, as people write them."""


def refused(result: Any) -> list[tuple[str, str | None, str | None]]:
    return [(each.reason, each.item_id, each.cell and each.cell.rstrip("0123456789")) for each in result.refusals]


def test_what_is_right_is_taken(desk: Any, filled: Fill) -> None:
    result = desk.read(filled(desk.sheet("ann"), RIGHT))
    assert (result.refusals, result.blank_n) == ([], 1)
    found = {(each.item_id, each.criterion_id): each for each in result.lines}
    assert {key: each.level for key, each in found.items()} == {
        ("R-0001", "money"): 5,
        ("R-0002", "money"): None,
        ("R-0002", "talk"): 2,
        ("R-0003", "money"): 1,
        ("R-0003", "talk"): 1,
        ("R-0004", "talk"): 2,
    }
    assert [span.quote for span in found["R-0003", "money"].evidence] == ["=家賃が払えない", "家賃が高い"]
    assert found["R-0003", "talk"].evidence[0].quote == "-3人家族です。\t相談したい"
    for each in result.lines:
        assert (each.round_id, each.rater, each.origin, each.sheet_sha256) == ("spring", "ann", "rater", "5" * 64)
        assert all(span.holds(desk.texts[each.response_id, span.question_id]) for span in each.evidence)
        assert bool(each.evidence) is not each.no_evidence
    assert {key: each.criterion_version for key, each in found.items() if key[1] == "money"} == {
        ("R-0001", "money"): 2,
        ("R-0002", "money"): 2,
        ("R-0003", "money"): 1,
    }
    assert [each.question_id for each in found["R-0002", "money"].read] == ["q6_text"]
    assert found["R-0003", "talk"].rated_at == datetime(2024, 10, 5, 15, tzinfo=UTC)
    assert found["R-0001", "money"].rated_at == datetime(2024, 10, 20, 3, tzinfo=UTC)


def test_a_sheet_in_english(desk: Any, filled: Fill, opened: Callable[[bytes], Any]) -> None:
    def enter(sheet: Any) -> None:
        (talk,) = sheet.part("talk")
        headings = [cell.value for cell in talk[2]]
        assert headings[-4:] == [
            "Level",
            "Evidence (pasted from the text)",
            "If there is no evidence",
            "Rated on (may stay blank)",
        ]
        talk.cell(3, len(headings) - 3).value = "cannot tell"
        talk.cell(4, len(headings) - 3).value = 2
        talk.cell(4, len(headings) - 1).value = "no evidence"

    result = desk.read(filled(desk.sheet("bo", "en"), {}, enter))
    assert [(each.level, each.no_evidence, each.rater) for each in result.lines] == [
        (None, True, "bo"),
        (2, True, "bo"),
    ]
    assert (result.refusals, result.blank_n) == ([], 5)


WRONG: dict[tuple[str, str], tuple[dict[str, Any], dict[str, str]]] = {
    ("R-0001", "money"): ({"level": "4", "evidence": "仕事"}, {"level": "level_unknown"}),
    ("R-0002", "money"): ({"level": 0}, {"evidence": "evidence_missing"}),
    ("R-0003", "money"): ({"evidence": "家賃"}, {"level": "level_missing"}),
    ("R-0004", "money"): (
        {"level": 0, "evidence": "おわり", "rated_at": date(2024, 10, 21)},
        {"rated_at": "rated_at_impossible"},
    ),
    ("R-0002", "talk"): (
        {"level": 1, "evidence": "letters", "no_evidence": "根拠なし"},
        {"evidence": "evidence_and_none"},
    ),
    ("R-0003", "talk"): (
        {"level": "x", "evidence": "家賃が高い", "no_evidence": "z", "rated_at": "昨日"},
        {
            "level": "level_unknown",
            "evidence": "evidence_not_found",  # it stands in a text that this criterion does not read
            "no_evidence": "no_evidence_unknown",
            "rated_at": "rated_at_unreadable",
        },
    ),
}
"""Entries with what is wrong with them, by column."""


def test_a_wrong_cell_is_refused_for_its_reason_and_the_others_are_taken(
    desk: Any, filled: Fill, opened: Callable[[bytes], Any]
) -> None:
    entries = {key: cells for key, (cells, _) in WRONG.items()} | {("R-0004", "talk"): RIGHT["R-0004", "talk"]}
    sheet = filled(desk.sheet("ann"), entries)
    result = desk.read(sheet)
    assert [(each.item_id, each.criterion_id) for each in result.lines] == [("R-0004", "talk")]
    expected = {
        (opened(sheet).cell(*key, column).parent.title, opened(sheet).cell(*key, column).coordinate, *key, reason)
        for key, (_, reasons) in WRONG.items()
        for column, reason in reasons.items()
    }
    found = {(each.sheet, each.cell, each.item_id, each.criterion_id, each.reason) for each in result.refusals}
    assert found == expected
    assert len(result.refusals) == len(expected)
    for each in result.refusals:
        said = each.fault("ann.xlsx").say("ja") + each.fault("ann.xlsx").say("en")
        assert said.startswith(f"ann.xlsx: {each.sheet} {each.cell}: ")
        assert not any(text in said for text in ("おわり", "家賃", "昨日", "letters"))


def set_cell(item: str, criterion: str, column: str, value: Any) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        sheet.cell(item, criterion, column).value = value

    return change


def first_text(item: str, criterion: str, value: str) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        cell = sheet.cell(item, criterion, "item")
        cell.parent.cell(cell.row, 2).value = value

    return change


@pytest.mark.parametrize("news", [["R-0099", "r-0004", "氏名"], ["R-0001", "", " "]])
def test_an_item_that_was_altered_is_refused(desk: Any, filled: Fill, news: list[str]) -> None:
    """R-0001 is an item of the round, but none that this criterion rates; a blank one keeps its entry."""

    def change(sheet: Any) -> None:
        (talk,) = sheet.part("talk")
        for row, new in enumerate(news, start=3):
            talk.cell(row, 1).value = new

    result = desk.read(filled(desk.sheet("ann"), RIGHT, change))
    assert {each.criterion_id for each in result.lines} == {"money"}
    assert refused(result) == [("item_unknown", None, "A")] * 3
    said = "".join(each.fault("x").say("ja") for each in result.refusals)
    assert not any(new in said for new in news if new.strip())


def test_an_item_in_two_rows_is_refused_in_both(desk: Any, filled: Fill) -> None:
    result = desk.read(filled(desk.sheet("ann"), RIGHT, set_cell("R-0004", "talk", "item", "R-0003")))
    assert refused(result) == [("item_twice", "R-0003", "A")] * 2
    assert len(result.lines) == 4


def test_rows_below_the_table_are_refused_if_anything_is_entered_there(desk: Any, filled: Fill) -> None:
    def add(sheet: Any) -> None:
        (talk,) = sheet.part("talk")
        talk.cell(20, 4).value = 2
        talk.cell(21, 2).value = "メモ"

    result = desk.read(filled(desk.sheet("ann"), RIGHT, add))
    assert [(each.reason, each.cell) for each in result.refusals] == [("item_unknown", "A20")]
    assert len(result.lines) == 6


def test_a_row_that_was_deleted_is_not_yet_rated(desk: Any, filled: Fill) -> None:
    def delete(sheet: Any) -> None:
        cell = sheet.cell("R-0003", "talk", "item")
        cell.parent.delete_rows(cell.row)

    result = desk.read(filled(desk.sheet("ann"), RIGHT, delete))
    assert (len(result.lines), result.refusals) == (5, [])


def test_a_text_that_was_altered_on_the_sheet(desk: Any, filled: Fill) -> None:
    def change(sheet: Any) -> None:
        (talk,) = sheet.part("talk")
        for row, text in enumerate(["ほかの文章", "家賃", ""], start=3):
            talk.cell(row, 2).value = text

    result = desk.read(filled(desk.sheet("ann"), RIGHT, change))
    assert {each.reason for each in result.refusals} == {"text_altered"}
    assert {each.item_id for each in result.refusals} == {"R-0002", "R-0003", "R-0004"}


def test_white_space_that_a_spreadsheet_changed_is_no_alteration(desk: Any, filled: Fill) -> None:
    change = first_text("R-0003", "talk", "  -3人家族です。相談したい。\n")
    assert desk.read(filled(desk.sheet("ann"), RIGHT, change)).refusals == []


def test_a_formula_without_a_result_is_no_level(desk: Any, filled: Fill) -> None:
    result = desk.read(filled(desk.sheet("ann"), RIGHT, set_cell("R-0004", "talk", "level", "=1+1")))
    assert [each.reason for each in result.refusals] == ["formula"]


def test_texts_that_have_changed_since_are_refused_row_by_row(desk: Any, filled: Fill) -> None:
    sheet = filled(desk.sheet("ann"), RIGHT)
    del desk.texts["r1", "q6_text"]  # as the round finds them: a text that is another one now is left out
    result = desk.read(sheet)
    assert refused(result) == [("text_changed", "R-0003", "A")]
    assert len(result.lines) == 5


def test_a_sheet_of_another_draw_under_the_same_name(desk: Any, filled: Fill) -> None:
    sheet = filled(desk.sheet("ann"), RIGHT)
    items = [each.model_copy(update={"read": [*each.read[::-1]]}) for each in desk.round.items]
    other = [each.model_copy(update={"sha256": "0" * 64}) for each in items[0].read]
    items[0] = items[0].model_copy(update={"read": other})
    desk.round = desk.round.model_copy(update={"items": items})
    assert refused(desk.read(sheet)) == [("other_text", "R-0001", "A")]


def test_a_sheet_of_another_rubric(desk: Any, filled: Fill) -> None:
    """An anchor was rewritten without a new version; a criterion has a new version; one is gone."""
    sheet = filled(desk.sheet("ann"), RIGHT)
    money, talk = desk.programme.criteria["money"], desk.programme.criteria["talk"]
    first, second = money.versions
    anchors = [level.model_copy(update={"anchor": talk.label}) for level in first.levels]
    rewritten = money.model_copy(update={"versions": [first.model_copy(update={"levels": anchors}), second]})
    renumbered = talk.model_copy(update={"versions": [talk.versions[0].model_copy(update={"version": 2})]})
    for criteria, items in (
        ({"money": rewritten, "talk": talk}, ["R-0003"]),
        ({"money": money, "talk": renumbered}, ["R-0002", "R-0003", "R-0004"]),
        ({"money": money}, ["R-0002", "R-0003", "R-0004"]),
    ):
        desk.programme = replace(desk.programme, criteria=criteria)
        result = desk.read(sheet)
        assert {each.reason for each in result.refusals} == {"other_rubric"}
        assert sorted(str(each.item_id) for each in result.refusals) == items
        assert len(result.lines) == 6 - len(items)


# --- whole files and sheets -------------------------------------------------------------------------------------------


def manifest_cell(name: str, column: int, value: str) -> Callable[[Any], None]:
    def change(sheet: Any) -> None:
        row = next(row for row in sheet.book["manifest"] if row[0].value == name)
        row[column].value = value

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (manifest_cell("round", 1, "autumn"), "other_round"),
        (manifest_cell("monosashi", 1, "adjudication"), "other_kind"),
        (manifest_cell("rater", 1, "bo"), "manifest_altered"),
        (manifest_cell("text", 3, "0" * 64), "manifest_altered"),
        (manifest_cell("part", 2, "talk"), "manifest_altered"),
        (manifest_cell("seal", 1, "0" * 64), "manifest_altered"),
    ],
)
def test_a_file_whose_record_says_something_else(desk: Any, filled: Fill, change: Any, reason: str) -> None:
    result = desk.read(filled(desk.sheet("ann"), RIGHT, change))
    assert ([each.reason for each in result.refusals], result.lines) == ([reason], [])


def test_a_sheet_of_nobody_of_the_round(desk: Any, filled: Fill) -> None:
    sheet = desk.sheet("zoe")
    assert [each.reason for each in desk.read(sheet).refusals] == ["other_rater"]


def drop_heading(sheet: Any) -> None:
    (talk,) = sheet.part("talk")
    next(cell for cell in talk[2] if cell.value == "水準").value = "点"


def drop_sheet(sheet: Any) -> None:
    sheet.book.remove(sheet.part("talk")[0])


def rename_sheet(sheet: Any) -> None:
    sheet.part("talk")[0].title = "終わり"


@pytest.mark.parametrize("change", [drop_heading, drop_sheet, rename_sheet])
def test_a_part_that_is_gone_is_refused_and_the_others_are_taken(desk: Any, filled: Fill, change: Any) -> None:
    result = desk.read(filled(desk.sheet("ann"), RIGHT, change))
    assert [(each.reason, each.criterion_id) for each in result.refusals] == [("part_missing", "talk")]
    assert {each.criterion_id for each in result.lines} == {"money"}


def test_a_column_that_was_inserted_changes_nothing_but_texts_moved(desk: Any, filled: Fill) -> None:
    def insert(sheet: Any) -> None:
        (talk,) = sheet.part("talk")
        talk.insert_cols(talk.max_column + 1)
        talk.cell(2, talk.max_column + 1).value = "メモ"
        talk.cell(3, talk.max_column + 1).value = "わからない"

    assert desk.read(filled(desk.sheet("ann"), RIGHT, insert)).refusals == []
