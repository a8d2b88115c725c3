"""How well raters agree, on the terminal: statistics beside the declared floor, who gave which levels, months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from warehouse.definitions import Language, Text
from warehouse.indicator_definitions import Indicator
from warehouse.indicators import ALL
from warehouse.report_agreement import RATERS, Comparison, RatedCriterion, rated_criteria
from warehouse.report_agreement_tables import (
    ACROSS,
    HOW_TO_READ,
    NOT_RATED,
    STATISTICS,
    drift_table,
    interval_words,
    value_words,
)
from warehouse.report_headings import HEADINGS

_BY_MONTH = ("alpha", "agreement")


def agreement_parts(
    agreement: pd.DataFrame,
    confusion: pd.DataFrame,
    names: Mapping[str, Text],
    indicators: Iterable[Indicator],
    language: Language,
) -> Iterator[RenderableType]:
    """For each criterion version its floors, comparisons, levels given and, over several months, the drift.

    `agreement` and `confusion`: as rubrics.agreement_tables gives them, or out_agreement and out_confusion of one
    period. `names`: criterion -> label. One sentence where nothing was rated.
    """
    criteria = rated_criteria(agreement, confusion, names, indicators)
    for criterion in criteria:
        yield Line(criterion.title(language), style="bold")
        yield from (Line(words) for words in criterion.floor_words(language))
        yield _comparisons(criterion, language)
        for pair in criterion.pairs:
            yield from _levels(criterion, pair, language)
        yield from _months(criterion, language)
    for words in HOW_TO_READ if criteria else [NOT_RATED]:
        yield Line(words.in_(language), style="dim")


def _comparisons(criterion: RatedCriterion, language: Language) -> Table:
    """One row a comparison; a statistic that it does not have is empty."""
    table = _table([HEADINGS[name].in_(language) for name in ("compared", "items_n")])
    for heading in STATISTICS.values():
        table.add_column(heading.in_(language), justify="right", overflow="fold")
    for each in [*criterion.between_raters, *criterion.with_raters]:
        found = criterion.estimates(each)
        words = {name: value_words(name, row) for name, row in found.items()}
        words["alpha"] += f"\n{interval_words('alpha', found['alpha'])}"
        cells = (words.get(name, "") for name in STATISTICS)
        table.add_row(each.label(language), str(found["agreement"]["items_n"]), *cells)
    return table


def _levels(criterion: RatedCriterion, pair: Comparison, language: Language) -> Iterator[RenderableType]:
    """How many answers got which two levels; those that are equal stand out."""
    matrix = criterion.matrix(pair)
    if matrix.empty:
        return
    yield Line(ACROSS.in_(language).format(*pair.sides(language)))
    table = _table(["", *map(str, matrix.columns)])
    for first, row in matrix.iterrows():
        cells = (Line(str(n), style="bold green" if first == second else "") for second, n in row.items())
        table.add_row(str(first), *cells)
    yield table


def _months(criterion: RatedCriterion, language: Language) -> Iterator[RenderableType]:
    """All raters together by month, where there are several."""
    months = [str(month) for month in drift_table(criterion).index]
    if len(months) < 2:
        return
    table = _table([HEADINGS["rated_month"].in_(language), HEADINGS["items_n"].in_(language)])
    for name in _BY_MONTH:
        table.add_column(STATISTICS[name].in_(language), justify="right")
    for month in months:
        found = criterion.estimates(Comparison(RATERS, ALL, ALL), month)
        cells = (f"{value_words(name, found[name])} {interval_words(name, found[name])}" for name in _BY_MONTH)
        table.add_row(month, str(found["agreement"]["items_n"]), *cells)
    yield table


def _table(headings: list[str]) -> Table:
    """A table whose first column is text and whose others are numbers."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", overflow="fold")
    return table
