"""Where raters differ: the workbook with both their levels and words, and the decisions that come back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from rubrics.adjudication import disagreements

Fill = Callable[..., bytes]
ANN = {
    ("R-0001", "money"): {"level": 5, "evidence": "仕事がない"},
    ("R-0002", "talk"): {"level": 1, "no_evidence": "根拠なし"},
    ("R-0003", "money"): {"level": 1, "evidence": "家賃が払えない\n家賃が高い"},
    ("R-0003", "talk"): {"level": 2, "evidence": "相談したい"},
}
BO = {
    ("R-0001", "money"): {"level": 5, "no_evidence": "根拠なし"},
    ("R-0002", "talk"): {"level": "判断できない"},
    ("R-0003", "money"): {"level": 3, "evidence": "払えない。 家賃"},
    ("R-0004", "talk"): {"level": 2, "evidence": "おわり"},
}


@pytest.fixture
def differing(desk: Any, filled: Fill) -> Any:
    """The desk after both raters: they differ on R-0002 (talk) and R-0003 (money)."""
    for rater, entries in (("ann", ANN), ("bo", BO)):
        result = desk.read(filled(desk.sheet(rater), entries), sha256=rater * 10)
        assert result.refusals == []
        desk.ledger += result.lines
    return desk


def row(sheet: Any, item: str, criterion: str) -> dict[str, Any]:
    cell = sheet.cell(item, criterion, "item")
    part = cell.parent
    return {str(part.cell(2, each.column).value): each.value for each in part[cell.row]}


def test_both_raters_levels_and_words_stand_side_by_side(differing: Any, opened: Any) -> None:
    sheet = opened(differing.decisions())
    assert len(sheet.book.worksheets) == 2 + 2
    money, talk = row(sheet, "R-0003", "money"), row(sheet, "R-0002", "talk")
    assert (money["ann: 水準"], money["ann: 根拠"]) == ("1", "家賃が払えない\n家賃が高い")
    assert (money["bo: 水準"], money["bo: 根拠"]) == ("3", "払えない。 家賃")
    assert (talk["ann: 水準"], talk["ann: 根拠"]) == ("1", "根拠なし")
    assert (talk["bo: 水準"], talk["bo: 根拠"]) == ("判断できない", "根拠なし")
    assert "=家賃が払えない。\n家賃が高い。" in money.values()
    assert (money["水準"], talk["水準"]) == (None, None)
    assert {cell.value for part in sheet.book.worksheets[1:3] for cell in part["A"][2:]} == {"R-0002", "R-0003"}


def decide(desk: Any, filled: Fill, entries: Any, also: Any = None, sha256: str = "d" * 64) -> Any:
    return desk.read(filled(desk.decisions(), entries, also), kind="adjudication", by="cy", sha256=sha256)


def test_decisions_are_taken_with_the_same_checks(differing: Any, filled: Fill) -> None:
    result = decide(
        differing,
        filled,
        {
            ("R-0003", "money"): {"level": 3, "evidence": "家賃が高い", "rated_at": date(2024, 10, 10)},
            ("R-0002", "talk"): {"level": 7, "evidence": "letters"},
        },
    )
    assert [(each.reason, each.item_id) for each in result.refusals] == [("level_unknown", "R-0002")]
    (decision,) = result.lines
    assert (decision.origin, decision.rater, decision.level) == ("adjudicated", "cy", 3)
    assert decision.criterion_version == 1
    differing.ledger.append(decision)
    found = {each.task.key: each.decision for each in disagreements(differing.tasks, differing.ledger)}
    assert found == {("R-0002", "talk"): None, ("R-0003", "money"): decision}


def test_what_was_decided_stands_in_the_next_workbook_and_may_be_decided_anew(
    differing: Any, filled: Fill, opened: Any
) -> None:
    first = {
        ("R-0003", "money"): {"level": 3, "evidence": "払えない。 家賃が高い"},
        ("R-0002", "talk"): {"level": "判断できない"},
    }
    differing.ledger += decide(differing, filled, first).lines
    shown = row(opened(differing.decisions()), "R-0003", "money")
    assert (shown["水準"], shown["根拠(文章から貼り付け)"]) == ("3", "払えない。 家賃が高い")
    assert row(opened(differing.decisions()), "R-0002", "talk")["根拠がないとき"] == "根拠なし"

    from rubrics.ledgers import standing, taken_in

    again = decide(differing, filled, {}, sha256="e" * 64)
    assert len(again.lines) == 2
    assert taken_in(differing.ledger, again.lines) == []
    anew = decide(differing, filled, {("R-0003", "money"): {"level": 2}}, sha256="f" * 64)
    (new,) = taken_in(differing.ledger, anew.lines)
    differing.ledger.append(new)
    decided = [each for each in standing(differing.ledger) if each.origin == "adjudicated"]
    assert {each.item_id: each.level for each in decided} == {"R-0003": 2, "R-0002": None}


def test_a_decision_between_ratings_that_have_changed_since_is_refused(differing: Any, filled: Fill) -> None:
    sheet = filled(
        differing.decisions(),
        {
            ("R-0003", "money"): {"level": 3, "no_evidence": "根拠なし"},
            ("R-0002", "talk"): {"level": 2, "no_evidence": "根拠なし"},
        },
    )
    corrected = {("R-0003", "money"): {"level": 2, "evidence": "家賃"}, ("R-0002", "talk"): ANN["R-0002", "talk"]}
    differing.ledger += differing.read(filled(differing.sheet("bo"), corrected), sha256="c" * 64).lines
    result = differing.read(sheet, kind="adjudication", by="cy")
    assert [each.reason for each in result.refusals] == ["nothing_to_decide"] * 2  # one has changed, one is settled
    assert result.lines == []


def test_each_kind_of_sheet_has_its_own_way_in(differing: Any) -> None:
    assert [each.reason for each in differing.read(differing.decisions()).refusals] == ["other_kind"]
    result = differing.read(differing.sheet("ann"), kind="adjudication", by="cy")
    assert [each.reason for each in result.refusals] == ["other_kind"]
