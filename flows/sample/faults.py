"""Faults planted in the files, each with the reason code under which it has to be found."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from flows.sample.records import stream
from flows.sample.tables import Cell, Row, Table

ROWS_A_FAULT = 25
FEWEST_ROWS = 14

_UNKNOWN_CODES: dict[str, tuple[str, Cell]] = {
    "org-a": ("問1", "1,9"),
    "org-b": ("国籍", "XXX"),
    "org-c": ("問3-2", 6),
    "org-d": ("今、どのくらい困っていますか", "困っています!"),
    "org-e": ("相談/困り度", "９"),
    "org-f": ("生活困難度", "最重度"),
}
_BAD_DATES = {"org-a": "2024-13-05 10:00", "org-b": "2024/2/30", "org-e": "R6.2.30", "org-f": "令和6年春"}
_OUTSIDE = {
    "org-a": "2003-08-05 10:00",
    "org-b": "2042/5/1",
    "org-c": "2014-05-20",
    "org-e": "R1.5.3",
    "org-f": "2021-06-30",
}


def plant(table: Table, seed: int) -> None:
    """Plant the faults that suit a table, changing it in place; the larger the table, the more of them."""
    random = stream(seed, f"faults/{table.path}")
    if table.form == "questionnaire":
        _plant_in_questionnaire(table, random)
    elif table.form == "activity_log" and table.wave == "interim" and table.organisation in ("org-a", "org-d"):
        _plant_in_log(table, random)


def _plant_in_questionnaire(table: Table, random: Random) -> None:
    if len(table.rows) < FEWEST_ROWS:
        return
    organisation = table.organisation
    kinds: list[Callable[[Row], None]] = [
        lambda row: _copy_below(table, row, random),
        lambda row: _contradict(table, row),
        lambda row: _spoil(row, *_UNKNOWN_CODES[organisation], "unknown_code"),
    ]
    if organisation in _BAD_DATES:
        kinds.append(lambda row: _spoil(row, table.layout.answered_at, _BAD_DATES[organisation], "bad_date"))
    if organisation in _OUTSIDE:
        kinds.append(
            lambda row: _spoil(row, table.layout.answered_at, _OUTSIDE[organisation], "answered_at_outside_programme")
        )
    if organisation in ("org-a", "org-b"):
        kinds.append(lambda row: _spoil(row, str(table.layout.respondent), "", "missing_respondent"))
    if organisation == "org-c":
        kinds.append(lambda row: _spoil(row, str(table.layout.record_id), None, "missing_record_id"))
    short = [row for row in table.rows if all(len(str(cell)) < 1_000 for cell in row.cells.values())]
    wanted = 2 + len(table.rows) // ROWS_A_FAULT
    first = random.randrange(len(kinds))
    spared, *spoilt = random.sample(short, wanted + 1)
    for n, row in enumerate(spoilt, start=first):
        kinds[n % len(kinds)](row)
    if organisation == "org-a":
        _control_character(table, spared)
    elif organisation == "org-e":
        _delete(table, spared)


def _plant_in_log(table: Table, random: Random) -> None:
    support = [row for row in table.rows if row.cells["種別"] == "支援"]
    number, outside = random.sample(support, 2)
    _spoil(number, "支援件数", "約20", "bad_number")
    _spoil(outside, "日付", "2013-09-30", "event_outside_programme")


def _spoil(row: Row, heading: str, cell: Cell, reason: str) -> None:
    row.cells[heading] = cell
    _reject(row, reason)


def _reject(row: Row, reason: str) -> None:
    row.reason = reason
    if row.record is not None:
        row.record.rejected = True


def _copy_below(table: Table, row: Row, random: Random) -> None:
    """An identical copy further down: the copy is rejected, the first one stays."""
    place = random.randint(_place(table, row) + 1, len(table.rows))
    table.rows.insert(place, Row(dict(row.cells), None, "duplicate"))


def _contradict(table: Table, row: Row) -> None:
    """The same record once more with another gender: both are rejected."""
    heading = next(heading for heading in table.layout.headings if heading.endswith("性別"))
    twin = Row(dict(row.cells), None, "duplicate_conflict")
    known = sorted({str(r.cells[heading]) for r in table.rows if len(str(r.cells[heading])) > 0})
    twin.cells[heading] = next(cell for cell in known if cell != str(row.cells[heading]))
    table.rows.insert(_place(table, row) + 1, twin)
    _reject(row, "duplicate_conflict")


def _control_character(table: Table, row: Row) -> None:
    heading = next(heading for heading in table.layout.headings if heading.endswith("問3-3"))
    row.cells[heading] = f"困っていること\x0bは仕事です。{row.cells[heading]}"
    row.warning = "control_characters"


def _delete(table: Table, row: Row) -> None:
    """A row that the organisation struck out, its number too: no response any more."""
    struck = Row(dict(row.cells), None, "deleted_at_source", skipped=True)
    struck.cells[table.layout.headings[0]] = "（削除）"
    table.rows.insert(_place(table, row) + 1, struck)


def _place(table: Table, row: Row) -> int:
    return next(n for n, other in enumerate(table.rows) if other is row)
