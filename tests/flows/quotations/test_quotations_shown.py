"""Quotations of a published wave: drawn at random, with what speaks against them beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from flows.programme_reader import read_programme

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[3]
THEME = "work_income"


def test_quotations_are_drawn_from_all_that_carry_the_theme(sample_house: Any, tmp_path: Path) -> None:
    known = sample_house.carrying()
    status, said = sample_house.quotes(f"show {THEME} --wave interim --n 4 --seed 3 --to", tmp_path / "a.xlsx")
    assert status == 0, said
    assert f"4 of {len(known)}" in said
    assert "drawn at random (seed 3)" in said
    rows = sample_house.rows_of(tmp_path / "a.xlsx")
    assert len({(row["Response"], row["Question"]) for row in rows}) == 4
    for row in rows:
        assert known[row["Response"], row["Question"]] == row["Text (masked)"]
        assert all(words in row["Text (masked)"] for words in row["Words"].split(" / "))
    sample_house.quotes(f"show {THEME} --wave interim --n 4 --seed 3 --to", tmp_path / "b.xlsx")
    sample_house.quotes(f"show {THEME} --wave interim --n 4 --seed 4 --to", tmp_path / "c.xlsx")
    assert sample_house.rows_of(tmp_path / "b.xlsx") == rows
    assert sample_house.rows_of(tmp_path / "c.xlsx") != rows
    assert (tmp_path / "a.xlsx").stat().st_mode & 0o077 == 0
    again = sample_house.quotes(f"show {THEME} --wave interim --to", tmp_path / "a.xlsx")
    assert again[0] == 2, "a file that is there is not overwritten"


def test_what_speaks_against_a_theme_are_near_misses(sample_house: Any, tmp_path: Path) -> None:
    """None of the texts holds the theme, and each shows what excluded it."""
    held = sample_house.table("core_theme")
    seen = 0
    for theme in read_programme(ROOT).themes.themes:
        if not any(rule.none for rule in theme.rules):
            continue
        file = tmp_path / f"{theme.id}.xlsx"
        status, said = sample_house.quotes(f"show {theme.id} --wave interim --n 50 --against --to", file)
        assert status == 0, said
        assert "Against it" in said
        mine = set(zip(held["response_id"], held["question_id"], held["theme_id"], strict=True))
        for row in sample_house.rows_of(file):
            if row["Side"] == "Against it":
                seen += 1
                assert (row["Response"], row["Question"], theme.id) not in mine
                assert "none" in row["Rule, clause or level"]
    assert seen, "the sample holds near misses"


def test_what_speaks_against_a_change_is_what_became_otherwise(sample_house: Any, tmp_path: Path) -> None:
    ledger = sample_house.table("out_theme_ledger")
    mine = ledger[(ledger["theme_id"] == THEME) & (ledger["period"] == "interim")]
    file = tmp_path / "change.csv"
    status, said = sample_house.quotes(f"show {THEME} --wave interim --n 500 --claim disappeared --against --to", file)
    assert status == 0, said
    rows = pd.read_csv(file, dtype="str", keep_default_na=False)
    column = {"disappeared": "response_id", "persisted": "response_id_later", "appeared": "response_id_later"}
    words = {
        "disappeared": "Wrote of it at first and not now (their first text)",
        "persisted": "Wrote of it at first and still do (their text now)",
        "appeared": "Did not write of it at first and do now (their text now)",
    }
    for became, name in column.items():
        expected = set(mine.loc[mine["became"] == became, name])
        assert set(rows.loc[rows["Kind"] == words[became], "Response"]) == expected
    scores = sample_house.table("core_score").set_index(["response_id", "criterion_id", "origin"])["level"]
    gone = mine[mine["became"] == "disappeared"].set_index("response_id")["response_id_later"]
    fell = {
        first
        for (first, criterion, origin), level in scores.items()
        if first in gone.index and scores.get((gone[first], criterion, origin), level) < level
    }
    worse = rows[rows["Kind"].str.startswith("Do not write of it any more, but their level fell")]
    assert set(worse["Response"]) == fell
    assert "Nothing can be said of" in said


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("show nothing --wave interim", "is not there"),
        (f"show {THEME} --wave interim --claim better", "is an unknown claim"),
        (f"show {THEME} --wave interim --question q9", "is not there"),
        (f"show {THEME} --wave interim --organisation nobody", "is not there"),
        (f"show {THEME} --wave final", "is not in the warehouse"),
        (f"sheet {THEME} --wave interim --to nowhere/x.xlsx", "cannot be written"),
    ],
)
def test_mistakes_about_quotations_are_said(sample_house: Any, line: str, expected: str) -> None:
    status, said = sample_house.quotes(line)
    assert status == 2
    assert expected in said
