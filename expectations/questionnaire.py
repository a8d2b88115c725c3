"""The codebook: every form's questions, wordings, choices and kinds of missing."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from warehouse.definitions import Code, Definition, Text

QuestionType = Literal["single", "multi", "level", "number", "date", "text", "identifier", "identifiers"]
"""`level` is a single choice whose choices are ordered; `identifier(s)` are open codes such as a case number."""

MissingKind = Literal["blank", "no_answer", "unknown", "not_applicable", "not_asked", "unmapped"]
"""Kinds of missing, kept apart. `unmapped`: the organisation's instrument has no such question (class D)."""

CHOICE_TYPES = frozenset({"single", "multi", "level"})


class Wording(Text):
    """What respondents read. `easy`: in plain Japanese (やさしい日本語), needed where people answer it themselves."""

    easy: Annotated[str, Field(min_length=1)] | None = None


class Choice(Definition):
    """One answer option. An exclusive one ("do not remember") cannot stand beside others."""

    code: Code
    label: Wording
    exclusive: bool = False


class MissingCode(Definition):
    """A written form of a missing answer (a code or a word) and the kind it stands for."""

    kind: MissingKind
    codes: list[Code]


class Question(Definition):
    """One question of a form: what is asked, of whom, since when, and what may be answered.

    `asked_if`: the choice of the electronic form's routing question that leads here; without it, everyone is asked.
    """

    id: str
    wording: Wording
    hint: Wording | None = None
    type: QuestionType
    choices: list[Choice] = []
    asked_of: Text
    asked_if: Code | None = None
    since: date
    required: bool = False
    attribute: bool = False
    sensitive: bool = False
    minimum: int | None = None
    maximum: int | None = None

    @model_validator(mode="after")
    def _choices_fit_type(self) -> Question:
        if (self.type in CHOICE_TYPES) != bool(self.choices):
            raise ValueError(
                f"種類 {self.type} と選択肢の有無が合いません | type {self.type} and its choices do not fit together"
            )
        codes = [choice.code for choice in self.choices]
        if len(codes) != len(set(codes)):
            raise ValueError("選択肢のコードが重複しています | a choice's code stands twice")
        if any("|" in code for code in codes):
            raise ValueError("選択肢のコードに | は使えません | a choice's code may not hold |")
        if self.type != "multi" and any(choice.exclusive for choice in self.choices):
            raise ValueError("exclusive は複数回答だけのものです | only a choice of a multi-select can be exclusive")
        return self

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The choices' codes, in the questionnaire's order."""
        return tuple(choice.code for choice in self.choices)


class RespondentNumber(Definition):
    """How an electronic form asks who answers: by a number of one spelling, never by a name."""

    id: str
    wording: Wording
    hint: Wording | None = None
    pattern: str
    wrong: Wording

    @field_validator("pattern")
    @classmethod
    def _is_an_expression(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error:
            raise ValueError("正規表現として読めません | is not a regular expression") from None
        if "'" in value:
            raise ValueError("' は使えません | may not hold '")
        return value


class Routing(Definition):
    """The question of an electronic form that decides which questions follow. It is no question of the codebook."""

    id: str
    wording: Wording
    hint: Wording | None = None
    choices: list[Choice]


class Electronic(Definition):
    """What a form needs to go out to a survey server: a word before it, who answers, and what is asked of whom."""

    introduction: Wording
    respondent: RespondentNumber | None = None
    routing: Routing | None = None


class Form(Definition):
    """A form: a questionnaire a person answers, or a log or interview record an organisation files."""

    id: str
    version: Code
    label: Text
    subject: Literal["person", "organisation"]
    electronic: Electronic | None = None
    missing: list[MissingCode] = []
    questions: list[Question]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Form:
        ids = [question.id for question in self.questions]
        if len(ids) != len(set(ids)):
            raise ValueError("設問のidが重複しています | a question's id stands twice")
        return self

    @cached_property
    def by_id(self) -> dict[str, Question]:
        """Questions by id."""
        return {question.id: question for question in self.questions}

    @cached_property
    def routes(self) -> tuple[str, ...]:
        """The codes of the electronic form's routing question; none where everyone is asked everything."""
        routing = self.electronic.routing if self.electronic else None
        return tuple(choice.code for choice in routing.choices) if routing else ()

    @cached_property
    def missing_kinds(self) -> dict[str, MissingKind]:
        """Written form of a missing answer -> its kind."""
        return {code: entry.kind for entry in self.missing for code in entry.codes}
