from __future__ import annotations

import pytest

from rubrics.suggestion.features import Answer
from rubrics.suggestion.review import SLIP, review_queue
from rubrics.suggestion.suggest import Candidate
from rubrics.suggestion.suggestions import Suggestion


def pair(
    item: str, probabilities: list[float], level: int | None, ratings: dict[str, int | None], is_open: bool = False
) -> tuple[Candidate, Suggestion]:
    candidate = Candidate(item, f"r-{item}", f"p-{item}", {}, Answer((), ()), level, ratings, is_open)
    best = max(range(3), key=lambda each: probabilities[each]) + 1
    suggestion = Suggestion(
        round_id="round-1",
        item_id=item,
        response_id=f"r-{item}",
        criterion_id="c",
        criterion_version=1,
        level=best,
        probabilities=dict(enumerate(probabilities, start=1)),
        spans=[],
        model_id="m",
        trained_on=60,
        agreement=[],
    )
    return candidate, suggestion


def test_differing_raters_then_likely_slips_then_the_most_uncertain() -> None:
    agreed = {"a": 1, "b": 1}
    queue = review_queue(
        [
            pair("sure", [0.98, 0.01, 0.01], 1, agreed),
            pair("unsure", [0.34, 0.33, 0.33], 1, agreed),
            pair("slip", [0.04, 0.16, 0.80], 1, agreed),
            pair("worse-slip", [0.01, 0.09, 0.90], 1, agreed),
            pair("differ", [0.5, 0.4, 0.1], None, {"a": 1, "b": 3}, is_open=True),
            pair("differ-oddly", [0.0, 0.1, 0.9], None, {"a": 1, "b": None}, is_open=True),
        ]
    )
    assert [(each.candidate.item_id, each.why) for each in queue] == [
        ("differ-oddly", "raters_differ"),
        ("differ", "raters_differ"),
        ("worse-slip", "likely_slip"),
        ("slip", "likely_slip"),
        ("unsure", "uncertain"),
        ("sure", "uncertain"),
    ]
    assert [each.doubt for each in queue[:4]] == pytest.approx([1.0, 0.5, 0.99, 0.96])


def test_a_level_the_model_merely_doubts_is_no_slip() -> None:
    queue = review_queue([pair("x", [SLIP + 0.01, 0.2, 0.69], 1, {"a": 1, "b": 1})])
    assert queue[0].why == "uncertain"


def test_what_was_decided_is_not_open_any_more() -> None:
    decided = pair("decided", [0.6, 0.3, 0.1], 2, {"a": 1, "b": 2})
    nobody_can_tell = pair("nobody", [0.6, 0.3, 0.1], None, {"a": 1, "b": None})
    assert {each.why for each in review_queue([decided, nobody_can_tell])} == {"uncertain"}
