"""A figure that rests on raters' levels is judged only where the raters agree as well as its definition asks."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pandas as pd
import pytest

from warehouse.evidence import AGREEMENT_COLUMNS, Evidence, LevelSource
from warehouse.indicator_definitions import AgreementFloor
from warehouse.judgement import Figure, unless_disputed
from warehouse.measured import Coverage

FLOOR = AgreementFloor(statistic="alpha", at_least=Fraction(2, 3))


def evidence(origins: list[str], *rows: tuple[int, str, str, str, float | None, float | None]) -> Evidence:
    """Scores of version 1, one an origin, and agreement rows (version, rater, month, statistic, value, ci_low)."""
    agreement = pd.DataFrame(
        [
            ("state", version, "raters", rater, rater, month, statistic, value, low, None, 40, 80)
            for version, rater, month, statistic, value, low in rows
        ],
        columns=AGREEMENT_COLUMNS,
    )
    scores = pd.DataFrame(
        {
            "response_id": [f"r{n}" for n in range(len(origins))],
            "criterion_id": "state",
            "criterion_version": 1,
            "level": 2,
            "origin": origins,
        }
    )
    nothing = pd.DataFrame()
    source = LevelSource("survey", "state", ("text",), 5, ("adjudicated", "rater", "self_report"))
    given: dict[str, Any] = {"responses": nothing, "answers": nothing, "themes": nothing, "windows": {}}
    return Evidence(
        scores=scores,
        period="first",
        reported=frozenset(),
        expected=frozenset(),
        levels={"state": source},
        agreement=agreement,
        **given,
    )


@pytest.mark.parametrize(
    ("rows", "is_agreed"),
    [
        ([(1, "*", "*", "alpha", 0.7, 0.5)], True),
        ([(1, "*", "*", "alpha", 0.6, 0.5)], False),
        ([(1, "*", "*", "alpha", None, None)], False),
        ([], False),
        ([(2, "*", "*", "alpha", 0.9, 0.8)], False),
        ([(1, "a", "*", "alpha", 0.9, 0.8)], False),
        ([(1, "*", "2024-04", "alpha", 0.9, 0.8)], False),
        ([(1, "*", "*", "kappa", 0.9, 0.8)], False),
        ([(1, "*", "*", "alpha", 0.66, 0.5), (1, "a", "*", "alpha", 0.9, 0.8)], False),
    ],
)
def test_all_raters_together_meet_the_floor_in_the_version_used(rows: list[Any], is_agreed: bool) -> None:
    assert evidence(["rater", "self_report"], *rows).agreed(["state"], FLOOR) is is_agreed


def test_the_lower_end_may_be_asked_for() -> None:
    careful = AgreementFloor(statistic="alpha", at_least=Fraction(2, 3), by="ci_low")
    found = evidence(["adjudicated"], (1, "*", "*", "alpha", 0.9, 0.6))
    assert found.agreed(["state"], FLOOR)
    assert not found.agreed(["state"], careful)


def test_a_floor_is_met_exactly_and_not_by_rounding() -> None:
    assert evidence(["rater"], (1, "*", "*", "alpha", 0.75, 0.5)).agreed(
        ["state"], AgreementFloor(statistic="alpha", at_least=Fraction(3, 4))
    )
    assert not evidence(["rater"], (1, "*", "*", "alpha", 0.6666, 0.5)).agreed(["state"], FLOOR)


def test_the_persons_own_level_has_no_second_rater() -> None:
    assert evidence(["self_report", "interviewer"]).agreed(["state"], FLOOR)


def test_another_criterions_raters_do_not_matter() -> None:
    assert evidence(["rater"]).agreed(["other"], FLOOR)


@pytest.mark.parametrize(
    ("verdict", "shown"),
    [
        ("achieved", "reference"),
        ("not_achieved", "reference"),
        ("undetermined", "undetermined"),
        ("not_applicable", "not_applicable"),
        ("reference", "reference"),
    ],
)
def test_a_disputed_figure_neither_achieves_nor_misses(verdict: Any, shown: str) -> None:
    figure = Figure(6, 10, Fraction(1, 2), verdict, 0, Coverage(10, 10))
    assert unless_disputed(figure, is_agreed=False).verdict == shown
    assert unless_disputed(figure, is_agreed=True) == figure
