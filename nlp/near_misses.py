"""Near misses: texts in which a rule found what it looks for, and passed it over for one of its own exclusions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.clauses import Clause
from nlp.coding import CodedText, Span, steps
from nlp.matching import Unit, outcome
from nlp.themes import Rule, Theme, ThemesFile


@dataclass(frozen=True)
class NearMiss:
    """What a rule found, and what kept it from counting: places of the text, each once and in order.

    `clause`: path of the excluding clause, as in `monosashi theme why`; `excluded_by` is empty where it looks at no
    words (what the person chose, or how long the text is).
    """

    rule_id: str
    clause: str
    touched: tuple[Span, ...]
    excluded_by: tuple[Span, ...]


def near_misses(theme: Theme, coded: CodedText) -> list[NearMiss]:
    """The near misses of a theme in a text that does not hold it, one a rule and sentence at the most.

    A rule misses narrowly where it would fire without its `none`, on any level.
    """
    if coded.found[theme.id]:
        return []
    return [miss for rule in theme.rules for miss in _of_rule(rule, coded)]


def only(themes: ThemesFile, theme_id: str) -> ThemesFile:
    """A theme with all that it refers to, however far: enough to code a text by it."""
    by_id = {theme.id: theme for theme in themes.themes}
    owner = {rule.id: theme.id for theme, rule in themes.rules()} | {name: name for name in by_id}
    wanted, to_do = set[str](), [theme_id]
    while to_do:
        name = to_do.pop()
        if name not in wanted:
            wanted.add(name)
            to_do += [owner[code] for rule in by_id[name].rules for code in rule.codes]
    return ThemesFile(themes=[theme for theme in themes.themes if theme.id in wanted])


def _of_rule(rule: Rule, coded: CodedText) -> Iterator[NearMiss]:
    without = _without_exclusions(rule)
    if without is None:
        return
    asked = list(steps(rule, coded))
    for unit in coded.units(rule):
        touched = _touched(without, unit)
        if touched is None:
            continue
        span = (unit.start, unit.end)
        excluding = [step for step in asked if step.unit == span and step.outcome.holds and _excludes(step.path)]
        if excluding:
            by = {(hit.start, hit.end) for step in excluding for hit in step.outcome.hits}
            yield NearMiss(rule.id, excluding[0].path, touched, tuple(sorted(by)))


def _excludes(path: str) -> bool:
    """Whether a path leads through a `none`: `none.0`, `all.1.none.0` and what lies below them."""
    return "none" in path.split(".")


def _touched(rule: Rule, unit: Unit) -> tuple[Span, ...] | None:
    """The words in which a rule without exclusions fires; None where it does not."""
    any_of = [outcome(clause, unit, "any") for clause in rule.any]
    all_of = [outcome(clause, unit, "all") for clause in rule.all]
    if (any_of and not any(each.holds for each in any_of)) or not all(each.holds for each in all_of):
        return None
    return tuple(sorted({(hit.start, hit.end) for each in (*any_of, *all_of) for hit in each.hits}))


def _without_exclusions(rule: Rule) -> Rule | None:
    """The rule without any `none`; None if it has none, or if nothing else is left of it."""
    if not any(clause.none for clause in rule.clauses()) and not rule.none:
        return None
    any_of, all_of = _kept(rule.any), _kept(rule.all)
    return rule.model_copy(update={"any": any_of, "all": all_of, "none": []}) if any_of or all_of else None


def _kept(clauses: list[Clause]) -> list[Clause]:
    return [kept for clause in clauses if (kept := _clause_without(clause)) is not None]


def _clause_without(clause: Clause) -> Clause | None:
    """The clause without any `none` below it that stands among others; None if it is nothing but exclusions."""
    if clause.none:
        return None
    for name in ("any", "all"):
        if below := getattr(clause, name):
            kept = _kept(below)
            return clause.model_copy(update={name: kept}) if kept else None
    return clause
