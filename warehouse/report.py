"""What people see of a wave, as frames in words: the summary, organisations side by side, all readings, findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from warehouse.definitions import Language, Text, UserMistake, fault
from warehouse.frames import empty_frame
from warehouse.indicator_definitions import Indicator, Parts
from warehouse.indicators import ALL
from warehouse.periods import Organisation, Period
from warehouse.report_agreement import RatedCriterion, rated_criteria
from warehouse.report_headings import headings
from warehouse.report_wording import JUDGING, NOT_MEASURED, VERDICTS, ShownCell, coverage_unit
from warehouse.tables import TABLES

SayFinding = Callable[[Mapping[str, Any], Language], str]
"""Says one row of `out_finding` in words."""

_PROGRAMME = Text(ja="事業全体", en="Programme")
_OTHER_READING = Text(ja="別の読み方: ", en="another reading: ")
_FIGURE_KEYS = ["indicator_id", "name", "category", "item"]
_COVERAGE = ["eligible_n", "measured_n", "missing_n", "class_ab_n", "class_c_n", "class_d_n"]


def reason_code_alone(finding: Mapping[str, Any], _language: Language) -> str:
    """The plainest way to say a finding: its reason code."""
    return str(finding["reason_code"])


@dataclass(frozen=True)
class WaveReport:
    """All that a report of one wave is made of: a run's out_ frames and the definitions they were computed from.

    `programme` is its label. `out_indicator` may be `out_indicator_public`, whose suppressed cells are shown as such.
    `out_texts`: the other out_ tables about texts, by name. `questions`, `themes` and `criteria`: id -> wording, where
    there is one; `choices`: (question, code) -> label.
    """

    programme: Text
    period_id: str
    indicators: list[Indicator]
    organisations: list[Organisation]
    periods: list[Period]
    out_indicator: pd.DataFrame
    out_finding: pd.DataFrame
    out_theme: pd.DataFrame
    out_language: pd.DataFrame
    meta_run: pd.DataFrame
    say_finding: SayFinding = reason_code_alone
    questions: Mapping[str, Text] = field(default_factory=dict)
    themes: Mapping[str, Text] = field(default_factory=dict)
    out_agreement: pd.DataFrame = field(default_factory=lambda: empty_frame(TABLES["out_agreement"]))
    out_confusion: pd.DataFrame = field(default_factory=lambda: empty_frame(TABLES["out_confusion"]))
    out_change: pd.DataFrame = field(default_factory=lambda: empty_frame(TABLES["out_change"]))
    out_level_pair: pd.DataFrame = field(default_factory=lambda: empty_frame(TABLES["out_level_pair"]))
    out_attrition: pd.DataFrame = field(default_factory=lambda: empty_frame(TABLES["out_attrition"]))
    out_texts: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    criteria: Mapping[str, Text] = field(default_factory=dict)
    choices: Mapping[tuple[str, str], Text] = field(default_factory=dict)

    @cached_property
    def rated(self) -> list[RatedCriterion]:
        """How well the raters of each criterion version agree; empty where nothing was rated."""
        frames = [self.out_agreement, self.out_confusion]
        agreement, confusion = (frame[frame["period"] == self.period_id] for frame in frames)
        return rated_criteria(agreement, confusion, self.criteria, self.indicators)

    @cached_property
    def period(self) -> Period:
        """The period reported on."""
        return next(period for period in self.periods if period.id == self.period_id)

    @property
    def is_public(self) -> bool:
        """Whether the figures went through disclosure control."""
        return "suppressed" in self.out_indicator.columns

    @cached_property
    def cells(self) -> list[ShownCell]:
        """Every row of the period, in the order of the definitions: indicator, reading, item, organisation.

        Raises UserMistake for rows whose indicator or reading the definitions do not have.
        """
        by_id = {indicator.id: indicator for indicator in self.indicators}
        rows = self.out_indicator[self.out_indicator["period"] == self.period_id]
        cells: dict[str, list[ShownCell]] = {indicator.id: [] for indicator in self.indicators}
        for record in rows.to_dict("records"):
            row: dict[str, Any] = {str(name): value for name, value in record.items()}
            indicator = by_id.get(row["indicator_id"])
            if indicator is None:
                raise _other_definitions(row["indicator_id"])
            definition = by_id[indicator.alias_of] if indicator.alias_of else indicator
            reading = next((each for each in definition.readings if each.id == row["reading"]), None)
            if reading is None:
                raise _other_definitions(f"{indicator.id}.{row['reading']}")
            cells[indicator.id].append(ShownCell(indicator, definition, reading, self.period, row))
        return [cell for found in cells.values() for cell in sorted(found, key=self._place)]

    def organisation_name(self, code: str, language: Language) -> str:
        """An organisation's label (with its code where two share it), the programme's word for `*`, or the code."""
        if code == ALL:
            return _PROGRAMME.in_(language)
        labels = {each.code: each.label.in_(language) for each in self.organisations}
        label = labels.get(code, code)
        return f"{label} ({code})" if list(labels.values()).count(label) > 1 else label

    def place_of(self, code: str) -> int:
        """Where an organisation stands: the programme first, then as declared, an unknown one last."""
        codes = [ALL, *(each.code for each in self.organisations)]
        return codes.index(code) if code in codes else len(codes)

    def _place(self, cell: ShownCell) -> tuple[int, bool, str, int, str, int]:
        measure = cell.reading.measure
        items = [part.id for part in measure.parts] if isinstance(measure, Parts) else []
        item = items.index(cell.category) if cell.category in items else -1
        reading = cell.definition.readings.index(cell.reading)
        return reading, not cell.is_whole, cell.dimension, item, cell.category, self.place_of(cell.organisation)


def indicator_summary(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """One row per indicator, in the file's order: the programme's figure in the declared reading.

    Columns (all text): indicator_id, name, reading, value, interval (Wilson 95 %), target, verdict_code, verdict,
    shortfall, coverage, alternatives (readings whose verdict judges otherwise, one a line), plan_text, assumption.
    """
    rows = [_summary_row(indicator, report, language) for indicator in report.indicators]
    return pd.DataFrame(rows).astype("str")


def _summary_row(indicator: Indicator, report: WaveReport, language: Language) -> dict[str, str]:
    cells = [c for c in report.cells if c.indicator is indicator and c.is_whole and c.organisation == ALL]
    declared = next((cell for cell in cells if cell.row["is_declared"]), None)
    shown = {
        "indicator_id": indicator.id,
        "name": indicator.name.in_(language),
        "reading": declared.reading.label.in_(language) if declared else "",
        "value": declared.value(language) if declared else NOT_MEASURED.in_(language),
        "interval": declared.interval() if declared else "",
        "target": declared.target_words(language) if declared else "",
        "verdict_code": declared.verdict if declared else "undetermined",
        "verdict": declared.verdict_word(language) if declared else VERDICTS["undetermined"].in_(language),
        "shortfall": declared.shortfall(language) if declared else "",
        "coverage": declared.coverage(language) if declared else "",
        "alternatives": "\n".join(_alternative(each, language) for each in _judged_otherwise(declared, cells)),
        "plan_text": indicator.plan_text,
        "assumption": indicator.assumption.in_(language),
    }
    return shown


def _judged_otherwise(declared: ShownCell | None, cells: list[ShownCell]) -> list[ShownCell]:
    """Readings that judge, and not as the declared one does."""
    if declared is None or declared.verdict not in JUDGING:
        return []
    return [cell for cell in cells if cell.verdict in JUDGING and cell.verdict != declared.verdict]


def _alternative(cell: ShownCell, language: Language) -> str:
    label, value = cell.reading.label.in_(language), cell.value(language)
    return f"{_OTHER_READING.in_(language)}{label} → {cell.verdict_word(language)}: {value}"


def verdict_counts(summary: pd.DataFrame) -> dict[str, int]:
    """How many indicators of a summary have each verdict that occurs, by code, in the order of VERDICTS."""
    counts = summary["verdict_code"].value_counts()
    return {code: int(counts[code]) for code in VERDICTS if code in counts}


def table_artifact_rows(report: WaveReport, language: Language = "ja") -> list[dict[str, str]]:
    """The summary for a Prefect table artifact: headings -> text, the programme's rows only."""
    columns = ["indicator_id", "name", "value", "interval", "target", "verdict", "shortfall", "alternatives"]
    shown = indicator_summary(report, language)[columns]
    shown.columns = pd.Index(headings(columns, language))
    return [{str(name): str(text) for name, text in row.items()} for row in shown.to_dict("records")]


