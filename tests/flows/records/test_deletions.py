"""From deliveries to what counts: edits, rows struck out, records rejected and deleted, in files and on servers."""

from __future__ import annotations

from typing import Any

import pytest

from expectations.validate import Validation, validate
from flows.findings import findings_frame
from flows.instruments import FileLayout
from flows.mapping import Mapped
from flows.spreadsheets import read_table

LAYOUT = {"deleted_rows": ["（削除）", "取消"], "total_rows": ["計"], "ditto": ["〃"]}


@pytest.fixture
def deliver(survey) -> Any:
    """Files by name (`w1/a.csv`: its rows below the headings), validated together."""

    def deliver(files: dict[str, list[str]], more: list[Mapped] = [], **changes: Any) -> Validation:  # noqa: B006
        form = survey.form(q="level 1 2 3", t="text")
        columns = {"record_id": ["番号"], "respondent": "人", "answered_at": "日", "file": LAYOUT} | changes
        instrument = survey.instrument({"q": "程度", "t": "記述"}, **columns)
        parts = [
            survey.mapped_file("\n".join(["状態,番号,人,日,程度,記述", *rows]).encode(), name, instrument, form)
            for name, rows in files.items()
        ]
        mapped = Mapped.together([*parts, *more])
        findings = findings_frame(mapped.findings)
        findings = findings[findings["reason_code"] != "columns_added"]
        return validate([form], [], mapped.responses, mapped.answers, findings, ["org-a"], None)

    return deliver


def found(valid: Validation) -> list[tuple[str, int, str, str]]:
    columns = ["file_name", "row_n", "reason_code", "expected"]
    return [tuple(row) for row in valid.findings[columns].itertuples(index=False)]  # type: ignore[misc]


FIRST = ",1,p1,2024-01-10,1,さいしょ"
EDITED = ",1,p1,2024-01-10,3,なおした"
OTHER = ",2,p2,2024-01-11,2,べつの人"


def test_a_later_waves_edit_counts_and_the_older_row_stays_on_record(deliver):
    valid = deliver({"w1/a.csv": [FIRST, OTHER], "w2/a.csv": [EDITED, OTHER]})
    assert found(valid) == [("w1/a.csv", 2, "superseded", "w2/a.csv"), ("w2/a.csv", 3, "duplicate", "")]
    assert valid.responses[["file_name", "row_n"]].values.tolist() == [["w1/a.csv", 3], ["w2/a.csv", 2]]
    texts = valid.answers.loc[valid.answers["question_id"] == "t", "value_text"].tolist()
    assert sorted(texts) == ["なおした", "べつの人"]


def test_until_the_later_wave_comes_the_first_delivery_counts(deliver):
    valid = deliver({"w1/a.csv": [FIRST, OTHER]})
    assert found(valid) == []
    assert len(valid.responses) == 2


def test_an_edit_that_cannot_be_used_does_not_bring_the_outdated_row_back(deliver):
    valid = deliver({"w1/a.csv": [FIRST], "w2/a.csv": [",1,p1,2024-01-10,9,なおした", OTHER]})
    assert found(valid) == [
        ("w1/a.csv", 2, "superseded", "w2/a.csv"),
        ("w2/a.csv", 2, "unknown_code", "1, 2, 3"),
    ]
    assert valid.responses["row_n"].tolist() == [3]


def test_a_row_struck_out_is_no_response_and_its_only_reason_is_that(deliver):
    valid = deliver({"w1/a.csv": [FIRST, "（削除）,,,,9,取り消します", OTHER, "計,2,,,,"]})
    assert found(valid) == [("w1/a.csv", 3, "deleted_at_source", "w1/a.csv")]
    assert valid.responses["row_n"].tolist() == [2, 4]


