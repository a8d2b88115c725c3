"""Computing a wave from the warehouse: what was loaded for a run becomes its indicators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.engine import Engine

from warehouse.attrition import attrition
from warehouse.evidence import Evidence, LevelSource
from warehouse.indicator_definitions import ChangeRules, Indicator, OrganisationTarget
from warehouse.indicators import compute_indicators
from warehouse.paired_change import paired_change
from warehouse.periods import Window
from warehouse.read import read_table


@dataclass(frozen=True)
class Question:
    """What a wave is asked: its period, who is judged and who reports, the definitions,
    where levels come from, and how well their raters agree. `people_criteria`: those on forms that people fill in.
    """

    period: str
    windows: dict[str, Window]
    organisations: list[str]
    expected: frozenset[tuple[str, str]]
    reported: frozenset[tuple[str, str]]
    levels: dict[str, LevelSource]
    indicators: list[Indicator]
    targets: list[OrganisationTarget]
    agreement: pd.DataFrame
    people_criteria: list[str]
    change: ChangeRules


def evidence_of(engine: Engine, run_id: str, question: Question, themes: pd.DataFrame | None = None) -> Evidence:
    """What a run's indicators are measured on; with `themes`, as if these had been found instead of the run's."""
    return Evidence(
        responses=read_table(engine, "core_response", run_id),
        answers=read_table(engine, "core_answer", run_id),
        scores=read_table(engine, "core_score", run_id),
        themes=read_table(engine, "core_theme", run_id) if themes is None else themes,
        windows=question.windows,
        period=question.period,
        reported=question.reported,
        expected=question.expected,
        levels=question.levels,
        agreement=question.agreement,
    )


def computed(
    engine: Engine, run_id: str, question: Question, progress: Callable[[str], None] = lambda _: None
) -> dict[str, pd.DataFrame]:
    """What a loaded run gives by its core tables, without run_id.

    The tables out_indicator, out_indicator_member, out_change, out_level_pair and out_attrition, by name.
    """
    evidence = evidence_of(engine, run_id, question)
    organisations, criteria = question.organisations, question.people_criteria
    indicators, members = compute_indicators(question.indicators, evidence, organisations, question.targets, progress)
    change = paired_change(evidence, criteria, organisations, question.change.min_days)
    return {
        "out_indicator": indicators,
        "out_indicator_member": members,
        "out_change": change.change,
        "out_level_pair": change.level_pairs,
        "out_attrition": attrition(evidence, criteria, question.change),
    }
