"""Checks coding rules against the forms whose answers their conditions look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from expectations.questionnaire import Form
from flows.check import unknown
from nlp.clauses import Variable
from nlp.themes import ThemesFile
from warehouse.definitions import Fault

THEMES = "nlp/themes.yml"


def theme_faults(themes: ThemesFile, forms: dict[str, Form]) -> list[Fault]:
    """Conditions on variables name a question there is, and its choices."""
    choices = {question.id: question.codes for form in forms.values() for question in form.questions}
    return [
        each
        for theme_number, theme in enumerate(themes.themes)
        for rule_number, rule in enumerate(theme.rules)
        for clause in rule.clauses()
        if clause.variable is not None
        for each in _faults(f"themes.{theme_number}.rules.{rule_number}.variable", clause.variable, choices)
    ]


def _faults(path: str, variable: Variable, choices: Mapping[str, Collection[str]]) -> list[Fault]:
    codes = choices.get(variable.question)
    if codes is None:
        return [unknown(THEMES, f"{path}.question", ("設問", "a question"), choices)]
    return [
        unknown(THEMES, f"{path}.in", (f"選択肢 {code}", f"the choice {code}"), codes)
        for code in variable.codes
        if code not in codes
    ]