@pytest.mark.parametrize(
    "struck", ["（削除）,1,,,,", "(削除),１,p1,2024-01-10,1,さいしょ", "取消,1,p9,,9,", "取消 1,,,,,"]
)
def test_a_row_struck_out_takes_earlier_deliveries_of_its_record_along(deliver, struck: str):
    changes = {} if "取消 1" not in struck else {"record_id": ["状態"]}
    first = FIRST if not changes else "1,,p1,2024-01-10,1,さいしょ"
    other = OTHER if not changes else "2,,p2,2024-01-11,2,べつの人"
    valid = deliver({"w1/a.csv": [first, other], "w2/b.csv": [struck]}, **changes)
    assert found(valid) == [
        ("w1/a.csv", 2, "deleted_at_source", "w2/b.csv"),
        ("w2/b.csv", 2, "deleted_at_source", "w2/b.csv"),
    ]
    assert valid.responses["row_n"].tolist() == [3]
    assert valid.answers["response_id"].nunique() == 1


def test_a_row_written_anew_below_the_one_struck_out_counts(deliver):
    valid = deliver({"w1/a.csv": [FIRST, "（削除）,1,p1,2024-01-10,1,さいしょ", EDITED]})
    assert [each[:3] for each in found(valid)] == [
        ("w1/a.csv", 2, "deleted_at_source"),
        ("w1/a.csv", 3, "deleted_at_source"),
    ]
    assert valid.responses["row_n"].tolist() == [4]


def test_a_deletion_alone_in_a_file_is_no_empty_file(deliver):
    valid = deliver({"w1/a.csv": ["（削除）,1,,,,"]})
    assert found(valid) == [("w1/a.csv", 2, "deleted_at_source", "w1/a.csv")]
    assert valid.responses.empty


def test_marks_and_dittos_of_rows_struck_out():
    """The mark goes, what follows it stays; "as above" means what is to be read above, struck out or not."""
    content = "番号,人\n1,p1\n（削除）2,p2\n〃,〃\n,(削除)\n3,（削除）\n削,p\n（削除）\n〃,〃\n".encode()
    table = read_table(content, "a.csv", FileLayout.model_validate(LAYOUT))
    assert table.rows == [
        (2, ["1", "p1"]),
        (3, ["2", "p2"]),
        (4, ["2", "p2"]),
        (5, ["", ""]),
        (6, ["3", "（削除）"]),
        (7, ["削", "p"]),
        (8, ["", ""]),
        (9, ["削", "p"]),
    ]
    assert table.left_out == dict.fromkeys((3, 5, 8), "deleted_at_source")


def test_a_record_deleted_on_the_server_takes_the_file_it_was_first_sent_in_along(deliver, survey):
    """The file's number column is what the server knows the record by."""
    form = survey.form(q="level 1 2 3", t="text")
    content = survey.when | {"人": "p1", "程度": "1"}
    records = [survey.record(content, id, state=state) for id, state in (("1", "deleted"), ("3", "present"))]
    lines = survey.snapshot({"v1": ["人", "程度", "記述"]}, *records)
    on_server = survey.instrument({"q": "程度", "t": "記述"}, respondent="人")
    valid = deliver({"w1/a.csv": [FIRST, OTHER]}, [survey.mapped(lines, on_server, form, "w2")])
    assert [each[:3] for each in found(valid)] == [
        ("w1/a.csv", 2, "deleted_at_source"),
        ("kobo/source.jsonl", 2, "deleted_at_source"),
    ]
    assert valid.responses["file_name"].tolist() == ["w1/a.csv", "kobo/source.jsonl"]


def test_states_of_records_in_the_figures(survey):
    states = ["present", "rejected", "incomplete", "deleted", "present"]
    content = survey.when | {"p": "p1", "q": "1"}
    records = [survey.record(content, f"{number}", state=state) for number, state in enumerate(states)]
    instrument, form = survey.instrument({"q": "q"}, respondent="p"), survey.form(q="level 1 2")
    mapped = survey.mapped(survey.snapshot({"v1": ["p", "q"]}, *records), instrument, form)
    valid = validate([form], [], mapped.responses, mapped.answers, findings_frame(mapped.findings), ["org-a"], None)
    assert valid.responses["row_n"].tolist() == [2, 6]
    assert valid.answers["response_id"].tolist() == valid.responses["response_id"].tolist()
    told = valid.findings.set_index("row_n")
    assert told["reason_code"].to_dict() == {
        3: "rejected_at_source",
        4: "incomplete_at_source",
        5: "deleted_at_source",
    }
    assert told["response_id"].tolist() == mapped.responses["response_id"].tolist()[1:4]
