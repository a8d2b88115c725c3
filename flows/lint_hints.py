"""What a person would notice in an organisation's sheet before reading its answers: where things are out of place."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import groupby
from typing import Literal

from openpyxl.utils import get_column_letter

from expectations.questionnaire import Form
from flows.answers import heading
from flows.cells import folded, is_blank, is_serial
from flows.instruments import FileLayout, Instrument
from flows.sheets import Sheet
from flows.spreadsheets import DITTO, TOTALS, Table, headings_of, told_apart

Severity = Literal["critical", "warning"]

_DELETIONS = ("(削除", "【削除", "[削除", "(取消", "【取消")
_NOTES = ("※", "*", "(注", "注)", "注:", "【注")
_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_LONG_NUMBER = re.compile(r"\d(?:\.\d+)?E\+\d+")
_SIMILAR = 0.6
_SHIFTS = sorted(range(-10, 11), key=abs)
_NARROWEST = 3


@dataclass(frozen=True)
class Hint:
    """Something at one or several places. `kind`: a key of the linter's words, for which the rest is filled in."""

    kind: str
    severity: Severity
    cells: tuple[str, ...] = ()
    column: str = ""
    expected: str = ""


def cell_at(row_n: int, column: int) -> str:
    """F12: rows count from 1, columns from 0."""
    return f"{get_column_letter(column + 1)}{row_n}"


def row_at(row_n: int) -> str:
    """12:12, as spreadsheets call a whole row."""
    return f"{row_n}:{row_n}"


class Columns:
    """The columns of a table, by the names that the instrument has for them."""

    def __init__(self, table: Table, instrument: Instrument) -> None:
        self.heading_row = max(instrument.file.heading_rows)
        self.names = told_apart(table.headings)
        self.wanted = [[heading(name) for name in names] for names in instrument.wanted_columns]
        self.known = {name for names in self.wanted for name in names}
        self._ignored = {heading(name) for name in instrument.file.ignored_columns}
        self._table = table

    def place(self, names: list[str]) -> int | None:
        """Where the first of the alternative columns is."""
        present = (self.names.index(heading(name)) for name in names if heading(name) in self.names)
        return next(present, None)

    def hints(self) -> Iterator[Hint]:
        """Columns that are missing, that stand again, and that nobody asked for."""
        again = {name: f"{name}#{number}" for name in self.known for number in range(2, self._count(name) + 1)}
        new = {
            name: place
            for place, name in enumerate(self.names)
            if name and name not in self.known | self._ignored | set(again.values())
        }
        for alternatives in dict.fromkeys(map(tuple, self.wanted)):
            if not set(alternatives) & set(self.names):
                yield self._missing(alternatives, new)
        for name in sorted({name for name, other in again.items() if other not in self.known | self._ignored}):
            places = [place for place, each in enumerate(self._table.headings) if each == name]
            yield Hint("column_again", "critical", tuple(cell_at(self.heading_row, place) for place in places), name)
        for names in self.wanted:
            places = [place for place, name in enumerate(self.names) if name in names]
            if len(places) > 1:
                cells = tuple(cell_at(self.heading_row, place) for place in places)
                yield Hint("column_again", "critical", cells, " | ".join(names))
        if new and "*" not in self._ignored:
            cells = tuple(cell_at(self.heading_row, place) for place in new.values())
            yield Hint("columns_added", "warning", cells)

    def _missing(self, names: tuple[str, ...], new: dict[str, int]) -> Hint:
        wanted = " | ".join(names)
        near = next((each for name in names for each in get_close_matches(name, new, 1, _SIMILAR)), None)
        if near is None:
            return Hint("column_missing", "critical", column=wanted)
        place = cell_at(self.heading_row, new[near])
        return Hint("column_missing_but_similar", "critical", (place,), wanted, near)

    def _count(self, name: str) -> int:
        return self._table.headings.count(name)


def headings_elsewhere(sheet: Sheet, instrument: Instrument) -> Hint | None:
    """Where the headings are, if another place fits the instrument better than the declared one; or that none are."""
    rows = instrument.file.heading_rows
    wanted = [{heading(name) for name in names} for names in instrument.wanted_columns]

    def fitting_n(shift: int) -> int:
        lines = [sheet.lines[row + shift - 1] for row in rows if 0 < row + shift <= len(sheet.lines)]
        names = set(told_apart(headings_of(lines))) if len(lines) == len(rows) and any(lines) else set()
        return sum(bool(each & names) for each in wanted)

    best = max(_SHIFTS, key=fitting_n)
    found, declared = ("・".join(str(row + shift) for row in rows) for shift in (best, 0))
    if fitting_n(best) == 0 and any(map(any, sheet.lines)):
        return Hint("headings_missing", "critical", (row_at(rows[0]),), expected=declared)
    if best == 0 or fitting_n(best) <= max(fitting_n(0), 1):
        return None
    return Hint("heading_elsewhere", "critical", (row_at(rows[0] + best),), declared, found)


