"""Tables out of landed bytes: CSV in whatever encoding, XLSX with merged headings and total rows. Cells are text."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import PurePath
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile
from zlib import error as ZlibError

from flows.cells import folded, is_blank
from flows.instruments import FileLayout

csv.field_size_limit(100_000_000)  # a long answer is no reason to lose a file


class UnreadableTableError(Exception):
    """A file that cannot be read as its layout says; `reason_code` and `expected` go into the finding."""

    def __init__(self, reason_code: str, expected: str | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected


@dataclass(frozen=True)
class Table:
    """Headings and rows of a sheet. `rows`: (row number as a spreadsheet shows it, cells)."""

    sheet: str | None
    headings: list[str]
    rows: list[tuple[int, list[str]]]


def read_table(content: bytes, file_name: str, layout: FileLayout) -> Table:
    """Read a file's table. Total rows and blank rows are no responses; "as above" marks take the cell above.

    Raises UnreadableTableError with the reason if the bytes, the encoding or the sheet do not fit.
    """
    suffix = PurePath(file_name).suffix.lower()
    if suffix == ".xlsx":
        sheet, lines = _excel_lines(content, layout)
    elif suffix in (".xls", ".ods"):
        raise UnreadableTableError("unreadable_file", "CSV, XLSX")
    else:
        sheet, lines = None, _csv_lines(content, layout, "\t" if suffix == ".tsv" else layout.separator)
    if len(lines) < max(layout.heading_rows):
        raise UnreadableTableError("file_empty")
    headings = _headings([lines[row - 1] for row in layout.heading_rows])
    ditto = {folded(mark) for mark in layout.ditto}
    rows: list[tuple[int, list[str]]] = []
    above = [""] * len(headings)
    for row_n, cells in enumerate(lines[max(layout.heading_rows) :], start=max(layout.heading_rows) + 1):
        cells = cells + [""] * (len(headings) - len(cells))
        if all(is_blank(cell) for cell in cells) or _is_total(cells, layout):
            continue
        if ditto:
            cells = [
                over if folded(cell) in ditto else cell
                for cell, over in zip(cells, above + [""] * (len(cells) - len(above)), strict=True)
            ]
        rows.append((row_n, cells))
        above = cells
    if not rows:
        raise UnreadableTableError("file_empty")
    return Table(sheet, headings, rows)


def _is_total(cells: list[str], layout: FileLayout) -> bool:
    first = next((folded(cell) for cell in cells if not is_blank(cell)), "")
    return first in {folded(mark) for mark in layout.total_rows}


def _headings(lines: list[list[str]]) -> list[str]:
    """Join heading rows with "/"; in all but the last, a blank cell belongs to the heading on its left."""
    width = max(len(line) for line in lines)
    spread: list[list[str]] = []
    for depth, line in enumerate(lines):
        line = [" ".join(folded(cell).split()) for cell in line] + [""] * (width - len(line))
        if depth < len(lines) - 1:
            for column in range(1, width):
                line[column] = line[column] or line[column - 1]
        spread.append(line)
    return ["/".join(part for part in column if part) for column in zip(*spread, strict=True)]


def _csv_lines(content: bytes, layout: FileLayout, separator: str) -> list[list[str]]:
    lines = csv.reader(io.StringIO(_decoded(content, layout), newline=""), delimiter=separator, strict=True)
    try:
        return list(lines)
    except csv.Error:
        raise UnreadableTableError("unreadable_file", f'CSV: " ({lines.line_num})') from None


def _decoded(content: bytes, layout: FileLayout) -> str:
    """Decode in the first encoding that fits. Lone surrogates pass here, so that only their row is rejected."""
    for encoding in layout.encodings if not content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else []:
        for errors in ("strict", "surrogatepass") if encoding.startswith("utf-8") else ("strict",):
            try:
                return content.decode(encoding, errors)
            except (UnicodeDecodeError, LookupError):
                continue
    raise UnreadableTableError("encoding_unreadable", ", ".join(layout.encodings))


def _excel_lines(content: bytes, layout: FileLayout) -> tuple[str, list[list[str]]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except (BadZipFile, ZlibError, ParseError, InvalidFileException, KeyError, ValueError, OSError, EOFError):
        raise UnreadableTableError("unreadable_file", "XLSX") from None
    if layout.sheet is not None and layout.sheet not in workbook.sheetnames:
        raise UnreadableTableError("sheet_missing", layout.sheet)
    sheet = workbook[layout.sheet] if layout.sheet is not None else workbook.worksheets[0]
    lines = [[_as_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]
    return sheet.title, lines


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)
