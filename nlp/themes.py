"""Themes as data: coding rules with versions, authors, reasons and example sentences."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from warehouse.definitions import Definition, Text

Words = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Term(Definition):
    """What a rule looks for; one of four, where several words mean any of them.

    `lemma`: a word by its dictionary form (借りる). `norm`: by its normalised form, which spelling variants share
    (しごと: 仕事). `phrase`: these characters, with or without spaces between them (びざ の こうしん). `pattern`: a
    regular expression. Phrases and patterns meet the text in ordinary width, without regard to case.
    """

    lemma: Words = []
    norm: Words = []
    phrase: Words = []
    pattern: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Term:
        if sum(map(bool, (self.lemma, self.norm, self.phrase, self.pattern))) != 1:
            raise ValueError(
                "lemma, norm, phrase, pattern のどれか1つが必要です | one of lemma, norm, phrase, pattern is needed"
            )
        if self.pattern is not None:
            try:
                matches_nothing = re.compile(self.pattern).match("") is not None
            except re.error as error:
                raise ValueError(
                    f"正規表現として読めません({self.pattern}) | no regular expression ({self.pattern}): {error}"
                ) from None
            if matches_nothing:
                raise ValueError(f"空の文字列に一致します({self.pattern}) | matches an empty text ({self.pattern})")
        return self

    @cached_property
    def expression(self) -> re.Pattern[str] | None:
        """The regular expression of a phrase or pattern; None for terms that look at words."""
        if self.pattern is not None:
            return re.compile(self.pattern, re.IGNORECASE)
        if self.phrase:
            spaced = (" *".join(map(re.escape, phrase.replace(" ", ""))) for phrase in self.phrase)
            return re.compile("|".join(spaced), re.IGNORECASE)
        return None


class Examples(Definition):
    """Sentences that a rule must find, and sentences that it must pass over."""

    found: list[str] = Field(min_length=1)
    passed_over: list[str] = Field(min_length=1)


class Rule(Definition):
    """A coding rule: one term of `any`, every term of `all`, no term of `none`; in a sentence or the whole answer."""

    id: str
    version: int = Field(ge=1)
    author: str
    reason: str
    scope: Literal["answer", "sentence"] = "sentence"
    any: list[Term] = []
    all: list[Term] = []
    none: list[Term] = []
    examples: Examples

    @model_validator(mode="after")
    def _looks_for_something(self) -> Rule:
        if not self.any and not self.all:
            raise ValueError("any か all が必要です | any or all is needed")
        return self


class Theme(Definition):
    """A theme, found where one of its rules finds something."""

    id: str
    label: Text
    rules: list[Rule] = Field(min_length=1)


class ThemesFile(Definition):
    """`nlp/themes.yml`."""

    themes: list[Theme]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> ThemesFile:
        ids = [rule.id for theme in self.themes for rule in theme.rules]
        if repeated := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"規則のidが重複しています: {repeated} | a rule's id stands twice: {repeated}")
        return self
