"""Faults of criteria that would pass unseen: levels with gaps, versions out of order, anchors nobody can go by."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from expectations.questionnaire import Form
from flows.criteria_check import criterion_faults
from rubrics.criteria import Criterion

ROOT = Path(__file__).resolve().parents[2]


def text(words: str) -> dict[str, str]:
    return {"ja": words, "en": words}


def form() -> Form:
    choices = [{"code": code, "label": text(f"c{code}")} for code in (1, 2, 3)]
    asked = {"wording": text("q"), "since": "2024-01-01", "asked_of": text("all")}
    return Form.model_validate(
        {
            "id": "survey",
            "version": 1,
            "label": text("survey"),
            "subject": "person",
            "questions": [
                {**asked, "id": "state", "type": "level", "choices": choices},
                {**asked, "id": "areas", "type": "multi", "choices": choices},
                {**asked, "id": "words", "type": "text"},
                {**asked, "id": "news", "type": "text", "asked_if": "again"},
            ],
        }
    )


def level(number: int, other: int) -> dict[str, Any]:
    return {
        "level": number,
        "anchor": text(f"anchor {number}"),
        "signs": [text(f"sign {number}a"), text(f"sign {number}b")],
        "example": text(f"example {number}"),
        "counter_example": {"ja": f"例{number}。これは水準{other}。", "en": f"Case {number}. This is level {other}."},
    }


def version(number: int, day: str) -> dict[str, Any]:
    return {
        "version": number,
        "effective_from": day,
        "reference": "plan",
        "levels": [level(1, 2), level(2, 3), level(3, 1)],
        "rule": {"form": "survey", "question": "state", "origin": "self_report", "levels": {"1": 1, "2": 2, "3": 3}},
        "rating": {"form": "survey", "reads": ["words"]},
        "precedence": ["adjudicated", "rater", "self_report"],
    }


SOUND: dict[str, Any] = {
    "id": "state",
    "label": text("state"),
    "description": text("state"),
    "versions": [version(1, "2024-01-01"), version(2, "2024-07-01")],
}


def faults_of(change: Callable[[dict[str, Any]], object]) -> list[str]:
    criterion = deepcopy(SOUND)
    change(criterion)
    found = criterion_faults({"state": Criterion.model_validate(criterion)}, {"survey": form(), "other": form()})
    assert all(each.file == "rubrics/criteria/state.yml" and each.wrong.ja and each.expected.ja for each in found)
    return [f"{each.path}: {each.wrong.en}; {each.expected.en}" for each in found]


def test_a_sound_criterion_has_no_fault() -> None:
    assert faults_of(lambda _: None) == []


def of(index: int, **parts: Any) -> Callable[[dict[str, Any]], object]:
    """Changes parts of a version."""
    return lambda criterion: criterion["versions"][index].update(parts)


def of_level(index: int, **parts: Any) -> Callable[[dict[str, Any]], object]:
    """Changes parts of a level of the first version."""
    return lambda criterion: criterion["versions"][0]["levels"][index].update(parts)


def rating(**parts: Any) -> Callable[[dict[str, Any]], object]:
    """Changes parts of how raters come to a level in the first version."""
    return lambda criterion: criterion["versions"][0]["rating"].update(parts)


GAP = [level(1, 2), level(2, 4), level(4, 1)]
BY_RATERS: dict[str, Any] = {"rule": None, "precedence": ["rater", "adjudicated"]}
RULE: dict[str, Any] = SOUND["versions"][0]["rule"]


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (lambda criterion: criterion.update(versions=[]), "versions", "has no version"),
        (lambda criterion: criterion["versions"].reverse(), "versions.1", "an earlier day or number"),
        (of(1, version=1), "versions", "1 stands twice"),
        (of(1, effective_from="2024-01-01"), "versions", "2024-01-01 stands twice"),
        (
            of(1, rule={**RULE, "form": "other"}, rating={"form": "other", "reads": ["words"]}),
            "versions.1",
            "another form",
        ),
        (of(0, reference=" "), "versions.0.reference", "is empty"),
        (of(0, levels=GAP, **BY_RATERS), "versions.0.levels", "[1, 2, 4]"),
        (lambda criterion: criterion["versions"][0]["levels"].reverse(), "versions.0.levels", "[3, 2, 1]"),
        (of(0, levels=[level(1, 2), level(1, 3), level(2, 1)], **BY_RATERS), "versions.0.levels", "[1, 1, 2]"),
        (of_level(1, anchor=text("anchor 1")), "versions.0.levels", "anchor 1 stands twice"),
        (of_level(1, signs=[text("one")]), "versions.0.levels.1.signs", "only 1 sign"),
        (of_level(1, signs=[text("sign 1a"), text("b")]), "versions.0.levels", "sign 1a stands twice"),
        (of_level(1, example=text("example 1")), "versions.0.levels", "example 1 stands twice"),
        (
            of(0, rule={**RULE, "form": "none"}, rating=None, precedence=["self_report"]),
            "versions.0.rule.form",
            "a form that does not exist",
        ),
        (of(0, rule={**RULE, "question": "none"}), "versions.0.rule.question", "a question that does not exist"),
        (of(0, rule={**RULE, "question": "areas"}), "versions.0.rule.question", "expected one of state"),
        (of(0, rule={**RULE, "levels": {"9": 1}}), "versions.0.rule.levels", "the choice 9"),
        (of(0, rating={"form": "none", "reads": ["words"]}, **BY_RATERS), "versions.0.rating.form", "a form that does"),
        (rating(reads=["state"]), "versions.0.rating.reads", "a text question (state)"),
        (rating(reads=["words", "words"]), "versions.0.rating.reads", "words stands twice"),
        (rating(reads=["words", "news"]), "versions.0.rating.reads", "reads news, which tells the wave"),
    ],
)
def test_a_fault_is_said_with_its_place(change: Callable[[dict[str, Any]], object], path: str, words: str) -> None:
    found = faults_of(change)
    assert any(each.startswith(f"{path}: ") and words in each for each in found), found


def test_raters_who_know_the_wave_may_read_what_is_asked_later() -> None:
    assert faults_of(rating(reads=["words", "news"], blind_to=["organisation"])) == []


@pytest.mark.parametrize(
    ("ja", "en", "is_sound"),
    [
        ("これは水準3。水準2ではない。", "This is level 3, not level 2.", True),
        ("これは水準 3。", "This is Level 3.", True),
        ("これは「判断できない」。", "This cannot be judged.", True),
        ("まぎらわしい例。", "Sounds alike.", False),
        ("これは水準2。", "This is level 2.", False),  # its own
        ("これは水準9。", "This is level 9.", False),
        ("これは水準3。", "This is level 1.", False),
        ("これは水準3。", "This is another level.", False),
        ("これは「判断できない」。", "This is level 3.", False),
    ],
)
def test_a_counter_example_says_which_level_it_is(ja: str, en: str, is_sound: bool) -> None:
    found = faults_of(of_level(1, counter_example={"ja": ja, "en": en}))
    assert [each.split(":")[0] for each in found] == ([] if is_sound else ["versions.0.levels.1.counter_example"])


# --- the default programme's criteria -----------------------------------------------------------------------------

CRITERIA = {path.stem: YAML(typ="safe").load(path) for path in sorted((ROOT / "rubrics/criteria").glob("*.yml"))}
RATED = [(name, each) for name, raw in CRITERIA.items() for each in raw["versions"] if "rating" in each]


def test_old_waves_keep_the_version_of_their_day() -> None:
    """What was published of the first year's interviews rests on the interviewers alone."""
    both = {name: raw["versions"] for name, raw in CRITERIA.items() if len(raw["versions"]) > 1}
    assert set(both) == {"engagement_stage", "stakeholder_change"}
    for first, second in both.values():
        assert "rating" not in first
        assert first["rule"] == second["rule"]
        assert second["precedence"] == ["adjudicated", "rater", *first["precedence"]]
        assert [each["anchor"] for each in first["levels"]] == [each["anchor"] for each in second["levels"]]
        assert second["effective_from"].isoformat() == "2024-04-01"


