"""Sheets that LibreOffice really opened, filled in and saved: what was entered arrives, and nothing else changed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAVED = {"filled.ods": "calc8", "filled.xlsx": "Calc MS Excel 2007 XML"}
TYPED = {
    ("R-0001", "money"): {"level": "5", "evidence": "ガスが止まった。_x0041_"},
    ("R-0002", "money"): {"level": "判断できない"},
    ("R-0002", "talk"): {"level": "2", "no_evidence": "根拠なし"},
    ("R-0003", "money"): {"level": "1", "evidence": "家賃が高い\n=家賃が払えない"},
    ("R-0003", "talk"): {"level": "1", "evidence": "-3人家族です。 相談したい", "rated_at": "2024-10-06"},
    ("R-0004", "talk"): {"level": "4", "evidence": "おわり"},
}


@pytest.fixture
def by_hand(libreoffice: list[str], tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Open a file in LibreOffice, type into cells, save it as the files of SAVED; what each then shows."""

    def work(content: bytes, typed: list[tuple[str, str, str]], ending: str = ".xlsx") -> list[dict[str, Any]]:
        file, job = tmp_path / f"sheet{ending}", tmp_path / "job.json"
        file.write_bytes(content)
        save = [(str(tmp_path / name), kind) for name, kind in SAVED.items()]
        job.write_text(json.dumps({"open": str(file), "type": typed, "save": save}), encoding="utf-8")
        environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = [*libreoffice, tmp_path / "profile", job]
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, timeout=300, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    return work


def places(sheet: Any) -> list[tuple[str, str, str]]:
    return [
        (cell.parent.title, cell.coordinate, text)
        for key, cells in TYPED.items()
        for column, text in cells.items()
        if (cell := sheet.cell(*key, column))
    ]


def said(result: Any) -> dict[tuple[str, str], tuple[int | None, list[str]]]:
    return {
        (each.item_id, each.criterion_id): (each.level, [span.quote for span in each.evidence]) for each in result.lines
    }


def test_what_is_typed_in_libreoffice_arrives_and_nothing_else_has_changed(
    desk: Any, opened: Any, by_hand: Any, tmp_path: Path
) -> None:
    sheet = desk.sheet("ann")
    before = opened(sheet)
    shown = by_hand(sheet, places(before))
    for name, there in zip(SAVED, shown, strict=True):
        result = desk.read((tmp_path / name).read_bytes(), name)
        assert said(result) == {
            ("R-0001", "money"): (5, ["ｶﾞｽが止まった。_x0041_"]),
            ("R-0002", "money"): (None, []),
            ("R-0002", "talk"): (2, []),
            ("R-0003", "money"): (1, ["=家賃が払えない", "家賃が高い"]),
            ("R-0003", "talk"): (1, ["-3人家族です。\t相談したい"]),
        }
        assert [(each.reason, each.item_id) for each in result.refusals] == [("level_unknown", "R-0004")]
        assert result.blank_n == 1
        assert {each.rated_at.isoformat() for each in result.lines if each.item_id == "R-0003"} == {
            "2024-10-05T15:00:00+00:00",
            "2024-10-20T03:00:00+00:00",
        }
        assert list(there) == before.book.sheetnames
        assert all(each["protected"] for each in there.values())
        assert [each["visible"] for each in there.values()] == [True, True, True, True, False]
        for part in before.book.worksheets[1:4]:
            open_cells = [cell.coordinate for row in part for cell in row if not cell.protection.locked]
            assert there[part.title]["open"] == open_cells
            level, none = part.data_validations.dataValidation
            expected = {
                cell: rule.formula1.strip('"') for rule in (level, none) for cell in open_cells if cell in rule.sqref
            }
            found = {
                cell: values.replace('"', "").replace(";", ",") for cell, values in there[part.title]["lists"].items()
            }
            assert found == expected


def test_the_way_through_an_open_document_and_back_changes_nothing(desk: Any, by_hand: Any, tmp_path: Path) -> None:
    by_hand(desk.sheet("bo", "en"), [])
    by_hand((tmp_path / "filled.ods").read_bytes(), [], ".ods")
    for name in SAVED:
        result = desk.read((tmp_path / name).read_bytes(), name)
        assert (result.lines, result.refusals, result.blank_n) == ([], [], 7)
