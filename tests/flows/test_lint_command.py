"""`monosashi lint` as an organisation runs it, on its own file, before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl


def test_the_command_says_it_and_ends_with_its_status(
    monosashi: Callable[..., Any], tmp_path: Path, sample_inbox: Path
) -> None:
    file = tmp_path / "case_list.xlsx"
    book = openpyxl.load_workbook(next((sample_inbox / "interim").glob("*/case_list*.xlsx")))
    book["ケース一覧"]["D6"] = "秘密の国"
    book.save(file)
    marked = tmp_path / "marked.xlsx"
    found = monosashi("lint", file, "--instrument", "case_list", "--annotate", marked)
    assert found.status == 2, found.everything
    assert "ケース一覧!D6" in found.out
    assert "秘密" not in found.everything
    assert marked.exists()
    again = monosashi("lint", file, "--instrument", "case_list", "--annotate", marked, "--lang", "en")
    assert again.status == 2
    assert "exists already" in again.err


def test_the_commands_mistakes_are_the_users(monosashi: Callable[..., Any], tmp_path: Path) -> None:
    found = monosashi("lint", tmp_path / "none.csv", "--instrument", "common")
    assert (found.status, found.out) == (2, "")
    (tmp_path / "a.csv").write_text("x\n1\n")
    found = monosashi("lint", tmp_path / "a.csv", "--instrument", "no-such-one")
    assert found.status == 2
    assert "case_list" in found.err
    found = monosashi("lint", tmp_path / "a.csv", "--instrument", "common", "--annotate", tmp_path / "b.xlsx")
    assert found.status == 2
    assert "XLSX" in found.err
