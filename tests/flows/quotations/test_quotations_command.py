"""Quotations on a published wave: drawn with what speaks against them, released under conditions, kept in a register."""

from __future__ import annotations

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
from ruamel.yaml import YAML
from typer.testing import CliRunner

from flows.commands.quotations import app
from flows.folders import Folders
from flows.landing import LandingStore
from flows.mask_ledger import MaskLedger
from flows.mask_review import review_of
from flows.programme_reader import read_programme
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import annotations_id
from warehouse.definitions import UserMistake
from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[3]
THEME = "work_income"
K = 10


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


def carrying(house: House) -> dict[tuple[str, str], str]:
    """(response, question) -> text of the period's texts with the theme."""
    found, answers, responses = (house.table(name) for name in ("core_theme", "core_answer", "core_response"))
    window = read_programme(ROOT).windows["interim"]
    inside = responses[(responses["answered_at"] >= window.start) & (responses["answered_at"] < window.cut_off)]
    mine = found.loc[found["theme_id"] == THEME, ["response_id", "question_id"]].drop_duplicates()
    texts = mine.merge(answers, on=["response_id", "question_id"])
    texts = texts[texts["response_id"].isin(inside["response_id"])]
    return {(row.response_id, row.question_id): row.value_text for row in texts.itertuples()}


def rows_of(file: Path) -> list[dict[str, str]]:
    head, *rows = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    return [{str(name): str(value) for name, value in zip(head, row, strict=True)} for row in rows]


# --- drawn, with what speaks against them -----------------------------------------------------------------------------


def test_quotations_are_drawn_from_all_that_carry_the_theme(sample_house: House, tmp_path: Path) -> None:
    known = carrying(sample_house)
    status, said = sample_house.quotes(f"show {THEME} --wave interim --n 4 --seed 3 --to", tmp_path / "a.xlsx")
    assert status == 0, said
    assert f"4 of {len(known)}" in said
    assert "drawn at random (seed 3)" in said
    rows = rows_of(tmp_path / "a.xlsx")
    assert len({(row["Response"], row["Question"]) for row in rows}) == 4
    for row in rows:
        assert known[row["Response"], row["Question"]] == row["Text (masked)"]
        assert all(words in row["Text (masked)"] for words in row["Words"].split(" / "))
    sample_house.quotes(f"show {THEME} --wave interim --n 4 --seed 3 --to", tmp_path / "b.xlsx")
    sample_house.quotes(f"show {THEME} --wave interim --n 4 --seed 4 --to", tmp_path / "c.xlsx")
    assert rows_of(tmp_path / "b.xlsx") == rows
    assert rows_of(tmp_path / "c.xlsx") != rows
    assert (tmp_path / "a.xlsx").stat().st_mode & 0o077 == 0
    again = sample_house.quotes(f"show {THEME} --wave interim --to", tmp_path / "a.xlsx")
    assert again[0] == 2, "a file that is there is not overwritten"


def test_what_speaks_against_a_theme_are_near_misses(sample_house: House, tmp_path: Path) -> None:
    """The rules of a theme that somebody's words were excluded from: none of them holds it, each shows the exclusion."""
    held = sample_house.table("core_theme")
    seen = 0
    for theme in read_programme(ROOT).themes.themes:
        if not any(rule.none for rule in theme.rules):
            continue
        file = tmp_path / f"{theme.id}.xlsx"
        status, said = sample_house.quotes(f"show {theme.id} --wave interim --n 50 --against --to", file)
        assert status == 0, said
        assert "Against it" in said
        mine = set(zip(held["response_id"], held["question_id"], held["theme_id"], strict=True))
        for row in rows_of(file):
            if row["Side"] == "Against it":
                seen += 1
                assert (row["Response"], row["Question"], theme.id) not in mine
                assert "none" in row["Rule, clause or level"]
    assert seen, "the sample holds near misses"


