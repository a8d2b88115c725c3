"""The measures that indicators are composed of. Each takes a scope and gives counts, members and coverage."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from warehouse.evidence import RESPONDENT, Scope
from warehouse.improvement import improvement
from warehouse.indicator_definitions import (
    Change,
    Condition,
    Count,
    Diversity,
    Growth,
    Improvement,
    NetShare,
    Share,
    Stage,
    Whole,
)
from warehouse.measured import Coverage, Measured, class_of, covered, members_of


def measured(definition: Whole, scope: Scope) -> Measured:
    """Measure one definition on one scope.

    Where no organisation of the scope has sent the form for this wave, nothing was measured. Where only some have,
    a count is a lower bound.
    """
    found = _measured(definition, scope)
    expected, reported = scope.reporting(_form(definition, scope))
    if reported == 0:
        return Measured(None, None, found.coverage, complete=False)
    return replace(found, complete=isinstance(definition, Share | NetShare | Improvement) or reported == expected)


def _measured(definition: Whole, scope: Scope) -> Measured:
    match definition:
        case Share():
            return _share(definition, scope)
        case NetShare():
            return _net_share(definition, scope)
        case Improvement():
            return improvement(definition, scope)
        case Count():
            return _count(definition, scope)
        case Change() | Growth():
            return _difference(definition, scope)
        case Stage():
            return _stage(definition, scope)
        case Diversity():
            return _diversity(definition, scope)


def _form(definition: Whole, scope: Scope) -> str:
    match definition:
        case Improvement():
            return scope.evidence.levels[definition.all_criteria[0]].form
        case Stage():
            return scope.evidence.levels[definition.criterion].form
        case Change() | Growth():
            return definition.of.form
        case _:
            return definition.form


def _reports(form: str, scope: Scope) -> Coverage:
    """Coverage of what organisations file themselves: organisations that sent the form, of those that should have."""
    expected, reported = scope.reporting(form)
    return Coverage(eligible_n=expected, class_ab_n=reported)


# --- people -------------------------------------------------------------------------------------------------------


def _representatives(definition: Share | NetShare, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All responses in the window, and those that speak for their unit (one a person, or every response)."""
    rows = scope.responses(definition.form, definition.window)
    candidates = rows[scope.meeting(rows, definition.of)]
    if definition.unit == "person":
        candidates = candidates.drop_duplicates(
            "respondent_id", keep="last" if definition.answers == "latest" else "first"
        )
    return rows, candidates


def _share(definition: Share, scope: Scope) -> Measured:
    rows, speaking = _representatives(definition, scope)
    hit = scope.meeting(speaking, definition.where)
    if definition.unit == "person" and definition.answers == "any":
        able = rows[scope.meeting(rows, definition.of) & scope.meeting(rows, definition.where)]
        hit = speaking["respondent_id"].isin(able["respondent_id"])
        shown = able.drop_duplicates("respondent_id", keep="first")
        members = pd.concat([members_of(shown, True), members_of(speaking[~hit], False)])
    else:
        members = members_of(speaking, hit)
    coverage = _coverage(definition, scope, rows, speaking)
    return Measured(int(hit.sum()), len(speaking), coverage, members, is_share=True)


def _net_share(definition: NetShare, scope: Scope) -> Measured:
    rows, speaking = _representatives(definition, scope)
    plus, minus = scope.meeting(speaking, definition.plus), scope.meeting(speaking, definition.minus)
    coverage = _coverage(definition, scope, rows, speaking)
    return Measured(int(plus.sum()) - int(minus.sum()), len(speaking), coverage, members_of(speaking, plus | minus))


def _questions(condition: Condition) -> list[str]:
    return sorted({leaf.question for leaf in condition.leaves() if leaf.question and leaf.theme is None})


def _coverage(definition: Share | NetShare, scope: Scope, rows: pd.DataFrame, speaking: pd.DataFrame) -> Coverage:
    """Coverage over people (or responses): a measured unit has the worst class of the valid answers it rests on."""
    unit = "respondent_id" if definition.unit == "person" else "response_id"
    questions = _questions(definition.of)
    worst = pd.Series("A", index=speaking.index)
    for question in questions:
        given = speaking["response_id"].isin(scope.evidence.valid(question)["response_id"])
        worst = worst.where(~given, worst.combine(class_of(speaking, question, scope), max))
    return covered(rows, unit, speaking[unit], worst, questions, scope)


