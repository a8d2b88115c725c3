"""The command as people run it: in a process of its own."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "monosashi"
DEFINITIONS = (
    "flows/programme.yml",
    "flows/instruments/*.yml",
    "expectations/*.yml",
    "rubrics/criteria/*.yml",
    "nlp/*.yml",
    "nlp/lexicon/*",
    "warehouse/indicators.yml",
    "warehouse/targets.csv",
)


@dataclass(frozen=True)
class Said:
    """What the command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment of a person's shell: nothing of the Prefect server that the tests share."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}


@pytest.fixture(scope="session")
def start_monosashi(environment: dict[str, str]) -> Callable[..., subprocess.Popen[str]]:
    """Start the command; its two outputs are pipes unless said otherwise."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # tests run in the background; Ctrl-C would be ignored below
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(*arguments: object, **how: Any) -> subprocess.Popen[str]:
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        given: dict[str, Any] = streams | {"env": environment} | how
        return subprocess.Popen([COMMAND, *map(str, arguments)], text=True, **given)

    return start


@pytest.fixture(scope="session")
def monosashi(start_monosashi: Callable[..., subprocess.Popen[str]]) -> Callable[..., Said]:
    """Run the command to its end."""

    def run(*arguments: object, **how: Any) -> Said:
        process = start_monosashi(*arguments, **how)
        out, err = process.communicate(timeout=400)
        return Said(process.returncode, out, err)

    return run


def _stat(process: int | str) -> list[str]:
    """State and parent of a process, from /proc; nothing if there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return []


@pytest.fixture(scope="session")
def children_of() -> Callable[[int], set[int]]:
    """Every process below one, however deep."""
    if not Path("/proc/self/stat").exists():
        pytest.skip("processes are looked up in /proc, which this system has not")

    def children(process: int) -> set[int]:
        stats = {folder.name: _stat(folder.name) for folder in Path("/proc").glob("[0-9]*")}
        parents = {int(name): int(stat[1]) for name, stat in stats.items() if stat}
        found = {process}
        while grown := {child for child, parent in parents.items() if parent in found} - found:
            found |= grown
        return found - {process}

    return children


@pytest.fixture(scope="session")
def left_over() -> Callable[[set[int]], set[int]]:
    """Those of some processes that are still there when they had every chance to end."""

    def left(processes: set[int]) -> set[int]:
        deadline = time.monotonic() + 60
        while (alive := {each for each in processes if _stat(each)[:1] not in ([], ["Z"])}) and (
            time.monotonic() < deadline
        ):
            time.sleep(0.1)
        return alive

    return left


@pytest.fixture
def programme_copy(tmp_path: Path) -> Path:
    """A copy of the default programme's definitions, to be changed at will."""
    copy = tmp_path / "programme"
    for pattern in DEFINITIONS:
        for source in ROOT.glob(pattern):
            target = copy / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return copy


def _xls(rows: Sequence[Sequence[object]], sheet: str) -> bytes:
    book, content = xlwt.Workbook(), io.BytesIO()
    target = book.add_sheet(sheet)
    moment, day = xlwt.easyxf(num_format_str="yyyy/mm/dd hh:mm:ss"), xlwt.easyxf(num_format_str="yyyy/mm/dd")
    for row_n, row in enumerate(rows):
        for column, cell in enumerate(row):
            style = (
                moment if isinstance(cell, datetime) else day if isinstance(cell, date) else xlwt.Style.default_style
            )
            if cell is not None:
                target.write(row_n, column, cell, style)
    book.save(content)
    return content.getvalue()


def _xlsx(rows: Sequence[Sequence[object]], sheet: str) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    target = book.worksheets[0]
    target.title = sheet
    for row in rows:
        target.append(row)
    book.save(content)
    return content.getvalue()


def _ods(rows: Sequence[Sequence[object]], sheet: str) -> bytes:
    content = io.BytesIO()
    frame = pd.DataFrame([list(row) for row in rows], dtype=object)
    frame.to_excel(content, engine="odf", header=False, index=False, sheet_name=sheet)
    return content.getvalue()


def _csv(rows: Sequence[Sequence[object]], encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue().encode(encoding)


@pytest.fixture(scope="session")
def file_of() -> Callable[..., bytes]:
    """Write rows of cells into a real file of one kind: .xlsx, .xls, .ods, or .csv in an encoding."""

    def write(
        rows: Sequence[Sequence[object]], ending: str, sheet: str = "Sheet1", encoding: str = "utf-8-sig"
    ) -> bytes:
        match ending:
            case ".xlsx":
                return _xlsx(rows, sheet)
            case ".xls":
                return _xls(rows, sheet)
            case ".ods":
                return _ods(rows, sheet)
            case _:
                return _csv(rows, encoding)

    return write
