"""Computing a wave from the warehouse: what was loaded for a run becomes its indicators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.engine import Engine

from warehouse.evidence import Evidence, LevelSource
from warehouse.indicator_definitions import Indicator, OrganisationTarget
from warehouse.indicators import compute_indicators
from warehouse.periods import Window
from warehouse.read import read_table


@dataclass(frozen=True)
class Question:
    """What a wave is asked: its period, who is judged and who reports, the definitions, and the criteria's sources."""

    period: str
    windows: dict[str, Window]
    organisations: list[str]
    expected: frozenset[tuple[str, str]]
    reported: frozenset[tuple[str, str]]
    levels: dict[str, LevelSource]
    indicators: list[Indicator]
    targets: list[OrganisationTarget]


def computed(
    engine: Engine, run_id: str, question: Question, progress: Callable[[str], None] = lambda _: None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Indicators of a loaded run, from its core tables: (`out_indicator`, `out_indicator_member`) without run_id."""
    evidence = Evidence(
        responses=read_table(engine, "core_response", run_id),
        answers=read_table(engine, "core_answer", run_id),
        scores=read_table(engine, "core_score", run_id),
        themes=read_table(engine, "core_theme", run_id),
        windows=question.windows,
        period=question.period,
        reported=question.reported,
        expected=question.expected,
        levels=question.levels,
    )
    return compute_indicators(question.indicators, evidence, question.organisations, question.targets, progress)
