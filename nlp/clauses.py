"""The language of coding rules: conditions on words, on their order and relations, and on the answer around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from nlp.predicate_endings import Modality
from warehouse.definitions import Code, Definition

Words = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
KINDS = (
    "lemma", "norm", "pos", "phrase", "pattern", "any", "all", "none", "near", "seq", "depends", "predicate", "code",
    "variable", "length",
)  # fmt: skip


class Near(Definition):
    """Each clause of `of` is found, with at most `within` other words from the first to the last, in any order."""

    of: list[Clause] = Field(min_length=2)
    within: int = Field(default=10, ge=0)


class Sequence(Definition):
    """The clauses of `of` are found in this order, with at most `within` other words from one to the next."""

    of: list[Clause] = Field(min_length=2)
    within: int = Field(default=10, ge=0)


class Depends(Definition):
    """A word of `child` depends on a word of `head` directly, in one of the `relations` (Universal Dependencies)."""

    child: Clause
    head: Clause
    relations: list[str] = []


class PredicatePattern(Definition):
    """A predicate (verb, adjective, or noun that is said of something) by its normal form, polarity and modality.

    What is left out does not matter; `negated: false` asks for one that is not negated, `modality` for all of these
    (past, wish, potential …), `without` for none of those. `argument`: a noun that it is said of, by its normal form;
    `particle`: the particles that mark this noun (が, を, に …), any if left out.
    """

    norm: Words = []
    negated: bool | None = None
    modality: list[Modality] = []
    without: list[Modality] = []
    argument: Words = []
    particle: Words = []

    @model_validator(mode="after")
    def _says_something(self) -> PredicatePattern:
        if not (self.norm or self.argument):
            raise ValueError("norm か argument が必要です | norm or argument is needed")
        if self.particle and not self.argument:
            raise ValueError("particle には argument が必要です | particle needs argument")
        return self


class Variable(Definition):
    """The same response chose one of `in` at `question`."""

    question: str
    codes: list[Code] = Field(alias="in", min_length=1)


class Length(Definition):
    """The whole answer has at least and at most so many characters."""

    at_least: int = 0
    at_most: int | None = None


class Clause(Definition):
    """One condition; exactly one kind, but `pos` may narrow `lemma` or `norm`.

    `lemma`: a word by its dictionary form (借りる). `norm`: by its normalised form, which spelling variants share
    (しごと: 仕事). `pos`: by its part of speech (Universal Dependencies). `phrase`: these characters, with or without
    spaces between them (びざ の こうしん). `pattern`: a regular expression. Phrases and patterns meet the text in
    ordinary width, without regard to case. `any`, `all`, `none`: of other clauses. `code`: what another theme (or one
    of its rules) found. Where several words are given, any of them.
    """

    lemma: Words = []
    norm: Words = []
    pos: Words = []
    phrase: Words = []
    pattern: str | None = None
    any: list[Clause] = []
    all: list[Clause] = []
    none: list[Clause] = []
    near: Near | None = None
    seq: Sequence | None = None
    depends: Depends | None = None
    predicate: PredicatePattern | None = None
    code: str | None = None
    variable: Variable | None = None
    length: Length | None = None

    @property
    def kind(self) -> str:
        """The one kind it is of; `pos` beside a word narrows that word."""
        return next(kind for kind in KINDS if getattr(self, kind) and not (kind == "pos" and (self.lemma or self.norm)))

    @model_validator(mode="after")
    def _is_one(self) -> Clause:
        given = [kind for kind in KINDS if getattr(self, kind)]
        if "pos" in given and len(given) == 2 and ("lemma" in given or "norm" in given):
            given.remove("pos")
        if len(given) != 1:
            names = ", ".join(KINDS)
            raise ValueError(f"{names} のどれか1つが必要です | one of {names} is needed")
        if self.pattern is not None:
            _check_pattern(self.pattern)
        return self

    @cached_property
    def expression(self) -> re.Pattern[str] | None:
        """The regular expression of a phrase or pattern; None for clauses of other kinds."""
        if self.pattern is not None:
            return re.compile(self.pattern, re.IGNORECASE)
        if self.phrase:
            return phrase_expression(self.phrase)
        return None

    def below(self) -> Iterator[tuple[str, Clause]]:
        """(path, clause) of the clauses directly below it."""
        for name in ("any", "all", "none"):
            yield from ((f"{name}.{number}", clause) for number, clause in enumerate(getattr(self, name)))
        for name in ("near", "seq"):
            if several := getattr(self, name):
                yield from ((f"{name}.{number}", clause) for number, clause in enumerate(several.of))
        if self.depends:
            yield "depends.child", self.depends.child
            yield "depends.head", self.depends.head

    def walk(self) -> Iterator[Clause]:
        """The clause and all below it."""
        yield self
        for _, clause in self.below():
            yield from clause.walk()


def _check_pattern(pattern: str) -> None:
    try:
        matches_nothing = re.compile(pattern).match("") is not None
    except re.error as error:
        raise ValueError(f"正規表現として読めません({pattern}) | no regular expression ({pattern}): {error}") from None
    if matches_nothing:
        raise ValueError(f"空の文字列に一致します({pattern}) | matches an empty text ({pattern})")


def phrase_expression(phrases: Words) -> re.Pattern[str]:
    """What finds any of these phrases in a text in ordinary width, whatever the case and the spaces in them."""
    spaced = (" *".join(map(re.escape, phrase.replace(" ", ""))) for phrase in phrases)
    return re.compile("|".join(spaced), re.IGNORECASE)
