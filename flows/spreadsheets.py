"""Tables out of sheets: headings of one or more rows, totals, "as above" marks and rows struck out. Cells are text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations.duplicates import DELETED
from flows.cells import DateSystem, folded, is_blank
from flows.instruments import FileLayout
from flows.sheets import Sheet, UnreadableTableError, read_sheet

__all__ = ["DITTO", "TOTALS", "Table", "UnreadableTableError", "headings_of", "read_table", "table_of", "told_apart"]

TOTALS = frozenset({"計", "合計", "小計", "総計", "累計", "平均", "total", "subtotal"})
"""What totals are mostly called, as folded and in small letters; which words a file uses, its layout says."""

DITTO = frozenset(map(folded, ["〃", "同上", "々", "″", "〝", "〞", '"', "''", "↑"]))
"""What "as above" mostly looks like, as folded."""


@dataclass(frozen=True)
class Table:
    """Headings and rows of a sheet. `rows`: (row number as a spreadsheet shows it, cells).

    `zones`: heading -> the zone of its times without an offset. `left_out`: row number -> why it may not count.
    `date_system`: how its serial numbers count. `without_value`: (row number, column from 0) of formulas whose result
    the file does not hold.
    """

    sheet: str | None
    headings: list[str]
    rows: list[tuple[int, list[str]]]
    zones: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[int, str] = field(default_factory=dict)
    date_system: DateSystem = 1900
    without_value: list[tuple[int, int]] = field(default_factory=list)


def read_table(content: bytes, file_name: str, layout: FileLayout) -> Table:
    """Read a file's table. Total rows and blank rows are no responses; "as above" marks take the cell above.

    A row that its sender struck out stays, without the mark, and is left out; what it says is still what stands above
    the next row, which was mostly written before.

    Raises UnreadableTableError with the reason if the bytes, the encoding or the sheet do not fit.
    """
    return table_of(read_sheet(content, file_name, layout), layout)


def table_of(sheet: Sheet, layout: FileLayout) -> Table:
    """Find the table in a sheet (see `read_table`). Raises UnreadableTableError if it has no row."""
    below = max(layout.heading_rows)
    if len(sheet.lines) < below:
        raise UnreadableTableError("file_empty")
    headings = headings_of([sheet.lines[row - 1] for row in layout.heading_rows])
    computed = {row_n for row_n, _ in sheet.without_value}  # blank as it looks, such a row is none
    ditto = {folded(mark) for mark in layout.ditto}
    struck_marks = sorted((folded(mark) for mark in layout.deleted_rows), key=len, reverse=True)
    rows: list[tuple[int, list[str]]] = []
    left_out: dict[int, str] = {}
    above = [""] * len(headings)
    for row_n, cells in enumerate(sheet.lines[below:], start=below + 1):
        cells = cells + [""] * (len(headings) - len(cells))
        is_empty = all(is_blank(cell) for cell in cells)
        if (is_empty and row_n not in computed) or _is_total(cells, layout):
            continue
        over = above + [""] * (len(cells) - len(above))
        if ditto:
            cells = [over[column] if folded(cell) in ditto else cell for column, cell in enumerate(cells)]
        above = cells
        if (unmarked := _without_mark(cells, struck_marks)) is not None:
            left_out[row_n] = DELETED
            cells = unmarked
            above = [over[column] if is_blank(cell) else cell for column, cell in enumerate(cells)]  # what was cleared
        rows.append((row_n, cells))
    if not rows:
        raise UnreadableTableError("file_empty")
    without_value = [(row_n, column) for row_n, column in sheet.without_value if row_n > below]
    return Table(
        sheet.title,
        headings,
        rows,
        left_out=left_out,
        date_system=sheet.date_system,
        without_value=without_value,
    )


def _is_total(cells: list[str], layout: FileLayout) -> bool:
    first = next((folded(cell) for cell in cells if not is_blank(cell)), "")
    return first in {folded(mark) for mark in layout.total_rows}


def _without_mark(cells: list[str], marks: list[str]) -> list[str] | None:
    """The cells of a row that was struck out, without the mark that its first filled cell begins with; else None."""
    place = next((place for place, cell in enumerate(cells) if not is_blank(cell)), 0)
    first = folded(cells[place]) if cells else ""
    mark = next((mark for mark in marks if first.startswith(mark)), None)
    return None if mark is None else [*cells[:place], first.removeprefix(mark).strip(), *cells[place + 1 :]]


def headings_of(lines: list[list[str]]) -> list[str]:
    """Join heading rows with "/". In all but the last, a blank cell belongs to the heading on its left, unless that one
    is merged downwards: nothing stands below it. The cells that a CSV file keeps of merged ones are enough for this.
    """
    width = max(len(line) for line in lines)
    rows = [[" ".join(folded(cell).split()) for cell in line] + [""] * (width - len(line)) for line in lines]
    for depth, row in enumerate(rows[:-1]):
        has_below = [any(below[column] for below in rows[depth + 1 :]) for column in range(width)]
        for column in range(1, width):
            if not row[column] and has_below[column - 1]:
                row[column] = row[column - 1]
                has_below[column] = True
    return ["/".join(part for part in column if part) for column in zip(*rows, strict=True)]


def told_apart(headings: list[str]) -> list[str]:
    """The headings as an instrument names them: of several alike the second is `heading#2`, the third `heading#3`."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for name in headings:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 or not name else f"{name}#{seen[name]}")
    return names
