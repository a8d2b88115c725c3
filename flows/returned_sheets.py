"""Sheets that come back, of ratings or of codes: what the file says of itself, and how its texts are compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from pathlib import PurePath

from flows.entry_sheets import HEADING_ROW
from flows.file_kinds import KINDS
from flows.instruments import FileLayout
from flows.rating_cells import shown
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from rubrics.ratings import Drawing
from rubrics.refusals import Refusal
from rubrics.sheet_manifest import MANIFEST, Kind, Manifest, is_whole, manifest_of
from warehouse.definitions import Text


def manifest_in(content: bytes, file_name: str) -> tuple[Manifest, list[list[str]]] | None:
    """What a workbook says of itself, and the lines it says it in; None if it is no sheet of ours, or unreadable."""
    if PurePath(file_name).suffix.lower() not in KINDS:
        return None
    try:
        lines = read_sheet(content, file_name, FileLayout(sheet=MANIFEST)).lines
    except UnreadableTableError:
        return None
    found = manifest_of(lines)
    return None if found is None else (found, lines)


def refusal_of_file(
    manifest: Manifest, lines: list[list[str]], kind: Kind, round_: Drawing, people: Collection[str]
) -> Refusal | None:
    """Why nothing of a file can be taken; None if it can be looked at row by row. `people`: for whom it can be."""
    if manifest.round_id != round_.round_id:
        return Refusal("other_round")
    if manifest.kind != kind:
        return Refusal("other_kind")
    if not is_whole(lines, round_.seed):
        return Refusal("manifest_altered")
    if kind != "adjudication" and manifest.rater not in people:
        return Refusal("other_rater")
    return None


def columns_of(sheet: Sheet, wanted: Mapping[str, Text]) -> dict[str, int]:
    """Where columns stand by their headings in either language: name -> place, without those that are gone."""
    headings = sheet.lines[HEADING_ROW - 1] if len(sheet.lines) >= HEADING_ROW else []
    at = {heading.strip(): column for column, heading in enumerate(headings)}  # the last of several: texts come first
    places = {name: at.get(text.ja, at.get(text.en)) for name, text in wanted.items()}
    return {name: place for name, place in places.items() if place is not None}


def as_seen(texts: Iterable[str]) -> str:
    """Texts without white space, which spreadsheets change, in the form of NFKC."""
    return "".join(unicodedata.normalize("NFKC", shown("".join(texts))).split())
