"""A rating round as people carry it out: drawn from a published wave, handed out, filled in, taken in, decided."""

from __future__ import annotations

import hashlib
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
import pytest
from typer.testing import CliRunner

from flows.commands.rating import app
from flows.landing import LandingStore
from flows.rating_inputs import read_ledgers
from rubrics.ratings import Round, text_sha256
from warehouse.definitions import UserMistake
from warehouse.engine import opened
from warehouse.read import read_table

pytestmark = [pytest.mark.flow, pytest.mark.model]

CRITERIA = "difficulty,engagement_stage"
SIZE = 14


@dataclass(frozen=True)
class Said:
    """What the command said and how it ended."""

    status: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class House:
    """A copy of the published sample, and the command `rate` on it, in this process: its libraries are loaded once."""

    data: Path
    url: str

    def rate(self, line: str, *more: object, lang: str = "en") -> Said:
        places = ["--data", self.data, "--warehouse", self.url, "--lang", lang]
        found = CliRunner().invoke(app, list(map(str, [*line.split(), *more, *places])))
        if isinstance(found.exception, UserMistake):
            return Said(2, found.stdout, "\n".join(each.say("en") for each in found.exception.faults))
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Said(found.exit_code, found.stdout, found.stderr)

    def round(self, name: str = "spring") -> Round:
        return Round.model_validate_json((self.data / "rating" / name / "round.json").read_bytes())


@pytest.fixture(scope="module")
def house(sample_warehouse: Any, tmp_path_factory: pytest.TempPathFactory) -> House:
    data = tmp_path_factory.mktemp("rating")
    shutil.copy(sample_warehouse.data / "warehouse.sqlite", data)
    made = House(data, f"sqlite:///{data / 'warehouse.sqlite'}")
    said = made.rate(
        f"sample --wave interim --raters ann,bo --round spring --seed 5 --size {SIZE} --criteria {CRITERIA}"
    )
    assert said.status == 0, said.everything
    assert f"Round spring: {SIZE} persons and records" in said.out
    return made


def texts_of(house: House, round_: Round) -> dict[tuple[str, str], str]:
    """(item, question) -> text as the warehouse has it."""
    with opened(house.url) as engine:
        answers = read_table(engine, "core_answer", round_.run_id)
    found = {(row.response_id, row.question_id): row.value_text for row in answers.itertuples()}
    return {
        (item.item_id, each.question_id): found[item.response_id, each.question_id]
        for item in round_.items
        for each in item.read
    }


def fill(file: Path, level: Callable[[str, int], tuple[Any, Any, Any]]) -> int:
    """Fill in every row of a sheet: `level` gives (level, evidence, no evidence) for a criterion's name and a row."""
    book = openpyxl.load_workbook(file)
    rows_n = 0
    for sheet in book.worksheets[1:-1]:
        if sheet.title == "manifest":
            continue
        columns = [cell.value for cell in sheet[2]]
        first = columns.index("Level") + 1
        for row in range(3, sheet.max_row + 1):
            for offset, value in enumerate(level(str(sheet["A1"].value), row)):
                sheet.cell(row, first + offset).value = value
            rows_n += 1
    book.save(file)
    return rows_n


def test_the_draw_is_of_the_published_run_and_is_the_same_again(house: House) -> None:
    drawn = house.round()
    again = house.rate(
        f"sample --wave interim --raters zoe,yui --round summer --seed 5 --size {SIZE} --criteria {CRITERIA}"
    )
    assert again.status == 0
    summer = house.round("summer")
    assert (summer.items, summer.strata, summer.run_id) == (drawn.items, drawn.strata, drawn.run_id)
    assert sum(each.drawn for each in drawn.strata) == SIZE
    for key, text in texts_of(house, drawn).items():
        item = next(each for each in drawn.items if each.item_id == key[0])
        assert text_sha256(text) in {each.sha256 for each in item.read}
    with opened(house.url) as engine:
        responses = read_table(engine, "core_response", drawn.run_id).set_index("response_id")
    for item in drawn.items:
        row = responses.loc[item.response_id]
        assert (row["form_id"], row["answered_on"], row["organisation"]) == (
            item.form_id,
            item.answered_on,
            item.stratum["organisation"],
        )
        assert (item.stratum["stage"] == "baseline") == (item.answered_on < "2024-04-01")
    persons = [item.response_id for item in drawn.items if item.form_id == "questionnaire"]
    by_person = responses.loc[persons].groupby("respondent_id").size()
    pairs_n = sum(each.drawn for each in drawn.strata if each.of["stage"] == "baseline→interim")
    assert (by_person >= 2).sum() >= pairs_n
    taken = house.rate("sample --wave interim --raters ann,bo --round spring")
    assert (taken.status, "never overwritten" in taken.err) == (2, True)


