"""How well raters agree, as a report shows it: who is compared with whom, declared floors, prevalence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicator_definitions import AgreementFloor, Indicator, Parts, criteria_of
from warehouse.indicators import ALL

RATERS = "raters"
"""The comparison of raters with each other; any other is an origin of levels held against the raters'."""

UNDEFINED = "–"
"""Stands for what is undefined, which is not zero."""

_EVERYBODY = Text(ja="評価者全員", en="all raters")
_PERSONS = {"self_report": Text(ja="本人", en="the person"), "interviewer": Text(ja="面接者", en="the interviewer")}
_THE_RATERS = Text(ja="評価者", en="the raters")
_AND = Text(ja=" と ", en=" and ")
_LOWER_END = Text(ja="の95%下限", en=", lower 95 % end")
_MET = {True: Text(ja="満たす", en="met"), False: Text(ja="満たさない", en="not met")}
_COEFFICIENTS = {"alpha": "α", "kappa": "κ", "ac2": "AC2"}


@dataclass(frozen=True)
class Comparison:
    """Who is compared. `kind`: `raters`, or the origin whose levels are held against the raters'."""

    kind: str
    rater_a: str
    rater_b: str

    @property
    def is_of_all(self) -> bool:
        """Whether it takes all raters together."""
        return self.kind == RATERS and self.rater_a == ALL

    def rows(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Its rows of out_agreement or out_confusion."""
        keys = {"comparison": self.kind, "rater_a": self.rater_a, "rater_b": self.rater_b}
        return frame[(frame[list(keys)] == pd.Series(keys)).all(axis="columns")]

    def sides(self, language: Language) -> tuple[str, str]:
        """The two that are compared, in words."""
        if self.kind == RATERS:
            return self.rater_a, self.rater_b
        return _PERSONS[self.kind].in_(language), _THE_RATERS.in_(language)

    def label(self, language: Language) -> str:
        """Both in one."""
        return _EVERYBODY.in_(language) if self.is_of_all else _AND.in_(language).join(self.sides(language))


@dataclass(frozen=True)
class RatedCriterion:
    """A version of a criterion that was rated: its rows of out_agreement and out_confusion.

    `floors`: (indicator, the agreement that it asks for).
    """

    criterion_id: str
    version: int
    name: Text
    floors: list[tuple[str, AgreementFloor]]
    agreement: pd.DataFrame
    confusion: pd.DataFrame

    def title(self, language: Language) -> str:
        """Its name and version."""
        return Text(ja=f"{self.name.ja}(第{self.version}版)", en=f"{self.name.en} (version {self.version})").in_(
            language
        )

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """All raters, each pair of them, then the others against the raters."""
        keys = self.agreement[["comparison", "rater_a", "rater_b"]].drop_duplicates().itertuples(index=False)
        found = [Comparison(*map(str, key)) for key in keys]
        return sorted(found, key=lambda each: (each.kind != RATERS, each.kind, each.rater_a, each.rater_b))

    def estimates(self, of: Comparison, month: str = ALL) -> dict[str, dict[str, Any]]:
        """Statistic -> its row of out_agreement: value, ci_low, ci_high (NaN where undefined), items_n, ratings_n."""
        rows = of.rows(self.agreement)
        found = rows[rows["rated_month"] == month].to_dict("records")
        return {row["statistic"]: {str(name): value for name, value in row.items()} for row in found}

    def cells(self, of: Comparison) -> pd.DataFrame:
        """Rows of out_confusion, every two levels of the scale, in order; none where no answer got two levels."""
        return of.rows(self.confusion).sort_values(["level_a", "level_b"])

    def matrix(self, of: Comparison) -> pd.DataFrame:
        """How many answers got which two levels: level_a down, level_b across."""
        return self.cells(of).pivot(index="level_a", columns="level_b", values="items_n")

    def prevalences(self, of: Comparison, language: Language) -> dict[str, pd.Series]:
        """Who -> the share of each level among what they gave to the answers compared; nobody where none are.

        Of all raters together every pair counts, with both its levels.
        """
        if of.is_of_all:
            counts = {of.label(language): self._margins(0).add(self._margins(1), fill_value=0)}
        else:
            table = self.matrix(of)
            counts = dict(zip(of.sides(language), (table.sum(axis=1), table.sum(axis=0)), strict=True))
        return {who: count / count.sum() for who, count in counts.items() if count.any()}

    def _margins(self, side: Literal[0, 1]) -> pd.Series:
        """How often the first or the second of the pairs of raters gave each level."""
        of_raters = self.confusion[self.confusion["comparison"] == RATERS]
        return of_raters.groupby(["level_a", "level_b"][side])["items_n"].sum()

    @property
    def between_raters(self) -> list[Comparison]:
        """All raters together and, where there are several, the pairs of them."""
        found = [each for each in self.comparisons if each.kind == RATERS]
        return found if len(found) > 2 else found[:1]

    @property
    def pairs(self) -> list[Comparison]:
        """Every two that are compared."""
        return [each for each in self.comparisons if not each.is_of_all]

    @property
    def with_raters(self) -> list[Comparison]:
        """The person, or the interviewer, and the raters."""
        return [each for each in self.comparisons if each.kind != RATERS]

    def floor_words(self, language: Language) -> list[str]:
        """Each declared floor, what stands against it, and whether it is met."""
        return [self._floor(indicator, floor, language) for indicator, floor in self.floors]

    def _floor(self, indicator: str, floor: AgreementFloor, language: Language) -> str:
        found = self.estimates(Comparison(RATERS, ALL, ALL))[floor.statistic][floor.by]
        reached = None if pd.isna(found) else Fraction(float(found))
        is_met = reached is not None and reached >= floor.at_least
        what = _COEFFICIENTS[floor.statistic] + (_LOWER_END.in_(language) if floor.by == "ci_low" else "")
        asked, written = f"{float(floor.at_least):.3f}", _written(reached, floor.at_least)
        met = _MET[is_met].in_(language)
        return Text(
            ja=f"{indicator} の求める下限: {what} ≥ {asked} → {written} {met}",
            en=f"Floor of {indicator}: {what} ≥ {asked} → {written}, {met}",
        ).in_(language)


def _written(reached: Fraction | None, floor: Fraction) -> str:
    """A coefficient with three decimals, or as many as it takes not to look as if it were across its floor."""
    written = UNDEFINED
    for digits in range(3, 13):
        if reached is None:
            break
        written = f"{float(reached):.{digits}f}"
        if (Fraction(written) >= floor) == (reached >= floor):
            break
    return written


def rated_criteria(
    agreement: pd.DataFrame, confusion: pd.DataFrame, names: Mapping[str, Text], indicators: Iterable[Indicator] = ()
) -> list[RatedCriterion]:
    """The versions of criteria that have rows in out_agreement, in order of id and version; none where none was rated.

    `names`: criterion -> its label; one without stands for itself.
    """
    floors = _floors(indicators)
    found = []
    for criterion, version in sorted(set(zip(agreement["criterion_id"], agreement["criterion_version"], strict=True))):
        own, cells = (
            rows[(rows["criterion_id"] == criterion) & (rows["criterion_version"] == version)]
            for rows in (agreement, confusion)
        )
        name = names.get(criterion, Text(ja=criterion, en=criterion))
        found.append(RatedCriterion(criterion, int(version), name, floors.get(criterion, []), own, cells))
    return found


def _floors(indicators: Iterable[Indicator]) -> dict[str, list[tuple[str, AgreementFloor]]]:
    """Criterion -> the indicators that rest on it, with the agreement they ask for."""
    floors: dict[str, list[tuple[str, AgreementFloor]]] = {}
    for indicator in indicators:
        measures = [reading.measure for reading in indicator.readings]
        wholes = [part.of for each in measures if isinstance(each, Parts) for part in each.parts]
        wholes += [each for each in measures if not isinstance(each, Parts)]
        for criterion in dict.fromkeys(name for whole in wholes for name in criteria_of(whole)):
            if indicator.agreement_floor is not None:
                floors.setdefault(criterion, []).append((indicator.id, indicator.agreement_floor))
    return floors
