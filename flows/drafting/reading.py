"""Whatever file an organisation gives: which kind it is, and its fields."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from flows.drafting.exports import read_export
from flows.drafting.fields import Material
from flows.drafting.layouts import is_workbook
from flows.drafting.limesurvey import read_lss, read_remote_questions
from flows.drafting.xlsforms import is_xlsform, read_kobo_asset, read_xlsform
from flows.instruments import FileLayout
from flows.sheets import UnreadableTableError, read_sheet

KINDS = "CSV, TSV, XLSX, XLS, ODS, XLSForm (.xlsx), LimeSurvey (.lss, .json), KoboToolbox (.json)"


def read_material(content: bytes, file_name: str, sheet: str | None, zone: ZoneInfo) -> Material:
    """Read an export of responses, an XLSForm, a LimeSurvey structure or a KoboToolbox asset.

    Raises UnreadableTableError.
    """
    suffix = PurePath(file_name).suffix.lower()
    if suffix == ".lss":
        return read_lss(content)
    if suffix == ".json":
        return _of_json(content)
    if sheet is None and is_workbook(file_name):
        first = read_sheet(content, file_name, FileLayout(), around=True)
        names = [name for name in (first.title, *(name for name, _ in first.others)) if name]
        if is_xlsform(names):
            return read_xlsform(content, file_name, names)
    return read_export(content, file_name, sheet, zone)


def _of_json(content: bytes) -> Material:
    try:
        found: Any = json.loads(content)
        if isinstance(found, dict) and "content" in found:
            return read_kobo_asset(found)
        if isinstance(found, dict) and "result" in found:
            found = found["result"]
        return read_remote_questions(found if isinstance(found, list) else [found])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UnreadableTableError("unreadable_file", "JSON (LimeSurvey, KoboToolbox)") from None
