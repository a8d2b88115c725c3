"""Ratings: what a rater, or the raters together, decided about one answer under one criterion, and on which words."""

from __future__ import annotations

import hashlib
from typing import Literal

from pydantic import AwareDatetime, Field, model_validator

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


class Rating(Definition):
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


class Round(Definition):
    """A rating round: what was drawn, from which published run, with which seed, for which criteria and raters."""

    round_id: str
    programme_id: str
    wave: str
    run_id: str
    seed: int
    drawn_at: AwareDatetime
    criteria: dict[str, list[int]]  # criterion -> its versions in force on the days of the items
    raters: list[str]
    items: list[Item]
    strata: list[Stratum] = []  # of the units drawn: persons with their answers, or records


def text_sha256(text: str) -> str:
    """Hash of a masked text, in lower-case hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def standing(ratings: list[Rating]) -> list[Rating]:
    """The ratings that stand: the last one that a rater gave (or that was decided) for an item under a criterion.

    `ratings` in the order they were written down. What was corrected stays in the ledger and does not count.
    """
    return list({_whose(rating): rating for rating in ratings}.values())


def taken_in(ledger: list[Rating], given: list[Rating]) -> list[Rating]:
    """Those of the ratings `given` that say something new: what the ledger is to grow by.

    A sheet that was taken in before changes nothing, nor does a rating that says what already stands, whenever given.
    """
    known = {(rating.sheet_sha256, *_whose(rating)) for rating in ledger}
    stands = {_whose(rating): _said(rating) for rating in ledger}
    return [
        rating
        for rating in given
        if (rating.sheet_sha256, *_whose(rating)) not in known and stands.get(_whose(rating)) != _said(rating)
    ]


def _whose(rating: Rating) -> tuple[str, ...]:
    """One rater's rating of an item under a criterion; of a decision there is one, whoever wrote it down."""
    rater = rating.rater if rating.origin == "rater" else ""
    return rating.round_id, rating.item_id, rating.criterion_id, rating.origin, rater


def _said(rating: Rating) -> tuple[object, ...]:
    return rating.level, rating.criterion_version, rating.evidence, rating.no_evidence, rating.read
