"""Real Great Expectations on small forms: who is accepted, who is rejected, and why."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.validate import FINDING_COLUMNS, validate
from warehouse.definitions import UserMistake

BAD = {
    "unknown_code": {"gender": "?"},
    "out_of_range": {"cases": 11.0},
    "required_missing": {"level": {"missing": "blank"}},
    "missing_respondent": {"respondent_id": None},
    "unknown_organisation": {"organisation": "org_z"},
    "bad_date": {"answered_on": None},
    "missing_record_id": {"response_id": None},
}


@pytest.fixture
def run(form, make_frames, no_findings):
    def run(*rows, checks=(), findings=no_findings, folder=None):
        responses, answers = make_frames(*rows)
        return validate([form], checks, responses, answers, findings, ["org_a", "org_b"], folder)

    return run


def _finding(row_n, reason, severity="critical", **more):
    given = dict.fromkeys(FINDING_COLUMNS) | {"wave": "first", "organisation": "org_a", "form_id": "survey"}
    return given | {"file_name": "a.csv", "row_n": row_n, "reason_code": reason, "severity": severity} | more


@pytest.mark.parametrize("reason", BAD)
def test_each_fault_rejects_its_row_with_its_reason(run, reason):
    found = run({}, BAD[reason], {})
    assert found.findings["reason_code"].tolist() == [reason]
    assert found.findings.loc[0, ["file_name", "row_n", "severity"]].tolist() == ["a.csv", 2, "critical"]
    assert found.responses["row_n"].tolist() == [1, 3]


def test_good_rows_pass_untouched(run, make_frames):
    rows = [{"gender": "male", "area": ["work", "1"], "cases": 10.0, "comment": "x"}, {"organisation": "org_b"}]
    responses, answers = make_frames(*rows)
    found = run(*rows)
    pd.testing.assert_frame_equal(found.responses, responses.drop(columns="row_key"))
    pd.testing.assert_frame_equal(found.answers, answers.drop(columns="row_key"))
    assert found.findings.empty
    assert list(found.findings.columns) == FINDING_COLUMNS
    assert found.checks["success"].all()
    assert found.stops == []


@pytest.mark.parametrize("kind", ["unmapped", "not_asked", "not_applicable"])
def test_a_required_question_nobody_was_asked_rejects_nothing(run, kind):
    assert len(run({"level": {"missing": kind}}).responses) == 1


def test_a_row_that_was_never_sent_has_no_other_reason(run):
    findings = pd.DataFrame([_finding(2, "incomplete_at_source"), _finding(3, "rejected_at_source")])
    bad = {"answered_on": None, "level": {"missing": "blank"}}
    found = run({}, bad, bad, findings=findings.astype({"row_n": "Int64"}))
    assert found.findings[found.findings["row_n"] == 2]["reason_code"].tolist() == ["incomplete_at_source"]
    assert found.findings[found.findings["row_n"] == 3]["reason_code"].tolist() == [
        "bad_date",
        "rejected_at_source",
        "required_missing",
    ]
    assert found.responses["row_n"].tolist() == [1]


def test_a_rejected_row_keeps_every_reason(run, form):
    found = run({}, {"gender": "?", "area": ["work", "?"], "cases": -1.0, "respondent_id": None})
    reasons = list(zip(found.findings["question_id"], found.findings["reason_code"], strict=True))
    assert sorted(reasons, key=str) == [
        ("area", "unknown_code"),
        ("cases", "out_of_range"),
        ("gender", "unknown_code"),
        (None, "missing_respondent"),
    ]
    assert found.findings["row_n"].tolist() == [2] * 4
    assert found.findings.set_index("question_id").loc["cases", "expected"] == "0..10"


def test_the_mappings_critical_findings_reject_and_its_warnings_do_not(run):
    mapping = pd.DataFrame(
        [
            _finding(1, "bad_number", question_id="cases", expected="number"),
            _finding(2, "control_characters", "warning", question_id="comment"),
            _finding(3, "unknown_code", question_id="gender", expected="from the mapping"),
            _finding(None, "file_missing", file_name="b.csv"),
            _finding(9, "missing_record_id"),  # a row that never became a response
        ]
    )
    found = run({}, {}, {"gender": "?"}, {}, findings=mapping)
    assert found.responses["row_n"].tolist() == [2, 4]
    assert found.findings["reason_code"].tolist() == [
        "bad_number",
        "control_characters",
        "unknown_code",  # once, as the mapping said it
        "missing_record_id",
        "file_missing",
    ]
    assert found.findings["row_n"].tolist() == [1, 2, 3, 9, pd.NA]
    assert found.findings["expected"].tolist() == ["number", "", "from the mapping", "", ""]


def test_a_finding_rejects_only_the_row_of_its_own_file_and_sheet(run):
    mapping = pd.DataFrame([_finding(1, "bad_number", sheet="S1")])
    rows = [{"row_n": 1, "file_name": name, "sheet": sheet} for name, sheet in (("a.csv", "S1"), ("b.csv", "S1"))]
    assert run(*rows, findings=mapping).responses["file_name"].tolist() == ["b.csv"]
    assert len(run({"row_n": 1}, findings=mapping).responses) == 1


def test_copies_are_told_apart(run):
    same = {"response_id": "r", "respondent_id": "p", "gender": "male"}
    found = run(same, same, {"response_id": "s", "case": "x"}, {"response_id": "s", "case": "y"}, {})
    assert found.responses["row_n"].tolist() == [1, 5]
    assert found.answers["response_id"].nunique() == 2
    assert found.findings[["row_n", "reason_code"]].values.tolist() == [
        [2, "duplicate"],
        [3, "duplicate_conflict"],
        [4, "duplicate_conflict"],
    ]


def test_an_identical_copy_keeps_its_other_reasons_too(run):
    bad = {"response_id": "r", "respondent_id": "p", "gender": "?"}
    found = run(bad, bad)
    assert found.responses.empty
    assert found.answers.empty
    assert found.findings[["row_n", "reason_code"]].values.tolist() == [
        [1, "unknown_code"],
        [2, "duplicate"],
        [2, "unknown_code"],
    ]


def test_a_check_rejects_notes_or_stops(run, make_check):
    checks = [
        make_check(
            "too_early",
            "expect_column_values_to_be_between",
            "reject_row",
            arguments={"column": "answered_on", "min_value": "2024-01-01"},
        ),
        make_check(
            "no_case",
            "expect_column_values_to_not_be_null",
            question="case",
            arguments={
                "column": "case",
                "row_condition": {"type": "nullity", "column": {"name": "cases"}, "is_null": False},
            },
        ),
        make_check(
            "too_few", "expect_table_row_count_to_be_between", "stop_wave", arguments={"min_value": 5}
        ),
        make_check(
            "few_women", "expect_column_proportion_of_unique_values_to_be_between",
            arguments={"column": "gender", "min_value": 1},
        ),
    ]  # fmt: skip
    found = run({"answered_on": "2023-12-31"}, {"cases": 1.0, "gender": "male"}, {"gender": "male"}, checks=checks)
    assert found.responses["row_n"].tolist() == [2, 3]
    assert found.findings[["row_n", "question_id", "reason_code", "severity"]].values.tolist() == [
        [1, None, "too_early", "critical"],
        [2, "case", "no_case", "warning"],
    ]
    assert [stop.check_id for stop in found.stops] == ["too_few"]
    summary = found.checks.set_index("check_id")
    assert summary.loc["too_early", ["evaluated_n", "unexpected_n", "success"]].tolist() == [3, 1, False]
    assert summary.loc["no_case", ["evaluated_n", "unexpected_n"]].tolist() == [1, 1]
    assert summary.loc["few_women", "unexpected_n"] is pd.NA  # it looks at no single row: only in the summary
    assert not summary.loc["few_women", "success"]


def test_a_row_check_that_stops_the_wave_tolerates_what_it_says(run, make_check):
    arguments = {"column": "gender", "mostly": 0.5}
    check = make_check("mostly_answered", "expect_column_values_to_not_be_null", "stop_wave", arguments=arguments)
    assert run({"gender": "male"}, {}, checks=[check]).stops == []
    stopped = run({"gender": "male"}, {}, {}, checks=[check])
    assert [stop.check_id for stop in stopped.stops] == ["mostly_answered"]
    assert len(stopped.responses) == 3


def test_no_responses_at_all_are_counted_as_none(run, form, make_frames, no_findings, make_check):
    responses, answers = (frame.astype("object").iloc[:0] for frame in make_frames({}))
    check = make_check("too_few", "expect_table_row_count_to_be_between", "stop_wave", arguments={"min_value": 1})
    found = validate([form], [check], responses, answers, no_findings, ["org_a"], None)
    assert [stop.check_id for stop in found.stops] == ["too_few"]
    assert found.responses.empty
    assert found.findings.empty


def test_forms_are_checked_each_by_its_own_rules(form, make_frames, no_findings):
    other = form.model_copy(update={"id": "log", "subject": "organisation"})
    responses, answers = make_frames({"respondent_id": None}, {"respondent_id": None, "form_id": "log"})
    found = validate([form, other], [], responses, answers, no_findings, ["org_a"], None)
    assert found.responses["form_id"].tolist() == ["log"]
    assert found.checks.groupby("form_id").size().to_dict() == {"survey": 11, "log": 10}


def test_a_check_that_cannot_be_evaluated_has_not_passed(run, make_check, caplog):
    check = make_check("wrong_type", "expect_column_values_to_be_between", arguments={"column": "case", "max_value": 5})
    with pytest.raises(UserMistake, match="wrong_type") as mistake:
        run({"case": "MARKER"}, checks=[check])
    assert "MARKER" not in str(mistake.value) + caplog.text


ROW = st.fixed_dictionaries(
    {},
    optional={
        "response_id": st.sampled_from(["r", "s", "t"]),
        "respondent_id": st.sampled_from(["p", None]),
        "gender": st.sampled_from(["male", "?", {"missing": "blank"}]),
        "level": st.sampled_from(["1", {"missing": "blank"}, {"missing": "unmapped"}]),
        "cases": st.sampled_from([5.0, -1.0, 11.0]),
        "organisation": st.sampled_from(["org_a", "org_z"]),
        "wave": st.sampled_from(["first", "second"]),
    },
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, min_size=1, max_size=8))
def test_nothing_is_lost_and_nothing_is_rejected_without_a_reason(run, make_frames, rows):
    responses, answers = make_frames(*rows)
    found = run(*rows)
    accepted = set(found.responses["row_n"])
    critical = set(found.findings.loc[found.findings["severity"] == "critical", "row_n"])
    assert accepted | critical == set(responses["row_n"])
    assert accepted & critical == set()
    assert found.responses["response_id"].is_unique
    assert not found.findings.duplicated(["wave", "file_name", "row_n", "question_id", "reason_code"]).any()
    kept = answers[answers["row_key"].isin(responses.loc[responses["row_n"].isin(accepted), "row_key"])]
    assert len(found.answers) == len(kept)
    assert set(found.answers["response_id"]) == set(found.responses["response_id"])
