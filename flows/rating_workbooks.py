"""Rating sheets as Excel workbooks: what raters read on the left, the cells they fill in on the right.

One row an item, one sheet a criterion: its texts stand side by side, its drop-down is the same all the way down, and
no level of another criterion is in sight. Nothing but the entry cells can be changed by accident; what was changed on
purpose is noticed when the sheet comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from flows.programme import Programme
from flows.rating_cells import height, is_tall, line_by_line, pieces, protect, write_heading, write_text
from flows.rating_guide import guide_rows
from rubrics.adjudication import Disagreement
from rubrics.rating_sheet import (
    ENTRIES,
    ITEM,
    MANIFEST,
    NO_EVIDENCE,
    UNABLE,
    Kind,
    Manifest,
    Part,
    Place,
    Task,
    ratings_sha256,
    version_sha256,
)
from rubrics.ratings import Round
from warehouse.definitions import Language, Text
from warehouse.excel import excel_bytes

HEADING_ROW = 2
"""Row of the headings, below the criterion's name; the items begin below it."""

_TEXT_WIDTH, _WIDE_TEXT_WIDTH, _EVIDENCE_WIDTH = 60, 100, 44
_GUIDE_WIDTHS = (9, 7, 44, 44, 44, 44)
_LONGEST_PROMPT = 255
_ENTRY = PatternFill("solid", fgColor="FFF8D6")
_LINE = Side(style="thin", color="C8C8C8")
_THIN = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)


@dataclass(frozen=True)
class _Column:
    """A column of a part: heading, width in characters, what stands in a task's row; entry cells are open."""

    heading: str
    width: int
    value: Callable[[Task], str] = lambda _: ""
    number_format: str = "General"
    is_entry: bool = False
    choices: list[str] = field(default_factory=list)
    prompt: str = ""


def rating_workbook(
    programme: Programme, round_: Round, rater: str, parts: list[Part], language: Language = "ja"
) -> bytes:
    """A rater's workbook: the guide, a sheet a part, and the hidden manifest. The same bytes for the same round."""
    return _Writer(programme, round_, "rating", rater, parts, language, {}).content()


def decision_workbook(
    programme: Programme, round_: Round, parts: list[Part], differing: Iterable[Disagreement], language: Language = "ja"
) -> bytes:
    """A workbook of what raters differ on, their levels and evidence side by side, to be decided together.

    What was decided already stands in the entry cells and may be decided anew.
    """
    by_task = {each.task.key: each for each in differing}
    return _Writer(programme, round_, "adjudication", "", parts, language, by_task).content()


