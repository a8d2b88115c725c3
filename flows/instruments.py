"""Instruments: the crosswalk from an organisation's own form to the questionnaire's codes."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from flows.cells import DateSystem, MonthOnly
from flows.sources.declared import ZoneName
from warehouse.definitions import Code, Definition

CrosswalkClass = Literal["A", "B", "C", "D"]
"""A: common questionnaire, B: one-to-one mapping, C: proxy, D: cannot be mapped."""


def _or_none_yet(value: object) -> object:
    """A heading with nothing below it yet (or any more)."""
    return {} if value is None else value


Separator = Annotated[str, Field(min_length=1, max_length=1)]
"""One character; spaces around it mean nothing."""


class FileLayout(Definition):
    """How a file of this form is laid out: encoding, heading rows, rows that are no responses.

    CSV, XLSX, XLS or ODS is told by the file's ending, so one instrument serves all. Columns are named by their
    headings; of several alike, the second is `heading#2`, the third `heading#3`.
    """

    separator: str = ","
    encodings: list[str] = ["utf-8-sig", "utf-8", "cp932"]
    sheet: str | None = None
    heading_rows: list[int] = [1]  # 1-based; several rows of a merged heading are joined with "/"
    ditto: list[str] = []  # cells that say "as above"
    total_rows: list[str] = []  # a row with one of these in its first filled cell is a total, not a response
    deleted_rows: list[str] = []  # a row whose first filled cell begins with one of these was struck out by its sender
    ignored_columns: list[str] = []
    date_system: DateSystem = 1900  # of serial numbers in text files; a workbook says itself
    month_only: MonthOnly | None = None  # the day that 令和元年5月 stands for; else such a row is rejected


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


LanguageTag = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""BCP 47: ja, zh-Hant."""


class OrganisationColumn(Definition):
    """A file with several organisations' rows names the organisation in a column."""

    column: str
    map: dict[Code, str]


class Candidate(Definition):
    """Columns that may hold what a draft leaves open, with what speaks for them: counts, never an answer's text.

    Several `columns` belong together: one an option, or numbers that only together identify. `labels_n`: how many of
    the question's choices occur; `map`: the labels that are the questionnaire's; `unmatched`: those of a closed
    question that are not, with the cells that hold them; `others_n`: kinds of cells that are not listed.
    """

    columns: list[str]
    filled_n: int
    distinct_n: int
    labels_n: int = 0
    score: float
    separators: list[Separator] = []
    map: dict[Code, Code] = {}
    unmatched: dict[Code, int] = {}
    others_n: int = 0


OpenQuestions = Annotated[dict[str, list[Candidate]], BeforeValidator(_or_none_yet)]


class Instrument(Definition):
    """One form version of one organisation (or of several, named in a column): layout, identity and crosswalk.

    A draft says under `open` what nobody has decided yet, and lacks what a person has to fill in; the check of the
    programme (flows/open_questions.py) lets neither pass. `answered_at_zone` is for times that have no offset and are
    not the programme's own, such as exports in UTC.
    """

    id: str
    form: str
    language: LanguageTag | None = None  # that its questions are in: for answers whose characters do not tell (工作)
    valid_from: date | None = None
    approved_by: str | None = None
    approved_at: date | None = None
    file: FileLayout = FileLayout()
    organisation_column: OrganisationColumn | None = None
    record_id: list[str] = []  # columns that together identify a response for good
    respondent: str | list[str] | None = None
    answered_at: str | list[str] = []
    answered_at_zone: ZoneName | None = None
    routing: str | None = None  # the column of the form's routing question, which says who was asked what
    answers: Annotated[dict[str, AnswerMapping], BeforeValidator(_or_none_yet)]
    open: OpenQuestions = {}  # question (or record_id, respondent, answered_at) -> what may hold it

    @property
    def respondent_columns(self) -> list[str]:
        """The alternative names of the respondent's column (none where the organisation itself reports)."""
        return [self.respondent] if isinstance(self.respondent, str) else list(self.respondent or [])

    @property
    def answered_at_columns(self) -> list[str]:
        """The alternative names of the column that says when."""
        return [self.answered_at] if isinstance(self.answered_at, str) else list(self.answered_at)

    @property
    def wanted_columns(self) -> list[list[str]]:
        """Every column the instrument needs, each as its alternative names."""
        wanted = [[name] for name in self.record_id] + [self.answered_at_columns]
        if self.respondent:
            wanted.append(self.respondent_columns)
        if self.routing:
            wanted.append([self.routing])
        if self.organisation_column:
            wanted.append([self.organisation_column.column])
        for mapping in self.answers.values():
            wanted += [mapping.columns] if mapping.column is not None else [[name] for name in mapping.flags.values()]
        return wanted
