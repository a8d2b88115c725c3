"""Faults of `checks.yml`, all at once, before any answer is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pandas as pd

from expectations.checks import Check
from expectations.quality import Quality, quiet
from expectations.questionnaire import Form
from expectations.reasons import reasons
from expectations.suites import rules_of
from expectations.wide import MISSING, RESPONSE_COLUMNS, question_columns
from warehouse.definitions import Fault, fault

FILE = "expectations/checks.yml"

_COLUMN_ARGUMENTS = ("column", "column_A", "column_B", "column_list", "column_set")
_OURS = frozenset({"severity", "meta", "id", "notes", "description", "result_format", "catch_exceptions", "windows"})


def check_faults(checks: Sequence[Check], forms: Sequence[Form]) -> list[Fault]:
    """Faults of the programme's checks: unknown forms, questions, columns and expectations, arguments that do not fit.

    A check without such a fault is tried on a few made-up rows, so that a bound of the wrong type is found here and
    not in the middle of a wave. Loads Great Expectations (some seconds).
    """
    by_id = {form.id: form for form in forms}
    found = [found for form in forms for found in _question_faults(form)]
    with quiet():
        for number, check in enumerate(checks):
            path = f"checks.{number}"
            if check.form not in by_id:
                found.append(_unknown(f"{path}.form", "調査票", "form", by_id))
                continue
            faults = list(_faults(path, check, by_id[check.form]))
            found.extend(faults or _trial_faults(path, check, by_id[check.form]))
    return sorted(found)


def _question_faults(form: Form) -> Iterator[Fault]:
    """A question named like one of the response's own columns would take its place in the frame."""
    for question in form.questions:
        if question.id in RESPONSE_COLUMNS:
            yield fault(
                f"expectations/{form.id}.yml",
                f"questions.{question.id}",
                ("設問のidに使えない名前です", "is no name for a question"),
                (f"使えない名前: {', '.join(RESPONSE_COLUMNS)}", f"reserved are {', '.join(RESPONSE_COLUMNS)}"),
            )


def _faults(path: str, check: Check, form: Form) -> Iterator[Fault]:
    if check.id in reasons():
        yield fault(
            FILE,
            f"{path}.id",
            ("すでにある理由コードです", "is a reason code of its own already"),
            ("別のidにしてください", "choose another id"),
        )
    if check.question is not None and check.question not in form.by_id:
        yield _unknown(f"{path}.question", "設問", "question", form.by_id)
    columns = [*RESPONSE_COLUMNS, *question_columns(form)]
    for argument, column in _columns_named(check.arguments):
        if column not in columns:
            yield _unknown(f"{path}.arguments.{argument}", "列", "column", columns)
    yield from _argument_faults(path, check)


def _columns_named(arguments: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for argument in _COLUMN_ARGUMENTS:
        named = arguments.get(argument, [])
        for column in [named] if isinstance(named, str) else named:
            yield argument, column
    conditions = [arguments.get("row_condition")]
    while conditions:
        condition = conditions.pop()
        if isinstance(condition, dict):
            conditions.extend(condition.get("conditions", []))
            if isinstance(column := condition.get("column"), dict):
                yield "row_condition", str(column.get("name"))


def _argument_faults(path: str, check: Check) -> Iterator[Fault]:
    from great_expectations.compatibility.pydantic import ValidationError
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations import expectation as kinds
    from great_expectations.expectations.registry import get_expectation_impl

    try:
        implementation = get_expectation_impl(check.expectation)
    except ExpectationNotFoundError:
        yield fault(
            FILE,
            f"{path}.expectation",
            ("Great Expectationsにない検査です", "is no expectation of Great Expectations"),
            ("例: expect_column_values_to_be_between", "expected for example expect_column_values_to_be_between"),
        )
        return
    for argument in sorted(_OURS & set(check.arguments)):
        yield _misplaced(f"{path}.arguments.{argument}", "この項目は指定できません", "is not yours to set")
    if not isinstance(check.arguments.get("row_condition", {}), dict):
        expected = "row_condition は {type, column, ...} の形です", "a row_condition is a mapping {type, column, ...}"
        yield _misplaced(f"{path}.arguments.row_condition", "文字列の条件は使えません", "is text", expected)
        return
    row_kinds = (kinds.ColumnMapExpectation, kinds.ColumnPairMapExpectation, kinds.MulticolumnMapExpectation)
    if check.effect == "reject_row" and ("mostly" in check.arguments or not issubclass(implementation, row_kinds)):
        expected = "行ごとの検査を mostly なしで使ってください", "take an expectation on rows, without mostly"
        yield _misplaced(f"{path}.effect", "どの行を除くか決まりません", "does not say which rows to reject", expected)
    try:
        implementation(**{name: value for name, value in check.arguments.items() if name not in _OURS})
    except ValidationError as error:
        for detail in error.errors():
            argument = ".".join(str(part) for part in detail["loc"] if part != "__root__")
            expected = f"Great Expectations: {detail['msg']}", f"Great Expectations: {detail['msg']}"
            yield _misplaced(f"{path}.arguments.{argument}".strip("."), "引数が合いません", "does not fit", expected)


def _trial_faults(path: str, check: Check, form: Form) -> list[Fault]:
    [rule] = [rule for rule in rules_of(form, [check], []) if rule.id == check.id]
    [outcome] = Quality(None).run(form, [rule], _made_up_rows(form))
    expected = "引数の型を列の型に合わせてください", "let the arguments' type fit the column's"
    return (
        [] if outcome.is_evaluated else [_misplaced(f"{path}.arguments", "実行できません", "cannot be run", expected)]
    )


def _made_up_rows(form: Form) -> pd.DataFrame:
    """Four rows in the columns and types of `wide_frame`, filled from the codebook alone."""
    rows_n = 4
    columns: dict[str, list[Any]] = {name: [f"{name}{row}" for row in range(rows_n)] for name in RESPONSE_COLUMNS}
    columns["answered_on"] = [date(2024, 1, 1 + row) for row in range(rows_n)]
    for column, question_id in question_columns(form).items():
        question = form.by_id[question_id]
        if column.endswith(MISSING):
            columns[column] = [None, "blank", "no_answer", "unknown"]
        elif question.type in ("number", "text"):
            columns[column] = [float((question.minimum or 0) + row) for row in range(rows_n)]
        elif question.type == "date":
            columns[column] = columns["answered_on"]
        else:
            codes = question.codes or ("a", "b")
            columns[column] = [codes[row % len(codes)] for row in range(rows_n)]
    return pd.DataFrame(columns).astype({column: object for column in columns if column in RESPONSE_COLUMNS})


def _unknown(path: str, ja: str, en: str, known: Sequence[str] | dict[str, Any]) -> Fault:
    names = ", ".join(known)
    return fault(
        FILE, path, (f"知らない{ja}です", f"is an unknown {en}"), (f"使える値: {names}", f"expected one of {names}")
    )


def _misplaced(path: str, ja: str, en: str, expected: tuple[str, str] = ("削除してください", "remove it")) -> Fault:
    return fault(FILE, path, (ja, en), expected)