class _Writer:
    """Writes one workbook."""

    def __init__(
        self,
        programme: Programme,
        round_: Round,
        kind: Kind,
        rater: str,
        parts: list[Part],
        language: Language,
        differing: Mapping[tuple[str, str], Disagreement],
    ) -> None:
        self._programme = programme
        self._round = round_
        self._kind = kind
        self._rater = rater
        self._parts = parts
        self._language = language
        self._differing = differing
        self._blind = {what for part in parts if part.version.rating for what in part.version.rating.blind_to}

    def content(self) -> bytes:
        book = Workbook()
        book.properties.creator = "monosashi"
        book.remove(book.worksheets[0])
        self._guide(book)
        places = [self._part(book, part) for part in self._parts]
        self._manifest(book, places)
        book.security = WorkbookProtection(lockStructure=True)
        return excel_bytes(book)

    def _said(self, text: Text) -> str:
        return text.in_(self._language)

    # --- parts --------------------------------------------------------------------------------------------------------

    def _part(self, book: Workbook, part: Part) -> Place:
        before, texts = [self._item_column(), *self._open_columns()], list(self._text_columns(part))
        columns = [*before, *texts, *self._raters_columns(part), *self._entry_columns(part)]
        sheet: Worksheet = book.create_sheet(part.title)
        write_text(sheet.cell(1, 1), self._said(part.criterion.label))
        sheet.cell(1, 1).font = Font(bold=True, size=13)
        for place, column in enumerate(columns, start=1):
            write_heading(sheet.cell(HEADING_ROW, place), column.heading)
            sheet.column_dimensions[get_column_letter(place)].width = column.width
            self._drop_down(sheet, place, column, len(part.tasks))
        widths = [column.width for column in columns]
        sheet.row_dimensions[HEADING_ROW].height = height(widths, [column.heading for column in columns])
        for row_n, task in enumerate(part.tasks, start=HEADING_ROW + 1):
            values = [column.value(task) for column in columns]
            for place, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
                _fill(sheet.cell(row_n, place), column, value)
            sheet.row_dimensions[row_n].height = height(widths, values)
        sheet.freeze_panes = f"B{HEADING_ROW + 1}"
        protect(sheet)
        return Place(
            part.title,
            part.criterion.id,
            version_sha256(part.criterion, part.version),
            len(before),
            len(before) + len(texts),
        )

    def _item_column(self) -> _Column:
        return _Column(self._said(ITEM), 9, lambda task: task.item.item_id)

    def _open_columns(self) -> Iterable[_Column]:
        """What the rubric does not keep from the raters."""
        settings = self._programme.settings
        labels = {each.code: self._said(each.label) for each in settings.organisations}
        labels |= {each.id: self._said(each.label) for each in settings.periods}

        def label_of(name: str) -> Callable[[Task], str]:
            return lambda task: labels.get(task.item.stratum[name], task.item.stratum[name])

        if "organisation" not in self._blind:
            heading = self._said(Text(ja="団体", en="Organisation"))
            yield _Column(heading, 18, label_of("organisation"))
        if "wave" not in self._blind:
            heading = self._said(Text(ja="時点", en="Period"))
            yield _Column(heading, 14, label_of("stage"))

    def _text_columns(self, part: Part) -> Iterable[_Column]:
        """A column a question, and more of them where a text is longer than a cell."""
        form = self._programme.forms[part.tasks[0].item.form_id]
        for question in part.questions:
            wording = self._said(form.by_id[question].wording)
            texts = [task.texts.get(question, "") for task in part.tasks]
            is_wide = any(is_tall(_TEXT_WIDTH, text) for text in texts)
            for number in range(max(len(pieces(text)) for text in texts)):
                heading = wording if number == 0 else f"{wording} ({number + 1})"
                yield _Column(heading, _WIDE_TEXT_WIDTH if is_wide else _TEXT_WIDTH, _piece_of(question, number))

    def _raters_columns(self, part: Part) -> Iterable[_Column]:
        """Of a workbook for decisions: each rater's level and evidence."""
        if self._kind != "adjudication":
            return
        level, evidence = Text(ja="水準", en="level"), Text(ja="根拠", en="evidence")
        for rater in self._round.raters:
            yield _Column(f"{rater}: {self._said(level)}", 12, self._level_by(rater))
            yield _Column(f"{rater}: {self._said(evidence)}", _EVIDENCE_WIDTH, self._evidence_by(rater))

    def _level_by(self, rater: str) -> Callable[[Task], str]:
        def level(task: Task) -> str:
            given = next((each for each in self._differing[task.key].ratings if each.rater == rater), None)
            return "" if given is None else self._level(given.level)

        return level

    def _evidence_by(self, rater: str) -> Callable[[Task], str]:
        def evidence(task: Task) -> str:
            given = next((each for each in self._differing[task.key].ratings if each.rater == rater), None)
            if given is None:
                return ""
            return line_by_line(each.quote for each in given.evidence) or self._said(NO_EVIDENCE)

        return evidence

    def _level(self, level: int | None) -> str:
        return self._said(UNABLE) if level is None else str(level)

    def _entry_columns(self, part: Part) -> Iterable[_Column]:
        """The cells to be filled in; of a task that was decided they say what was decided."""

        def decided(say: Callable[[Any], str]) -> Callable[[Task], str]:
            def said(task: Task) -> str:
                found = self._differing.get(task.key)
                return "" if found is None or found.decision is None else say(found.decision)

            return said

        levels = [*map(str, part.version.scale), self._said(UNABLE)]
        none = self._said(NO_EVIDENCE)
        said = {name: self._said(text) for name, text in ENTRIES.items()}
        yield _Column(
            said["level"],
            13,
            decided(lambda each: self._level(each.level)),
            is_entry=True,
            choices=levels,
            prompt=self._reminder(part),
        )
        yield _Column(
            said["evidence"],
            _EVIDENCE_WIDTH,
            decided(lambda each: line_by_line(span.quote for span in each.evidence)),
            "@",
            is_entry=True,
        )
        yield _Column(
            said["no_evidence"],
            13,
            decided(lambda each: none if each.no_evidence else ""),
            "@",
            is_entry=True,
            choices=[none],
        )
        yield _Column(said["rated_at"], 14, number_format="yyyy-mm-dd", is_entry=True)

    def _reminder(self, part: Part) -> str:
        """The levels in a few words, shown beside the cell that is filled in: a prompt is short, the guide says all."""
        levels = sorted(part.version.levels, key=lambda each: each.level)
        anchors = [f"{each.level} {self._said(each.anchor)}" for each in levels]
        each_n = _LONGEST_PROMPT // len(anchors) - 1
        return "\n".join(text if len(text) <= each_n else f"{text[: each_n - 1]}…" for text in anchors)

    def _drop_down(self, sheet: Worksheet, place: int, column: _Column, rows_n: int) -> None:
        if not column.choices:
            return
        wrong = Text(ja="一覧から選んでください", en="Choose from the list")
        letter = get_column_letter(place)
        sheet.add_data_validation(
            DataValidation(
                type="list",
                formula1='"' + ",".join(column.choices) + '"',
                allow_blank=True,
                showErrorMessage=True,
                errorTitle=column.heading[:32],
                error=self._said(wrong),
                showInputMessage=bool(column.prompt),
                prompt=column.prompt or None,
                sqref=f"{letter}{HEADING_ROW + 1}:{letter}{HEADING_ROW + rows_n}",
            )
        )

    # --- guide and manifest -------------------------------------------------------------------------------------------

    def _guide(self, book: Workbook) -> None:
        sheet: Worksheet = book.create_sheet(self._said(Text(ja="手引き", en="Guide")))
        for row_n, row in enumerate(guide_rows(self._kind, self._parts, self._language), start=1):
            for place, value in enumerate(row.cells, start=1):
                cell: Any = sheet.cell(row_n, place)
                if row.is_heading:
                    write_heading(cell, value)
                else:
                    write_text(cell, value)
                    cell.alignment = Alignment(vertical="top", wrap_text=True)
                    cell.font = Font(bold=row.is_title)
            widths = list(_GUIDE_WIDTHS)
            if len(row.cells) == 1:
                sheet.merge_cells(start_row=row_n, end_row=row_n, start_column=1, end_column=len(_GUIDE_WIDTHS))
                widths = [sum(_GUIDE_WIDTHS)]
            sheet.row_dimensions[row_n].height = height(widths, row.cells)
        for place, width in enumerate(_GUIDE_WIDTHS, start=1):
            sheet.column_dimensions[get_column_letter(place)].width = width
        protect(sheet)

    def _manifest(self, book: Workbook, places: list[Place]) -> None:
        tasks = [task for part in self._parts for task in part.tasks]
        hashes = {
            (task.item.item_id, each.question_id): each.sha256
            for task in tasks
            for each in task.item.read
            if each.question_id in task.texts
        }
        rated = {key: ratings_sha256(each.ratings) for key, each in self._differing.items()}
        manifest = Manifest(self._kind, self._round.round_id, self._rater, places, hashes, rated)
        sheet: Worksheet = book.create_sheet(MANIFEST)
        for row_n, line in enumerate(manifest.lines(self._round.seed), start=1):
            for place, value in enumerate(line, start=1):
                write_text(sheet.cell(row_n, place), value)
        sheet.sheet_state = "hidden"
        protect(sheet)


def _piece_of(question: str, number: int) -> Callable[[Task], str]:
    return lambda task: (pieces(task.texts.get(question, "")) + [""] * number)[number]


def _fill(cell: Any, column: _Column, value: str) -> None:
    write_text(cell, value)
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    cell.border = _THIN
    cell.number_format = column.number_format
    if column.is_entry:
        cell.fill = _ENTRY
        cell.protection = Protection(locked=False)
