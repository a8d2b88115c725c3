"""Themes as data: coding rules with versions, authors, reasons and example sentences."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from pydantic import Field, model_validator

from nlp.clauses import Clause
from warehouse.definitions import Definition, Text


class Examples(Definition):
    """Sentences that a rule must find, and sentences that it must pass over."""

    found: list[str] = Field(min_length=1)
    passed_over: list[str] = Field(min_length=1)


class Rule(Definition):
    """A coding rule: one clause of `any`, every one of `all`, none of `none`; in a sentence or the whole answer.

    Who changes what a rule finds raises its `version`: `monosashi theme diff` shows what that moves.
    """

    id: str
    version: int = Field(ge=1)
    author: str
    reason: str
    scope: Literal["answer", "sentence"] = "sentence"
    any: list[Clause] = []
    all: list[Clause] = []
    none: list[Clause] = []
    examples: Examples

    @model_validator(mode="after")
    def _looks_for_something(self) -> Rule:
        if not self.any and not self.all:
            raise ValueError("any か all が必要です | any or all is needed")
        return self

    def clauses(self) -> Iterator[Clause]:
        """Every clause of the rule, however deep."""
        for clause in (*self.any, *self.all, *self.none):
            yield from clause.walk()

    @property
    def codes(self) -> set[str]:
        """The themes and rules that it refers to."""
        return {clause.code for clause in self.clauses() if clause.code is not None}


class Theme(Definition):
    """A theme, found where one of its rules finds something. `definition`: what it takes in, for people who code."""

    id: str
    label: Text
    definition: Text | None = None
    rules: list[Rule] = Field(min_length=1)


class ThemesFile(Definition):
    """`nlp/themes.yml`."""

    themes: list[Theme]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> ThemesFile:
        ids = [rule.id for _, rule in self.rules()] + [theme.id for theme in self.themes]
        if repeated := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"idが重複しています: {repeated} | an id stands twice: {repeated}")
        return self

    @model_validator(mode="after")
    def _references_are_known_and_end(self) -> ThemesFile:
        known = {rule.id for _, rule in self.rules()} | {theme.id for theme in self.themes}
        unknown = sorted({code for _, rule in self.rules() for code in rule.codes} - known)
        if unknown:
            raise ValueError(f"code の指すテーマ・規則がありません: {unknown} | code names no theme or rule: {unknown}")
        try:
            self.in_order()
        except CycleError as error:
            round_trip = " → ".join(error.args[1])
            raise ValueError(f"code が循環しています: {round_trip} | code goes round: {round_trip}") from None
        return self

    def rules(self) -> Iterator[tuple[Theme, Rule]]:
        """Every rule with its theme, in the order of the file."""
        for theme in self.themes:
            yield from ((theme, rule) for rule in theme.rules)

    def in_order(self) -> list[tuple[Theme, Rule]]:
        """Every rule with its theme, each after the rules it refers to. Raises CycleError."""
        graph: dict[str, set[str]] = {theme.id: {rule.id for rule in theme.rules} for theme in self.themes}
        graph |= {rule.id: rule.codes for _, rule in self.rules()}
        by_id = {rule.id: (theme, rule) for theme, rule in self.rules()}
        return [by_id[name] for name in TopologicalSorter(graph).static_order() if name in by_id]
