"""Rating sheets that come back: what is in them is taken or refused cell by cell, checked against round and texts."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import PurePath
from zoneinfo import ZoneInfo

from openpyxl.utils import get_column_letter

from flows.cells import DateRules, instant, is_blank
from flows.file_kinds import KINDS
from flows.instruments import FileLayout
from flows.rating_cells import shown
from flows.rating_workbooks import HEADING_ROW
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from rubrics.adjudication import Disagreement
from rubrics.criteria import Criterion
from rubrics.rating_entries import Entry, Judgement, Wrong, judgement_of, moment_of, rating_of
from rubrics.rating_frame import reads_of
from rubrics.rating_sheet import (
    ENTRIES,
    ITEM,
    MANIFEST,
    Kind,
    Manifest,
    Place,
    Task,
    is_whole,
    manifest_of,
    ratings_sha256,
    version_for,
    version_sha256,
)
from rubrics.ratings import Item, Rating, Round
from rubrics.refusals import Refusal


@dataclass(frozen=True)
class Expected:
    """What a sheet is checked against: the round, the criteria as they stand, and the tasks whose texts still stand.

    `differing`: (item, criterion) -> what raters differ on there, for decisions. `zone`: of days written on sheets.
    """

    round: Round
    criteria: Mapping[str, Criterion]
    tasks: Mapping[tuple[str, str], Task]
    zone: ZoneInfo
    now: datetime
    differing: Mapping[tuple[str, str], Disagreement] = field(default_factory=dict)

    @cached_property
    def items(self) -> dict[str, Item]:
        """Items by their ids."""
        return {item.item_id: item for item in self.round.items}


@dataclass
class Returned:
    """What a sheet came to: ratings to be taken in, what was refused, and how many rows are blank."""

    ratings: list[Rating] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    blank_n: int = 0


def manifest_in(content: bytes, file_name: str) -> tuple[Manifest, list[list[str]]] | None:
    """What a workbook says of itself, and the lines it says it in; None if it is no sheet of ours, or unreadable."""
    if PurePath(file_name).suffix.lower() not in KINDS:
        return None
    try:
        lines = read_sheet(content, file_name, FileLayout(sheet=MANIFEST)).lines
    except UnreadableTableError:
        return None
    found = manifest_of(lines)
    return None if found is None else (found, lines)


def refusal_of_file(manifest: Manifest, lines: list[list[str]], kind: Kind, round_: Round) -> Refusal | None:
    """Why nothing of a file can be taken; None if it can be looked at row by row."""
    if manifest.round_id != round_.round_id:
        return Refusal("other_round")
    if manifest.kind != kind:
        return Refusal("other_kind")
    if not is_whole(lines, round_.seed):
        return Refusal("manifest_altered")
    if kind == "rating" and manifest.rater not in round_.raters:
        return Refusal("other_rater")
    return None


def read_returned(
    content: bytes, file_name: str, manifest: Manifest, expected: Expected, *, rater: str, sheet_sha256: str
) -> Returned:
    """Read every row of a workbook that `refusal_of_file` lets pass. `rater`: whose ratings, or who wrote down."""
    result = Returned()
    for place in manifest.parts:
        try:
            sheet = read_sheet(content, file_name, FileLayout(sheet=place.title))
            columns = _columns(sheet)
        except (UnreadableTableError, KeyError):
            result.refusals.append(Refusal("part_missing", place.title, criterion_id=place.criterion_id))
            continue
        _PartReader(sheet, columns, place, manifest, expected, result).read(rater, sheet_sha256)
    return result


def _columns(sheet: Sheet) -> dict[str, int]:
    """Where the item and the entry cells stand, by the headings of either language. Raises KeyError if one is gone."""
    headings = sheet.lines[HEADING_ROW - 1] if len(sheet.lines) >= HEADING_ROW else []
    at = {heading.strip(): column for column, heading in enumerate(headings)}  # the last of several: texts come first
    wanted = {"item": ITEM, **ENTRIES}
    return {name: at[text.ja] if text.ja in at else at[text.en] for name, text in wanted.items()}


class _PartReader:
    """Reads one sheet of a workbook into what the workbook came to."""

    def __init__(
        self,
        sheet: Sheet,
        columns: dict[str, int],
        place: Place,
        manifest: Manifest,
        expected: Expected,
        result: Returned,
    ) -> None:
        self._sheet = sheet
        self._columns = columns
        self._place = place
        self._manifest = manifest
        self._expected = expected
        self._result = result
        self._uncomputed = set(sheet.without_value)
        self._mine = {item for item, _ in manifest.texts}

    def read(self, rater: str, sheet_sha256: str) -> None:
        """Take or refuse every row below the headings."""
        rows = list(self._rows())
        seen = Counter(item for _, item, _, _ in rows)
        for row_n, item_id, entry, cells in rows:
            if not self._belongs_here(item_id):
                self._refuse("item_unknown", row_n, "item")
            elif seen[item_id] > 1:
                self._refuse("item_twice", row_n, "item", item_id)
            elif entry.is_blank and not self._uncomputed_in(row_n):
                self._result.blank_n += 1
            elif (task := self._task(row_n, item_id, cells)) is not None:
                self._judge(row_n, task, entry, rater, sheet_sha256)

    def _belongs_here(self, item_id: str) -> bool:
        """Whether an item is one of the file's, and has a text that this part's criterion reads."""
        item = self._expected.items.get(item_id)
        if item is None or item_id not in self._mine:
            return False
        version = version_for(self._expected.round, self._expected.criteria, item, self._place.criterion_id)
        return version is None or any(each.question_id in reads_of(version) for each in item.read)

    def _rows(self) -> Iterator[tuple[int, str, Entry, list[str]]]:
        """Rows with an item or an entry: number, item, entry, all cells."""
        for row_n, line in enumerate(self._sheet.lines[HEADING_ROW:], start=HEADING_ROW + 1):
            cells = line + [""] * (max(*self._columns.values(), self._place.texts_until) + 1 - len(line))
            named = {name: cells[column] for name, column in self._columns.items()}
            rules = DateRules(self._sheet.date_system)
            entry = Entry(
                named["level"],
                named["evidence"],
                named["no_evidence"],
                is_blank(named["rated_at"]),
                instant(named["rated_at"], self._expected.zone, rules=rules),
            )
            if not is_blank(named["item"]) or not entry.is_blank:
                yield row_n, named["item"].strip(), entry, cells

    def _uncomputed_in(self, row_n: int) -> list[str]:
        return [name for name in ENTRIES if (row_n, self._columns[name]) in self._uncomputed]

    def _task(self, row_n: int, item_id: str, cells: list[str]) -> Task | None:
        """What the row rates; None, and the row is refused, if it does not rate what stands now."""
        expected, criterion_id = self._expected, self._place.criterion_id
        version = version_for(expected.round, expected.criteria, expected.items[item_id], criterion_id)
        task = expected.tasks.get((item_id, criterion_id))
        if version is None or version_sha256(expected.criteria[criterion_id], version) != self._place.version_sha256:
            self._refuse("other_rubric", row_n, "item", item_id)
        elif task is None:
            self._refuse("text_changed", row_n, "item", item_id)
        elif not task.same_words(self._manifest.texts):
            self._refuse("other_text", row_n, "item", item_id)
        elif _as_seen(cells[self._place.texts_from : self._place.texts_until]) != _as_seen(task.texts.values()):
            self._refuse("text_altered", row_n, "item", item_id)
        elif uncomputed := self._uncomputed_in(row_n):
            for name in uncomputed:
                self._refuse("formula", row_n, name, item_id)
        elif not self._is_open(task):
            self._refuse("nothing_to_decide", row_n, "item", item_id)
        else:
            return task
        return None

    def _is_open(self, task: Task) -> bool:
        """Whether the raters' ratings are still those that stand beside the decision."""
        if self._manifest.kind == "rating":
            return True
        found = self._expected.differing.get(task.key)
        return found is not None and ratings_sha256(found.ratings) == self._manifest.rated.get(task.key)

    def _judge(self, row_n: int, task: Task, entry: Entry, rater: str, sheet_sha256: str) -> None:
        expected = self._expected
        judged = judgement_of(entry, task)
        moment = moment_of(entry, expected.round.drawn_at, expected.now, expected.zone)
        if isinstance(judged, Judgement) and isinstance(moment, datetime):
            self._result.ratings.append(
                rating_of(
                    task,
                    judged,
                    round_id=expected.round.round_id,
                    rater=rater,
                    decides=self._manifest.kind == "adjudication",
                    rated_at=moment,
                    sheet_sha256=sheet_sha256,
                )
            )
            return
        wrong = [*(judged if isinstance(judged, list) else []), *([moment] if isinstance(moment, Wrong) else [])]
        for each in wrong:
            self._refuse(each.reason, row_n, each.column, task.item.item_id, each.said)

    def _refuse(
        self, reason: str, row_n: int, column: str, item_id: str | None = None, said: tuple[tuple[str, str], ...] = ()
    ) -> None:
        cell = f"{get_column_letter(self._columns[column] + 1)}{row_n}"
        criterion_id = self._place.criterion_id
        self._result.refusals.append(Refusal(reason, self._place.title, cell, item_id, criterion_id, said))


def _as_seen(texts: Iterable[str]) -> str:
    """Texts without white space, which spreadsheets change, in the form of NFKC."""
    return "".join(unicodedata.normalize("NFKC", shown("".join(texts))).split())
