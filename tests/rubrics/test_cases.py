"""The worked cases of both programmes, one test a case; and that a case which does not hold is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from flows.cases import FOLDER, case_definitions, read_spec
from flows.programme_reader import read_programme
from rubrics.case_outcomes import run_case, run_cases
from rubrics.cases import Case, CaseDefinitions, CaseFile, Change, Expected
from rubrics.criteria import Criterion
from warehouse.definitions import DefinitionReader
from warehouse.level_pairs import STATES

ROOT = Path(__file__).resolve().parents[2]
PROGRAMMES = {"default": ROOT, "fukui_kanko": ROOT / "tests" / "programmes" / "fukui_kanko"}


def written_cases() -> Iterator[Any]:
    """Every case of every programme, under its sentence."""
    for name, folder in PROGRAMMES.items():
        reader = DefinitionReader(folder)
        for path in sorted((folder / FOLDER).glob("*.yml")):
            read = reader.yaml(f"{FOLDER}/{path.name}", CaseFile)
            assert read is not None, reader.faults
            yield from (pytest.param(name, case, id=case.name.en) for case in read.cases)


CASES = list(written_cases())


@pytest.fixture(scope="module")
def definitions() -> dict[str, CaseDefinitions]:
    return {name: case_definitions(read_programme(folder)) for name, folder in PROGRAMMES.items()}


@pytest.mark.parametrize(("programme", "case"), CASES)
def test_case(programme: str, case: Case, definitions: dict[str, CaseDefinitions]) -> None:
    found = run_case(case, definitions[programme])
    assert found.differences(case.expected) == [], found


def otherwise(expected: Expected) -> Iterator[dict[str, Any]]:
    """Expectations that are wrong wherever `expected` is right."""
    if expected.level is not None:
        yield {"level": "none" if isinstance(expected.level, int) else 1, "origin": "rater", "version": 1}
    if isinstance(expected.level, int):
        yield {"level": expected.level + 1, "origin": expected.origin, "version": expected.version}
        yield {"level": expected.level, "origin": expected.origin, "version": (expected.version or 0) + 1}
        other = "adjudicated" if expected.origin == "rater" else "rater"
        yield {"level": expected.level, "origin": other, "version": expected.version}
    if expected.change is not None:
        yield {"change": "worse" if expected.change != "worse" else "improved"}
    if isinstance(expected.from_level, int):
        yield {"change": expected.change, "from_level": "none"}
    if expected.to_level == "none":
        yield {"change": expected.change, "to_level": 1}
    if expected.counted is not None:
        yield {"counted": "improved" if expected.counted != "improved" else "left_out"}
    if expected.set_aside is not None:
        yield {**expected.model_dump(exclude_none=True), "set_aside": "another_reason"}


@pytest.mark.parametrize(("programme", "case"), CASES)
def test_a_wrong_expectation_would_be_seen(programme: str, case: Case, definitions: dict[str, CaseDefinitions]) -> None:
    found = run_case(case, definitions[programme])
    wrong = [Expected.model_validate(each) for each in otherwise(case.expected)]
    assert wrong
    assert all(found.differences(each) for each in wrong)


def changed(definitions: CaseDefinitions, criterion: str, **parts: Any) -> CaseDefinitions:
    """The definitions with another latest version of one criterion."""
    whole = definitions.criteria[criterion].model_dump()
    whole["versions"][-1] |= parts
    criteria = {**definitions.criteria, criterion: Criterion.model_validate(whole)}
    return CaseDefinitions(criteria, definitions.questions, definitions.windows, definitions.zone, definitions.readings)


@pytest.mark.parametrize(
    ("criterion", "parts"),
    [
        ("engagement_stage", {"effective_from": "2024-03-31"}),
        ("difficulty", {"precedence": ["self_report", "rater", "adjudicated"]}),
        ("difficulty", {"rating": {"form": "questionnaire", "reads": ["q3_text"], "raters": 3}}),
        (
            "difficulty",
            {
                "rule": {
                    "form": "questionnaire",
                    "question": "q3_level",
                    "origin": "self_report",
                    "levels": {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1},
                }
            },
        ),
    ],
)
def test_cases_see_a_changed_rubric(
    definitions: dict[str, CaseDefinitions], criterion: str, parts: dict[str, Any]
) -> None:
    """An earlier day, another precedence, one more rater, a rule turned round: each makes some case differ."""
    topics = read_spec(read_programme(ROOT)).topics
    outcomes = run_cases(topics, changed(definitions["default"], criterion, **parts))
    assert any(each.differences for each in outcomes)


def test_the_cases_cover_what_can_become_of_a_level() -> None:
    expected = [param.values[1].expected for param in CASES if param.values[0] == "default"]
    assert len(expected) >= 60
    assert {each.change for each in expected} - {None} == set(STATES) == set(get_args(Change))
    assert {each.origin for each in expected} - {None} == {"self_report", "interviewer", "rater", "adjudicated"}
    assert {each.counted for each in expected} - {None} == {"improved", "not_improved", "left_out"}
    assert {each.set_aside for each in expected} - {None} == {"rated_text_changed", "rated_by_other_version"}
    assert {each.version for each in expected} >= {1, 2}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"expected": {}}, "one of level, change and counted"),
        ({"expected": {"level": 2, "change": "lost"}}, "one of level, change and counted"),
        ({"expected": {"level": 2, "origin": "rater"}}, "origin and version"),
        ({"expected": {"level": "none", "to_level": 2}}, "go with change"),
        ({"expected": {"change": "vanished"}}, "change"),
        ({"expected": {"counted": "improved"}}, "counted needs a reading"),
        ({"criterion": None}, "need a criterion"),
        ({"reading": "I/r", "measure": {"measure": "improvement", "criterion": "c", "among": "everyone"}}, "either"),
        ({"answered": []}, "answered"),
        ({"answered": [{"day": "2024-02-01"}, {"day": "2024-01-01"}]}, "in order of days"),
        ({"answered": [{"day": "2024-02-01"}, {"day": "2024-02-01"}]}, "one a day"),
        ({"answered": [{"day": "2024-02-01", "ratings": [{"rater": "a", "level": 1}]}]}, "either evidence"),
        (
            {
                "answered": [
                    {
                        "day": "2024-02-01",
                        "ratings": [{"rater": "a", "level": 1, "evidence": "x", "no_evidence": True}],
                    }
                ]
            },
            "either evidence",
        ),
    ],
)
def test_a_case_that_contradicts_itself_is_refused(wrong: dict[str, Any], message: str) -> None:
    case: dict[str, Any] = {
        "name": {"ja": "例", "en": "example"},
        "criterion": "c",
        "answered": [{"day": "2024-01-01"}],
        "expected": {"level": "none"},
        "reason": {"ja": "理由", "en": "reason"},
    }
    Case.model_validate(case)
    with pytest.raises(ValueError, match=message):
        Case.model_validate(case | wrong)
