"""Where raters differ, and how far each has come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from rubrics.adjudication import disagreements, progress_of
from rubrics.rating_entries import Judgement, rating_of
from rubrics.rating_sheet import Task, ratings_sha256
from rubrics.ratings import RatedText, Rating

Tasks = dict[tuple[str, str], Task]


def given(tasks: Tasks, item: str, criterion: str, rater: str, level: int | None, **change: Any) -> Rating:
    rating = rating_of(
        tasks[item, criterion],
        Judgement(level, [], no_evidence=True),
        round_id="spring",
        rater=rater,
        decides="origin" in change,
        rated_at=datetime(2024, 6, 2, tzinfo=UTC),
        sheet_sha256=rater * 64,
    )
    return rating.model_copy(update=change)


@pytest.mark.parametrize(
    ("levels", "differ"),
    [
        ({"a": 1, "b": 1}, False),
        ({"a": 1, "b": 2}, True),
        ({"a": 1, "b": None}, True),
        ({"a": None, "b": None}, False),
        ({"a": 1}, False),
        ({"a": 1, "b": 1, "c": 2}, True),
    ],
)
def test_raters_differ_where_a_level_differs_or_one_cannot_tell(
    tasks: Tasks, levels: dict[str, int | None], differ: bool
) -> None:
    ledger = [given(tasks, "R-0003", "money", rater, level) for rater, level in levels.items()]
    assert [each.task.key for each in disagreements(tasks.values(), ledger)] == [("R-0003", "money")] * differ


def test_the_last_decision_stands_beside_the_disagreement(tasks: Tasks) -> None:
    ledger = [
        given(tasks, "R-0003", "talk", "b", 2),
        given(tasks, "R-0003", "talk", "a", 1),
        given(tasks, "R-0002", "talk", "a", 1),
        given(tasks, "R-0002", "talk", "b", None),
        given(tasks, "R-0002", "talk", "a", 1, origin="adjudicated"),
        given(tasks, "R-0002", "talk", "b", 2, origin="adjudicated"),
    ]
    decided, undecided = disagreements(tasks.values(), ledger)
    assert (decided.task.item.item_id, undecided.task.item.item_id) == ("R-0002", "R-0003")
    assert (decided.decision is not None and decided.decision.level, undecided.decision) == (2, None)
    assert [each.rater for each in undecided.ratings] == ["a", "b"]


def test_a_corrected_rating_may_end_a_disagreement(tasks: Tasks) -> None:
    ledger = [given(tasks, "R-0003", "talk", "a", 1), given(tasks, "R-0003", "talk", "b", 2)]
    assert len(disagreements(tasks.values(), ledger)) == 1
    assert disagreements(tasks.values(), [*ledger, given(tasks, "R-0003", "talk", "b", 1)]) == []


@pytest.mark.parametrize(
    "change", [{"criterion_version": 7}, {"read": [RatedText(question_id="trouble", sha256="0" * 64)]}]
)
def test_ratings_of_another_version_or_other_words_count_for_nothing(tasks: Tasks, change: dict[str, Any]) -> None:
    ledger = [given(tasks, "R-0003", "money", "a", 1), given(tasks, "R-0003", "money", "b", 2, **change)]
    assert disagreements(tasks.values(), ledger) == []
    found = {(each.rater, each.criterion_id): each for each in progress_of(["a", "b"], tasks.values(), ledger)}
    assert (found["a", "money"].rated, found["b", "money"].rated, found["b", "money"].to_do) == (1, 0, 3)


def test_progress_counts_levels_and_those_who_cannot_tell_apart(tasks: Tasks) -> None:
    ledger = [
        given(tasks, "R-0001", "money", "a", 5),
        given(tasks, "R-0002", "money", "a", None),
        given(tasks, "R-0002", "money", "a", 0, origin="adjudicated"),
        given(tasks, "R-0002", "talk", "b", 1),
    ]
    found = progress_of(["a", "b"], tasks.values(), ledger)
    assert [(each.rater, each.criterion_id, each.rated, each.unable, each.to_do) for each in found] == [
        ("a", "money", 1, 1, 1),
        ("a", "talk", 0, 0, 2),
        ("b", "money", 0, 0, 3),
        ("b", "talk", 1, 0, 1),
    ]


def test_what_raters_said_of_an_item_has_a_hash_in_any_order(tasks: Tasks) -> None:
    first, second = given(tasks, "R-0003", "talk", "a", 1), given(tasks, "R-0003", "talk", "b", 2)
    assert ratings_sha256([first, second]) == ratings_sha256([second, first])
    assert ratings_sha256([first, second]) != ratings_sha256([first, given(tasks, "R-0003", "talk", "b", None)])
