"""The register of quotations that left the house: what went where, when, by whom. It holds no word of a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import AwareDatetime

from flows.journals import Journal
from warehouse.definitions import Definition, Text


class Released(Definition):
    """One quotation that was released: text[start:end] of the masked text with this hash, to a file, for a purpose.

    `checked_by`: who looked at the masking; `released_by`: who gave it out. `attributes`: what stands beside it, by
    name (`age:coarse` in groups); `sharing_n`: respondents who share all of it. `sheet_sha256`: the workbook it was
    decided in; `file_sha256`: the file it went out in.
    """

    release_id: str
    released_at: AwareDatetime
    released_by: str
    checked_by: str
    purpose: str
    file_name: str
    file_sha256: str
    wave: str
    run_id: str
    theme_id: str
    response_id: str
    question_id: str
    text_sha256: str
    start: int
    end: int
    attributes: list[str]
    sharing_n: int
    k: int
    sheet_sha256: str


class Register:
    """`data/quotations/register.jsonl`: its owner's alone, and it only grows."""

    _WHAT: ClassVar = Text(ja="引用の公開の記録", en="register of released quotations")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = Journal(folder / "register.jsonl", Released, self._WHAT)

    def lines(self) -> list[Released]:
        """All that was released, in that order. Raises UserMistake if the register was damaged."""
        return self._journal.lines()

    def write(self, made: Callable[[int], Sequence[Released]]) -> list[Released]:
        """Write down what is released; `made` is told how many were released before."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._journal.grow(lambda written: made(len(written)))
