"""Where a rating round is kept: its draw, the sheets that went out, and a ledger that only grows."""

from __future__ import annotations

import fcntl
import json
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.rating_inputs import LEDGER, ROUND
from rubrics.ratings import Rating, Round, taken_in
from rubrics.refusals import Refusal
from warehouse.definitions import UserMistake, fault
from warehouse.report_files import write_whole

REFUSED = "rejected.jsonl"
ROUND_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
RATER = re.compile(r"[a-z0-9-]{1,20}")


@dataclass(frozen=True)
class RoundFolder:
    """A round and its folder, its owner's alone: `round.json`, `sheets/`, `ratings.jsonl`, `rejected.jsonl`."""

    folder: Path
    round: Round

    @classmethod
    def create(cls, rating: Path, drawn: Round) -> RoundFolder:
        """Write a new round below the folder of all rounds. Raises UserMistake if there is one of this name."""
        folder = rating / drawn.round_id
        if folder.exists():
            wrong = ("この評定の回はすでにあります", "is a round already")
            expected = (
                "評定の回は上書きできません。ほかの名前にしてください",
                "a round is never overwritten: choose another id",
            )
            raise UserMistake([fault("--round", drawn.round_id, wrong, expected)])
        rating.mkdir(parents=True, exist_ok=True)
        rating.chmod(0o700)
        whole = Path(tempfile.mkdtemp(dir=rating, prefix="."))  # so that no round is ever half there
        (whole / "sheets").mkdir(mode=0o700)
        write_whole(whole / ROUND, drawn.model_dump_json(indent=1).encode())
        whole.rename(folder)
        return cls(folder, drawn)

    @classmethod
    def open(cls, rating: Path, round_id: str) -> RoundFolder:
        """Open a round. Raises UserMistake if there is none of this name, naming those there are."""
        folder = rating / round_id
        try:
            if ROUND_ID.fullmatch(round_id):
                return cls(folder, Round.model_validate_json((folder / ROUND).read_bytes()))
        except FileNotFoundError:
            pass
        except (OSError, ValidationError):
            raise _unreadable(folder / ROUND) from None
        known = ", ".join(rounds_in(rating))
        wrong = ("評定の回がありません", "is no rating round")
        expected = (
            f"あるもの: {known}" if known else "先に monosashi rate sample を実行してください",
            f"there are {known}" if known else "draw one first: monosashi rate sample",
        )
        raise UserMistake([fault("ROUND", round_id, wrong, expected)])

    def ledger(self) -> list[Rating]:
        """All ratings of the round, in the order they were written down. Raises UserMistake if it was damaged."""
        file = self.folder / LEDGER
        try:
            written = file.read_bytes() if file.exists() else b""
            return [Rating.model_validate_json(line) for line in written.split(b"\n")[:-1]]
        except (OSError, ValidationError):
            raise _unreadable(file) from None

    def take_in(self, ratings: Sequence[Rating]) -> list[Rating]:
        """Write down what is new in these ratings, and give it. A line torn by a kill was never told and goes."""
        file = self.folder / LEDGER
        with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as journal:
            fcntl.flock(journal, fcntl.LOCK_EX)
            new = taken_in(self.ledger(), list(ratings))
            journal.truncate(file.read_bytes().rfind(b"\n") + 1)
            journal.write(b"".join(rating.model_dump_json().encode() + b"\n" for rating in new))
            journal.flush()
            os.fsync(journal.fileno())
        return new

    def note_refusals(
        self, refusals: Iterable[Refusal], *, file_name: str, sheet_sha256: str, rater: str, at: datetime
    ) -> None:
        """Keep what was refused and why; the same of the same file once. No answer's text is among it."""
        file = self.folder / REFUSED
        with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as journal:
            fcntl.flock(journal, fcntl.LOCK_EX)
            written = file.read_bytes()
            known = {_place(json.loads(line)) for line in written.split(b"\n")[:-1]}
            journal.truncate(written.rfind(b"\n") + 1)
            for each in refusals:
                line = {
                    "round_id": self.round.round_id,
                    "rater": rater,
                    "file_name": file_name,
                    "sheet_sha256": sheet_sha256,
                    "sheet": each.sheet,
                    "cell": each.cell,
                    "item_id": each.item_id,
                    "criterion_id": each.criterion_id,
                    "reason": each.reason,
                    "refused_at": at.isoformat(timespec="seconds"),
                }
                if _place(line) not in known:
                    journal.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")

    def write_sheet(self, name: str, content: bytes) -> Path:
        """Write a sheet that goes out. One that lies there already with another content may be filled in: it stays.

        Raises UserMistake then.
        """
        path = self.folder / "sheets" / name
        if path.exists() and path.read_bytes() != content:
            wrong = ("すでにあり、中身が違います(記入されているかもしれません)", "is there already with other content")
            expected = (
                "取り込んでから、ほかの場所に移してください",
                "it may have been filled in: import it and move it elsewhere first",
            )
            raise UserMistake([fault(str(path), "", wrong, expected)])
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, content)
        return path

    def next_name(self, stem: str) -> str:
        """A name below `sheets/` that is not taken: stem-1.xlsx, stem-2.xlsx …"""
        number = 1
        while (self.folder / "sheets" / f"{stem}-{number}.xlsx").exists():
            number += 1
        return f"{stem}-{number}.xlsx"


def rounds_in(rating: Path) -> list[str]:
    """The ids of all rounds."""
    return sorted(path.parent.name for path in rating.glob(f"*/{ROUND}"))


def next_round_id(rating: Path) -> str:
    """An id that is not taken. It names no wave: raters may see it."""
    number = 1
    while (rating / f"round-{number}").exists():
        number += 1
    return f"round-{number}"


def _place(line: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(line.get(name) for name in ("sheet_sha256", "sheet", "cell", "reason"))


def _unreadable(file: Path) -> UserMistake:
    wrong = ("評定の記録として読めません", "is no record of ratings")
    expected = ("手で直さず、控えから戻してください", "never edit it by hand: restore it from a copy")
    return UserMistake([fault(str(file), "", wrong, expected)])
