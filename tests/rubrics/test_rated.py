"""Levels from raters: agreement gives one, a decision gives another, anything else gives none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest

from rubrics.criteria import Criterion
from rubrics.ledgers import standing
from rubrics.rated import EVIDENCE_COLUMNS, RATING_COLUMNS, Rated, levels_of, rated
from rubrics.ratings import RatedText, Rating, Span, text_sha256

TEXT = "仕事がなくて家賃が払えない"
START = datetime(2024, 4, 1, tzinfo=UTC)


def words(text: str) -> dict[str, str]:
    return {"ja": text, "en": text}


def criterion() -> Criterion:
    levels = [
        {"level": n, "anchor": words("a"), "signs": [words("s")], "example": words("e"), "counter_example": words("c")}
        for n in (1, 2, 3)
    ]
    rating = {"form": "survey", "reads": ["text"]}
    versions = [
        {"version": 1, "effective_from": "2024-01-01", "reference": "r", "levels": levels, "rating": rating},
        {"version": 2, "effective_from": "2024-06-01", "reference": "r", "levels": levels, "rating": rating},
    ]
    return Criterion.model_validate(
        {
            "id": "work",
            "label": words("w"),
            "description": words("w"),
            "versions": [{**each, "precedence": ["adjudicated", "rater"]} for each in versions],
        }
    )


def given(rater: str, level: int | None, minutes: int = 0, **other: Any) -> Rating:
    values: dict[str, Any] = {
        "round_id": "spring",
        "item_id": "R-0001",
        "response_id": "one",
        "criterion_id": "work",
        "criterion_version": 1,
        "origin": "rater",
        "rater": rater,
        "level": level,
        "rated_at": START + timedelta(minutes=minutes),
        "no_evidence": True,
        "read": [RatedText(question_id="text", sha256=text_sha256(TEXT))],
        "sheet_sha256": "0" * 64,
    }
    return Rating.model_validate(values | other)


def taken(*ratings: Rating, text: str = TEXT, day: str = "2024-03-31") -> Rated:
    responses = pd.DataFrame({"response_id": ["one", "two"], "answered_on": [day, day]})
    answers = pd.DataFrame(
        {"response_id": ["one", "two"], "question_id": ["text", "text"], "value_text": [text, "ほかの人"]}
    )
    return rated({"work": criterion()}, responses, answers, list(ratings))


@pytest.mark.parametrize(
    ("ratings", "levels"),
    [
        ([given("a", 2), given("b", 2)], {"rater": 2}),
        ([given("a", 2), given("b", 3)], {}),
        ([given("a", 2)], {}),
        ([given("a", None), given("b", 2)], {}),
        ([given("a", None), given("b", None)], {}),
        ([given("a", 2), given("b", 3), given("b", 3, origin="adjudicated")], {"adjudicated": 3}),
        ([given("a", 2), given("b", 2), given("b", None, origin="adjudicated")], {}),
        ([given("a", 1), given("b", 1), given("a", 3, 5, round_id="summer")], {"rater": 1}),
        (
            [given("a", 1), given("b", 1), given("a", 3, 5, round_id="summer"), given("b", 3, 6, round_id="summer")],
            {"rater": 3},
        ),
        (
            [
                given("a", 1),
                given("a", 2, origin="adjudicated"),
                given("a", 3, 5, round_id="summer"),
                given("b", 2, 6, round_id="summer"),
            ],
            {},
        ),
    ],
)
def test_the_latest_round_that_came_to_an_end_speaks(ratings: list[Rating], levels: dict[str, int]) -> None:
    assert levels_of(ratings, 2) == levels
    assert levels_of(list(reversed(ratings)), 2) == levels


def test_ratings_become_scores_with_their_evidence() -> None:
    span = Span(question_id="text", start=0, end=2, quote="仕事")
    found = taken(given("a", 2, evidence=[span], no_evidence=False), given("b", 2), given("a", 1, response_id="gone"))
    assert found.scores.to_dict("records") == [
        {
            "response_id": "one",
            "criterion_id": "work",
            "criterion_version": 1,
            "level": 2,
            "origin": "rater",
            "question_id": None,
        }
    ]
    assert list(found.ratings.columns) == RATING_COLUMNS
    assert list(zip(found.ratings["rater"], found.ratings["has_evidence"], strict=True)) == [("a", True), ("b", False)]
    assert list(found.evidence.columns) == EVIDENCE_COLUMNS
    assert found.evidence[["start", "end", "quote"]].to_numpy().tolist() == [[0, 2, "仕事"]]
    assert found.set_aside == []


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"text": TEXT + "。"}, "rated_text_changed"),
        ({"day": "2024-06-01"}, "rated_by_other_version"),
    ],
)
def test_a_rating_of_something_else_does_not_count(changed: dict[str, str], reason: str) -> None:
    found = taken(given("a", 2), given("b", 2), **changed)
    assert found.scores.empty
    assert found.ratings.empty
    assert [code for _, code in found.set_aside] == [reason, reason]


def test_words_that_do_not_stand_in_the_text_are_no_evidence() -> None:
    span = Span(question_id="text", start=1, end=3, quote="仕事")
    found = taken(given("a", 2, evidence=[span], no_evidence=False))
    assert [code for _, code in found.set_aside] == ["rated_text_changed"]


def test_a_level_off_the_scale_does_not_count() -> None:
    assert [code for _, code in taken(given("a", 9)).set_aside] == ["rated_by_other_version"]


def test_of_two_ratings_of_one_rater_the_later_line_stands() -> None:
    assert [each.level for each in standing([given("a", 1), given("b", 2), given("a", 3)])] == [3, 2]


@pytest.mark.parametrize("origin", ["model", "suggestion", "self_report", "interviewer"])
def test_nobody_but_a_rater_rates(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        given("a", 1, origin=origin)


@pytest.mark.parametrize(
    "said", [{"no_evidence": False}, {"evidence": [Span(question_id="t", start=0, end=1, quote="x")]}]
)
def test_evidence_or_none_is_said_outright(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="evidence"):
        given("a", 1, **said)
