"""Instruments: the crosswalk from an organisation's own form to the questionnaire's codes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from warehouse.definitions import Code, Definition

CrosswalkClass = Literal["A", "B", "C", "D"]
"""A: common questionnaire, B: one-to-one mapping, C: proxy, D: cannot be mapped."""


Separator = Annotated[str, Field(min_length=1, max_length=1)]
"""One character; spaces around it mean nothing."""


class FileLayout(Definition):
    """How a file of this form is laid out: encoding, heading rows, rows that are no responses.

    CSV or XLSX is told by the file's ending, so one instrument serves both.
    """

    separator: str = ","
    encodings: list[str] = ["utf-8-sig", "utf-8", "cp932"]
    sheet: str | None = None
    heading_rows: list[int] = [1]  # 1-based; several rows of a merged heading are joined with "/"
    ditto: list[str] = []  # cells that say "as above"
    total_rows: list[str] = []  # a row with one of these in its first filled cell is a total, not a response
    ignored_columns: list[str] = []


class AnswerMapping(Definition):
    """Where one question's answer stands in the file and how it becomes the questionnaire's code.

    `column` may name alternatives (a column renamed between versions). `map` goes from the file's label or code to
    the questionnaire's code; without it the file holds the codes themselves. `flags` is for multi-selects as one
    column per option (option code -> column). Class D has no column: the question cannot be answered from this form.
    """

    crosswalk: CrosswalkClass = Field(alias="class")
    column: str | list[str] | None = None
    map: dict[Code, Code] = {}
    separators: list[Separator] = []  # a multi-select in one cell
    flags: dict[Code, str] = {}
    ticked: list[Code] = ["1"]
    unticked: list[Code] = ["0"]  # beside an empty cell
    unmatched: Code | None = None  # the choice that takes labels the map does not know ("other"); else a fault
    constant: Code | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> AnswerMapping:
        sources = [self.column is not None, bool(self.flags), self.constant is not None]
        if self.crosswalk == "D":
            if any(sources):
                raise ValueError("D区分に列は要りません | class D takes no column")
        elif sum(sources) != 1:
            raise ValueError("column, flags, constant のどれか1つが必要です | one of column, flags, constant is needed")
        if self.crosswalk in ("C", "D") and not self.reason:
            raise ValueError("C・D区分には reason が必要です | classes C and D need a reason")
        return self

    @property
    def columns(self) -> list[str]:
        """The alternative names of the answer's column."""
        return [self.column] if isinstance(self.column, str) else list(self.column or [])


class OrganisationColumn(Definition):
    """A file with several organisations' rows names the organisation in a column."""

    column: str
    map: dict[Code, str]


class Instrument(Definition):
    """One form version of one organisation (or of several, named in a column): layout, identity and crosswalk."""

    id: str
    form: str
    valid_from: date
    approved_by: str
    approved_at: date
    file: FileLayout
    organisation_column: OrganisationColumn | None = None
    record_id: list[str]  # columns that together identify a response for good
    respondent: str | list[str] | None = None
    answered_at: str | list[str]
    answers: dict[str, AnswerMapping]

    @property
    def respondent_columns(self) -> list[str]:
        """The alternative names of the respondent's column (none where the organisation itself reports)."""
        return [self.respondent] if isinstance(self.respondent, str) else list(self.respondent or [])

    @property
    def answered_at_columns(self) -> list[str]:
        """The alternative names of the column that says when."""
        return [self.answered_at] if isinstance(self.answered_at, str) else list(self.answered_at)
