"""How well a field and a question of the form fit: by their titles, and by labels and codes, letter for letter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from expectations.questionnaire import CHOICE_TYPES, Form, Question
from flows.answers import split_labels
from flows.cells import folded
from flows.drafting.fields import Field, number_of, plain_number, shortened, squeezed, wordings
from warehouse.definitions import Text

Title = Literal[0, 1, 2, 3, 4]
"""4: the question's wording (its number aside); 3: but for what is in parentheses at the end; 2: the question's id or
number; 1: a part of the wording, or the wording a part of it; 0: none of these."""

NAMED, SHORTENED, WORDED = 2, 3, 4

_SEPARATORS = [";", "、", ",", "\n", "・", "/", "|", " "]  # as folded: the full-width ones are read as these
_SHORTEST_PART, _SHORTEST_WORD = 2, 4
_STRAY_CELLS = 3
_STRAY_SHARE = 20
_TELLING = 3
_ENOUGH_CELLS = 10
_FEW = 40


@dataclass(frozen=True)
class Fit:
    """A field held against a question.

    `map`: label or code as written -> the question's code, for what is the questionnaire's own; `unmatched`: the rest
    with its cells (missing marks are neither). `by_code`: what matches are codes. `separators`: of a multi-select.
    """

    question: Question
    asked: Field
    title: Title
    likeness: float = 0.0
    map: dict[str, str] = field(default_factory=dict)
    unmatched: Counter[str] = field(default_factory=Counter)
    matched_n: int = 0
    by_code: bool = False
    separators: tuple[str, ...] = ()

    @property
    def labels_n(self) -> int:
        """How many of the question's choices occur."""
        return len(set(self.map.values()))

    @property
    def share(self) -> float:
        """The share of the cells (or parts of cells) that match."""
        return self.matched_n / max(1, self.matched_n + self.unmatched.total())

    @cached_property
    def is_full(self) -> bool:
        """Whether the field holds the question's choices, one to one, and nothing else.

        Among codes there may be slips, which a run rejects and names: written once or twice, and all together at most
        one cell in twenty. Among labels what looks like a slip may be a choice that is worded in another way.
        """
        if not self.map:
            return False
        if self.asked.is_form or self.asked.options:
            return not self.unmatched and len(self.map) == self.labels_n
        if not self.by_code:
            return not self.unmatched
        strays = self.unmatched.total()
        is_slip = all(count < _STRAY_CELLS for count in self.unmatched.values())
        return is_slip and strays * _STRAY_SHARE <= self.matched_n

    @property
    def words_n(self) -> int:
        """How many choices occur otherwise than as a bare number."""
        return len({code for written, code in self.map.items() if not written.isdigit()})

    @property
    def is_telling(self) -> bool:
        """Whether that can hardly be chance: three choices or more, and not bare numbers."""
        return self.is_full and self.words_n >= _TELLING

    @property
    def has_enough(self) -> bool:
        """Whether more than a handful of cells were seen."""
        return self.asked.is_form or self.matched_n >= _ENOUGH_CELLS

    @property
    def is_broad(self) -> bool:
        """Whether half of the choices occur."""
        return 2 * self.labels_n >= len(self.question.codes)

    @property
    def ordered_map(self) -> dict[str, str]:
        """The map in the order of the question's choices."""
        return dict(sorted(self.map.items(), key=lambda item: self.question.codes.index(item[1])))

    @property
    def score(self) -> float:
        """How much speaks for the field, from 0 to 1: half its title, half its cells. It orders candidates, no more.

        Of a closed question the cells count by the choices that occur (bare numbers by half at most), or by how like
        its labels they are; columns of ticks look like what they are, and prose does not count. Of another question
        the cells count by being prose or not.
        """
        title = max(self.likeness / 2, {0: 0.0, 1: 0.6, 2: 0.9, 3: 1.0, 4: 1.0}[self.title])
        if not self.question.choices:
            cells = 0.5 if self.asked.is_prose == (self.question.type == "text") else 0.0
        elif self.asked.is_prose and not (self.separators and len(self.unmatched) <= _FEW):
            cells = 0.0
        else:
            worth = self.words_n + (self.labels_n - self.words_n) / 2 * self.share
            cells = max(worth / len(self.question.codes), self._alike(), 0.6 if self.asked.options else 0.0)
        return round((title + cells) / 2, 2)

    def _alike(self) -> float:
        """How like the question's labels the cells are, on average; at most 0.7, since none need be meant."""
        labels = [squeezed(label) for choice in self.question.choices for label in texts(choice.label)]
        cells = [*self.map, *self.unmatched] if len(self.unmatched) <= _FEW else []
        alike = [max(_likeness(squeezed(cell), label) for label in labels) for cell in cells if not cell.isdigit()]
        return 0.7 * sum(alike) / len(alike) if alike else 0.0