def test_what_speaks_against_a_change_is_what_became_otherwise(sample_house: House, tmp_path: Path) -> None:
    ledger = sample_house.table("out_theme_ledger")
    mine = ledger[(ledger["theme_id"] == THEME) & (ledger["period"] == "interim")]
    file = tmp_path / "change.csv"
    status, said = sample_house.quotes(f"show {THEME} --wave interim --n 500 --claim disappeared --against --to", file)
    assert status == 0, said
    rows = pd.read_csv(file, dtype="str", keep_default_na=False)
    column = {"disappeared": "response_id", "persisted": "response_id_later", "appeared": "response_id_later"}
    words = {
        "disappeared": "Wrote of it at first and not now (their first text)",
        "persisted": "Wrote of it at first and still do (their text now)",
        "appeared": "Did not write of it at first and do now (their text now)",
    }
    for became, name in column.items():
        expected = set(mine.loc[mine["became"] == became, name])
        assert set(rows.loc[rows["Kind"] == words[became], "Response"]) == expected
    scores = sample_house.table("core_score").set_index(["response_id", "criterion_id", "origin"])["level"]
    gone = mine[mine["became"] == "disappeared"].set_index("response_id")["response_id_later"]
    fell = {
        first
        for (first, criterion, origin), level in scores.items()
        if first in gone.index and scores.get((gone[first], criterion, origin), level) < level
    }
    worse = rows[rows["Kind"].str.startswith("Do not write of it any more, but their level fell")]
    assert set(worse["Response"]) == fell
    assert "Nothing can be said of" in said


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("show nothing --wave interim", "is not there"),
        (f"show {THEME} --wave interim --claim better", "is an unknown claim"),
        (f"show {THEME} --wave interim --question q9", "is not there"),
        (f"show {THEME} --wave interim --organisation nobody", "is not there"),
        (f"show {THEME} --wave final", "is not in the warehouse"),
        (f"sheet {THEME} --wave interim --to nowhere/x.xlsx", "cannot be written"),
    ],
)
def test_mistakes_about_quotations_are_said(sample_house: House, line: str, expected: str) -> None:
    status, said = sample_house.quotes(line)
    assert status == 2
    assert expected in said


# --- released ---------------------------------------------------------------------------------------------------------


def may_go(house: House) -> set[tuple[str, str]]:
    """The quotations that satisfy all three conditions, by a calculation of this test's own."""
    programme = read_programme(ROOT)
    answers, responses = house.table("core_answer"), house.table("core_response")
    valid = answers[answers["missing_kind"].isna()]
    yes = set(valid.loc[(valid["question_id"] == "consent_quote") & (valid["value_code"] == "yes"), "response_id"])
    no = set(valid.loc[(valid["question_id"] == "consent_quote") & (valid["value_code"] == "no"), "response_id"])
    people = responses.set_index("response_id")
    refused_later = {
        response
        for response in yes
        for other in no
        if people.loc[response, "respondent_id"] == people.loc[other, "respondent_id"]
        and people.loc[other, "answered_at"] > people.loc[response, "answered_at"]
    }
    with (
        opened(house.url) as engine,
        AnnotationCache(
            house.data / "cache" / "annotations.sqlite", annotations_id(programme.text_rules.vocabulary)
        ) as cache,
    ):
        folders = Folders(house.data)
        review = review_of(engine, "interim", programme, LandingStore(folders.landing), MaskLedger(folders.mask), cache)
    pending = {(each.response_id, each.question_id) for each in review.places}
    return {place for place in carrying(house) if place[0] in yes - refused_later and place not in pending}


@pytest.fixture
def sheet(house: House, tmp_path: Path) -> Path:
    file = tmp_path / "review.xlsx"
    status, said = house.quotes(f"sheet {THEME} --wave interim --n 6 --seed 2 --to", file)
    assert status == 0, said
    assert f"6 of {len(may_go(house))} that may be released" in said
    return file


