"""The synthetic sample: deterministic, laid out as organisations lay out files, with faults and truth that hold."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows import sample as sample_package
from flows.instruments import Instrument
from flows.programme import ProgrammeFile
from flows.sample import SampleSummary, write_sample
from flows.sample.identifiers import KINDS
from warehouse.definitions import DefinitionReader
from warehouse.indicator_definitions import Indicators

REPOSITORY = Path(__file__).resolve().parents[2]
ENCODINGS = {"org-a": "utf-8-sig", "org-b": "cp932"}
FIRST_ROW = {"case_list.xlsx": 5}


@dataclass(frozen=True)
class Sample:
    folder: Path
    summary: SampleSummary
    truth: dict[str, Any]
    planted: dict[str, Any]


def write(folder: Path, respondents: int = 600, seed: int = 1, faults: bool = True) -> Sample:
    summary = write_sample(folder, respondents, seed, faults)
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    return Sample(folder, summary, truth, json.loads((folder / "planted.json").read_text("utf-8")))


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write(tmp_path_factory.mktemp("clean"), faults=False)


@pytest.fixture(scope="module")
def programme() -> ProgrammeFile:
    found = DefinitionReader(REPOSITORY).yaml("flows/programme.yml", ProgrammeFile)
    assert found is not None
    return found


def rows_of(path: Path) -> list[list[str]]:
    """All rows of a file as text; row n of the spreadsheet is `rows_of(path)[n - 1]`."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).worksheets[-1]
        return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    encoding = ENCODINGS.get(path.parent.name, "utf-8-sig")
    encoding = "utf-8-sig" if "log" in path.name or "interview" in path.name else encoding
    return list(csv.reader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def figure(sample: Sample, period: str, indicator: str, reading: str, organisation: str = "*") -> tuple[Any, Any, str]:
    cell = sample.truth[period][organisation][indicator][reading]
    return cell["numerator"], cell["denominator"], cell["verdict"]


# --- files --------------------------------------------------------------------------------------------------------


def test_same_arguments_give_the_same_bytes(sample: Sample, tmp_path: Path) -> None:
    again = write(tmp_path)
    assert hashes(again.folder) == hashes(sample.folder)
    assert again.summary == sample.summary


def test_seeds_differ(tmp_path: Path) -> None:
    samples = [write(tmp_path / str(seed), respondents=80, seed=seed) for seed in (1, 2, 3)]
    for name in ("truth.json", "final/org-a/questionnaire.csv", "final/org-e/case_list.xlsx"):
        assert len({hashes(each.folder)[name] for each in samples}) == 3


def test_number_of_people(sample: Sample) -> None:
    assert sample.summary.people_n == 600
    seen: set[str] = set()
    for path in sample.folder.glob("*/org-*/*"):
        for heading, column in (("questionnaire", 1), ("google_forms", 2), ("case_record", 1), ("case_list", 0)):
            if path.name.startswith(heading):
                seen |= {row[column] for row in rows_of(path)[FIRST_ROW.get(path.name, 2) - 1 :]}
    people = {value for value in seen if value.startswith("P")}
    assert 590 <= len(people) <= 600


def test_encodings(sample: Sample) -> None:
    first = (sample.folder / "interim/org-a/questionnaire.csv").read_bytes()
    assert first.startswith(b"\xef\xbb\xbf")
    second = (sample.folder / "interim/org-b/questionnaire.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        second.decode("utf-8")
    assert "回答番号" in second.decode("cp932")
    assert not (sample.folder / "interim/org-d/google_forms.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_case_list_is_a_real_excel_mess(sample: Sample) -> None:
    workbook = openpyxl.load_workbook(sample.folder / "final/org-e/case_list.xlsx")
    assert workbook.sheetnames == ["メモ", "ケース一覧"]
    assert len(workbook["ケース一覧"].merged_cells.ranges) >= 6
    rows = rows_of(sample.folder / "final/org-e/case_list.xlsx")
    cells = {cell for row in rows for cell in row}
    assert rows[2][3] == "基本情報"
    assert rows[3][3] == "国籍"
    assert {"〃", "計", "ﾍﾞﾄﾅﾑ", "ﾆﾁｼﾞｮｳｶｲﾜ", "３", "－", "（削除）"} <= cells
    assert any(cell.startswith("令和") for cell in cells)
    assert any(cell.startswith("R7.") for cell in cells)
    whens = [row[2] for row in workbook["ケース一覧"].iter_rows(min_row=5, values_only=True)]
    assert {str, int, datetime} <= {type(when) for when in whens}


def test_google_forms_joins_ticks(sample: Sample) -> None:
    rows = rows_of(sample.folder / "final/org-d/google_forms.csv")
    ticks = [row[rows[0].index("今、困っていること(いくつでも)")] for row in rows[1:]]
    assert any(";" in cell for cell in ticks)


def test_free_text_differs(sample: Sample) -> None:
    texts = []
    for path in sample.folder.glob("*/org-a/questionnaire.csv"):
        heading, *rows = rows_of(path)
        texts += [row[heading.index("問3-3")] for row in rows]
    written = [text for text in texts if len(text) > 12]
    assert len(set(written)) > 0.8 * len(written)
    assert max(len(text.encode()) for text in texts) > 49_149
    assert any(ord(character) > 0xFFFF for text in texts for character in text)  # emoji
    assert any("ế" in text or "ạ" in text for text in texts)  # Vietnamese
    assert any("特になし" in text for text in texts)


# --- definitions --------------------------------------------------------------------------------------------------


def test_every_file_belongs_to_one_source(sample: Sample, programme: ProgrammeFile) -> None:
    files = [path for path in sample.folder.rglob("*") if path.suffix in (".csv", ".xlsx")]
    declared = Counter(
        path
        for source in programme.sources
        for wave in source.waves
        for path in sample.folder.glob(source.files.replace("{wave}", wave))
    )
    assert declared == Counter(files)
    assert len(files) == sample.summary.files_n


def test_files_have_the_instruments_columns(sample: Sample, programme: ProgrammeFile) -> None:
    for source in programme.sources:
        instrument = DefinitionReader(REPOSITORY).yaml(f"flows/instruments/{source.instrument}.yml", Instrument)
        assert instrument is not None
        wanted = {*instrument.record_id, *instrument.respondent_columns, instrument.answered_at_columns[0]}
        for mapping in instrument.answers.values():
            wanted |= {*mapping.columns[:1], *mapping.flags.values()}
        for path in sample.folder.glob(source.files.replace("{wave}", "*")):
            rows = rows_of(path)
            headings = set(rows[0])
            if path.name == "case_list.xlsx":
                headings, group = set(), ""
                for upper, lower in zip(rows[2], rows[3], strict=True):
                    group = upper or group
                    headings.add(f"{group}/{lower}" if lower else group)
            assert wanted <= headings, path
            assert headings - wanted <= set(instrument.file.ignored_columns), path


def test_generator_shares_no_code_with_the_pipeline() -> None:
    folder = Path(str(sample_package.__file__)).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert name.split(".")[0] not in {"warehouse", "expectations", "nlp", "rubrics", "pandas"}, path
                assert not name.startswith("flows.") or name.startswith("flows.sample"), path


# --- planted ------------------------------------------------------------------------------------------------------


def test_planted_rows_exist(sample: Sample) -> None:
    reasons = Counter(each["reason_code"] for each in sample.planted["rejections"])
    assert set(reasons) == {
        "duplicate",
        "duplicate_conflict",
        "deleted_at_source",
        "unknown_code",
        "bad_date",
        "bad_number",
        "answered_at_outside_programme",
        "event_outside_programme",
        "missing_respondent",
        "missing_record_id",
    }
    assert sum(reasons.values()) == sample.summary.rejections_n
    for each in sample.planted["rejections"]:
        assert each["file"].startswith(f"{each['wave']}/{each['organisation']}/")
        rows = rows_of(sample.folder / each["file"])
        row = rows[each["row"] - 1]
        assert any(row)
        assert each["row"] >= FIRST_ROW.get(Path(each["file"]).name, 2)
        match each["reason_code"]:
            case "missing_respondent":
                assert (row[0] != "", row[1]) == (True, "")
            case "missing_record_id":
                assert row[0] == ""
            case "deleted_at_source":
                assert row[0] == "（削除）"
            case "duplicate" if not each["file"].endswith("case_list.xlsx"):
                assert rows.index(row) < each["row"] - 1
            case "bad_number":
                assert "約20" in row
            case "bad_date" | "answered_at_outside_programme" | "event_outside_programme":
                whens = {"2024-13-05 10:00", "2024/2/30", "R6.2.30", "令和6年春", "2003-08-05 10:00", "2042/5/1"}
                assert (whens | {"2014-05-20", "R1.5.3", "2021-06-30", "2013-09-30"}) & set(row)


def test_conflicts_contradict_each_other(sample: Sample) -> None:
    conflicts = [each for each in sample.planted["rejections"] if each["reason_code"] == "duplicate_conflict"]
    by_file = Counter(each["file"] for each in conflicts)
    assert by_file
    assert all(number % 2 == 0 for number in by_file.values())
    for each in conflicts:
        if each["file"].endswith("org-a/questionnaire.csv"):
            rows = rows_of(sample.folder / each["file"])
            row = rows[each["row"] - 1]
            twins = [other for other in rows if other[0] == row[0]]
            assert len(twins) == 2
            assert sum(one != two for one, two in zip(*twins, strict=True)) == 1


def test_missing_file_is_missing(sample: Sample, clean: Sample) -> None:
    assert sample.planted["missing_files"] == [{"wave": "interim", "organisation": "org-c", "form": "interview"}]
    assert not (sample.folder / "interim/org-c/interview.csv").exists()
    assert (clean.folder / "interim/org-c/interview.csv").exists()
    assert figure(sample, "interim", "F-O3-3", "highest", "org-c") == (None, None, "undetermined")
    assert figure(sample, "interim", "F-O3-3", "highest") == (5, 6, "undetermined")
    assert figure(clean, "interim", "F-O3-3", "highest") == (6, 6, "achieved")


def test_identifiers_stand_in_the_files(sample: Sample) -> None:
    planted = sample.planted["identifiers"]
    written = "\n".join(cell for path in sample.folder.glob("*/*/*") for row in rows_of(path) for cell in row if cell)
    assert [value for value in planted if value not in written] == []
    kinds = sample.planted["identifiers_by_kind"]
    assert sorted(value for values in kinds.values() for value in values) == planted
    assert {"name", "phone", "mobile", "email", "address", "residence_card", "url", "sns"} <= set(kinds) <= set(KINDS)
    assert all(value.endswith(("@example.org", "@example.com")) for value in kinds["email"])


def test_people_who_are_late_lost_or_in_two_places(sample: Sample) -> None:
    late = [each for each in sample.planted["late"] if each["wave"] == "interim"]
    assert late
    assert all(each["answered_at"] >= "2024-10-01" for each in late)
    assert len(sample.planted["two_organisations"]) > 5
    assert 100 < len(sample.planted["lost_to_follow_up"]) < 400


def test_clean_sample_has_no_fault(clean: Sample) -> None:
    assert clean.planted["rejections"] == clean.planted["warnings"] == clean.planted["missing_files"] == []
    for path in clean.folder.glob("*/org-[abf]/*.csv"):
        numbers = [row[0] for row in rows_of(path)[1:]]
        assert len(numbers) == len(set(numbers))
        assert "" not in numbers


def test_a_handful_of_people_is_enough(tmp_path: Path) -> None:
    few = write(tmp_path, respondents=6, seed=5)
    assert few.summary.people_n == 6
    assert set(few.truth) == {"baseline", "interim", "final"}


# --- truth --------------------------------------------------------------------------------------------------------


def test_truth_covers_every_reading(sample: Sample) -> None:
    reader = DefinitionReader(REPOSITORY)
    defined = reader.yaml("warehouse/indicators.yml", Indicators)
    assert defined is not None, reader.faults
    wanted = {each.id: {reading.id for reading in each.readings} for each in defined.indicators if not each.alias_of}
    for period, organisations in sample.truth.items():
        found = {name: {row.partition(":")[0] for row in rows} for name, rows in organisations["*"].items()}
        assert found == wanted, period


def test_organisation_that_left_has_no_row(sample: Sample) -> None:
    assert "org-f" in sample.truth["interim"]
    assert "org-f" not in sample.truth["final"]
    assert "office" not in sample.truth["interim"]


@pytest.mark.parametrize("period", ["interim", "final"])
def test_readings_of_people_fit_each_other(sample: Sample, period: str) -> None:
    pairs = figure(sample, period, "F-O2-1", "complete_pairs")
    baselines = figure(sample, period, "F-O2-1", "all_baselines")
    everyone = figure(sample, period, "F-O2-1", "everyone")
    able = figure(sample, period, "F-O2-1", "able_to_improve")
    assert pairs[0] == baselines[0] == everyone[0] == able[0]
    assert able[1] <= pairs[1] <= baselines[1] <= everyone[1]
    either = figure(sample, period, "F-O1-2", "or")
    both = figure(sample, period, "F-O1-2", "and")
    only = [figure(sample, period, "F-O1-2", name) for name in ("q1_only", "q2_only")]
    assert both[1] <= min(each[1] for each in only) <= max(each[1] for each in only) <= either[1] <= everyone[1]
    assert both[0] <= min(each[0] for each in only)
    assert either[0] >= max(each[0] for each in only)
    assert figure(sample, period, "F-O2-2", "top_two")[1] <= figure(sample, period, "F-O2-2", "everyone_asked")[1]


def test_pooled_figures_are_sums(sample: Sample) -> None:
    rows = sample.truth["interim"]
    organisations = [code for code in rows if code != "*"]
    for indicator, reading in (("F-O1-1a", "pooled"), ("F-P2", "pooled"), ("F-P3-1", "pooled:attendances")):
        cells = [rows[code][indicator][reading] for code in organisations]
        total = rows["*"][indicator][reading]
        assert total["numerator"] == sum(cell["numerator"] for cell in cells)
        assert total["denominator"] == sum(cell["denominator"] for cell in cells)


def test_counts_of_the_fixed_plan(sample: Sample) -> None:
    assert figure(sample, "interim", "N-P1-1", "joint_once") == (5, None, "not_achieved")
    assert figure(sample, "interim", "N-P1-1", "by_record") == (8, None, "achieved")
    assert figure(sample, "interim", "N-P1-2", "guests") == (35, None, "not_achieved")
    assert figure(sample, "interim", "N-P1-2", "guests_and_hosts") == (45, None, "achieved")
    assert figure(sample, "interim", "N-P3-1", "own") == (2, None, "not_achieved")
    assert figure(sample, "interim", "N-P3-1", "with_talks") == (6, None, "achieved")
    assert figure(sample, "interim", "N-P4-3", "attended") == (178, None, "not_achieved")
    assert figure(sample, "interim", "F-O3-1", "by_case", "org-d") == (1, None, "not_achieved")
    assert figure(sample, "interim", "F-O3-1", "by_record", "org-d") == (2, None, "achieved")
    assert figure(sample, "final", "F-O3-1", "by_case", "org-c") == (2, None, "achieved")  # one ended on the eve
    assert figure(sample, "final", "N-O1-2", "pooled", "org-c") == (6, 7, "not_applicable")  # one has no number
    assert figure(sample, "baseline", "F-O2-1", "complete_pairs") == (None, None, "not_applicable")


def test_interim_is_interesting(sample: Sample) -> None:
    """The default size: some indicators achieved, some not, some open, and for many the reading decides."""
    verdicts = {
        indicator: {cell["verdict"] for name, cell in rows.items() if ":" not in name}
        for indicator, rows in sample.truth["interim"]["*"].items()
    }
    assert sum({"achieved", "not_achieved"} <= found for found in verdicts.values()) >= 12
    assert sum("undetermined" in found for found in verdicts.values()) >= 2
    assert figure(sample, "interim", "F-O1-1b", "categories", "org-c") == (0, 5, "undetermined")
