"""Checks indicators and targets against all they speak of: forms, criteria, themes, periods, organisations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from expectations.questionnaire import CHOICE_TYPES, Form
from flows.check import repeated, unknown
from flows.programme import ProgrammeFile
from nlp.themes import ThemesFile
from rubrics.criteria import Criterion
from warehouse.definitions import Fault, fault
from warehouse.evidence import RESPONDENT, STANDPOINT_OF
from warehouse.indicator_definitions import (
    Change,
    ChangeRules,
    Condition,
    Count,
    Diversity,
    Growth,
    Improvement,
    Indicator,
    Judge,
    NetShare,
    OrganisationTarget,
    Parts,
    Share,
    Stage,
    Whole,
)

INDICATORS = "warehouse/indicators.yml"
TARGETS = "warehouse/targets.csv"


class IndicatorCheck:
    """Checks indicators and targets against forms, criteria, themes, periods and organisations."""

    def __init__(
        self, settings: ProgrammeFile, forms: dict[str, Form], criteria: dict[str, Criterion], themes: ThemesFile | None
    ) -> None:
        self.periods = [each.id for each in settings.periods]
        self.organisations = [each.code for each in settings.organisations]
        self.forms = forms
        self.criteria = criteria
        self.themes = [theme.id for theme in themes.themes] if themes else []

    def faults(self, indicators: list[Indicator], targets: list[OrganisationTarget]) -> list[Fault]:
        """All faults of both files."""
        names = [each.id for each in indicators]
        originals = [each.id for each in indicators if each.alias_of is None]
        found = repeated(INDICATORS, "indicators", names)
        for indicator in indicators:
            if indicator.alias_of is not None and indicator.alias_of not in originals:
                found.append(unknown(INDICATORS, f"{indicator.id}.alias_of", ("指標", "an indicator"), originals))
            found += self._indicator(indicator)
        return [*found, *self._targets(indicators, targets)]

    def change_faults(self, change: ChangeRules) -> list[Fault]:
        """Attributes are questions with one answer, asked of people."""
        questions = [each for form in self.forms.values() if form.subject == "person" for each in form.questions]
        fitting = [each.id for each in questions if each.type in ("single", "level")]
        what = ("人に尋ねる単一回答の設問", "a question with one answer, asked of people,")
        found = repeated(INDICATORS, "change.attributes", change.attributes)
        wrong = [name for name in change.attributes if name not in fitting]
        return found + [unknown(INDICATORS, f"change.attributes.{name}", what, fitting) for name in wrong]

    def _indicator(self, indicator: Indicator) -> Iterator[Fault]:
        for name in [*indicator.targets, *indicator.not_applicable]:
            yield from self._period(f"{indicator.id}.targets", name)
        for period in self.periods if indicator.readings else []:
            declared = [reading.id for reading in indicator.readings if reading.is_declared(period)]
            if len(declared) != 1:
                yield fault(
                    INDICATORS,
                    f"{indicator.id}.readings",
                    (
                        f"{period} の宣言された読み方が{len(declared)}個です",
                        f"has {len(declared)} declared readings in {period}",
                    ),
                    ("ちょうど1つ必要です", "exactly one was expected"),
                )
        for reading in indicator.readings:
            path = f"{indicator.id}.readings.{reading.id}"
            for name in reading.declared if isinstance(reading.declared, list) else []:
                yield from self._period(path, name)
            measure = reading.measure
            wholes: list[Whole] = [part.of for part in measure.parts] if isinstance(measure, Parts) else [measure]
            for whole in wholes:
                yield from self._whole(path, whole)
                form = self._form_of(whole)
                for name in indicator.breakdowns if form in self.forms else []:
                    kinds = ("text",) if name.startswith("theme:") else ("single", "level")
                    question = name.removeprefix("theme:")
                    yield from self._question(f"{indicator.id}.breakdowns", form, question, *kinds)

    def _period(self, path: str, name: str) -> Iterator[Fault]:
        if name not in self.periods:
            yield unknown(INDICATORS, path, (f"時点 {name}", f"a period ({name})"), self.periods)

    def _form_of(self, whole: Whole) -> str:
        match whole:
            case Improvement() | Stage():
                criterion = self.criteria.get(_named(whole)[0])
                return criterion.versions[0].form if criterion else ""
            case Change() | Growth():
                return whole.of.form
            case _:
                return whole.form

    def _whole(self, path: str, whole: Whole) -> Iterator[Fault]:
        wrong = [name for name in _named(whole) if name not in self.criteria]
        for name in wrong:
            yield unknown(INDICATORS, path, (f"基準 {name}", f"a criterion ({name})"), self.criteria)
        if wrong:
            return
        form = self._form_of(whole)
        if form not in self.forms:
            yield unknown(INDICATORS, path, (f"様式 {form}", f"a form ({form})"), self.forms)
            return
        match whole:
            case Share() | NetShare():
                sides = [whole.where] if isinstance(whole, Share) else [whole.plus, whole.minus]
                for condition in [whole.of, *sides]:
                    yield from self._condition(path, form, condition)
            case Change() | Growth():
                yield from self._count(path, whole.of)
            case Count():
                yield from self._count(path, whole)
            case Diversity():
                yield from self._question(path, form, whole.question, "single", "level", "identifier")
            case Improvement():
                yield from self._improvement(path, form, whole)
            case Stage():
                for name in whole.at_least:
                    yield from self._period(path, name)
                if whole.subject:
                    yield from self._question(path, form, whole.subject)

    def _improvement(self, path: str, form: str, improvement: Improvement) -> Iterator[Fault]:
        """Several criteria are of one form, and each has levels of the standpoints that are asked for."""
        for name in improvement.all_criteria:
            versions = self.criteria[name].versions
            if any(each.form != form for each in versions):
                here = [each for each, other in self.criteria.items() if other.versions[0].form == form]
                what = (f"様式 {form} の基準 {name}", f"a criterion ({name}) of the form {form}")
                yield unknown(INDICATORS, path, what, here)
            possible = list(dict.fromkeys(STANDPOINT_OF[origin] for each in versions for origin in each.precedence))
            if improvement.standpoints and not set(possible) & set(improvement.standpoints):
                what = (f"基準 {name} にある standpoints", f"standpoints of the criterion {name}")
                yield unknown(INDICATORS, path, what, possible)

    def _count(self, path: str, count: Count) -> Iterator[Fault]:
        if count.where is not None:
            yield from self._condition(path, count.form, count.where)
        fields = [name for name in count.distinct if name != RESPONDENT]
        for name in [*fields, *filter(None, [count.case])]:
            yield from self._question(path, count.form, name)
        for typed, kind in [(count.sum, "number"), (count.ongoing, "date")]:
            if typed is not None:
                yield from self._question(path, count.form, typed, kind)

    def _condition(self, path: str, form: str, condition: Condition) -> Iterator[Fault]:
        for leaf in condition.leaves():
            if leaf.theme is not None and leaf.theme not in self.themes:
                yield unknown(INDICATORS, path, (f"テーマ {leaf.theme}", f"a theme ({leaf.theme})"), self.themes)
            if leaf.question is None:
                continue
            if leaf.at_least is not None or leaf.at_most is not None:
                kinds: tuple[str, ...] = ("number",)
            else:
                kinds = (*CHOICE_TYPES, "identifier", "identifiers") if leaf.codes else ()
            yield from self._question(path, form, leaf.question, *kinds)
            question = self.forms[form].by_id.get(leaf.question)
            choices = question.codes if question else ()
            for code in leaf.codes if choices else []:
                if code not in choices:
                    what = (f"設問 {leaf.question} の選択肢 {code}", f"the choice {code} of {leaf.question}")
                    yield unknown(INDICATORS, path, what, choices)

    def _question(self, path: str, form: str, name: str, *kinds: str) -> Iterator[Fault]:
        """A question there must be, of one of these kinds where any are named."""
        questions = self.forms[form].by_id if form in self.forms else {}
        fitting = [each.id for each in questions.values() if not kinds or each.type in kinds]
        if name not in fitting:
            what = (f"使える種類の設問 {name}", f"a question ({name}) of a fitting type")
            yield unknown(
                INDICATORS, path, what if name in questions else (f"設問 {name}", f"a question ({name})"), fitting
            )

    def _targets(self, indicators: list[Indicator], targets: list[OrganisationTarget]) -> Iterator[Fault]:
        parts = {each.id: self._parts_with_target(each) for each in indicators}
        seen: set[tuple[Any, ...]] = set()
        for number, target in enumerate(targets, start=2):
            path = f"row {number}"
            if target.indicator not in parts:
                yield unknown(TARGETS, f"{path}.indicator", ("指標", "an indicator"), parts)
            elif target.part not in parts[target.indicator]:
                what = ("この指標の目標の区分", "a part of the indicator that is judged against organisations' targets")
                yield unknown(TARGETS, f"{path}.part", what, sorted(parts[target.indicator]))
            if target.organisation not in self.organisations:
                yield unknown(TARGETS, f"{path}.organisation", ("団体", "an organisation"), self.organisations)
            if target.period not in self.periods:
                yield unknown(TARGETS, f"{path}.period", ("時点", "a period"), self.periods)
            key = (target.organisation, target.indicator, target.part, target.period, target.version)
            if key in seen:
                yield from repeated(TARGETS, path, [str(target.version)] * 2)
            seen.add(key)

    @staticmethod
    def _parts_with_target(indicator: Indicator) -> set[str]:
        against = [
            each for each in indicator.readings if each.judge == Judge(by=each.judge.by, against="organisation_target")
        ]
        found: set[str] = set()
        for reading in against:
            found |= {part.id for part in reading.measure.parts} if isinstance(reading.measure, Parts) else {""}
        return found


def _named(whole: Whole) -> list[str]:
    """The criteria that a measure names."""
    match whole:
        case Improvement():
            return whole.all_criteria
        case Stage():
            return [whole.criterion]
        case _:
            return []
