"""A round's folder: its owner's alone, never overwritten, with a ledger that only grows."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from flows.rating_inputs import read_ledgers
from flows.rating_rounds import RoundFolder
from flows.round_folders import next_round_id, rounds_in
from rubrics.ratings import Rating, Round
from rubrics.refusals import Refusal
from warehouse.definitions import UserMistake


@pytest.fixture
def drawn(desk: Any) -> Round:
    return desk.round  # type: ignore[no-any-return]


@pytest.fixture
def ratings(desk: Any, filled: Callable[..., bytes]) -> list[Rating]:
    entries = {
        ("R-0002", "talk"): {"level": 1, "no_evidence": "根拠なし"},
        ("R-0003", "money"): {"level": "判断できない"},
    }
    return desk.read(filled(desk.sheet("ann"), entries)).lines  # type: ignore[no-any-return]


def modes(folder: Path) -> dict[str, int]:
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.rglob("*")]
    }


def test_a_round_is_its_owners_alone_and_read_again_as_it_was_drawn(
    tmp_path: Path, drawn: Round, ratings: list[Rating]
) -> None:
    made = RoundFolder.create(tmp_path / "rating", drawn)
    made.take_in(ratings)
    made.note_refusals(
        [Refusal("unreadable")], file_name="x", sheet_sha256="0", rater="", at=datetime.now().astimezone()
    )
    made.write_sheet("ann.xlsx", b"sheet")
    assert RoundFolder.open(tmp_path / "rating", "spring").round == drawn
    found = modes(tmp_path / "rating")
    assert found.pop(".") == found.pop("spring") == found.pop("spring/sheets") == 0o700
    assert sorted(found) == [
        *("spring/ratings.jsonl", "spring/rejected.jsonl", "spring/round.json", "spring/sheets/ann.xlsx")
    ]
    assert set(found.values()) == {0o600}


def test_a_round_is_never_overwritten(tmp_path: Path, drawn: Round) -> None:
    RoundFolder.create(tmp_path, drawn)
    other = drawn.model_copy(update={"seed": 99})
    with pytest.raises(UserMistake) as raised:
        RoundFolder.create(tmp_path, other)
    assert "never overwritten" in raised.value.faults[0].say("en")
    assert RoundFolder.open(tmp_path, "spring").round == drawn
    assert rounds_in(tmp_path) == ["spring"]
    assert [path.name for path in tmp_path.iterdir()] == ["spring"]


@pytest.mark.parametrize("name", ["autumn", "../spring", "", "spring/../spring", "spring\0"])
def test_a_round_that_is_none(tmp_path: Path, drawn: Round, name: str) -> None:
    RoundFolder.create(tmp_path, drawn)
    with pytest.raises(UserMistake) as raised:
        RoundFolder.open(tmp_path, name)
    assert "there are spring" in raised.value.faults[0].say("en")


def test_round_ids_that_are_not_taken_name_no_wave(tmp_path: Path, drawn: Round) -> None:
    assert next_round_id(tmp_path / "none yet") == "round-1"
    RoundFolder.create(tmp_path, drawn.model_copy(update={"round_id": "round-1"}))
    assert next_round_id(tmp_path) == "round-2"


def test_what_is_taken_in_twice_is_written_down_once(tmp_path: Path, drawn: Round, ratings: list[Rating]) -> None:
    made = RoundFolder.create(tmp_path, drawn)
    assert made.take_in(ratings) == ratings
    assert made.take_in(ratings) == []
    assert made.ledger() == ratings
    assert [each.ratings for each in read_ledgers(tmp_path)] == [sorted(ratings, key=lambda each: each.item_id)]


@pytest.mark.parametrize("cut", [1, 100])
def test_a_line_torn_by_a_kill_goes_and_its_rating_is_taken_in_again(
    tmp_path: Path, drawn: Round, ratings: list[Rating], cut: int
) -> None:
    made = RoundFolder.create(tmp_path, drawn)
    made.take_in(ratings)
    ledger = tmp_path / "spring" / "ratings.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-cut])
    assert made.ledger() == ratings[:1]
    assert made.take_in(ratings) == ratings[1:]
    assert made.ledger() == ratings
    assert len(read_ledgers(tmp_path)[0].ratings) == 2


@pytest.mark.parametrize(
    ("name", "content"), [("round.json", "{}"), ("ratings.jsonl", "{}\n"), ("ratings.jsonl", "手で直した\n")]
)
def test_a_record_edited_by_hand_is_a_mistake_told(tmp_path: Path, drawn: Round, name: str, content: str) -> None:
    RoundFolder.create(tmp_path, drawn)
    (tmp_path / "spring" / name).write_text(content, encoding="utf-8")
    with pytest.raises(UserMistake) as raised:
        RoundFolder.open(tmp_path, "spring").ledger()
    assert "手で直した" not in raised.value.faults[0].say("ja")


def test_refusals_are_kept_once_without_what_stood_in_the_cell(tmp_path: Path, drawn: Round) -> None:
    made = RoundFolder.create(tmp_path, drawn)
    refusals = [
        Refusal("level_unknown", "評価1", "C3", "R-0001", "money", (("levels", "1 / 2"),)),
        Refusal("item_twice", "評価1", "A4", "R-0002", "money"),
    ]
    for sheet in ("1", "1", "2"):
        made.note_refusals(
            refusals, file_name="a.xlsx", sheet_sha256=sheet, rater="ann", at=datetime(2024, 10, 6).astimezone()
        )
    lines = [json.loads(line) for line in (tmp_path / "spring" / "rejected.jsonl").read_text("utf-8").splitlines()]
    assert [(each["sheet_sha256"], each["cell"], each["reason"]) for each in lines] == [
        ("1", "C3", "level_unknown"),
        ("1", "A4", "item_twice"),
        ("2", "C3", "level_unknown"),
        ("2", "A4", "item_twice"),
    ]
    assert {each["rater"] for each in lines} == {"ann"}


def test_a_sheet_that_may_be_filled_in_is_not_written_over(tmp_path: Path, drawn: Round) -> None:
    made = RoundFolder.create(tmp_path, drawn)
    path = made.write_sheet("ann.xlsx", b"as written")
    assert made.write_sheet("ann.xlsx", b"as written") == path
    path.write_bytes(b"filled in")
    with pytest.raises(UserMistake):
        made.write_sheet("ann.xlsx", b"as written")
    assert path.read_bytes() == b"filled in"
    made.write_sheet(made.next_name("decisions"), b"x")
    assert made.next_name("decisions") == "decisions-2.xlsx"
