"""Faults of case files: names that nothing declares, levels off the scale, quotations of other words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.case_check import case_faults
from flows.cases import case_definitions
from flows.programme_reader import read_programme
from rubrics.cases import CaseDefinitions, CaseFile

ROOT = Path(__file__).resolve().parents[2]
FILE = "tests/spec/x.yml"


def text(words: str) -> dict[str, str]:
    return {"ja": words, "en": words}


RATING = {"rater": "A", "level": 2, "evidence": "家賃が払えない"}
CASE: dict[str, Any] = {
    "name": text("例"),
    "criterion": "difficulty",
    "answered": [
        {
            "day": "2024-05-01",
            "answers": {"q3_level": "困っている", "q3_text": "家賃が払えない"},
            "ratings": [RATING, {**RATING, "rater": "B"}],
        }
    ],
    "expected": {"level": 2, "origin": "rater", "version": 1},
    "reason": text("理由"),
}


@pytest.fixture(scope="module")
def definitions() -> CaseDefinitions:
    return case_definitions(read_programme(ROOT))


def faults_of(definitions: CaseDefinitions, *cases: dict[str, Any]) -> list[str]:
    read = CaseFile.model_validate({"topic": text("話題"), "cases": list(cases)})
    found = case_faults({FILE: read}, definitions)
    assert all(each.file == FILE and each.wrong.ja and each.expected.ja for each in found)
    return [f"{each.path}: {each.wrong.en}; {each.expected.en}" for each in found]


def answered(**parts: Any) -> dict[str, Any]:
    """The case with other parts of its answer."""
    return {**CASE, "answered": [{**CASE["answered"][0], **parts}]}


def rated(**parts: Any) -> dict[str, Any]:
    """The case with another first rating."""
    return answered(ratings=[{**RATING, **parts}])


def interview(day: str, **parts: Any) -> dict[str, Any]:
    """A case about a record, whose criterion has raters from its second version on."""
    given = {"rater": "A", "level": 1, "evidence": "会議に出た", **parts}
    answer = {"day": day, "answers": {"evidence": "会議に出た。"}, "ratings": [given]}
    return {**CASE, "criterion": "engagement_stage", "answered": [answer], "expected": {"level": "none"}}


SEVERAL = {
    "measure": "improvement",
    "criteria": ["livelihood", "work_income"],
    "across": "any_improved",
    "among": "everyone",
}


@pytest.mark.parametrize(
    ("case", "path", "words"),
    [
        ({**CASE, "criterion": "mood"}, "cases.0.criterion", "a criterion that does not exist"),
        ({**CASE, "reading": "F-O2-1/none"}, "cases.0.reading", "F-O2-1/complete_pairs"),
        ({**CASE, "period": "someday"}, "cases.0.period", "expected one of baseline、interim、final"),
        (answered(day="2031-01-01"), "cases.0.answered.0.day", "lies after every period"),
        (answered(answers={"q3": "1"}, ratings=[]), "cases.0.answered.0.answers", "a question (q3)"),
        (answered(answers={"q3_level": "すこし"}, ratings=[]), "cases.0.answered.0.answers.q3_level", "a choice"),
        (answered(answers={"q3_level": "6"}, ratings=[]), "cases.0.answered.0.answers.q3_level", "少し困っている"),
        (rated(level=6), "cases.0.answered.0.ratings.0.level", "a level (6)"),
        (rated(evidence="仕事がない"), "cases.0.answered.0.ratings.0.evidence", "does not stand in the texts"),
        (rated(version=7), "cases.0.answered.0.ratings.0.version", "expected one of 1"),
        (interview("2024-03-31"), "cases.0.answered.0.ratings.0.version", "a version that raters use"),
        (interview("2024-06-01", version=1), "cases.0.answered.0.ratings.0.version", "expected one of 2"),
        (rated(criterion="livelihood"), "cases.0.answered.0.ratings.0.criterion", "expected one of difficulty"),
        (
            {**CASE, "criterion": None, "measure": SEVERAL, "expected": {"counted": "improved"}},
            "cases.0.answered.0.ratings.0.criterion",
            "does not say which criterion",
        ),
        (
            {**CASE, "measure": {**SEVERAL, "criteria": ["livelihood", "engagement_stage"]}},
            "cases.0",
            "criteria of several forms",
        ),
        ({**CASE, "expected": {**CASE["expected"], "level": 6}}, "cases.0.expected.level", "a level (6)"),
        ({**CASE, "expected": {"change": "lost", "from_level": 0}}, "cases.0.expected.from_level", "a level (0)"),
        (
            {**CASE, "expected": {**CASE["expected"], "origin": "interviewer"}},
            "cases.0.expected.origin",
            "expected one of adjudicated、rater、self_report",
        ),
        ({**CASE, "expected": {**CASE["expected"], "version": 9}}, "cases.0.expected.version", "expected one of 1"),
    ],
)
def test_a_fault_is_said_with_its_place(
    definitions: CaseDefinitions, case: dict[str, Any], path: str, words: str
) -> None:
    found = faults_of(definitions, case)
    assert found
    assert any(each.startswith(f"{path}: ") and words in each for each in found), found


def test_a_sound_case_has_no_fault(definitions: CaseDefinitions) -> None:
    old_words = {"q3_text": "家賃も払えない"}
    sound = [
        CASE,
        {**answered(answers={"q3_level": "Much"}, ratings=[]), "name": text("英語の選択肢")},
        {**answered(answers={"q3_level": 99}, ratings=[]), "name": text("無回答")},
        {**interview("2024-06-01"), "name": text("面談")},
        {**interview("2024-03-31", version=2), "name": text("別の版による評定")},
        {**rated(level="cannot_be_judged", evidence=None, no_evidence=True), "name": text("判断できない")},
        {**rated(evidence="家賃も払えない", read=old_words), "name": text("直す前の文")},
        {**rated(evidence="家賃が 払えない".replace(" ", "")), "name": text("空白")},
    ]
    assert faults_of(definitions, *sound) == []


def test_a_sentence_names_one_case(definitions: CaseDefinitions) -> None:
    assert any("例 stands twice" in each for each in faults_of(definitions, CASE, CASE))
    read = CaseFile.model_validate({"topic": text("話題"), "cases": [CASE]})
    twice = case_faults({"tests/spec/a.yml": read, "tests/spec/b.yml": read}, definitions)
    assert [(each.file, each.wrong.en) for each in twice] == [("tests/spec/b.yml", "例 stands twice")]
