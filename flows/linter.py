"""The import linter: tells whoever made a file what to mend in it, and where, before anything is run.

It reads, maps and validates a file as a run does, and gives places and words; an answer's text never leaves it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from expectations.checks import Check
from expectations.questionnaire import Form
from expectations.reasons import Reason, Reasons, reasons
from flows.file_kinds import KINDS
from flows.instruments import Instrument
from flows.lint_findings import finding_hints
from flows.lint_hints import (
    Columns,
    Hint,
    Severity,
    cell_hints,
    headings_elsewhere,
    mixed_encodings,
    rows_that_are_none,
    sheet_hints,
    similar_sheet,
)
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from flows.spreadsheets import table_of
from warehouse.definitions import DefinitionReader, Language, Text, UserMistake

_CAUSES = frozenset({"formula_without_value", "error_value", "undeclared_ditto", "long_number"})

PLACES_N = 8
"""How many places of one kind are named."""

_OWN_CHECK = "own_check"
_COUNTED = {
    "critical": Text(ja="直さないと集計に入らないもの: {n}か所", en="Not counted unless mended: {n}"),
    "warning": Text(ja="確かめてほしいもの: {n}か所", en="To be checked: {n}"),
}
_MARKS = {"critical": Text(ja="【要修正】", en="[mend] "), "warning": Text(ja="【確認】", en="[check] ")}
_FINE = Text(ja="直すところはありません。このままお送りください。", en="Nothing to mend: you can send it as it is.")
_ALMOST_FINE = Text(ja="このままでも集計できます。", en="It can be counted as it is.")
_MORE = Text(ja=" ほか {n} か所", en=" and {n} more")
_YOU = Text(ja="貴団体", en="your organisation")
_BELOW = Text(ja="(下記の)", en="(as below)")


@dataclass(frozen=True)
class LintLine:
    """One thing to mend: how grave, where (`cells` as a spreadsheet calls them), what it is and what to do."""

    kind: str
    severity: Severity
    file_name: str
    sheet: str | None
    cells: tuple[str, ...]
    what: Text
    remedy: Text

    @property
    def places(self) -> list[str]:
        """ケース一覧!F12, or F12 in a text file."""
        return [f"{self.sheet}!{cell}" if self.sheet is not None else cell for cell in self.cells]


def lint(
    content: bytes, file_name: str, instrument: Instrument, form: Form, zone: ZoneInfo, checks: Sequence[Check]
) -> list[LintLine]:
    """Everything that is wrong with a file, or may be; first what keeps rows from counting (`critical`).

    Raises UserMistake if the programme's checks cannot be evaluated.
    """
    hints, title = _looked_over(content, file_name, instrument, form, zone, checks)
    own = {check.id: check.message for check in checks}
    return [_line(hint, file_name, title, own) for hint in sorted(hints, key=lambda hint: hint.severity)]


def said(lines: Sequence[LintLine], language: Language) -> list[str]:
    """The lines in words: counts first, then each kind once, with the first of its places."""
    if not lines:
        return [_FINE.in_(language)]
    counts = {
        severity: sum(max(len(line.cells), 1) for line in lines if line.severity == severity) for severity in _COUNTED
    }
    told = [] if counts["critical"] else [_ALMOST_FINE.in_(language)]
    told += [_COUNTED[severity].in_(language).format(n=n) for severity, n in counts.items() if n]
    for _, group in groupby(sorted(lines, key=_group), key=_group):
        same = list(group)
        places = [place for line in same for place in line.places]
        more = _MORE.in_(language).format(n=len(places) - PLACES_N) if len(places) > PLACES_N else ""
        told += ["", _MARKS[same[0].severity].in_(language) + same[0].what.in_(language)]
        told += ["    " + ("、" if language == "ja" else ", ").join(places[:PLACES_N]) + more] if places else []
        told += [f"    → {same[0].remedy.in_(language)}"]
    return told


def _group(line: LintLine) -> tuple[str, str, str]:
    return line.severity, line.kind, line.what.ja


@cache
def words() -> dict[str, Reason]:
    """What is said of each kind to the sender of a file; of reasons that are not in it, what the report says.

    Raises UserMistake if the file that says it cannot be read.
    """
    reader = DefinitionReader(Path(__file__).parent)
    read = reader.yaml("lint_words.yml", Reasons)
    if read is None:
        raise UserMistake(reader.faults)
    return read.reasons


def _looked_over(
    content: bytes, file_name: str, instrument: Instrument, form: Form, zone: ZoneInfo, checks: Sequence[Check]
) -> tuple[list[Hint], str | None]:
    """All hints, and the sheet they are about."""
    layout = instrument.file
    is_text = not file_name.lower().endswith(tuple(KINDS))
    if is_text and (mixed := mixed_encodings(content)) is not None:
        return [mixed], None
    try:
        sheet = read_sheet(content, file_name, layout, around=True)
    except UnreadableTableError as error:
        if error.reason_code != "sheet_missing":
            return [Hint(error.reason_code, "critical", expected=error.expected or "")], None
        first = read_sheet(content, file_name, layout.model_copy(update={"sheet": None}), around=True)
        return [similar_sheet(first, layout.sheet or "")], None
    return _told_once(list(_of_sheet(sheet, instrument, form, zone, checks))), sheet.title


def _of_sheet(
    sheet: Sheet, instrument: Instrument, form: Form, zone: ZoneInfo, checks: Sequence[Check]
) -> Iterator[Hint]:
    if (elsewhere := headings_elsewhere(sheet, instrument)) is not None:
        yield elsewhere
        return  # all else would follow from this one
    try:
        table = table_of(sheet, instrument.file)
    except UnreadableTableError as error:
        yield Hint(error.reason_code, "critical")
        return
    columns = Columns(table, instrument)
    no_responses = rows_that_are_none(table)
    yield from columns.hints()
    yield from sheet_hints(sheet, table, columns, instrument.file)
    yield from cell_hints(table, columns, instrument, form)
    yield from reversed(no_responses.values())
    yield from finding_hints(table, columns, instrument, form, zone, checks, but=frozenset(no_responses))


def _told_once(hints: list[Hint]) -> list[Hint]:
    """Of a cell whose trouble has a known cause only the cause is told, as gravely as the trouble."""
    causes = {hint.cells for hint in hints if hint.kind in _CAUSES}
    grave = {hint.cells for hint in hints if hint.severity == "critical"}
    return [
        replace(hint, severity="critical") if hint.kind in _CAUSES and hint.cells in grave else hint
        for hint in hints
        if hint.cells not in causes or hint.kind in _CAUSES
    ]


def _line(hint: Hint, file_name: str, sheet: str | None, own: dict[str, Text]) -> LintLine:
    kind = _OWN_CHECK if hint.kind in own else hint.kind
    reason = words()[kind] if kind in words() else reasons()[kind]
    what = own.get(hint.kind, reason.what)
    return LintLine(
        hint.kind,
        hint.severity,
        file_name,
        sheet,
        hint.cells,
        Text(ja=_filled(what.ja, hint, file_name, "ja"), en=_filled(what.en, hint, file_name, "en")),
        Text(ja=_filled(reason.remedy.ja, hint, file_name, "ja"), en=_filled(reason.remedy.en, hint, file_name, "en")),
    )


def _filled(text: str, hint: Hint, file_name: str, language: Language) -> str:
    """A sentence with its details; those of a programme's own check are meant for others, and follow below."""
    details = {
        "column": hint.column,
        "question": hint.column,
        "expected": hint.expected,
        "file": file_name,
        "row": _BELOW.in_(language),
        "organisation": _YOU.in_(language),
    }
    for name, value in details.items():
        text = text.replace("{" + name + "}", value)
    return text
