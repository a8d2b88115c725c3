"""Annotations kept on disk between runs, found again by the text's hash and the analyser's versions."""

from __future__ import annotations

import gc
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from nlp.annotation import Annotation, from_plain, to_plain
from warehouse.definitions import UserMistake, fault

_TABLES = """
CREATE TABLE IF NOT EXISTS annotation (
    analyser BLOB NOT NULL,
    text_sha256 BLOB NOT NULL,
    has_words INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (analyser, text_sha256)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kind (number INTEGER PRIMARY KEY, kind TEXT NOT NULL UNIQUE);
"""
_FIND = "SELECT text_sha256, body FROM annotation WHERE analyser = ? AND has_words >= ? AND text_sha256 IN ({})"
_STORE = """
INSERT INTO annotation VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET has_words = excluded.has_words, body = excluded.body
WHERE excluded.has_words > annotation.has_words
"""
_FIND_AT_ONCE = 500


class AnnotationCache:
    """A SQLite file of annotations. It never holds a text: only hashes, positions, and words the caller allows.

    Every `store` is one transaction, so a killed run leaves whole batches. The kinds of words (`to_plain`), more than
    half of what there is to write, are written once for all texts and numbered. `path=None` keeps all in memory.
    """

    def __init__(self, path: Path | None, analyser: Mapping[str, str]) -> None:
        self._analyser = hashlib.sha256(json.dumps(dict(analyser), sort_keys=True).encode()).digest()
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        # Prefect may use it from a later task's thread; it is used from one thread at a time.
        self._connection = sqlite3.connect(path or ":memory:", timeout=60, check_same_thread=False)
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_TABLES)
        except sqlite3.DatabaseError:
            self._connection.close()
            wrong = ("解析結果の保管ファイルとして読めません", "is no file of annotations")
            expected = ("削除して再実行してください(作り直されます)", "delete it and run again (it is made anew)")
            raise UserMistake([fault(path.name if path else "", "", wrong, expected)]) from None
        self._kinds: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def find(self, texts: Sequence[str], *, words: bool = True) -> dict[str, Annotation]:
        """Annotations of those texts that are stored; with `words=False` also those stored without lemma and norm."""
        with _collection_paused():
            return self._find(texts, words)

    def _find(self, texts: Sequence[str], words: bool) -> dict[str, Annotation]:
        by_hash = {_sha256(text): text for text in texts}
        hashes = list(by_hash)
        found: dict[str, Annotation] = {}
        for start in range(0, len(hashes), _FIND_AT_ONCE):
            some = hashes[start : start + _FIND_AT_ONCE]
            query = _FIND.format(", ".join("?" * len(some)))
            for text_sha256, body in self._connection.execute(query, (self._analyser, int(words), *some)):
                text = by_hash[text_sha256]
                plain = json.loads(zlib.decompress(body))
                found[text] = from_plain(text, plain | {"kinds": self._kinds_numbered(plain["kinds"])})
        return found

    def store(self, annotations: Mapping[str, Annotation], *, without_words: Collection[str] = frozenset()) -> None:
        """Store annotations in one transaction; of the texts in `without_words` (they hold identifiers) only spans."""
        rows = []
        for text, annotation in annotations.items():
            words = text not in without_words
            plain = to_plain(annotation, words=words)
            plain["kinds"] = self._numbers_of(plain["kinds"])
            body = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
            rows.append((self._analyser, _sha256(text), int(words), zlib.compress(body.encode())))
        with self._connection:
            self._connection.executemany(_STORE, rows)

    def _numbers_of(self, kinds: Sequence[str]) -> list[int]:
        new = [(kind,) for kind in kinds if kind not in self._numbers]
        if new:
            with self._connection:
                self._connection.executemany("INSERT OR IGNORE INTO kind (kind) VALUES (?)", new)
            self._read_kinds()
        return [self._numbers[kind] for kind in kinds]

    def _kinds_numbered(self, numbers: Sequence[int]) -> list[str]:
        if not self._kinds.keys() >= set(numbers):  # another process has stored more since
            self._read_kinds()
        return [self._kinds[number] for number in numbers]

    def _read_kinds(self) -> None:
        self._kinds = dict(self._connection.execute("SELECT number, kind FROM kind"))
        self._numbers = {kind: number for number, kind in self._kinds.items()}

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> AnnotationCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


@contextmanager
def _collection_paused() -> Iterator[None]:
    """Without garbage collection, which looks through all annotations so far each time some more are read."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
