"""A coding round as people carry it out: drawn from a published wave, coded by two, held against the rules."""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score
from typer.testing import CliRunner

from flows.coding.agreement import CodingResult, coding_result
from flows.coding.rounds import CodingFolder, CodingRounds, OpenCodingRound
from flows.commands.coding import app
from flows.folders import Folders
from flows.landing import LandingStore
from flows.programme_reader import read_programme
from rubrics.hand_codes import CodingRound, HandCode, weight_of
from rubrics.ratings import text_sha256
from warehouse.content import out_content_sha256
from warehouse.definitions import UserMistake
from warehouse.engine import opened
from warehouse.read import read_table
from warehouse.text_tables import ANALYSED, responses_in

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[3]
SIZE, SEED = 40, 7


@dataclass(frozen=True)
class House:
    """A copy of the published sample, and the command `coding` on it, in this process."""

    data: Path
    url: str

    def coding(self, line: str, *more: object, lang: str = "en") -> tuple[int, str]:
        """Exit status and everything it said."""
        places = ["--data", self.data, "--warehouse", self.url, "--lang", lang]
        found = CliRunner().invoke(app, list(map(str, [*line.split(), *more, *places])))
        if isinstance(found.exception, UserMistake):
            return 2, "\n".join(each.say("en") for each in found.exception.faults)
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return found.exit_code, found.stdout

    def round(self, name: str = "spring") -> CodingRound:
        return CodingFolder.open(self.data / "coding", name).round

    def ledger(self, name: str = "spring") -> list[HandCode]:
        return CodingFolder.open(self.data / "coding", name).ledger()

    def sheet(self, coder: str, name: str = "spring") -> Path:
        return self.data / "coding" / name / "sheets" / f"{coder}.xlsx"

    def table(self, name: str) -> pd.DataFrame:
        with opened(self.url) as engine:
            return read_table(engine, name, self.round().run_id)

    def result(self, check: Callable[[OpenCodingRound, CodingResult], None]) -> None:
        with opened(self.url) as engine:
            this = CodingRounds(read_programme(ROOT), engine, Folders(self.data)).open("spring")
            check(this, coding_result(this, Folders(self.data)))


@pytest.fixture(scope="module")
def house(sample_warehouse: Any, tmp_path_factory: pytest.TempPathFactory) -> House:
    data = tmp_path_factory.mktemp("coding")
    shutil.copy(sample_warehouse.data / "warehouse.sqlite", data)
    shutil.copytree(sample_warehouse.data / "cache", data / "cache")
    made = House(data, f"sqlite:///{data / 'warehouse.sqlite'}")
    status, said = made.coding(f"sample --wave interim --coders ann,bo --round spring --seed {SEED} --size {SIZE}")
    assert status == 0, said
    assert f"{SIZE} of" in said
    return made


def truth(house: House) -> dict[tuple[str, str], bool]:
    """(item, theme) -> what the simulated coders think: what the rules say, but for some texts and themes."""
    found = house.table("core_theme")
    by_rule = set(zip(found["response_id"], found["question_id"], found["theme_id"], strict=True))
    drawn = house.round()
    thought = {}
    for item in drawn.items:
        for theme in drawn.themes:
            number = int(hashlib.sha256(f"{item.item_id}{theme}".encode()).hexdigest(), 16)
            is_there = (item.response_id, item.read[0].question_id, theme) in by_rule
            thought[item.item_id, theme] = is_there != (number % 23 == 0)
    return thought


def code(file: Path, labels: dict[str, str], said: Callable[[str, str], str], done: Callable[[str], bool]) -> int:
    """Fill in a workbook: `said` gives the mark for (item, theme), `done` whether an item was read."""
    book = openpyxl.load_workbook(file)
    sheet = book["Codes"]
    columns = {str(cell.value): cell.column for cell in sheet[2]}
    rows_n = 0
    for row in range(3, sheet.max_row + 1):
        item = str(sheet.cell(row, columns["Item"]).value)
        if done(item):
            rows_n += 1
            sheet.cell(row, columns["Read to the end"]).value = "done"
            for theme, label in labels.items():
                sheet.cell(row, columns[label]).value = said(item, theme) or None
    book.save(file)
    return rows_n


