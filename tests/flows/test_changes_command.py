"""`monosashi changes` between real runs: rows edited, deleted, broken, mended and added, then a changed definition."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from warehouse.cell_changes import COMPARED
from warehouse.changes import Changes, read_changes
from warehouse.engine import opened
from warehouse.read import read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

ROOT = Path(__file__).resolve().parents[2]
FILE = "interim/org-a/questionnaire.csv"
TEXT = "保育園の申し込みで困っていましたが、通訳の人が来てくれました。"
CELL = ["indicator_id", "period", "organisation", "dimension", "category", "reading"]

Run = Callable[..., Any]


@dataclass(frozen=True)
class Rerun:
    """Three runs of one wave in one warehouse: as sent, with corrected rows, and with a changed definition.

    `responses`: what was done -> the response it was done to.
    """

    url: str
    as_sent: str
    corrected: str
    redefined: str
    responses: dict[str, str]

    def changes(self, *asked: Any) -> Changes:
        with opened(self.url) as engine:
            return read_changes(engine, *asked)

    def table(self, name: str, run_id: str) -> pd.DataFrame:
        with opened(self.url) as engine:
            return read_table(engine, name, run_id)


def corrected(path: Path, accepted: dict[int, str], without_respondent: int) -> dict[str, str]:
    """Correct a file of the common questionnaire: what was done -> response. `accepted`: row -> response."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    column = {name: place for place, name in enumerate(rows[0])}
    places = [row for row in sorted(accepted) if rows[row - 1][column["問3-2"]] in ("1", "2", "3")]
    level, day, deleted, broken = places[:4]

    def change(row: int, **cells: str) -> None:
        for name, cell in cells.items():
            rows[row - 1][column[name]] = cell

    rows.append([*rows[level - 1]])
    change(len(rows), 回答番号="AQ-99999", 利用者番号="P999002")
    change(level, **{"問3-2": "5", "問4-2": TEXT})
    change(day, 回答日="2024-09-29 23:30")
    change(broken, 問2="999")
    change(without_respondent, 利用者番号="P999001")
    del rows[deleted - 1]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return {"level": accepted[level], "day": accepted[day], "deleted": accepted[deleted], "broken": accepted[broken]}


def redefined(programme: Path) -> Path:
    """The default programme, but three indicators have to reach nine tenths."""
    for pattern in ("*/*.yml", "*/*/*.yml", "nlp/lexicon/*", "warehouse/targets.csv"):
        for source in ROOT.glob(pattern):
            target = programme / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    file = programme / "warehouse" / "indicators.yml"
    text = file.read_text(encoding="utf-8")
    assert text.count('interim: {at_least: "5/10"}') == 3
    file.write_text(text.replace('interim: {at_least: "5/10"}', 'interim: {at_least: "9/10"}'), encoding="utf-8")
    return programme


@pytest.fixture(scope="module")
def rerun(sample_warehouse: Any, run_sample: Run, tmp_path_factory: pytest.TempPathFactory) -> Rerun:
    """The sample's run in a warehouse of its own, with its texts known; then two further ones."""
    folder = tmp_path_factory.mktemp("rerun")
    inbox, data = folder / "inbox", folder / "data"
    shutil.copytree(sample_warehouse.inbox, inbox)
    shutil.copytree(sample_warehouse.data, data)
    first = sample_warehouse.outcome.run_id
    url = f"sqlite:///{data / 'warehouse.sqlite'}"
    with opened(url) as engine:
        rows, findings = (read_table(engine, name, first) for name in ("core_response", "out_finding"))
    rows, findings = (frame[frame["file_name"] == FILE] for frame in (rows, findings))
    mended = findings[findings["reason_code"] == "missing_respondent"].iloc[0]
    responses = corrected(
        inbox / FILE, dict(zip(rows["row_n"], rows["response_id"], strict=True)), int(mended["row_n"])
    )
    second = run_sample(inbox, data).outcome.run_id
    third = run_sample(inbox, data, programme=redefined(folder / "programme")).outcome.run_id
    return Rerun(url, first, second, third, responses | {"mended": mended["response_id"]})


