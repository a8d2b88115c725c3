"""Release: only what satisfies every condition leaves the house, and the register says what went where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from ruamel.yaml import YAML

from flows.folders import Folders
from flows.landing import LandingStore
from flows.mask_ledger import MaskLedger
from flows.mask_review import review_of
from flows.programme_reader import read_programme
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import annotations_id
from warehouse.engine import opened

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[3]
THEME = "work_income"
K = 10


def pending(house: Any) -> set[tuple[str, str]]:
    """(response, question) of texts with places that nobody has decided."""
    programme, folders = read_programme(ROOT), Folders(house.data)
    cached = AnnotationCache(folders.annotations, annotations_id(programme.text_rules.vocabulary))
    with opened(house.url) as engine, cached as cache:
        store, ledger = LandingStore(folders.landing), MaskLedger(folders.mask)
        places = review_of(engine, "interim", programme, store, ledger, cache).places
    return {(each.response_id, each.question_id) for each in places}


def may_go(house: Any) -> set[tuple[str, str]]:
    """The quotations that satisfy all three conditions, by a calculation of this test's own."""
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
    undecided = pending(house)
    return {place for place in house.carrying() if place[0] in yes - refused_later and place not in undecided}


@pytest.fixture
def sheet(house: Any, tmp_path: Path) -> Path:
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


def test_only_what_may_be_released_is_in_the_workbook(house: Any, sheet: Path) -> None:
    rows = review(sheet, lambda _: {})
    assert {(response, question) for response, question, _ in rows} <= may_go(house)
    page = openpyxl.load_workbook(sheet)["Quotations"]
    assert page.protection.sheet
    assert page["A3"].protection.locked
    assert not page.cell(3, page.max_column).protection.locked


def test_a_release_goes_out_without_a_trace_to_the_response_and_into_the_register(
    house: Any, sheet: Path, tmp_path: Path
) -> None:
    rows = review(sheet, lambda number: CHECKED if number < 3 else {})
    words = rows[1][2].strip()[:5]
    review(sheet, lambda number: {"Part to quote (blank: all of it)": words} if number == 1 else {})
    out = tmp_path / "out.xlsx"
    status, said = house.quotes("release", sheet, "--by", "ed", "--purpose", "annual report", "--to", out)
    assert status == 0, said
    assert "3 quotations released, 0 refused, 3 rows not looked at" in said
    released = house.rows_of(out)
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


def test_consent_withdrawn_later_is_reported_from_the_register(house: Any, sheet: Path, tmp_path: Path) -> None:
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


def test_what_is_wrong_in_a_workbook_is_refused_by_cell_and_response(house: Any, sheet: Path, tmp_path: Path) -> None:
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


def test_masking_that_is_undecided_is_refused(house: Any, tmp_path: Path) -> None:
    """What nobody has decided holds back texts of people who agree to be quoted."""
    places = pending(house) & set(house.carrying())
    assert places
    file = tmp_path / "anew.xlsx"
    status, said = house.quotes(f"sheet {THEME} --wave interim --n 500 --to", file)
    assert status == 0, said
    undecided = next(line for line in said.splitlines() if line.startswith("the masking has places that nobody has"))
    assert all(response in undecided for response, _ in places)
    drawn = [row[:2] for row in review(file, lambda _: {})]
    assert drawn
    assert not places & set(drawn)


def test_masking_that_was_decided_after_the_run_is_refused(house: Any, sheet: Path, tmp_path: Path) -> None:
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
    assert rows[0][:2] not in [row[:2] for row in review(file, lambda _: {})]


def test_too_few_people_alike_are_refused(house: Any, programme_copy: Path, tmp_path: Path) -> None:
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


def test_a_programme_that_declares_nothing_releases_nothing(house: Any, programme_copy: Path, tmp_path: Path) -> None:
    file = programme_copy / "flows" / "programme.yml"
    yaml = YAML()
    settings = yaml.load(file.read_text(encoding="utf-8"))
    del settings["quotations"]
    with file.open("w", encoding="utf-8") as written:
        yaml.dump(settings, written)
    status, said = house.quotes(f"sheet {THEME} --wave interim --programme", programme_copy)
    assert status == 2
    assert "does not say when quotations may be released" in said


def test_another_workbook_is_refused(house: Any, tmp_path: Path) -> None:
    file = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(file)
    status, said = house.quotes("release", file, "--by", "ed", "--purpose", "x", "--to", tmp_path / "o.csv")
    assert status == 2
    assert "is no workbook of quotations" in said
