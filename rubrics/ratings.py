"""Ratings: what a rater, or the raters together, decided about one answer under one criterion, and on which words."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

from rubrics.ledgers import Judgement
from warehouse.definitions import Definition


class Span(Definition):
    """Words of a masked text: text[start:end] == quote, in code points."""

    question_id: str
    start: int = Field(ge=0)
    end: int
    quote: str = Field(min_length=1)

    def holds(self, text: str) -> bool:
        """Whether the words stand in the text where the span says."""
        return text[self.start : self.end] == self.quote


class RatedText(Definition):
    """A text as the rater read it, by its hash: a rating of other words is no rating of these."""

    question_id: str
    sha256: str


class Rating(Judgement):
    """One level given by a human being. `level` is None where the texts do not let anyone tell.

    A level rests on `evidence`, or says outright that there is none (`no_evidence`). `rater` is a pseudonym; of a
    decision it is whoever wrote it down. `sheet_sha256`: the workbook it came in.
    """

    round_id: str
    item_id: str
    response_id: str
    criterion_id: str
    criterion_version: int
    origin: Literal["rater", "adjudicated"]
    rater: str
    level: int | None
    rated_at: AwareDatetime
    evidence: list[Span] = []
    no_evidence: bool = False
    read: list[RatedText]
    sheet_sha256: str

    @model_validator(mode="after")
    def _evidence_or_none(self) -> Rating:
        if bool(self.evidence) == self.no_evidence:
            raise ValueError("根拠か、根拠なしのどちらか1つです | either evidence or no evidence")
        return self

    @property
    def about(self) -> tuple[object, ...]:
        """One rater's rating of an item under a criterion; of a decision there is one, whoever wrote it down."""
        rater = self.rater if self.origin == "rater" else ""
        return self.round_id, self.item_id, self.criterion_id, self.origin, rater

    @property
    def said(self) -> tuple[object, ...]:
        """The level by the version of the rubric, with its evidence in the texts that were read."""
        return self.level, self.criterion_version, self.evidence, self.no_evidence, self.read

    @property
    def came_in(self) -> str:
        """The rater's workbook."""
        return self.sheet_sha256


class Item(Definition):
    """One answer (or record) drawn to be rated, under a name that says nothing of it."""

    item_id: str
    response_id: str
    form_id: str
    answered_on: str
    read: list[RatedText]
    stratum: dict[str, str]


class Stratum(Definition):
    """Units of one kind (`of`: what they have in common): how many there are, and how many of them were drawn."""

    of: dict[str, str]
    population: int
    drawn: int

    @property
    def weight(self) -> float | None:
        """How many units each one drawn stands for; None where none was drawn."""
        return self.population / self.drawn if self.drawn else None


class Drawing(Definition):
    """What was drawn to be judged by people, from which published run, with which seed."""

    round_id: str
    programme_id: str
    wave: str
    run_id: str
    seed: int
    drawn_at: AwareDatetime
    items: list[Item]
    strata: list[Stratum] = []  # of the units drawn


class Round(Drawing):
    """A rating round: a drawing of persons with their answers, or of records, for some criteria and raters."""

    criteria: dict[str, list[int]]  # criterion -> its versions in force on the days of the items
    raters: list[str]


def text_sha256(text: str) -> str:
    """Hash of a masked text, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
