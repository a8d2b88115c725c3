"""A run's findings about one file, put at the cells of its sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from expectations.checks import Check
from expectations.duplicates import DELETED, DUPLICATE
from expectations.questionnaire import Form
from expectations.validate import validate
from flows.cells import folded, is_blank
from flows.findings import findings_frame
from flows.instruments import AnswerMapping, Instrument
from flows.landing import Landed
from flows.lint_hints import Columns, Hint, Severity, cell_at, row_at
from flows.mapping import map_table
from flows.spreadsheets import Table

_SENDER = "sender"
_SHOWN_CHOICES = 12
_HARMLESS = frozenset({DUPLICATE, DELETED})
"""Reasons to leave a row out that nobody has to mend."""


def finding_hints(
    table: Table,
    columns: Columns,
    instrument: Instrument,
    form: Form,
    zone: ZoneInfo,
    checks: Sequence[Check],
    but: frozenset[int],
) -> Iterator[Hint]:
    """What a run would find in the rows of this table, except in some of them (by row number)."""
    cells = dict(table.rows)
    about = {check.id: str(check.arguments.get("column", "")) for check in checks}
    for finding in _findings(table, instrument, form, zone, checks):
        row_n, code = int(finding["row_n"]), finding["reason_code"]
        if row_n in but:
            continue
        severity: Severity = "warning" if code in _HARMLESS else finding["severity"]
        if code == DELETED and row_n not in table.left_out:
            code = "deleted_below"
        mapping = instrument.answers.get(finding["question_id"])
        expected = finding["expected"] or ""
        if code == "unknown_code":
            expected = _choices(mapping, form, finding)
        elif code == "exclusive_choice" and mapping is not None:
            expected = "、".join(label for label, own in mapping.map.items() if own in expected.split(", ")) or expected
        places = _places(finding, cells[row_n], columns, instrument, about.get(code, ""))
        for place in places:
            name = columns.names[place] if place < len(columns.names) else ""
            yield Hint(code, severity, (cell_at(row_n, place),), name, expected)
        if not places:
            yield Hint(code, severity, (row_at(row_n),), expected=expected)


def _findings(
    table: Table, instrument: Instrument, form: Form, zone: ZoneInfo, checks: Sequence[Check]
) -> list[dict[str, Any]]:
    """Map and validate the table as if it were all that was ever sent."""
    named = instrument.organisation_column
    landed = Landed("", "", "", None if named else _SENDER, form.id, instrument.id, "", 0, None, "")
    mapped = map_table(table, landed, instrument, form, zone)
    if mapped.responses.empty:
        return []
    organisations = [_SENDER] if named is None else list(named.map.values())
    found = findings_frame(mapped.findings)
    valid = validate([form], checks, mapped.responses, mapped.answers, found, organisations, None)
    rows = valid.findings[valid.findings["row_n"].notna() & (valid.findings["reason_code"] != "columns_added")]
    return [dict(row) for _, row in rows.astype(object).where(rows.notna(), None).iterrows()]


def _places(
    finding: dict[str, Any], cells: list[str], columns: Columns, instrument: Instrument, about: str
) -> list[int]:
    """The columns of a finding; none where it is about the row. `about`: the column of a programme's own check."""
    mapping = instrument.answers.get(finding["question_id"])
    match finding["reason_code"]:
        case _ if mapping is not None and mapping.flags:
            return _odd_marks(mapping, cells, columns)
        case _ if mapping is not None:
            names = [mapping.columns]
        case "bad_date" | "month_only":
            names = [instrument.answered_at_columns]
        case "missing_respondent":
            names = [instrument.respondent_columns]
        case "unknown_organisation" if instrument.organisation_column is not None:
            names = [[instrument.organisation_column.column]]
        case "formula_without_value":
            names = [[finding["expected"]]]
        case "missing_record_id":
            found = [columns.place([name]) for name in instrument.record_id]
            return [place for place in found if place is not None and is_blank(cells[place])]
        case "more_cells_than_headings":
            return [place for place, cell in enumerate(cells) if place >= len(columns.names) and not is_blank(cell)]
        case _:
            names = [instrument.answered_at_columns] if about == "answered_on" else []
    found = [columns.place(each) for each in names]
    return [place for place in found if place is not None]


def _odd_marks(mapping: AnswerMapping, cells: list[str], columns: Columns) -> list[int]:
    """The columns of a multi-select that hold neither a tick nor the lack of one."""
    known = {folded(mark) for mark in [*mapping.ticked, *mapping.unticked]}
    found = [columns.place([name]) for name in mapping.flags.values()]
    return [place for place in found if place is not None and folded(cells[place]) not in known | {""}]


def _choices(mapping: AnswerMapping | None, form: Form, finding: dict[str, Any]) -> str:
    """What may stand in the cell, in the words of the organisation's own form."""
    if mapping is None:
        return ""
    marks = [*mapping.ticked, *mapping.unticked] if mapping.flags else []
    names = marks or list(mapping.map) or list(form.by_id[finding["question_id"]].codes)
    return "、".join(names[:_SHOWN_CHOICES]) + (" …" if len(names) > _SHOWN_CHOICES else "")
