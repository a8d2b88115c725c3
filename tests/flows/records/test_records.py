"""Snapshots as tables: which field a column is, whatever the version of the form; and what is no snapshot."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cells import NOT_REACHED, is_blank
from flows.records import read_landed, read_snapshot
from flows.snapshots import SnapshotDraft
from flows.sources.server import FormStructure, Page, Record

# --- the field of a column ----------------------------------------------------------------------------------------


def test_a_field_is_named_by_its_path_or_by_the_last_parts_of_it(survey):
    fields = {"v1": ["a/q3/text", "a/q4/text", "q6"]}
    content = {"a/q3/text": "three", "a/q4/text": "four", "q6": "six"}
    for name, expected in [("q6", "six"), ("q4/text", "four"), ("a/q3/text", "three"), (" ｑ６　", "six")]:
        assert survey.read(fields, name, content) == [expected]
    nested = {"a": {"q3": {"text": "three"}, "q4": {"text": "four"}}, "q6": "six"}
    assert survey.read(fields, "q4/text", nested, kind="odk") == ["four"]


def test_a_whole_path_goes_before_the_last_part_of_another(survey):
    assert survey.read({"v1": ["q3/text", "text"]}, "text", {"text": "own", "q3/text": "other"}) == ["own"]


def test_a_question_that_was_dropped_is_not_taken_for_another_of_the_same_last_part(survey):
    fields = {"v1": ["text", "q3/text"], "v2": ["q3/text"]}
    found = survey.read(fields, "text", {"text": "own", "q3/text": "x"}, {"q3/text": "other", "@version": "v2"})
    assert found == ["own", "<not_asked>"]


def test_a_question_that_moved_into_a_group_is_found_in_both_versions(survey):
    fields = {"v1": ["text", "level"], "v2": ["q3/text", "level"]}
    old, new = {"text": "before"}, {"q3/text": "after", "@version": "v2"}
    assert survey.read(fields, "text", old, new) == ["before", "after"]
    grouped = {"v1": ["q3/text"], "v2": ["a/q3/text", "q4/text"]}
    assert survey.read(grouped, "q3/text", {"q3/text": "x"}, {"a/q3/text": "y", "@version": "v2"}) == ["x", "y"]


def test_an_edit_with_a_newer_form_counts_though_the_record_keeps_its_first_version(survey):
    fields = {"v1": ["text"], "v2": ["q3/text", "q7"]}
    assert survey.read(fields, "text", {"q3/text": "edited"}) == ["edited"]
    assert survey.read(fields, "q7", {"q7": "edited"}, {"text": "x"}) == ["edited", "<not_asked>"]


def test_a_record_of_an_unknown_version_is_read_as_it_is(survey):
    fields = {"v1": ["text"], "v2": ["q3/text"]}
    odd = {"@version": "v9"}
    assert survey.read(fields, "text", odd | {"text": "a"}, odd | {"q3/text": "b"}, odd) == ["a", "b", "<blank>"]


def test_a_renamed_question_is_found_by_its_alternative_names(survey):
    fields = {"v1": ["old"], "v2": ["new"], "v3": ["other"]}
    contents = [{"old": "a"}, {"new": "b", "@version": "v2"}, {"@version": "v2"}, {"@version": "v3"}]
    assert survey.read(fields, ["old", "new"], *contents) == ["a", "b", "<blank>", "<not_asked>"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("text", {"v1": ["q3/text", "q4/text"]}),
        ("text", {"v1": ["text"], "v2": ["q3/text", "q4/text"]}),
        (["old", "new"], {"v1": ["old", "new"]}),
    ],
)
def test_a_name_that_fits_two_fields_of_a_version_maps_nothing(survey, name: Any, fields: dict[str, list[str]]):
    content = survey.snapshot(fields, survey.record(survey.when))
    expected = "、".join(next(paths for paths in fields.values() if len(paths) == 2))
    assert survey.fault(content, survey.instrument({"q": name})) == ("ambiguous_column", expected)


def test_a_record_with_different_answers_in_two_such_fields_maps_nothing(survey):
    fields = {"v1": ["x"], "v2": ["a/text"], "v3": ["b/text"]}
    content = {"a/text": "秘密", "b/text": "内緒"}
    found = survey.fault(survey.snapshot(fields, survey.record(content)), survey.instrument({"q": "text"}))
    assert found == ("ambiguous_column", "a/text、b/text"), "the fields are named, never an answer"
    assert survey.read(fields, "text", {"a/text": "same", "b/text": "same"}) == ["same"]
    assert survey.read(fields, "text", content | {"@version": "v3"}) == ["内緒"], "its own version's field goes first"


@pytest.mark.parametrize("name", ["q7", "rows", "rows/name", "place", "_submision_time"])
def test_a_column_that_no_version_and_no_record_has_maps_nothing(survey, name: str):
    """A repeat's rows and the parts of a place are no cells either: that has to be told, not read as blank."""
    content = survey.when | {"rows": [{"name": "x"}], "place": {"type": "Point", "coordinates": [1, 2]}}
    lines = survey.snapshot({"v1": ["q6", "place"]}, survey.record(content))
    result = survey.mapped(lines, survey.instrument({"q": name}), survey.form(q="text"))
    assert result.responses.empty
    assert ("columns_changed", "critical", name) in [
        (each.reason_code, each.severity, each.expected) for each in result.findings
    ]


