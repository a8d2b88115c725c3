"""From the cells of one question to facts: codes, numbers, texts, dates, or the kind of missing an answer is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from expectations.questionnaire import CHOICE_TYPES, Form, Question
from flows.cells import day, folded, is_blank, number
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
    """What one cell says: a code, number, text or date, or the kind of missing it is."""

    code: str | None = None
    number: float | None = None
    text: str | None = None
    date: str | None = None
    missing: str | None = None


UNMATCHED_FACT = Fact(code=UNMATCHED)
BLANK = Fact(missing="blank")
UNMAPPED = Fact(missing="unmapped")


def facts_of(
    question: Question,
    mapping: AnswerMapping | None,
    cells: dict[str, list[str]],
    rows_n: int,
    form: Form,
    zone: ZoneInfo,
) -> list[list[Fact]]:
    """The facts of one question, a list a row (a multi-select may have several)."""
    if mapping is None or mapping.crosswalk == "D":
        return [[UNMAPPED]] * rows_n
    if mapping.constant is not None:
        return [[Fact(code=mapping.constant)]] * rows_n
    if mapping.flags:
        return _flagged(mapping, cells, rows_n)
    reader = _reader(question, mapping, form, zone)
    return remembered(reader, column_of(cells, mapping.columns))


def remembered(reader: Callable[[str], ResultT], cells: list[str]) -> list[ResultT]:
    """Read each different cell once."""
    known = {cell: reader(cell) for cell in dict.fromkeys(cells)}
    return [known[cell] for cell in cells]


def _flagged(mapping: AnswerMapping, cells: dict[str, list[str]], rows_n: int) -> list[list[Fact]]:
    """One column an option: a mark that is neither a tick nor the lack of one is no guess of ours."""
    ticked = {folded(mark) for mark in mapping.ticked}
    unticked = {folded(mark) for mark in mapping.unticked} | {""}
    facts: list[list[Fact]] = [[] for _ in range(rows_n)]
    for code, name in mapping.flags.items():
        for row, cell in zip(facts, column_of(cells, [name]), strict=True):
            mark = folded(cell)
            if mark in ticked:
                row.append(Fact(code=code))
            elif mark not in unticked and UNMATCHED_FACT not in row:
                row.append(UNMATCHED_FACT)
    return [row or [BLANK] for row in facts]


def _reader(question: Question, mapping: AnswerMapping, form: Form, zone: ZoneInfo) -> Callable[[str], list[Fact]]:
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
            return [BLANK]
        text = folded(cell)
        if question.type == "text":
            return [Fact(missing=missing[text]) if text in unanswered else Fact(text=cell)]
        if question.type in CHOICE_TYPES:
            if question.type != "multi" or text in missing:
                return [one(text)]
            found = split_labels(text, list(labels), mapping.separators)
            return list(dict.fromkeys(one(label) for label in found)) or [BLANK]
        if text in missing:
            return [Fact(missing=missing[text])]
        if question.type == "number":
            value = number(text)
            return [UNMATCHED_FACT if value is None else Fact(number=value)]
        if question.type == "date":
            when = day(text, zone)
            return [UNMATCHED_FACT if when is None else Fact(date=when.isoformat())]
        if question.type == "identifier":
            return [Fact(code=text)]
        names = split_labels(text, [], mapping.separators or _IDENTIFIER_SEPARATORS)
        return list(dict.fromkeys(Fact(code=name) for name in names)) or [BLANK]

    return read


def split_labels(cell: str, labels: list[str], separators: list[str]) -> list[str]:
    """Split a multi-select cell. At each place the longest registered label wins: a label may hold a separator."""
    marks = "".join(folded(mark) or mark for mark in separators)
    longest_first = sorted(labels, key=len, reverse=True)
    found: list[str] = []
    rest = cell.strip(marks + " ")
    while rest:
        label = next((each for each in longest_first if _stands_first(each, rest, marks)), None)
        if label is None:
            cut = min((at for mark in marks if (at := rest.find(mark)) >= 0), default=len(rest))
            label = rest[:cut].strip()
            rest = rest[cut:]
        else:
            rest = rest[len(label) :]
        found.append(label)
        rest = rest.lstrip(marks + " ")
    return found


def _stands_first(label: str, text: str, marks: str) -> bool:
    """Whether `text` begins with `label` and a separator or the end follows."""
    after = text[len(label) :].lstrip(" ")
    return text.startswith(label) and (not after or after[0] in marks)
