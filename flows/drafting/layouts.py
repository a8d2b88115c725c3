"""How a file is laid out: its sheet, encoding, separator, heading rows, totals, deletions and "as above" marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from statistics import quantiles
from zoneinfo import ZoneInfo

from flows.cells import folded, instant, is_blank, number
from flows.file_kinds import KINDS
from flows.instruments import FileLayout
from flows.sheets import Sheet, UnreadableTableError, decoded, read_sheet
from flows.spreadsheets import DITTO, TOTALS, Table, table_of

_SEPARATORS = [",", ";", "\t"]
_DELETIONS = ["(削除)", "【削除】", "[削除]", "削除", "(取消)", "【取消】", "取消"]
_SEARCHED_ROWS = 20
_HEADING_ROWS = 3
_LONG = 20


@dataclass(frozen=True)
class Found:
    """A layout, the table it gives, and remarks for whoever decides (Japanese)."""

    layout: FileLayout
    table: Table
    remarks: list[str]


def is_workbook(file_name: str) -> bool:
    """Whether a file is a workbook by its name."""
    return PurePath(file_name).suffix.lower() in KINDS


def found_layout(content: bytes, file_name: str, sheet: str | None, zone: ZoneInfo) -> Found:
    """Find out how a file is laid out. Raises UnreadableTableError, also where no row can be its headings."""
    layout, lines, remarks = (_in_workbook if is_workbook(file_name) else _in_text)(content, file_name, sheet)
    layout = layout.model_copy(update={"heading_rows": _heading_rows(_grid(lines), zone)})
    firsts = _firsts(table_of(lines, layout))
    layout = layout.model_copy(update={"total_rows": _totals(firsts), "deleted_rows": _deletions(firsts)})
    ditto, doubtful = _ditto(table_of(lines, layout))
    if doubtful:
        remarks.append(f"文章の列にも {'、'.join(doubtful)} があるため、「上と同じ」の印とは決めていません")
    layout = layout.model_copy(update={"ditto": ditto})
    return Found(layout, table_of(lines, layout), remarks)


def _in_workbook(content: bytes, file_name: str, sheet: str | None) -> tuple[FileLayout, Sheet, list[str]]:
    """The sheet asked for, or the fullest one that is not hidden."""
    first = read_sheet(content, file_name, FileLayout(sheet=sheet), around=True)
    remarks = []
    found = [first]
    if sheet is None and first.others:
        visible = [name for name, is_hidden in first.others if not is_hidden]
        found += [read_sheet(content, file_name, FileLayout(sheet=name)) for name in visible]
        best = max(found, key=lambda each: sum(len(_filled(line)) for line in each.lines))
        others = [name for name in (first.title, *(name for name, _ in first.others)) if name and name != best.title]
        remarks.append(f"シート「{best.title}」を読みました。ほかのシート: {'、'.join(others)}")
        sheet, first = best.title, best
    if first.hidden_rows or first.hidden_columns:
        hidden = f"{len(first.hidden_rows)}行・{len(first.hidden_columns)}列"
        remarks.append(f"非表示の行や列があります({hidden})。それも読んでいます")
    return FileLayout(sheet=sheet), first, remarks


def _in_text(content: bytes, file_name: str, sheet: str | None) -> tuple[FileLayout, Sheet, list[str]]:
    """A text file with the separator that gives the widest rows."""
    readable: dict[str, Sheet] = {}
    failure: UnreadableTableError | None = None
    for separator in _SEPARATORS:
        try:
            readable[separator] = read_sheet(content, file_name, FileLayout(separator=separator))
        except UnreadableTableError as error:
            failure = error
    best = max(readable, key=lambda separator: _width(_grid(readable[separator])), default="")
    if failure is not None and (not readable or _width(_grid(readable[best])) < 2):
        raise failure  # where nothing separates anything, the right separator is the one that failed
    layout = FileLayout(separator=best)
    encoding = next((name for name in layout.encodings if decoded(content, [name]) is not None), None)
    return layout, readable[best], [f"文字コード: {encoding}"]


# --- headings -----------------------------------------------------------------------------------------------------


def _grid(sheet: Sheet) -> dict[int, list[str]]:
    """Every row that holds something, by its number."""
    return {row: cells for row, cells in enumerate(sheet.lines, start=1) if _filled(cells)}


def _filled(cells: Sequence[str]) -> list[int]:
    return [column for column, cell in enumerate(cells) if not is_blank(cell)]


def _width(grid: dict[int, list[str]]) -> int:
    """How many cells a full row fills."""
    counts = sorted(len(_filled(cells)) for cells in grid.values())
    return round(quantiles(counts, n=10)[-1]) if len(counts) > 1 else sum(counts)


def _heading_rows(grid: dict[int, list[str]], zone: ZoneInfo) -> list[int]:
    """The first row that names enough columns, and those right below that name what it leaves blank.

    Raises UnreadableTableError if there is none: any other row may be somebody's answers, which no draft may show.
    """
    width = _width(grid)
    for row in list(grid)[:_SEARCHED_ROWS]:
        if len(_filled(grid[row])) >= max(min(2, width), 0.4 * width) and _names_columns(grid, row, zone):
            rows = [row]
            while len(rows) < _HEADING_ROWS and _names_the_rest(grid, rows, zone):
                rows.append(rows[-1] + 1)
            return rows
    raise UnreadableTableError("headings_missing", f"1-{_SEARCHED_ROWS}")


def _names_columns(grid: dict[int, list[str]], row: int, zone: ZoneInfo) -> bool:
    """Whether a row holds words, no day, hardly anything twice, and little that other rows hold too, as answers do."""
    names = [folded(grid[row][column]) for column in _filled(grid[row])]
    words_n = sum(number(name) is None for name in names)
    has_day = any(number(name) is None and instant(name, zone) is not None for name in names)
    is_wordy = not has_day and words_n >= 0.8 * len(names)
    return is_wordy and 2 * len(set(names)) >= len(names) > 2 * len(_again(grid, row))


def _again(grid: dict[int, list[str]], row: int) -> list[int]:
    """The columns in which a row's cell stands in another row, too; the same row once more is no other."""
    cells = list(map(folded, grid[row]))
    others = [line for line in (list(map(folded, each)) for each in grid.values()) if line != cells]
    return [
        column
        for column in _filled(cells)
        if any(column < len(line) and line[column] == cells[column] for line in others)
    ]