def test_an_unanswered_question_is_no_missing_column(survey):
    assert survey.read({"v1": ["q6"]}, "q6", {}) == ["<blank>"]


OWN = {
    "kobo": {"_id": 1, "_attachments": [], "meta/rootUuid": "u", "formhub/uuid": "f", "start": "", "today": ""},
    "odk": {"__system": {"edits": 0}, "meta": {"instanceID": "u"}, "end": "", "a@odata.navigationLink": "x"},
    "limesurvey": {"id": 1, "submitdate": None, "token": None, "seed": "1", "photo[filecount]": 0},
}


@pytest.mark.parametrize("kind", OWN)
def test_fields_nobody_declared_are_a_warning_but_not_the_servers_own(survey, kind: str):
    content = OWN[kind] | survey.when | {"strange": "x", "rows": [{"a": 1}]}
    lines = survey.snapshot({"v1": ["q6", "a/q7", "memo"]}, survey.record(content), kind=kind)
    for ignored, expected in [([], "a/q7、memo、rows、strange"), (["q7", "rows"], "memo、strange"), (["*"], None)]:
        instrument = survey.instrument({"q": "q6"}, file={"ignored_columns": ignored})
        findings = survey.mapped(lines, instrument, survey.form(q="text")).findings
        found = [(each.reason_code, each.severity, each.expected) for each in findings]
        assert found == ([("columns_added", "warning", expected)] if expected else [])


def test_identity_and_version_are_columns_of_every_snapshot(survey):
    instrument = survey.instrument({"q": "@version"}, respondent="@id")
    lines = survey.snapshot({"a": [], "b": []}, *(survey.record(survey.when, *each) for each in ("1a", "2b")))
    result = survey.mapped(lines, instrument, survey.form(q="identifier"))
    assert result.responses["respondent_id"].tolist() == ["1", "2"]
    assert survey.answers(result) == ["a", "b"]
    assert not result.findings


@given(order=st.permutations(range(4)))
def test_the_order_of_lines_changes_no_identity(survey, order: list[int]):
    records = [survey.record(survey.when | {"q": f"{number}"}, f"uuid:{number}") for number in range(4)]
    instrument, form = survey.instrument({"q": "q"}), survey.form(q="text")
    results = [
        survey.mapped(survey.snapshot({"v1": ["q"]}, *each), instrument, form)
        for each in (records, [records[place] for place in order])
    ]
    first, again = (dict(zip(survey.answers(each), each.responses["response_id"], strict=True)) for each in results)
    assert first == again
    assert len(set(first.values())) == 4


def test_an_identity_that_is_not_there_is_nobodys(survey):
    fields = {"v1": ["q"], "v2": ["q", "person"]}
    lines = survey.snapshot(fields, survey.record({"q": "x"} | survey.when))
    result = survey.mapped(lines, survey.instrument({"q": "q"}, respondent="person"), survey.form(q="text"))
    assert result.responses["respondent_id"].tolist() == [None]
    findings = survey.mapped(lines, survey.instrument({"q": "q"}, record_id=["person"]), survey.form(q="text")).findings
    assert [each.reason_code for each in findings] == ["missing_record_id"]
    assert NOT_REACHED not in str(findings)


# --- what is no snapshot ------------------------------------------------------------------------------------------


def test_what_is_no_snapshot_is_a_reason_not_a_crash(survey):
    instrument = survey.instrument({"q": "q"})
    header, row, _ = survey.snapshot({"v1": ["q"]}, survey.record({"q": "x"})).split(b"\n")
    for content in (b"", b"a,b\n1,2\n", b"{}\n", b"[" * 9_000, row + b"\n", header + b"\n" + row[:-9], b"\xff\xfe{}\n"):
        assert survey.fault(content, instrument)[0] == "unreadable_file"
    later = header.replace(b'"snapshot": 1', b'"snapshot": 2')
    assert survey.fault(later + b"\n" + row, instrument)[0] == "unreadable_file"
    assert survey.fault(header + b"\n", instrument) == ("file_empty", None)


