"""Cells of rating sheets: texts that stay what they are in every spreadsheet, and rows in which they can be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

LONGEST_CELL = 32_000
"""UTF-16 code units in a cell: Excel holds 32,767, escapes take some. A longer text goes on in the next column."""

_LINE_POINTS, _TALLEST_POINTS = 15.5, 409
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_SIGNS = ("=", "+", "-", "@")
_HEAD = PatternFill("solid", fgColor="3B5B78")


def pieces(text: str) -> list[str]:
    """A text in pieces that a cell can hold; at least one."""
    found, length = [""], 0
    for character in shown(text):
        units = 2 if ord(character) > 0xFFFF else 1
        if length + units > LONGEST_CELL:
            found.append("")
            length = 0
        found[-1] += character
        length += units
    return found


def shown(text: str) -> str:
    """A text as a cell can show it: a tab, which LibreOffice drops, as a space; without what no file can hold."""
    return _NO_CHARACTERS.sub("", ILLEGAL_CHARACTERS_RE.sub("", text.replace("\t", " ")))


def line_by_line(quotes: Iterable[str]) -> str:
    """Quotations line by line; a line end within one is white space."""
    return "\n".join(" ".join(quote.split()) if "\n" in quote else quote for quote in quotes)


def write_text(cell: Any, value: str) -> None:
    """Write a text as a text, whatever it begins with or looks like."""
    if value == "":
        return
    cell.value = _LOOKS_ESCAPED.sub("_x005F_", shown(value))
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(_FORMULA_SIGNS)


def write_heading(cell: Any, value: str) -> None:
    """Write a heading, light on dark."""
    write_text(cell, value)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = _HEAD
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def height(widths: Sequence[int], values: Sequence[str]) -> float:
    """Points that the fullest cell of a row needs, as far as Excel goes: full-width characters take two columns."""
    most = max(_lines_n(width, value) for width, value in zip(widths, values, strict=True))
    return min(most * _LINE_POINTS + 3, _TALLEST_POINTS)


def is_tall(width: int, text: str) -> bool:
    """Whether a text is more than the tallest row can show in a column of this width."""
    return _lines_n(width, text) * _LINE_POINTS > _TALLEST_POINTS


def _lines_n(width: int, text: str) -> int:
    return sum(1 + sum(1 + (ord(each) > 0xFF) for each in line) // (width - 2) for line in text.split("\n"))


def protect(sheet: Worksheet) -> None:
    """Close all cells but the open ones; widths and heights may be changed."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
