"""A house with a published sample, in which quotations are looked for and released."""

from __future__ import annotations

import json
import shutil
import sqlite3
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


@pytest.fixture(scope="module")
def sample_house(sample_warehouse: Any, tmp_path_factory: pytest.TempPathFactory) -> House:
    data = tmp_path_factory.mktemp("quotations") / "data"
    shutil.copytree(sample_warehouse.data, data, ignore=shutil.ignore_patterns("prefect", "report", "quality"))
    return House(data, f"sqlite:///{data / 'warehouse.sqlite'}")


@pytest.fixture
def house(sample_house: House, tmp_path: Path) -> House:
    """One of a test's own."""
    data = tmp_path / "data"
    shutil.copytree(sample_house.data, data)
    return House(data, f"sqlite:///{data / 'warehouse.sqlite'}")
