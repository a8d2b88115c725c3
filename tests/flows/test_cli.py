"""The command, in processes of its own: what it shows, what it says of mistakes, and its exit status."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from flows.landing import LandingStore
from warehouse.engine import open_warehouse
from warehouse.read import published_run, read_table

Run = Callable[..., Any]
NOWHERE = "/nowhere/at/all"


def assert_mistake(said: Any, *fragments: str) -> None:
    """A user's mistake: status 2, said in so many words, nothing on standard output, no stack trace."""
    assert (said.status, said.out) == (2, ""), said.everything
    assert "Traceback" not in said.err
    for fragment in fragments:
        assert fragment in said.err


# --- check and sample ------------------------------------------------------------------------------------------------


def test_check_finds_the_default_programme_faultless(monosashi: Run) -> None:
    japanese, english = monosashi("check"), monosashi("check", "--lang", "en")
    assert (japanese.status, japanese.err, english.status, english.err) == (0, "", 0, "")
    assert re.search(
        r"外国ルーツ住民への支援アクセス向上事業: 定義\d+ファイル、指標27件に誤りはありません", japanese.out
    )
    assert re.search(r"residents with foreign roots: \d+ files, 27 indicators, no faults", english.out)


def replaced(programme: Path, name: str, *changes: tuple[str, str]) -> None:
    path = programme / name
    text = path.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, (name, before)
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def broken_programme(programme_copy: Path) -> Path:
    """Definitions with a fault of every kind, in five files."""
    replaced(
        programme_copy,
        "warehouse/indicators.yml",
        ("of: {question: q1, answered: true}", "of: {question: q77, answered: true}"),
        ("where: {question: q2, in: [1, 2, 3, 4, 5, 6]}", "where: {question: q2, in: [1, 2, 42]}"),
    )
    replaced(
        programme_copy,
        "flows/programme.yml",
        ("active: [{from: 2023-07-01}]", "active: [{from: 2023-07-01, until: 2024-03-31}, {from: 2024-03-31}]"),
    )
    replaced(programme_copy, "expectations/checks.yml", ("      en: ", "      fr: "))
    replaced(programme_copy, "nlp/masking.yml", ("placeholders:\n", "placeholders: {}\nplaceholders:\n"))
    with (programme_copy / "warehouse/targets.csv").open("a", encoding="utf-8") as targets:
        targets.write("org-a,X-99,,interim,1,1,2023-09-29\n")
    return programme_copy


def test_check_says_every_fault_at_once(monosashi: Run, broken_programme: Path) -> None:
    japanese = monosashi("check", "--programme", broken_programme)
    english = monosashi("check", "--programme", broken_programme, "--lang", "en")
    wrong = [
        ("warehouse/indicators.yml: F-O1-2.readings.q1_only: ", "設問 q77", "a question (q77)"),
        ("warehouse/indicators.yml: F-O1-2.readings.q2_only: ", "設問 q2 の選択肢 42", "the choice 42 of q2"),
        ("flows/programme.yml: organisations.0.active: ", "期間が重なっています", "has overlapping intervals"),
        ("expectations/checks.yml: checks.0.message.en: ", "項目がありません", "is missing"),
        ("expectations/checks.yml: checks.0.message.fr: ", "知らないキーです", "is an unknown key"),
        ("nlp/masking.yml: ", "重複したキー", "repeated keys"),
        ("warehouse/targets.csv: row ", "指標がありません", "an indicator that does not exist"),
    ]
    assert_mistake(japanese)
    assert_mistake(english)
    for place, in_japanese, in_english in wrong:
        assert [line for line in japanese.err.splitlines() if line.startswith(place) and in_japanese in line], place
        assert [line for line in english.err.splitlines() if line.startswith(place) and in_english in line], place
    for line in english.err.splitlines():  # `file: path: what is wrong, what was expected`
        assert re.fullmatch(r"[\w./]+\.(yml|csv): [^:]+: .+; .+", line), line
    assert len(english.err.splitlines()) == len(japanese.err.splitlines()) == len(wrong)


