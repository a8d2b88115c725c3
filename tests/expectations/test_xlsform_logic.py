"""The expressions of an XLSForm, evaluated: who is asked what, which answers stand together, how long a text may be."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from pyxform.xls2xform import convert

from expectations.questionnaire import Form
from expectations.xlsform import LONGEST_TEXT, sheets_of
from flows.mapping import TOKENIZER_BYTES
from warehouse.definitions import DefinitionReader

ROOT = Path(__file__).resolve().parents[2]
BIND = "{http://www.w3.org/2002/xforms}bind"
WORDS = {"ja": "文", "en": "text", "easy": "ことば"}


def question(name: str, kind: str, **more: Any) -> dict[str, Any]:
    asked = {"id": name, "type": kind, "wording": WORDS, "asked_of": {"ja": "皆", "en": "all"}, "since": "2024-01-01"}
    return asked | more


def choices(*codes: str, **more: Any) -> list[dict[str, Any]]:
    return [{"code": code, "label": WORDS, **more} for code in codes]


SURVEY = {
    "id": "survey",
    "version": "1",
    "label": {"ja": "調査", "en": "survey"},
    "subject": "person",
    "electronic": {
        "introduction": WORDS,
        "respondent": {"id": "who", "wording": WORDS, "pattern": "[A-C]{2}|D-[0-9]", "wrong": WORDS},
        "routing": {"id": "turn", "wording": WORDS, "choices": choices("new", "old", "other")},
    },
    "questions": [
        question("reasons", "multi", choices=[*choices("1", "2", "10"), *choices("8", "0", exclusive=True)]),
        question("grade", "level", choices=choices("1", "2"), asked_if="old"),
        question("cases", "number", minimum=0, maximum=10),
        question("comment", "text", asked_if="new"),
    ],
}

Binds = dict[str, dict[str, str]]


def binds_of(form: Form) -> Binds:
    """Field -> what pyxform binds to it."""
    assert form.electronic is not None
    result = convert(sheets_of(form, form.electronic).content(), file_type=".xlsx")
    root = fromstring(result.xform)  # noqa: S314 - made by this very test
    return {each.attrib["nodeset"].removeprefix("/data/"): dict(each.attrib) for each in root.iter(BIND)}


@pytest.fixture(scope="module")
def questionnaire() -> tuple[Form, Binds]:
    form = DefinitionReader(ROOT).yaml("expectations/questionnaire.yml", Form)
    assert form is not None
    return form, binds_of(form)


@pytest.fixture(scope="module")
def survey() -> tuple[Form, Binds]:
    form = Form.model_validate(SURVEY)
    return form, binds_of(form)


@pytest.fixture(params=["questionnaire", "survey"])
def sent(request: pytest.FixtureRequest) -> tuple[Form, Binds]:
    """A form and what is bound to its fields."""
    return request.getfixturevalue(request.param)


# --- a tiny XPath, as far as our expressions go -----------------------------------------------------------------------

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "not": lambda value: not value,
    "selected": lambda value, code: code in value.split(),
    "count-selected": lambda value: len(value.split()),
    "string-length": len,
    "regex": lambda value, pattern: re.search(pattern, value) is not None,
}
COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "<": lambda left, right: float(left) < right,
    "<=": lambda left, right: float(left) <= right,
    ">=": lambda left, right: float(left) >= right,
}
TOKEN = re.compile(r"\s*('[^']*'|\d+|/data/\w+|[a-z-]+(?=\()|and\b|or\b|<=|>=|[.()=<,])\s*")


def holds(expression: str, value: str = "", **fields: str) -> bool:
    """Whether an expression is true of a value (`.`) and other fields."""
    marks = TOKEN.findall(expression)
    assert "".join(marks).replace(" ", "") == expression.replace(" ", ""), expression
    rest = iter([*marks, ""])
    ahead = [next(rest)]

    def take() -> str:
        mark, ahead[0] = ahead[0], next(rest, "")
        return mark

    def primary() -> Any:
        mark = take()
        if mark == "(":
            inner = either()
            take()
            return inner
        if mark in FUNCTIONS:
            arguments = []
            while take() != ")":
                arguments.append(either())
                if ahead[0] == ")":
                    take()
                    break
            return FUNCTIONS[mark](*arguments)
        if mark.startswith("/data/"):
            return fields[mark.removeprefix("/data/")]
        return value if mark == "." else mark.strip("'") if mark.startswith("'") else int(mark)

    def comparison() -> Any:
        left = primary()
        return COMPARED[take()](left, primary()) if ahead[0] in COMPARED else left

    def both() -> Any:
        found = comparison()
        while ahead[0] == "and":
            take()
            found = comparison() and found
        return found

    def either() -> Any:
        found = both()
        while ahead[0] == "or":
            take()
            found = both() or found
        return found

    result = either()
    assert ahead[0] == "", expression
    return bool(result)


def test_the_tiny_xpath() -> None:
    assert holds("not(selected(., '1')) or count-selected(.) = 1", "2 3")
    assert not holds("not(selected(., '1')) or count-selected(.) = 1", "1 3")
    assert holds(" /data/turn  = 'new' and (. >= 2)", "2", turn="new")
    assert not holds(". >= 0 and . <= 10", "11")


# --- what they say --------------------------------------------------------------------------------------------------


def test_only_those_are_asked_whom_the_codebook_names(sent: tuple[Form, Binds]) -> None:
    form, binds = sent
    assert form.electronic is not None
    assert form.electronic.routing is not None
    assert any(each.asked_if for each in form.questions)
    for each in form.questions:
        relevant = binds[each.id].get("relevant", "1 = 1")
        asked = {code for code in form.routes if holds(relevant, **{form.electronic.routing.id: code})}
        assert asked == ({each.asked_if} if each.asked_if else set(form.routes)), each.id


def test_an_exclusive_choice_stands_alone(sent: tuple[Form, Binds]) -> None:
    form, binds = sent
    assert any(choice.exclusive for each in form.questions for choice in each.choices)
    for each in form.questions:
        constraint = binds[each.id].get("constraint", "1 = 1")
        alone = {choice.code for choice in each.choices if choice.exclusive}
        for first in each.codes:
            assert holds(constraint, first)
            for second in set(each.codes) - {first} if each.type == "multi" else ():
                assert holds(constraint, f"{first} {second}") == (not {first, second} & alone), (each.id, first, second)


def test_a_text_has_a_limit_that_one_piece_of_analysis_can_hold(sent: tuple[Form, Binds]) -> None:
    form, binds = sent
    for each in form.questions:
        if each.type == "text":
            assert holds(binds[each.id]["constraint"], "あ" * (LONGEST_TEXT - 1))
            assert not holds(binds[each.id]["constraint"], "あ" * LONGEST_TEXT)
    assert len(("\U00020bb7" * (LONGEST_TEXT - 1)).encode()) < TOKENIZER_BYTES


@pytest.mark.parametrize("number", ["P000123", "A-1", "0A"])
def test_a_number_of_the_declared_pattern_is_taken(questionnaire: tuple[Form, Binds], number: str) -> None:
    assert holds(questionnaire[1]["respondent"]["constraint"], number)


@pytest.mark.parametrize("number", ["", "7", "p000123", "山田花子", "P 12", "Yamada Hanako", "P1\nP2", "A" * 21])
def test_a_name_or_another_spelling_is_not(questionnaire: tuple[Form, Binds], number: str) -> None:
    assert not holds(questionnaire[1]["respondent"]["constraint"], number)


@pytest.mark.parametrize(
    ("number", "is_taken"), [("AB", True), ("D-1", True), ("ABC", False), ("AAD-1", False), ("D-12", False)]
)
def test_the_whole_number_must_fit(survey: tuple[Form, Binds], number: str, is_taken: bool) -> None:
    """Some clients look for the pattern anywhere in the answer, and a pattern may be a choice of two."""
    assert holds(survey[1]["who"]["constraint"], number) == is_taken


@pytest.mark.parametrize(("number", "is_taken"), [("-1", False), ("0", True), ("10", True), ("10.5", False)])
def test_bounds_of_a_number(survey: tuple[Form, Binds], number: str, is_taken: bool) -> None:
    assert holds(survey[1]["cases"]["constraint"], number) == is_taken
