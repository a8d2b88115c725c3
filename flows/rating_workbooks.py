"""Rating sheets as Excel workbooks: what raters read on the left, the cells they fill in on the right.

One row an item, one sheet a criterion: its texts stand side by side, its drop-down is the same all the way down, and
no level of another criterion is in sight. Nothing but the entry cells can be changed by accident; what was changed on
purpose is noticed when the sheet comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from flows.entry_sheets import Column, entry_sheet, guide_sheet, manifest_sheet, text_columns
from flows.programme import Programme
from flows.rating_cells import line_by_line
from flows.rating_guide import guide_rows
from rubrics.adjudication import Disagreement
from rubrics.rating_sheet import ENTRIES, ITEM, NO_EVIDENCE, UNABLE, Part, Task, ratings_sha256, version_sha256
from rubrics.ratings import Round
from rubrics.sheet_manifest import Kind, Manifest, Place
from warehouse.definitions import Language, Text
from warehouse.excel import excel_bytes

_EVIDENCE_WIDTH = 44
_GUIDE_WIDTHS = (9, 7, 44, 44, 44, 44)
_LONGEST_PROMPT = 255


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
        entry_sheet(book, part.title, self._said(part.criterion.label), columns, part.tasks, self._language)
        return Place(
            part.title,
            part.criterion.id,
            version_sha256(part.criterion, part.version),
            len(before),
            len(before) + len(texts),
        )

    def _item_column(self) -> Column[Task]:
        return Column[Task](self._said(ITEM), 9, lambda task: task.item.item_id)

    def _open_columns(self) -> Iterable[Column[Task]]:
        """What the rubric does not keep from the raters."""
        settings = self._programme.settings
        labels = {each.code: self._said(each.label) for each in settings.organisations}
        labels |= {each.id: self._said(each.label) for each in settings.periods}

        def label_of(name: str) -> Callable[[Task], str]:
            return lambda task: labels.get(task.item.stratum[name], task.item.stratum[name])

        if "organisation" not in self._blind:
            heading = self._said(Text(ja="団体", en="Organisation"))
            yield Column[Task](heading, 18, label_of("organisation"))
        if "wave" not in self._blind:
            heading = self._said(Text(ja="時点", en="Period"))
            yield Column[Task](heading, 14, label_of("stage"))

    def _text_columns(self, part: Part) -> Iterable[Column[Task]]:
        """A column a question, and more of them where a text is longer than a cell."""
        form = self._programme.forms[part.tasks[0].item.form_id]
        for question in part.questions:
            wording = self._said(form.by_id[question].wording)
            yield from text_columns(wording, _text_of(question), part.tasks)

    def _raters_columns(self, part: Part) -> Iterable[Column[Task]]:
        """Of a workbook for decisions: each rater's level and evidence."""
        if self._kind != "adjudication":
            return
        level, evidence = Text(ja="水準", en="level"), Text(ja="根拠", en="evidence")
        for rater in self._round.raters:
            yield Column[Task](f"{rater}: {self._said(level)}", 12, self._level_by(rater))
            yield Column[Task](f"{rater}: {self._said(evidence)}", _EVIDENCE_WIDTH, self._evidence_by(rater))

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

    def _entry_columns(self, part: Part) -> Iterable[Column[Task]]:
        """The cells to be filled in; of a task that was decided they say what was decided."""

        def decided(say: Callable[[Any], str]) -> Callable[[Task], str]:
            def said(task: Task) -> str:
                found = self._differing.get(task.key)
                return "" if found is None or found.decision is None else say(found.decision)

            return said

        levels = [*map(str, part.version.scale), self._said(UNABLE)]
        none = self._said(NO_EVIDENCE)
        said = {name: self._said(text) for name, text in ENTRIES.items()}
        yield Column[Task](
            said["level"],
            13,
            decided(lambda each: self._level(each.level)),
            is_entry=True,
            choices=levels,
            prompt=self._reminder(part),
        )
        yield Column[Task](
            said["evidence"],
            _EVIDENCE_WIDTH,
            decided(lambda each: line_by_line(span.quote for span in each.evidence)),
            "@",
            is_entry=True,
        )
        yield Column[Task](
            said["no_evidence"],
            13,
            decided(lambda each: none if each.no_evidence else ""),
            "@",
            is_entry=True,
            choices=[none],
        )
        yield Column[Task](said["rated_at"], 14, number_format="yyyy-mm-dd", is_entry=True)

    def _reminder(self, part: Part) -> str:
        """The levels in a few words, shown beside the cell that is filled in: a prompt is short, the guide says all."""
        levels = sorted(part.version.levels, key=lambda each: each.level)
        anchors = [f"{each.level} {self._said(each.anchor)}" for each in levels]
        each_n = _LONGEST_PROMPT // len(anchors) - 1
        return "\n".join(text if len(text) <= each_n else f"{text[: each_n - 1]}…" for text in anchors)

    # --- guide and manifest -------------------------------------------------------------------------------------------

    def _guide(self, book: Workbook) -> None:
        title = self._said(Text(ja="手引き", en="Guide"))
        guide_sheet(book, title, guide_rows(self._kind, self._parts, self._language), _GUIDE_WIDTHS)

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
        manifest_sheet(book, manifest.lines(self._round.seed))


def _text_of(question: str) -> Callable[[Task], str]:
    return lambda task: task.texts.get(question, "")