def test_what_was_landed_is_read_by_its_name(survey):
    instrument = survey.instrument({"q": "q"}, record_id=["番号"], answered_at="日")
    assert read_landed("番号,日,q\n1,2024-03-05,x\n".encode(), "w1/a.csv", instrument).headings == ["番号", "日", "q"]
    lines = survey.snapshot({"v1": ["q"]}, survey.record({"q": "x"}))
    table = read_landed(lines, "kobo/source.jsonl", survey.instrument({"q": "q"}))
    assert table.rows == [(2, ["r1", "", "x"])]


# --- the whole ----------------------------------------------------------------------------------------------------


def drafted(folder: Path, kind: str, structure: FormStructure, records: list[Record]) -> bytes:
    """A snapshot as a pull writes it."""
    draft, to = SnapshotDraft(folder), folder / "snapshot.jsonl"
    draft.take(Page(b"", records))
    draft.write(kind, structure, None, to, folder / "changes.jsonl")
    draft.close()
    return to.read_bytes()


def test_recorded_submissions_of_kobotoolbox(survey, shared: Path, tmp_path: Path):
    rows = json.loads((shared / "recordings" / "kobo" / "data_all.json").read_bytes())
    first = ["start", "end", "respondent_id", "wave", "q1", "q2", "q6_text", "q3/q3_level", "q3/q3_text"]
    old, new = list(dict.fromkeys(row["__version__"] for row in rows))
    structure = FormStructure(b"", {old: first, new: [*first, "q7_text"]}, {"_submission_time": "UTC"})
    records = [
        Record(row["meta/rootUuid"], f"{row['_id']:09}", "present", row, version=row["__version__"]) for row in rows
    ]
    instrument = survey.instrument(
        {"q1": {"column": "q1", "separators": [" "]}, "level": "q3_level", "q6": "q6_text", "q7": "q7_text"},
        respondent="respondent_id",
        file={"ignored_columns": ["*"]},
    )
    form = survey.form(q1="multi 1 2 3 4 5 6 7", level="level 1 2 3 4 5", q6="text", q7="text")
    result = survey.mapped(drafted(tmp_path, "kobo", structure, records), instrument, form)
    names = result.responses["respondent_id"].tolist()
    assert len(names) == len(rows) == 301
    found = dict(zip(names, survey.answers(result, "q6"), strict=True))
    sent = {row["respondent_id"]: row.get("q6_text", "") for row in rows}
    assert found == {name: "<blank>" if is_blank(text) else text for name, text in sent.items()}
    asked = {name for name, answer in zip(names, survey.answers(result, "q7"), strict=True) if answer != "<not_asked>"}
    assert asked == {row["respondent_id"] for row in rows if row["__version__"] == new or "q7_text" in row} < set(names)
    edited = next(row for row in rows if row["respondent_id"] == "R0005")
    place = names.index("R0005")
    assert survey.answers(result, "q1")[place] == edited["q1"].split() == ["2", "5", "6", "7"]
    assert result.responses["answered_at"][place] == pd.Timestamp(edited["_submission_time"], tz="UTC")


@pytest.mark.parametrize("kind", ["odk", "limesurvey"])
def test_recorded_texts_of_other_servers(survey, shared: Path, tmp_path: Path, kind: str):
    file, rows_in, id_in, person, text_in = {
        "odk": ("odata_submissions_all.json", "value", "__id", "respondent_id", "q6_text"),
        "limesurvey": ("export_json_code_short.json", "responses", "id", "respondentid", "Q6text"),
    }[kind]
    rows = json.loads((shared / "recordings" / kind / file).read_bytes())[rows_in]
    records = [Record(str(row[id_in]), f"{place:09}", "present", row, version="v1") for place, row in enumerate(rows)]
    structure = FormStructure(b"", {"v1": [person, text_in]}, {})
    layout = {"ignored_columns": ["*"]}
    instrument = survey.instrument(
        {"q": text_in}, record_id=[person], respondent="@id", answered_at="date", file=layout
    )
    result = survey.mapped(drafted(tmp_path, kind, structure, records), instrument, survey.form(q="text"))
    missing = {None: "<not_asked>" if kind == "limesurvey" else "<blank>"}
    sent = {str(row[id_in]): missing.get(row[text_in], row[text_in]) for row in rows}
    found = dict(zip(result.responses["respondent_id"], survey.answers(result), strict=True))
    assert found == {id: "<blank>" if is_blank(text) else text for id, text in sent.items()}
    assert len(found) == len(rows) > 200
    assert result.responses["answered_at"].notna().sum() >= 199


def test_memory_grows_with_what_is_wanted_and_not_with_what_came(survey):
    content = survey.when | {"q": "x", "q9": "長い回答" * 500}
    lines = survey.snapshot({"v1": ["q", "q9"]}, *(survey.record(content, f"r{number}") for number in range(1_000)))
    tracemalloc.start()
    table = read_snapshot(lines, survey.instrument({"q": "q"}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(table.rows) == 1_000
    assert peak < len(lines) / 4
