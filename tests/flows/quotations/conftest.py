"""A house with a published sample, in which quotations are looked for and released."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from flows.commands.quotations import app
from flows.programme_reader import read_programme
from warehouse.definitions import UserMistake
from warehouse.engine import opened
from warehouse.read import published_run, read_table

ROOT = Path(__file__).resolve().parents[3]
THEME = "work_income"


@dataclass(frozen=True)
class House:
    """A copy of everything the published sample left behind, and the command `quotes` on it, in this process."""

    data: Path
    url: str

    def quotes(self, line: str, *more: object, lang: str = "en") -> tuple[int, str]:
        places = ["--data", self.data, "--warehouse", self.url, "--lang", lang]
        found = CliRunner().invoke(app, list(map(str, [*line.split(), *more, *places])))
        if isinstance(found.exception, UserMistake):
            return 2, "\n".join(each.say("en") for each in found.exception.faults)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.exit_code, found.stdout

    def table(self, name: str) -> pd.DataFrame:
        with opened(self.url) as engine:
            return read_table(engine, name, published_run(engine, "interim"))

    def change(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.data / "warehouse.sqlite")) as connection, connection:
            connection.execute(statement, values)

    def carrying(self) -> dict[tuple[str, str], str]:
        """(response, question) -> text of the period's texts with the theme."""
        found, answers, responses = (self.table(name) for name in ("core_theme", "core_answer", "core_response"))
        window = read_programme(ROOT).windows["interim"]
        inside = responses[(responses["answered_at"] >= window.start) & (responses["answered_at"] < window.cut_off)]
        mine = found.loc[found["theme_id"] == THEME, ["response_id", "question_id"]].drop_duplicates()
        texts = mine.merge(answers, on=["response_id", "question_id"])
        texts = texts[texts["response_id"].isin(inside["response_id"])]
        return {(row.response_id, row.question_id): row.value_text for row in texts.itertuples()}

    def rows_of(self, file: Path) -> list[dict[str, str]]:
        """A workbook's first sheet."""
        head, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
        return [{str(name): str(value) for name, value in zip(head, row, strict=True)} for row in rows]

    def register(self) -> list[dict[str, Any]]:
        file = self.data / "quotations" / "register.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


@pytest.fixture(scope="session")
def sample_house(run_sample: Callable[..., Any], sample_inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """The sample's interim wave, with a place in doubt in five answers of people who agree to be quoted."""
    folder = tmp_path_factory.mktemp("quotations")
    inbox = folder / "inbox"
    shutil.copytree(sample_inbox, inbox)
    file = inbox / "interim" / "org-a" / "questionnaire.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))
    agreeing = [row for row in rows if row["引用の同意"] == "yes" and len(row["問3-3"]) > 8]
    assert len(agreeing) >= 5
    for row in agreeing[:5]:
        row["問3-3"] += "友達の桜と仕事の話をしました。"
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    data = folder / "data"
    run_sample(inbox, data)
    return House(data, f"sqlite:///{data / 'warehouse.sqlite'}")


@pytest.fixture
def house(sample_house: House, tmp_path: Path) -> House:
    """One of a test's own."""
    data = tmp_path / "data"
    shutil.copytree(sample_house.data, data, ignore=shutil.ignore_patterns("prefect", "report", "quality"))
    return House(data, f"sqlite:///{data / 'warehouse.sqlite'}")
