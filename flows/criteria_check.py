"""Checks criteria against the forms whose answers they give a level, and whether raters can go by them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

from expectations.questionnaire import Form
from flows.check import repeated, unknown
from rubrics.criteria import Criterion, CriterionVersion, Level, LevelRule, RatingRule
from warehouse.definitions import Fault, fault

SIGNS_N = 2
"""A level that raters use has at least so many signs: one alone is a password."""

_OTHER_LEVEL = re.compile(r"水準 ?(\d+)|\blevel (\d+)", re.IGNORECASE)
_CANNOT_BE_JUDGED = re.compile(r"判断できない|\bcannot be judged\b", re.IGNORECASE)


def criterion_faults(criteria: dict[str, Criterion], forms: dict[str, Form]) -> list[Fault]:
    """Each version reads questions there are, knows the choices of its rule, begins after the one before it, and has
    levels that follow one another and that raters can tell apart."""
    faults: list[Fault] = []
    for name, criterion in criteria.items():
        file = f"rubrics/criteria/{name}.yml"
        faults += repeated(file, "versions", [each.effective_from.isoformat() for each in criterion.versions])
        faults += repeated(file, "versions", [str(each.version) for each in criterion.versions])
        faults += _order_faults(file, criterion.versions)
        for index, version in enumerate(criterion.versions):
            path = f"versions.{index}"
            faults += _level_faults(file, path, version)
            if version.rule is not None:
                faults += _rule_faults(file, f"{path}.rule", version.rule, forms)
            if version.rating is not None:
                faults += _rating_faults(file, f"{path}.rating", version.rating, forms)
                faults += _anchor_faults(file, path, version)
    return faults


def _order_faults(file: str, versions: list[CriterionVersion]) -> Iterator[Fault]:
    """Versions stand in the order of their days and numbers, and give levels to one form."""
    if not versions:
        wrong = ("版が1つもありません", "has no version")
        yield fault(file, "versions", wrong, ("1つ以上の版が必要です", "at least one version was expected"))
    for index, (earlier, later) in enumerate(pairwise(versions), start=1):
        if later.effective_from < earlier.effective_from or later.version < earlier.version:
            wrong = ("前の版より古い日付か番号です", "has an earlier day or number than the version before it")
            expected = ("版は古い順に並べてください", "versions in order of time were expected")
            yield fault(file, f"versions.{index}", wrong, expected)
        if later.form != earlier.form:
            wrong = ("前の版と様式が違います", "gives levels to another form than the version before it")
            expected = (
                f"{earlier.form} です(別の様式は別の規準です)",
                f"expected {earlier.form}: another form is another criterion",
            )
            yield fault(file, f"versions.{index}", wrong, expected)


def _level_faults(file: str, path: str, version: CriterionVersion) -> Iterator[Fault]:
    """Levels stand in ascending order, one by one, each with its own anchor; the version says where it comes from."""
    if not version.reference.strip():
        wrong = ("出典が空です", "is empty")
        yield fault(file, f"{path}.reference", wrong, ("何に拠るかを書いてください", "say what it rests on"))
    numbers = [level.level for level in version.levels]
    if len(numbers) < 2 or numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        wrong = (f"水準が1ずつの昇順ではありません: {numbers}", f"do not follow one another: {numbers}")
        expected = ("2つ以上の、1ずつ増える水準です", "two or more levels, each one above the last, were expected")
        yield fault(file, f"{path}.levels", wrong, expected)
    yield from repeated(file, f"{path}.levels", [level.anchor.ja for level in version.levels])
    yield from repeated(file, f"{path}.levels", [level.anchor.en for level in version.levels])


def _rule_faults(file: str, path: str, rule: LevelRule, forms: dict[str, Form]) -> Iterator[Fault]:
    form = forms.get(rule.form)
    question = form.by_id.get(rule.question) if form else None
    if form is None:
        yield unknown(file, f"{path}.form", ("様式", "a form"), forms)
    elif question is None:
        yield unknown(file, f"{path}.question", ("設問", "a question"), form.by_id)
    elif question.type not in ("single", "level"):
        single = [each.id for each in form.questions if each.type in ("single", "level")]
        yield unknown(file, f"{path}.question", ("1つだけ選ぶ設問", "a question with one answer"), single)
    else:
        for code in rule.levels:
            if code not in question.codes:
                yield unknown(file, f"{path}.levels", (f"選択肢 {code}", f"the choice {code}"), question.codes)


def _rating_faults(file: str, path: str, rating: RatingRule, forms: dict[str, Form]) -> Iterator[Fault]:
    form = forms.get(rating.form)
    if form is None:
        yield unknown(file, f"{path}.form", ("様式", "a form"), forms)
        return
    yield from repeated(file, f"{path}.reads", rating.reads)
    texts = [question.id for question in form.questions if question.type == "text"]
    for name in rating.reads:
        if name not in texts:
            yield unknown(file, f"{path}.reads", (f"自由記述の設問 {name}", f"a text question ({name})"), texts)
        elif "wave" in rating.blind_to and form.by_id[name].asked_if is not None:
            wrong = (
                f"{name} は一部の人にだけ尋ねるので、時点が分かってしまいます",
                f"reads {name}, which tells the wave: not everyone is asked it",
            )
            always = "、".join(each for each in texts if form.by_id[each].asked_if is None) or "-"
            expected = (f"全員に尋ねる設問です: {always}", f"questions that everyone is asked were expected: {always}")
            yield fault(file, f"{path}.reads", wrong, expected)


def _anchor_faults(file: str, path: str, version: CriterionVersion) -> Iterator[Fault]:
    """What raters go by: enough signs, none of them shared by two levels, cases of their own on either side."""
    for index, level in enumerate(version.levels):
        if len(level.signs) < SIGNS_N:
            wrong = (f"手がかりが{len(level.signs)}つしかありません", f"has only {len(level.signs)} sign(s)")
            expected = (
                f"観察できる手がかりを{SIGNS_N}つ以上書いてください",
                f"{SIGNS_N} or more observable signs were expected",
            )
            yield fault(file, f"{path}.levels.{index}.signs", wrong, expected)
        if not _names_another(level, version.scale):
            wrong = ("どの水準なのかが書かれていません", "does not say which level it is")
            expected = (
                "同じ別の水準(例: 水準3)か「判断できない」を、日本語と英語の両方に書いてください",
                "name the same other level (for example level 3) or 'cannot be judged', in both languages",
            )
            yield fault(file, f"{path}.levels.{index}.counter_example", wrong, expected)
    yield from repeated(file, f"{path}.levels", [sign.ja for level in version.levels for sign in level.signs])
    cases = [case.ja for level in version.levels for case in (level.example, level.counter_example) if case is not None]
    yield from repeated(file, f"{path}.levels", cases)


def _names_another(level: Level, scale: Iterable[int]) -> bool:
    """Whether a counter-example says, alike in both languages, which other level it is, or that it cannot be judged."""
    if level.counter_example is None:
        return False
    texts = (level.counter_example.ja, level.counter_example.en)
    first = {next(_named(text), None) for text in texts}
    if first == {None}:
        return all(_CANNOT_BE_JUDGED.search(text) for text in texts)
    return len(first) == 1 and first <= set(scale) - {level.level}


def _named(text: str) -> Iterator[int]:
    return (int(found[1] or found[2]) for found in _OTHER_LEVEL.finditer(unicodedata.normalize("NFKC", text)))
