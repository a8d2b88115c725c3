"""Coding: which themes a text holds by the rules, the very words that say so, and the clause that found them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from nlp.annotation import Annotation
from nlp.characters import fold, sentence_spans
from nlp.clauses import Clause
from nlp.matching import Answers, Hit, Outcome, Unit, outcome
from nlp.predicates import Predicate, predicates
from nlp.themes import Rule, ThemesFile
from warehouse.definitions import Fault, fault

Span = tuple[int, int]


class Match(NamedTuple):
    """Words in which a rule found its theme, text[start:end], and the clause of the rule that found them."""

    theme_id: str
    rule_id: str
    rule_version: int
    start: int
    end: int
    clause: str


class Step(NamedTuple):
    """One clause of a rule asked about one sentence (or answer): whether it holds, and where."""

    unit: Span
    path: str
    clause: Clause
    outcome: Outcome


def find_themes(
    text: str,
    annotation: Annotation,
    themes: ThemesFile,
    *,
    hidden: Collection[Span] = (),
    answers: Answers | None = None,
    said: Sequence[Predicate] | None = None,
) -> list[Match]:
    """Apply all rules to an annotated text; themes and rules in the order of their file, then by place.

    `hidden`: spans whose words are none (placeholders of masked identifiers). `answers`: what the same response chose,
    for rules with conditions on variables. `said`: the text's predicates, where they are known already.
    """
    coded = CodedText(text, annotation, themes, hidden=hidden, answers=answers, said=said)
    return [
        Match(theme.id, rule.id, rule.version, *hit)
        for theme, rule in themes.rules()
        for hit in _once(coded.found[rule.id])
    ]


def _once(hits: Sequence[Hit]) -> list[Hit]:
    """Every span once, by the first clause that found it, in the order of the text."""
    first = {(hit.start, hit.end): hit for hit in sorted(hits, reverse=True)}
    return sorted(first.values())


def examples(themes: ThemesFile) -> list[str]:
    """Every example sentence of the rules, to be annotated for `example_faults`."""
    return [sentence for _, rule in themes.rules() for sentence in (*rule.examples.found, *rule.examples.passed_over)]


def example_faults(file: str, themes: ThemesFile, annotations: Mapping[str, Annotation]) -> list[Fault]:
    """Faults of rules that miss an example they must find, or find one they must pass over.

    Examples are sentences without a response: conditions on variables count as met in them.
    """
    missed = ("見つけるはずの例文に当たりません", "misses an example it must find")
    found = ("見つけないはずの例文に当たります", "finds an example it must pass over")
    mend = ("規則か例文を直してください", "mend the rule or the example")
    chosen = _all_variables(themes)
    faults = []
    for path, rule in _paths(themes):
        for wrong, must_be_found in ((missed, True), (found, False)):
            sentences = rule.examples.found if must_be_found else rule.examples.passed_over
            for number, sentence in enumerate(sentences):
                coded = CodedText(sentence, annotations[sentence], themes, answers=chosen)
                if bool(coded.found[rule.id]) != must_be_found:
                    part = "found" if must_be_found else "passed_over"
                    faults.append(fault(file, f"{path}.examples.{part}.{number}", wrong, mend))
    return faults


class CodedText:
    """A text ready for rules: whole, and cut into sentences. `found`: theme or rule -> its hits in the text."""

    def __init__(
        self,
        text: str,
        annotation: Annotation,
        themes: ThemesFile,
        *,
        hidden: Collection[Span] = (),
        answers: Answers | None = None,
        said: Sequence[Predicate] | None = None,
    ) -> None:
        self._text = text
        self._said = said
        self._annotation = annotation
        self._hidden = hidden
        self._answers = answers or {}
        self._words = [
            (number, token)
            for number, token in enumerate(annotation.tokens)
            if not any(token.start < end and start < token.end for start, end in hidden)
        ]
        self._predicates = cache(self._read_predicates)
        self.found: dict[str, list[Hit]] = {theme.id: [] for theme in themes.themes}
        for theme, rule in themes.in_order():
            self.found[rule.id] = [hit for unit in self.units(rule) for hit in _fire(rule, unit)]
            self.found[theme.id] += self.found[rule.id]

    def units(self, rule: Rule) -> Sequence[Unit]:
        """What a rule is asked about: the whole answer, or each of its sentences."""
        return [self._answer] if rule.scope == "answer" else self._sentences

    @cached_property
    def _answer(self) -> Unit:
        return self._unit(0, len(self._text))

    @cached_property
    def _sentences(self) -> list[Unit]:
        return [self._unit(*span) for span in sentence_spans(self._text)]

    def _unit(self, start: int, end: int) -> Unit:
        return Unit(
            start,
            end,
            [word for word in self._words if start <= word[1].start and word[1].end <= end],
            fold(self._text[start:end]),
            self._predicates,
            self._answers,
            len(self._text),
            self.found,
        )

    def _read_predicates(self) -> list[Predicate]:
        return [
            each
            for each in (predicates(self._annotation) if self._said is None else self._said)
            if not any(each.start < end and start < each.end for start, end in self._hidden)
        ]


def steps(rule: Rule, coded: CodedText) -> Iterator[Step]:
    """How a rule comes to its end: every clause, asked about every sentence (or the answer), outermost first."""
    for unit in coded.units(rule):
        for path, clause in _outermost(rule):
            yield from _steps(clause, unit, path)


def _steps(clause: Clause, unit: Unit, path: str) -> Iterator[Step]:
    yield Step((unit.start, unit.end), path, clause, outcome(clause, unit, path))
    for name, below in clause.below():
        yield from _steps(below, unit, f"{path}.{name}")


def _outermost(rule: Rule) -> Iterator[tuple[str, Clause]]:
    for name, clauses in (("any", rule.any), ("all", rule.all), ("none", rule.none)):
        yield from ((f"{name}.{number}", clause) for number, clause in enumerate(clauses))


def _fire(rule: Rule, unit: Unit) -> list[Hit]:
    """The words that make the rule fire in this unit; the whole unit where none of its clauses looks at words."""
    any_of = [outcome(clause, unit, f"any.{number}") for number, clause in enumerate(rule.any)]
    if rule.any and not any(each.holds for each in any_of):
        return []
    all_of = [outcome(clause, unit, f"all.{number}") for number, clause in enumerate(rule.all)]
    if not all(each.holds for each in all_of):
        return []
    if any(outcome(clause, unit, f"none.{number}").holds for number, clause in enumerate(rule.none)):
        return []
    hits = [hit for each in (*any_of, *all_of) if each.holds for hit in each.hits]
    return hits or _whole(unit, next(path for path, _ in _outermost(rule)))


def _whole(unit: Unit, path: str) -> list[Hit]:
    if not unit.words:
        return []
    return [Hit(unit.words[0][1].start, unit.words[-1][1].end, path)]


def _all_variables(themes: ThemesFile) -> dict[str, frozenset[str]]:
    chosen: dict[str, frozenset[str]] = {}
    for _, rule in themes.rules():
        for clause in rule.clauses():
            if clause.variable:
                known = chosen.get(clause.variable.question, frozenset())
                chosen[clause.variable.question] = known | frozenset(clause.variable.codes)
    return chosen


def _paths(themes: ThemesFile) -> Iterator[tuple[str, Rule]]:
    for theme_n, theme in enumerate(themes.themes):
        for rule_n, rule in enumerate(theme.rules):
            yield f"themes.{theme_n}.rules.{rule_n}", rule