def review(file: Path, rows: Callable[[int], dict[str, str]]) -> list[tuple[str, str, str]]:
    """Fill in each row of the workbook; give (response, question, text)."""
    book = openpyxl.load_workbook(file)
    page = book["Quotations"]
    at = {str(cell.value): cell.column for cell in page[2]}
    found = []
    for number, row in enumerate(range(3, page.max_row + 1)):
        for heading, value in rows(number).items():
            page.cell(row, at[heading]).value = value
        found.append(tuple(str(page.cell(row, at[name]).value) for name in ("Response", "Question", "Text (masked)")))
    book.save(file)
    return found  # type: ignore[return-value]


CHECKED = {"Masking looked at": "checked", "Looked at by (pseudonym)": "rev"}


def test_only_what_may_be_released_is_in_the_workbook(house: House, sheet: Path) -> None:
    rows = review(sheet, lambda _: {})
    assert {(response, question) for response, question, _ in rows} <= may_go(house)
    page = openpyxl.load_workbook(sheet)["Quotations"]
    assert page.protection.sheet
    assert page["A3"].protection.locked
    assert not page.cell(3, page.max_column).protection.locked


def test_a_release_goes_out_without_a_trace_to_the_response_and_into_the_register(
    house: House, sheet: Path, tmp_path: Path
) -> None:
    rows = review(sheet, lambda number: CHECKED if number < 3 else {})
    words = rows[1][2].strip()[:5]
    review(sheet, lambda number: {"Part to quote (blank: all of it)": words} if number == 1 else {})
    out = tmp_path / "out.xlsx"
    status, said = house.quotes("release", sheet, "--by", "ed", "--purpose", "annual report", "--to", out)
    assert status == 0, said
    assert "3 quotations released, 0 refused, 3 rows not looked at" in said
    released = rows_of(out)
    assert [row["Words"].strip() for row in released] == [rows[0][2].strip(), words, rows[2][2].strip()]
    everything = " ".join(value for row in released for value in row.values())
    assert not any(response in everything for response, _, _ in rows)
    register = house.register()
    assert [line["response_id"] for line in register] == [rows[number][0] for number in range(3)]
    assert {(line["released_by"], line["checked_by"], line["purpose"]) for line in register} == {
        ("ed", "rev", "annual report")
    }
    assert all(line["sharing_n"] >= K for line in register)
    assert not any(text.strip() in json.dumps(register, ensure_ascii=False) for _, _, text in rows)
    assert (house.data / "quotations" / "register.jsonl").stat().st_mode & 0o077 == 0
    people = house.table("core_response").set_index("response_id")
    answers = house.table("core_answer")
    valid = answers[answers["missing_kind"].isna()].set_index("response_id")
    window = read_programme(ROOT).windows["interim"]
    asked = people[people["form_id"] == "questionnaire"]
    asked = asked[(asked["answered_at"] >= window.start) & (asked["answered_at"] < window.cut_off)]
    for line, row in zip(register, released, strict=True):
        assert row["Quotation"] == line["release_id"]
        alike = asked
        for name in line["attributes"]:
            if name == "organisation":
                alike = alike[alike["organisation"] == people.loc[line["response_id"], "organisation"]]
            elif ":" not in name:
                codes = valid.loc[valid["question_id"] == name, "value_code"]
                own = codes.get(line["response_id"])
                same = alike.index.map(codes.to_dict().get)
                alike = alike[[each == own for each in same]]
        assert alike["respondent_id"].nunique() >= line["sharing_n"]
    assert "Organisation" in released[0] or "organisation" not in register[0]["attributes"]
    status, said = house.quotes("released")
    assert status == 0, said
    assert "3 quotations released, 0 may not stand any more" in said


