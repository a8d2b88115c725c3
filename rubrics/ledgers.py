"""Ledgers that only grow: what of their lines stands, and what of the lines that come in says something new."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TypeVar

from warehouse.definitions import Definition


class Judgement(Definition):
    """A line of a ledger: something that one person judged, and wrote into a workbook."""

    @property
    @abstractmethod
    def about(self) -> tuple[object, ...]:
        """Whose and of what it is: a later line about the same supersedes an earlier one."""

    @property
    @abstractmethod
    def said(self) -> tuple[object, ...]:
        """What it says: two lines that say the same of the same are one."""

    @property
    @abstractmethod
    def came_in(self) -> str:
        """Hash of the workbook it came in."""


LineT = TypeVar("LineT", bound=Judgement)


def standing(lines: Iterable[LineT]) -> list[LineT]:
    """The lines that stand: the last one about each thing. What was corrected stays in the ledger and does not count.

    `lines` in the order they were written down.
    """
    return list({line.about: line for line in lines}.values())


def taken_in(ledger: Iterable[LineT], given: Iterable[LineT]) -> list[LineT]:
    """Those of the lines `given` that say something new: what the ledger is to grow by.

    A sheet that was taken in before changes nothing, nor does a line that says what already stands, whenever given.
    """
    written = list(ledger)
    known = {(line.came_in, line.about) for line in written}
    stands = {line.about: line.said for line in written}
    return [line for line in given if (line.came_in, line.about) not in known and stands.get(line.about) != line.said]