def fit(question: Question, asked: Field, form: Form) -> Fit | None:
    """Hold a field against a question; None where its cells are of another kind altogether."""
    if not _kinds_meet(question, asked):
        return None
    title, likeness = _title(question, asked)
    if question.type not in CHOICE_TYPES:
        return Fit(question, asked, title, likeness)
    known = _known(question)
    missing = {squeezed(mark) for mark in form.missing_kinds}
    if question.type == "multi" and not asked.options and not asked.is_form:
        return _of_lists(question, asked, title, likeness, missing)
    found: dict[str, str] = {}
    unmatched: Counter[str] = Counter()
    for cell, count in asked.cells.items():
        labels = {squeezed(label) for label in asked.labels.get(cell, (cell,))}
        codes = {known[label] for label in labels if label in known}
        if len(codes) == 1:
            found[cell] = codes.pop()
        elif not (labels & missing and squeezed(cell) in missing):
            unmatched[cell] = max(1, count)
    matched_n = sum(max(1, asked.cells[cell]) for cell in found)
    by_code = all(squeezed(cell) == squeezed(code) for cell, code in found.items())
    return Fit(question, asked, title, likeness, found, unmatched, matched_n, by_code, asked.separators)


def _kinds_meet(question: Question, asked: Field) -> bool:
    if asked.is_form and (asked.kind == "cells" if question.choices else bool(asked.cells)):
        return False  # a text is asked where there are choices, or choices where there are none
    match question.type:
        case "multi":
            return asked.kind != "date"
        case "single" | "level":
            return asked.kind not in ("date", "ticks")
        case "date":
            return asked.kind in ("date", "unseen")
        case "number":
            return asked.kind in ("number", "unseen")
        case "text" | "identifiers":
            return asked.kind in ("cells", "unseen")
        case "identifier":
            return asked.kind in ("cells", "number", "unseen")


def texts(wording: Text) -> list[str]:
    """A wording in every language it is given in."""
    return [text for text in wording.model_dump().values() if isinstance(text, str)]


def _title(question: Question, asked: Field) -> tuple[Title, float]:
    """How well the titles fit, and what share of the field's title the wording holds (pairs of letters)."""
    worded = {form for text in texts(question.wording) for form in wordings(text)}
    if worded & asked.wordings:
        return 4, 1.0
    if set(map(shortened, worded)) & asked.shortened:
        return 3, 1.0
    named = {squeezed(question.id), *(each for text in texts(question.wording) if (each := number_of(text)))}
    if named & {form for title in asked.titles for form in (squeezed(title), plain_number(title))}:
        return 2, 1.0
    parts = [title for title in asked.wordings if len(title) >= (_SHORTEST_WORD if title.isascii() else _SHORTEST_PART)]
    if any(part in wording or wording in part for part in parts for wording in worded):
        return 1, 1.0
    return 0, max((_likeness(part, wording) for part in parts for wording in worded), default=0.0)


def _likeness(part: str, wording: str) -> float:
    """The share of a text's pairs of letters that stand in another; of a single letter, whether it does."""
    pairs = [part[at : at + 2] for at in range(len(part) - 1)] or [part]
    return sum(pair in wording for pair in pairs) / len(pairs)


def _known(question: Question, compared: Callable[[str], str] = squeezed) -> dict[str, str]:
    """Label or code, as compared -> code; a label that two choices share is none."""
    found: dict[str, set[str]] = {}
    for choice in question.choices:
        for label in [choice.code, *texts(choice.label)]:
            found.setdefault(compared(label), set()).add(choice.code)
    return {label: codes.pop() for label, codes in found.items() if len(codes) == 1}


# --- several answers in one cell ----------------------------------------------------------------------------------


def _of_lists(question: Question, asked: Field, title: Title, likeness: float, missing: set[str]) -> Fit:
    """A multi-select in one cell: the separators are those at which cells fall into registered labels."""
    known = _known(question, folded)
    cells = Counter({cell: count for cell, count in asked.cells.items() if squeezed(cell) not in missing})
    separators = tuple(mark for mark in _SEPARATORS if _splits(cells, known, mark))
    chosen = separators or _likely_separator(cells)
    found: dict[str, str] = {}
    unmatched: Counter[str] = Counter()
    matched_n = 0
    for cell, count in cells.items():
        for part in split_labels(cell, list(known), list(chosen)):
            if part in known:
                found[part] = known[part]
                matched_n += count
            else:
                unmatched[part] += count
    by_code = all(part == folded(code) for part, code in found.items())
    return Fit(question, asked, title, likeness, found, unmatched, matched_n, by_code, chosen)


def _splits(cells: Counter[str], known: dict[str, str], separator: str) -> bool:
    """Whether some cell that is no label falls into two labels or more, and nothing else."""
    labels = list(known)
    several = (cell for cell in cells if separator in cell and cell not in known)
    parts = (split_labels(cell, labels, [separator]) for cell in several)
    return any(len(each) > 1 and all(part in known for part in each) for each in parts)


def _likely_separator(cells: Counter[str]) -> tuple[str, ...]:
    """Where no label is known: the mark that stands in most cells and makes the fewest kinds of parts."""
    kinds: dict[str, int] = {}
    for mark in _SEPARATORS[:-1]:
        with_mark = [cell for cell in cells if mark in cell]
        if 4 * len(with_mark) >= len(cells):
            kinds[mark] = len({part for cell in cells for part in split_labels(cell, [], [mark])})
    best = min(kinds, key=lambda mark: kinds[mark], default=None)
    return (best,) if best is not None and kinds[best] < len(cells) else ()
