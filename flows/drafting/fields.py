"""What a draft is made from: the columns of an export or the questions of a form, as one thing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from flows.cells import folded
from flows.instruments import FileLayout

Kind = Literal["date", "number", "ticks", "cells", "unseen"]
"""What a column's cells are, all of them; `cells`: anything else (in a form: text); `unseen`: not known, or empty."""

_NUMBERED = re.compile(r"^[^\s\d]{0,5}\d+(?:[-_.]\d+)*[.):]?\s+(?=\S)")
_CLOSING = "。.?!:"
_PARENTHESIS = re.compile(r"\([^()]*\)$")
_SHORT = 40
_FEW = 40
_OFTEN = 3
_MOSTLY = 0.8
_PROSE = 10


@dataclass(frozen=True)
class Field:
    """A column, a question of a form, or several columns that hold one option each.

    `titles`: how it is called, in every language there is. `cells`: what is written (folded) -> how many cells; for a
    form its codes. `dates_n`: cells that are dates. `labels`: a code's labels, for a form. `options`: option -> column,
    where each has its own.
    """

    columns: tuple[str, ...]
    titles: tuple[str, ...]
    kind: Kind
    cells: Counter[str] = field(default_factory=Counter)
    rows_n: int = 0
    dates_n: int = 0
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    separators: tuple[str, ...] = ()
    ticked: tuple[str, ...] = ()
    unticked: tuple[str, ...] = ()
    is_form: bool = False

    @property
    def filled_n(self) -> int:
        """How many cells hold something."""
        return self.cells.total()

    @property
    def is_unique(self) -> bool:
        """Whether every row has its own value."""
        return self.rows_n > 0 and len(self.cells) == self.filled_n == self.rows_n

    @cached_property
    def is_prose(self) -> bool:
        """Whether the cells are texts: long, and hardly any twice."""
        letters = sum(len(cell) * count for cell, count in self.cells.items())
        return letters > _PROSE * self.filled_n and len(self.cells) > self.filled_n / 2

    @cached_property
    def wordings(self) -> frozenset[str]:
        """The titles, with and without a number, in the form they are compared in."""
        return frozenset(form for title in self.titles for form in wordings(title))

    @cached_property
    def shortened(self) -> frozenset[str]:
        """The same without "(all that apply)" or the like at the end."""
        return frozenset(map(shortened, self.wordings))


@dataclass(frozen=True)
class Material:
    """A file as read: its fields in order, how it is laid out, and what a person should know of it (Japanese).

    `columns`: column -> its cells (folded, of an export). `system_times`: columns in which a form's server or telephone
    writes when.
    """

    fields: list[Field]
    layout: FileLayout
    remarks: list[str] = field(default_factory=list)
    columns: dict[str, list[str]] = field(default_factory=dict)
    system_times: list[str] = field(default_factory=list)

    @property
    def is_form(self) -> bool:
        """Whether it describes a form and holds no responses."""
        return any(each.is_form for each in self.fields)


def squeezed(text: str) -> str:
    """A label in the form it is compared in: NFKC, no space anywhere."""
    return "".join(folded(text).split())


def wordings(title: str) -> set[str]:
    """A title with and without its number, in the form it is compared in; closing marks do not count."""
    text = " ".join(folded(title).split())
    return {squeezed(form).rstrip(_CLOSING) for form in (text, _NUMBERED.sub("", text))} - {""}


def shortened(wording: str) -> str:
    """A wording, as compared, without the parentheses at its end: they may matter, or say "(all that apply)"."""
    return _PARENTHESIS.sub("", wording).rstrip(_CLOSING)


def number_of(title: str) -> str | None:
    """The number a question's wording begins with (`問3-1`), in the form it is compared in."""
    found = _NUMBERED.match(" ".join(folded(title).split()))
    return plain_number(found[0]) if found else None


def plain_number(text: str) -> str:
    """A question's number however it is punctuated: `問3_1.` is `問3-1`."""
    return re.sub(r"[_.]", "-", squeezed(text).rstrip(".):"))


def listed(cells: Counter[str]) -> tuple[dict[str, int], int]:
    """The values that may be shown, with their cells, and how many kinds are not shown.

    Only where the column looks like a closed question: few kinds, short, most cells hold one that occurs often. A
    value that occurs less than three times might be somebody's words, or somebody.
    """
    often = {value: count for value, count in cells.items() if count >= _OFTEN and len(value) <= _SHORT}
    if len(cells) > _FEW or sum(often.values()) < _MOSTLY * cells.total():
        return {}, len(cells)
    return often, len(cells) - len(often)