def test_criteria_of_persons_hold_from_the_start() -> None:
    """First answers are rated by the same version as later ones, or no rated pair could be compared."""
    of_persons = [raw for raw in CRITERIA.values() if raw["versions"][-1]["rating"]["form"] == "questionnaire"]
    assert len(of_persons) == 6
    for raw in of_persons:
        assert [each["effective_from"].isoformat() for each in raw["versions"]] == ["2023-07-01"]
        assert raw["versions"][0]["rating"]["reads"] == ["q3_text", "q6_text"]


@pytest.mark.parametrize(("name", "given"), RATED, ids=[name for name, _ in RATED])
def test_examples_are_not_in_each_others_words(name: str, given: dict[str, Any]) -> None:
    """No example quotes a sign or anchor: raters would match words instead of reading."""
    texts = [each["example"]["ja"].strip("「」") for each in given["levels"]]
    wordings = [sign["ja"].rstrip("。") for each in given["levels"] for sign in each["signs"]]
    wordings += [each["anchor"]["ja"].rstrip("。") for each in given["levels"]]
    assert not [(text, words) for text in texts for words in wordings if words in text]
    assert len(set(texts)) == len(given["levels"])
    assert given["rating"]["blind_to"] == ["wave", "organisation"]
    assert given["rating"]["raters"] == 2
