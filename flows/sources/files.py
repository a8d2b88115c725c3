"""Files in an inbox folder, as organisations send them."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from flows.file_kinds import KINDS
from flows.findings import Finding
from flows.landing import Received
from flows.programme import Programme
from flows.sources.declared import Source

TABLE_SUFFIXES = frozenset({".csv", ".tsv", *KINDS})


def pull_files(source: Source, wave: str, inbox: Path) -> tuple[list[Received], list[Finding]]:
    """Read the files that a source has sent for a wave, in the order of their names, unchanged."""
    pattern = source.place.replace("{wave}", wave)
    received: list[Received] = []
    findings: list[Finding] = []
    for path in sorted(_matching(inbox, pattern)):
        name = printable(path.relative_to(inbox))
        content = path.read_bytes()
        if not content.strip(b"\xef\xbb\xbf\r\n \t"):
            findings.append(Finding(wave, source.organisation, source.form, name, "file_empty"))
            continue
        received.append(Received(source.id, wave, source.organisation, source.form, source.instrument, name, content))
    if source.required and not received and not findings:
        findings.append(Finding(wave, source.organisation, source.form, pattern, "file_missing"))
    return received, findings


def _matching(inbox: Path, pattern: str) -> set[Path]:
    """The files a pattern means. A Mac writes が in a name as two characters, which look like the one."""
    return {path for form in ("NFC", "NFD") for path in inbox.glob(unicodedata.normalize(form, pattern))}


def printable(path: Path) -> str:
    """The path in Unicode: bytes of a name that are none (cp932, from a Windows archive) are written out."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def undeclared_files(programme: Programme, waves: list[str], inbox: Path) -> list[Finding]:
    """Tables in the inbox that no source of any wave asks for: an organisation or a form that nobody declared."""
    declared = {
        path
        for source in programme.settings.sources
        for wave in source.waves
        if source.files is not None
        for path in _matching(inbox, source.files.replace("{wave}", wave))
    }
    tables = {path for path in inbox.rglob("*") if path.suffix.lower() in TABLE_SUFFIXES and path.is_file()}
    return [
        Finding(waves[-1], None, None, printable(path.relative_to(inbox)), "undeclared_file")
        for path in sorted(tables - declared)
    ]
