"""Figures in words: how a row of `out_indicator` is written for people, and never mistaken for another state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.evidence import RESPONDENT
from warehouse.indicator_definitions import (
    Change,
    Count,
    Diversity,
    Growth,
    Improvement,
    Indicator,
    Measure,
    NetShare,
    Parts,
    Reading,
    Share,
    Stage,
)
from warehouse.indicators import ALL
from warehouse.periods import Period

VERDICTS: dict[str, Text] = {
    "achieved": Text(ja="達成", en="achieved"),
    "not_achieved": Text(ja="未達成", en="not achieved"),
    "undetermined": Text(ja="判定不能", en="undetermined"),
    "reference": Text(ja="参考値", en="reference only"),
    "not_applicable": Text(ja="該当なし", en="not applicable"),
    "suppressed": Text(ja="秘匿", en="suppressed"),
}
"""Every verdict in words; `suppressed` stands for one that disclosure control withholds."""

JUDGING = frozenset({"achieved", "not_achieved", "undetermined", "reference"})
"""The verdicts that judge."""

SUPPRESSED = VERDICTS["suppressed"]
NOT_APPLICABLE = VERDICTS["not_applicable"]
NOT_MEASURED = Text(ja="未測定", en="not measured")
NOT_REPORTED = Text(ja="未報告", en="not reported")
BY_ITEM = Text(ja="項目別に表示", en="shown by item")
AT_LEAST_TARGET = Text(ja="目標以上", en="at or above the target")
BELOW_TARGET = Text(ja="目標未満", en="below the target")
LACKING = Text(ja="算定不能(実績か目標のない団体あり)", en="undefined (an organisation lacks its actual or target)")

Kind = Literal[
    "by_item",  # nothing of its own: its items are shown one by one
    "passing_items",  # how many items pass
    "passing_organisations",  # how many organisations pass
    "of_own_target",  # actual / the organisation's own target
    "share",
    "net_share",
    "growth",
    "change",
    "stage",
    "index",
    "count",
]
"""What the numerator and denominator of a row are."""

CoverageUnit = Literal["people", "responses", "reports"]
"""What coverage counts: people, responses, or the reports that organisations owed."""

_OVER_ITEMS = Text(ja="全項目の延べ", en="over all items")
_COVERED: dict[CoverageUnit, Text] = {
    "people": Text(ja="{} 人", en="{} people"),
    "responses": Text(ja="{} 回答", en="{} responses"),
    "reports": Text(ja="報告 {}", en="{} reports"),
}


def coverage_unit(measure: Measure) -> CoverageUnit:
    """What the coverage columns of a measure count."""
    match measure:
        case Parts():
            return coverage_unit(measure.parts[0].of)
        case Change() | Growth():
            return coverage_unit(measure.of)
        case Share() | NetShare():
            return "people" if measure.unit == "person" else "responses"
        case Improvement() | Diversity():
            return "people"
        case Count():
            return "people" if RESPONDENT in measure.distinct else "reports"
        case Stage():
            return "reports"


def percent(value: Fraction, target: Fraction | None = None, sign: str = "") -> str:
    """A share as `54.5 %`: one decimal, or as many as it takes not to look as if it were across its target."""
    written = ""
    for digits in range(1, 13):
        written = f"{float(value * 100):{sign}.{digits}f}"
        if target is None or (Fraction(written) >= target * 100) == (value >= target):
            break
    return f"{written} %"


@dataclass(frozen=True)
class ShownCell:
    """One row of `out_indicator` (or `out_indicator_public`) beside the definitions it was computed from.

    `definition` is the indicator that was computed, which for an alias is the one it stands for.
    """

    indicator: Indicator
    definition: Indicator
    reading: Reading
    period: Period
    row: Mapping[str, Any]

    # --- what it is -----------------------------------------------------------------------------------------------

    @property
    def organisation(self) -> str:
        """Organisation code, or `*`."""
        return str(self.row["organisation"])

    @property
    def dimension(self) -> str:
        """The attribute it is broken down by, or `*`."""
        return str(self.row["dimension"])

    @property
    def category(self) -> str:
        """The category of the attribute, or `*`."""
        return str(self.row["category"])

    @property
    def is_whole(self) -> bool:
        """Whether it is neither an item nor a category."""
        return self.dimension == ALL

    @property
    def is_public(self) -> bool:
        """Whether it went through disclosure control."""
        return "suppressed" in self.row

    @property
    def is_suppressed(self) -> bool:
        """Whether disclosure control withheld it."""
        return self.is_public and bool(self.row["suppressed"])

    @property
    def verdict(self) -> str:
        """The verdict's code, `suppressed` where it is withheld."""
        verdict = self.row["verdict"]
        if self.is_suppressed or pd.isna(verdict):
            return "suppressed"
        return str(verdict)

    @property
    def target(self) -> Fraction | None:
        """The plan's number for the period."""
        threshold = self.definition.targets.get(self.period.id)
        return threshold.at_least if threshold else None

    @property
    def measure(self) -> Measure:
        """The measure behind it: the item's own, where it is an item."""
        measure = self.reading.measure
        if isinstance(measure, Parts) and not self.is_whole:
            return next(part.of for part in measure.parts if part.id == self.category)
        return measure

    @property
    def kind(self) -> Kind:
        """What its numerator and denominator are."""
        judge, measure = self.reading.judge, self.measure
        is_judged = self.target is not None and judge.by != "none"
        is_breakdown = not self.is_whole and not isinstance(self.reading.measure, Parts)
        by_organisation = judge.by in ("each_organisation", "share_of_organisations")
        if is_judged and by_organisation and self.organisation == ALL and not is_breakdown:
            return "passing_organisations"
        if isinstance(measure, Parts):
            return "passing_items" if is_judged else "by_item"
        if is_judged and judge.against == "organisation_target" and not is_breakdown:
            return "of_own_target"
        match measure:
            case Share() | Improvement():
                return "share"
            case Diversity(index="simpson"):
                return "index"
            case Stage(report="highest"):
                return "stage"
            case NetShare() | Growth() | Change():
                return measure.measure
        return "count"

    def number(self, column: str) -> int | None:
        """A whole number of the row, None where it is null."""
        value = self.row[column]
        return None if pd.isna(value) else int(value)

    # --- in words -------------------------------------------------------------------------------------------------

    def item(self, language: Language) -> str:
        """The item's name, the category's code, or nothing for the whole."""
        measure = self.reading.measure
        if self.is_whole:
            return ""
        if isinstance(measure, Parts):
            return next(part.label for part in measure.parts if part.id == self.category).in_(language)
        return f"{self.dimension}: {self.category}"

    def verdict_word(self, language: Language) -> str:
        """The verdict in words."""
        return VERDICTS[self.verdict].in_(language)

    def value(self, language: Language) -> str:
        """The figure as people write it: `54.5 % (120/220)`, `7 件`, or the word for why there is none."""
        numerator, denominator = self.number("numerator"), self.number("denominator")
        if numerator is None:  # a published index comes without the counts that would tell the number of people
            return self._absent().in_(language) if pd.isna(self.row["value"]) else f"{self.row['value']:.2f}"
        counts = f"{numerator:,}" if denominator is None else f"{numerator:,}/{denominator:,}"
        kind = self.kind
        if denominator == 0 and kind != "of_own_target":
            return Text(ja=f"算定不能 ({counts})", en=f"undefined ({counts})").in_(language)
        if kind == "of_own_target":
            return self._against_own_target(numerator, denominator, language)
        if kind == "passing_organisations":
            return Text(ja=f"{counts} 団体が達成", en=f"{counts} organisations pass").in_(language)
        if kind == "passing_items":
            return Text(ja=f"{counts} 項目が達成", en=f"{counts} items pass").in_(language)
        if kind == "stage":
            return Text(ja=f"段階 {counts}", en=f"stage {counts}").in_(language)
        if kind == "change":
            return self._with_unit(f"{numerator:+,}" if numerator else "±0", language)
        if denominator is None:
            return self._with_unit(counts, language)
        value = Fraction(numerator, denominator)
        if kind == "index":
            return f"{float(value):.3f}"
        return f"{percent(value, self.target, '' if kind == 'share' else '+')} ({counts})"

    def interval(self) -> str:
        """The 95 % interval as `47.9–61.0 %`; empty where none can be given."""
        low, high = self.row["ci_low"], self.row["ci_high"]
        return "" if pd.isna(low) or pd.isna(high) else f"{low * 100:.1f}–{high * 100:.1f} %"

    def target_words(self, language: Language) -> str:
        """What the reading asks for in this period; empty where the plan gives no number."""
        judge, target = self.reading.judge, self.target
        if target is None or judge.by == "none":
            return ""
        ratio = f"{float(target * 100):g} %"
        if judge.against == "organisation_target":
            asked = Text(ja=f"目標の {ratio} 以上", en=f"≥ {ratio} of own target")
        else:
            asked = self._plan_number(target, ratio)
        if self.organisation != ALL:
            return asked.in_(language)
        if judge.by == "each_organisation":
            return Text(ja=f"全団体が{asked.ja}", en=f"each: {asked.en}").in_(language)
        if judge.by == "share_of_organisations":
            return Text(ja=f"{ratio} 以上の団体が{asked.ja}", en=f"≥ {ratio} of them: {asked.en}").in_(language)
        if judge.against == "organisation_target":
            return Text(ja=f"合計で{asked.ja}", en=f"together: {asked.en}").in_(language)
        return asked.in_(language)

    def shortfall(self, language: Language) -> str:
        """`あと3人`: what the numerator still lacks; empty where nothing is missing or nothing can be said."""
        missing = self.number("shortfall")
        if not missing:
            return ""
        plural = "" if missing == 1 else "s"
        units: dict[str, Text] = {
            "passing_organisations": Text(ja="団体", en=f"organisation{plural}"),
            "passing_items": Text(ja="項目", en=f"item{plural}"),
        }
        unit = units.get(self.kind, self._unit())
        if unit is None:
            return Text(ja=f"あと{missing:,}", en=f"{missing:,} short").in_(language)
        return Text(ja=f"あと{missing:,}{unit.ja}", en=f"{missing:,} {unit.en} short").in_(language)

    def coverage(self, language: Language) -> str:
        """Measured of eligible, with those that rest on a proxy (C), cannot be mapped (D), or are missing."""
        eligible, measured = self.number("eligible_n"), self.number("measured_n")
        if eligible is None or measured is None:
            return SUPPRESSED.in_(language)
        if not eligible:
            return ""
        unit = coverage_unit(self.measure)
        whole = _COVERED[unit].in_(language).format(f"{measured:,}/{eligible:,}")
        names = {
            "class_c_n": Text(ja="C", en="class C"),
            "class_d_n": Text(ja="D", en="class D"),
            "missing_n": NOT_REPORTED if unit == "reports" else NOT_MEASURED,
        }
        noted = [
            f"{name.in_(language)} {self._withheld_or(column, language)}"
            for column, name in names.items()
            if self.number(column) != 0
        ]
        if isinstance(self.measure, Parts):
            noted.insert(0, _OVER_ITEMS.in_(language))
        separator = "・" if language == "ja" else ", "
        return f"{whole} ({separator.join(noted)})" if noted else whole

    def _withheld_or(self, column: str, language: Language) -> str:
        number = self.number(column)
        return SUPPRESSED.in_(language) if number is None else f"{number:,}"

    # --- its parts ------------------------------------------------------------------------------------------------

    def _absent(self) -> Text:
        """Why there is no figure: withheld, nothing to measure, told by its items or its verdict, or not measured."""
        if self.is_suppressed:
            return SUPPRESSED
        if self.period.id in self.definition.not_applicable:
            return NOT_APPLICABLE
        if isinstance(self.measure, Change | Growth) and self.period.reference is None:
            return NOT_APPLICABLE
        if self.kind == "by_item":
            return BY_ITEM
        if self.verdict in ("achieved", "not_achieved"):
            return AT_LEAST_TARGET if self.verdict == "achieved" else BELOW_TARGET
        return LACKING if self.kind == "of_own_target" and self.organisation == ALL else NOT_MEASURED

    def _unit(self) -> Text | None:
        """The numerator's unit; items of one indicator are of different kinds and have none."""
        return None if isinstance(self.reading.measure, Parts) else self.definition.unit

    def _with_unit(self, number: str, language: Language) -> str:
        unit = self._unit()
        return f"{number} {unit.in_(language)}" if unit else number

    def _against_own_target(self, actual: int, own: int | None, language: Language) -> str:
        if own is None:
            written = self._with_unit(f"{actual:,}", language)
            return Text(ja=f"{written}(団体目標なし)", en=f"{written} (no target of its own)").in_(language)
        if own == 0:
            written = self._with_unit(f"{actual:,}", language)
            return Text(ja=f"{written}(団体目標 0)", en=f"{written} (own target 0)").in_(language)
        ratio = percent(Fraction(actual, own), self.target)
        return Text(ja=f"{ratio} (実績 {actual:,}/目標 {own:,})", en=f"{ratio} ({actual:,} of {own:,})").in_(language)

    def _plan_number(self, target: Fraction, ratio: str) -> Text:
        number = f"{target.numerator:,}" if target.denominator == 1 else f"{float(target):g}"
        match self.measure:
            case Share() | Improvement() | NetShare() | Growth():
                return Text(ja=f"{ratio} 以上", en=f"≥ {ratio}")
            case Diversity(index="simpson"):
                return Text(ja=f"{number} 以上", en=f"≥ {number}")
            case Stage(report="highest"):
                return Text(ja=f"段階 {number} 以上", en=f"stage ≥ {number}")
        signed = f"+{number}" if isinstance(self.measure, Change) else number
        return Text(ja=f"{self._with_unit(signed, 'ja')}以上", en=f"≥ {self._with_unit(signed, 'en')}")
