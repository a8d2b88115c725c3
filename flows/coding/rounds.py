"""Where a coding round is kept, and its workbooks taken in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from flows.coding.refusals import REASONS
from flows.coding.returns import Expected, read_codes
from flows.intake import OpenRound, Returned, Rounds, Sent
from flows.round_folders import KeptRound
from nlp.code_book import CodeBookEntry, code_book
from rubrics.hand_codes import CodingRound, HandCode
from rubrics.ledgers import standing
from rubrics.ratings import Item
from rubrics.refusals import Words
from rubrics.sheet_manifest import Manifest
from warehouse.definitions import Text, UserMistake, fault


class CodingFolder(KeptRound[CodingRound, HandCode]):
    """A coding round and its folder; its ledger is `codes.jsonl`."""

    drawing_model: ClassVar = CodingRound
    line_model: ClassVar = HandCode
    ledger_name: ClassVar = "codes.jsonl"
    record: ClassVar = Text(ja="コードの記録", en="record of codes")
    name: ClassVar = Text(ja="コーディングの回", en="coding round")
    draw_command: ClassVar = "coding sample"


class OpenCodingRound(OpenRound[CodingRound, HandCode]):
    """A coding round with the themes and the published texts as they stand now."""

    @property
    def people(self) -> list[str]:
        """The coders."""
        return self.round.coders

    @cached_property
    def book(self) -> dict[str, CodeBookEntry]:
        """The round's themes as they are defined now. One that is gone is left out."""
        return code_book(self.programme.themes, self.round.themes)

    @cached_property
    def items(self) -> list[Item]:
        """The items whose texts still stand. Raises UserMistake if there are none."""
        unchanged = [item for item in self.round.items if item.item_id not in set(self.changed)]
        if not unchanged:
            wrong = ("コードを付ける文章が残っていません", "has no text left to code")
            expected = ("新しい回をつくってください", "draw a new round")
            raise UserMistake([fault("ROUND", self.round.round_id, wrong, expected)])
        return unchanged

    def text_of(self, item: Item) -> str:
        """An item's masked text."""
        (read,) = item.read
        return self.texts[item.response_id, read.question_id]

    def codes(self) -> list[HandCode]:
        """The codes that stand: the last of each coder, of texts and definitions that are still the same."""
        hashes = {item.item_id: item.read[0].sha256 for item in self.items}
        words = {name: entry.sha256 for name, entry in self.book.items()}
        return [
            each
            for each in standing(self.folder.ledger())
            if hashes.get(each.item_id) == each.text_sha256 and words.get(each.theme_id) == each.theme_sha256
        ]

    def read(self, sent: Sent, manifest: Manifest, by: str) -> Returned[HandCode]:
        """Read a workbook of this round."""
        texts = {item.item_id: self.text_of(item) for item in self.items}
        return read_codes(sent, manifest, Expected(self.round, self.book, texts), coder=by)


class CodingRounds(Rounds[CodingRound, HandCode]):
    """All coding rounds."""

    what: ClassVar = Text(ja="コード", en="codes")
    reasons: ClassVar[Mapping[str, Words]] = REASONS

    @property
    def room(self) -> Path:
        """The folder of all coding rounds."""
        return self.folders.coding

    def open(self, round_id: str) -> OpenCodingRound:
        """A round by its id. Raises UserMistake if there is none."""
        return OpenCodingRound(CodingFolder.open(self.room, round_id), self.programme, self.engine)
