"""Change per person as a report shows it: what there is of each criterion, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from warehouse.attrition import LEVEL, NO_ANSWER, NOT_ASKED
from warehouse.definitions import Language, Text
from warehouse.evidence import ORGANISATION
from warehouse.indicators import ALL
from warehouse.paired_change import WITHOUT
from warehouse.report import WaveReport

STATES: dict[str, Text] = {
    "improved": Text(ja="改善", en="Improved"),
    "at_ceiling": Text(ja="最上位のまま", en="At the top throughout"),
    "unchanged": Text(ja="変わらず", en="Unchanged"),
    "worse": Text(ja="悪化", en="Worse"),
    "too_short": Text(ja="観察が短い", en="Observed too short"),
    "not_measured": Text(ja="未測定(回答あり・水準なし)", en="Not measured (answered, no level)"),
    "lost": Text(ja="追跡できず(当期の回答なし)", en="Lost (no answer in the period)"),
    "no_baseline": Text(ja="開始時の水準なし", en="No level at the start"),
}
"""What became of people, in words; those with two levels first."""

BASES: dict[str, Text] = {
    "complete_pairs": Text(ja="完全ペア(両方に水準がある人)", en="Complete pairs (levels at both)"),
    "all_baselines": Text(ja="開始時に水準がある人(追跡不能は改善なし)", en="All baselines (lost = not improved)"),
    "worst_case": Text(ja="全員・下限(未測定は改善なし)", en="Everybody, lower bound (not measured = not improved)"),
    "best_case": Text(
        ja="全員・上限(未測定は、最上位から始まった人を除き改善あり)",
        en="Everybody, upper bound (not measured = improved, but for those who began at the top)",
    ),
}
"""The bases of a share, in words."""

STANDPOINTS = {
    ALL: Text(ja="優先順による", en="by precedence"),
    "rated": Text(ja="評価者の水準", en="raters’ levels"),
    "own": Text(ja="本人の水準", en="the person’s own levels"),
    "interviewer": Text(ja="面接者の水準", en="the interviewer’s levels"),
}
"""Whose levels are compared, in words."""

METHODS = {
    "exact": Text(ja="正確", en="exact"),
    "approximate": Text(ja="近似", en="approximate"),
    "monte_carlo": Text(ja="乱数による", en="Monte Carlo"),
}
UNDEFINED = {
    "nobody": Text(ja="対象者なし", en="nobody to test"),
    "nobody_moved": Text(ja="水準が変わった人なし", en="nobody moved"),
    "one_category": Text(ja="比べる区分がない", en="nothing to compare with"),
    "one_organisation": Text(ja="水準が変わった人のいる団体が1つ", en="people moved in one organisation only"),
    "parted_levels": Text(ja="行き来のない水準の組に分かれる", en="levels in groups between which nobody moved"),
}
"""Why there is no figure, in words."""

_CATEGORIES = {
    NO_ANSWER: Text(ja="無回答", en="no answer"),
    NOT_ASKED: Text(ja="尋ねていない(区分D)", en="not asked (class D)"),
}
_DIMENSIONS = {
    LEVEL: Text(ja="開始時の水準", en="Level at the start"),
    ORGANISATION: Text(ja="団体", en="Organisation"),
}


@dataclass(frozen=True)
class CriterionChange:
    """One criterion's rows of out_change, out_level_pair and out_attrition in the period reported on."""

    criterion_id: str
    name: Text
    change: pd.DataFrame
    level_pairs: pd.DataFrame
    attrition: pd.DataFrame

    @property
    def has_baseline(self) -> bool:
        """Whether anybody has a level at the start."""
        return self.number("improved", "all_baselines", "denominator") > 0

    @cached_property
    def organisations(self) -> list[str]:
        """The organisations that have people, in the table's order."""
        codes = self.change["organisation"].drop_duplicates()
        return [code for code in codes if code != ALL and not code.startswith(WITHOUT)]

    @cached_property
    def standpoints(self) -> list[str]:
        """Standpoints shown apart; none where a criterion has one alone."""
        return [each for each in self.change["standpoint"].drop_duplicates() if each != ALL]

    @cached_property
    def _rows(self) -> Mapping[tuple[str, ...], Mapping[str, Any]]:
        keys = ["standpoint", "organisation", "statistic", "basis"]
        records = [{str(key): value for key, value in row.items()} for row in self.change.to_dict("records")]
        return {tuple(row[key] for key in keys): row for row in records}

    def row(
        self, statistic: str, basis: str = "complete_pairs", organisation: str = ALL, standpoint: str = ALL
    ) -> Mapping[str, Any] | None:
        """One row of out_change."""
        return self._rows.get((standpoint, organisation, statistic, basis))

    def number(self, statistic: str, basis: str, column: str, organisation: str = ALL) -> int:
        """A count of a row; 0 where there is no such row."""
        row = self.row(statistic, basis, organisation)
        return 0 if row is None or pd.isna(row[column]) else int(row[column])