def test_a_whole_round(house: House, tmp_path: Path) -> None:
    sheets = house.data / "rating" / "spring" / "sheets"
    assert house.rate("export spring").status == 0
    before = house.rate("status spring")
    assert before.status == 0
    assert "0 disagreements, 0 of them undecided" in before.out

    # ann gives a level everywhere; bo differs in each sheet's third row, cannot tell in the fourth, errs once
    ann, bo = tmp_path / "ann.xlsx", tmp_path / "bo.xlsx"
    for file in (ann, bo):
        shutil.copy(sheets / file.name, file)
    rows_n = fill(ann, lambda name, row: (2, None, "no evidence"))
    in_sheet = {}

    def by_bo(name: str, row: int) -> tuple[Any, Any, Any]:
        in_sheet[name] = row
        return {3: (1, None, "no evidence"), 4: ("cannot tell", None, None)}.get(row, (2, None, "no evidence"))

    assert fill(bo, by_bo) == rows_n
    book = openpyxl.load_workbook(bo)
    wrong = book.worksheets[1]
    column = [cell.value for cell in wrong[2]].index("Level") + 2
    wrong.cell(wrong.max_row, column).value = "秘密の言葉ではないはず"
    wrong.cell(wrong.max_row, column + 1).value = None
    book.save(bo)

    taken = house.rate("import", ann, bo)
    assert taken.status == 2
    lines = taken.out.splitlines()
    assert lines[0] == f"ann.xlsx (spring, ann): {rows_n} new ratings, 0 known, 0 blank, 0 refused"
    assert lines[1] == f"bo.xlsx (spring, bo): {rows_n - 1} new ratings, 0 known, 0 blank, 1 refused"
    cell = wrong.cell(wrong.max_row, column).coordinate
    assert lines[2].startswith(f"bo.xlsx: {wrong.title} {cell}: line 1 of the evidence is not in the texts of this row")
    assert "秘密" not in taken.everything
    refused = (house.data / "rating" / "spring" / "rejected.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["cell"] for line in refused.splitlines()] == [cell]
    assert "秘密" not in refused
    (ledger,) = read_ledgers(house.data / "rating")
    assert len(ledger.ratings) == 2 * rows_n - 1
    store = LandingStore(house.data / "landing")
    for file in (ann, bo):
        sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
        assert store.read(sha256) == file.read_bytes()
        assert {each.sheet_sha256 for each in ledger.ratings if each.rater == file.stem} == {sha256}

    # the same again changes nothing; the corrected sheet adds what was missing
    again = house.rate("import", ann, bo)
    assert f"0 new ratings, {rows_n} known" in again.out
    assert read_ledgers(house.data / "rating") == [ledger]
    wrong.cell(wrong.max_row, column).value = None
    wrong.cell(wrong.max_row, column + 1).value = "no evidence"
    book.save(bo)
    corrected = house.rate("import", bo, lang="ja")
    assert corrected.status == 0
    assert f"新しい評定 1、前と同じ {rows_n - 1}、未記入 0、却下 0" in corrected.out

    # two disagreements a sheet
    listed = house.rate("adjudicate spring")
    differ_n = 2 * len(in_sheet)
    assert listed.status == 0
    assert f"{differ_n} disagreements, {differ_n} of them undecided" in listed.out
    decisions = sheets / "decisions-1.xlsx"
    assert fill(decisions, lambda name, row: (1, None, "no evidence") if row == 3 else (None, None, None)) == differ_n
    assert house.rate("adjudicate spring", decisions).status == 2
    decided = house.rate("adjudicate spring", decisions, "--by", "cy")
    assert decided.status == 0
    assert f"{len(in_sheet)} new ratings, 0 known, {differ_n - len(in_sheet)} blank, 0 refused" in decided.out
    status = house.rate("status spring")
    assert f"{differ_n} disagreements, {differ_n - len(in_sheet)} of them undecided" in status.out
    (ledger,) = read_ledgers(house.data / "rating")
    assert [each.rater for each in ledger.ratings if each.origin == "adjudicated"] == ["cy"] * len(in_sheet)
    agreement = house.rate("agreement spring")
    assert (agreement.status, "Stage of engagement" in agreement.out) == (0, True)
    assert house.rate("agreement --wave interim").status == 0

    to = tmp_path / "more.xlsx"
    assert house.rate("adjudicate spring", "--to", to).status == 0
    assert house.rate("adjudicate spring", "--to", to).status == 2


def test_texts_that_have_changed_since_the_draw(house: House, tmp_path: Path) -> None:
    """A run that was published again with another text: the item is left out, its ratings are refused, others taken."""
    made = house.rate(f"sample --wave interim --raters ann,bo --round late --size 6 --criteria {CRITERIA}")
    assert made.status == 0
    assert house.rate("export late").status == 0
    sheet = tmp_path / "ann.xlsx"
    shutil.copy(house.data / "rating" / "late" / "sheets" / "ann.xlsx", sheet)
    rows_n = fill(sheet, lambda name, row: (2, None, "no evidence"))
    drawn = house.round("late")
    item = drawn.items[0]
    warehouse = house.data / "warehouse.sqlite"
    with closing(sqlite3.connect(warehouse)) as connection, connection:
        connection.execute(
            "UPDATE core_answer SET value_text = value_text || '。' WHERE response_id = ? AND question_id = ?",
            (item.response_id, item.read[0].question_id),
        )
    try:
        shutil.rmtree(house.data / "rating" / "late" / "sheets")
        said = house.rate("export late")
        assert said.status == 2
        assert (
            f"Left out, as their published texts have changed or gone since they were drawn: 1: {item.item_id}"
            in said.out
        )
        content = (house.data / "rating" / "late" / "sheets" / "ann.xlsx").read_bytes()
        rows = [row[0].value for each in openpyxl.load_workbook(io.BytesIO(content)).worksheets[1:-1] for row in each]
        assert item.item_id not in rows
        assert {each.item_id for each in drawn.items[1:]} <= set(rows)
        taken = house.rate("import", sheet)
        assert taken.status == 2
        refused_n = taken.out.count("its text has changed or gone")
        assert refused_n >= 1
        assert f"{rows_n - refused_n} new ratings" in taken.out
        assert f"{item.item_id}" in house.rate("status late").out
    finally:
        with closing(sqlite3.connect(warehouse)) as connection, connection:
            connection.execute(
                "UPDATE core_answer SET value_text = substr(value_text, 1, length(value_text) - 1) "
                "WHERE response_id = ? AND question_id = ?",
                (item.response_id, item.read[0].question_id),
            )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("export nowhere", "there are"),
        ("status ../spring", "is no rating round"),
        ("adjudicate nowhere", "is no rating round"),
        ("import /nowhere/a.xlsx", "check its name and place"),
        ("sample --wave final --raters ann,bo", "is not in the warehouse"),
        ("sample --wave interim --raters ann", "2 or more were expected"),
        ("sample --wave interim --raters 山田,鈴木", "is no pseudonym"),
        ("sample --wave interim --raters ann,bo --criteria nothing", "is no criterion"),
        ("sample --wave interim --raters ann,bo --round ../x", "cannot be the id of a round"),
        ("adjudicate spring /nowhere/a.xlsx", "give a pseudonym"),
        ("adjudicate spring /nowhere/a.xlsx --by cy,di", "is no pseudonym"),
        ("agreement", "is missing"),
        ("agreement spring --wave interim", "given beside --wave"),
    ],
)
def test_mistakes_are_told(house: House, arguments: str, said: str) -> None:
    found = house.rate(arguments)
    assert (found.status, found.out) == (2, "")
    assert said in found.err
    assert "山田" not in found.err


