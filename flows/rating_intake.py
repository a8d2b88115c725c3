"""Sheets into ledgers: a round opened against the published run, and files taken in one by one."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from sqlalchemy.engine import Engine

from flows.folders import Folders
from flows.intake import OpenRound, Returned, Rounds, Sent
from flows.programme import Programme
from flows.rating_returns import Expected, read_returned
from flows.rating_rounds import RoundFolder
from rubrics.adjudication import Disagreement, disagreements
from rubrics.rating_sheet import Part, Task, parts_of, tasks_of, version_for
from rubrics.ratings import Rating, Round
from rubrics.sheet_manifest import Manifest
from warehouse.definitions import Language, Text, UserMistake, fault


class OpenRatingRound(OpenRound[Round, Rating]):
    """A round with the criteria and the published texts as they stand now."""

    @cached_property
    def tasks(self) -> list[Task]:
        """What is to be rated, of the items whose texts still stand."""
        return tasks_of(self.round, self.programme.criteria, self.texts)

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

    @property
    def people(self) -> list[str]:
        """The raters."""
        return self.round.raters

    def read(self, sent: Sent, manifest: Manifest, by: str) -> Returned[Rating]:
        """Read a sheet of this round."""
        expected = self.expected(self.folder.ledger(), sent.at)
        return read_returned(sent.content, sent.file_name, manifest, expected, rater=by, sheet_sha256=sent.sha256)

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


class Intake(Rounds[Round, Rating]):
    """Takes files in, each into the ledger of its round."""

    what: ClassVar = Text(ja="評定", en="ratings")

    def __init__(self, programme: Programme, engine: Engine, folders: Folders) -> None:
        super().__init__(programme, engine, folders)
        self._rounds: dict[str, OpenRatingRound] = {}

    @property
    def room(self) -> Path:
        """The folder of all rating rounds."""
        return self.folders.rating

    def open(self, round_id: str) -> OpenRatingRound:
        """A round by its id. Raises UserMistake if there is none."""
        if round_id not in self._rounds:
            rounds = RoundFolder.open(self.room, round_id)
            self._rounds[round_id] = OpenRatingRound(rounds, self.programme, self.engine)
        return self._rounds[round_id]
