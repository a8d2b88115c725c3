"""A wave whose inbox is broken in many ways at once: what is whole is counted, the rest is told, nothing leaks."""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from flows.landing import LandingStore
from warehouse.content import out_content_sha256
from warehouse.engine import open_warehouse
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

SECRET = "合言葉はひみつ"  # noqa: S105 - stands in every cell that must not be shown
LONG = "窓口がどこにあるか分かりませんでした。" * 1_000

A, C, D, E, F = (f"interim/org-{letter}" for letter in "acdef")
ROWS = [
    (2, "q3_level", "unknown_code"),
    (4, "", "duplicate_conflict"),
    (7, "q4_text", "lone_surrogate"),
    (9, "", "bad_date"),
    (10, "", "missing_respondent"),
    (11, "", "more_cells_than_headings"),
    (12, "", "missing_record_id"),
    (-2, "", "duplicate"),
    (-1, "", "duplicate_conflict"),
]
"""Row, question and reason of what is rejected in the questionnaire of org-a; -1 is the file's last row."""

FILES = [
    (f"{A}/activity_log*.csv", "file_missing"),
    (f"{C}/questionnaire.xlsx", "unreadable_file"),
    (f"{D}/google_forms.csv", "columns_changed"),
    (f"{D}/activity_log.csv", "encoding_unreadable"),
    (f"{F}/case_record.csv", "file_empty"),
    ("interim/org-z/questionnaire.csv", "undeclared_file"),
]


def break_questionnaire(path: Path) -> int:
    """Break rows 2 to 12 of a CSV questionnaire, and add copies of the rows 3 and 4; give the number of its rows."""
    headings, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    column = {heading: number for number, heading in enumerate(headings)}

    def put(row: int, heading: str, cell: str) -> None:
        rows[row - 2][column[heading]] = cell

    copies = [list(rows[3 - 2]), list(rows[4 - 2])]
    put(2, "問3-2", SECRET)
    copies[1][column["問6"]] = f"{SECRET}。困っています。"
    put(5, "問3-3", "市役所の\x07窓口で\x1b困りました。")
    put(6, "問6", LONG)
    put(7, "問4-2", f"{SECRET}\ud83d")
    for heading in ("問3-3", "問4-2", "問5-2", "問6"):
        put(8, heading, "")
    put(9, "回答日", SECRET)
    put(10, "利用者番号", "不明")
    rows[11 - 2].append(SECRET)
    put(12, "回答番号", "  ")
    rows += copies
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows([headings, *rows])
    path.write_bytes(buffer.getvalue().encode("utf-8", "surrogatepass"))
    return len(rows) + 1


def break_inbox(inbox: Path) -> int:
    """Break files of the interim wave of all executing organisations but org-b; give the rows of org-a's one."""
    rows_n = break_questionnaire(inbox / A / "questionnaire.csv")
    (inbox / A / "activity_log.csv").unlink()
    (inbox / C / "questionnaire.xlsx").write_bytes(b"PK\x03\x04" + SECRET.encode() * 50)
    forms = inbox / D / "google_forms.csv"
    forms.write_text(forms.read_text(encoding="utf-8").replace("年れい", "年齢", 1), encoding="utf-8", newline="")
    log = inbox / D / "activity_log.csv"
    log.write_bytes(b"\xff\xfe" + log.read_text(encoding="utf-8").encode("utf-16-le"))
    cases = openpyxl.load_workbook(inbox / E / "case_list.xlsx")
    sheet = cases.worksheets[-1]
    last = sheet.max_column + 1
    sheet.cell(4, last, "新しい列")
    sheet.cell(5, last, SECRET)
    cases.save(inbox / E / "case_list.xlsx")
    (inbox / F / "case_record.csv").write_bytes(b"\xef\xbb\xbf\r\n")
    (inbox / "interim/org-z").mkdir()
    shutil.copy(inbox / "interim/org-b/questionnaire.csv", inbox / "interim/org-z/questionnaire.csv")
    return rows_n


@dataclass(frozen=True)
class Pair:
    """The same wave from a whole inbox and from a broken one."""

    whole: dict[str, pd.DataFrame]
    broken: dict[str, pd.DataFrame]
    said: Any
    inbox: Path
    data: Path
    url: str
    rows_n: int


