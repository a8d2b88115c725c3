"""The codebook: every form's questions, wordings, choices and kinds of missing."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import model_validator

from warehouse.definitions import Code, Definition, Text

QuestionType = Literal["single", "multi", "level", "number", "date", "text", "identifier", "identifiers"]
"""`level` is a single choice whose choices are ordered; `identifier(s)` are open codes such as a case number."""

MissingKind = Literal["blank", "no_answer", "unknown", "not_applicable", "not_asked", "unmapped"]
"""Kinds of missing, kept apart. `unmapped`: the organisation's instrument has no such question (class D)."""

CHOICE_TYPES = frozenset({"single", "multi", "level"})


class Choice(Definition):
    """One answer option."""

    code: Code
    label: Text


class MissingCode(Definition):
    """A written form of a missing answer (a code or a word) and the kind it stands for."""

    kind: MissingKind
    codes: list[Code]


class Question(Definition):
    """One question of a form: what is asked, of whom, since when, and what may be answered."""

    id: str
    wording: Text
    type: QuestionType
    choices: list[Choice] = []
    asked_of: Text
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
        return self

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The choices' codes, in the questionnaire's order."""
        return tuple(choice.code for choice in self.choices)


class Form(Definition):
    """A form: a questionnaire a person answers, or a log or interview record an organisation files."""

    id: str
    version: Code
    label: Text
    subject: Literal["person", "organisation"]
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
    def missing_kinds(self) -> dict[str, MissingKind]:
        """Written form of a missing answer -> its kind."""
        return {code: entry.kind for entry in self.missing for code in entry.codes}
