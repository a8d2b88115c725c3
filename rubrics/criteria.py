"""Criteria: anchored levels in both languages, dated, with the rule that turns an answer into a level."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import model_validator

from warehouse.definitions import Code, Definition, Text

Origin = Literal["self_report", "interviewer", "rater", "adjudicated"]


class Level(Definition):
    """One anchored level of a criterion."""

    level: int
    anchor: Text


class LevelRule(Definition):
    """Which question gives the level, and which choice stands for which level."""

    form: str
    question: str
    origin: Origin
    levels: dict[Code, int]


class CriterionVersion(Definition):
    """The criterion as it stands from a date on; older waves keep the version of their time."""

    version: int
    effective_from: date
    reference: str
    levels: list[Level]
    rule: LevelRule

    @model_validator(mode="after")
    def _rule_gives_known_levels(self) -> CriterionVersion:
        known = {level.level for level in self.levels}
        unknown = sorted(set(self.rule.levels.values()) - known)
        if unknown:
            raise ValueError(f"アンカーのない水準です: {unknown} | levels without an anchor: {unknown}")
        return self


class Criterion(Definition):
    """A criterion with all its versions; a higher level is better."""

    id: str
    label: Text
    description: Text
    versions: list[CriterionVersion]

    def at(self, day: date) -> CriterionVersion:
        """Return the version in force on `day` (the first one before its own date, so that nothing is unscored)."""
        in_force = [version for version in self.versions if version.effective_from <= day]
        return max(in_force or self.versions[:1], key=lambda version: version.effective_from)
