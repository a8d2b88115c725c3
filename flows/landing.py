"""The landing store: bytes as received, content-addressed, append-only, with one manifest line per landed file."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, Generic, TypeVar


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

    `origin`: the form, and the server it is on. `landed`: the snapshot's manifest line. `changed`: kind of change ->
    records, since the pull before. Hashes of objects in the store: `changes` (a line a changed record), `structure`
    (the form) and `pages` (bodies as received; none where nothing was new).
    """

    source: str
    origin: dict[str, str | int]
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
        self._manifest = _Journal(folder / "manifest.jsonl", lambda line: Landed(**line), self._identity)
        self._pulls = _Journal(folder / "pulls.jsonl", _pulled, lambda pull: pull.source)
        (folder / "objects").mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def land(self, received: Received) -> Landed:
        """Keep the bytes and note them; the same bytes of the same file are noted once."""
        sha256, bytes_n = self.keep(received.content)
        return self.note(
            Landed(
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
        )

    def note(self, landed: Landed) -> Landed:
        """Write down whose file an object is; the same bytes of the same file are noted once."""
        return self._manifest.append_once(landed)

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
        self._pulls.append(pulled)

    def last_pull(self, source: str) -> Pulled | None:
        """The latest whole reading of a source's form."""
        return self._pulls.latest(source)

    def read(self, sha256: str) -> bytes:
        """Return landed bytes, checked against their name. Raises ValueError if the store was altered."""
        content = self.path(sha256).read_bytes()
        _refuse_altered(sha256, hashlib.sha256(content).hexdigest())
        return content

    def checked(self, sha256: str) -> Path:
        """Where an object lies whose bytes are too many to be held. Raises ValueError if the store was altered."""
        with self.path(sha256).open("rb") as file:
            _refuse_altered(sha256, hashlib.file_digest(file, "sha256").hexdigest())
        return self.path(sha256)

    def manifest(self) -> list[Landed]:
        """All manifest lines in order; a last line torn by a kill is passed over (its file is landed again)."""
        return self._manifest.lines()

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
        folder = os.open(path.parent, os.O_RDONLY)  # its name is on the disk before any line says that it is there
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


LineT = TypeVar("LineT", Landed, Pulled)


class _Journal(Generic[LineT]):
    """A file of JSON lines that only grows, and what it said last of each key; it is read on from where it was left.

    Several threads and processes may append.
    """

    def __init__(self, file: Path, parsed: Callable[[dict[str, Any]], LineT], key: Callable[[LineT], Hashable]) -> None:
        self._file = file
        self._parsed: Callable[[dict[str, Any]], LineT] = parsed
        self._key: Callable[[LineT], Hashable] = key
        self._latest: dict[Hashable, LineT] = {}
        self._read_n = 0
        self._lock = Lock()

    def lines(self) -> list[LineT]:
        """All lines, in order; those torn by a kill are passed over."""
        return self._parts(self._file.read_bytes()) if self._file.exists() else []

    def latest(self, key: Hashable) -> LineT | None:
        """The last whole line with this key."""
        with self._lock:
            if self._file.exists():
                with self._file.open("rb") as file:
                    self._read_on(file)
            return self._latest.get(key)

    def append(self, line: LineT) -> None:
        """Write a line at the end."""
        with self._lock, self._file.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._write(file, line)

    def append_once(self, line: LineT) -> LineT:
        """Write a line at the end unless there is one with its key; give the one that is there."""
        with self._lock, self._file.open("ab+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._close_off(file)
            self._read_on(file)
            earlier = self._latest.get(self._key(line))
            if earlier is None:
                self._write(file, line)
            return earlier or line

    def _write(self, file: BinaryIO, line: LineT) -> None:
        """Write a line, whole or not at all as far as readers see."""
        self._close_off(file)
        file.write(json.dumps(asdict(line), ensure_ascii=False, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        self._file.chmod(0o600)

    @staticmethod
    def _close_off(file: BinaryIO) -> None:
        """End a line that a kill has torn, so that the next one begins anew."""
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
                file.flush()

    def _read_on(self, file: BinaryIO) -> None:
        if file.seek(0, os.SEEK_END) < self._read_n:  # another file by now
            self._read_n = 0
            self._latest.clear()
        file.seek(self._read_n)
        whole = file.read().rpartition(b"\n")[0]
        self._latest.update({self._key(line): line for line in self._parts(whole)})
        self._read_n += len(whole)

    def _parts(self, content: bytes) -> list[LineT]:
        found = []
        for line in content.split(b"\n"):
            with suppress(ValueError, TypeError, KeyError):  # torn
                found.append(self._parsed(json.loads(line)))
        return found


def _pulled(line: dict[str, Any]) -> Pulled:
    return Pulled(**{**line, "landed": Landed(**line["landed"])})


def _refuse_altered(sha256: str, found: str) -> None:
    if found != sha256:
        raise ValueError(f"landed object {sha256} does not match its hash: the store was altered")
