"""Coders' workbooks that come back: each code is taken or refused by itself, against round, texts and themes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from flows.coding.workbooks import CANNOT_TELL, DONE, DONE_HEADING, PRESENT
from flows.entry_sheets import HEADING_ROW
from flows.instruments import FileLayout
from flows.intake import Returned, Sent
from flows.returned_sheets import as_seen, columns_of
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from nlp.code_book import CodeBookEntry
from rubrics.hand_codes import Code, CodingRound, HandCode
from rubrics.rating_sheet import ITEM
from rubrics.refusals import Refusal
from rubrics.sheet_manifest import Manifest, Place

_CODES: dict[str, Code] = {
    "": "absent",
    **dict.fromkeys([PRESENT, "◯", "〇"], "present"),  # input methods give any of these circles
    **dict.fromkeys([CANNOT_TELL, "\uff1f"], "cannot_tell"),
}
_ITEM_COLUMN, _DONE_COLUMN = " item", " done"  # no theme's id begins with a space


@dataclass(frozen=True)
class Expected:
    """What a workbook is checked against: the round, the themes as they are defined, the texts that still stand."""

    round: CodingRound
    book: Mapping[str, CodeBookEntry]
    texts: Mapping[str, str]


def read_codes(sent: Sent, manifest: Manifest, expected: Expected, coder: str) -> Returned[HandCode]:
    """Read every row of a workbook whose file is whole."""
    result: Returned[HandCode] = Returned()
    if not manifest.parts:
        return result
    title = manifest.parts[0].title
    try:
        sheet = read_sheet(sent.content, sent.file_name, FileLayout(sheet=title))
    except UnreadableTableError:
        result.refusals.append(Refusal("part_missing", title))
        return result
    wanted = {_ITEM_COLUMN: ITEM, _DONE_COLUMN: DONE_HEADING}
    wanted |= {name: entry.label for name, entry in expected.book.items()}
    columns = columns_of(sheet, wanted)
    if _ITEM_COLUMN not in columns or _DONE_COLUMN not in columns:
        result.refusals.append(Refusal("part_missing", title))
        return result
    _CodeReader(sheet, columns, manifest, expected, result).read(sent, coder)
    return result


class _CodeReader:
    """Reads the sheet of codes into what the workbook came to."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Mapping[str, int],
        manifest: Manifest,
        expected: Expected,
        result: Returned[HandCode],
    ) -> None:
        self._sheet = sheet
        self._columns = columns
        self._first = manifest.parts[0]
        self._hashes = {item: (question, sha256) for (item, question), sha256 in manifest.texts.items()}
        self._expected = expected
        self._drawn = {item.item_id: item for item in expected.round.items}
        self._result = result
        self._uncomputed = set(sheet.without_value)
        self._themes = [place for place in manifest.parts if self._is_codable(place)]

    def read(self, sent: Sent, coder: str) -> None:
        """Take or refuse every code of every row below the headings."""
        rows = list(self._rows())
        seen = Counter(item for _, item, _ in rows)
        for row_n, item_id, cells in rows:
            if item_id not in self._drawn or item_id not in self._hashes:
                self._refuse("item_unknown", row_n, _ITEM_COLUMN)
            elif seen[item_id] > 1:
                self._refuse("item_twice", row_n, _ITEM_COLUMN, item_id)
            elif self._is_done(row_n, item_id, cells) and self._stands(row_n, item_id, cells):
                self._take(row_n, item_id, cells, sent, coder)

    def _is_codable(self, place: Place) -> bool:
        """Whether a theme's column is there and was coded by the definition in force; said once, not row by row."""
        entry = self._expected.book.get(place.judged_by)
        reason = None
        if entry is None or entry.sha256 != place.version_sha256:
            reason = "other_definition"
        elif place.judged_by not in self._columns:
            reason = "column_missing"
        if reason is not None:
            column = self._columns.get(place.judged_by)
            cell = None if column is None else f"{get_column_letter(column + 1)}{HEADING_ROW}"
            self._result.refusals.append(Refusal(reason, place.title, cell, theme_id=place.judged_by))
        return reason is None

    def _rows(self) -> Iterator[tuple[int, str, list[str]]]:
        """Rows with an item or an entry: number, item, all cells."""
        width = max(*self._columns.values(), self._first.texts_until) + 1
        entries = [column for name, column in self._columns.items() if name != _ITEM_COLUMN]
        for row_n, line in enumerate(self._sheet.lines[HEADING_ROW:], start=HEADING_ROW + 1):
            cells = line + [""] * (width - len(line))
            item_id = cells[self._columns[_ITEM_COLUMN]].strip()
            if item_id or any(cells[column].strip() for column in entries):
                yield row_n, item_id, cells

    def _is_done(self, row_n: int, item_id: str, cells: list[str]) -> bool:
        said = cells[self._columns[_DONE_COLUMN]].strip()
        if said in (DONE.ja, DONE.en):
            return True
        if said:
            self._refuse("done_unknown", row_n, _DONE_COLUMN, item_id)
        elif any(cells[self._columns[place.judged_by]].strip() for place in self._themes):
            self._refuse("not_done", row_n, _DONE_COLUMN, item_id)
        else:
            self._result.blank_n += 1
        return False

    def _stands(self, row_n: int, item_id: str, cells: list[str]) -> bool:
        """Whether the row shows the text that was drawn and still stands; if not, it is refused."""
        text = self._expected.texts.get(item_id)
        (drawn,) = self._drawn[item_id].read
        shown = cells[self._first.texts_from : self._first.texts_until]
        if self._hashes[item_id] != (drawn.question_id, drawn.sha256):
            self._refuse("other_text", row_n, _ITEM_COLUMN, item_id)
        elif text is None:
            self._refuse("text_changed", row_n, _ITEM_COLUMN, item_id)
        elif as_seen(shown) != as_seen([text]):
            self._refuse("text_altered", row_n, _ITEM_COLUMN, item_id)
        else:
            return True
        return False

    def _take(self, row_n: int, item_id: str, cells: list[str], sent: Sent, coder: str) -> None:
        item = self._drawn[item_id]
        for place in self._themes:
            column = self._columns[place.judged_by]
            code = _CODES.get(cells[column].strip())
            if (row_n, column) in self._uncomputed:
                self._refuse("formula", row_n, place.judged_by, item_id, place.judged_by)
            elif code is None:
                self._refuse("code_unknown", row_n, place.judged_by, item_id, place.judged_by)
            else:
                self._result.lines.append(
                    HandCode(
                        round_id=self._expected.round.round_id,
                        item_id=item_id,
                        response_id=item.response_id,
                        question_id=item.read[0].question_id,
                        theme_id=place.judged_by,
                        coder=coder,
                        code=code,
                        coded_at=sent.at,
                        text_sha256=item.read[0].sha256,
                        theme_sha256=place.version_sha256,
                        sheet_sha256=sent.sha256,
                    )
                )

    def _refuse(
        self, reason: str, row_n: int, column: str, item_id: str | None = None, theme_id: str | None = None
    ) -> None:
        cell = f"{get_column_letter(self._columns[column] + 1)}{row_n}"
        said = (("choices", f"{PRESENT} / {CANNOT_TELL}"),)
        self._result.refusals.append(Refusal(reason, self._first.title, cell, item_id, said=said, theme_id=theme_id))
