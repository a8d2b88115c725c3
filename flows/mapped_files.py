"""Landed files mapped as their instruments say: in a run, and again when people look at what was in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flows.findings import Finding
from flows.landing import Landed, LandingStore
from flows.mapping import Mapped, map_table
from flows.programme import Programme
from flows.records import read_landed
from flows.spreadsheets import UnreadableTableError


def map_landed(
    programme: Programme, landed: Iterable[Landed], store: LandingStore, done: Callable[[], None] = lambda: None
) -> Mapped:
    """Read each landed file as its instrument says and put its answers into the form's codes; `done` with each."""
    parts: list[Mapped] = []
    for each in landed:
        instrument = programme.instruments[each.instrument]
        try:
            table = read_landed(store.read(each.sha256), each.file_name, instrument)
            parts.append(map_table(table, each, instrument, programme.forms[each.form], programme.zone))
        except UnreadableTableError as error:
            finding = Finding(
                each.wave, each.organisation, each.form, each.file_name, error.reason_code, expected=error.expected
            )
            parts.append(Mapped.none([finding]))
        done()
    return Mapped.together(parts)
