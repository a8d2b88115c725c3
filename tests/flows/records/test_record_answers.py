"""Records' answers as cells: character by character, kinds of missing apart; and the records that do not count."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cells import is_blank
from flows.records import read_snapshot

# --- missing answers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["kobo", "odk"])
def test_an_answer_that_is_not_there_is_blank_where_the_version_asks_for_it(survey, kind: str):
    fields = {"v1": ["q6"], "v2": ["q6", "q7"]}
    of_new = [{}, {"q7": None}, {"q7": ""}, {"q7": " "}]
    found = survey.read(fields, "q7", {}, {"q7": None}, *(each | {"@version": "v2"} for each in of_new), kind=kind)
    assert found == ["<not_asked>"] * 2 + ["<blank>"] * 4


def test_limesurvey_tells_a_page_never_reached_from_a_question_left_blank(survey):
    contents = [{"q7": value, "@version": ""} for value in (None, "", "x")]
    assert survey.read({"": ["q7"]}, "q7", *contents, kind="limesurvey") == ["<not_asked>", "<blank>", "x"]


def test_one_column_an_option(survey):
    """Y, "" (seen) and null (never reached), as LimeSurvey exports a multi-select."""
    flags = {"1": "Q1[SQ001]", "2": "Q1[SQ002]"}
    rows: list[tuple[Any, Any]] = [("Y", ""), ("Y", "Y"), ("", ""), (None, None), ("", None), ("?", "")]
    records = [
        survey.record({"Q1[SQ001]": a, "Q1[SQ002]": b, "submitdate": "2024-03-05 09:00:00"}, f"{number}", "")
        for number, (a, b) in enumerate(rows)
    ]
    instrument = survey.instrument({"q": {"flags": flags, "ticked": ["Y"]}}, answered_at="submitdate")
    lines = survey.snapshot({"": list(flags.values())}, *records, kind="limesurvey")
    found = survey.answers(survey.mapped(lines, instrument, survey.form(q="multi 1 2")))
    assert found == ["1", ["1", "2"], "<blank>", "<not_asked>", "<blank>", "?"]


@pytest.mark.parametrize("kind", ["level 1 2 3", "number", "date", "identifier", "identifiers", "multi 1 2"])
def test_a_question_that_was_never_put_is_so_whatever_its_type(survey, kind: str):
    instrument = survey.instrument({"q": {"column": "q7", "separators": [" "]}})
    lines = survey.snapshot({"v1": ["q"], "v2": ["q7"]}, survey.record(survey.when | {"q": "3"}))
    assert survey.answers(survey.mapped(lines, instrument, survey.form(q=kind))) == ["<not_asked>"]


# --- values -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "kind"), [((3, 3.0, "3"), "level 1 2 3"), ((10, 10.0, "10"), "number"), ((0.5, "0.5"), "number")]
)
def test_a_number_and_its_text_are_the_same_cell(survey, values: tuple[Any, ...], kind: str):
    """A field's type may change from a number to a text; old rows then come as text too."""
    records = [survey.record(survey.when | {"q": each}, f"{each!r}") for each in values]
    lines = survey.snapshot({"v1": ["q"]}, *records)
    found = survey.answers(survey.mapped(lines, survey.instrument({"q": "q"}), survey.form(q=kind)))
    assert found == [values[-1] if kind != "number" else float(values[-1])] * len(values)


def test_other_values_are_spelt_as_json_spells_them(survey):
    for value, cell in [(True, "true"), (False, "false"), (1e-7, "1e-07"), (-3.0, "-3")]:
        lines = survey.snapshot({"v1": ["q"]}, survey.record({"q": value}))
        assert read_snapshot(lines, survey.instrument({"q": "q"})).rows[0][1][-1] == cell


