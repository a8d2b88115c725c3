"""Coding: which themes a text holds by the rules, and the very words that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nlp.annotation import Annotation, Token
from nlp.characters import FoldedText, fold, sentence_spans
from nlp.themes import Rule, Term, ThemesFile
from warehouse.definitions import Fault, fault

Span = tuple[int, int]


class Match(NamedTuple):
    """A word or phrase in which a rule found its theme: text[start:end]."""

    theme_id: str
    rule_id: str
    rule_version: int
    start: int
    end: int


def find_themes(text: str, tokens: Sequence[Token], themes: ThemesFile) -> list[Match]:
    """Apply all rules to a text with its tokens; themes and rules in the order of their file, then by place."""
    coded = CodedText(text, tokens)
    return [
        Match(theme.id, rule.id, rule.version, *span)
        for theme in themes.themes
        for rule in theme.rules
        for span in coded.spans(rule)
    ]


def examples(themes: ThemesFile) -> list[str]:
    """Every example sentence of the rules, to be annotated for `example_faults`."""
    return [sentence for _, rule in _rules(themes) for sentence in (*rule.examples.found, *rule.examples.passed_over)]


def example_faults(file: str, themes: ThemesFile, annotations: Mapping[str, Annotation]) -> list[Fault]:
    """Faults of rules that miss an example they must find, or find one they must pass over."""
    missed = ("見つけるはずの例文に当たりません", "misses an example it must find")
    found = ("見つけないはずの例文に当たります", "finds an example it must pass over")
    mend = ("規則か例文を直してください", "mend the rule or the example")
    faults = []
    for path, rule in _rules(themes):
        for wrong, must_be_found in ((missed, True), (found, False)):
            sentences = rule.examples.found if must_be_found else rule.examples.passed_over
            for number, sentence in enumerate(sentences):
                is_found = bool(CodedText(sentence, annotations[sentence].tokens).spans(rule))
                if is_found != must_be_found:
                    part = "found" if must_be_found else "passed_over"
                    faults.append(fault(file, f"{path}.examples.{part}.{number}", wrong, mend))
    return faults


class _Unit(NamedTuple):
    """A sentence or a whole answer: where it begins, its words, and its copy in ordinary characters."""

    start: int
    tokens: Sequence[Token]
    copy: FoldedText


class CodedText:
    """A text ready for rules: whole, and cut into sentences."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self._answer = [_unit(text, tokens, 0, len(text))]
        self._sentences = [_unit(text, tokens, *span) for span in sentence_spans(text)]

    def spans(self, rule: Rule) -> list[Span]:
        """Where the words stand that make the rule fire, in order; none if it does not."""
        units = self._answer if rule.scope == "answer" else self._sentences
        return sorted({span for unit in units for span in _fire(rule, unit)})


def _fire(rule: Rule, unit: _Unit) -> list[Span]:
    """Spans of the words that make the rule fire in this unit."""
    any_of = [span for term in rule.any for span in _find(term, unit)]
    all_of = [list(_find(term, unit)) for term in rule.all]
    if (rule.any and not any_of) or not all(all_of):
        return []
    if any(True for term in rule.none for _ in _find(term, unit)):
        return []
    return [*any_of, *(span for spans in all_of for span in spans)]


def _find(term: Term, unit: _Unit) -> Iterator[Span]:
    if term.expression is not None:
        for match in term.expression.finditer(unit.copy.text):
            start, end = unit.copy.source_span(*match.span())
            yield unit.start + start, unit.start + end
    elif term.lemma:
        yield from ((token.start, token.end) for token in unit.tokens if token.lemma in term.lemma)
    else:
        yield from ((token.start, token.end) for token in unit.tokens if token.norm in term.norm)


def _unit(text: str, tokens: Sequence[Token], start: int, end: int) -> _Unit:
    within = [token for token in tokens if start <= token.start and token.end <= end]
    return _Unit(start, within, fold(text[start:end]))


def _rules(themes: ThemesFile) -> Iterator[tuple[str, Rule]]:
    for theme_n, theme in enumerate(themes.themes):
        for rule_n, rule in enumerate(theme.rules):
            yield f"themes.{theme_n}.rules.{rule_n}", rule
