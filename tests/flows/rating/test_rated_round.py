"""A round from the draw to the figure: two simulated raters fill in real workbooks, and the indicator follows them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.commands.rating import app
from flows.rating_inputs import read_ledgers
from warehouse.engine import opened
from warehouse.read import read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

CRITERION, INDICATOR = "difficulty", "F-O2-1"


def entries(file: Path, levels: Callable[[str], int], *, cites: bool = True) -> list[tuple[str, str, str]]:
    """(sheet, cell, text) that a rater types: a level by what the text says, and its first words or "no evidence"."""
    book = openpyxl.load_workbook(file)
    typed = []
    for sheet in book.worksheets:
        columns = [cell.value for cell in sheet[2]] if sheet.max_row > 2 else []
        if "Level" not in columns:
            continue
        first = columns.index("Level")
        reads = [number for number, name in enumerate(columns[:first]) if name and number > 0]
        for row in sheet.iter_rows(min_row=3):
            texts = [str(row[number].value) for number in reads if row[number].value]
            words = texts[0].splitlines()[0].strip()[:6] if texts else ""
            typed.append((sheet.title, row[first].coordinate, str(levels("".join(texts)))))
            cited = cites and words and not words.startswith(("=", "+", "-", "@", "'"))
            cell = row[first + 1] if cited else row[first + 2]
            typed.append((sheet.title, cell.coordinate, words if cited else "no evidence"))
    return typed


def by_openpyxl(file: Path, typed: list[tuple[str, str, str]]) -> Path:
    book = openpyxl.load_workbook(file)
    for sheet, cell, text in typed:
        book[sheet][cell].value = int(text) if text.isdecimal() else text
    book.save(file)
    return file


def by_libreoffice(command: list[str], file: Path, typed: list[tuple[str, str, str]], folder: Path) -> Path:
    filled, job = folder / f"lo-{file.name}", folder / "job.json"
    save = [(str(filled), "Calc MS Excel 2007 XML")]
    job.write_text(json.dumps({"open": str(file), "type": typed, "save": save}), encoding="utf-8")
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    subprocess.run(
        [*command, folder / "profile", job], env=environment, stdout=subprocess.PIPE, timeout=300, check=True
    )
    return filled


def one_rater(text: str) -> int:
    return 1 + len(text) % 5


def another(text: str) -> int:
    """As the first one, but for one answer in four a level higher."""
    return min(5, one_rater(text) + (len(text) % 4 == 0))


def levels_in_force(wave: Any) -> dict[tuple[str, str], int]:
    """(response, standpoint) -> level, from the ledgers and the person's own answers alone."""
    with opened(wave.url) as engine:
        scores = read_table(engine, "core_score", wave.outcome.run_id)
    own = scores[(scores["criterion_id"] == CRITERION) & (scores["origin"] == "self_report")]
    found = {(row.response_id, "own"): int(row.level) for row in own.itertuples()}
    by_item: dict[str, list[Any]] = {}
    for ledger in read_ledgers(wave.data / "rating"):
        for rating in ledger.ratings:
            by_item.setdefault(rating.response_id, []).append(rating)
    for response, given in by_item.items():
        decided = [each.level for each in given if each.origin == "adjudicated"]
        levels = {each.level for each in given if each.origin == "rater"}
        level = decided[0] if decided else levels.pop() if len(levels) == 1 and len(given) == 2 else None
        if level is not None:
            found[response, "rated"] = level
    return found


def counted(wave: Any) -> tuple[int, int]:
    """Improved people of all with two comparable levels, counted person by person."""
    levels = levels_in_force(wave)
    with opened(wave.url) as engine:
        responses = read_table(engine, "core_response", wave.outcome.run_id)
    people = responses[responses["form_id"] == "questionnaire"].sort_values(["answered_at", "response_id"])
    start, cut_off = (pd.Timestamp(day, tz="Asia/Tokyo") for day in ("2024-04-01", "2024-10-01"))
    improved = pairs = 0
    for _, answers in people.groupby("respondent_id"):
        first, *others = answers.to_dict("records")
        later = [each["response_id"] for each in others if start <= each["answered_at"] < cut_off]
        for standpoint in ("rated", "own"):
            after = [levels[each, standpoint] for each in later if (each, standpoint) in levels]
            if (first["response_id"], standpoint) in levels and after:
                pairs += 1
                improved += after[-1] > levels[first["response_id"], standpoint]
                break
    return improved, pairs


def figure(wave: Any) -> tuple[int, int]:
    with opened(wave.url) as engine:
        rows = read_table(engine, "out_indicator", wave.outcome.run_id)
    whole = (rows["organisation"] == "*") & (rows["dimension"] == "*") & rows["is_declared"]
    [row] = rows[whole & (rows["indicator_id"] == INDICATOR)].to_dict("records")
    return int(row["numerator"]), int(row["denominator"])


def test_the_indicator_follows_what_two_raters_decided(
    sample_warehouse: Any, run_sample: Callable[..., Any], libreoffice: list[str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample_warehouse.data, data)
    url = f"sqlite:///{data / 'warehouse.sqlite'}"

    def rate(line: str, *more: object) -> str:
        places = ["--data", data, "--warehouse", url, "--lang", "en"]
        said = CliRunner().invoke(app, list(map(str, [*line.split(), *more, *places])), catch_exceptions=False)
        assert said.exit_code == 0, said.output
        return said.stdout

    rate(f"sample --wave interim --raters ann,bo --round spring --seed 3 --criteria {CRITERION}")
    rate("export spring")
    sheets = data / "rating" / "spring" / "sheets"
    ann = by_openpyxl(sheets / "ann.xlsx", entries(sheets / "ann.xlsx", one_rater))
    bo = by_libreoffice(libreoffice, sheets / "bo.xlsx", entries(sheets / "bo.xlsx", another), tmp_path)
    taken = rate("import", ann, bo).splitlines()
    assert all(line.endswith("0 known, 0 blank, 0 refused") for line in taken[:2]), taken[:2]

    rate("adjudicate spring")
    decisions = sheets / "decisions-1.xlsx"
    by_openpyxl(decisions, entries(decisions, lambda text: 5 - len(text) % 3, cites=False))
    rate("adjudicate spring", decisions, "--by", "ann")
    assert "0 of them undecided" in rate("status spring")

    before = figure(sample_warehouse)
    rated = run_sample(sample_warehouse.inbox, data)
    assert figure(rated) == counted(rated)
    assert figure(rated) != before
    with opened(rated.url) as engine:
        origins = set(read_table(engine, "core_score", rated.outcome.run_id)["origin"])
    assert origins >= {"self_report", "rater", "adjudicated"}