def organisation_figures(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """Organisations' figures in the declared reading, items included: one row per indicator, item and organisation.

    Columns (text): indicator_id, name, category, item, organisation (label; categorical, in the programme's order),
    value, verdict_code, verdict, shortfall.
    """
    names = [report.organisation_name(each.code, language) for each in report.organisations]
    rows = [
        {
            "indicator_id": cell.indicator.id,
            "name": cell.indicator.name.in_(language),
            "category": cell.category,
            "item": cell.item(language),
            "organisation": report.organisation_name(cell.organisation, language),
            "value": cell.value(language),
            "verdict_code": cell.verdict,
            "verdict": cell.verdict_word(language),
            "shortfall": cell.shortfall(language),
        }
        for cell in report.cells
        if cell.row["is_declared"] and cell.organisation != ALL
    ]
    columns = [*_FIGURE_KEYS, "organisation", "value", "verdict_code", "verdict", "shortfall"]
    figures = pd.DataFrame(rows, columns=columns).astype("str")
    order = pd.CategoricalDtype([*names, *sorted(set(figures["organisation"]) - set(names))], ordered=True)
    return figures.astype({"organisation": order})


def side_by_side(figures: pd.DataFrame, column: str = "value") -> pd.DataFrame:
    """One column of `organisation_figures` with the organisations beside each other: indicator_id, name, item, theirs.

    What an organisation does not have is empty.
    """
    names = figures["organisation"].cat.remove_unused_categories().cat.categories
    rows = pd.MultiIndex.from_frame(figures[_FIGURE_KEYS].drop_duplicates())
    wide = figures.astype({"organisation": "str"}).pivot(index=_FIGURE_KEYS, columns="organisation", values=column)
    ordered = wide.reindex(index=rows, columns=names.tolist()).fillna("").rename_axis(columns=None)
    return ordered.reset_index().drop(columns="category")


def readings_table(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """Every cell of every reading: words beside the numbers.

    Columns: indicator_id, name, reading, is_declared, organisation, item, value (words), numerator, denominator,
    number (the exact value), ci_low, ci_high, eligible_n, measured_n, missing_n, class_ab_n, class_c_n, class_d_n,
    target, verdict_code, verdict, shortfall.
    """
    rows = [
        {
            "indicator_id": cell.indicator.id,
            "name": cell.indicator.name.in_(language),
            "reading": cell.reading.label.in_(language),
            "is_declared": bool(cell.row["is_declared"]),
            "organisation": report.organisation_name(cell.organisation, language),
            "item": cell.item(language),
            "value": cell.value(language),
            **{column: cell.number(column) for column in ("numerator", "denominator")},
            "number": cell.row["value"],
            "ci_low": cell.row["ci_low"],
            "ci_high": cell.row["ci_high"],
            **{column: cell.number(column) for column in _COVERAGE},
            "target": cell.target_words(language),
            "verdict_code": cell.verdict,
            "verdict": cell.verdict_word(language),
            "shortfall": cell.shortfall(language),
        }
        for cell in report.cells
    ]
    whole = dict.fromkeys(["numerator", "denominator", *_COVERAGE], "Int64")
    fractional = dict.fromkeys(["number", "ci_low", "ci_high"], "Float64")
    columns = [
        *("indicator_id", "name", "reading", "is_declared", "organisation", "item", "value"),
        *("numerator", "denominator", "number", "ci_low", "ci_high", *_COVERAGE),
        *("target", "verdict_code", "verdict", "shortfall"),
    ]
    return pd.DataFrame(rows, columns=columns).astype({**whole, **fractional})


def class_coverage(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """On which crosswalk classes the programme's declared figures about people rest.

    Columns: indicator_id, name, eligible_n, class_ab_n, class_c_n, class_d_n, missing_n (people; Int64).
    """
    columns = ["eligible_n", "class_ab_n", "class_c_n", "class_d_n", "missing_n"]
    rows = [
        {"indicator_id": cell.indicator.id, "name": cell.indicator.name.in_(language)}
        | {column: cell.number(column) for column in columns}
        for cell in report.cells
        if cell.row["is_declared"]
        and cell.is_whole
        and cell.organisation == ALL
        and coverage_unit(cell.measure) != "reports"
        and cell.number("eligible_n")
        and all(cell.number(column) is not None for column in columns)
    ]
    return pd.DataFrame(rows, columns=["indicator_id", "name", *columns]).astype(dict.fromkeys(columns, "Int64"))


def _other_definitions(name: str) -> UserMistake:
    return UserMistake(
        [
            fault(
                "out_indicator",
                name,
                ("指標の定義にありません", "is not among the indicators' definitions"),
                ("この実行が使った定義で表示してください", "show the run with the definitions it used"),
            )
        ]
    )
