"""Rules of the codebook as a suite."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from expectations.quality import quiet
from expectations.questionnaire import Question
from expectations.suites import rules_of, suite_of


def _rules(form, checks=()):
    return {rule.id: rule for rule in rules_of(form, checks, ["org_a", "org_b"])}


def test_each_type_gives_its_rules(form):
    rules = _rules(form)
    assert {rule_id: rule.reason_code for rule_id, rule in rules.items()} == {
        "response_id.given": "missing_record_id",
        "response_id.unique": "duplicate",
        "organisation.given": "unknown_organisation",
        "organisation.declared": "unknown_organisation",
        "answered_on.given": "bad_date",
        "respondent_id.given": "missing_respondent",
        "gender.codes": "unknown_code",
        "area.codes": "unknown_code",
        "level.codes": "unknown_code",
        "level.required": "required_missing",
        "cases.range": "out_of_range",
    }
    assert rules["gender.codes"].expected == "female, male, other"
    assert rules["cases.range"].expected == "0..10"
    assert all(rule.severity == "critical" and rule.effect == "reject_row" for rule in rules.values())


def test_a_finding_names_only_so_many_codes(form):
    choices = [{"code": code, "label": {"ja": "文", "en": "text"}} for code in range(47)]
    asked = Question.model_validate(form.by_id["gender"].model_dump() | {"choices": choices})
    rules = _rules(form.model_copy(update={"questions": [asked]}))
    assert rules["gender.codes"].expected == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, … (47)"
    assert len(rules["gender.codes"].arguments["value_set"]) == 47


def test_a_choice_that_excludes_the_others_is_noted_beside_them(form):
    codes = ["1", "10", "8", "88", "0"]
    choices = [{"code": code, "label": {"ja": "文", "en": "text"}, "exclusive": code in ("8", "0")} for code in codes]
    asked = Question.model_validate(form.by_id["area"].model_dump() | {"choices": choices})
    rule = _rules(form.model_copy(update={"questions": [asked]}))["area.exclusive"]
    assert (rule.reason_code, rule.expected) == ("exclusive_choice", "8, 0")
    assert (rule.severity, rule.effect) == ("warning", "note")
    contradicting = [
        ticks
        for ticks in ("8", "0", "1|10", "88", "10|88", "1|8", "8|88", "1|8|88", "10|0", "1|10|88|0", "8|0")
        if re.search(rule.arguments["regex"], ticks)
    ]
    assert contradicting == ["1|8", "8|88", "1|8|88", "10|0", "1|10|88|0", "8|0"]
    assert "area.exclusive" not in _rules(form)


def test_a_form_filed_by_an_organisation_needs_no_respondent(form):
    log = form.model_copy(update={"subject": "organisation"})
    assert "respondent_id.given" not in _rules(log)


def test_checks_of_other_forms_stay_out(form, make_check):
    ours = make_check("ours", "expect_column_values_to_be_between", arguments={"column": "cases", "max_value": 5})
    theirs = make_check("theirs", "expect_column_values_to_be_null", form="log")
    rules = _rules(form, [ours, theirs])
    assert "theirs" not in rules
    assert (rules["ours"].reason_code, rules["ours"].expected, rules["ours"].severity) == ("ours", "..5", "warning")


def test_severity_and_meta_reach_great_expectations(form, make_check):
    note = make_check(
        "odd", "expect_column_values_to_be_null", arguments={"column": "case"}, reason={"ja": "$1", "en": "$1"}
    )
    rules = rules_of(form, [note], ["org_a"])
    with quiet():
        found = {each.meta["rule_id"]: each for each in suite_of(form, rules).expectations}
    assert set(found) == {rule.id for rule in rules}
    assert found["odd"].severity.value == "warning"
    assert found["gender.codes"].severity.value == "critical"
    assert found["gender.codes"].meta == {
        "rule_id": "gender.codes",
        "reason_code": "unknown_code",
        "question_id": "gender",
        "effect": "reject_row",
    }


@given(st.lists(st.sampled_from(["work", "home", "10", "1", "?", "0", "", "work\n", "101"]), min_size=1, max_size=5))
def test_a_multiple_choice_passes_exactly_if_all_its_codes_are_known(form, codes):
    regex = _rules(form)["area.codes"].arguments["regex"]
    assert bool(re.search(regex, "|".join(codes))) == (set(codes) <= {"work", "home", "10", "1"})