def test_just_the_corrected_rows_are_reported(rerun: Rerun) -> None:
    changes = rerun.changes(rerun.as_sent, rerun.corrected)
    assert changes.inputs[["file_name", "change", "organisation_after"]].to_numpy().tolist() == [
        [FILE, "changed", "org-a"]
    ]
    assert changes.definitions.empty
    done = rerun.responses
    found = changes.responses.set_index("response_id")
    [added] = found.index[found["change"] == "new"]
    assert found["change"].to_dict() == {
        done["level"]: "edited",
        done["day"]: "edited",
        done["deleted"]: "gone",
        done["broken"]: "gone",
        done["mended"]: "returned",
        added: "new",
    }
    reasons = {what: found.loc[one, "reason_codes"] for what, one in done.items()}
    assert reasons == {
        "level": "", "day": "", "deleted": "", "broken": "unknown_code", "mended": "missing_respondent"
    }  # fmt: skip
    assert found.loc[done["day"], "answered_on_after"] == "2024-09-29"
    assert found.loc[done["day"], "answered_on_before"] < "2024-09-29"
    assert not found["same_bytes"].any()
    answers = changes.answers.set_index(["response_id", "question_id"])
    assert set(answers.index) == {(done["level"], "q3_level"), (done["level"], "q4_text")}
    level = answers.loc[done["level"], "q3_level"]
    assert (level["before"] in ("1", "2", "3"), level["after"], level["text_changed"]) == (True, "5", False)
    text = answers.loc[done["level"], "q4_text"]
    assert (text["after"], text["text_changed"]) == ("<text>", True)


@pytest.mark.parametrize("pair", [("as_sent", "corrected"), ("corrected", "redefined"), ("as_sent", "redefined")])
def test_just_the_cells_that_differ_are_reported(pair: tuple[str, str], rerun: Rerun) -> None:
    since, until = (getattr(rerun, name) for name in pair)
    values = [
        {
            tuple(row[name] for name in CELL): tuple(None if pd.isna(row[name]) else row[name] for name in COMPARED)
            for row in rerun.table("out_indicator", run).to_dict("records")
        }
        for run in (since, until)
    ]
    changes = rerun.changes(since, until)
    reported = {tuple(row[name] for name in CELL) for row in changes.cells.to_dict("records")}
    assert reported == {key for key in {*values[0], *values[1]} if values[0].get(key) != values[1].get(key)}
    assert len(reported) >= 10
    if pair[0] != pair[1] and pair[1] == "corrected":
        assert set(changes.cells["due_to"]) <= {"responses", "coverage"}


def test_members_that_changed_add_up_to_the_move(rerun: Rerun) -> None:
    """Of an indicator that counts people: who came into the numerator and who left it, and all for a changed row."""
    changes = rerun.changes(rerun.as_sent, rerun.corrected)
    figure = ["indicator_id", "organisation", "reading"]
    cells, members = changes.cells, changes.cell_members
    for organisation in ("*", "org-a"):
        of_it = ["F-O1-2", organisation, "or"]
        [cell] = cells[(cells[figure] == of_it).all(axis=1) & (cells["dimension"] == "*")].to_dict("records")
        behind = members[(members[figure] == of_it).all(axis=1)]
        came, left = (behind[f"in_numerator_{when}"].fillna(False).sum() for when in ("after", "before"))
        assert cell["numerator_after"] - cell["numerator_before"] == came - left
        one_more, one_less = ((behind["change"] == kind).sum() for kind in ("added", "removed"))
        assert cell["denominator_after"] - cell["denominator_before"] == one_more - one_less != 0
        assert set(behind["response_id"]) <= set(changes.responses["response_id"])
        assert cell["due_to"] == "responses"


def test_a_changed_target_is_no_changed_answer(rerun: Rerun) -> None:
    changes = rerun.changes(rerun.corrected)
    assert changes.until["run_id"] == rerun.redefined
    parts = changes.definitions.set_index("name")["parts"]["warehouse/indicators.yml"].split("\n")
    assert parts == ["~ indicators.F-O1-2", "~ indicators.F-O2-1", "~ indicators.F-O2-2"]
    assert changes.inputs.empty
    assert changes.responses.empty
    assert set(changes.cells["due_to"]) == {"rules"}
    assert changes.cells["target_after"].dropna().unique().tolist() == [0.9]
    assert changes.cell_members.empty