def test_ticks_separated_by_spaces(survey):
    cells = ["2 5 6 7", " 2 5", "7", "10 1", "9 1"]
    records = [survey.record(survey.when | {"q": cell}, f"{number}") for number, cell in enumerate(cells)]
    instrument = survey.instrument({"q": {"column": "q", "separators": [" "]}})
    lines = survey.snapshot({"v1": ["q"]}, *records)
    found = survey.answers(survey.mapped(lines, instrument, survey.form(q="multi 1 2 5 6 7 10")))
    assert found == [["2", "5", "6", "7"], ["2", "5"], "7", ["10", "1"], ["?", "1"]]


SHAPES: dict[str, Any] = {
    "kobo": ({"v1": ["q3/text"]}, lambda text: {"q3/text": text}),
    "odk": ({"v1": ["q3/text"]}, lambda text: {"q3": {"text": text}}),
    "limesurvey": ({"v1": ["text"]}, lambda text: {"text": text}),
}


@given(kind=st.sampled_from(sorted(SHAPES)), texts=st.lists(st.text(), min_size=1, max_size=4), escaped=st.booleans())
def test_a_text_arrives_character_by_character(survey, kind: str, texts: list[str], escaped: bool):
    versions, shape = SHAPES[kind]
    records = [survey.record(survey.when | shape(text), f"{number}") for number, text in enumerate(texts)]
    lines = survey.snapshot(versions, *records, kind=kind)
    if escaped:
        lines = b"".join(json.dumps(json.loads(line)).encode() + b"\n" for line in lines.split(b"\n")[:-1])
    answers = survey.mapped(lines, survey.instrument({"q": "text"}), survey.form(q="text")).answers
    for text, found, missing in zip(texts, answers["value_text"], answers["missing_kind"], strict=True):
        assert (found, missing) == (text, None) if not is_blank(text) else (found is None and missing is not None)


def test_a_broken_character_rejects_its_row_only(survey):
    records = [survey.record(survey.when | {"q": text}, text[:1]) for text in ("壊\ud800れ", "良い")]
    result = survey.mapped(
        survey.snapshot({"v1": ["q"]}, *records), survey.instrument({"q": "q"}), survey.form(q="text")
    )
    assert [(each.reason_code, each.row_n) for each in result.findings] == [("lone_surrogate", 2)]


# --- what is left out ---------------------------------------------------------------------------------------------

STATES = {"1": "present", "2": "rejected", "3": "incomplete", "4": "deleted"}


def test_records_that_do_not_count_are_told_and_keep_their_identity(survey):
    def result(states):
        records = [survey.record(survey.when | {"q": "9"}, id, state=state) for id, state in states.items()]
        lines = survey.snapshot({"v1": ["q"]}, *records)
        return survey.mapped(lines, survey.instrument({"q": "q"}), survey.form(q="number"))

    found, ids = result(STATES), result(dict.fromkeys(STATES, "present")).responses["response_id"].tolist()
    assert found.responses["response_id"].tolist() == ids
    assert [(each.row_n, each.reason_code, each.severity, each.expected) for each in found.findings] == [
        (3, "rejected_at_source", "critical", None),
        (4, "incomplete_at_source", "critical", None),
        (5, "deleted_at_source", "critical", "kobo/source.jsonl"),
    ]
    assert [each.response_id for each in found.findings] == ids[1:]
    assert found.answers["response_id"].tolist() == ids[:3], "what was deleted is not looked into"


def test_a_rejected_record_keeps_every_reason_and_a_deleted_one_has_no_other(survey):
    broken = survey.when | {"q": "多数"}
    records = [survey.record(broken, "1", state="rejected"), survey.record(broken, "2", state="deleted")]
    lines = survey.snapshot({"v1": ["q"]}, *records)
    findings = survey.mapped(lines, survey.instrument({"q": "q"}), survey.form(q="number")).findings
    assert sorted((each.row_n, each.reason_code) for each in findings) == [
        (2, "bad_number"),
        (2, "rejected_at_source"),
        (3, "deleted_at_source"),
    ]