def rows_that_are_none(table: Table) -> dict[int, Hint]:
    """Rows that are no responses, although the layout does not say so: totals and notes, by row number."""
    width = sum(bool(name) for name in table.headings)
    hints: dict[int, Hint] = {}
    at_end = True
    for row_n, cells in reversed(table.rows):
        filled = [cell for cell in cells if not is_blank(cell)]
        first = folded(filled[0]).lower() if filled else ""
        is_alone = len(filled) == 1 and width >= _NARROWEST
        if first in TOTALS:
            hints[row_n] = Hint("undeclared_total", "warning", (row_at(row_n),))
        elif is_alone and (at_end or first.startswith(_NOTES)):
            hints[row_n] = Hint("note_row", "warning", (row_at(row_n),))
        elif filled and first.startswith(_DELETIONS):
            hints[row_n] = Hint("undeclared_deletion", "warning", (row_at(row_n),))
        at_end &= row_n in hints
    return {row_n: hint for row_n, hint in hints.items() if row_n not in table.left_out}


def cell_hints(table: Table, columns: Columns, instrument: Instrument, form: Form) -> Iterator[Hint]:
    """Cells of wanted columns that look like something else than what they mean."""
    dates = [columns.place(instrument.answered_at_columns), *_of_type(columns, instrument, form, "date")]
    numbers = [columns.place([name]) for name in [*instrument.record_id, *instrument.respondent_columns]]
    ditto = DITTO - {folded(mark) for mark in instrument.file.ditto}
    for place, name in enumerate(columns.names):
        if name not in columns.known:
            continue
        for row_n, cells in table.rows:
            text = folded(cells[place]) if place < len(cells) else ""
            where = (cell_at(row_n, place),)
            if text in _ERRORS:
                yield Hint("error_value", "warning", where, name)
            elif text in ditto:
                yield Hint("undeclared_ditto", "warning", where, name)
            elif place in dates and is_serial(text):
                yield Hint("serial_date", "warning", where, name, str(table.date_system))
            elif place in numbers and _LONG_NUMBER.fullmatch(text.upper()):
                yield Hint("long_number", "warning", where, name)


def sheet_hints(sheet: Sheet, table: Table, columns: Columns, layout: FileLayout) -> Iterator[Hint]:
    """What is hidden, merged or beside the table."""
    rows = {row_n for row_n, _ in table.rows}
    if hidden := sorted(rows & set(sheet.hidden_rows)):
        yield Hint("hidden_rows", "warning", tuple(f"{first}:{last}" for first, last in _runs(hidden)))
    width = max((len(cells) for _, cells in table.rows), default=0)
    if unseen := [column for column in sheet.hidden_columns if column < width and _has_data(table, column)]:
        letters = [(get_column_letter(first + 1), get_column_letter(last + 1)) for first, last in _runs(unseen)]
        yield Hint("hidden_columns", "warning", tuple(f"{first}:{last}" for first, last in letters))
    merged = [each for each in sheet.merged if each[0] > columns.heading_row and each[1] < len(columns.names)]
    if merged:
        ranges = (f"{cell_at(top, left)}:{cell_at(low, right)}" for top, left, low, right in sorted(merged))
        yield Hint("merged_cells", "warning", tuple(ranges))
    hidden_n = sum(hidden for _, hidden in sheet.others)
    if hidden_n:
        yield Hint("hidden_sheet", "warning", expected=str(hidden_n))
    if layout.sheet is None and len(sheet.others) > hidden_n:
        yield Hint("other_sheet", "warning", expected=str(len(sheet.others) - hidden_n))


def mixed_encodings(content: bytes) -> Hint | None:
    """Rows of a text file that are Japanese in UTF-8 beside others that can only be Shift JIS.

    No byte of a Japanese character is a quote or ends a line in either, so that rows are told before characters.
    """
    in_utf8: list[int] = []
    in_cp932: list[int] = []
    for row_n, cells in enumerate(csv.reader(io.StringIO(content.decode("latin-1"), newline="")), start=1):
        try:
            line = "".join(cells).encode("latin-1").decode("utf-8-sig", "surrogatepass")
            if any(character >= "\u3000" for character in line):
                in_utf8.append(row_n)
        except UnicodeDecodeError:
            in_cp932.append(row_n)
    if not in_utf8 or not in_cp932:
        return None
    rarer = min(in_cp932, in_utf8, key=len)
    return Hint("mixed_encodings", "critical", tuple(row_at(row_n) for row_n in rarer))


def similar_sheet(sheet: Sheet, wanted: str) -> Hint:
    """The sheet that is missing, with the one whose name is nearly the same. Other names may be people's."""
    names = [each for each in (sheet.title, *(name for name, _ in sheet.others)) if each is not None]
    near = get_close_matches(wanted, names, 1, _SIMILAR)
    kind = "sheet_missing_but_similar" if near else "sheet_missing"
    return Hint(kind, "critical", column="".join(near), expected=wanted)


def _of_type(columns: Columns, instrument: Instrument, form: Form, kind: str) -> list[int | None]:
    mappings = [instrument.answers.get(question.id) for question in form.questions if question.type == kind]
    return [columns.place(mapping.columns) for mapping in mappings if mapping is not None]


def _has_data(table: Table, column: int) -> bool:
    return any(column < len(cells) and not is_blank(cells[column]) for _, cells in table.rows)


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers without a gap."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda each: each[1] - each[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]
