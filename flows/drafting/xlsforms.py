"""The questions of an XLSForm, as a workbook or as KoboToolbox keeps it (JSON): both hold the same rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from flows.cells import folded
from flows.drafting.fields import Field, Kind, Material
from flows.instruments import FileLayout
from flows.sheets import read_sheet

Row = Mapping[str, Any]

_KOBO_TIME, _ODK_TIME = "_submission_time", "__system/submissionDate"
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("date", "datetime", "today"), "date"),
    **dict.fromkeys(("integer", "decimal"), "number"),
    **dict.fromkeys(("text", "barcode"), "cells"),
}
_ASKED = {"select_one", "select_multiple", *_KINDS}
_LABEL = re.compile(r"label(?: ?:{1,2} ?.+)?$", re.IGNORECASE)


def is_xlsform(sheets: list[str]) -> bool:
    """Whether a workbook's sheets are those of an XLSForm."""
    return {"survey", "choices"} <= {name.lower().strip() for name in sheets}


def read_xlsform(content: bytes, file_name: str, names: list[str]) -> Material:
    """Read an XLSForm workbook. Raises UnreadableTableError."""
    sheets = {name.lower().strip(): name for name in names}
    survey, choices = (
        _rows(read_sheet(content, file_name, FileLayout(sheet=sheets[name])).lines) for name in ("survey", "choices")
    )
    return _material(survey, choices, [_KOBO_TIME, _ODK_TIME])


def _rows(lines: list[list[str]]) -> list[Row]:
    """Rows under their headings, what is filled in alone."""
    headings = [folded(cell).lower() for cell in lines[0]] if lines else []
    return [
        {name: cell.strip() for name, cell in zip(headings, line, strict=False) if cell.strip()} for line in lines[1:]
    ]


def read_kobo_asset(asset: Mapping[str, Any]) -> Material:
    """Read a form as KoboToolbox's API gives it (`content.survey`, `content.choices`)."""
    content = asset["content"]
    return _material(content.get("survey", []), content.get("choices", []), [_KOBO_TIME])


# --- rows ---------------------------------------------------------------------------------------------------------


def _material(survey: list[Row], choices: list[Row], server_times: list[str]) -> Material:
    """`server_times`: where the server may write when a record came; the telephone's own are `start` and `end`."""
    lists: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in choices:
        name = str(row.get("list_name") or row.get("list name") or "")
        code = str(row.get("name") or row.get("value") or row.get("$autovalue") or "")
        if code:
            lists.setdefault(name, {})[code] = _labels(row)
    asked = list(_questions(survey))
    leaves = Counter(str(row["name"]) for _, row in asked)
    fields = []
    for groups, row in asked:
        leaf = str(row["name"])
        path = "/".join([*(name for name, _ in groups), leaf])
        column = leaf if leaves[leaf] == 1 else path
        fields.append(_field(column, groups, row, lists))
    remark = "書き出したファイルを読むなら、record_id・answered_at・file を書き出しに合わせてください"
    times = [str(row["name"]) for row in survey if _kind_of(row) in ("start", "end") and row.get("name")]
    return Material(fields, FileLayout(), [remark], system_times=times + server_times)


def _questions(survey: list[Row]) -> Iterator[tuple[list[tuple[str, tuple[str, ...]]], Row]]:
    """Each question with the groups it stands in (name, labels). What is inside a repeat is no cell of a record."""
    groups: list[tuple[str, tuple[str, ...]]] = []
    repeats_n = 0
    for row in survey:
        kind = _kind_of(row)
        if kind in ("begin_group", "begin_repeat"):
            groups.append((str(row.get("name", "")), _labels(row)))
            repeats_n += kind == "begin_repeat"
        elif kind in ("end_group", "end_repeat"):
            if groups:
                groups.pop()
            repeats_n -= kind == "end_repeat"
        elif kind in _ASKED and row.get("name") and not repeats_n:
            yield list(groups), row


def _kind_of(row: Row) -> str:
    words = str(row.get("type", "")).lower().split()
    if words[:1] in (["begin"], ["end"]) and len(words) > 1:
        return "_".join(words[:2])
    return words[0] if words else ""


def _labels(row: Row) -> tuple[str, ...]:
    """The labels in all languages: columns `label`, `label::English (en)`, or Kobo's list."""
    found = [value for name, value in row.items() if _LABEL.fullmatch(str(name))]
    flat = [label for value in found for label in (value if isinstance(value, list) else [value])]
    return tuple(dict.fromkeys(str(label) for label in flat if label))


def _field(column: str, groups: list[Any], row: Row, lists: dict[str, dict[str, tuple[str, ...]]]) -> Field:
    kind = _kind_of(row)
    own = _labels(row)
    inside = [f"{group} {label}" for _, labels in groups for group in labels for label in own]
    options: dict[str, tuple[str, ...]] = {}
    if kind.startswith("select"):
        words = str(row["type"]).split()
        name = str(row.get("select_from_list_name") or (words[1] if len(words) > 1 else ""))
        options = {code: labels or (code,) for code, labels in lists.get(name, {}).items()}
    return Field(
        columns=(column,),
        titles=tuple(dict.fromkeys([column, column.rpartition("/")[2], *own, *inside])),
        kind=_KINDS.get(kind, "unseen"),
        cells=Counter(dict.fromkeys(options, 0)),
        labels=options,
        separators=(" ",) if kind == "select_multiple" else (),
        is_form=True,
    )
