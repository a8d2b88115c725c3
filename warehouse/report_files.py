"""The report's files: one CSV per table, the workbook and the page, each written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from warehouse.definitions import Language
from warehouse.report import WaveReport
from warehouse.report_html import html_page
from warehouse.report_workbook import workbook_bytes

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def write_report(
    report: WaveReport, tables: Mapping[str, pd.DataFrame], folder: Path, language: Language = "ja"
) -> list[Path]:
    """Write `report.html`, `report.xlsx` and `<table>.csv` for each of `tables` into `folder`; return their paths.

    The same report gives the same bytes. A file is replaced only when its successor is complete.
    """
    contents = {
        "report.html": html_page(report, language).encode("utf-8"),
        "report.xlsx": workbook_bytes(report, language),
        **{f"{name}.csv": csv_bytes(table) for name, table in tables.items()},
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_whole(folder / name, content)
    return [folder / name for name in contents]


def csv_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV that Excel opens as it is: UTF-8 with BOM, CRLF, empty cells for nulls.

    Texts that a spreadsheet would take for a formula (beginning with = + - @, tab or carriage return) get a leading
    apostrophe; numbers are left alone.
    """
    safe = pd.DataFrame(
        {
            name: column.map(_no_formula) if pd.api.types.is_string_dtype(column.dtype) else column
            for name, column in table.items()
        }
    )
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _no_formula(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_SIGNS) else value


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there, so that a reader finds the old one or the new one."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