def _names_the_rest(grid: dict[int, list[str]], rows: list[int], zone: ZoneInfo) -> bool:
    """Whether the next row is one more heading row: it names blank columns, and nothing of it stands in another."""
    row = rows[-1] + 1
    cells = grid.get(row)
    if cells is None:
        return False
    named = {column for above in rows for column in _filled(grid[above])}
    columns = _filled(cells)
    fills_blanks = bool(set(columns) - named)
    leaves_whole = bool(named - set(columns))  # a heading that spans both rows; a row of data fills it
    is_words = all(number(cells[column]) is None and instant(cells[column], zone) is None for column in columns)
    return fills_blanks and leaves_whole and is_words and not _again(grid, row)


# --- rows that are no responses -----------------------------------------------------------------------------------


def _firsts(table: Table) -> list[str]:
    """The first filled cell of each row, as written."""
    return [next((cell.strip() for cell in cells if not is_blank(cell)), "") for _, cells in table.rows]


def _totals(firsts: list[str]) -> list[str]:
    """The words of totals that stand first in a row."""
    return list(dict.fromkeys(first for first in firsts if folded(first).lower() in TOTALS))


def _deletions(firsts: list[str]) -> list[str]:
    """The marks of struck-out rows that first cells begin with."""
    marks = (next((mark for mark in _DELETIONS if folded(first).startswith(mark)), None) for first in firsts)
    return list(dict.fromkeys(mark for mark in marks if mark is not None))


def _ditto(table: Table) -> tuple[list[str], list[str]]:
    """The "as above" marks that fill a whole cell, as written; and those left out, since texts hold them too.

    In a text, "same as above" may mean another answer of the same person, not the person above.
    """
    marks: dict[str, None] = {}
    doubtful: dict[str, None] = {}
    for index in range(len(table.headings)):
        column = [cells[index] for _, cells in table.rows if not is_blank(cells[index])]
        found = [cell.strip() for cell in column if folded(cell) in DITTO]
        texts_n = sum(len(cell) > _LONG for cell in column)
        (doubtful if texts_n * 10 > len(column) - len(found) else marks).update(dict.fromkeys(found))
    return [mark for mark in marks if mark not in doubtful], list(doubtful)
