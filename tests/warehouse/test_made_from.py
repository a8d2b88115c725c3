"""What two runs were made from: files by their bytes, definitions by what they list."""

from __future__ import annotations

import hashlib

import pandas as pd
import pytest

from warehouse.frames import frame_of
from warehouse.made_from import changed_parts, definition_changes, input_changes
from warehouse.tables import TABLES

RUN = {
    "code_sha256": "c" * 64,
    "lock_sha256": "d" * 64,
    "model_name": "model",
    "model_version": "1.0",
    "dictionary_version": None,
}


def inputs(*rows: tuple[str, str, str | None, int]) -> pd.DataFrame:
    """meta_input of (file, first letter of its hash, organisation, rows accepted)."""
    stored = [("run", name, letter * 64, "one", code, "form", "a_form", 10, n) for name, letter, code, n in rows]
    return frame_of(TABLES["meta_input"], stored)


def definitions(**texts: str) -> pd.DataFrame:
    stored = [(name, text) for name, text in ((name.replace("__", "."), text) for name, text in texts.items())]
    rows = [("run", name, hashlib.sha256(text.encode()).hexdigest(), text) for name, text in stored]
    return frame_of(TABLES["meta_definition"], rows)


def test_files_are_told_apart_by_their_bytes_alone() -> None:
    before = inputs(("same.csv", "a", "A", 3), ("edited.csv", "b", "A", 3), ("gone.csv", "c", None, 3))
    after = inputs(("same.csv", "a", "A", 2), ("edited.csv", "e", "A", 4), ("late.csv", "c", "B", 0))
    found = input_changes(before, after).set_index("file_name")
    assert found["change"].to_dict() == {"edited.csv": "changed", "gone.csv": "removed", "late.csv": "added"}
    edited = found.loc["edited.csv"]
    assert (edited["sha256_before"], edited["sha256_after"]) == ("b" * 64, "e" * 64)
    assert (edited["rows_n_before"], edited["rows_n_after"]) == (3, 4)
    assert found["rows_n_before"].isna().tolist() == [False, False, True]
    assert found.loc["late.csv", "organisation_after"] == "B"


def test_definitions_code_and_model_that_differ() -> None:
    before = definitions(a__yml="x: 1", b__csv="h\n1\n", same__yml="x: 1")
    after = definitions(a__yml="x: 2", c__csv="h\n", same__yml="x: 1")
    found = definition_changes(RUN, before, {**RUN, "model_version": "1.1", "dictionary_version": "2026"}, after)
    assert found.set_index("name")["change"].to_dict() == {
        "a.yml": "changed",
        "b.csv": "removed",
        "c.csv": "added",
        "dictionary_version": "added",
        "model_version": "changed",
    }
    assert found.set_index("name").loc["a.yml", "parts"] == "~ x"
    version = found.set_index("name").loc["model_version"]
    assert (version["before"], version["after"], version["parts"]) == ("1.0", "1.1", "")
    assert definition_changes(RUN, before, RUN, before).empty


LISTED = """
label: {ja: 様式, en: Form}
questions:
  - {id: q1, type: single}
  - {id: q2, type: text}
organisations: [{code: A}, {code: B}]
codes: [1, 2]
empty: []
"""


@pytest.mark.parametrize(
    ("name", "before", "after", "expected"),
    [
        ("f.yml", LISTED, LISTED.replace("id: q2", "id: q3"), ["- questions.q2", "+ questions.q3"]),
        ("f.yml", LISTED, LISTED.replace("type: text", "type: date"), ["~ questions.q2"]),
        ("f.yml", LISTED, LISTED.replace("en: Form", "en: Log"), ["~ label.en"]),
        ("f.yml", LISTED, LISTED.replace("{code: B}", "{code: B, role: x}"), ["~ organisations.B"]),
        ("f.yml", LISTED, LISTED.replace("[1, 2]", "[1, 3]"), ["~ codes"]),
        ("f.yml", LISTED, LISTED.replace("empty: []", "more: {1: x}"), ["- empty", "+ more.1"]),
        ("f.yml", LISTED, "# only a comment\n" + LISTED, []),
        ("f.yml", "[1, 2]", "[1, 3]", ["- [1, 2]", "+ [1, 3]"]),
        ("t.csv", "a,b\n1,2\n", "a,b\r\n1,2\r\n1,3\r\n", ["+ 1,3"]),
        ("words.txt", "x\n\ny\n", "y\nz\n", ["- x", "+ z"]),
    ],
)
def test_what_changed_in_a_definition(name: str, before: str, after: str, expected: list[str]) -> None:
    assert sorted(changed_parts(name, before, after).splitlines()) == sorted(expected)
