"""Where a round is kept, of ratings or of codes: its draw, the sheets that went out, and a ledger that only grows."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Generic, Self, TypeVar

from pydantic import AwareDatetime, BaseModel, ValidationError

from flows.journals import Journal, unreadable
from rubrics.ledgers import Judgement, taken_in
from rubrics.ratings import Drawing
from rubrics.refusals import Refusal
from warehouse.definitions import Definition, Text, UserMistake, fault
from warehouse.report_files import write_whole

ROUND, REFUSED = "round.json", "rejected.jsonl"
ROUND_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
PSEUDONYM = re.compile(r"[a-z0-9-]{1,20}")

DrawingT = TypeVar("DrawingT", bound=Drawing)
LineT = TypeVar("LineT", bound=Judgement)


class Refused(Definition):
    """A refusal as it is kept. No answer's text is among it."""

    round_id: str
    rater: str
    file_name: str
    sheet_sha256: str
    sheet: str | None
    cell: str | None
    item_id: str | None
    criterion_id: str | None
    theme_id: str | None = None
    reason: str
    refused_at: AwareDatetime

    @property
    def place(self) -> tuple[str | None, ...]:
        """What makes two of them the same."""
        return self.sheet_sha256, self.sheet, self.cell, self.reason


@dataclass(frozen=True)
class KeptRound(Generic[DrawingT, LineT]):
    """A round and its folder, its owner's alone: `round.json`, `sheets/`, the ledger, `rejected.jsonl`."""

    folder: Path
    round: DrawingT

    drawing_model: ClassVar[type[BaseModel]]
    line_model: ClassVar[type[BaseModel]]
    ledger_name: ClassVar[str]
    record: ClassVar[Text]
    """What the ledger is a record of."""
    name: ClassVar[Text]
    """What such a round is called."""
    draw_command: ClassVar[str]

    @classmethod
    def create(cls, rounds: Path, drawn: DrawingT) -> Self:
        """Write a new round below the folder of all rounds. Raises UserMistake if there is one of this name."""
        folder = rounds / drawn.round_id
        if folder.exists():
            wrong = (f"この{cls.name.ja}はすでにあります", "is a round already")
            expected = (
                f"{cls.name.ja}は上書きできません。ほかの名前にしてください",
                "a round is never overwritten: choose another id",
            )
            raise UserMistake([fault("--round", drawn.round_id, wrong, expected)])
        rounds.mkdir(parents=True, exist_ok=True)
        rounds.chmod(0o700)
        whole = Path(tempfile.mkdtemp(dir=rounds, prefix="."))  # so that no round is ever half there
        (whole / "sheets").mkdir(mode=0o700)
        write_whole(whole / ROUND, drawn.model_dump_json(indent=1).encode())
        whole.rename(folder)
        return cls(folder, drawn)

    @classmethod
    def open(cls, rounds: Path, round_id: str) -> Self:
        """Open a round. Raises UserMistake if there is none of this name, naming those there are."""
        folder = rounds / round_id
        try:
            if ROUND_ID.fullmatch(round_id):
                found = cls.drawing_model.model_validate_json((folder / ROUND).read_bytes())
                return cls(folder, found)  # type: ignore[arg-type]
        except FileNotFoundError:
            pass
        except (OSError, ValidationError):
            raise unreadable(folder / ROUND, cls.record) from None
        known = ", ".join(rounds_in(rounds))
        wrong = (f"{cls.name.ja}がありません", f"is no {cls.name.en}")
        expected = (
            f"あるもの: {known}" if known else f"先に monosashi {cls.draw_command} を実行してください",
            f"there are {known}" if known else f"draw one first: monosashi {cls.draw_command}",
        )
        raise UserMistake([fault("ROUND", round_id, wrong, expected)])

    @property
    def _journal(self) -> Journal[LineT]:
        return Journal(self.folder / self.ledger_name, self.line_model, self.record)  # type: ignore[arg-type]

    def ledger(self) -> list[LineT]:
        """All lines of the round, in the order they were written down. Raises UserMistake if it was damaged."""
        return self._journal.lines()

    def take_in(self, lines: Sequence[LineT]) -> list[LineT]:
        """Write down what is new in these lines, and give it."""
        return self._journal.grow(lambda ledger: taken_in(ledger, lines))

    def note_refusals(
        self, refusals: Iterable[Refusal], *, file_name: str, sheet_sha256: str, rater: str, at: datetime
    ) -> None:
        """Keep what was refused and why; the same of the same file once."""
        lines = [
            Refused(
                round_id=self.round.round_id,
                rater=rater,
                file_name=file_name,
                sheet_sha256=sheet_sha256,
                sheet=each.sheet,
                cell=each.cell,
                item_id=each.item_id,
                criterion_id=each.criterion_id,
                theme_id=each.theme_id,
                reason=each.reason,
                refused_at=at,
            )
            for each in refusals
        ]

        def news(written: list[Refused]) -> Iterable[Refused]:
            known = {each.place for each in written}
            return {each.place: each for each in lines if each.place not in known}.values()

        Journal(self.folder / REFUSED, Refused, self.record).grow(news)

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


def rounds_in(rounds: Path) -> list[str]:
    """The ids of all rounds."""
    return sorted(path.parent.name for path in rounds.glob(f"*/{ROUND}"))


def next_round_id(rounds: Path) -> str:
    """An id that is not taken. It names no wave: those who judge may see it."""
    number = 1
    while (rounds / f"round-{number}").exists():
        number += 1
    return f"round-{number}"