def tables_of(url: str) -> dict[str, pd.DataFrame]:
    engine = open_warehouse(url)
    try:
        run_id = published_run(engine, "interim")
        names = ("out_indicator", "out_finding", "core_response", "core_answer", "core_text")
        return {name: read_table(engine, name, run_id) for name in names}
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def pair(
    run_sample: Callable[..., Any], monosashi: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Pair:
    from flows.sample import write_sample

    folder = tmp_path_factory.mktemp("bad_input")
    inbox, data = folder / "broken", folder / "data"
    write_sample(folder / "whole", respondents=100, seed=3, faults=False)
    shutil.copytree(folder / "whole", inbox)
    whole = run_sample(folder / "whole", folder / "whole_data")
    shutil.copytree(whole.data / "cache", data / "cache")
    rows_n = break_inbox(inbox)
    said = monosashi("run", "interim", "--inbox", inbox, "--data", data)
    url = f"sqlite:///{data / 'warehouse.sqlite'}"
    return Pair(tables_of(whole.url), tables_of(url), said, inbox, data, url, rows_n)


def findings_of(tables: dict[str, pd.DataFrame], severity: str) -> set[tuple[str, int | None, str, str]]:
    found = tables["out_finding"]
    return {
        (
            each["file_name"],
            None if pd.isna(each["row_n"]) else int(each["row_n"]),
            "" if pd.isna(each["question_id"]) else each["question_id"],
            each["reason_code"],
        )
        for each in found[found["severity"] == severity].to_dict("records")
    }


def test_the_whole_inbox_has_no_problem(pair: Pair) -> None:
    assert findings_of(pair.whole, "critical") == set()


def test_the_run_goes_on_and_ends_with_status_2(pair: Pair) -> None:
    assert pair.said.status == 2
    assert "Traceback" not in pair.said.everything
    assert "F-O1-1a" in pair.said.out
    rejected_n = len({row for row, _, _ in ROWS})
    assert f"集計に入らなかった行 {rejected_n}件" in pair.said.out


def test_every_problem_is_found_with_file_row_and_field(pair: Pair) -> None:
    questionnaire = f"{A}/questionnaire.csv"
    rows = {(questionnaire, row % (pair.rows_n + 1), question, reason) for row, question, reason in ROWS}
    files = {(name, None, "", reason) for name, reason in FILES}
    assert findings_of(pair.broken, "critical") | files == rows | files
    everything = findings_of(pair.broken, "critical") | findings_of(pair.broken, "warning")
    assert everything >= files
    assert findings_of(pair.broken, "warning") - files - findings_of(pair.whole, "warning") == {
        (questionnaire, 5, "q3_text", "control_characters"),
        (questionnaire, 6, "q6_text", "text_too_long"),
        (f"{D}/google_forms.csv", 1, "", "columns_added"),
        (f"{E}/case_list.xlsx", 4, "", "columns_added"),
    }


def test_rows_that_can_be_used_are_used(pair: Pair) -> None:
    """A warning costs nothing; the columns nobody declared and the blank cells neither."""
    accepted = pair.broken["core_response"]
    rejected = {row % (pair.rows_n + 1) for row, _, _ in ROWS}
    here = accepted[accepted["file_name"] == f"{A}/questionnaire.csv"]
    assert set(here["row_n"]) == set(range(2, pair.rows_n + 1)) - rejected
    texts = pair.broken["core_answer"].merge(here[["response_id", "row_n"]], on="response_id")
    texts = texts[texts["question_id"].str.endswith("_text")].set_index(["row_n", "question_id"])
    assert texts.loc[(5, "q3_text"), "value_text"] == "市役所の窓口で困りました。"
    assert texts.loc[(6, "q6_text"), "value_text"] == LONG
    assert (texts.loc[8, "missing_kind"] == "blank").all()
    whole = pair.whole["core_response"]
    for name in (f"{E}/case_list.xlsx", f"{F}/activity_log.csv", "baseline/org-a/questionnaire.csv"):
        assert list(accepted[accepted["file_name"] == name]["response_id"]) == list(
            whole[whole["file_name"] == name]["response_id"]
        )


def test_other_organisations_figures_are_the_same(pair: Pair) -> None:
    def of(tables: dict[str, pd.DataFrame], organisation: str) -> pd.DataFrame:
        cells = tables["out_indicator"].drop(columns="run_id")
        return cells[cells["organisation"] == organisation].reset_index(drop=True)

    for organisation in ("org-b", "org-e"):
        assert len(of(pair.whole, organisation)) > 5
        pd.testing.assert_frame_equal(of(pair.whole, organisation), of(pair.broken, organisation))
    for organisation in ("org-a", "org-c", "org-d", "org-f"):
        assert not of(pair.whole, organisation).equals(of(pair.broken, organisation))


@pytest.mark.parametrize(
    ("indicator", "without", "others"),
    [("F-P2", ["org-a", "org-d"], ["org-b", "org-f"]), ("F-O1-1a", ["org-c", "org-d", "org-f"], ["org-a", "org-b"])],
)
def test_without_a_usable_file_of_the_wave_an_organisation_is_not_judged(
    indicator: str, without: list[str], others: list[str], pair: Pair
) -> None:
    """Missing, empty, unreadable, or with other columns: what earlier waves brought is no report of this one."""
    cells = pair.broken["out_indicator"]
    declared = cells[(cells["indicator_id"] == indicator) & cells["is_declared"]].set_index("organisation")
    for organisation in without:
        assert declared.loc[organisation, "verdict"] == "undetermined", organisation
        assert pd.isna(declared.loc[organisation, "numerator"])
    for organisation in others:
        assert declared.loc[organisation, "verdict"] in ("achieved", "not_achieved")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_rejected_says_what_to_do_about_each(language: str, pair: Pair, monosashi: Callable[..., Any]) -> None:
    said = monosashi("rejected", "--warehouse", pair.url, "--lang", language)
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    for name, row, _, reason in findings_of(pair.broken, "critical") | findings_of(pair.broken, "warning"):
        of_file = row is None or reason == "columns_added"
        about = [line for line in lines if name in line and (of_file or str(row) in line)]
        assert about, (name, row)
        assert all(len(line) > len(name) + 30 for line in about)
    assert "{" not in said.out


def test_no_broken_cell_is_shown_or_kept_outside_the_landing_store(pair: Pair, monosashi: Callable[..., Any]) -> None:
    shown = [monosashi(name, "--warehouse", pair.url).out for name in ("rejected", "indicators")]
    assert not [text for text in (pair.said.out, pair.said.err, *shown) if SECRET in text]
    kept = [path for path in pair.data.rglob("*") if path.is_file() and "landing" not in path.parts]
    assert len(kept) > 20
    assert [path for path in kept if SECRET.encode() in path.read_bytes()] == []


def test_every_byte_that_came_is_in_the_landing_store(pair: Pair) -> None:
    store = LandingStore(pair.data / "landing")
    for name in (f"{A}/questionnaire.csv", *(name for name, _ in FILES[1:4]), f"{E}/case_list.xlsx"):
        content = (pair.inbox / name).read_bytes()
        assert store.read(hashlib.sha256(content).hexdigest()) == content


def test_a_stop_wave_check_stops_the_wave_and_leaves_what_is_published(
    pair: Pair, monosashi: Callable[..., Any], tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    shutil.copytree(pair.inbox, inbox)
    for name in ("questionnaire.*", "google_forms.*", "case_list.*", "case_record.*"):
        for path in inbox.glob(f"*/*/{name}"):
            path.unlink()
    before = {name: frame.copy() for name, frame in tables_of(pair.url).items()}
    for language, words in (("ja", "10件に足りません"), ("en", "Fewer than ten questionnaire responses")):
        said = monosashi("run", "interim", "--inbox", inbox, "--data", pair.data, "--lang", language)
        assert (said.status, said.out) == (2, "")
        assert [line for line in said.err.splitlines() if line.startswith("interim: too_few") and words in line]
        assert "Traceback" not in said.err
    for name, frame in tables_of(pair.url).items():
        pd.testing.assert_frame_equal(frame, before[name])
    engine = open_warehouse(pair.url)
    run_id = published_run(engine, "interim")
    assert out_content_sha256(engine, run_id) in pair.said.out
    engine.dispose()
