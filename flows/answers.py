"""From the cells of one question to facts: codes, numbers, texts, dates, or the kind of missing an answer is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from expectations.questionnaire import CHOICE_TYPES, Form, Question
from flows.cells import NOT_REACHED, DateRules, day, folded, is_blank, is_month_only, number
from flows.instruments import AnswerMapping
from warehouse.evidence import UNMATCHED

_IDENTIFIER_SEPARATORS = ["、", ",", ";", "/", "\n"]

ResultT = TypeVar("ResultT")


def heading(name: str) -> str:
    """A column's heading in the form it is compared in."""
    return " ".join(folded(name).split())


def column_of(cells: dict[str, list[str]], names: list[str]) -> list[str]:
    """The cells of the first of the alternative columns that is there."""
    return next(cells[heading(name)] for name in names if heading(name) in cells)


@dataclass(frozen=True)
class Fact:
    """What one cell says: a code, number, text or date, or the kind of missing it is.

    `fault`: the reason why an unmatched one could not be read, where there is a better one than its type's.
    """

    code: str | None = None
    number: float | None = None
    text: str | None = None
    date: str | None = None
    missing: str | None = None
    fault: str | None = None


UNMATCHED_FACT = Fact(code=UNMATCHED)
AMBIGUOUS = Fact(code=UNMATCHED, fault="ambiguous_choice")
WITHOUT_DAY = Fact(code=UNMATCHED, fault="month_only")
BLANK = Fact(missing="blank")
NOT_ASKED = Fact(missing="not_asked")
UNMAPPED = Fact(missing="unmapped")


def facts_of(
    question: Question,
    mapping: AnswerMapping | None,
    cells: dict[str, list[str]],
    rows_n: int,
    form: Form,
    zone: ZoneInfo,
    rules: DateRules = DateRules(),  # noqa: B008 - it is frozen
) -> list[list[Fact]]:
    """The facts of one question, a list a row (a multi-select may have several)."""
    if mapping is None or mapping.crosswalk == "D":
        return [[UNMAPPED]] * rows_n
    if mapping.constant is not None:
        return [[Fact(code=mapping.constant)]] * rows_n
    if mapping.flags:
        return _flagged(mapping, cells, rows_n)
    reader = _reader(question, mapping, form, zone, rules)
    return remembered(reader, column_of(cells, mapping.columns))


def as_routed(question: Question, facts: list[list[Fact]], routes: list[str], form: Form) -> list[list[Fact]]:
    """The same facts, where `routes` are the rows' answers to the routing question: who is led past, left no blank."""
    if question.asked_if is None:
        return facts
    elsewhere = set(form.routes) - {question.asked_if}
    return [
        [NOT_ASKED] if row == [BLANK] and folded(route) in elsewhere else row
        for row, route in zip(facts, routes, strict=True)
    ]


def remembered(reader: Callable[[str], ResultT], cells: list[str]) -> list[ResultT]:
    """Read each different cell once."""
    known = {cell: reader(cell) for cell in dict.fromkeys(cells)}
    return [known[cell] for cell in cells]


def _flagged(mapping: AnswerMapping, cells: dict[str, list[str]], rows_n: int) -> list[list[Fact]]:
    """One column an option: a mark that is neither a tick nor the lack of one is no guess of ours."""
    ticked = {folded(mark) for mark in mapping.ticked}
    unticked = {folded(mark) for mark in mapping.unticked} | {"", NOT_REACHED}
    facts: list[list[Fact]] = [[] for _ in range(rows_n)]
    asked = [False] * rows_n
    for code, name in mapping.flags.items():
        for place, (row, cell) in enumerate(zip(facts, column_of(cells, [name]), strict=True)):
            mark = folded(cell)
            asked[place] |= mark != NOT_REACHED
            if mark in ticked:
                row.append(Fact(code=code))
            elif mark not in unticked and UNMATCHED_FACT not in row:
                row.append(UNMATCHED_FACT)
    return [row or [BLANK if seen else NOT_ASKED] for row, seen in zip(facts, asked, strict=True)]


