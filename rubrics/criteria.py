"""Criteria: anchored levels in both languages, dated, and how an answer or a rater comes to a level."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from warehouse.definitions import Code, Definition, Text

Origin = Literal["self_report", "interviewer", "rater", "adjudicated"]
"""Whose level it is: the person's own answer, the interviewer's record, raters who agree, or their decision together.
There is no other: what a model suggests is no level."""


class Level(Definition):
    """One anchored level of a criterion. What raters go by: signs they can observe, and cases on either side."""

    level: int
    anchor: Text
    signs: list[Text] = []
    example: Text | None = None
    counter_example: Text | None = None  # sounds like this level, and is another; says which and why


class LevelRule(Definition):
    """Which question gives the level, and which choice stands for which level."""

    form: str
    question: str
    origin: Literal["self_report", "interviewer"]
    levels: dict[Code, int]


class RatingRule(Definition):
    """How raters come to a level: the texts they read, what is kept from them, and how many rate each answer."""

    form: str
    reads: list[str] = Field(min_length=1)
    blind_to: list[Literal["wave", "organisation"]] = ["wave", "organisation"]
    raters: int = Field(default=2, ge=2)


class CriterionVersion(Definition):
    """The criterion as it stands from a date on; older waves keep the version of their time.

    `precedence`: where several origins give a level of one answer, the first of these counts.
    """

    version: int
    effective_from: date
    reference: str
    levels: list[Level]
    rule: LevelRule | None = None
    rating: RatingRule | None = None
    precedence: list[Origin]

    @property
    def form(self) -> str:
        """The form whose answers have a level."""
        return next(given.form for given in (self.rule, self.rating) if given is not None)

    @property
    def questions(self) -> list[str]:
        """The questions a level can rest on."""
        return [*([self.rule.question] if self.rule else []), *(self.rating.reads if self.rating else [])]

    @property
    def scale(self) -> list[int]:
        """The levels, ascending."""
        return sorted(level.level for level in self.levels)

    @model_validator(mode="after")
    def _levels_come_from_somewhere(self) -> CriterionVersion:
        if self.rule is None and self.rating is None:
            raise ValueError("rule か rating が必要です | rule or rating is needed")
        if self.rule and self.rating and self.rule.form != self.rating.form:
            raise ValueError("rule と rating の form が違います | rule and rating name different forms")
        possible: set[Origin] = {self.rule.origin} if self.rule else set()
        possible |= {"rater", "adjudicated"} if self.rating else set()
        if sorted(self.precedence) != sorted(possible):
            names = ", ".join(sorted(possible))
            raise ValueError(f"precedence は {names} の並びです | precedence is an order of {names}")
        return self

    @model_validator(mode="after")
    def _rule_gives_known_levels(self) -> CriterionVersion:
        unknown = sorted(set(self.rule.levels.values()) - set(self.scale)) if self.rule else []
        if unknown:
            raise ValueError(f"アンカーのない水準です: {unknown} | levels without an anchor: {unknown}")
        return self

    @model_validator(mode="after")
    def _raters_have_anchors(self) -> CriterionVersion:
        bare = [
            level.level
            for level in self.levels
            if self.rating and not (level.signs and level.example and level.counter_example)
        ]
        if bare:
            raise ValueError(
                f"評価者が使う水準には signs・example・counter_example が必要です: {bare} | "
                f"levels that raters use need signs, example and counter_example: {bare}"
            )
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
