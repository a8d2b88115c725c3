"""Every reason code has its words, in both languages."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from expectations import duplicates
from expectations.reasons import reasons, say
from expectations.suites import rules_of

OF_THE_MAPPING = [
    *("bad_number", "bad_date", "missing_record_id", "missing_respondent", "unknown_organisation", "lone_surrogate"),
    *("duplicate", "duplicate_conflict", "control_characters", "text_too_long", "unknown_code"),
    *("file_missing", "file_empty", "encoding_unreadable", "columns_changed", "unreadable_file", "undeclared_file"),
    *("sheet_missing", "columns_added", "more_cells_than_headings", "ambiguous_column"),
    *("headings_missing", "quote_broken"),
    *("month_only", "ambiguous_choice", "formula_without_value", "exclusive_choice"),
    *("password_protected", "other_format", "sheet_too_large"),
    *("rejected_at_source", "incomplete_at_source"),
    *("source_unreachable", "source_refused", "source_locked", "source_unreadable", "source_changing"),
    *("source_failed", "source_never_pulled", "credentials_missing"),
    *("rated_text_changed", "rated_by_other_version"),
]
FINDING = {
    "wave": "first",
    "organisation": "org_a",
    "form_id": "survey",
    "file_name": "a.xlsx",
    "sheet": "S1",
    "row_n": 12,
    "response_id": "r",
    "question_id": "gender",
    "reason_code": "unknown_code",
    "severity": "critical",
    "expected": "female, male",
}


def test_every_reason_code_in_use_has_its_words_and_none_is_idle(form):
    of_validation = {rule.reason_code for rule in rules_of(form, [], [])}
    of_validation |= {duplicates.DUPLICATE, duplicates.CONFLICT, duplicates.SUPERSEDED, duplicates.DELETED}
    assert set(reasons()) == set(OF_THE_MAPPING) | of_validation


@pytest.mark.parametrize("code", sorted(reasons()))
def test_texts_know_no_other_placeholders_and_both_languages_the_same(code):
    reason = reasons()[code]
    allowed = {"file", "row", "question", "expected", "organisation"}
    found = [set(re.findall(r"{(\w*)}", reason.what.in_(each) + reason.remedy.in_(each))) for each in ("ja", "en")]
    assert found[0] == found[1]
    assert found[0] <= allowed
    spoken = say(FINDING | {"reason_code": code}, "ja")
    assert "{" not in spoken
    assert spoken.count("。") >= 2  # what happened, and what to do


def test_a_finding_is_said_with_its_place():
    spoken = say(pd.Series(FINDING), "en")
    assert spoken.startswith("a.xlsx [S1], row 12: the answer to gender is neither a choice (female, male)")
    assert "org_a" in spoken


def test_what_is_not_known_reads_as_a_dash():
    nothing = pd.Series(FINDING | {"sheet": None, "row_n": pd.NA, "question_id": None, "expected": ""})
    assert say(nothing, "ja").startswith("a.xlsx の - 行目、設問 - ")


def test_a_check_speaks_for_itself(make_check):
    message = {"ja": "{row} 行目", "en": "row {row} {of}"}
    check = make_check("odd", "expect_column_values_to_be_null", message=message)
    assert say(FINDING | {"reason_code": "odd"}, "en", [check]) == "row 12 {of}"
    with pytest.raises(KeyError):
        say(FINDING | {"reason_code": "odd"}, "en")
