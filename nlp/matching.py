"""Matching: whether a clause of a coding rule holds in a sentence or an answer, and on which words."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from nlp.annotation import Token
from nlp.characters import FoldedText
from nlp.clauses import Clause, Depends, Near, PredicatePattern
from nlp.clauses import Sequence as InOrder
from nlp.predicates import Predicate

Answers = Mapping[str, frozenset[str]]
"""Question -> codes that the same response chose."""


class Hit(NamedTuple):
    """Words that a clause was found in, text[start:end], and which clause of its rule that was."""

    start: int
    end: int
    clause: str


class Outcome(NamedTuple):
    """Whether a clause holds. One that looks at no words (none, variable, length) holds without hits."""

    holds: bool
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Unit:
    """What a rule is asked about, a sentence or a whole answer: text[start:end].

    `words`: (number in the annotation, token) of its words outside placeholders; `copy`: the unit in ordinary
    characters; `answer_n`: characters of the whole answer; `found`: theme or rule -> where the answer holds it.
    """

    start: int
    end: int
    words: Sequence[tuple[int, Token]]
    copy: FoldedText
    predicates: Callable[[], Sequence[Predicate]] = field(repr=False)
    answers: Answers
    answer_n: int
    found: Mapping[str, Sequence[Hit]]

    @cached_property
    def starts(self) -> list[int]:
        """Where its words start."""
        return [token.start for _, token in self.words]

    @cached_property
    def ends(self) -> list[int]:
        """Where its words end."""
        return [token.end for _, token in self.words]

    def place(self, hit: Hit) -> tuple[int, int]:
        """First and last word that a hit touches, counted within the unit; beside words, the gap before the next."""
        first = bisect_right(self.ends, hit.start)
        return first, max(first, bisect_left(self.starts, hit.end) - 1)


def outcome(clause: Clause, unit: Unit, path: str) -> Outcome:
    """Whether `clause` holds in `unit`, and in which words; hits carry the path of the clause that found them."""
    if clause.any:
        return _any(clause, unit, path)
    if clause.all:
        return _all(clause, unit, path)
    if clause.none:
        return Outcome(not any(below.holds for below in _below(clause, unit, path)))
    if clause.variable:
        return Outcome(not unit.answers.get(clause.variable.question, frozenset()).isdisjoint(clause.variable.codes))
    if clause.length:
        at_most = clause.length.at_most
        return Outcome(clause.length.at_least <= unit.answer_n and (at_most is None or unit.answer_n <= at_most))
    hits = tuple(dict.fromkeys(_hits(clause, unit, path)))
    return Outcome(bool(hits), hits)


def _below(clause: Clause, unit: Unit, path: str) -> list[Outcome]:
    return [outcome(each, unit, f"{path}.{name}") for name, each in clause.below()]


def _any(clause: Clause, unit: Unit, path: str) -> Outcome:
    holding = [each for each in _below(clause, unit, path) if each.holds]
    return Outcome(bool(holding), tuple(hit for each in holding for hit in each.hits))


def _all(clause: Clause, unit: Unit, path: str) -> Outcome:
    every = _below(clause, unit, path)
    return Outcome(True, tuple(hit for each in every for hit in each.hits)) if _holds(every) else Outcome(False)


def _holds(outcomes: Sequence[Outcome]) -> bool:
    return all(each.holds for each in outcomes)


def _hits(clause: Clause, unit: Unit, path: str) -> Iterator[Hit]:
    if clause.expression is not None:
        for match in clause.expression.finditer(unit.copy.text):
            start, end = unit.copy.source_span(*match.span())
            yield Hit(unit.start + start, unit.start + end, path)
    elif clause.near:
        yield from _near(clause.near, unit, _below(clause, unit, path))
    elif clause.seq:
        yield from _in_order(clause.seq, unit, _below(clause, unit, path))
    elif clause.depends:
        yield from _depends(clause.depends, unit, *_below(clause, unit, path))
    elif clause.predicate:
        yield from _predicates(clause.predicate, unit, path)
    elif clause.code:
        within = (hit for hit in unit.found.get(clause.code, ()) if unit.start <= hit.start and hit.end <= unit.end)
        yield from (Hit(hit.start, hit.end, path) for hit in within)
    else:
        yield from (Hit(token.start, token.end, path) for _, token in unit.words if _is_word(clause, token))


def _is_word(clause: Clause, token: Token) -> bool:
    if clause.pos and token.pos not in clause.pos:
        return False
    if clause.lemma:
        return token.lemma in clause.lemma
    return token.norm in clause.norm if clause.norm else True


def _near(near: Near, unit: Unit, parts: Sequence[Outcome]) -> Iterator[Hit]:
    """Each hit with the nearest hit of every other part to its right, if they lie close enough together."""
    places = [sorted((*unit.place(hit), hit) for hit in part.hits) for part in parts]
    for here, part in enumerate(places):
        for first, last, hit in part:
            others = [_nearest(places[there], last) for there in range(len(places)) if there != here]
            chosen = [each for each in others if each is not None]
            if len(chosen) < len(others):
                continue
            covered = {word for a, b, _ in [(first, last, hit), *chosen] for word in range(a, b + 1)}
            if max(covered) - first + 1 - len(covered) <= near.within:
                yield from (hit, *(each for _, _, each in chosen))


def _nearest(places: Sequence[tuple[int, int, Hit]], after: int) -> tuple[int, int, Hit] | None:
    number = bisect_left(places, (after + 1,))
    return places[number] if number < len(places) else None


def _in_order(order: InOrder, unit: Unit, parts: Sequence[Outcome]) -> Iterator[Hit]:
    """The hits that lie on an unbroken chain from the first part to the last."""
    places = [[(*unit.place(hit), hit) for hit in part.hits] for part in parts]
    for number in range(1, len(places)):  # forwards: those that the parts before lead to
        before = sorted(last for _, last, _ in places[number - 1])
        places[number] = [each for each in places[number] if _one_between(before, each[0] - 1 - order.within, each[0])]
    for number in reversed(range(len(places) - 1)):  # backwards: those that lead to the parts after
        after = sorted(first for first, _, _ in places[number + 1])
        places[number] = [
            each for each in places[number] if _one_between(after, each[1] + 1, each[1] + 2 + order.within)
        ]
    yield from (hit for part in places for _, _, hit in part)


def _one_between(numbers: Sequence[int], at_least: int, below: int) -> bool:
    number = bisect_left(numbers, at_least)
    return number < len(numbers) and numbers[number] < below


def _depends(depends: Depends, unit: Unit, child: Outcome, head: Outcome) -> Iterator[Hit]:
    heads = {number: hit for hit in head.hits for number, _ in _words(unit, hit)}
    for hit in child.hits:
        for number, token in _words(unit, hit):
            is_right = not depends.relations or token.dep.split(":")[0] in depends.relations
            if token.head != number and token.head in heads and is_right:
                yield from (hit, heads[token.head])


def _words(unit: Unit, hit: Hit) -> Sequence[tuple[int, Token]]:
    first, last = unit.place(hit)
    return [word for word in unit.words[first : last + 1] if word[1].start < hit.end]


def _predicates(pattern: PredicatePattern, unit: Unit, path: str) -> Iterator[Hit]:
    for each in unit.predicates():
        if not (unit.start <= each.start and each.end <= unit.end) or not _is_meant(pattern, each):
            continue
        arguments = [
            argument
            for argument in each.arguments
            if argument.noun in pattern.argument and (not pattern.particle or argument.particle in pattern.particle)
        ]
        if pattern.argument and not arguments:
            continue
        yield Hit(each.start, each.end, path)
        yield from (Hit(argument.start, argument.end, path) for argument in arguments)


def _is_meant(pattern: PredicatePattern, found: Predicate) -> bool:
    return (
        (not pattern.norm or found.lemma in pattern.norm)
        and (pattern.negated is None or pattern.negated == found.negated)
        and found.modality.issuperset(pattern.modality)
        and found.modality.isdisjoint(pattern.without)
    )