def test_consent_withdrawn_later_is_reported_from_the_register(house: House, sheet: Path, tmp_path: Path) -> None:
    rows = review(sheet, lambda number: CHECKED if number < 2 else {})
    assert house.quotes("release", sheet, "--by", "ed", "--purpose", "x", "--to", tmp_path / "o.csv")[0] == 0
    house.change(
        "UPDATE core_answer SET value_code = 'no' WHERE response_id = ? AND question_id = 'consent_quote'", rows[0][0]
    )
    status, said = house.quotes("released")
    assert status == 2
    assert "1 may not stand any more: Q-0001" in said
    again = tmp_path / "again.csv"
    status, said = house.quotes("release", sheet, "--by", "ed", "--purpose", "x", "--to", again)
    assert status == 2
    assert f"consent was refused (1): {rows[0][0]}" in said
    assert "1 quotations released, 1 refused" in said
    assert len(pd.read_csv(again)) == 1
    assert [line["response_id"] for line in house.register()] == [rows[0][0], rows[1][0], rows[1][0]]


def test_what_is_wrong_in_a_workbook_is_refused_by_cell_and_response(house: House, sheet: Path, tmp_path: Path) -> None:
    wrong = [
        {"Masking looked at": "checked"},
        CHECKED | {"Part to quote (blank: all of it)": "words that stand nowhere"},
        CHECKED | {"Text (masked)": "another text"},
        {"Masking looked at": "perhaps", "Looked at by (pseudonym)": "rev"},
        CHECKED | {"Response": "0000000000000000"},
        CHECKED,
    ]
    rows = review(sheet, wrong.__getitem__)
    status, said = house.quotes("release", sheet, "--by", "ed", "--purpose", "x", "--to", tmp_path / "o.csv")
    assert status == 2
    for row, reason in [
        (rows[0], "does not say who looked at it"),
        (rows[1], "the part to quote does not stand"),
        (rows[2], "its text is not the one"),
        (rows[3], "something else than “checked”"),
    ]:
        assert any(row[0] in line and reason in line for line in said.splitlines()), reason
    assert "is no row of this workbook" in said
    assert "1 quotations released, 5 refused" in said
    assert not any(text.strip() in said for _, _, text in rows)
    assert "words that stand nowhere" not in said


def test_masking_that_is_undecided_or_newly_decided_is_refused(house: House, sheet: Path, tmp_path: Path) -> None:
    """The published text is changed as if it had been masked otherwise: it is not what masking gives now."""
    rows = review(sheet, lambda number: CHECKED if number == 0 else {})
    house.change(
        "UPDATE core_answer SET value_text = value_text || '。' WHERE response_id = ? AND question_id = ?", *rows[0][:2]
    )
    file = tmp_path / "anew.xlsx"
    status, said = house.quotes(f"sheet {THEME} --wave interim --n 500 --to", file)
    assert status == 0, said
    outdated = next(line for line in said.splitlines() if line.startswith("the wave has not been run since"))
    assert rows[0][0] in outdated
    assert any(line.startswith("the masking has places that nobody has decided") for line in said.splitlines())
    assert rows[0][:2] not in [row[:2] for row in review(file, lambda _: {})]


def test_too_few_people_alike_are_refused(house: House, programme_copy: Path, tmp_path: Path) -> None:
    file = programme_copy / "flows" / "programme.yml"
    yaml = YAML()
    settings = yaml.load(file.read_text(encoding="utf-8"))
    settings["quotations"]["k"] = 100_000
    with file.open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    status, said = house.quotes(f"sheet {THEME} --wave interim --programme", programme_copy)
    assert status == 0
    assert "too few people share even the least that is shown" in said
    assert "No quotation may be released" in said


def test_a_programme_that_declares_nothing_releases_nothing(house: House, programme_copy: Path, tmp_path: Path) -> None:
    file = programme_copy / "flows" / "programme.yml"
    yaml = YAML()
    settings = yaml.load(file.read_text(encoding="utf-8"))
    del settings["quotations"]
    with file.open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    status, said = house.quotes(f"sheet {THEME} --wave interim --programme", programme_copy)
    assert status == 2
    assert "does not say when quotations may be released" in said


def test_another_workbook_is_refused(house: House, tmp_path: Path) -> None:
    file = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(file)
    status, said = house.quotes("release", file, "--by", "ed", "--purpose", "x", "--to", tmp_path / "o.csv")
    assert status == 2
    assert "is no workbook of quotations" in said