def _diversity(definition: Diversity, scope: Scope) -> Measured:
    """Categories present, or Simpson's index 1 - sum p^2 as the exact fraction (N^2 - sum n^2) / N^2 (Simpson 1949)."""
    rows = scope.responses(definition.form)
    answers = scope.evidence.valid(definition.question).drop_duplicates("response_id").set_index("response_id")
    given = rows[rows["response_id"].isin(answers.index)].drop_duplicates("respondent_id", keep="last")
    sizes = given["response_id"].map(answers["value_code"]).value_counts()
    total = int(sizes.sum())
    worst = class_of(given, definition.question, scope)
    coverage = covered(rows, "respondent_id", given["respondent_id"], worst, [definition.question], scope)
    members = members_of(given, True)
    if definition.index == "simpson":
        return Measured(total**2 - int((sizes**2).sum()), total**2, coverage, members)
    return Measured(len(sizes) if total else None, None, coverage, members)


# --- events -------------------------------------------------------------------------------------------------------


def _count(definition: Count, scope: Scope, period: str | None = None) -> Measured:
    rows = scope.responses(definition.form, period=period)
    rows = rows[scope.meeting(rows, definition.where)]
    if definition.ongoing:
        rows = rows[~_ended(rows, definition.ongoing, scope, period or scope.evidence.period)]
    members = members_of(rows, True)
    if RESPONDENT in definition.distinct:
        people = rows["respondent_id"].nunique()
        return Measured(people, None, Coverage(people, people), members)
    return Measured(_counted(definition, rows, scope), None, _reports(definition.form, scope), members)


def _counted(definition: Count, rows: pd.DataFrame, scope: Scope) -> int:
    cases = _values(rows, definition.case, scope) if definition.case else None
    if definition.sum:
        numbers = scope.evidence.valid(definition.sum).set_index("response_id")["value_number"]
        amounts = rows["response_id"].map(numbers)
        return int(amounts.sum() if cases is None else amounts.groupby(cases).max().sum())
    if not definition.distinct:
        return len(rows) if cases is None else int(cases.nunique())
    case_of = None if cases is None else pd.Series(cases.to_numpy(), index=rows["response_id"])
    found: set[tuple[str, str]] = set()
    for name in definition.distinct:
        values = scope.evidence.valid(name)
        values = values[values["response_id"].isin(rows["response_id"])]
        owners = pd.Series("", index=values.index) if case_of is None else values["response_id"].map(case_of)
        found |= set(zip(owners, values["value_code"], strict=True))
    return len(found)


def _values(rows: pd.DataFrame, name: str, scope: Scope) -> pd.Series:
    """The field's value for each row; a row without one stands for itself."""
    values = scope.evidence.valid(name).drop_duplicates("response_id").set_index("response_id")["value_code"]
    return rows["response_id"].map(values).fillna(rows["response_id"])


def _ended(rows: pd.DataFrame, name: str, scope: Scope, period: str) -> pd.Series:
    ends = scope.evidence.valid(name).set_index("response_id")["value_date"]
    last_day = scope.evidence.windows[period].last_day
    return rows["response_id"].map(ends).fillna("9999-12-31") <= last_day.isoformat()


def _difference(definition: Change | Growth, scope: Scope) -> Measured:
    now = _count(definition.of, scope)
    reference = scope.evidence.windows[scope.evidence.period].reference
    if reference is None or now.numerator is None:
        return Measured(None, None, now.coverage)
    before = _count(definition.of, scope, reference).numerator
    if before is None:
        return Measured(None, None, now.coverage)
    denominator = before if isinstance(definition, Growth) else None
    return Measured(now.numerator - before, denominator, now.coverage, now.members)


def _stage(definition: Stage, scope: Scope) -> Measured:
    form = scope.evidence.levels[definition.criterion].form
    coverage = _reports(form, scope)
    rows = scope.responses(form)
    rows = rows.assign(level=scope.level_of(rows, definition.criterion))
    rows = rows[rows["level"].notna()]
    if definition.report == "highest":
        highest = int(rows["level"].max()) if len(rows) else 0
        return Measured(highest, None, coverage, members_of(rows, rows["level"] == highest))
    needed = definition.at_least.get(scope.evidence.period)
    if needed is None:
        return Measured(None, None, coverage)
    reached = rows["level"] >= needed
    subjects = _values(rows, definition.subject or "", scope)
    return Measured(int(subjects[reached].nunique()), None, coverage, members_of(rows, reached))
