"""Ratings as they are written down: what stands, what is new, what cannot be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from rubrics.ledgers import standing, taken_in
from rubrics.ratings import RatedText, Rating, Span

START = datetime(2024, 5, 1, tzinfo=UTC)
SPAN = Span(question_id="q", start=0, end=2, quote="家賃")


def given(rater: str, level: int | None, sheet: str, **other: Any) -> Rating:
    values: dict[str, Any] = {
        "round_id": "spring",
        "item_id": "R-0001",
        "response_id": "one",
        "criterion_id": "work",
        "criterion_version": 1,
        "origin": "rater",
        "rater": rater,
        "level": level,
        "rated_at": START,
        "no_evidence": True,
        "read": [RatedText(question_id="q", sha256="0" * 64)],
        "sheet_sha256": sheet,
    }
    return Rating.model_validate(values | other)


def test_the_last_rating_of_a_rater_stands_and_the_last_decision_whoever_wrote_it() -> None:
    ledger = [
        given("a", 1, "s1"),
        given("b", 2, "s2"),
        given("a", 3, "s3"),
        given("a", 2, "s4", origin="adjudicated"),
        given("b", 3, "s5", origin="adjudicated"),
    ]
    assert [(each.origin, each.rater, each.level) for each in standing(ledger)] == [
        ("rater", "a", 3),
        ("rater", "b", 2),
        ("adjudicated", "b", 3),
    ]


def test_a_sheet_that_was_taken_in_changes_nothing_even_when_a_later_one_stands() -> None:
    first, corrected = given("a", 1, "s1"), given("a", 3, "s2")
    assert taken_in([], [first]) == [first]
    assert taken_in([first], [first]) == []
    assert taken_in([first], [corrected]) == [corrected]
    assert taken_in([first, corrected], [first]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"level": 2},
        {"level": None},
        {"no_evidence": False, "evidence": [SPAN]},
        {"criterion_version": 2},
        {"read": [RatedText(question_id="q", sha256="1" * 64)]},
    ],
)
def test_what_says_something_else_is_new(change: dict[str, Any]) -> None:
    again = given(**{"rater": "a", "level": 1, "sheet": "s2", **change})
    assert taken_in([given("a", 1, "s1")], [again]) == [again]


def test_what_says_the_same_later_is_not_new() -> None:
    later = given("a", 1, "s2", rated_at=START + timedelta(days=3))
    assert taken_in([given("a", 1, "s1")], [later]) == []
    assert taken_in([given("b", 1, "s1")], [later]) == [later]


@pytest.mark.parametrize("change", [{"no_evidence": False}, {"evidence": [SPAN]}])
def test_a_rating_rests_on_evidence_or_says_that_there_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        given("a", 1, "s1", **change)
