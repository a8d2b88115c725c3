"""Rating sheets that come back: what is in them is taken or refused cell by cell, checked against round and texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from openpyxl.utils import get_column_letter

from flows.cells import DateRules, instant, is_blank
from flows.entry_sheets import HEADING_ROW
from flows.instruments import FileLayout
from flows.intake import Returned
from flows.returned_sheets import as_seen, columns_of
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from rubrics.adjudication import Disagreement
from rubrics.criteria import Criterion
from rubrics.rating_entries import Entry, Judgement, Wrong, judgement_of, moment_of, rating_of
from rubrics.rating_frame import reads_of
from rubrics.rating_sheet import ENTRIES, ITEM, Task, ratings_sha256, version_for, version_sha256
from rubrics.ratings import Item, Rating, Round
from rubrics.refusals import Refusal
from rubrics.sheet_manifest import Manifest, Place


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


def read_returned(
    content: bytes, file_name: str, manifest: Manifest, expected: Expected, *, rater: str, sheet_sha256: str
) -> Returned[Rating]:
    """Read every row of a workbook that `refusal_of_file` lets pass. `rater`: whose ratings, or who wrote down."""
    result: Returned[Rating] = Returned()
    for place in manifest.parts:
        try:
            sheet = read_sheet(content, file_name, FileLayout(sheet=place.title))
            columns = columns_of(sheet, _WANTED)
        except UnreadableTableError:
            columns = {}
        if len(columns) < len(_WANTED):
            result.refusals.append(Refusal("part_missing", place.title, criterion_id=place.judged_by))
            continue
        _PartReader(sheet, columns, place, manifest, expected, result).read(rater, sheet_sha256)
    return result


_WANTED = {"item": ITEM, **ENTRIES}


class _PartReader:
    """Reads one sheet of a workbook into what the workbook came to."""

    def __init__(
        self,
        sheet: Sheet,
        columns: dict[str, int],
        place: Place,
        manifest: Manifest,
        expected: Expected,
        result: Returned[Rating],
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
        version = version_for(self._expected.round, self._expected.criteria, item, self._place.judged_by)
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
        expected, criterion_id = self._expected, self._place.judged_by
        version = version_for(expected.round, expected.criteria, expected.items[item_id], criterion_id)
        task = expected.tasks.get((item_id, criterion_id))
        if version is None or version_sha256(expected.criteria[criterion_id], version) != self._place.version_sha256:
            self._refuse("other_rubric", row_n, "item", item_id)
        elif task is None:
            self._refuse("text_changed", row_n, "item", item_id)
        elif not task.same_words(self._manifest.texts):
            self._refuse("other_text", row_n, "item", item_id)
        elif as_seen(cells[self._place.texts_from : self._place.texts_until]) != as_seen(task.texts.values()):
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
            self._result.lines.append(
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
        criterion_id = self._place.judged_by
        self._result.refusals.append(Refusal(reason, self._place.title, cell, item_id, criterion_id, said=said))
