"""Annotations kept on disk between runs, found again by the text's hash and the analyser's versions."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from nlp.annotation import Annotation, from_plain, to_plain
from warehouse.definitions import UserMistake, fault

_TABLE = """
CREATE TABLE IF NOT EXISTS annotation (
    analyser BLOB NOT NULL,
    text_sha256 BLOB NOT NULL,
    has_words INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (analyser, text_sha256)
) WITHOUT ROWID
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

    Every `store` is one transaction, so a killed run leaves whole batches. `path=None` keeps all in memory.
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
            self._connection.execute(_TABLE)
        except sqlite3.DatabaseError:
            self._connection.close()
            wrong = ("解析結果の保管ファイルとして読めません", "is no file of annotations")
            expected = ("削除して再実行してください(作り直されます)", "delete it and run again (it is made anew)")
            raise UserMistake([fault(path.name if path else "", "", wrong, expected)]) from None

    def find(self, texts: Sequence[str], *, words: bool = True) -> dict[str, Annotation]:
        """Annotations of those texts that are stored; with `words=False` also those stored without lemma and norm."""
        by_hash = {_sha256(text): text for text in texts}
        hashes = list(by_hash)
        found: dict[str, Annotation] = {}
        for start in range(0, len(hashes), _FIND_AT_ONCE):
            some = hashes[start : start + _FIND_AT_ONCE]
            query = _FIND.format(", ".join("?" * len(some)))
            for text_sha256, body in self._connection.execute(query, (self._analyser, int(words), *some)):
                text = by_hash[text_sha256]
                found[text] = from_plain(text, json.loads(zlib.decompress(body)))
        return found

    def store(self, annotations: Mapping[str, Annotation], *, without_words: Collection[str] = frozenset()) -> None:
        """Store annotations in one transaction; of the texts in `without_words` (they hold identifiers) only spans."""
        rows = []
        for text, annotation in annotations.items():
            words = text not in without_words
            body = json.dumps(to_plain(annotation, words=words), ensure_ascii=False, separators=(",", ":"))
            rows.append((self._analyser, _sha256(text), int(words), zlib.compress(body.encode())))
        with self._connection:
            self._connection.executemany(_STORE, rows)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> AnnotationCache:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