@pytest.fixture(scope="module")
def coded(house: House) -> House:
    """Two coders: the second one differs on some, cannot tell some, and has not read two texts."""
    status, said = house.coding("export spring")
    assert status == 0, said
    labels = {theme.id: theme.label.en for theme in read_programme(ROOT).themes.themes}
    thought = truth(house)

    def first(item: str, theme: str) -> str:
        return "○" if thought[item, theme] else ""

    def second(item: str, theme: str) -> str:
        number = int(hashlib.sha256(f"{theme}{item}".encode()).hexdigest(), 16)
        if number % 31 == 0:
            return "?"
        return "○" if thought[item, theme] != (number % 17 == 0) else ""

    assert code(house.sheet("ann"), labels, first, lambda _: True) == SIZE
    assert code(house.sheet("bo"), labels, second, lambda item: item not in ("T-0003", "T-0009")) == SIZE - 2
    status, said = house.coding("import", house.sheet("ann"), house.sheet("bo"))
    assert status == 0, said
    assert f"{SIZE * len(labels)} new codes" in said
    assert "2 blank" in said
    return house


def test_the_draw_is_of_the_period_and_the_same_again(house: House) -> None:
    drawn = house.round()
    status, _ = house.coding(f"sample --wave interim --coders yui,zoe --round summer --seed {SEED} --size {SIZE}")
    again = house.round("summer")
    assert status == 0
    assert (again.items, again.strata) == (drawn.items, drawn.strata)
    other = house.coding(f"sample --wave interim --coders yui,zoe --round autumn --seed 8 --size {SIZE}")
    assert other[0] == 0
    assert {item.response_id for item in house.round("autumn").items} != {item.response_id for item in drawn.items}
    texts, responses = house.table("core_text"), house.table("core_response")
    inside, _ = responses_in(responses, read_programme(ROOT).windows["interim"])
    read = texts[texts["state"].isin(ANALYSED) & texts["response_id"].isin(inside["response_id"])]
    assert sum(each.population for each in drawn.strata) == len(read)
    assert sum(weight_of(item, drawn.strata) for item in drawn.items) == pytest.approx(len(read))
    halves = [item.stratum["found"] for item in drawn.items]
    nothing_n = sum(each.population for each in drawn.strata if each.of["found"] == "nothing")
    assert halves.count("nothing") == min(SIZE // 2, nothing_n)
    assert (house.data / "coding").stat().st_mode & 0o077 == 0


def test_a_workbook_shows_texts_and_the_code_book_and_nothing_of_the_rules(coded: House) -> None:
    drawn, answers = coded.round(), coded.table("core_answer")
    texts = {(row.response_id, row.question_id): row.value_text for row in answers.itertuples()}
    for coder in drawn.coders:
        book = openpyxl.load_workbook(coded.sheet(coder))
        cells = [
            str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value
        ]
        for item in drawn.items:
            assert any(" ".join(texts[item.response_id, item.read[0].question_id].split())[:20] in c for c in cells)
            assert item.response_id not in cells
        assert not {"org-a", "org-b", "interim", "nothing", "found"} & set(cells)
        for theme in read_programme(ROOT).themes.themes:
            assert theme.definition is not None
            assert theme.definition.en in cells
        codes = book["Codes"]
        assert codes.protection.sheet
        assert codes["A3"].protection.locked
        assert not codes.cell(3, codes.max_column).protection.locked
        assert book["manifest"].sheet_state == "hidden"
    orders = [
        [row[0].value for row in openpyxl.load_workbook(coded.sheet(coder))["Codes"].iter_rows(min_row=3)]
        for coder in drawn.coders
    ]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_codes_lie_in_the_ledger_and_nowhere_else(coded: House) -> None:
    store, ledger = LandingStore(coded.data / "landing"), coded.ledger()
    for coder in ("ann", "bo"):
        sha256, _ = store.keep(coded.sheet(coder).read_bytes())
        assert {each.sheet_sha256 for each in ledger if each.coder == coder} == {sha256}
    before = len(ledger)
    status, said = coded.coding("import", coded.sheet("ann"))
    assert (status, len(coded.ledger())) == (0, before)
    assert "0 new codes" in said
    with opened(coded.url) as engine:
        content = out_content_sha256(engine, coded.round().run_id)
    assert content
    assert "codes" not in " ".join(read_table.__globals__["TABLES"])


def test_figures_are_those_of_independent_statistics(coded: House, sample_warehouse: Any) -> None:
    import krippendorff

    def check(this: OpenCodingRound, result: CodingResult) -> None:
        values = {"present": 1.0, "absent": 0.0, "cannot_tell": np.nan}
        codes = pd.DataFrame([(c.item_id, c.theme_id, c.coder, values[c.code]) for c in this.codes()])
        codes.columns = pd.Index(["item", "theme", "coder", "code"])
        agreement = result.agreement[result.agreement["coder_a"] == "ann"].set_index(["theme_id", "statistic"])["value"]
        for theme, rows in codes.groupby("theme"):
            table = rows.pivot(index="item", columns="coder", values="code")
            both = table.dropna()
            assert agreement[theme, "agreement"] == pytest.approx((both["ann"] == both["bo"]).mean())
            if both.to_numpy().min() == both.to_numpy().max():
                assert pd.isna(agreement[theme, "alpha"])
                continue
            reference = krippendorff.alpha(table.to_numpy().T, level_of_measurement="nominal")
            assert agreement[theme, "alpha"] == pytest.approx(reference)
            assert agreement[theme, "kappa"] == pytest.approx(cohen_kappa_score(both["ann"], both["bo"]))
        wide = codes.pivot(index=["item", "theme"], columns="coder", values="code").dropna()
        agreed = wide[wide["ann"] == wide["bo"]]["ann"]
        assert len(agreed) == result.consensus[["present", "absent"]].to_numpy().sum()
        whole = result.accuracy[result.accuracy["group"] == "all"]
        assert set(whole["pairs_n"]) == {len(agreed)}

    coded.result(check)


def test_every_text_where_coders_and_rules_differ_is_listed(coded: House) -> None:
    def check(this: OpenCodingRound, result: CodingResult) -> None:
        found = coded.table("core_theme")
        by_rule = set(zip(found["response_id"], found["question_id"], found["theme_id"], strict=True))
        items = {item.item_id: item for item in this.items}
        said: dict[tuple[str, str], list[str]] = {}
        for each in this.codes():
            said.setdefault((each.item_id, each.theme_id), []).append(each.code)
        expected = {
            key
            for key, codes in said.items()
            if len(codes) == 2
            and len(set(codes)) == 1
            and codes[0] != "cannot_tell"
            and (codes[0] == "present")
            != ((items[key[0]].response_id, items[key[0]].read[0].question_id, key[1]) in by_rule)
        }
        assert expected
        assert set(zip(result.differences["item_id"], result.differences["theme_id"], strict=True)) == expected
        for row in result.differences.itertuples(index=False):
            text = this.text_of(items[str(row.item_id)])
            assert text_sha256(text) == items[str(row.item_id)].read[0].sha256
            if row.by_rule == "present":
                assert str(row.quote) in text

    coded.result(check)


def test_the_report_says_what_was_left_out(coded: House) -> None:
    status, said = coded.coding("agreement spring")
    assert status == 0, said
    folder = coded.data / "coding" / "spring"
    page = (folder / "agreement.html").read_text(encoding="utf-8")
    assert "have none and are left out" in page
    assert "Recall (weighted)" in page
    assert "<script" not in page
    book = openpyxl.load_workbook(folder / "agreement.xlsx")
    assert book.sheetnames == [
        "Rules and consensus", "By way of writing", "Coders", "Consensus", "Differing texts", "Draw and weights",
    ]  # fmt: skip
    assert "All themes" in [cell.value for cell in book["Rules and consensus"]["A"]]
    again = coded.coding("agreement spring", lang="ja")
    assert again[0] == 0
    assert "再現率" in (folder / "agreement.html").read_text(encoding="utf-8")


def test_what_is_wrong_is_refused_cell_by_cell_and_the_rest_is_kept(coded: House, tmp_path: Path) -> None:
    def wrong(change: Callable[[Any], None]) -> tuple[int, str]:
        book = openpyxl.load_workbook(coded.sheet("bo"))
        change(book)
        file = tmp_path / "bo.xlsx"
        book.save(file)
        return coded.coding("import", file)

    columns = {str(cell.value): cell.column for cell in openpyxl.load_workbook(coded.sheet("bo"))["Codes"][2]}
    letter = openpyxl.utils.get_column_letter

    def cell(book: Any, row: int, heading: str) -> Any:
        return book["Codes"].cell(row, columns[heading])

    def several(book: Any) -> None:
        done = [row for row in range(3, 43) if cell(book, row, "Read to the end").value == "done"]
        cell(book, done[0], "Housing").value = "maybe"
        cell(book, done[1], "Item").value = "T-9999"
        cell(book, done[2], "Text").value = "altered"
        cell(book, done[3], "Read to the end").value = None
        cell(book, done[3], "Health").value = "○"
        several.rows = done  # type: ignore[attr-defined]

    before = len(coded.ledger())
    status, said = wrong(several)
    rows = several.rows  # type: ignore[attr-defined]
    assert status == 2
    assert f"Codes {letter(columns['Housing'])}{rows[0]}: is no code of the list" in said
    assert f"Codes A{rows[1]}: the item is missing" in said
    assert f"Codes A{rows[2]}: the text or the item on the sheet was altered" in said
    assert f"{letter(columns['Read to the end'])}{rows[3]}: there are codes, but" in said
    assert "4 refused" in said
    assert "maybe" not in said
    assert len(coded.ledger()) == before, "what stands already is not written down again"

    def renamed(book: Any) -> None:
        row = next(row for row in book["manifest"].iter_rows() if row[0].value == "round")
        row[1].value = "summer"

    assert "is not a sheet of this round" in wrong(renamed)[1] or "its hidden record was altered" in wrong(renamed)[1]

    def other_definition(book: Any) -> None:
        cell(book, 2, "Housing").value = "Homes"

    status, said = wrong(other_definition)
    assert (status, "this theme's column is missing" in said) == (2, True)


def test_a_definition_that_changed_sets_its_theme_aside(coded: House, programme_copy: Path) -> None:
    themes = programme_copy / "nlp" / "themes.yml"
    text = themes.read_text(encoding="utf-8")
    themes.write_text(text.replace("Speaks of housing: rent", "Speaks of a home: rent"), encoding="utf-8")
    status, said = coded.coding("import", coded.sheet("ann"), "--programme", programme_copy)
    assert status == 2
    assert "was coded by another definition" in said
    assert "1 refused" in said
    with opened(coded.url) as engine:
        this = CodingRounds(read_programme(programme_copy), engine, Folders(coded.data)).open("spring")
        assert "housing" not in {each.theme_id for each in this.codes()}
        assert len({each.theme_id for each in this.codes()}) == len(this.round.themes) - 1


def test_a_text_that_changed_since_the_draw_is_left_out(house: House, tmp_path: Path) -> None:
    import sqlite3

    data = tmp_path / "data"
    shutil.copytree(house.data, data)
    other = House(data, f"sqlite:///{data / 'warehouse.sqlite'}")
    item = other.round().items[0]
    with sqlite3.connect(data / "warehouse.sqlite") as connection:
        connection.execute(
            "UPDATE core_answer SET value_text = value_text || '!' WHERE response_id = ? AND question_id = ?",
            (item.response_id, item.read[0].question_id),
        )
    connection.close()
    shutil.rmtree(data / "coding" / "spring" / "sheets", ignore_errors=True)
    status, said = other.coding("export spring")
    assert status == 2
    assert item.item_id in said
    book = openpyxl.load_workbook(other.sheet("ann"))
    assert item.item_id not in [cell.value for cell in book["Codes"]["A"]]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sample --wave interim --coders ann", "2 or more"),
        ("sample --wave interim --coders Ann,bo", "pseudonym"),
        ("sample --wave interim --coders a,b --themes nothing", "is not there"),
        ("sample --wave nowhere --coders a,b", "is not in the warehouse"),
        ("export nothing", "is no coding round"),
        ("agreement summer-none", "is no coding round"),
        ("sample --wave interim --coders a,b --round spring", "is a round already"),
    ],
)
def test_mistakes_are_said(house: House, line: str, expected: str) -> None:
    status, said = house.coding(line)
    assert status == 2
    assert expected in said


def test_a_file_that_is_no_workbook_of_ours(house: House, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    content = io.BytesIO()
    book.save(content)
    file = tmp_path / "x.xlsx"
    file.write_bytes(content.getvalue())
    status, said = house.coding("import", file)
    assert status == 2
    assert "cannot be read as a coding workbook" in said
