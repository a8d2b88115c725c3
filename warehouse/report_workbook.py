"""The report as an Excel workbook: the same bytes for the same report."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from warehouse.definitions import Language, Text
from warehouse.excel import excel_bytes
from warehouse.report import (
    WaveReport,
    indicator_summary,
    organisation_figures,
    readings_table,
    side_by_side,
)
from warehouse.report_headings import headings
from warehouse.report_tables import findings_table, languages_table, run_table, themes_table
from warehouse.tables import data_dictionary

_SHEETS = {
    "summary": Text(ja="指標一覧", en="Indicators"),
    "organisations": Text(ja="団体別", en="Organisations"),
    "readings": Text(ja="読み方", en="Readings"),
    "findings": Text(ja="却下・注意", en="Rejected, warnings"),
    "themes": Text(ja="テーマ", en="Themes"),
    "languages": Text(ja="言語", en="Languages"),
    "dictionary": Text(ja="データ辞書", en="Data dictionary"),
    "run": Text(ja="実行情報", en="Run"),
}

_VERDICT_COLOURS = {
    "achieved": "D5EBD8",
    "not_achieved": "F6D5D1",
    "undetermined": "FCEFC7",
    "reference": "D6E6F5",
    "not_applicable": "EDEDED",
    "suppressed": "DDD8E6",
}

_WIDEST, _NARROWEST = 60, 6
_LONGEST_TEXT = 32_767  # Excel's limit for a cell


def workbook_bytes(report: WaveReport, language: Language = "ja") -> bytes:
    """The workbook: summary, organisations, readings, findings, themes, languages, data dictionary, run."""
    book = Workbook()
    book.remove(book.worksheets[0])
    summary = indicator_summary(report, language)
    _sheet(book, "summary", summary, language)
    _organisations_sheet(book, organisation_figures(report, language), language)
    _sheet(book, "readings", readings_table(report, language), language)
    _sheet(book, "findings", findings_table(report, language), language)
    _sheet(book, "themes", themes_table(report, language), language)
    _sheet(book, "languages", languages_table(report, language), language)
    _sheet(book, "dictionary", _dictionary(language), language)
    _sheet(book, "run", run_table(report, language), language)
    return excel_bytes(book)


def tables_workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables as a workbook: sheet's title -> table, whose columns are named in words. The same bytes for the same."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, table in tables.items():
        _rows(_headed(book, title, list(table.columns), frozen="A2"), table)
    return excel_bytes(book)


def _dictionary(language: Language) -> pd.DataFrame:
    """The data dictionary in one language."""
    other = "en" if language == "ja" else "ja"
    chosen = data_dictionary().drop(columns=[f"description_{other}", f"warnings_{other}"])
    return chosen.rename(columns={f"description_{language}": "description", f"warnings_{language}": "warnings"})


def _sheet(book: Workbook, name: str, table: pd.DataFrame, language: Language) -> None:
    """One table as a sheet; `verdict_code` colours the verdict and is not shown."""
    shown = table.drop(columns="verdict_code", errors="ignore")
    titles = headings(shown.columns, language)
    sheet = _headed(book, _SHEETS[name].in_(language), titles, frozen="C2" if "name" in shown else "A2")
    _rows(sheet, shown)
    if "verdict_code" in table:
        verdict = list(shown.columns).index("verdict") + 1
        for place, code in enumerate(table["verdict_code"], start=2):
            sheet.cell(place, verdict).fill = PatternFill("solid", fgColor=_VERDICT_COLOURS[code])


def _rows(sheet: Worksheet, table: pd.DataFrame) -> None:
    """A table's rows below its headings, the columns as wide as they need to be."""
    formats = [_number_format(column) for column in table.columns]
    for place, row in enumerate(table.itertuples(index=False), start=2):
        for column, (value, number_format) in enumerate(zip(row, formats, strict=True), start=1):
            _write(sheet, place, column, value, number_format)
    _fit(sheet)


def _organisations_sheet(book: Workbook, figures: pd.DataFrame, language: Language) -> None:
    """Organisations side by side: figure, verdict and shortfall in one cell, in the verdict's colour."""
    texts = figures["value"] + "\n" + figures["verdict"] + " " + figures["shortfall"]
    shown = side_by_side(figures.assign(shown=texts.str.strip()), "shown")
    codes = side_by_side(figures, "verdict_code")
    first = 1 + len(("indicator_id", "name", "item"))
    title = _SHEETS["organisations"].in_(language)
    sheet = _headed(book, title, headings(shown.columns, language), frozen="D2")
    for place, (row, row_codes) in enumerate(
        zip(shown.itertuples(index=False), codes.itertuples(index=False), strict=True), start=2
    ):
        for column, (text, code) in enumerate(zip(row, row_codes, strict=True), start=1):
            _write(sheet, place, column, text)
            if column >= first and code:
                sheet.cell(place, column).fill = PatternFill("solid", fgColor=_VERDICT_COLOURS[code])
    _fit(sheet)


def _headed(book: Workbook, title: str, titles: list[str], frozen: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title)
    for column, title in enumerate(titles, start=1):
        _write(sheet, 1, column, title)
        cell = sheet.cell(1, column)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor="3B5B78")
        cell.alignment = Alignment(vertical="center", wrap_text=True)
    sheet.freeze_panes = frozen
    return sheet


def _number_format(column: str) -> str:
    if column in ("ci_low", "ci_high"):
        return "0.0%"
    return "#,##0" if column.endswith("_n") or column in ("numerator", "denominator") else "General"


def _write(sheet: Worksheet, row: int, column: int, value: Any, number_format: str = "General") -> None:
    """Write a value, nothing for a null or an empty text; a text stays a text, whatever it begins with."""
    if pd.isna(value) or value == "":
        return
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT]
        cell.data_type = "s"
    else:
        cell.value = value
        cell.number_format = number_format
    cell.alignment = Alignment(vertical="top", wrap_text=isinstance(value, str))


def _fit(sheet: Worksheet) -> None:
    """Widths by the widest line of a column, and a filter over the table."""
    for column in range(1, sheet.max_column + 1):
        texts = (str(row[0]) for row in sheet.iter_rows(min_col=column, max_col=column, values_only=True) if row[0])
        widest = max((_width(line) for text in texts for line in text.splitlines()), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(max(widest + 2, _NARROWEST), _WIDEST)
    sheet.auto_filter.ref = sheet.dimensions


def _width(line: str) -> int:
    """Columns a line takes: East Asian wide and full-width characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line)