def test_check_of_a_programme_file_that_is_no_yaml(monosashi: Run, programme_copy: Path) -> None:
    (programme_copy / "flows/programme.yml").write_bytes(b"id: \xff\xfe")
    assert_mistake(monosashi("check", "--programme", programme_copy), "flows/programme.yml: UTF-8として読めません")
    (programme_copy / "flows/programme.yml").write_text("id: [", encoding="utf-8")
    assert_mistake(monosashi("check", "--programme", programme_copy, "--lang", "en"), "programme.yml: ", "valid YAML")


def test_sample_writes_an_inbox_with_its_truth(monosashi: Run, tmp_path: Path) -> None:
    said = monosashi("sample", tmp_path / "a", "--respondents", 60, "--seed", 5, "--lang", "en")
    again = monosashi("sample", tmp_path / "b", "--respondents", 60, "--seed", 5)
    assert (said.status, said.err, again.status) == (0, "", 0)
    assert "60 respondents, seed 5" in said.out
    assert "回答者60人、種5" in again.out
    files = sorted(path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file())
    assert len(files) > 30
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in files)
    assert monosashi("sample", tmp_path / "c", "--respondents", 59).status == 2


# --- reading what is published -------------------------------------------------------------------------------------

reading = [pytest.mark.flow, pytest.mark.model]


def published(wave: Any, table: str) -> pd.DataFrame:
    engine = open_warehouse(wave.url)
    try:
        return read_table(engine, table, published_run(engine, wave.wave))
    finally:
        engine.dispose()


def texts_of(wave: Any) -> list[str]:
    """Free texts long enough to tell, as they stand in the warehouse (masked)."""
    texts = published(wave, "core_answer")["value_text"].dropna()
    return [text for text in texts if len(text) > 12]


