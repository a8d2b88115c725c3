"""Faults of checks are found before any answer is looked at, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from expectations.checks import Check, Checks
from expectations.faults import check_faults
from expectations.questionnaire import Form
from warehouse.definitions import DefinitionReader

ROOT = Path(__file__).parents[2]
BETWEEN = "expect_column_values_to_be_between"


def _paths(checks, form):
    return [found.path for found in check_faults(checks, [form])]


@pytest.mark.parametrize("programme", [".", "tests/programmes/fukui_kanko"])
def test_the_programmes_own_checks_have_no_faults(programme):
    reader = DefinitionReader(ROOT / programme)
    read = reader.yaml("expectations/checks.yml", Checks)
    names = sorted({check.form for check in read.checks})
    forms = [reader.yaml(f"expectations/{name}.yml", Form) for name in names]
    assert reader.faults == []
    assert [found.say("en") for found in check_faults(read.checks, forms)] == []


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"form": "no_form"}, "form"),
        ({"question": "no_question"}, "question"),
        ({"expectation": "expect_the_unexpected"}, "expectation"),
        ({"id": "unknown_code"}, "id"),
        ({"arguments": {"column": "no_column", "max_value": 1}}, "arguments.column"),
        ({"arguments": {"column": "comment", "max_value": 1}}, "arguments.column"),
        ({"arguments": {"column": "cases"}}, "arguments"),
        ({"arguments": {"column": "cases", "max_value": 1, "colour": "red"}}, "arguments.colour"),
        ({"arguments": {"column": "cases", "max_value": 1, "severity": "info"}}, "arguments.severity"),
        ({"arguments": {"column": "cases", "max_value": 1, "row_condition": "cases > 1"}}, "arguments.row_condition"),
        (
            {
                "arguments": {
                    "column": "cases",
                    "max_value": 1,
                    "row_condition": {"type": "nullity", "column": {"name": "nowhere"}, "is_null": True},
                }
            },
            "arguments.row_condition",
        ),
        ({"arguments": {"column": "gender", "max_value": 1}}, "arguments"),  # text against a number
        ({"arguments": {"column": "cases", "min_value": 2, "max_value": 1}}, "arguments"),
        ({"expectation": "expect_column_values_to_match_like_pattern",
          "arguments": {"column": "gender", "like_pattern": "%"}}, "arguments"),  # not for data in memory
    ],
)  # fmt: skip
def test_a_fault_is_found_where_it_stands(form, make_check, given, path):
    sound = {"expectation": BETWEEN, "arguments": {"column": "cases", "max_value": 1}, "question": "cases"}
    fields = {"check_id": "odd"} | sound | given
    check = make_check(fields.pop("id", fields.pop("check_id")), fields.pop("expectation"), **fields)
    assert _paths([check], form) == [f"checks.0.{path}"]


@pytest.mark.parametrize(
    ("expectation", "arguments"),
    [
        (BETWEEN, {"column": "cases", "max_value": 1, "mostly": 0.9}),
        ("expect_column_mean_to_be_between", {"column": "cases", "max_value": 1}),
        ("expect_table_row_count_to_be_between", {"min_value": 1}),
    ],
)
def test_rejecting_needs_to_know_the_rows(form, make_check, expectation, arguments):
    check = make_check("odd", expectation, "reject_row", arguments=arguments)
    assert _paths([check], form) == ["checks.0.effect"]


def test_sound_checks_of_every_column_type_have_no_fault(form, make_check):
    checks = [
        make_check("a", BETWEEN, arguments={"column": "cases", "max_value": 1}),
        make_check("b", BETWEEN, arguments={"column": "comment__characters", "max_value": 1}),
        make_check("c", BETWEEN, arguments={"column": "until", "min_value": "2024-01-01"}),
        make_check("d", "expect_column_values_to_match_regex", arguments={"column": "case", "regex": "^K"}),
        make_check("e", "expect_column_values_to_be_in_set", arguments={"column": "level", "value_set": ["1"]}),
        make_check("f", "expect_column_values_to_be_null", arguments={"column": "level__missing"}),
        make_check("g", "expect_column_mean_to_be_between", arguments={"column": "cases", "max_value": 1}),
        make_check("h", "expect_compound_columns_to_be_unique", arguments={"column_list": ["case", "until"]}),
    ]
    assert _paths(checks, form) == []


def test_all_faults_come_at_once_in_both_languages(form, make_check):
    checks = [
        make_check("a", BETWEEN, arguments={"column": "cases", "max_value": 1}, question="no_question"),
        make_check("b", "expect_nothing", form="survey"),
    ]
    found = check_faults(checks, [form])
    assert [each.path for each in found] == ["checks.0.question", "checks.1.expectation"]
    assert "gender" in found[0].say("ja")
    assert found[1].say("en").startswith("expectations/checks.yml: checks.1.expectation")


def test_a_question_may_not_take_the_place_of_a_responses_own_column(form):
    renamed = form.questions[0].model_copy(update={"id": "organisation"})
    assert _paths([], form.model_copy(update={"questions": [renamed]})) == ["questions.organisation"]


@pytest.mark.parametrize(
    ("effect", "severity"), [("note", "critical"), ("reject_row", "warning"), ("stop_wave", "warning")]
)
def test_severity_and_effect_belong_together(make_check, effect, severity):
    with pytest.raises(ValidationError, match="critical"):
        make_check("odd", BETWEEN, effect, severity=severity)


def test_ids_are_reason_codes_and_stand_once(make_check):
    with pytest.raises(ValidationError, match="id"):
        make_check("Not a code", BETWEEN)
    twice = [make_check("same", BETWEEN), make_check("same", BETWEEN)]
    with pytest.raises(ValidationError, match="twice"):
        Checks.model_validate({"checks": [check.model_dump() for check in twice]})
    assert Check.model_validate(twice[0].model_dump()) == twice[0]
