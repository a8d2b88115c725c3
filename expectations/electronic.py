"""Faults of a form that is to go out to a survey server: names a server refuses, wordings that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from expectations.questionnaire import Choice, Form, Wording
from warehouse.definitions import Fault, fault

INTRODUCTION, START, END = "introduction", "start", "end"
"""The form's own fields beside its questions: the word before it, and when it was opened and finished."""

RESERVED = frozenset({INTRODUCTION, START, END, "meta"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_CHOICE = re.compile(r"[A-Za-z0-9_.-]+")


def electronic_faults(forms: Sequence[Form]) -> list[Fault]:
    """Faults of every form that goes out (it has `electronic`), and of routes where there is no routing question."""
    found = [each for form in forms for each in _route_faults(form)]
    for form in forms:
        if form.electronic is not None:
            found += [*_name_faults(form), *_choice_faults(form), *_wording_faults(form), *_respondent_faults(form)]
    return sorted(found)


def unsendable(form: Form) -> Fault:
    """The fault of a form that says nothing of going out."""
    expected = (
        "introduction、respondent、routing を宣言してください",
        "introduction, respondent and routing were expected",
    )
    return fault(_file(form), "electronic", ("項目がありません", "is missing"), expected)


def _file(form: Form) -> str:
    return f"expectations/{form.id}.yml"


def _route_faults(form: Form) -> Iterator[Fault]:
    for question in form.questions:
        if question.asked_if is not None and question.asked_if not in form.routes:
            code, known = question.asked_if, "、".join(form.routes) or "-"
            wrong = f"分岐の選択肢 {code} がありません", f"names a choice of the routing that does not exist ({code})"
            expected = f"使えるもの: {known}", f"expected one of {known}"
            yield fault(_file(form), f"questions.{question.id}.asked_if", wrong, expected)


def _names(form: Form) -> Iterator[tuple[str, str]]:
    """(path, name) of every field the form asks for; `_name_faults` judges them in this order."""
    if form.electronic and form.electronic.respondent:
        yield "electronic.respondent.id", form.electronic.respondent.id
    if form.electronic and form.electronic.routing:
        yield "electronic.routing.id", form.electronic.routing.id
    yield from ((f"questions.{question.id}.id", question.id) for question in form.questions)


def _name_faults(form: Form) -> Iterator[Fault]:
    """Names become elements of XML; servers take two that differ by case alone for one."""
    seen = set(RESERVED)
    for path, name in _names(form):
        if not _NAME.fullmatch(name):
            wrong = "調査サーバーで使えない名前です", "is no name for a survey server"
            expected = "英字で始まる英数字と _ です", "a letter, then letters, digits and _ were expected"
            yield fault(_file(form), path, wrong, expected)
        if name.lower() in seen:
            wrong = "すでに使われている名前です", "is a name in use"
            expected = "大文字・小文字のほかに違いが必要です", "names that differ by more than case were expected"
            yield fault(_file(form), path, wrong, expected)
        seen.add(name.lower())


def _lists(form: Form) -> Iterator[tuple[str, Sequence[Choice]]]:
    """(path, choices) of every question that has some."""
    if form.electronic and form.electronic.routing:
        yield "electronic.routing", form.electronic.routing.choices
    yield from ((f"questions.{question.id}", question.choices) for question in form.questions)


def _choice_faults(form: Form) -> Iterator[Fault]:
    """Ticks come back joined with spaces, and codes stand in expressions between quotes."""
    for path, choices in _lists(form):
        for choice in choices:
            if not _CHOICE.fullmatch(choice.code):
                wrong = "調査サーバーで使えないコードです", "is no code for a survey server"
                expected = "英数字と _ . - です", "letters, digits, _ . and - were expected"
                yield fault(_file(form), f"{path}.choices.{choice.code}", wrong, expected)


def _wordings(form: Form) -> Iterator[tuple[str, Wording | None]]:
    """(path, wording) of everything that a respondent reads."""
    if (electronic := form.electronic) is not None:
        yield "electronic.introduction", electronic.introduction
        if electronic.respondent:
            yield "electronic.respondent.wording", electronic.respondent.wording
            yield "electronic.respondent.hint", electronic.respondent.hint
            yield "electronic.respondent.wrong", electronic.respondent.wrong
        if electronic.routing:
            yield "electronic.routing.wording", electronic.routing.wording
            yield "electronic.routing.hint", electronic.routing.hint
    for question in form.questions:
        yield f"questions.{question.id}.wording", question.wording
        yield f"questions.{question.id}.hint", question.hint
    for path, choices in _lists(form):
        yield from ((f"{path}.choices.{choice.code}.label", choice.label) for choice in choices)


def _wording_faults(form: Form) -> Iterator[Fault]:
    """Whoever is asked must be able to read it; an organisation's staff read the language of the rest."""
    for path, wording in _wordings(form) if form.subject == "person" else []:
        if wording is not None and wording.easy is None:
            wrong = "やさしい日本語がありません", "is missing in plain Japanese"
            expected = "本人が答える様式の文には必要です", "it is required of a form that people answer themselves"
            yield fault(_file(form), f"{path}.easy", wrong, expected)


def _respondent_faults(form: Form) -> Iterator[Fault]:
    if form.subject == "person" and form.electronic and form.electronic.respondent is None:
        wrong = "だれの回答か分かりません", "does not ask who answers"
        expected = "回答者の番号の尋ね方が必要です", "a way to ask for the respondent's number was expected"
        yield fault(_file(form), "electronic.respondent", wrong, expected)
