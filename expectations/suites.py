"""What is expected of a form's rows: the codebook's rules and the programme's checks, as Great Expectations suites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.checks import Check, Effect, Severity
from expectations.duplicates import DUPLICATE
from expectations.questionnaire import Form, Question
from expectations.wide import MISSING

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite

ASKED_WITHOUT_ANSWER = ("blank", "no_answer", "unknown")
"""Kinds of missing a required question may not have. The others mean that nobody was asked."""

_LISTED = 12
"""How many codes a finding names at most."""


@dataclass(frozen=True)
class Rule:
    """One expectation of a form's suite, and what its failure means.

    `expected` is short and never an answer; `check` is where the rule comes from, if not from the codebook.
    """

    id: str
    reason_code: str
    severity: Severity
    effect: Effect
    expectation: str
    arguments: dict[str, Any]
    question: str | None = None
    expected: str = ""
    check: Check | None = None


def rules_of(form: Form, checks: Sequence[Check], organisations: Sequence[str]) -> list[Rule]:
    """All rules of a form: identity, organisation and date, then its questions, then the programme's checks."""
    return [*_of_response(form, organisations), *_of_questions(form), *_of_checks(form, checks)]


def suite_of(form: Form, rules: Sequence[Rule]) -> ExpectationSuite:
    """Build the suite; severity is Great Expectations' own, `meta` says which rule an expectation comes from.

    Raises Great Expectations' own errors on unknown expectations or arguments (see `expectations.faults`).
    """
    from great_expectations import ExpectationSuite

    return ExpectationSuite(name=form.id, expectations=[_expectation(rule) for rule in rules])


def _expectation(rule: Rule) -> Any:
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    reason = None if rule.check is None else f"{rule.id}: {rule.check.reason.ja} / {rule.check.reason.en}"
    meta = {
        "rule_id": rule.id,
        "reason_code": rule.reason_code,
        "question_id": rule.question,
        "effect": rule.effect,
    }
    implementation = get_expectation_impl(rule.expectation)
    return implementation(**rule.arguments, severity=FailureSeverity(rule.severity), meta=meta, description=reason)


def _of_response(form: Form, organisations: Sequence[str]) -> Iterator[Rule]:
    declared = {"column": "organisation", "value_set": list(organisations)}
    yield _row_rule("response_id.given", "missing_record_id", "not_be_null", {"column": "response_id"})
    yield _row_rule("response_id.unique", DUPLICATE, "be_unique", {"column": "response_id"})
    yield _row_rule("organisation.given", "unknown_organisation", "not_be_null", {"column": "organisation"})
    yield _row_rule("organisation.declared", "unknown_organisation", "be_in_set", declared)
    yield _row_rule("answered_on.given", "bad_date", "not_be_null", {"column": "answered_on"}, expected="YYYY-MM-DD")
    if form.subject == "person":
        yield _row_rule("respondent_id.given", "missing_respondent", "not_be_null", {"column": "respondent_id"})


def _of_questions(form: Form) -> Iterator[Rule]:
    for question in form.questions:
        column, codes = {"column": question.id}, _listed(question.codes)
        if question.type in ("single", "level"):
            known = column | {"value_set": list(question.codes)}
            yield _row_rule(f"{question.id}.codes", "unknown_code", "be_in_set", known, question.id, codes)
        if question.type == "multi":
            pattern = column | {"regex": _regex(question)}
            yield _row_rule(f"{question.id}.codes", "unknown_code", "match_regex", pattern, question.id, codes)
            if any(choice.exclusive for choice in question.choices):
                yield _not_alone(question)
        if question.type == "number" and (question.minimum, question.maximum) != (None, None):
            bounds = column | {"min_value": question.minimum, "max_value": question.maximum}
            expected = _range(question.minimum, question.maximum)
            yield _row_rule(f"{question.id}.range", "out_of_range", "be_between", bounds, question.id, expected)
        if question.required:
            kinds = {"column": question.id + MISSING, "value_set": list(ASKED_WITHOUT_ANSWER)}
            yield _row_rule(f"{question.id}.required", "required_missing", "not_be_in_set", kinds, question.id)


def _of_checks(form: Form, checks: Sequence[Check]) -> Iterator[Rule]:
    for check in checks:
        if check.form == form.id:
            yield Rule(
                id=check.id,
                reason_code=check.id,
                severity=check.severity,
                effect=check.effect,
                expectation=check.expectation,
                arguments=check.arguments,
                question=check.question,
                expected=_range(check.arguments.get("min_value"), check.arguments.get("max_value")),
                check=check,
            )


def _row_rule(
    rule_id: str,
    reason_code: str,
    values: str,
    arguments: dict[str, Any],
    question: str | None = None,
    expected: str = "",
) -> Rule:
    """A rule of the codebook: critical, on the values of one column, rejecting the row."""
    expectation = f"expect_column_values_to_{values}"
    return Rule(rule_id, reason_code, "critical", "reject_row", expectation, arguments, question, expected)


def _regex(question: Question) -> str:
    code = f"(?:{'|'.join(re.escape(code) for code in question.codes)})"
    return rf"\A{code}(?:\|{code})*\Z"


def _not_alone(question: Question) -> Rule:
    """A choice that excludes the others stands beside some: told, but no reason to lose the row."""
    codes = [choice.code for choice in question.choices if choice.exclusive]
    code = f"(?:{'|'.join(map(re.escape, codes))})"
    return Rule(
        id=f"{question.id}.exclusive",
        reason_code="exclusive_choice",
        severity="warning",
        effect="note",
        expectation="expect_column_values_to_not_match_regex",
        arguments={"column": question.id, "regex": rf"\A{code}\||\|{code}(?:\||\Z)"},
        question=question.id,
        expected=_listed(codes),
    )


def _listed(codes: Sequence[str]) -> str:
    shown = codes if len(codes) <= _LISTED else [*codes[: _LISTED - 1], f"… ({len(codes)})"]
    return ", ".join(shown)


def _range(minimum: object, maximum: object) -> str:
    if minimum is None and maximum is None:
        return ""
    return f"{'' if minimum is None else minimum}..{'' if maximum is None else maximum}"
