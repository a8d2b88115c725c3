"""Faults of forms that go out: found by the check, each with its place, before a server refuses the file."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from expectations.electronic import electronic_faults, unsendable
from expectations.questionnaire import Form

WORDS = {"ja": "文", "en": "text", "easy": "ことば"}
NOT_EASY = {"ja": "文", "en": "text"}
WHO = {"id": "who", "wording": WORDS, "pattern": "[0-9]+", "wrong": WORDS}
TURN = {"id": "turn", "wording": WORDS, "choices": [{"code": "new", "label": WORDS}, {"code": "old", "label": WORDS}]}


def question(name: str, kind: str = "text", **more: Any) -> dict[str, Any]:
    asked = {"id": name, "type": kind, "wording": WORDS, "asked_of": NOT_EASY, "since": "2024-01-01"}
    return asked | more


def form_of(*questions: dict[str, Any], **changed: Any) -> Form:
    electronic = {"introduction": WORDS, "respondent": WHO, "routing": TURN}
    form = {"id": "survey", "version": "1", "label": NOT_EASY, "subject": "person", "electronic": electronic}
    return Form.model_validate(form | {"questions": list(questions)} | changed)


def paths_of(*questions: dict[str, Any], **changed: Any) -> list[str]:
    found = electronic_faults([form_of(*questions, **changed)])
    assert {each.file for each in found} <= {"expectations/survey.yml"}
    return [each.path for each in found]


def test_a_form_without_a_fault() -> None:
    assert paths_of(question("comment", asked_if="old"), question("level_2")) == []


@pytest.mark.parametrize("name", ["q-1", "1st", "_hidden", "設問", "q 1", "q.1"])
def test_a_name_that_servers_refuse(name: str) -> None:
    assert paths_of(question(name)) == [f"questions.{name}.id"]


@pytest.mark.parametrize("name", ["comment", "who", "TURN", "start", "Meta", "introduction"])
def test_a_name_in_use_whatever_its_case(name: str) -> None:
    assert paths_of(question("Comment"), question(name)) == [f"questions.{name}.id"]


def test_the_names_beside_the_questions_are_judged_too() -> None:
    electronic = {"introduction": WORDS, "respondent": WHO | {"id": "end"}, "routing": TURN | {"id": "end"}}
    assert paths_of(question("comment"), electronic=electronic) == ["electronic.respondent.id", "electronic.routing.id"]


@pytest.mark.parametrize("code", ["a b", "it's", "はい", "a,b"])
def test_a_code_that_cannot_be_ticked(code: str) -> None:
    """Ticks come back joined with spaces; codes stand between quotes in expressions."""
    choices = [{"code": code, "label": WORDS}, {"code": "1", "label": WORDS}]
    assert paths_of(question("areas", "multi", choices=choices)) == [f"questions.areas.choices.{code}"]


def test_every_wording_without_plain_japanese_is_named() -> None:
    choices = [{"code": "1", "label": NOT_EASY}, {"code": "2", "label": WORDS}]
    electronic = {
        "introduction": NOT_EASY,
        "respondent": WHO | {"wording": NOT_EASY, "hint": NOT_EASY, "wrong": NOT_EASY},
        "routing": TURN | {"wording": NOT_EASY, "hint": NOT_EASY, "choices": [{"code": "new", "label": NOT_EASY}]},
    }
    found = paths_of(
        question("areas", "multi", choices=choices), question("comment", hint=NOT_EASY), electronic=electronic
    )
    assert found == [
        "electronic.introduction.easy",
        "electronic.respondent.hint.easy",
        "electronic.respondent.wording.easy",
        "electronic.respondent.wrong.easy",
        "electronic.routing.choices.new.label.easy",
        "electronic.routing.hint.easy",
        "electronic.routing.wording.easy",
        "questions.areas.choices.1.label.easy",
        "questions.comment.hint.easy",
    ]


def test_an_organisations_form_needs_neither_plain_japanese_nor_a_number() -> None:
    electronic = {"introduction": NOT_EASY}
    questions = question("comment", wording=NOT_EASY)
    assert paths_of(questions, subject="organisation", electronic=electronic) == []
    assert paths_of(question("comment"), electronic={"introduction": WORDS}) == ["electronic.respondent"]


def test_a_route_that_does_not_exist() -> None:
    assert paths_of(question("comment", asked_if="later")) == ["questions.comment.asked_if"]
    [found] = electronic_faults([form_of(question("comment", asked_if="new"), electronic=None)])
    assert found.path == "questions.comment.asked_if"
    assert found.expected.en == "expected one of -"


def test_a_form_that_stays_here_is_judged_by_its_routes_alone() -> None:
    assert paths_of(question("q-1", wording=NOT_EASY), electronic=None) == []
    assert unsendable(form_of(question("comment"))).path == "electronic"


def test_only_ticks_can_be_exclusive() -> None:
    choices = [{"code": "1", "label": WORDS, "exclusive": True}]
    assert form_of(question("areas", "multi", choices=choices)).by_id["areas"].choices[0].exclusive
    with pytest.raises(ValidationError, match="exclusive は複数回答だけのもの"):
        form_of(question("areas", "single", choices=choices))


@pytest.mark.parametrize("pattern", ["[A-Z", "it's"])
def test_a_pattern_that_cannot_be_one(pattern: str) -> None:
    with pytest.raises(ValidationError, match=r"electronic\.respondent\.pattern"):
        form_of(question("comment"), electronic={"introduction": WORDS, "respondent": WHO | {"pattern": pattern}})
