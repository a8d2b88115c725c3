"""Sheets that people fill in: what they read stands closed, the cells for them are open, with lists to choose from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from flows.rating_cells import height, is_tall, pieces, protect, write_heading, write_text
from rubrics.sheet_manifest import MANIFEST
from warehouse.definitions import Language, Text

HEADING_ROW = 2
"""Row of the headings, below the sheet's name; the rows to be filled in begin below it."""

TEXT_WIDTH, _WIDE_TEXT_WIDTH = 60, 100
_ENTRY = PatternFill("solid", fgColor="FFF8D6")
_LINE = Side(style="thin", color="C8C8C8")
_THIN = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRONG_CHOICE = Text(ja="一覧から選んでください", en="Choose from the list")

RowT = TypeVar("RowT")


@dataclass(frozen=True)
class Column(Generic[RowT]):
    """A column of a sheet: heading, width in characters, what stands in a row; entry cells are open."""

    heading: str
    width: int
    value: Callable[[RowT], str] = lambda _: ""
    number_format: str = "General"
    is_entry: bool = False
    choices: list[str] = field(default_factory=list)
    prompt: str = ""


@dataclass(frozen=True)
class GuideRow:
    """A row of a guide; one of a single cell runs on over its neighbours."""

    cells: list[str]
    is_title: bool = False
    is_heading: bool = False


def text_columns(heading: str, text_of: Callable[[RowT], str], rows: Sequence[RowT]) -> Iterator[Column[RowT]]:
    """A column of texts, and more of them where a text is longer than a cell."""
    texts = [text_of(row) for row in rows]
    width = _WIDE_TEXT_WIDTH if any(is_tall(TEXT_WIDTH, text) for text in texts) else TEXT_WIDTH
    for number in range(max(len(pieces(text)) for text in texts)):
        yield Column(heading if number == 0 else f"{heading} ({number + 1})", width, _piece_of(text_of, number))


def entry_sheet(
    book: Workbook,
    title: str,
    name: str,
    columns: Sequence[Column[RowT]],
    rows: Sequence[RowT],
    language: Language,
    *,
    frozen_columns_n: int = 1,
) -> None:
    """Add a sheet with these rows below its name and headings; closed, but for the entry cells."""
    sheet: Worksheet = book.create_sheet(title)
    write_text(sheet.cell(1, 1), name)
    sheet.cell(1, 1).font = Font(bold=True, size=13)
    widths = [column.width for column in columns]
    for place, column in enumerate(columns, start=1):
        write_heading(sheet.cell(HEADING_ROW, place), column.heading)
        sheet.column_dimensions[get_column_letter(place)].width = column.width
        _drop_down(sheet, place, column, len(rows), language)
    sheet.row_dimensions[HEADING_ROW].height = height(widths, [column.heading for column in columns])
    for row_n, row in enumerate(rows, start=HEADING_ROW + 1):
        values = [column.value(row) for column in columns]
        for place, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            _fill(sheet.cell(row_n, place), column, value)
        sheet.row_dimensions[row_n].height = height(widths, values)
    sheet.freeze_panes = f"{get_column_letter(frozen_columns_n + 1)}{HEADING_ROW + 1}"
    protect(sheet)


def guide_sheet(book: Workbook, title: str, rows: Iterable[GuideRow], column_widths: Sequence[int]) -> None:
    """Add a sheet that says how to go about it; closed."""
    sheet: Worksheet = book.create_sheet(title)
    for row_n, row in enumerate(rows, start=1):
        for place, value in enumerate(row.cells, start=1):
            cell: Any = sheet.cell(row_n, place)
            if row.is_heading:
                write_heading(cell, value)
            else:
                write_text(cell, value)
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                cell.font = Font(bold=row.is_title)
        widths = list(column_widths[: len(row.cells)])
        if len(row.cells) == 1:
            sheet.merge_cells(start_row=row_n, end_row=row_n, start_column=1, end_column=len(column_widths))
            widths = [sum(column_widths)]
        sheet.row_dimensions[row_n].height = height(widths, row.cells)
    for place, width in enumerate(column_widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    protect(sheet)


def manifest_sheet(book: Workbook, lines: Iterable[Sequence[str]]) -> None:
    """Add the hidden sheet that says what the file is; closed."""
    sheet: Worksheet = book.create_sheet(MANIFEST)
    for row_n, line in enumerate(lines, start=1):
        for place, value in enumerate(line, start=1):
            write_text(sheet.cell(row_n, place), value)
    sheet.sheet_state = "hidden"
    protect(sheet)


def _piece_of(text_of: Callable[[RowT], str], number: int) -> Callable[[RowT], str]:
    return lambda row: (pieces(text_of(row)) + [""] * number)[number]


def _drop_down(sheet: Worksheet, place: int, column: Column[RowT], rows_n: int, language: Language) -> None:
    if not column.choices:
        return
    letter = get_column_letter(place)
    sheet.add_data_validation(
        DataValidation(
            type="list",
            formula1='"' + ",".join(column.choices) + '"',
            allow_blank=True,
            showErrorMessage=True,
            errorTitle=column.heading[:32],
            error=_WRONG_CHOICE.in_(language),
            showInputMessage=bool(column.prompt),
            prompt=column.prompt or None,
            sqref=f"{letter}{HEADING_ROW + 1}:{letter}{HEADING_ROW + max(rows_n, 1)}",
        )
    )


def _fill(cell: Any, column: Column[RowT], value: str) -> None:
    write_text(cell, value)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.border = _THIN
    cell.number_format = column.number_format
    if column.is_entry:
        cell.fill = _ENTRY
        cell.protection = Protection(locked=False)
