"""All indicators of a period: every reading, every organisation and the programme, as rows of `out_indicator`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import pandas as pd

from warehouse.evidence import Evidence, Scope
from warehouse.indicator_definitions import (
    Condition,
    Improvement,
    Indicator,
    NetShare,
    OrganisationTarget,
    Parts,
    Reading,
    Share,
    Verdict,
    Whole,
    criteria_of,
)
from warehouse.judgement import (
    Figure,
    all_pass,
    judged,
    of_several,
    share_passes,
    together,
    undefined,
    unless_disputed,
)
from warehouse.measured import Coverage, Measured
from warehouse.measures import measured

ALL = "*"
"""The programme (as organisation) and the undivided whole (as dimension and category)."""

INDICATOR_COLUMNS = [
    "indicator_id", "indicator_version", "period", "organisation", "dimension", "category", "reading", "is_declared",
    "numerator", "denominator", "value", "unit", "ci_low", "ci_high", "eligible_n", "measured_n", "missing_n",
    "class_ab_n", "class_c_n", "class_d_n", "target", "target_op", "verdict", "shortfall",
]  # fmt: skip
_COUNTS = [
    "numerator", "denominator", "eligible_n", "measured_n", "missing_n", "class_ab_n", "class_c_n", "class_d_n",
    "shortfall",
]  # fmt: skip
MEMBER_COLUMNS = ["indicator_id", "period", "organisation", "reading", "response_id", "in_numerator"]


@dataclass(frozen=True)
class Cell:
    """A figure as it is shown, the verdict it would have if it were judged by itself, and who stands behind it."""

    shown: Figure
    own_verdict: Verdict
    members: pd.DataFrame | None = None


Cells = dict[str, Cell]
"""Organisation code (or `*`) -> its cell."""


@dataclass(frozen=True)
class Judging:
    """What is needed to judge one indicator in one period."""

    evidence: Evidence
    scopes: dict[str, Scope]  # active executing organisations, in order
    programme: Scope
    targets: dict[tuple[str, str, str], int]  # (organisation, indicator, part) -> the organisation's own target


def compute_indicators(
    indicators: list[Indicator],
    evidence: Evidence,
    organisations: list[str],
    targets: list[OrganisationTarget],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compute every indicator of `evidence.period`.

    `organisations`: executing organisations active at the cut-off, in the programme's order. Returns
    (`out_indicator` without run_id: INDICATOR_COLUMNS, `out_indicator_member` without run_id: MEMBER_COLUMNS).
    """
    judging = Judging(
        evidence,
        {code: evidence.scope(code) for code in organisations},
        evidence.scope(),
        _approved(targets, evidence.period),
    )
    rows: dict[str, list[dict[str, object]]] = {}
    members: dict[str, list[pd.DataFrame]] = {}
    for indicator in indicators:
        progress(indicator.id)
        if indicator.alias_of is None:
            rows[indicator.id], members[indicator.id] = _one_indicator(indicator, judging)
    for indicator in indicators:
        if indicator.alias_of is not None:
            renamed = {"indicator_id": indicator.id, "indicator_version": indicator.version}
            rows[indicator.id] = [{**row, **renamed} for row in rows[indicator.alias_of]]
            members[indicator.id] = [frame.assign(indicator_id=indicator.id) for frame in members[indicator.alias_of]]
    table = pd.DataFrame([row for each in indicators for row in rows[each.id]], columns=INDICATOR_COLUMNS)
    table = table.astype(dict.fromkeys(_COUNTS, "Int64"))
    frames = [frame for each in indicators for frame in members[each.id]]
    return table, pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=MEMBER_COLUMNS)


def _approved(targets: list[OrganisationTarget], period: str) -> dict[tuple[str, str, str], int]:
    """The highest version of each target of a period."""
    ordered = sorted((each for each in targets if each.period == period), key=lambda each: each.version)
    return {(each.organisation, each.indicator, each.part): each.value for each in ordered}


def _one_indicator(indicator: Indicator, judging: Judging) -> tuple[list[dict[str, object]], list[pd.DataFrame]]:
    rows: list[dict[str, object]] = []
    members: list[pd.DataFrame] = []
    for reading in indicator.readings:
        for dimension, category, cells in _cells(indicator, reading, judging):
            for organisation, cell in cells.items():
                if organisation != ALL and not indicator.organisations_shown:
                    continue
                rows.append(_row(indicator, reading, judging.evidence.period, organisation, dimension, category, cell))
                if (dimension, category) == (ALL, ALL) and cell.members is not None and len(cell.members):
                    members.append(
                        cell.members.groupby("response_id", as_index=False, sort=True)["in_numerator"]
                        .max()
                        .assign(
                            indicator_id=indicator.id,
                            period=judging.evidence.period,
                            organisation=organisation,
                            reading=reading.id,
                        )[MEMBER_COLUMNS]
                    )
    return rows, members


