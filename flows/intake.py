"""Files that people fill in and send back, of ratings or of codes: taken into the ledger of their round one by one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from sqlalchemy.engine import Engine

from flows.drawn_texts import changed_items, texts_as_drawn
from flows.folders import Folders
from flows.landing import LandingStore
from flows.programme import Programme
from flows.returned_sheets import manifest_in, refusal_of_file
from flows.round_folders import KeptRound, rounds_in
from rubrics.ledgers import Judgement
from rubrics.rating_sheet import Texts
from rubrics.ratings import Drawing
from rubrics.refusals import REASONS, Refusal, Words
from rubrics.sheet_manifest import Kind, Manifest
from warehouse.definitions import Language, Text, UserMistake, fault

DrawingT = TypeVar("DrawingT", bound=Drawing)
LineT = TypeVar("LineT", bound=Judgement)


@dataclass
class Returned(Generic[LineT]):
    """What a sheet came to: lines to be taken in, what was refused, and how many rows are blank."""

    lines: list[LineT] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    blank_n: int = 0


@dataclass(frozen=True)
class Sent:
    """A file as it came: its name, bytes, their hash, and when it was taken in."""

    file_name: str
    content: bytes
    sha256: str
    at: datetime


@dataclass(frozen=True)
class TakenIn:
    """What a file came to: new lines, those that were known, blank rows, and everything that was refused."""

    file_name: str
    round_id: str | None
    rater: str
    new_n: int
    known_n: int
    blank_n: int
    refusals: list[Refusal]
    what: Text
    reasons: Mapping[str, Words] = field(default_factory=lambda: REASONS, repr=False)

    def lines(self, language: Language) -> list[str]:
        """A line of counts, and a line for everything refused: file, sheet, cell, what was expected."""
        whose = ", ".join(filter(None, [self.round_id, self.rater]))
        counts = Text(
            ja=f"新しい{self.what.ja} {self.new_n}、前と同じ {self.known_n}、未記入 {self.blank_n}、"
            f"却下 {len(self.refusals)}",
            en=f"{self.new_n} new {self.what.en}, {self.known_n} known, {self.blank_n} blank, "
            f"{len(self.refusals)} refused",
        )
        refused = [refusal.fault(self.file_name, self.reasons).say(language) for refusal in self.refusals]
        return [f"{self.file_name} ({whose}): {counts.in_(language)}", *refused]


class OpenRound(ABC, Generic[DrawingT, LineT]):
    """A round with the definitions and the published texts as they stand now."""

    def __init__(self, folder: KeptRound[DrawingT, LineT], programme: Programme, engine: Engine) -> None:
        self.folder = folder
        self.round = folder.round
        self.programme = programme
        self.engine = engine

    @cached_property
    def texts(self) -> Texts:
        """The texts that still stand as they were drawn."""
        return texts_as_drawn(self.engine, self.round)

    @property
    def changed(self) -> list[str]:
        """The items whose texts do not stand any more."""
        return changed_items(self.round, self.texts)

    @property
    @abstractmethod
    def people(self) -> list[str]:
        """Who judges, by their pseudonyms."""

    @abstractmethod
    def read(self, sent: Sent, manifest: Manifest, by: str) -> Returned[LineT]:
        """Read a sheet of this round, whose file is whole and of one of its people (or `by` whoever decided)."""


class Rounds(ABC, Generic[DrawingT, LineT]):
    """All rounds of a kind. `what`: what a line of their ledgers is; `reasons`: why something is refused."""

    what: ClassVar[Text]
    reasons: ClassVar[Mapping[str, Words]] = REASONS

    def __init__(self, programme: Programme, engine: Engine, folders: Folders) -> None:
        self.programme = programme
        self.engine = engine
        self.folders = folders
        self.landing = LandingStore(folders.landing)

    @property
    @abstractmethod
    def room(self) -> Path:
        """The folder of all rounds."""

    @abstractmethod
    def open(self, round_id: str) -> OpenRound[DrawingT, LineT]:
        """A round by its id. Raises UserMistake if there is none."""

    def take_in(self, file: Path, kind: Kind, *, round_id: str | None = None, by: str = "") -> TakenIn:
        """Take in what is right in a file, and keep its bytes. `round_id`: the one it must be of; `by`: who decided.

        A file that is no sheet of a round of ours is not kept: nobody knows what it holds. Raises UserMistake for a
        file that cannot be read.
        """
        content = content_of(file)
        found = manifest_in(content, file.name)
        if found is None:
            return self._nothing(file, Refusal("unreadable"))
        manifest, lines = found
        if manifest.round_id not in rounds_in(self.room) or round_id not in (None, manifest.round_id):
            return self._nothing(file, Refusal("other_round"))
        this = self.open(manifest.round_id)
        sha256, _ = self.landing.keep(content)
        sent = Sent(file.name, content, sha256, datetime.now(UTC).replace(microsecond=0))
        rater = by or manifest.rater
        refusal = refusal_of_file(manifest, lines, kind, this.round, this.people)
        came = this.read(sent, manifest, rater) if refusal is None else Returned[LineT](refusals=[refusal])
        new = this.folder.take_in(came.lines) if refusal is None else []
        this.folder.note_refusals(came.refusals, file_name=file.name, sheet_sha256=sha256, rater=rater, at=sent.at)
        known_n = len(came.lines) - len(new)
        return TakenIn(
            file.name,
            manifest.round_id,
            rater,
            len(new),
            known_n,
            came.blank_n,
            came.refusals,
            self.what,
            self.reasons,
        )

    def _nothing(self, file: Path, refusal: Refusal) -> TakenIn:
        return TakenIn(file.name, None, "", 0, 0, 0, [refusal], self.what, self.reasons)


def content_of(file: Path) -> bytes:
    """A file's bytes. Raises UserMistake."""
    try:
        return file.read_bytes()
    except OSError:
        wrong = ("ファイルがないか、読めません", "is not there or cannot be read")
        expected = ("名前と場所を確かめてください", "check its name and place")
        raise UserMistake([fault("FILE", str(file), wrong, expected)]) from None
