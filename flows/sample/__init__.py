"""The synthetic programme: people, their forms as organisations send them, and what the indicators must come to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from flows.sample import faults as planted_faults
from flows.sample import logs, questionnaires
from flows.sample.events import draw_events
from flows.sample.files import table_bytes
from flows.sample.people import People, draw_people
from flows.sample.records import SENDERS, WAVES, Record, stream
from flows.sample.tables import Row, Table
from flows.sample.texts import Writer
from flows.sample.truth import truth

MISSING_FILE = ("interim", "org-c", "interview")
TOO_LONG_BYTES = 49_149

__all__ = ["SampleSummary", "write_sample"]


@dataclass(frozen=True)
class SampleSummary:
    """How much was written: files, people, rows of all files, rows with a planted fault, planted identifiers."""

    files_n: int
    people_n: int
    rows_n: int
    rejections_n: int
    identifiers_n: int


def write_sample(destination: Path, respondents: int, seed: int, faults: bool = True) -> SampleSummary:
    """Write the inbox of three waves, `truth.json` and `planted.json` below `destination`.

    The same arguments give the same bytes. `respondents` is the number of people. Without `faults` every row is
    faultless and every file is there; people lost to follow-up, late answers and identifiers remain.
    """
    writer = Writer(stream(seed, "texts"))
    people = draw_people(respondents, seed, writer, very_long_text=faults)
    records = people.records + draw_events(respondents, seed, writer)
    tables = _tables(records, seed, writer)
    if faults:
        tables = [table for table in tables if (table.wave, table.organisation, table.form) != MISSING_FILE]
        for table in tables:
            planted_faults.plant(table, seed)
    for table in tables:
        if table.layout.file == "case_list.xlsx":
            questionnaires.ditto(table, seed)
            questionnaires.total(table)
        path = destination / table.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(table_bytes(table))
    delivered = {(table.organisation, table.form, table.wave) for table in tables}
    sent = [r for r in records if not r.rejected and (r.organisation, r.form, r.wave) in delivered]
    planted = _planted(tables, people, writer, seed, respondents, faults)
    _write_json(destination / "truth.json", truth(sent, delivered))
    _write_json(destination / "planted.json", planted)
    return SampleSummary(
        files_n=len(tables),
        people_n=respondents,
        rows_n=sum(len(table.rows) for table in tables),
        rejections_n=sum(row.reason is not None for table in tables for row in table.rows),
        identifiers_n=sum(len(values) for values in writer.planted.values()),
    )


def _tables(records: list[Record], seed: int, writer: Writer) -> list[Table]:
    """One table a wave, organisation and form that has anything to send."""
    grouped: dict[tuple[str, str, str], list[Record]] = {}
    for record in records:
        grouped.setdefault((record.wave, record.organisation, record.form), []).append(record)
    tables = []
    for wave in WAVES:
        for sender in SENDERS:
            where = (wave.id, sender.code)
            if answers := grouped.get((*where, "questionnaire")):
                tables.append(questionnaires.questionnaire_table(sender.code, wave.id, answers, seed, writer))
            if lines := grouped.get((*where, "activity_log")):
                tables.append(logs.log_table(sender.code, wave.id, lines, seed))
            if interviews := grouped.get((*where, "interview")):
                tables.append(logs.interview_table(sender.code, wave.id, interviews, seed))
    return tables


def _planted(
    tables: list[Table], people: People, writer: Writer, seed: int, respondents: int, faults: bool
) -> dict[str, object]:
    cut_offs = {wave.id: wave.cut_off for wave in WAVES}
    rejections, warnings, late = [], [], []
    for table in tables:
        for number, row in enumerate(table.rows, start=table.layout.first_row):
            place = {"wave": table.wave, "organisation": table.organisation, "file": table.path, "row": number}
            if row.reason:
                rejections.append({**place, "reason_code": row.reason})
            elif warning := row.warning or ("text_too_long" if _is_too_long(row) else None):
                warnings.append({**place, "reason_code": warning})
            record = row.record
            if record and not record.rejected and record.answered_at >= cut_offs[table.wave]:
                late.append({**place, "answered_at": record.answered_at.isoformat(sep=" ")})
    return {
        "seed": seed,
        "respondents": respondents,
        "faults": faults,
        "rejections": rejections,
        "warnings": warnings,
        "missing_files": [dict(zip(("wave", "organisation", "form"), MISSING_FILE, strict=True))] if faults else [],
        "late": late,
        "two_organisations": people.two_organisations,
        "lost_to_follow_up": people.lost,
        "identifiers": sorted(set().union(*writer.planted.values())),
        "identifiers_by_kind": {kind: sorted(values) for kind, values in sorted(writer.planted.items())},
    }


def _is_too_long(row: Row) -> bool:
    return any(isinstance(cell, str) and len(cell.encode()) > TOO_LONG_BYTES for cell in row.cells.values())


def _write_json(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