def _cells(indicator: Indicator, reading: Reading, judging: Judging) -> Iterator[tuple[str, str, Cells]]:
    """(dimension, category, cells) of one reading: the whole, its parts, and its breakdowns."""
    period = judging.evidence.period
    if period in indicator.not_applicable:
        nothing = Figure(None, None, None, "not_applicable", None, Coverage(0, 0))
        yield ALL, ALL, {code: Cell(nothing, "not_applicable") for code in [*judging.scopes, ALL]}
        return
    if isinstance(reading.measure, Parts):
        of_parts = {}
        for part in reading.measure.parts:
            of_parts[part.id] = _whole_cells(indicator, reading, part.of, part.id, judging)
            yield reading.measure.dimension, part.id, of_parts[part.id]
        yield ALL, ALL, _cells_of_parts(indicator, reading, list(of_parts.values()), judging)
        return
    yield ALL, ALL, _whole_cells(indicator, reading, reading.measure, "", judging)
    if reading.is_declared(period):
        yield from _breakdowns(indicator, reading.measure, judging)


def _plan_target(indicator: Indicator, judging: Judging) -> Fraction | None:
    threshold = indicator.targets.get(judging.evidence.period)
    return threshold.at_least if threshold else None


def _whole_cells(indicator: Indicator, reading: Reading, whole: Whole, part: str, judging: Judging) -> Cells:
    """Cells of one measure for every organisation and the programme, judged as the reading says."""
    target = _plan_target(indicator, judging)
    by_target = reading.judge.against == "organisation_target"
    found = {code: measured(whole, scope) for code, scope in judging.scopes.items()}
    figures: dict[str, Figure] = {}
    for code, each in found.items():
        own = judging.targets.get((code, indicator.id, part))
        if by_target and target is not None and reading.judge.by != "none":
            figures[code] = _against_own_target(each, own, target, indicator.class_ab_floor)
        else:
            figures[code] = judged(each, target, indicator.class_ab_floor)
    is_agreed = _is_agreed(indicator, whole, judging)
    figures = {code: unless_disputed(figure, is_agreed) for code, figure in figures.items()}
    cells = {
        code: Cell(_shown(figure, reading, target), figure.verdict, found[code].members)
        for code, figure in figures.items()
    }
    cells[ALL] = _programme_cell(indicator, reading, whole, list(figures.values()), cells, judging)
    return cells


def _is_agreed(indicator: Indicator, whole: Whole, judging: Judging) -> bool:
    floor = indicator.agreement_floor
    return floor is None or judging.evidence.agreed(criteria_of(whole), floor)


def _against_own_target(found: Measured, own: int | None, ratio: Fraction, floor: Fraction) -> Figure:
    if own is None:
        return undefined(found.numerator, ratio, found.coverage)
    return judged(replace(found, denominator=own, is_share=False), ratio, floor)


def _shown(figure: Figure, reading: Reading, target: Fraction | None) -> Figure:
    """An organisation's figure carries a verdict only where organisations are judged one by one."""
    if reading.judge.by == "each_organisation":
        return figure
    return replace(figure, target=None, verdict="not_applicable", shortfall=None)


def _programme_cell(
    indicator: Indicator, reading: Reading, whole: Whole, figures: list[Figure], cells: Cells, judging: Judging
) -> Cell:
    target = _plan_target(indicator, judging)
    judge = reading.judge
    if judge.by in ("each_organisation", "share_of_organisations") and target is not None:
        return _organisations_that_pass(reading, cells, target)
    if judge.by == "programme" and judge.against == "organisation_target" and target is not None:
        coverage = together([figure.coverage for figure in figures])
        members = _joined_members(list(cells.values()))
        pairs = [
            (each.numerator, each.denominator) for each in figures if each.numerator is not None and each.denominator
        ]
        if len(pairs) < len(figures) or not figures:
            return Cell(undefined(None, target, coverage), "undetermined", members)
        total = Measured(sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs), coverage)
        figure = judged(total, target, indicator.class_ab_floor)
        figure = unless_disputed(figure, _is_agreed(indicator, whole, judging))
        return Cell(figure, figure.verdict, members)
    found = measured(whole, judging.programme)
    figure = judged(found, None if judge.by == "none" else target, indicator.class_ab_floor)
    figure = unless_disputed(figure, _is_agreed(indicator, whole, judging))
    return Cell(figure, figure.verdict, found.members)


def _organisations_that_pass(reading: Reading, cells: Cells, target: Fraction) -> Cell:
    """The programme's cell where organisations are judged: how many pass, of how many active ones."""
    organisations = [cell for code, cell in cells.items() if code != ALL]
    verdicts: list[Verdict] = [cell.own_verdict for cell in organisations]
    coverage = together([cell.shown.coverage for cell in organisations])
    if reading.judge.by == "each_organisation":
        verdict, needed = all_pass(verdicts), Fraction(1)
    else:
        verdict, needed = share_passes(verdicts, target), target
    members = _joined_members(
        [
            replace(cell, members=cell.members.assign(in_numerator=cell.own_verdict == "achieved"))
            for cell in organisations
            if cell.members is not None
        ]
    )
    return Cell(of_several(verdicts, needed, verdict, coverage), verdict, members)