# --- the command -----------------------------------------------------------------------------------------------------


def test_what_the_command_says_of_corrected_rows(rerun: Rerun, monosashi: Run, tmp_path: Path) -> None:
    asked = ["--since", rerun.as_sent[:8], "--until", rerun.corrected, "--warehouse", rerun.url]
    japanese = monosashi("changes", *asked, "--to", tmp_path / "changes.xlsx")
    english = monosashi("changes", *asked, "--lang", "en")
    assert (japanese.status, japanese.err, english.status, english.err) == (0, "", 0, "")
    assert "回答: 新規 1、復帰 1、消滅 2、修正 2\n" in japanese.out
    assert "Responses: new 1, back 1, gone 2, edited 2\n" in english.out
    for said in (japanese, english):
        assert all(one in said.out for one in (rerun.as_sent, rerun.corrected, *rerun.responses.values()))
        assert "2024-09-29" in said.out
        assert "F-O1-2" in said.out
        assert TEXT not in said.out
    assert "元のデータにもうありません" in japanese.out
    assert "the respondent's id is missing" not in english.out
    assert "missing_respondent" in english.out
    book = openpyxl.load_workbook(tmp_path / "changes.xlsx", read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    book.close()
    changes = rerun.changes(rerun.as_sent, rerun.corrected)
    assert [len(rows) - 1 for rows in sheets.values()] == [len(table) for table in changes.tables.values()]
    cells = pd.DataFrame(sheets["動いた指標"][1:], columns=sheets["動いた指標"][0], dtype=object)
    assert cells["分子(後)"].tolist() == [None if pd.isna(n) else n for n in changes.cells["numerator_after"]]
    assert set(cells["変化のもと"]) <= {"回答の変更", "対象・報告の変更"}
    assert TEXT not in str(sheets)


def test_what_the_command_says_of_a_changed_target(rerun: Rerun, monosashi: Run) -> None:
    said = monosashi("changes", "--since", rerun.corrected, "--warehouse", rerun.url)
    everything = monosashi("changes", "--since", rerun.corrected, "--warehouse", rerun.url, "--all-readings")
    assert (said.status, said.err, everything.status) == (0, "", 0)
    assert "回答: 新規 0、復帰 0、消滅 0、修正 0\n" in said.out
    assert "~ indicators.F-O2-2" in said.out
    assert "達成 → 未達成" in said.out
    assert "定義・目標・プログラムの変更" in said.out
    readings = {cell["reading"] for cell in rerun.changes(rerun.corrected).cells.to_dict("records")}
    assert all(reading in everything.out for reading in readings)
    assert not all(reading in said.out for reading in readings)


def test_no_change_is_said_plainly(rerun: Rerun, monosashi: Run) -> None:
    for arguments, plainly in (
        (["--since", rerun.redefined], "変更はありません"),
        (["--since", rerun.as_sent, "--until", rerun.as_sent, "--lang", "en"], "Nothing changed"),
    ):
        said = monosashi("changes", *arguments, "--warehouse", rerun.url)
        assert (said.status, said.err, len(said.out.splitlines())) == (0, "", 3)
        assert plainly in said.out


def test_mistakes_are_said_with_what_there_is(rerun: Rerun, monosashi: Run, tmp_path: Path) -> None:
    known = ["--since", rerun.as_sent, "--warehouse", rerun.url]
    for arguments, fragments in (
        (["--since", "0000000", "--warehouse", rerun.url], ["--since: 0000000: ", rerun.as_sent, rerun.redefined]),
        ([*known, "--organisation", "org-z"], ["--organisation: org-z: ", "org-a"]),
        ([*known, "--to", tmp_path / "changes.csv"], ["--to: ", ".xlsx"]),
        ([*known, "--to", tmp_path / "nowhere" / "changes.xlsx"], ["--to: "]),
        ([*known[:2], "--warehouse", f"sqlite:///{tmp_path}/none.sqlite"], ["monosashi run"]),
    ):
        said = monosashi("changes", *arguments)
        assert (said.status, said.out) == (2, ""), said.everything
        assert "Traceback" not in said.err
        assert all(fragment in said.err for fragment in fragments), said.err
    assert list(tmp_path.iterdir()) == []
