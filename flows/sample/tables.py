"""Tables as they stand in a file: rows of written cells, each with the record it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from flows.sample.records import Record

Cell = str | int | date | datetime | None


@dataclass(frozen=True)
class Layout:
    """How one organisation's file of one form looks; the columns named are those a planted fault needs."""

    file: str
    headings: tuple[str, ...]
    answered_at: str
    record_id: str | None = None
    respondent: str | None = None
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    quote_all: bool = False
    first_row: int = 2


@dataclass
class Row:
    """One row: its cells by heading, the record behind it, and the reason code of a fault planted on it."""

    cells: dict[str, Cell]
    record: Record | None
    reason: str | None = None
    warning: str | None = None
    skipped: bool = False


@dataclass
class Table:
    """All rows of one file. `notes` are rows below the records: blank rows, totals."""

    wave: str
    organisation: str
    form: str
    layout: Layout
    rows: list[Row]
    notes: list[dict[str, Cell]] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The file's path below the inbox."""
        return f"{self.wave}/{self.organisation}/{self.layout.file}"
