"""What no single definition can know: that the definitions of a programme fit one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from expectations.questionnaire import CHOICE_TYPES, Form, Question
from flows.instruments import AnswerMapping, Instrument
from flows.programme import ProgrammeFile
from nlp.themes import ThemesFile
from rubrics.criteria import Criterion
from warehouse.definitions import Fault, fault
from warehouse.evidence import RESPONDENT
from warehouse.indicator_definitions import (
    Change,
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

PROGRAMME = "flows/programme.yml"
INDICATORS = "warehouse/indicators.yml"
TARGETS = "warehouse/targets.csv"


def unknown(file: str, path: str, what: tuple[str, str], known: Iterable[str]) -> Fault:
    """A name that nothing declares; what is declared is listed."""
    names = "、".join(known) or "-"
    return fault(
        file,
        path,
        (f"{what[0]}がありません", f"names {what[1]} that does not exist"),
        (f"使えるもの: {names}", f"expected one of {names}"),
    )


def repeated(file: str, path: str, names: list[str]) -> list[Fault]:
    """Names that stand more than once where they must be unique."""
    twice = sorted({name for name in names if names.count(name) > 1})
    return [
        fault(
            file,
            path,
            (f"{name} が重複しています", f"{name} stands twice"),
            ("一意にしてください", "each must stand once"),
        )
        for name in twice
    ]


def programme_faults(
    settings: ProgrammeFile, forms: dict[str, Form], instruments: dict[str, Instrument]
) -> list[Fault]:
    """Organisations, periods, sources and analysed questions."""
    codes = [each.code for each in settings.organisations]
    periods = [each.id for each in settings.periods]
    faults = repeated(PROGRAMME, "organisations", codes) + repeated(PROGRAMME, "periods", periods)
    faults += repeated(PROGRAMME, "sources", [each.id for each in settings.sources])
    for index, organisation in enumerate(settings.organisations):
        intervals = sorted(organisation.active, key=lambda each: each.start)
        if any(earlier.overlaps(later) for earlier, later in pairwise(intervals)):
            faults.append(
                fault(
                    PROGRAMME,
                    f"organisations.{index}.active",
                    ("期間が重なっています", "has overlapping intervals"),
                    ("重ならない期間にしてください", "intervals that share no day were expected"),
                )
            )
    for index, (earlier, later) in enumerate(pairwise(settings.periods), start=1):
        if later.cut_off <= earlier.cut_off:
            faults.append(
                fault(
                    PROGRAMME,
                    f"periods.{index}.cut_off",
                    ("基準日時が前の時点より後ではありません", "does not lie after the period before"),
                    ("時点は古い順に並べてください", "periods in order of time were expected"),
                )
            )
    for index, (earlier, later) in enumerate(pairwise(settings.periods), start=1):
        if later.starts_at is not None and not earlier.cut_off <= later.starts_at < later.cut_off:
            faults.append(
                fault(
                    PROGRAMME,
                    f"periods.{index}.starts_at",
                    ("前の時点か自分の基準日時と重なります", "overlaps the period before or its own cut-off"),
                    (
                        "前の基準日時以後、自分の基準日時より前にしてください",
                        "from the cut-off before to its own was expected",
                    ),
                )
            )
    for index, period in enumerate(settings.periods):
        if period.reference is not None and period.reference not in periods[:index]:
            faults.append(
                unknown(
                    PROGRAMME, f"periods.{index}.reference", ("比較する前の時点", "an earlier period"), periods[:index]
                )
            )
    for index, source in enumerate(settings.sources):
        path = f"sources.{index}"
        instrument = instruments.get(source.instrument)
        if instrument is None:
            faults.append(unknown(PROGRAMME, f"{path}.instrument", ("対応表", "an instrument"), instruments))
        elif instrument.form != source.form:
            faults.append(
                unknown(PROGRAMME, f"{path}.form", ("対応表の様式", "the instrument's form"), [instrument.form])
            )
        if source.organisation is None and (instrument is None or instrument.organisation_column is None):
            faults.append(unknown(PROGRAMME, f"{path}.organisation", ("団体", "an organisation"), codes))
        if source.organisation is not None and source.organisation not in codes:
            faults.append(unknown(PROGRAMME, f"{path}.organisation", ("団体", "an organisation"), codes))
        faults += [
            unknown(PROGRAMME, f"{path}.waves", ("時点", "a period"), periods)
            for wave in source.waves
            if wave not in periods
        ]
    for form_id, questions in settings.analysed.items():
        texts = [each.id for each in forms[form_id].questions if each.type == "text"] if form_id in forms else []
        faults += [
            unknown(PROGRAMME, f"analysed.{form_id}", ("自由記述の設問", "a text question"), texts)
            for name in questions
            if name not in texts
        ]
    return faults


def instrument_faults(
    instruments: dict[str, Instrument], forms: dict[str, Form], organisations: list[str]
) -> list[Fault]:
    """Every question of the form is classed A to D, and every mapped code is a choice."""
    faults: list[Fault] = []
    for name, instrument in instruments.items():
        file = f"flows/instruments/{name}.yml"
        form = forms.get(instrument.form)
        if form is None:
            faults.append(unknown(file, "form", ("様式", "a form"), forms))
            continue
        for question_id, mapping in instrument.answers.items():
            question = form.by_id.get(question_id)
            if question is None:
                faults.append(unknown(file, f"answers.{question_id}", ("設問", "a question"), form.by_id))
            else:
                faults += _code_faults(file, f"answers.{question_id}", question, mapping)
        faults += [
            fault(
                file,
                f"answers.{question_id}",
                ("設問が対応づけられていません", "is not mapped"),
                (
                    "区分A〜Dのどれかが必要です(写像できなければD)",
                    "a class from A to D was expected (D if it cannot be mapped)",
                ),
            )
            for question_id in form.by_id
            if question_id not in instrument.answers and question_id not in instrument.open
        ]
        if instrument.routing is not None and not form.routes:
            faults.append(unknown(file, "routing", ("様式の分岐の質問", "a routing question of the form"), []))
        if instrument.organisation_column is not None:
            faults += [
                unknown(file, "organisation_column.map", ("団体", "an organisation"), organisations)
                for code in instrument.organisation_column.map.values()
                if code not in organisations
            ]
    return faults


def _code_faults(file: str, path: str, question: Question, mapping: AnswerMapping) -> list[Fault]:
    if not question.choices:
        return []
    named = [*mapping.map.values(), *mapping.flags, *filter(None, [mapping.unmatched, mapping.constant])]
    return [
        unknown(file, path, (f"選択肢 {code}", f"the choice {code}"), question.codes)
        for code in dict.fromkeys(named)
        if code not in question.codes
    ]


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
                for name in indicator.breakdowns:
                    kinds = ("text",) if name.startswith("theme:") else ("single", "level")
                    question = name.removeprefix("theme:")
                    yield from self._question(f"{indicator.id}.breakdowns", self._form_of(whole), question, *kinds)

    def _period(self, path: str, name: str) -> Iterator[Fault]:
        if name not in self.periods:
            yield unknown(INDICATORS, path, (f"時点 {name}", f"a period ({name})"), self.periods)

    def _form_of(self, whole: Whole) -> str:
        match whole:
            case Improvement() | Stage():
                criterion = self.criteria.get(whole.criterion)
                return criterion.versions[0].form if criterion else ""
            case Change() | Growth():
                return whole.of.form
            case _:
                return whole.form

    def _whole(self, path: str, whole: Whole) -> Iterator[Fault]:
        if isinstance(whole, Improvement | Stage) and whole.criterion not in self.criteria:
            yield unknown(
                INDICATORS, path, (f"基準 {whole.criterion}", f"a criterion ({whole.criterion})"), self.criteria
            )
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
            case Stage():
                for name in whole.at_least:
                    yield from self._period(path, name)
                if whole.subject:
                    yield from self._question(path, form, whole.subject)

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
