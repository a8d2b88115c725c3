"""Journals: files of one JSON line each that only grow, whoever writes at the same time and whenever one is killed."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError

from warehouse.definitions import Text, UserMistake, fault

LineT = TypeVar("LineT", bound=BaseModel)


@dataclass(frozen=True)
class Journal(Generic[LineT]):
    """A file with a line for each model. `what`: what the file is a record of, for who finds it damaged."""

    file: Path
    model: type[LineT]
    what: Text

    def lines(self) -> list[LineT]:
        """All lines in the order they were written down, but for one torn by a kill. Raises UserMistake if damaged."""
        try:
            written = self.file.read_bytes() if self.file.exists() else b""
            return [self.model.model_validate_json(line) for line in written.split(b"\n")[:-1]]
        except (OSError, ValidationError):
            raise unreadable(self.file, self.what) from None

    def grow(self, news: Callable[[list[LineT]], Iterable[LineT]]) -> list[LineT]:
        """Write down what is new beside the lines there are, and give it.

        A line torn by a kill was never told, and goes.
        """
        with os.fdopen(os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as journal:
            fcntl.flock(journal, fcntl.LOCK_EX)
            new = list(news(self.lines()))
            journal.truncate(self.file.read_bytes().rfind(b"\n") + 1)
            journal.write(b"".join(line.model_dump_json().encode() + b"\n" for line in new))
            journal.flush()
            os.fsync(journal.fileno())
        return new


def unreadable(file: Path, what: Text) -> UserMistake:
    """The mistake of a record that somebody edited."""
    wrong = (f"{what.ja}として読めません", f"is no {what.en}")
    expected = ("手で直さず、控えから戻してください", "never edit it by hand: restore it from a copy")
    return UserMistake([fault(str(file), "", wrong, expected)])
