"""The report's tables: the summary, organisations side by side, all readings, findings, themes, the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from warehouse.definitions import DefinitionReader, UserMistake
from warehouse.indicator_definitions import Indicators
from warehouse.report import (
    WaveReport,
    class_coverage,
    indicator_summary,
    organisation_figures,
    readings_table,
    side_by_side,
    table_artifact_rows,
    verdict_counts,
)
from warehouse.report_tables import (
    findings_by_reason,
    findings_table,
    languages_table,
    run_table,
    themes_table,
)
from warehouse.report_terminal import terminal_table
from warehouse.report_text_tables import themes_by_question

Make = Callable[..., WaveReport]

REPOSITORY = Path(__file__).parents[3]


def test_the_summary_has_every_indicator_of_the_file_in_its_order(make_report: Make) -> None:
    read = DefinitionReader(REPOSITORY).yaml("warehouse/indicators.yml", Indicators)
    assert read is not None
    summary = indicator_summary(make_report(indicators=read.indicators))
    assert summary["indicator_id"].tolist() == [each.id for each in read.indicators]
    assert len(summary) == 27
    assert set(summary["value"]) == {"未測定"}
    assert verdict_counts(summary) == {"undetermined": 27}


def test_only_readings_that_judge_otherwise_are_alternatives(report: WaveReport, make_report: Make) -> None:
    summary = indicator_summary(report).set_index("indicator_id")
    assert summary.loc["S", "alternatives"] == "別の読み方: 読み方other → 未達成: 30.0 % (120/400)"
    assert summary.loc["O", "alternatives"] == "別の読み方: 読み方pooled → 達成: 84.5 % (実績 169/目標 200)"
    descriptive = make_report(("S", {"verdict": "not_applicable"}), ("S", {"reading": "other", "is_declared": False}))
    assert indicator_summary(descriptive)["alternatives"].tolist() == [""] * len(descriptive.indicators)


def test_a_row_of_another_period_is_no_part_of_the_report(make_report: Make) -> None:
    summary = indicator_summary(make_report(("S", {"period": "first"})))
    assert set(summary["value"]) == {"未測定"}


def test_organisations_stand_side_by_side_in_the_programmes_order(report: WaveReport) -> None:
    wide = side_by_side(organisation_figures(report))
    assert wide.columns.tolist() == ["indicator_id", "name", "item", "団体二", "団体一"]
    assert wide["indicator_id"].tolist() == ["S", "O", "C", "P", "P", "P"]
    assert wide["item"].tolist() == ["", "", "", "", "項目あ", "項目い"]
    assert wide[["団体二", "団体一"]].to_numpy().tolist()[:3] == [
        ["", "50.0 % (20/40)"],
        ["90.0 % (実績 90/目標 100)", "79.0 % (実績 79/目標 100)"],
        ["未測定", "+3 件"],
    ]


def test_organisations_with_one_label_are_told_apart(report: WaveReport) -> None:
    label = report.organisations[0].label
    same = replace(report, organisations=[each.model_copy(update={"label": label}) for each in report.organisations])
    assert set(organisation_figures(same)["organisation"]) == {"団体二 (one)", "団体二 (two)"}


def test_all_readings_keep_their_numbers(report: WaveReport) -> None:
    table = readings_table(report)
    assert len(table) == len(report.out_indicator)
    share = table[(table["indicator_id"] == "S") & (table["organisation"] == "事業全体")]
    assert share["reading"].tolist() == [f"読み方{name}" for name in ("main", "main", "other", "third", "bare")]
    assert share["item"].tolist() == ["", "gender: 1", "", "", ""]
    assert share["number"].iloc[0] == 120 / 220
    assert share["is_declared"].tolist() == [True, True, False, False, False]
    assert table["numerator"].isna().sum() == 2


def test_findings_themes_languages_and_run_are_in_words(report: WaveReport) -> None:
    findings = findings_table(report)
    assert findings["reason"].tolist() == ["a.csv 3 ja", "a.csv 9 ja"]
    assert findings["severity"].tolist() == ["不採用", "注意"]
    assert themes_table(report)[["organisation", "question_id", "theme_id"]].to_numpy().tolist() == [
        ["事業全体", "全設問", "仕事"],
        ["事業全体", "問1", "仕事"],
        ["団体一", "全設問", "仕事"],
        ["団体一", "問1", "仕事"],
    ]
    by_question = themes_by_question(report)
    assert by_question.columns.tolist() == ["theme_id", "全設問\n(分析 48件)", "問1\n(分析 48件)"]
    assert by_question.to_numpy().tolist() == [["仕事", "12/48 (25.0 %)", "12/48 (25.0 %)"]]
    assert languages_table(report, "en")["state"].tolist() == ["not Japanese, not analysed"]
    assert run_table(report)["column"].tolist() == ["run_id", "wave", "commit_id"]
    assert run_table(report)["content"].tolist() == ["r", "mid", ""]


def test_findings_are_counted_by_reason_rejections_first(report: WaveReport) -> None:
    more = replace(report, out_finding=report.out_finding.iloc[[1, 1, 0]])
    assert findings_by_reason(more)[["severity", "organisation", "findings_n", "reason"]].to_numpy().tolist() == [
        ["不採用", "団体一", 1, "a.csv 3 ja"],
        ["注意", "団体一", 2, "a.csv 9 ja"],
    ]


def test_class_coverage_is_about_people_only(report: WaveReport) -> None:
    covered = class_coverage(report)
    assert covered["indicator_id"].tolist() == ["S"]
    columns = ["eligible_n", "class_ab_n", "class_c_n", "class_d_n", "missing_n"]
    assert covered[columns].to_numpy().tolist() == [[400, 180, 40, 120, 60]]


def test_the_artifact_shows_the_programme_only(report: WaveReport) -> None:
    rows = table_artifact_rows(report)
    assert [each["指標"] for each in rows] == [each.id for each in report.indicators]
    assert rows[0]["判定"] == "達成"
    assert "79/" not in str(rows)
    assert table_artifact_rows(report, "en")[0]["Verdict"] == "achieved"


@pytest.mark.parametrize("row", [("unknown", {}), ("S", {"reading": "unknown"})])
def test_rows_of_other_definitions_are_a_mistake_said_in_words(make_report: Make, row: tuple[str, Any]) -> None:
    with pytest.raises(UserMistake, match="unknown"):
        indicator_summary(make_report(row))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ja", ["指標", "54.5 % (120/220)", "47.9–61.0 %", "別の読み方:", "あと1団体", "220/400 人", "達成", "参考値"]),
        ("en", ["Indicator", "54.5 % (120/220)", "another reading:", "220/400 people", "achieved", "reference only"]),
    ],
)
def test_the_terminal_table_is_legible_at_100_columns(report: WaveReport, language: Any, words: list[str]) -> None:
    written = StringIO()
    Console(file=written, width=100).print(terminal_table(indicator_summary(report, language), "title", language))
    lines = written.getvalue().splitlines()
    assert max(cell_len(line) for line in lines) <= 100
    assert "\x1b" not in written.getvalue()
    assert "…" not in written.getvalue()
    assert {each.id for each in report.indicators} <= {line.split(" ")[0] for line in lines}
    assert [word for word in words if word not in " ".join(written.getvalue().split())] == []


def test_verdicts_are_coloured_on_a_terminal(report: WaveReport) -> None:
    written = StringIO()
    console = Console(file=written, width=120, force_terminal=True, color_system="standard", legacy_windows=False)
    console.print(terminal_table(indicator_summary(report), "title"))
    assert "\x1b[1;32m達成" in written.getvalue()
    assert "\x1b[1;31m未達成" in written.getvalue()
