"""From a server's snapshot to a table: fields found by name in whatever version of the form, answers as cells."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeVar

from pydantic import BaseModel

from expectations.duplicates import DELETED
from flows.answers import heading
from flows.cells import NOT_REACHED
from flows.instruments import Instrument
from flows.sources.declared import ZoneName
from flows.sources.server import RecordState
from flows.spreadsheets import Table, UnreadableTableError, read_table

SNAPSHOT = ".jsonl"
"""The ending of a snapshot's name (flows/snapshots.py writes them)."""

ID, VERSION = "@id", "@version"
"""Names by which an instrument means a record's identity, and the form version it was filled in with."""

_LEFT_OUT = {"rejected": "rejected_at_source", "incomplete": "incomplete_at_source", "deleted": DELETED}

_FORM_METADATA = r"start|end|today|deviceid|meta/.*|_.*"
_OWN = {
    "kobo": re.compile(rf"{_FORM_METADATA}|formhub/.*"),
    "odk": re.compile(rf"{_FORM_METADATA}|.*@odata\..*"),
    "limesurvey": re.compile(
        r"id|submitdate|lastpage|startlanguage|seed|startdate|datestamp|ipaddr|refurl|token|.*\[filecount\]"
    ),
}
"""Fields that a server adds by itself, or that a form collects unasked: nobody expects an instrument to name them."""

ModelT = TypeVar("ModelT", bound=BaseModel)


class _Form(BaseModel):
    """A snapshot's first line."""

    kind: Literal["kobo", "odk", "limesurvey"]
    snapshot: Literal[1]
    versions: dict[str, list[str]]
    zones: dict[str, ZoneName]


class _Line(BaseModel):
    """A snapshot's line about a record."""

    id: str
    record: dict[str, Any]
    state: RecordState
    version: str


def read_landed(content: bytes, file_name: str, instrument: Instrument) -> Table:
    """Read a landed snapshot, or an organisation's file, as its instrument says. Raises UnreadableTableError."""
    if file_name.endswith(SNAPSHOT):
        return read_snapshot(content, instrument)
    return read_table(content, file_name, instrument.file)


def read_snapshot(content: bytes, instrument: Instrument) -> Table:
    """Read a snapshot as the table an instrument wants: a row a record, `row_n` the line it stands in.

    A column is the field that has one of its names in the version a record was filled in with, by its whole path or
    by the last parts of it; so a question may move into a group. Fields the instrument does not name come as headings
    without cells. Raises UnreadableTableError: no snapshot, no records, or more than one field for a column.
    """
    lines = io.BytesIO(content)
    form = _parsed(lines.readline(), _Form)
    wanted = dict.fromkeys(tuple(map(heading, names)) for names in instrument.wanted_columns)
    columns = [_Column.of(names, form.versions) for names in wanted]
    fields = _Fields(unanswered=(None,) if form.kind == "limesurvey" else (None, ""))
    blank = NOT_REACHED if form.kind == "limesurvey" else ""
    rows: list[tuple[int, list[str]]] = []
    left_out: dict[int, str] = {}
    for row_n, line in enumerate(lines, start=2):
        record = _parsed(line, _Line)
        cells = fields.answered({ID: record.id, VERSION: record.version} | record.record)
        rows.append((row_n, [column.cell(record.version, cells, blank) for column in columns]))
        if record.state in _LEFT_OUT:
            left_out[row_n] = _LEFT_OUT[record.state]
    if not rows:
        raise UnreadableTableError("file_empty")
    headings = [column.names[0] if fields.stands(column) else "" for column in columns]
    ignored = [heading(name) for name in instrument.file.ignored_columns]
    return Table(
        sheet=None,
        headings=headings + [path for path in fields.beyond(columns, form) if not _is_named(path, ignored)],
        rows=rows,
        zones={column.names[0]: zone for column in columns if (zone := column.zone(form.zones)) is not None},
        left_out=left_out,
    )


def _parsed(line: bytes, model: type[ModelT]) -> ModelT:
    """A line as what it should be; a lone surrogate in it passes, so that only its row is rejected."""
    try:
        return model.model_validate(json.loads(line))
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or JSON of another shape (a ValidationError)
        raise UnreadableTableError("unreadable_file", "JSON Lines") from None


