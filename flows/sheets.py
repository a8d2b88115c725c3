"""Sheets out of landed bytes, cell by cell as text: CSV in whatever encoding, XLSX, XLS and ODS."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from flows.cells import DateSystem
from flows.file_kinds import KINDS, FileKind, kind_of
from flows.instruments import FileLayout

csv.field_size_limit(100_000_000)  # a long answer is no reason to lose a file

_ROOT = Path(__file__).resolve().parent.parent
_READING_SECONDS = 600


class UnreadableTableError(Exception):
    """A file that cannot be read as its layout says; `reason_code` and `expected` go into the finding."""

    def __init__(self, reason_code: str, expected: str | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected


@dataclass(frozen=True)
class Sheet:
    """All lines of a sheet, and what its values do not say (of a workbook; see `flows.workbook_reader.read`)."""

    title: str | None
    lines: list[list[str]]
    date_system: DateSystem = 1900
    without_value: list[tuple[int, int]] = field(default_factory=list)
    others: list[tuple[str, bool]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)


def read_sheet(content: bytes, file_name: str, layout: FileLayout, around: bool = False) -> Sheet:
    """Read the sheet that the layout names, or the first; `around`: look at the other sheets, too.

    Raises UnreadableTableError if the bytes are not what the name says, or the encoding or the sheet do not fit.
    """
    suffix = PurePath(file_name).suffix.lower()
    promised, kind = KINDS.get(suffix, "CSV"), kind_of(content)
    if not content:
        raise UnreadableTableError("file_empty")
    if kind == "protected":
        raise UnreadableTableError("password_protected")
    if kind == "damaged":
        raise UnreadableTableError("unreadable_file", promised)
    if kind != promised:
        raise UnreadableTableError("other_format", kind)
    if kind == "CSV":
        lines = _csv_lines(content, layout, "\t" if suffix == ".tsv" else layout.separator)
        return Sheet(None, lines, date_system=layout.date_system)
    answer = _answer(content, kind, layout.sheet, around)
    if (reason_code := answer.pop("reason_code", None)) is not None:
        raise UnreadableTableError(reason_code, layout.sheet if reason_code == "sheet_missing" else kind)
    for name in ("without_value", "others", "merged"):
        answer[name] = list(map(tuple, answer[name]))
    return Sheet(**answer)


def decoded(content: bytes, encodings: list[str]) -> str | None:
    """Decode in the first encoding that fits. Lone surrogates pass here, so that only their row is rejected.

    What begins as UTF-16 is nothing else, though cp932 would make something of it.
    """
    is_utf16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    for encoding in [each for each in encodings if each.lower().startswith(("utf-16", "utf_16")) or not is_utf16]:
        for errors in ("strict", "surrogatepass") if encoding.startswith("utf-8") else ("strict",):
            try:
                return content.decode(encoding, errors)
            except (UnicodeDecodeError, LookupError):
                continue
    return None


def _csv_lines(content: bytes, layout: FileLayout, separator: str) -> list[list[str]]:
    text = decoded(content, layout.encodings)
    if text is None:
        raise UnreadableTableError("encoding_unreadable", ", ".join(layout.encodings))
    lines: list[list[str]] = []
    try:
        lines.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error:  # what was read before it is there
        raise UnreadableTableError("quote_broken", str(len(lines) + 1)) from None
    return lines


def _answer(content: bytes, kind: FileKind, sheet: str | None, around: bool) -> dict[str, Any]:
    """Have the workbook read by a process of its own, which may end as it likes."""
    request = json.dumps({"kind": kind, "sheet": sheet, "around": around}).encode() + b"\n" + content
    path = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    try:
        done = subprocess.run(
            [sys.executable, "-m", "flows.workbook_reader"],
            input=request,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a panic's message may quote a cell
            env=os.environ | {"PYTHONPATH": path},
            cwd=_ROOT,
            timeout=_READING_SECONDS,
            check=False,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError, BrokenPipeError):
        return {"reason_code": "sheet_too_large"}
    return answer
