"""Checks criteria against the forms whose answers they give a level."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.questionnaire import Form
from flows.check import repeated, unknown
from rubrics.criteria import Criterion, LevelRule, RatingRule
from warehouse.definitions import Fault


def criterion_faults(criteria: dict[str, Criterion], forms: dict[str, Form]) -> list[Fault]:
    """Each version reads questions there are, knows the choices of its rule, and begins on its own day."""
    faults: list[Fault] = []
    for name, criterion in criteria.items():
        file = f"rubrics/criteria/{name}.yml"
        faults += repeated(file, "versions", [each.effective_from.isoformat() for each in criterion.versions])
        faults += repeated(file, "versions", [str(each.version) for each in criterion.versions])
        for index, version in enumerate(criterion.versions):
            if version.rule is not None:
                faults += _rule_faults(file, f"versions.{index}.rule", version.rule, forms)
            if version.rating is not None:
                faults += _rating_faults(file, f"versions.{index}.rating", version.rating, forms)
    return faults


def _rule_faults(file: str, path: str, rule: LevelRule, forms: dict[str, Form]) -> Iterator[Fault]:
    form = forms.get(rule.form)
    question = form.by_id.get(rule.question) if form else None
    if form is None:
        yield unknown(file, f"{path}.form", ("様式", "a form"), forms)
    elif question is None:
        yield unknown(file, f"{path}.question", ("設問", "a question"), form.by_id)
    else:
        for code in rule.levels:
            if code not in question.codes:
                yield unknown(file, f"{path}.levels", (f"選択肢 {code}", f"the choice {code}"), question.codes)


def _rating_faults(file: str, path: str, rating: RatingRule, forms: dict[str, Form]) -> Iterator[Fault]:
    form = forms.get(rating.form)
    if form is None:
        yield unknown(file, f"{path}.form", ("様式", "a form"), forms)
        return
    texts = [question.id for question in form.questions if question.type == "text"]
    for name in rating.reads:
        if name not in texts:
            yield unknown(file, f"{path}.reads", (f"自由記述の設問 {name}", f"a text question ({name})"), texts)
