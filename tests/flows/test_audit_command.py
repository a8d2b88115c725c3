"""`monosashi audit cases`: the page is written, a case that does not hold ends with status 2 and says which."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FUKUI = ROOT / "tests" / "programmes" / "fukui_kanko"
Run = Callable[..., Any]


@pytest.fixture
def with_cases(programme_copy: Path) -> Path:
    """A copy of the default programme with its cases."""
    shutil.copytree(ROOT / "tests" / "spec", programme_copy / "tests" / "spec")
    return programme_copy


def changed(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def test_the_page_is_written_in_either_language(monosashi: Run, tmp_path: Path) -> None:
    japanese = monosashi("audit", "cases", "--data", tmp_path / "ja")
    english = monosashi("audit", "cases", "--data", tmp_path / "en", "--lang", "en")
    assert (japanese.status, japanese.err, english.status, english.err) == (0, "", 0, "")
    assert "件と評価規準8件を書き出しました" in japanese.out
    assert "cases and 8 criteria" in english.out
    pages = [tmp_path / name / "report" / "audit" / "cases.html" for name in ("ja", "en")]
    assert all(str(page) in said.out for page, said in zip(pages, (japanese, english), strict=True))
    assert "評価規準集" in pages[0].read_text(encoding="utf-8")
    assert "The rubric book" in pages[1].read_text(encoding="utf-8")


def test_another_programme_has_cases_of_its_own(monosashi: Run, tmp_path: Path) -> None:
    said = monosashi("audit", "cases", "--programme", FUKUI, "--data", tmp_path)
    assert (said.status, said.err) == (0, "")
    assert "訪問の満足度" in (tmp_path / "report" / "audit" / "cases.html").read_text(encoding="utf-8")


def test_a_case_that_does_not_hold_is_told_and_still_shown(monosashi: Run, with_cases: Path, tmp_path: Path) -> None:
    changed(
        with_cases / "tests/spec/01_levels_by_rule.yml",
        "expected: {level: 3, origin: self_report, version: 1}",
        "expected: {level: 4, origin: self_report, version: 1}",
    )
    said = monosashi("audit", "cases", "--programme", with_cases, "--data", tmp_path / "data")
    assert said.status == 2
    assert said.err == (
        "tests/spec/01_levels_by_rule.yml: cases.0: 「困り具合に「少し困っている」と答えた人の課題の状態は、"
        "本人の回答による水準3である。」の結果が違います(level 3)。"
        "事例の期待は level 4 です。定義か事例のどちらかを直してください\n"
    )
    assert "相違" in (tmp_path / "data" / "report" / "audit" / "cases.html").read_text(encoding="utf-8")


def test_a_changed_rubric_is_told_by_its_cases(monosashi: Run, with_cases: Path, tmp_path: Path) -> None:
    changed(
        with_cases / "rubrics/criteria/difficulty.yml",
        "precedence: [adjudicated, rater, self_report]",
        "precedence: [self_report, adjudicated, rater]",
    )
    said = monosashi("audit", "cases", "--programme", with_cases, "--data", tmp_path / "data", "--lang", "en")
    assert said.status == 2
    assert "Traceback" not in said.err
    assert "tests/spec/03_precedence_of_origins.yml: cases.0: " in said.err
    assert "comes out otherwise (level 4, origin self_report); the case expects level 2, origin rater" in said.err


def test_faults_of_a_case_file_are_told_by_check_and_audit(monosashi: Run, with_cases: Path, tmp_path: Path) -> None:
    changed(with_cases / "tests/spec/01_levels_by_rule.yml", "criterion: difficulty", "criterion: mood")
    changed(with_cases / "tests/spec/04_raters.yml", "topic:", "topics:")
    (with_cases / "tests/spec/09_broken.yml").write_text("topic: [", encoding="utf-8")
    for command in (["check"], ["audit", "cases", "--data", tmp_path / "data"]):
        said = monosashi(*command, "--programme", with_cases, "--lang", "en")
        assert said.status == 2
        assert "tests/spec/01_levels_by_rule.yml: cases.0.criterion: names a criterion that does not exist" in said.err
        assert "tests/spec/04_raters.yml: topics: is an unknown key" in said.err
        assert "tests/spec/09_broken.yml: " in said.err
    assert not (tmp_path / "data" / "report").exists()


def test_a_programme_without_cases_is_told(monosashi: Run, programme_copy: Path, tmp_path: Path) -> None:
    said = monosashi("audit", "cases", "--programme", programme_copy, "--data", tmp_path / "data")
    assert said.status == 2
    assert said.err == "tests/spec: 事例のファイルがありません。*.yml に事例を書いてください\n"