class TestPublished:
    pytestmark = reading

    def test_indicators_shows_all_27(self, monosashi: Run, sample_warehouse: Any) -> None:
        ids = list(published(sample_warehouse, "out_indicator")["indicator_id"].unique())
        assert len(ids) == 27
        for language, title, verdict in (
            ("ja", "中間評価時", "判定不能"),
            ("en", "Interim evaluation", "undetermined"),
        ):
            said = monosashi("indicators", "--warehouse", sample_warehouse.url, "--lang", language)
            assert (said.status, said.err) == (0, "")
            shown = re.findall(r"^([FN]-[OP]\d\S*) ", said.out, re.MULTILINE)
            assert sorted(shown) == sorted(ids)
            assert title in said.out
            assert verdict in said.out

    def test_rejected_says_where_what_and_what_to_do(self, monosashi: Run, sample_warehouse: Any) -> None:
        findings = published(sample_warehouse, "out_finding")
        counts = findings["severity"].value_counts()
        for language, asked in (("ja", "確かめ"), ("en", "Ask ")):
            said = monosashi("rejected", "--warehouse", sample_warehouse.url, "--wave", "interim", "--lang", language)
            assert (said.status, said.err) == (0, "")
            lines = said.out.splitlines()
            assert len(lines) == counts["critical"] + 1 + counts["warning"] + 1
            assert str(sample_warehouse.outcome.rejected_n) in lines[counts["critical"]]
            assert str(counts["warning"]) in lines[-1]
            for finding in findings.to_dict("records"):
                row = str(finding["row_n"])
                assert any(line.startswith(finding["file_name"]) and row in line for line in lines)
            assert asked in said.out
            assert not [text for text in texts_of(sample_warehouse) if text in said.out]

    @pytest.mark.parametrize("organisation", ["*", "org-a", "org-e"])
    def test_trace_leads_to_the_rows_of_the_landed_files(
        self, organisation: str, monosashi: Run, sample_warehouse: Any
    ) -> None:
        asked = ["F-O1-2", "--period", "interim", "--organisation", organisation]
        said = monosashi("trace", *asked, "--warehouse", sample_warehouse.url)
        assert (said.status, said.err) == (0, "")
        title, run, _, *lines = said.out.splitlines()
        people = [line for line in lines if not re.fullmatch(r"[0-9a-f]{64}  \S+", line)]
        hashes = {name: sha256 for sha256, name in (line.split("  ") for line in lines if line not in people)}
        cells = published(sample_warehouse, "out_indicator")
        whole = cells[
            (cells["indicator_id"] == "F-O1-2")
            & (cells["organisation"] == organisation)
            & cells["is_declared"]
            & (cells["dimension"] == "*")
        ].iloc[0]
        assert f"{whole['numerator']} / {whole['denominator']} " in title
        assert sample_warehouse.outcome.run_id in run
        assert len(people) == whole["denominator"] > 5
        assert sum(line.startswith("○") for line in people) == whole["numerator"]
        store = LandingStore(sample_warehouse.landing)
        responses = published(sample_warehouse, "core_response").set_index("response_id")
        questions = published(sample_warehouse, "core_answer").groupby("response_id")["question_id"].unique()
        for line in people:
            respondent, code, answered_on, response_id, place, answers = re.split(r" {2,}", line.strip("○ "))
            name, row = re.fullmatch(r"(\S+?)(?: \[.+\])? (\d+)", place).groups()  # type: ignore[union-attr]
            landed = store.read(hashes[name])
            assert hashlib.sha256(landed).hexdigest() == hashes[name]
            assert landed == (sample_warehouse.inbox / name).read_bytes()
            assert respondent in cells_of(landed, name, int(row))
            response = responses.loc[response_id]
            assert (response["organisation"], response["answered_on"]) == (code, answered_on)
            assert organisation in ("*", code)
            assert set(answers.split()) <= set(questions[response_id])

    def test_trace_in_english_and_of_another_reading(self, monosashi: Run, sample_warehouse: Any) -> None:
        asked = ["trace", "F-O1-2", "--period", "interim", "--warehouse", sample_warehouse.url, "--lang", "en"]
        declared, other = monosashi(*asked), monosashi(*asked, "--reading", "and")
        assert declared.out.startswith("F-O1-2 interim * [or]")
        assert other.out.startswith("F-O1-2 interim * [and]")
        assert re.search(r"\bachieved\b", declared.out)
        assert "numerator  respondent  organisation" in declared.out

    @pytest.mark.parametrize(
        ("arguments", "fragments"),
        [
            (["indicators", "--wave", "spring"], ["wave: spring: ", "interim"]),
            (["rejected", "--wave", "final"], ["wave: final: ", "interim"]),
            (["trace", "F-X9", "--period", "interim"], ["indicator_id: F-X9: ", "F-O1-2"]),
            (["trace", "F-O1-2", "--period", "spring"], ["spring: ", "interim"]),
            (["trace", "F-O1-2", "--period", "interim", "--organisation", "org-z"], ["org-z: ", "org-a"]),
            (["trace", "F-O1-2", "--period", "interim", "--reading", "xor"], ["reading: xor: ", "q1_only"]),
            (["indicators", "--lang", "fr"], ["--lang: ", "ja か en"]),
            (["indicators", "--programme", NOWHERE], ["flows/programme.yml: ファイルがありません"]),
        ],
    )
    def test_what_is_not_there_is_said(
        self, arguments: list[str], fragments: list[str], monosashi: Run, sample_warehouse: Any
    ) -> None:
        assert_mistake(monosashi(*arguments, "--warehouse", sample_warehouse.url), *fragments)


