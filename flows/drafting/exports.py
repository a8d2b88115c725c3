"""The fields of an export: its columns with what their cells are, and columns of ticks that belong together."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo

from flows.cells import DateRules, folded, instant, is_blank, is_month_only, number
from flows.drafting.fields import Field, Kind, Material
from flows.drafting.layouts import found_layout
from flows.spreadsheets import Table, told_apart

_TICKED = ["○", "〇", "◯", "●", "✓", "✔", "☑", "レ", "1", "Y", "YES", "TRUE", "はい", "有"]
_UNTICKED = ["0", "N", "NO", "N/A", "FALSE", "×", "いいえ", "無", "-"]
_SECOND = re.compile(r"#\d+$")
_OPTION = [
    re.compile(r"^(?P<question>.+?) ?\[(?P<option>[^\[\]]+)\]$"),
    re.compile(r"^(?P<question>.+)[/_](?P<option>.+)$"),
]
"""How a column of ticks names its question and its option: `Q1[SQ001]`, `問1 [チラシ]`, `q1/1`, `経路_チラシ`."""


def read_export(content: bytes, file_name: str, sheet: str | None, zone: ZoneInfo) -> Material:
    """Read a CSV or spreadsheet of responses. Raises UnreadableTableError."""
    found = found_layout(content, file_name, sheet, zone)
    columns = _columns(found.table)
    rules = DateRules(found.table.date_system)
    fields = [_field(name, cells, zone, rules) for name, cells in columns.items()]
    months = [field.columns[0] for field in fields if field.dates_n and any(map(is_month_only, field.cells))]
    remarks = [*found.remarks, *(f"年月だけの日付があります: {name}(month_only で日を決める)" for name in months)]
    return Material(_with_options_together(fields, columns), found.layout, remarks, columns)


def _columns(table: Table) -> dict[str, list[str]]:
    """Column -> its cells, folded; "" for a blank one. Rows that were struck out are left out."""
    rows = [cells for row_n, cells in table.rows if row_n not in table.left_out]
    return {
        name: ["" if is_blank(cells[index]) else folded(cells[index]) for cells in rows]
        for index, name in enumerate(told_apart(table.headings))
        if name
    }


def _field(name: str, column: list[str], zone: ZoneInfo, rules: DateRules) -> Field:
    cells = Counter(cell for cell in column if cell)
    heading = _SECOND.sub("", name)
    last = heading.rpartition("/")[2]  # of a merged heading
    dates_n = sum(count for cell, count in cells.items() if instant(cell, zone, rules=rules) is not None)
    if all(cell.isdigit() for cell in cells):
        dates_n = 0  # numbers, though Excel's days and 20240401 look the same
    kind: Kind = "cells"
    if not cells:
        kind = "unseen"
    elif dates_n == cells.total():
        kind = "date"
    elif all(number(cell) is not None for cell in cells):
        kind = "number"
    return Field((name,), tuple(dict.fromkeys([name, heading, last])), kind, cells, len(column), dates_n)


# --- one column an option -----------------------------------------------------------------------------------------


def _with_options_together(fields: list[Field], columns: dict[str, list[str]]) -> list[Field]:
    """Columns of ticks with the same question in their headings become one field, in the place of the first."""
    for pattern in _OPTION:
        groups: dict[str, list[tuple[str, Field]]] = {}
        for field in fields:
            named = pattern.match(field.columns[0])
            if named and field.kind != "ticks" and _is_tick_column(field):
                groups.setdefault(named["question"], []).append((named["option"].strip(), field))
        for question, members in groups.items():
            if len(members) > 1 and any(field.cells for _, field in members):
                fields = _joined(fields, question, members, columns)
    return fields


def _is_tick_column(field: Field) -> bool:
    marks = {cell.upper() for cell in field.cells}
    return marks <= {*_TICKED, *_UNTICKED} and len(marks & set(_TICKED)) <= 1


def _joined(
    fields: list[Field], question: str, members: list[tuple[str, Field]], columns: dict[str, list[str]]
) -> list[Field]:
    """The fields with the members as one; without them where one column holds all their ticks too (q1 beside q1/1)."""
    parts = [field for _, field in members]
    rest = [field for field in fields if field not in parts[1:]]
    if question in columns:
        return [field for field in rest if field is not parts[0]]
    marks = sorted({cell for field in parts for cell in field.cells})
    ticked = tuple(mark for mark in marks if mark.upper() in _TICKED)
    together = Field(
        columns=tuple(field.columns[0] for field in parts),
        titles=tuple(dict.fromkeys([question, question.rpartition("/")[2]])),
        kind="ticks",
        cells=Counter({folded(option): sum(field.cells[mark] for mark in ticked) for option, field in members}),
        rows_n=parts[0].rows_n,
        options={folded(option): field.columns[0] for option, field in members},
        ticked=ticked,
        unticked=tuple(mark for mark in marks if mark not in ticked),
    )
    return [together if field is parts[0] else field for field in rest]
