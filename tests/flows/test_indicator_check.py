"""What `check` finds in indicators of improvement, and what their levels rest on in the instruments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from flows.coverage import coverage
from flows.indicator_check import IndicatorCheck
from flows.programme import Programme
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.indicator_definitions import ChangeRules, Indicator, Reading

FIVE = ["livelihood", "work_income", "language_information", "social_ties", "self_reliance"]


@pytest.fixture(scope="module")
def programme() -> Programme:
    return read_programme(DEFAULT_PROGRAMME)


def improved(programme: Programme, **measure: Any) -> Indicator:
    """The programme's indicator of improvement, declared with another measure."""
    [original] = [each for each in programme.indicators if each.id == "F-O2-1"]
    given = {"measure": "improvement", "among": "complete_pairs", **measure}
    reading = Reading.model_validate(
        {"id": "one", "label": original.name, "declared": True, "measure": given, "judge": {"by": "programme"}}
    )
    return original.model_copy(update={"readings": [reading]})


def said(programme: Programme, **measure: Any) -> list[str]:
    check = IndicatorCheck(programme.settings, programme.forms, programme.criteria, programme.themes)
    return [each.say("en") for each in check.faults([improved(programme, **measure)], [])]


@pytest.mark.parametrize(
    "measure",
    [
        {"criterion": "difficulty"},
        {"criterion": "difficulty", "standpoints": ["rated"]},
        {"criterion": "difficulty", "standpoints": ["own", "interviewer"]},
        {"criteria": FIVE, "across": "worst_criterion", "standpoints": ["rated"]},
        {"criteria": ["difficulty", *FIVE], "across": "any_improved"},
    ],
)
def test_what_fits_has_no_fault(programme: Programme, measure: Mapping[str, Any]) -> None:
    assert said(programme, **measure) == []


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        ({"criterion": "happiness"}, ["a criterion (happiness)"]),
        ({"criteria": ["joy", "difficulty", "luck"], "across": "most_improved"}, ["(joy)", "(luck)"]),
        ({"criteria": ["difficulty", "engagement_stage"], "across": "any_improved"}, ["of the form questionnaire"]),
        ({"criterion": "livelihood", "standpoints": ["own"]}, ["standpoints of the criterion livelihood"]),
    ],
)
def test_what_does_not_fit_is_named(programme: Programme, measure: Mapping[str, Any], words: list[str]) -> None:
    found = said(programme, **measure)
    assert len(found) == len(words)
    assert all(word in fault for word, fault in zip(words, found, strict=True))
    assert all("F-O2-1.readings.one" in fault for fault in found)


def test_attributes_are_questions_with_one_answer_asked_of_people(programme: Programme) -> None:
    check = IndicatorCheck(programme.settings, programme.forms, programme.criteria, programme.themes)
    assert check.change_faults(programme.change) == []
    wrong = check.change_faults(ChangeRules(attributes=["gender", "q1", "event_type", "shoe_size", "gender"]))
    assert {each.path for each in wrong} == {
        "change.attributes", "change.attributes.q1", "change.attributes.event_type", "change.attributes.shoe_size",
    }  # fmt: skip


def classes(programme: Programme, measure: Mapping[str, Any]) -> dict[str, str | None]:
    changed = replace(programme, indicators=[improved(programme, **measure)])
    found = coverage(changed, "interim")
    return dict(zip(found["organisation"], found["crosswalk_class"], strict=True))


def test_rated_levels_rest_on_the_texts_that_raters_read(programme: Programme) -> None:
    own = classes(programme, {"criterion": "difficulty", "standpoints": ["own"]})
    rated = classes(programme, {"criterion": "difficulty", "standpoints": ["rated"]})
    assert own["org-f"] == programme.instruments["case_record"].answers["q3_level"].crosswalk == "C"
    for code, name in (("org-a", "common"), ("org-e", "case_list"), ("org-f", "case_record")):
        read = [programme.instruments[name].answers[each].crosswalk for each in ("q3_text", "q6_text")]
        usable = [each for each in read if each != "D"]
        assert rated[code] == (max(usable) if usable else "D"), code
    assert classes(programme, {"criteria": FIVE, "across": "any_improved"}) == rated


def test_of_several_criteria_those_count_that_can_be_measured(programme: Programme) -> None:
    """A criterion without levels is left aside for a person, so it makes no indicator unmeasurable."""
    instruments = dict(programme.instruments)
    answers = dict(instruments["common"].answers)
    unmappable = {"class": "D", "reason": "例"}
    mapping = type(answers["q3_text"])
    answers |= {name: mapping.model_validate(unmappable) for name in ("q3_text", "q6_text")}
    instruments["common"] = instruments["common"].model_copy(update={"answers": answers})
    changed = replace(programme, instruments=instruments)
    assert classes(changed, {"criteria": FIVE, "across": "any_improved"})["org-a"] == "D"
    assert classes(changed, {"criteria": ["difficulty", *FIVE], "across": "any_improved"})["org-a"] == "A"
