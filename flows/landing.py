"""The landing store: bytes as received, content-addressed, append-only, with one manifest line per landed file."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Received:
    """What a source gave: bytes, and what they are. `announced_n`: rows the source said there are, where it says so."""

    source: str
    wave: str
    organisation: str | None
    form: str
    instrument: str
    file_name: str
    content: bytes
    announced_n: int | None = None


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


class LandingStore:
    """A folder that only grows: `objects/ab/abcd…` by sha256, and `manifest.jsonl`. Readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.jsonl"
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def land(self, received: Received) -> Landed:
        """Keep the bytes and note them; the same bytes of the same file are noted once."""
        sha256 = hashlib.sha256(received.content).hexdigest()
        known = {self._identity(line): line for line in self.manifest()}
        landed = Landed(
            sha256=sha256,
            source=received.source,
            wave=received.wave,
            organisation=received.organisation,
            form=received.form,
            instrument=received.instrument,
            file_name=received.file_name,
            bytes_n=len(received.content),
            announced_n=received.announced_n,
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        self._keep(sha256, received.content)
        if (earlier := known.get(self._identity(landed))) is not None:
            return earlier
        self._note(landed)
        return landed

    def read(self, sha256: str) -> bytes:
        """Return landed bytes, checked against their name. Raises ValueError if the store was altered."""
        content = self._path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"landed object {sha256} does not match its hash: the store was altered")
        return content

    def manifest(self) -> list[Landed]:
        """All manifest lines in order; a last line torn by a kill is passed over (its file is landed again)."""
        if not self._manifest.exists():
            return []
        lines = []
        for line in self._manifest.read_bytes().split(b"\n"):
            try:
                lines.append(Landed(**json.loads(line)))
            except (ValueError, TypeError):
                continue
        return lines

    @staticmethod
    def _identity(line: Landed) -> tuple[str | None, ...]:
        return line.sha256, line.source, line.wave, line.organisation, line.form, line.instrument, line.file_name

    def _path(self, sha256: str) -> Path:
        return self.folder / "objects" / sha256[:2] / sha256

    def _keep(self, sha256: str, content: bytes) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        path.parent.mkdir(exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)

    def _note(self, landed: Landed) -> None:
        line = json.dumps(asdict(landed), ensure_ascii=False, sort_keys=True).encode() + b"\n"
        with self._manifest.open("ab") as file:
            if file.tell() and not self._ends_with_newline():
                line = b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._manifest.chmod(0o600)

    def _ends_with_newline(self) -> bool:
        with self._manifest.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