def test_the_command_in_a_process_of_its_own(house: House, monosashi: Callable[..., Any]) -> None:
    places = ("--data", house.data, "--warehouse", house.url)
    wrong = monosashi("rate", "export", "nowhere", *places)
    assert (wrong.status, wrong.out) == (2, "")
    assert wrong.err.startswith("ROUND: nowhere: 評定の回がありません。あるもの: ")
    status = monosashi("rate", "status", "spring", *places)
    assert (status.status, "課題の状態" in status.out, status.err) == (0, True, "")


def test_a_file_that_is_no_sheet_is_refused_and_not_kept(house: House, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "山田太郎"
    other, text = tmp_path / "list.xlsx", tmp_path / "list.csv"
    book.save(other)
    text.write_text("山田太郎", encoding="utf-8")
    found = house.rate("import", other, text)
    assert found.status == 2
    assert found.out.count("cannot be read as a rating sheet") == 2
    assert not LandingStore(house.data / "landing").path(hashlib.sha256(other.read_bytes()).hexdigest()).exists()


def test_a_warehouse_that_is_not_there(house: House, tmp_path: Path) -> None:
    nowhere = House(tmp_path, f"sqlite:///{tmp_path / 'none.sqlite'}").rate("status spring")
    assert (nowhere.status, "run a wave first" in nowhere.err) == (2, True)
