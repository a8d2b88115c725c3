"""The worked cases of a programme, `tests/spec/*.yml`: read, checked against its definitions, and judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from expectations.questionnaire import Form, MissingKind, Question
from flows.case_check import case_faults
from flows.programme import Programme
from rubrics.case_outcomes import Found, Outcome
from rubrics.cases import Asked, CaseDefinitions, CaseFile, Expected
from warehouse.definitions import DefinitionFile, DefinitionReader, Fault, UserMistake, fault
from warehouse.indicator_definitions import Improvement

FOLDER = "tests/spec"


@dataclass(frozen=True)
class Spec:
    """A programme's case files as read: `topics`, name -> cases, in order of the names; and the exact texts."""

    topics: dict[str, CaseFile]
    files: list[DefinitionFile]


def read_spec(programme: Programme) -> Spec:
    """The case files of a programme; none where it has no such folder.

    Raises UserMistake with every fault of every file.
    """
    reader = DefinitionReader(programme.folder)
    names = sorted(f"{FOLDER}/{path.name}" for path in (programme.folder / FOLDER).glob("*.yml"))
    read = {name: reader.yaml(name, CaseFile) for name in names}
    topics = {name: cases for name, cases in read.items() if cases is not None}
    faults = [*reader.faults, *case_faults(topics, case_definitions(programme))]
    if faults:
        raise UserMistake(faults)
    return Spec(topics, reader.files)


def case_definitions(programme: Programme) -> CaseDefinitions:
    """A programme's definitions as its cases need them."""
    return CaseDefinitions(
        criteria=programme.criteria,
        questions={
            name: {question.id: _asked(form, question) for question in form.questions}
            for name, form in programme.forms.items()
        },
        windows=programme.windows,
        zone=programme.zone,
        readings={
            f"{indicator.id}/{reading.id}": reading.measure
            for indicator in programme.indicators
            for reading in indicator.readings
            if isinstance(reading.measure, Improvement)
        },
        min_days=programme.change.min_days,
    )


def _asked(form: Form, question: Question) -> Asked:
    return Asked(
        wording=question.wording,
        choices={choice.code: choice.label for choice in question.choices},
        missing={**form.missing_kinds, **{kind: kind for kind in get_args(MissingKind)}},
    )


def differing(outcomes: list[Outcome]) -> list[Fault]:
    """The cases that do not hold, as a user's mistakes: either the definitions or the case must be mended."""
    return [
        fault(
            each.file,
            f"cases.{each.place}",
            (
                f"「{each.case.name.ja}」の結果が違います({_said(each, each.found)})",
                f"“{each.case.name.en}” comes out otherwise ({_said(each, each.found)})",
            ),
            (
                f"事例の期待は {_said(each, each.case.expected)} です。定義か事例のどちらかを直してください",
                f"the case expects {_said(each, each.case.expected)}: mend the definitions or the case",
            ),
        )
        for each in outcomes
        if each.differences
    ]


def _said(outcome: Outcome, given: Found | Expected) -> str:
    values = {name: getattr(given, name) for name in outcome.differences}
    said = {name: " ".join(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return ", ".join(f"{name} {'none' if value in (None, '') else value}" for name, value in said.items())
