"""Disclosure control: the indicators as they may be published. A withheld figure is null and marked, never 0.

Four steps, on counts of people only (counts of meetings, cases or organisations are nobody's secret):
a cell with a small count is withheld; so is as much beside it as keeps it from being found by subtraction from a
total; equal figures of one cell share their fate in every reading; what remains is rounded to base 5, and whatever
follows from counts (value, interval, shortfall) is computed again from the rounded ones.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from warehouse.evidence import RESPONDENT
from warehouse.indicator_definitions import Change, Count, Diversity, Growth, Indicator, Parts, Reading, Stage, Whole
from warehouse.indicators import ALL
from warehouse.judgement import Figure, passes, shortfall
from warehouse.measured import Coverage

THRESHOLD = 5
"""Counts of people from 1 to one less are withheld."""
SENSITIVE_THRESHOLD = 10
"""The same for indicators on nationality, residence status, region, health or harm (`sensitive: true`)."""
ROUNDING_BASE = 5
INDEX_DECIMALS = 2

Counted = Literal["share", "count", "growth", "categories", "simpson", "nobody"]
"""What a cell's figures are: people of people (`share`), people beside a target or nothing (`count`), more people
than before (`growth`), an index over people (`categories`, `simpson`), or no people at all."""

_THEME_PREFIX = "theme:"  # dimensions of themes overlap: they are no parts of a whole
_COVERAGE = ["eligible_n", "measured_n", "missing_n", "class_ab_n", "class_c_n", "class_d_n"]
_COUNTS = ["numerator", "denominator", *_COVERAGE, "shortfall"]
_NUMBERS = ["value", "ci_low", "ci_high"]

Row = dict[str, Any]


@dataclass
class _Cell:
    """One row of `out_indicator` while it is decided on. `people`: the counts of people an outsider could learn."""

    row: Row
    counted: Counted
    people: tuple[int, ...]
    threshold: int
    target: Fraction | None
    is_of_people: bool
    suppressed: bool = False

    def key(self, *columns: str) -> tuple[Hashable, ...]:
        return tuple(self.row[column] for column in columns)


@dataclass(frozen=True)
class _Total:
    """A published sum and its parts: a part is found by subtraction once all others are known."""

    whole: _Cell
    parts: list[_Cell]


def public_indicators(
    out_indicator: pd.DataFrame, indicators: Iterable[Indicator], person_forms: Collection[str]
) -> pd.DataFrame:
    """Apply disclosure control to `out_indicator`: the same rows and columns, and `suppressed` (bool).

    `person_forms`: forms that persons fill in; counts of their records are counts of people, as are shares of
    people, improvements, diversity and counts of respondents on any form. Where a rounded figure would contradict its
    verdict, the verdict stays and the figure is null. Raises ValueError for rows of an unknown indicator.
    """
    by_id = {indicator.id: indicator for indicator in indicators}
    unknown = sorted(set(out_indicator["indicator_id"]) - set(by_id))
    if unknown:
        raise ValueError(f"out_indicator: unknown indicators {unknown}")
    rows: list[Row] = [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in out_indicator.to_dict("records")
    ]
    cells = [_cell(row, by_id, person_forms) for row in rows]
    _suppress(cells)
    withheld = {cell.key("indicator_id", "period", "reading") for cell in cells if cell.suppressed}
    public = pd.DataFrame(
        [_public(cell, cell.key("indicator_id", "period", "reading") in withheld) for cell in cells],
        columns=[*out_indicator.columns, "suppressed"],
    )
    kinds = dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(_NUMBERS, "float64") | {"suppressed": "bool"}
    return public.astype(kinds)


# --- what a cell counts -------------------------------------------------------------------------------------------


def _cell(row: Row, by_id: Mapping[str, Indicator], person_forms: Collection[str]) -> _Cell:
    indicator = by_id[row["indicator_id"]]
    indicator = by_id[indicator.alias_of] if indicator.alias_of else indicator
    reading = next(each for each in indicator.readings if each.id == row["reading"])
    threshold = indicator.targets.get(row["period"])
    is_of_people = any(_is_of_people(measure, person_forms) for measure in _measures(row, reading))
    counted = _counted(row, reading, threshold is not None) if is_of_people else "nobody"
    return _Cell(
        row,
        counted,
        _people(row, counted),
        SENSITIVE_THRESHOLD if indicator.sensitive else THRESHOLD,
        threshold.at_least if threshold and row["target"] is not None else None,
        is_of_people,
    )


def _measures(row: Row, reading: Reading) -> list[Whole]:
    """The measure behind a row; for the whole of several parts, theirs."""
    if not isinstance(reading.measure, Parts):
        return [reading.measure]
    return [each.of for each in reading.measure.parts if row["category"] in (each.id, ALL)]


def _is_of_people(measure: Whole, person_forms: Collection[str]) -> bool:
    if isinstance(measure, Change | Growth):
        measure = measure.of
    if isinstance(measure, Count):
        return RESPONDENT in measure.distinct or measure.form in person_forms
    return not isinstance(measure, Stage)


def _counted(row: Row, reading: Reading, has_target: bool) -> Counted:
    judge, is_of_parts, is_divided = reading.judge, isinstance(reading.measure, Parts), row["dimension"] != ALL
    if is_of_parts and not is_divided:
        return "nobody"  # it counts the parts that pass
    [measure] = _measures(row, reading)
    is_judged = has_target and (is_of_parts or not is_divided)
    if is_judged and row["organisation"] == ALL and judge.by in ("each_organisation", "share_of_organisations"):
        return "nobody"  # it counts the organisations that pass
    if isinstance(measure, Diversity):
        return measure.index
    if is_judged and judge.against == "organisation_target" and judge.by != "none":
        return "count"
    if isinstance(measure, Count | Change):
        return "count"
    return "growth" if isinstance(measure, Growth) else "share"


def _people(row: Row, counted: Counted) -> tuple[int, ...]:
    numerator, denominator = row["numerator"], row["denominator"]
    if numerator is None or counted == "nobody":
        return ()
    if counted in ("categories", "simpson"):
        return (int(row["measured_n"]),)
    if counted == "count" or denominator is None:
        return (abs(int(numerator)),)
    if counted == "growth":
        return (abs(int(numerator)), int(denominator))
    return (abs(int(numerator)), int(denominator - numerator), int(denominator))


# --- what is withheld ---------------------------------------------------------------------------------------------


def _suppress(cells: list[_Cell]) -> None:
    for cell in cells:
        cell.suppressed = any(1 <= people < cell.threshold for people in cell.people)
    totals, twins = _totals(cells), _twins(cells)
    while any([*map(_hide_beside, totals), *map(_share_fate, twins)]):  # each round hides more, or is the last
        pass


def _totals(cells: list[_Cell]) -> list[_Total]:
    """The programme with its organisations, and a whole with the categories of one dimension."""
    found: dict[tuple[Hashable, ...], list[_Cell]] = {}
    wholes: dict[tuple[Hashable, ...], _Cell] = {}
    for cell in cells:
        if not cell.people:
            continue
        of_programme = ("by organisation", *cell.key("indicator_id", "period", "reading", "dimension", "category"))
        if cell.row["organisation"] == ALL:
            wholes[of_programme] = cell
        else:
            found.setdefault(of_programme, []).append(cell)
        dimension = cell.row["dimension"]
        same = cell.key("indicator_id", "period", "reading", "organisation")
        if dimension == ALL:
            wholes[("by category", *same)] = cell
        elif not dimension.startswith(_THEME_PREFIX):
            found.setdefault(("by category", *same, dimension), []).append(cell)
    return [
        _Total(wholes[whole], parts)
        for key, parts in found.items()
        if (whole := key[:5] if key[0] == "by category" else key) in wholes
    ]


def _hide_beside(total: _Total) -> bool:
    """Withhold the next smallest parts (or else the whole) while a withheld part could be found by subtraction."""
    if total.whole.suppressed or not any(part.suppressed for part in total.parts):
        return False
    hid_more = False
    while _is_exposed(total):
        shown = [part for part in total.parts if not part.suppressed and max(part.people) > 0]
        next_one = min(shown, key=lambda part: (max(part.people), part.people), default=total.whole)
        next_one.suppressed = hid_more = True
        if next_one is total.whole:
            break
    return hid_more


def _is_exposed(total: _Total) -> bool:
    """Whether the withheld parts are one alone, or together too few in any count that the whole does not show as 0."""
    hidden = [part.people for part in total.parts if part.suppressed]
    together = [sum(counts) for counts in zip(*hidden, strict=True)]
    return len(hidden) == 1 or any(
        hidden_n < total.whole.threshold and whole_n > 0
        for hidden_n, whole_n in zip(together, total.whole.people, strict=True)
    )


def _twins(cells: list[_Cell]) -> list[list[_Cell]]:
    """Cells of different readings that show the same people: one of them would give the other away."""
    found: dict[tuple[Hashable, ...], list[_Cell]] = {}
    for cell in cells:
        if cell.people:
            place = cell.key("indicator_id", "period", "organisation", "dimension", "category")
            found.setdefault((*place, cell.people), []).append(cell)
    return [same for same in found.values() if len(same) > 1]


def _share_fate(same: list[_Cell]) -> bool:
    hidden = [cell.suppressed for cell in same]
    for cell in same:
        cell.suppressed = any(hidden)
    return any(hidden) and not all(hidden)


# --- what is shown ------------------------------------------------------------------------------------------------


def _rounded(people: int) -> int:
    return (people + ROUNDING_BASE // 2) // ROUNDING_BASE * ROUNDING_BASE


def _public(cell: _Cell, reading_withholds: bool) -> Row:
    """The row as published. `reading_withholds`: some cell of the same reading is withheld."""
    row = {**cell.row, "suppressed": cell.suppressed}
    if not cell.is_of_people:
        return row
    if cell.suppressed:
        return row | dict.fromkeys([*_COUNTS, *_NUMBERS, "verdict"])
    for column in _COVERAGE:
        people = row[column]
        is_small = 1 <= people < cell.threshold
        # coverage of a count of organisations adds up their people: a total like any other
        row[column] = None if is_small or (cell.counted == "nobody" and reading_withholds) else _rounded(int(people))
    if cell.counted in ("nobody", "categories") or row["numerator"] is None:
        return row
    return row | _figures(cell)


def _figures(cell: _Cell) -> Row:
    """Numerator, denominator and what follows from them, out of rounded counts only."""
    row, target = cell.row, cell.target
    if cell.counted == "simpson":  # its fraction would tell the exact number of people
        value = None if row["value"] is None else round(row["value"], INDEX_DECIMALS)
        figures: Row = {"numerator": None, "denominator": None, "value": value, "shortfall": None}
        reaches = target is not None and value is not None and Fraction(str(value)) >= target
    else:
        numerator, denominator = _rounded(int(row["numerator"])), row["denominator"]
        if denominator is not None:
            denominator = int(denominator) if cell.counted == "count" else _rounded(int(denominator))
        is_share = cell.counted == "share" and row["ci_low"] is not None
        figure = Figure(numerator, denominator, None, "not_applicable", None, Coverage(0, 0), is_share)
        low, high = figure.interval() or (None, None)
        figures = {
            "numerator": numerator,
            "denominator": denominator,
            "value": None if row["value"] is None else figure.value,
            "ci_low": low,
            "ci_high": high,
        }
        reaches = target is not None and passes(numerator, denominator, target)
        if target is not None and row["shortfall"] is not None:
            figures["shortfall"] = shortfall(numerator, denominator, target)
    if row["verdict"] in ("achieved", "not_achieved") and reaches != (row["verdict"] == "achieved"):
        figures |= dict.fromkeys(["numerator", *_NUMBERS, "shortfall"])
        if cell.counted == "count":  # its coverage is the same count again
            figures |= dict.fromkeys(_COVERAGE)
    return figures
