"""A made-up criterion that raters rate by, and a round of a few answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rubrics.criteria import Criterion
from rubrics.rating_sheet import Task, tasks_of
from rubrics.ratings import Item, RatedText, Round, text_sha256

TEXTS = {
    ("r1", "trouble"): "家賃が払えない。家賃が高い。",
    ("r1", "wish"): "相談したい。",
    ("r2", "trouble"): "仕事がない。",
    ("r3", "wish"): "ありがとう。",
}
DAYS = {"r1": "2024-02-01", "r2": "2024-05-01", "r3": "2024-05-02"}


def _words(text: str) -> dict[str, str]:
    return {"ja": text, "en": text}


@pytest.fixture
def criterion_of() -> Callable[..., Criterion]:
    """Make a criterion; each of `versions` is (effective_from, reads, levels), an empty `reads`: no rating."""

    def make(name: str, *versions: tuple[str, list[str], list[int]]) -> Criterion:
        def version(number: int, since: str, reads: list[str], scale: list[int]) -> dict[str, Any]:
            text = _words(f"{name} {number}")
            levels = [
                {"level": each, "anchor": text, "signs": [text], "example": text, "counter_example": text}
                for each in scale
            ]
            by_answer = {"form": "survey", "question": "q", "origin": "self_report", "levels": {"1": scale[0]}}
            how = {"rating": {"form": "survey", "reads": reads}, "precedence": ["adjudicated", "rater"]}
            how = how if reads else {"rule": by_answer, "precedence": ["self_report"]}
            return {"version": number, "effective_from": since, "reference": "r", "levels": levels, **how}

        made = [version(number, *each) for number, each in enumerate(versions, start=1)]
        return Criterion.model_validate(
            {"id": name, "label": _words(name), "description": _words(name), "versions": made}
        )

    return make


@pytest.fixture
def criteria(criterion_of: Callable[..., Criterion]) -> dict[str, Criterion]:
    """Money in two versions (the second since April 2024), and talk."""
    money = criterion_of("money", ("2023-01-01", ["trouble"], [1, 2, 3]), ("2024-04-01", ["trouble", "wish"], [0, 5]))
    return {"money": money, "talk": criterion_of("talk", ("2023-01-01", ["wish"], [1, 2]))}


@pytest.fixture
def texts() -> dict[tuple[str, str], str]:
    return dict(TEXTS)


@pytest.fixture
def drawn() -> Round:
    """A round of three answers by two raters."""
    items = [
        Item(
            item_id=f"R-000{number}",
            response_id=response,
            form_id="survey",
            answered_on=DAYS[response],
            read=[
                RatedText(question_id=question, sha256=text_sha256(text))
                for (owner, question), text in TEXTS.items()
                if owner == response
            ],
            stratum={"organisation": "x", "stage": "one", "language": "ja", "script": "kanji+kana"},
        )
        for number, response in enumerate(["r2", "r3", "r1"], start=1)
    ]
    return Round(
        round_id="spring",
        programme_id="made-up",
        wave="one",
        run_id="0" * 16,
        seed=3,
        drawn_at=datetime(2024, 6, 1, 3, tzinfo=UTC),
        criteria={"money": [1, 2], "talk": [1]},
        raters=["a", "b"],
        items=items,
    )


@pytest.fixture
def tasks(drawn: Round, criteria: dict[str, Criterion]) -> dict[tuple[str, str], Task]:
    """Its tasks by item and criterion."""
    return {task.key: task for task in tasks_of(drawn, criteria, TEXTS)}