def _reader(
    question: Question, mapping: AnswerMapping, form: Form, zone: ZoneInfo, rules: DateRules
) -> Callable[[str], list[Fact]]:
    """How a cell of this question is read, by the question's type."""
    missing = {folded(code): kind for code, kind in form.missing_kinds.items()}
    labels = {folded(label): code for label, code in mapping.map.items()} or {
        folded(code): code for code in question.codes
    }

    unanswered = {mark for mark, kind in missing.items() if kind in ("no_answer", "not_applicable")}

    def one(label: str) -> Fact:
        if label in labels:
            return Fact(code=labels[label])
        if label in missing:
            return Fact(missing=missing[label])
        return Fact(code=mapping.unmatched) if mapping.unmatched is not None else UNMATCHED_FACT

    def read(cell: str) -> list[Fact]:
        if is_blank(cell):
            return [NOT_ASKED if cell == NOT_REACHED else BLANK]
        text = folded(cell)
        if question.type == "text":
            return [Fact(missing=missing[text]) if text in unanswered else Fact(text=cell)]
        if question.type in CHOICE_TYPES:
            if question.type != "multi" or text in missing:
                return [one(text)]
            ways = [[one(label) for label in way] for way in readings(text, list(labels), mapping.separators)]
            return [AMBIGUOUS] if len(set(map(frozenset, ways))) > 1 else list(dict.fromkeys(ways[0])) or [BLANK]
        if text in missing:
            return [Fact(missing=missing[text])]
        if question.type == "number":
            value = number(text)
            return [UNMATCHED_FACT if value is None else Fact(number=value)]
        if question.type == "date":
            if (when := day(text, zone, rules)) is not None:
                return [Fact(date=when.isoformat())]
            return [WITHOUT_DAY if is_month_only(text) else UNMATCHED_FACT]
        if question.type == "identifier":
            return [Fact(code=text)]
        names = split_labels(text, [], mapping.separators or _IDENTIFIER_SEPARATORS)
        return list(dict.fromkeys(Fact(code=name) for name in names)) or [BLANK]

    return read


def split_labels(cell: str, labels: list[str], separators: list[str]) -> list[str]:
    """Split a multi-select cell: the first of its `readings`."""
    return readings(cell, labels, separators)[0]


def readings(cell: str, labels: list[str], separators: list[str]) -> list[list[str]]:
    """The ways to read a multi-select cell, one a set of registered labels; first the one with the longest labels.

    A label may hold a separator, so that no cell is split blindly. What is no label is a part of its own, and of all
    ways only those count that leave the fewest characters to such parts: what can be read whole is read whole.
    """
    marks = "".join(unicodedata.normalize("NFKC", mark) for mark in separators)
    gap = re.compile(rf"\s*[{re.escape(marks)}][\s{re.escape(marks)}]*" if marks else "(?!)")
    text = cell.strip(marks + " \t\r\n")
    longest_first = sorted(labels, key=len, reverse=True)
    # From the end backwards: how few characters are left over from here on, and the ways to do with so few.
    best: dict[int, tuple[int, dict[frozenset[str], list[str]]]] = {len(text): (0, {frozenset(): []})}
    for at in reversed([0, *(found.end() for found in gap.finditer(text))] if text else []):
        steps: list[tuple[str, int, int]] = []
        for label in longest_first:
            after = _after(label, text, at, gap)
            if after in best:
                steps.append((label, 0, after))
        found = gap.search(text, at)
        part = text[at : found.start() if found else len(text)]
        steps.append((part, len(part), found.end() if found else len(text)))
        fewest = min(cost + best[after][0] for _, cost, after in steps)
        ways: dict[frozenset[str], list[str]] = {}
        for step, cost, after in steps:
            if cost + best[after][0] == fewest:
                for registered, rest in best[after][1].items():
                    ways.setdefault(registered | ({step} if cost == 0 else set()), [step, *rest])
        best[at] = (fewest, ways)
    return list(best[0][1].values())


def _after(label: str, text: str, at: int, gap: re.Pattern[str]) -> int:
    """Where the text goes on behind a label that stands here; -1 if it does not, or if no separator follows."""
    end = at + len(label)
    if not label or not text.startswith(label, at):
        return -1
    found = gap.match(text, end)
    return len(text) if end == len(text) else found.end() if found else -1
