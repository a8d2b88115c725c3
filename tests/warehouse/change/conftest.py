"""Evidence of people's levels, from a few words about each answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from warehouse.evidence import Evidence, LevelSource
from warehouse.periods import Window

START = datetime(2024, 1, 1, tzinfo=UTC)
WINDOWS = {
    "first": Window(START, START + timedelta(days=100), date(2024, 4, 9), None),
    "second": Window(START + timedelta(days=100), START + timedelta(days=200), date(2024, 7, 18), "first"),
}
SOURCES = {
    "own": LevelSource("survey", "q", (), 5, ("self_report",)),
    "mixed": LevelSource("survey", "q", ("text", "more"), 5, ("adjudicated", "rater", "self_report")),
    "rated": LevelSource("survey", None, ("text",), 5, ("adjudicated", "rater")),
    "other": LevelSource("survey", None, ("text",), 3, ("adjudicated", "rater")),
    "asked": LevelSource("survey", "q", ("text",), 5, ("interviewer", "rater", "adjudicated")),
}


@dataclass(frozen=True)
class Answer:
    """An answer on some day with its levels: (criterion, origin) -> level, and codes: question -> code ("": blank).

    `classes`: question -> crosswalk class; every question has A unless it says otherwise.
    """

    person: str
    day: float
    levels: dict[tuple[str, str], int] = field(default_factory=dict)
    organisation: str = "a"
    codes: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)


def own(person: str, day: float, level: int | None, organisation: str = "a", **codes: str) -> Answer:
    """An answer with the person's own level under the criterion `own`."""
    levels = {} if level is None else {("own", "self_report"): level}
    return Answer(person, day, levels, organisation, codes)


def evidence_of(answers: Iterable[Answer], period: str = "second") -> Evidence:
    """The evidence of some answers; every question that a criterion rests on is answered unless its class is D."""
    responses, given, scores = [], [], []
    for number, each in enumerate(answers):
        name, at = f"r{number:04d}", START + timedelta(days=each.day)
        responses.append((name, each.organisation, "survey", each.person, at, at.date().isoformat()))
        for question in sorted({"q", "text", "more", *each.codes, *each.classes}):
            crosswalk = each.classes.get(question, "A")
            code = each.codes.get(question, "1" if question in ("q", "text", "more") else None)
            missing = "unmapped" if crosswalk == "D" else None if code else "blank"
            given.append((name, question, code if missing is None else None, missing, crosswalk))
        scores += [(name, criterion, level, origin) for (criterion, origin), level in each.levels.items()]
    columns = ["response_id", "organisation", "form_id", "respondent_id", "answered_at", "answered_on"]
    return Evidence(
        responses=pd.DataFrame(responses, columns=columns).astype({"answered_at": "datetime64[us, UTC]"}),
        answers=pd.DataFrame(
            given, columns=["response_id", "question_id", "value_code", "missing_kind", "crosswalk_class"]
        ),
        scores=pd.DataFrame(scores, columns=["response_id", "criterion_id", "level", "origin"]),
        themes=pd.DataFrame(columns=["response_id", "question_id", "theme_id"]),
        windows=WINDOWS,
        period=period,
        reported=frozenset({("a", "survey")}),
        expected=frozenset({("a", "survey")}),
        levels=SOURCES,
    )


@pytest.fixture(scope="session")
def evidence() -> Callable[..., Evidence]:
    """Make evidence of answers."""
    return evidence_of


@pytest.fixture(scope="session")
def answer() -> type[Answer]:
    """An answer with levels of any criterion and origin."""
    return Answer


@pytest.fixture(scope="session")
def own_level() -> Callable[..., Answer]:
    """Make an answer with the person's own level."""
    return own