@dataclass(frozen=True)
class _Column:
    """What an instrument names, and the fields that it can be. `by_version`: the field of each version that has it."""

    names: tuple[str, ...]
    by_version: Mapping[str, str | None]

    @classmethod
    def of(cls, names: tuple[str, ...], versions: Mapping[str, list[str]]) -> _Column:
        """Find the field in each version: by its whole path, or else by the last parts of it.

        What once stood beside the field named in whole is another question. Raises UnreadableTableError where a
        version has more than one.
        """
        whole = {version: [path for path in paths if heading(path) in names] for version, paths in versions.items()}
        others = {path for version, paths in versions.items() if whole[version] for path in paths}
        by_last_parts = {
            version: [path for path in paths if path not in others and _is_named(path, names)]
            for version, paths in versions.items()
        }
        return cls(names, {version: _one(whole[version] or by_last_parts[version]) for version in versions})

    @cached_property
    def paths(self) -> frozenset[str]:
        """The fields it is in any version; what no version has is a field of the server's own, whose name is known."""
        of_the_form = frozenset(path for path in self.by_version.values() if path is not None)
        return of_the_form or frozenset(self.names)

    def cell(self, version: str, cells: Mapping[str, str], blank: str) -> str:
        """A record's cell. `blank`: what an unanswered question reads as.

        An answer in the field of another version counts where its own has none: an edit with a newer form leaves the
        record its first version's name. Raises UnreadableTableError where several such fields hold different answers.
        """
        own = self.by_version.get(version)
        if own is not None and own in cells:
            return cells[own]
        if found := {cells[path]: path for path in sorted(self.paths) if path in cells}:
            _one(sorted(found.values()))
            return next(iter(found))
        is_asked = own is not None or version not in self.by_version or not any(self.by_version.values())
        return blank if is_asked else NOT_REACHED

    def zone(self, zones: Mapping[str, str]) -> str | None:
        """The zone of its times without an offset."""
        return next((zones[path] for path in sorted(self.paths) if path in zones), None)


class _Fields:
    """The fields that a snapshot's records have, and their answers as cells."""

    def __init__(self, unanswered: tuple[object, ...]) -> None:
        """`unanswered`: values that stand for no answer."""
        self._unanswered = unanswered
        self._single: dict[str, None] = {ID: None, VERSION: None}
        self._lists: dict[str, None] = {}

    def answered(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Path -> cell of the fields of one record that have an answer. A list, as of a repeat, is no cell."""
        cells = {}
        for path, value in _flat(record):
            if isinstance(value, list):
                self._lists[path] = None
                continue
            self._single[path] = None
            if value not in self._unanswered:
                cells[path] = _text(value)
        return cells

    def stands(self, column: _Column) -> bool:
        """Whether the column is there: a field of the form, or one that some record has. A place or a list is none."""
        if not any(column.by_version.values()):
            return not column.paths.isdisjoint(self._single)
        return any(path in self._single or not self._is_taken_apart(path) for path in column.paths)

    def beyond(self, columns: Iterable[_Column], form: _Form) -> list[str]:
        """The paths of fields that no column is and that are not the server's own."""
        known = {path for column in columns for path in column.paths} | {ID, VERSION}
        every = {path for paths in form.versions.values() for path in paths} | self._single.keys() | self._lists.keys()
        return sorted(path for path in every - known if not _OWN[form.kind].fullmatch(path))

    def _is_taken_apart(self, path: str) -> bool:
        return path in self._lists or any(each.startswith(f"{path}/") for each in self._single)


def _is_named(path: str, names: Iterable[str]) -> bool:
    path = heading(path)
    return any(path == name or path.endswith(f"/{name}") for name in names)


def _one(paths: list[str]) -> str | None:
    """The only path, or None. Raises UnreadableTableError if there are more."""
    if len(paths) > 1:
        raise UnreadableTableError("ambiguous_column", "、".join(paths))
    return next(iter(paths), None)


def _flat(record: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """(path, value) of every field, at whatever depth."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}/")
        else:
            yield above + name, value


def _text(value: str | float | bool) -> str:
    """A value as a cell: text as it is, a whole number without a point, anything else as JSON spells it."""
    if isinstance(value, str):
        return value
    return json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value)
