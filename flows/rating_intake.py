"""Sheets into ledgers: a round opened against the published run, and files taken in one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy.engine import Engine

from flows.folders import Folders
from flows.landing import LandingStore
from flows.programme import Programme
from flows.rating_draw import changed_items, texts_as_drawn
from flows.rating_returns import Expected, manifest_in, read_returned, refusal_of_file
from flows.rating_rounds import RoundFolder, rounds_in
from rubrics.adjudication import Disagreement, disagreements
from rubrics.rating_sheet import Kind, Part, Task, Texts, parts_of, tasks_of, version_for
from rubrics.ratings import Rating
from rubrics.refusals import Refusal
from warehouse.definitions import Language, Text, UserMistake, fault


class OpenRound:
    """A round with the criteria and the published texts as they stand now."""

    def __init__(self, rounds: RoundFolder, programme: Programme, engine: Engine) -> None:
        self.folder = rounds
        self.round = rounds.round
        self.programme = programme
        self._engine = engine

    @cached_property
    def texts(self) -> Texts:
        """The texts that still stand as they were drawn."""
        return texts_as_drawn(self._engine, self.round)

    @cached_property
    def tasks(self) -> list[Task]:
        """What is to be rated, of the items whose texts still stand."""
        return tasks_of(self.round, self.programme.criteria, self.texts)

    @property
    def changed(self) -> list[str]:
        """The items whose texts do not stand any more."""
        return changed_items(self.round, self.texts)

    def disagreements(self, ledger: list[Rating]) -> list[Disagreement]:
        """Where the raters differ."""
        return disagreements(self.tasks, ledger)

    def parts(self, tasks: list[Task], rater: str, language: Language) -> list[Part]:
        """The parts of a sheet with these tasks. Raises UserMistake if there are none, or the rubric is another."""
        self._refuse_other_rubric()
        if not tasks:
            wrong = ("評価する文章が残っていません", "has no text left to rate")
            expected = ("新しい評定の回をつくってください", "draw a new round")
            raise UserMistake([fault("ROUND", self.round.round_id, wrong, expected)])
        return parts_of(tasks, self.round.seed, rater, language)

    def _refuse_other_rubric(self) -> None:
        faults = []
        for name, numbers in self.round.criteria.items():
            versions = [version_for(self.round, self.programme.criteria, item, name) for item in self.round.items]
            if {each.version for each in versions if each is not None} != set(numbers):
                wrong = (f"規準 {name} の版が、引いたときから変わりました", f"was drawn for another version of {name}")
                expected = ("新しい評定の回をつくってください", "draw a new round")
                faults.append(fault("ROUND", self.round.round_id, wrong, expected))
        if faults:
            raise UserMistake(faults)

    def expected(self, ledger: list[Rating], now: datetime) -> Expected:
        """What sheets of this round are checked against."""
        return Expected(
            round=self.round,
            criteria=self.programme.criteria,
            tasks={task.key: task for task in self.tasks},
            zone=self.programme.zone,
            now=now,
            differing={each.task.key: each for each in self.disagreements(ledger)},
        )


@dataclass(frozen=True)
class TakenIn:
    """What a file came to: new ratings, those that were known, blank rows, and everything that was refused."""

    file_name: str
    round_id: str | None
    rater: str
    new_n: int
    known_n: int
    blank_n: int
    refusals: list[Refusal]

    def lines(self, language: Language) -> list[str]:
        """A line of counts, and a line for everything refused: file, sheet, cell, what was expected."""
        whose = ", ".join(filter(None, [self.round_id, self.rater]))
        counts = Text(
            ja=f"新しい評定 {self.new_n}、前と同じ {self.known_n}、未記入 {self.blank_n}、却下 {len(self.refusals)}",
            en=f"{self.new_n} new ratings, {self.known_n} known, {self.blank_n} blank, {len(self.refusals)} refused",
        )
        refused = [refusal.fault(self.file_name).say(language) for refusal in self.refusals]
        return [f"{self.file_name} ({whose}): {counts.in_(language)}", *refused]


class Intake:
    """Takes files in, each into the ledger of its round."""

    def __init__(self, programme: Programme, engine: Engine, folders: Folders) -> None:
        self.programme = programme
        self.engine = engine
        self.folders = folders
        self._rounds: dict[str, OpenRound] = {}

    def open(self, round_id: str) -> OpenRound:
        """A round by its id. Raises UserMistake if there is none."""
        if round_id not in self._rounds:
            rounds = RoundFolder.open(self.folders.rating, round_id)
            self._rounds[round_id] = OpenRound(rounds, self.programme, self.engine)
        return self._rounds[round_id]

    def take_in(self, file: Path, kind: Kind, *, round_id: str | None = None, by: str = "") -> TakenIn:
        """Take in what is right in a file, and keep its bytes. `round_id`: the one it must be of; `by`: who decided.

        A file that is no sheet of a round of ours is not kept: nobody knows what it holds.
        """
        content = _content(file)
        found = manifest_in(content, file.name)
        if found is None:
            return _nothing(file, Refusal("unreadable"))
        manifest, lines = found
        if manifest.round_id not in rounds_in(self.folders.rating) or round_id not in (None, manifest.round_id):
            return _nothing(file, Refusal("other_round"))
        this = self.open(manifest.round_id)
        sha256, _ = LandingStore(self.folders.landing).keep(content)
        now = datetime.now(UTC).replace(microsecond=0)
        rater = by or manifest.rater
        refusal = refusal_of_file(manifest, lines, kind, this.round)
        new: list[Rating] = []
        ratings, refusals, blank_n = [], [refusal] if refusal is not None else [], 0
        if refusal is None:
            expected = this.expected(this.folder.ledger(), now)
            came = read_returned(content, file.name, manifest, expected, rater=rater, sheet_sha256=sha256)
            ratings, refusals, blank_n = came.ratings, came.refusals, came.blank_n
            new = this.folder.take_in(ratings)
        this.folder.note_refusals(refusals, file_name=file.name, sheet_sha256=sha256, rater=rater, at=now)
        return TakenIn(
            file.name, this.round.round_id, rater, len(new), len(ratings) - len(new), blank_n, list(refusals)
        )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        wrong = ("ファイルがないか、読めません", "is not there or cannot be read")
        expected = ("名前と場所を確かめてください", "check its name and place")
        raise UserMistake([fault("FILE", str(file), wrong, expected)]) from None


def _nothing(file: Path, refusal: Refusal) -> TakenIn:
    return TakenIn(file.name, None, "", 0, 0, 0, [refusal])
