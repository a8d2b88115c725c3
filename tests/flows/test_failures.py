"""Failures in words: the type, what the system calls it and the place, never the message."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from flows.failures import said, where
from flows.landing import LandingStore


def test_a_failure_names_its_type_and_place_and_quotes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        LandingStore(tmp_path).read("ab" * 32)
    assert where(caught.value).startswith("FileNotFoundError ENOENT in ")
    assert " > read line " in where(caught.value)
    assert "abab" not in where(caught.value)
    assert said(caught.value, "en")[0] == where(caught.value)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "no space", "/an/answer"), "OSError ENOSPC in "),
        (ValueError("an answer"), "ValueError in "),
        (OSError("an answer"), "OSError in "),
    ],
)
def test_what_the_system_calls_it_is_told(error: Exception, words: str) -> None:
    assert where(error) == words


def test_what_sqlite_calls_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as caught:
        sqlite3.connect(tmp_path / "no folder" / "records.sqlite")
    assert where(caught.value).startswith("OperationalError SQLITE_CANTOPEN in ")
