"""The landing store: bytes as received, content-addressed, append-only, with one manifest line per landed file."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Received:
    """What a source gave, and what it is. `content`: bytes, or a file that is moved into the store.

    Where a server says so: `announced_n` rows there are, `received_n` came, `form_version` is the latest.
    """

    source: str
    wave: str
    organisation: str | None
    form: str
    instrument: str
    file_name: str
    content: bytes | Path
    announced_n: int | None = None
    received_n: int | None = None
    form_version: str | None = None


@dataclass(frozen=True)
class Landed:
    """A manifest line: a received file at its place in the store."""

    sha256: str
    source: str
    wave: str
    organisation: str | None
    form: str
    instrument: str
    file_name: str
    bytes_n: int
    announced_n: int | None
    fetched_at: str
    received_n: int | None = None
    form_version: str | None = None


@dataclass(frozen=True)
class Pulled:
    """A line of `pulls.jsonl`: one whole reading of a server's form, also where it found nothing new.

    `landed`: the snapshot's manifest line. `changed`: kind of change -> records, since the pull before. Hashes of
    objects in the store: `changes` (a line a changed record), `structure` (the form) and `pages` (bodies as received;
    none where nothing was new).
    """

    source: str
    pulled_at: str
    landed: Landed
    changed: dict[str, int]
    changes: str | None
    structure: str | None
    pages: list[str]


class LandingStore:
    """A folder that only grows: `objects/ab/abcd…` by sha256, `manifest.jsonl`, `pulls.jsonl`. Its owner's alone.

    Several threads may land at once.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.jsonl"
        self._pulls = folder / "pulls.jsonl"
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def land(self, received: Received) -> Landed:
        """Keep the bytes and note them; the same bytes of the same file are noted once."""
        sha256, bytes_n = self.keep(received.content)
        landed = Landed(
            sha256=sha256,
            source=received.source,
            wave=received.wave,
            organisation=received.organisation,
            form=received.form,
            instrument=received.instrument,
            file_name=received.file_name,
            bytes_n=bytes_n,
            announced_n=received.announced_n,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            received_n=received.received_n,
            form_version=received.form_version,
        )
        known = {self._identity(line): line for line in self.manifest()}
        if (earlier := known.get(self._identity(landed))) is not None:
            return earlier
        self._note(self._manifest, asdict(landed))
        return landed

    def keep(self, content: bytes | Path) -> tuple[str, int]:
        """Keep bytes, or move a file, under their sha256; return it and their number."""
        if isinstance(content, bytes):
            sha256, bytes_n = hashlib.sha256(content).hexdigest(), len(content)
            if not self.path(sha256).exists():
                self._place(self._written(content), sha256)
            return sha256, bytes_n
        with content.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        bytes_n = content.stat().st_size
        if self.path(sha256).exists():
            content.unlink()
        else:
            with content.open("rb") as file:
                os.fsync(file.fileno())
            self._place(content, sha256)
        return sha256, bytes_n

    def note_pull(self, pulled: Pulled) -> None:
        """Write down one whole reading of a server's form."""
        self._note(self._pulls, asdict(pulled))

    def last_pull(self, source: str) -> Pulled | None:
        """The latest whole reading of a source's form."""
        lines = [line for line in _lines(self._pulls) if line.get("source") == source]
        return Pulled(**{**lines[-1], "landed": Landed(**lines[-1]["landed"])}) if lines else None

    def read(self, sha256: str) -> bytes:
        """Return landed bytes, checked against their name. Raises ValueError if the store was altered."""
        content = self.path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"landed object {sha256} does not match its hash: the store was altered")
        return content

    def manifest(self) -> list[Landed]:
        """All manifest lines in order; a last line torn by a kill is passed over (its file is landed again)."""
        lines = []
        for line in _lines(self._manifest):
            with suppress(TypeError):
                lines.append(Landed(**line))
        return lines

    def path(self, sha256: str) -> Path:
        """Where an object lies."""
        return self.folder / "objects" / sha256[:2] / sha256

    @staticmethod
    def _identity(line: Landed) -> tuple[str | None, ...]:
        return line.sha256, line.source, line.wave, line.organisation, line.form, line.instrument, line.file_name

    def _written(self, content: bytes) -> Path:
        handle, temporary = tempfile.mkstemp(dir=self.folder / "objects")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return Path(temporary)

    def _place(self, file: Path, sha256: str) -> None:
        path = self.path(sha256)
        path.parent.mkdir(exist_ok=True)
        file.chmod(0o600)
        file.replace(path)

    @staticmethod
    def _note(where: Path, line: dict[str, Any]) -> None:
        """Append a line, whole or not at all as far as readers see: a torn one before it is closed off first."""
        text = json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"
        with where.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                text = text if file.read(1) == b"\n" else b"\n" + text
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        where.chmod(0o600)


def _lines(file: Path) -> list[dict[str, Any]]:
    """The JSON objects of a file, in order; a line torn by a kill is passed over."""
    found = []
    for line in file.read_bytes().split(b"\n") if file.exists() else []:
        with suppress(ValueError):
            value = json.loads(line)
            if isinstance(value, dict):
                found.append(value)
    return found