def cells_of(content: bytes, name: str, row: int) -> list[str]:
    """The cells of a row of a file, its first one taken from above where the organisation wrote "as above"."""
    if name.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        rows = [["" if cell is None else str(cell) for cell in line] for line in book.worksheets[-1].values]
    else:
        text = content.decode("cp932" if "org-b" in name else "utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline="")))
    above = next(line[0] for line in reversed(rows[:row]) if line[0] != "〃")
    return [above, *rows[row - 1]]


# --- mistakes and failures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["indicators", "--warehouse", "mysql://somebody:secret@host/base"], ["--warehouse: "]),
        (["indicators", "--warehouse", "no url"], ["--warehouse: "]),
        (["indicators", "--warehouse", f"sqlite://{NOWHERE}.sqlite"], ["nowhere", "monosashi run"]),
        (
            ["trace", "F-O1-2", "--period", "interim", "--warehouse", "postgresql://x:secret@127.0.0.1:1/x"],
            ["127.0.0.1"],
        ),
        (["run", "interim", "--lang", "fr"], ["--lang: "]),
        (["run", "interim", "--programme", NOWHERE], ["flows/programme.yml: "]),
        (["serve", "--programme", NOWHERE], ["flows/programme.yml: "]),
    ],
)
def test_mistakes_before_anything_is_done(
    arguments: list[str], fragments: list[str], monosashi: Run, tmp_path: Path
) -> None:
    said = monosashi(*arguments, cwd=tmp_path)
    assert_mistake(said, *fragments)
    assert "secret" not in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["run interim", "serve"])
def test_an_inbox_or_a_data_folder_that_cannot_be(command: str, monosashi: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = command.split()
    assert_mistake(monosashi(*words, "--data", tmp_path / "file" / "data", "--inbox", tmp_path), "--data: ")
    missing = monosashi(*words, "--data", tmp_path / "data", "--inbox", tmp_path / "inbox", "--lang", "en")
    assert_mistake(missing, "--inbox: ", "is not a folder")
    bad = monosashi(*words, "--data", tmp_path / "data", "--inbox", tmp_path, "--warehouse", "oracle://a")
    assert_mistake(bad, "--warehouse: ")


def test_arguments_that_are_missing_or_unknown(monosashi: Run) -> None:
    for arguments in (["run"], ["trace", "F-O1-2"], ["indicators", "--colour"], ["run", "interim", "--workers", "0"]):
        assert_mistake(monosashi(*arguments))
    assert monosashi("--help").status == 0


@pytest.mark.flow
def test_an_unknown_wave_and_faulty_definitions_stop_a_run(
    monosashi: Run, sample_inbox: Path, programme_copy: Path, tmp_path: Path
) -> None:
    given = ["--inbox", sample_inbox, "--data", tmp_path / "data"]
    assert_mistake(monosashi("run", "spring", *given), "WAVE: spring: ", "baseline、interim、final")
    replaced(programme_copy, "warehouse/indicators.yml", ("in: [1, 2, 4, 5, 6]", "in: [1, 2, 42]"))
    assert_mistake(monosashi("run", "interim", *given, "--programme", programme_copy), "F-O1-2.readings.or: ")
    assert not (tmp_path / "data" / "landing").exists()


@pytest.mark.flow
@pytest.mark.model
def test_a_failure_of_ours_is_told_by_its_place_alone(monosashi: Run, sample_warehouse: Any, tmp_path: Path) -> None:
    """An object of the landing store is altered: the run fails, and nothing of any answer is in what it says."""
    data = tmp_path / "data"
    shutil.copytree(sample_warehouse.landing, data / "landing")
    name = "interim/org-d/google_forms.csv"
    sha256 = hashlib.sha256((sample_warehouse.inbox / name).read_bytes()).hexdigest()
    landed = data / "landing" / "objects" / sha256[:2] / sha256
    landed.write_bytes(landed.read_bytes().replace(b"\n", b"\r", 1))
    said = monosashi("run", "interim", "--inbox", sample_warehouse.inbox, "--data", data)
    assert (said.status, said.out) == (1, "")
    assert re.search(
        r"^map: \w+ in run line \d+ > map_files line \d+ > map_landed line \d+ > read line \d+", said.err, re.MULTILINE
    ), said.err
    assert "内部の不具合です" in said.err
    assert "Traceback" not in said.err
    secrets = json.loads((sample_warehouse.inbox / "planted.json").read_text())["identifiers"]
    assert not [text for text in [*texts_of(sample_warehouse), *secrets] if text in said.everything]
