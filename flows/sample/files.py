"""Tables as bytes: CSV in the organisation's encoding, or Excel whose bytes depend on nothing but the cells."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import datetime

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from flows.sample.tables import Cell, Table

_MOMENT = datetime(2024, 1, 1)
_ZIP_TIME = (2024, 1, 1, 0, 0, 0)
_CASE_LIST_TITLES = ("相談ケース一覧", "作成:実行団体E(取扱注意)")


def table_bytes(table: Table) -> bytes:
    """Render a table as the file the organisation sends; the ending decides between CSV and Excel."""
    return _excel(table) if table.layout.file.endswith(".xlsx") else _csv(table)


def _csv(table: Table) -> bytes:
    layout = table.layout
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer, lineterminator=layout.line_end, quoting=csv.QUOTE_ALL if layout.quote_all else csv.QUOTE_MINIMAL
    )
    writer.writerow(layout.headings)
    writer.writerows([_plain(row.cells.get(heading)) for heading in layout.headings] for row in table.rows)
    return buffer.getvalue().encode(layout.encoding)


def _plain(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _excel(table: Table) -> bytes:
    book = Workbook()
    book.properties.creator = "monosashi"
    book.properties.created = _MOMENT
    book.remove(book.worksheets[0])
    headings = table.layout.headings
    if table.layout.first_row > 2:
        book.create_sheet("メモ").append(["このシートは集計に使いません"])
        sheet: Worksheet = book.create_sheet("ケース一覧")
        for title in _CASE_LIST_TITLES:
            sheet.append([title])
        _merged_headings(sheet, headings)
    else:
        sheet = book.create_sheet("回答")
        sheet.append(list(headings))
    for cells in (*(row.cells for row in table.rows), *table.notes):
        sheet.append([_excel_cell(cells.get(heading)) for heading in headings])
    buffer = io.BytesIO()
    book.save(buffer)
    return _without_time(buffer.getvalue())


def _excel_cell(cell: Cell) -> Cell:
    """Excel has no empty text, and a midnight is a day."""
    if isinstance(cell, datetime) and cell == datetime.combine(cell.date(), datetime.min.time()):
        return cell.date()
    return None if cell == "" else cell


def _merged_headings(sheet: Worksheet, headings: tuple[str, ...]) -> None:
    """Two heading rows: "upper/lower" under a merged upper cell, a plain heading merged over both rows."""
    upper = [heading.partition("/")[0] for heading in headings]
    lower = [heading.partition("/")[2] for heading in headings]
    top = len(_CASE_LIST_TITLES) + 1
    start = 0
    while start < len(headings):
        end = start
        while lower[start] and end + 1 < len(headings) and lower[end + 1] and upper[end + 1] == upper[start]:
            end += 1
        for column in range(start, end + 1):
            sheet.cell(top + 1, column + 1, lower[column] or None)
        sheet.cell(top, start + 1, upper[start])
        bottom = top if lower[start] else top + 1
        sheet.merge_cells(start_row=top, end_row=bottom, start_column=start + 1, end_column=end + 1)
        start = end + 1


def _without_time(content: bytes) -> bytes:
    """Repack an Excel file so that it holds no time of writing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2024-01-01T00:00:00Z", part)
            new.writestr(zipfile.ZipInfo(name, _ZIP_TIME), part, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
