"""The report as an Excel workbook: the same bytes for the same report."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from copy import copy
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
from warehouse.report_agreement_tables import agreement_table, confusion_table
from warehouse.report_change import changes_of
from warehouse.report_change_tables import all_attrition_table, change_table, level_pairs_table
from warehouse.report_headings import headings
from warehouse.report_tables import findings_table, languages_table, run_table, themes_table
from warehouse.report_text_tables import (
    all_states_table,
    all_theme_change_table,
    association_table,
    copies_table,
    crosstab_table,
    scripts_table,
    voices_table,
)
from warehouse.report_word_tables import (
    keywords_table,
    map_table,
    network_words_table,
    predicates_table,
    word_pairs_table,
)
from warehouse.tables import data_dictionary

_SHEETS = {
    "summary": Text(ja="指標一覧", en="Indicators"),
    "organisations": Text(ja="団体別", en="Organisations"),
    "readings": Text(ja="読み方", en="Readings"),
    "findings": Text(ja="却下・注意", en="Rejected, warnings"),
    "attrition": Text(ja="追跡", en="Kept and lost"),
    "change": Text(ja="個人ごとの変化", en="Change per person"),
    "level_pairs": Text(ja="水準の組み合わせ", en="Levels at both times"),
    "agreement": Text(ja="評価者の一致", en="Agreement of raters"),
    "confusion": Text(ja="評定の内訳", en="Levels compared"),
    "themes": Text(ja="テーマ", en="Themes"),
    "languages": Text(ja="言語", en="Languages"),
    "text_states": Text(ja="自由記述の内訳", en="Text answers"),
    "voices": Text(ja="2回の回答", en="Both answers"),
    "theme_change": Text(ja="テーマの変化", en="Change of themes"),
    "theme_attributes": Text(ja="テーマと属性", en="Themes by attribute"),
    "theme_associations": Text(ja="テーマと属性の検定", en="Tests of themes"),
    "scripts": Text(ja="書き方の点検", en="Ways of writing"),
    "keywords": Text(ja="特徴語", en="Characteristic words"),
    "predicates": Text(ja="係り受け", en="Dependency pairs"),
    "word_pairs": Text(ja="共起の対", en="Word pairs"),
    "network_words": Text(ja="共起の語", en="Words of the network"),
    "map": Text(ja="対応分析", en="Correspondence"),
    "copies": Text(ja="同じ文", en="Same words"),
    "dictionary": Text(ja="データ辞書", en="Data dictionary"),
    "run": Text(ja="実行情報", en="Run"),
}

_MEASURED_TEXTS: dict[str, Callable[[WaveReport, Language], pd.DataFrame]] = {
    "text_states": all_states_table,
    "voices": lambda report, language: voices_table(report, language, organisation=None),
    "theme_change": all_theme_change_table,
    "theme_attributes": crosstab_table,
    "theme_associations": association_table,
    "scripts": scripts_table,
    "keywords": keywords_table,
    "predicates": predicates_table,
    "word_pairs": word_pairs_table,
    "network_words": network_words_table,
    "map": map_table,
    "copies": copies_table,
}
"""Sheets of what is measured of texts, in their order."""

_VERDICT_COLOURS = {
    "achieved": "D5EBD8",
    "not_achieved": "F6D5D1",
    "undetermined": "FCEFC7",
    "reference": "D6E6F5",
    "not_applicable": "EDEDED",
    "suppressed": "DDD8E6",
}

_SHARES = {"ci_low", "ci_high", "share_value", "axis_1_share", "axis_2_share"}
_DECIMALS = {
    *("estimate", "low", "high", "p_value", "p_adjusted", "cramers_v", "residual", "expected_count"),
    *("log_odds", "z", "jaccard", "mass", "inertia", "axis_1", "axis_2"),
}
_WIDEST, _NARROWEST = 60, 6
_LONGEST_TEXT = 32_767  # Excel's limit for a cell


def workbook_bytes(report: WaveReport, language: Language = "ja") -> bytes:
    """The workbook: summary, organisations, readings, findings, change per person where the period is compared with
    one, agreement where anything was rated, themes, languages and what is measured of texts, data dictionary, run."""
    book = Workbook()
    book.remove(book.worksheets[0])
    summary = indicator_summary(report, language)
    _sheet(book, "summary", summary, language)
    _organisations_sheet(book, organisation_figures(report, language), language)
    _sheet(book, "readings", readings_table(report, language), language)
    _sheet(book, "findings", findings_table(report, language), language)
    if (changes := changes_of(report)) and not report.is_public:
        _sheet(book, "attrition", all_attrition_table(changes, report, language), language)
        _sheet(book, "change", change_table(changes, report, language), language)
        _sheet(book, "level_pairs", level_pairs_table(changes, report, language), language)
    if report.rated and not report.is_public:
        _sheet(book, "agreement", agreement_table(report.rated, language), language)
        _sheet(book, "confusion", confusion_table(report.rated, language), language)
    for name, table in {} if report.is_public else _texts(report, language).items():
        _sheet(book, name, table, language)
    _sheet(book, "dictionary", _dictionary(language), language)
    _sheet(book, "run", run_table(report, language), language)
    return excel_bytes(book)


def _texts(report: WaveReport, language: Language) -> dict[str, pd.DataFrame]:
    """The sheets about free text, which hold small counts: those of a table that the run filled."""
    always = {"themes": themes_table(report, language), "languages": languages_table(report, language)}
    measured = (
        {name: table_of(report, language) for name, table_of in _MEASURED_TEXTS.items()} if report.out_texts else {}
    )
    return always | measured


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
    looks: dict[tuple[str, bool], Any] = {}
    for place, row in enumerate(table.itertuples(index=False), start=2):
        for column, (value, number_format) in enumerate(zip(row, formats, strict=True), start=1):
            _write(sheet, place, column, value, number_format, looks)
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
    if column in _SHARES:
        return "0.0%"
    if column in _DECIMALS:
        return "0.000"
    return "#,##0" if column.endswith("_n") or column in ("numerator", "denominator") else "General"


def _write(
    sheet: Worksheet,
    row: int,
    column: int,
    value: Any,
    number_format: str = "General",
    looks: dict[tuple[str, bool], Any] | None = None,
) -> None:
    """Write a value, nothing for a null or an empty text; a text stays a text, whatever it begins with.

    `looks`: those of the sheet's cells so far, for the next cell that is to look the same.
    """
    if pd.isna(value) or value == "":
        return
    cell: Any = sheet.cell(row, column)
    is_text = isinstance(value, str)
    if is_text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT]
        cell.data_type = "s"
    else:
        cell.value = value
    _dress(cell, number_format, is_text, {} if looks is None else looks)


def _dress(cell: Any, number_format: str, is_text: bool, looks: dict[tuple[str, bool], Any]) -> None:
    """Give a cell its look. openpyxl compares each new one with all it knows, which takes longer than the writing."""
    if (number_format, is_text) not in looks:
        if not is_text:
            cell.number_format = number_format
        cell.alignment = Alignment(vertical="top", wrap_text=is_text)
        looks[number_format, is_text] = cell._style
    cell._style = copy(looks[number_format, is_text])


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
