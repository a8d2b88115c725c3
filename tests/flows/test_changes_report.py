"""The report of what changed, rendered from frames: what is marked, what is cut short, and what is never shown."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.console import Console

from flows.changes_report import SHOWN_N, ChangesReport
from flows.changes_words import heading, tables_in_words
from warehouse.changes import TABLES_COMPARED, Changes, StoredRun, changes_between
from warehouse.definitions import Language, Text
from warehouse.frames import empty_frame, frame_of
from warehouse.tables import TABLES

WORDS = "夫に言えないことがあります。"
RECORD = {
    "run_id": "aaaaaa0000000001", "wave": "interim", "code_sha256": "c", "lock_sha256": "d", "model_name": None,
    "model_version": None, "dictionary_version": None, "commit_id": "e" * 40, "is_dirty": False,
    "first_loaded_at": pd.Timestamp("2024-04-01", tz="UTC"),
}  # fmt: skip


def run(people: int, code: str, mapped: str = "A", hour: int = 1, text: str = WORDS, note: str = "") -> StoredRun:
    """People who answered two questions in one file, whose bytes are the same in every run."""
    tables = {name: empty_frame(TABLES[name]) for name in TABLES_COMPARED}
    ids = [f"{number:016x}" for number in range(people)]
    tables["core_response"] = frame_of(
        TABLES["core_response"],
        [
            ("r", one, "A", "form", "i", "w", one, f"2024-04-01T{hour:02}:00:00.000000Z", "2024-04-01", "o", "f" * 64,
             "a.xlsx", "回答", row)
            for row, one in enumerate(ids, start=2)
        ],
    )  # fmt: skip
    tables["core_answer"] = frame_of(
        TABLES["core_answer"],
        [
            ("r", one, question, 0, *values, None, None, mapped)
            for one in ids
            for question, values in (("q1", (code, None, None)), ("q2", (None, None, text)))
        ],
    )
    content = f"{note}\nlabel: x"
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    tables["meta_definition"] = frame_of(TABLES["meta_definition"], [("r", "rules.yml", sha256, content)])
    return StoredRun(RECORD, tables)


def printed(changes: Changes, language: Language = "ja") -> str:
    def say_finding(finding: Mapping[str, Any], _language: Language) -> str:
        return str(finding["reason_code"])

    console = Console(file=io.StringIO(), width=200)
    for part in ChangesReport(changes, language, say_finding, {"X-1": Text(ja="指標", en="Indicator")}).parts():
        console.print(part)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_an_edit_that_no_file_explains_is_marked() -> None:
    changes = changes_between(run(1, "1"), run(1, "1", mapped="B", note="# a comment"))
    said, told = printed(changes), printed(changes, "en")
    assert "修正のうち1件は、ファイルが同じです" in said
    assert "(ファイルは同じ)" in said
    assert "q1: 1 (対応区分 A〜D: A → B)" in said
    assert "コメントか順序だけ" in said
    assert "comments or order alone" in told
    assert "1 of the edited stand in files that are the same" in told


def test_a_text_is_said_to_have_changed_and_never_shown() -> None:
    changes = changes_between(run(1, "1"), run(1, "2", text=WORDS * 2, hour=3))
    for language, changed in (("ja", "q2: 自由記述が変わりました"), ("en", "q2: the free text changed")):
        said = printed(changes, language)  # type: ignore[arg-type]
        assert changed in said
        assert "q1: 1 → 2" in said
        assert "2024-04-01T01:00:00Z → 2024-04-01T03:00:00Z" in said  # on the same day
        assert "a.xlsx [回答] 2" in said
        assert WORDS not in said
        assert WORDS not in str([table.to_csv() for table in tables_in_words(changes, language).values()])  # type: ignore[arg-type]


def test_a_long_table_says_how_many_more_there_are() -> None:
    changes = changes_between(run(SHOWN_N + 5, "1"), run(SHOWN_N + 5, "2"))
    said = printed(changes)
    assert said.count("q1: 1 → 2") == SHOWN_N
    assert "ほか5件(--to ファイル名.xlsx で全件)" in said
    assert len(tables_in_words(changes, "ja")["回答"]) == SHOWN_N + 5


def test_nothing_is_told_of_nothing() -> None:
    said = printed(changes_between(run(2, "1"), run(2, "1")), "en").splitlines()
    assert len(said) == 3
    assert said[-1].strip() == "Nothing changed between the two runs."


def test_every_column_has_a_heading_in_words() -> None:
    changes = changes_between(run(1, "1"), run(1, "2"))
    for table in changes.tables.values():
        for column in table.columns:
            assert heading(column, "ja") != column, column
            assert heading(column, "en") != heading(column, "ja")
