"""Snapshots: what a survey server's form holds at one pull, as one canonical file that is landed like any other.

A snapshot is JSON Lines: a line about the form, then a line a record in the server's order. The same records give the
same bytes, however they were paged. A record that is gone from the server stays, as `deleted`, with its last content.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.sources.server import FormStructure, Page, Record, SourceFault

FORMAT = 1
CHANGES = ("new", "edited", "rejected", "incomplete", "deleted", "restored")
"""What can happen to a record between two snapshots; `restored`: it is present again after it was not."""


class RepeatedRecord(SourceFault):
    """A record came twice in one reading of the form."""

    def __init__(self) -> None:
        super().__init__("source_unreadable", "an identity for each record that no other has")


@dataclass
class Changes:
    """How many records changed from one snapshot to the next, by kind (CHANGES)."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CHANGES, 0))

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return any(self.counts.values())


def known_stamps(snapshot: Path) -> dict[str, str]:
    """id -> stamp of every record in a snapshot that its server still had."""
    return {line["id"]: line["stamp"] for line in _records(snapshot) if line["state"] != "deleted"}


class SnapshotDraft:
    """Gathers one pull's records on disk, so that memory does not grow with them, and writes the snapshot."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = sqlite3.connect(folder / "records.sqlite", isolation_level=None)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute("CREATE TABLE record (id TEXT PRIMARY KEY, place TEXT NOT NULL, line BLOB)")
        self._database.execute("BEGIN")

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()

    def take(self, page: Page) -> None:
        """Add a page's records; `unchanged` ones are kept from the snapshot before.

        Raises RepeatedRecord if a record was on an earlier page already.
        """
        rows: list[tuple[str, str, bytes | None]] = [(each.id, each.order, _line(each)) for each in page.records]
        rows += [(each, "", None) for each in page.unchanged]
        try:
            self._database.executemany("INSERT INTO record VALUES (?, ?, ?)", rows)
        except sqlite3.IntegrityError:
            raise RepeatedRecord from None

    @property
    def records_n(self) -> int:
        """How many records the server has: received or unchanged."""
        (found,) = self._database.execute("SELECT count(*) FROM record").fetchone()
        return int(found)

    def write(self, kind: str, structure: FormStructure, before: Path | None, to: Path, changes_to: Path) -> Changes:
        """Write the snapshot and, a line a changed record, what changed since the one before.

        Raises SourceFault if a record is said to be unchanged that was never received.
        """
        self._database.execute(
            "CREATE INDEX in_order ON record (place, id)"
        )  # else all are sorted in the system's /tmp
        changes = Changes()
        with changes_to.open("wb") as notes:

            def note(what: str, before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
                changes.counts[what] += 1
                fields = [] if before is None else changed_fields(before["record"], now["record"])
                notes.write(_json({"id": now["id"], "what": what, "fields": fields}))

            self._compare(before, note)
        if self._database.execute("SELECT 1 FROM record WHERE line IS NULL LIMIT 1").fetchone():
            raise SourceFault("source_unreadable", "records received before")
        header = {
            "kind": kind,
            "snapshot": FORMAT,
            "versions": {version: list(fields) for version, fields in structure.versions.items()},
            "zones": dict(structure.zones),
        }
        with to.open("wb") as file, closing(self._database.cursor()) as rows:
            file.write(_json(header))
            for (line,) in rows.execute("SELECT line FROM record ORDER BY place, id"):
                file.write(line)
        return changes

    def _compare(
        self, snapshot: Path | None, note: Callable[[str, Mapping[str, Any] | None, Mapping[str, Any]], None]
    ) -> None:
        """Complete the draft from the snapshot before, and note every record that is not as it was there."""
        self._database.execute("CREATE TEMP TABLE earlier (id TEXT PRIMARY KEY)")
        for old in _records(snapshot) if snapshot is not None else ():
            self._database.execute("INSERT INTO earlier VALUES (?)", (old["id"],))
            found = self._database.execute("SELECT line FROM record WHERE id = ?", (old["id"],)).fetchone()
            if found is None or found[0] is None:
                now = old if found is not None else {**old, "state": "deleted"}
                self._database.execute(
                    "INSERT OR REPLACE INTO record VALUES (?, ?, ?)", (old["id"], old["order"], _json(now))
                )
            else:
                now = json.loads(found[0])
            if (what := _change(old, now)) is not None:
                note(what, old, now)
        with closing(self._database.cursor()) as rows:
            for (line,) in rows.execute(
                "SELECT line FROM record "
                "WHERE line IS NOT NULL AND id NOT IN (SELECT id FROM earlier) ORDER BY place, id"
            ):
                note("new", None, json.loads(line))


def _change(before: Mapping[str, Any], now: Mapping[str, Any]) -> str | None:
    """What happened to a record; an edit of one that is rejected all the while is an edit."""
    if before["state"] != now["state"]:
        return "restored" if now["state"] == "present" else str(now["state"])
    return "edited" if before["record"] != now["record"] else None


def changed_fields(before: Mapping[str, Any], now: Mapping[str, Any], path: str = "") -> list[str]:
    """Paths (`group/leaf`) of the fields that differ between two contents."""
    found: list[str] = []
    for name in sorted({*before, *now}):
        old, new = before.get(name), now.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += changed_fields(old, new, f"{path}{name}/")
        elif old != new or (name in before) != (name in now):
            found.append(path + name)
    return found


def _records(snapshot: Path) -> Iterator[dict[str, Any]]:
    with snapshot.open("rb") as lines:
        next(lines)
        for line in lines:
            yield json.loads(line)


def _line(record: Record) -> bytes:
    return _json(
        {
            "id": record.id,
            "order": record.order,
            "record": record.content,
            "stamp": record.stamp,
            "state": record.state,
            "version": record.version,
        }
    )


def _json(value: Mapping[str, Any]) -> bytes:
    """One line. A lone surrogate passes here, so that only its row is rejected."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass") + b"\n"