def _joined_members(cells: list[Cell]) -> pd.DataFrame | None:
    frames = [cell.members for cell in cells if cell.members is not None and len(cell.members)]
    return pd.concat(frames, ignore_index=True) if frames else None


def _cells_of_parts(indicator: Indicator, reading: Reading, parts: list[Cells], judging: Judging) -> Cells:
    """The whole of several parts: it passes where every part does."""
    target = _plan_target(indicator, judging)
    descriptive = reading.judge.by == "none" or target is None
    cells: Cells = {}
    for code in [*judging.scopes, ALL]:
        of_part = [cells_of_part[code] for cells_of_part in parts]
        members = _joined_members(of_part)
        coverage = together([cell.shown.coverage for cell in of_part])
        if descriptive:
            nothing = Figure(None, None, None, "not_applicable", None, coverage)
            cells[code] = Cell(nothing, "not_applicable", members)
        else:
            verdicts: list[Verdict] = [cell.own_verdict for cell in of_part]
            verdict = all_pass(verdicts)
            figure = of_several(verdicts, Fraction(1), verdict, coverage)
            shown = figure if code == ALL else _shown(figure, reading, target)
            cells[code] = Cell(shown, verdict, members)
    if not descriptive and target is not None and reading.judge.by != "programme":
        cells[ALL] = _organisations_that_pass(reading, cells, target)
    return cells


# --- breakdowns ---------------------------------------------------------------------------------------------------


def _breakdowns(indicator: Indicator, whole: Whole, judging: Judging) -> Iterator[tuple[str, str, Cells]]:
    """The programme's figure by attribute (`gender`) or by theme in a question (`theme:q3_text`), without verdict."""
    for name in indicator.breakdowns:
        if name.startswith("theme:") and isinstance(whole, Share):
            yield from _by_theme(name.removeprefix("theme:"), whole, judging)
        elif isinstance(whole, Share | NetShare | Improvement):
            yield from _by_attribute(name, whole, judging)


def _by_theme(question: str, whole: Share, judging: Judging) -> Iterator[tuple[str, str, Cells]]:
    themes = judging.evidence.themes
    for theme in sorted(themes.loc[themes["question_id"] == question, "theme_id"].unique()):
        found_theme = Condition(theme=theme, question=question)
        narrowed = whole.model_copy(update={"where": Condition(all=[whole.where, found_theme])})
        yield f"theme:{question}", theme, {ALL: _descriptive(measured(narrowed, judging.programme))}


def _by_attribute(question: str, whole: Whole, judging: Judging) -> Iterator[tuple[str, str, Cells]]:
    """A person's category is that of their latest valid answer up to the cut-off."""
    answers = judging.evidence.valid(question).set_index("response_id")["value_code"]
    rows = judging.programme.all_responses
    rows = rows[rows["answered_at"] < judging.evidence.windows[judging.evidence.period].cut_off]
    given = rows.assign(category=rows["response_id"].map(answers)).dropna(subset=["category", "respondent_id"])
    latest = given.drop_duplicates("respondent_id", keep="last")
    for category, people in latest.groupby("category", sort=True):
        scope = judging.programme.restricted_to(people["respondent_id"])
        yield question, str(category), {ALL: _descriptive(measured(whole, scope))}


def _descriptive(found: Measured) -> Cell:
    return Cell(judged(found, None, Fraction(0)), "not_applicable")


def _row(
    indicator: Indicator, reading: Reading, period: str, organisation: str, dimension: str, category: str, cell: Cell
) -> dict[str, object]:
    figure = cell.shown
    interval = figure.interval()
    return {
        "indicator_id": indicator.id,
        "indicator_version": indicator.version,
        "period": period,
        "organisation": organisation,
        "dimension": dimension,
        "category": category,
        "reading": reading.id,
        "is_declared": reading.is_declared(period),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "value": figure.value,
        "unit": indicator.unit.en,
        "ci_low": interval[0] if interval else None,
        "ci_high": interval[1] if interval else None,
        "eligible_n": figure.coverage.eligible_n,
        "measured_n": figure.coverage.measured_n,
        "missing_n": figure.coverage.missing_n,
        "class_ab_n": figure.coverage.class_ab_n,
        "class_c_n": figure.coverage.class_c_n,
        "class_d_n": figure.coverage.class_d_n,
        "target": float(figure.target) if figure.target is not None else None,
        "target_op": ">=" if figure.target is not None else None,
        "verdict": figure.verdict,
        "shortfall": figure.shortfall,
    }