def changes_of(report: WaveReport) -> list[CriterionChange]:
    """The criteria of people in the definitions' order; empty in a period that is compared with none."""
    change, cells, attrition = (
        frame[frame["period"] == report.period_id]
        for frame in (report.out_change, report.out_level_pair, report.out_attrition)
    )
    found = [
        CriterionChange(
            criterion,
            report.criteria.get(criterion, Text(ja=criterion, en=criterion)),
            _in_order(rows, report),
            cells[cells["criterion_id"] == criterion],
            attrition[attrition["criterion_id"] == criterion],
        )
        for criterion, rows in ((str(key), group) for key, group in change.groupby("criterion_id", sort=True))
    ]
    order = list(report.criteria)
    return sorted(found, key=lambda each: order.index(each.criterion_id) if each.criterion_id in order else len(order))


def _in_order(rows: pd.DataFrame, report: WaveReport) -> pd.DataFrame:
    place = rows["organisation"].map(lambda code: report.place_of(code.removeprefix(WITHOUT)))
    return rows.loc[place.sort_values(kind="stable").index]


# --- words --------------------------------------------------------------------------------------------------------


def share_words(row: Mapping[str, Any] | None) -> str:
    """`54.5 % (47.9–61.0)`; a dash where it is undefined."""
    if row is None or pd.isna(row["value"]):
        return "–"
    percent = f"{100 * row['value']:.1f} %"
    return percent if pd.isna(row["ci_low"]) else f"{percent} ({100 * row['ci_low']:.1f}–{100 * row['ci_high']:.1f})"


def points_words(row: Mapping[str, Any] | None) -> str:
    """`+35.9 (+24.2 – +46.4)`, in percentage points; a dash where it is undefined."""
    if row is None or pd.isna(row["value"]):
        return "–"
    value, low, high = (signed(100 * row[name], 1) for name in ("value", "ci_low", "ci_high"))
    return f"{value} ({low} – {high})"


def signed(number: float, digits: int) -> str:
    """A number with its sign; nothing for a null, and no minus before a nought."""
    return "" if pd.isna(number) else f"{round(number, digits) + 0.0:+.{digits}f}"


def p_words(p_value: Any) -> str:
    """`p = 0.042`, `p < 0.001`."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def undefined_words(reason: Any, language: Language) -> str:
    """`検定できない(水準が変わった人なし)`."""
    why = UNDEFINED[str(reason)]
    return Text(ja=f"算定できない({why.ja})", en=f"undefined ({why.en})").in_(language)


def dimension_words(dimension: str, report: WaveReport, language: Language) -> str:
    """What people are compared by."""
    wording = _DIMENSIONS.get(dimension) or report.questions.get(dimension)
    return wording.in_(language) if wording else dimension


def category_words(dimension: str, category: str, report: WaveReport, language: Language) -> str:
    """A category in words; a code without a label stands for itself."""
    if category in _CATEGORIES:
        return _CATEGORIES[category].in_(language)
    if dimension == LEVEL:
        return Text(ja=f"水準{category}", en=f"level {category}").in_(language)
    if dimension == ORGANISATION:
        return report.organisation_name(category, language)
    label = report.choices.get((dimension, category))
    return label.in_(language) if label else category


def organisation_words(code: str, report: WaveReport, language: Language) -> str:
    """An organisation's name, the programme's, or `団体Aを除く`."""
    name = report.organisation_name(code.removeprefix(WITHOUT), language)
    return Text(ja=f"{name}を除く", en=f"without {name}").in_(language) if code.startswith(WITHOUT) else name
