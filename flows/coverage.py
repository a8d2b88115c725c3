"""What the instruments cover: for each indicator and organisation the worst class of the questions it rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy.engine import Engine

from flows.instruments import AnswerMapping
from flows.programme import Programme
from rubrics.criteria import Criterion
from warehouse.evidence import RESPONDENT
from warehouse.indicator_definitions import (
    Change,
    Condition,
    Count,
    Diversity,
    Growth,
    Improvement,
    Indicator,
    NetShare,
    Parts,
    Share,
    Stage,
    Standpoint,
    Whole,
)
from warehouse.indicators import ALL
from warehouse.read import published_run, read_table

COVERAGE_COLUMNS = ["indicator_id", "organisation", "crosswalk_class", "question_ids"]
REASON_COLUMNS = ["organisation", "question_id", "crosswalk_class", "instrument_id", "reason", "indicator_ids"]
MEASURED_COLUMNS = ["indicator_id", "organisation", "class_ab_n", "class_c_n", "class_d_n", "missing_n"]

Classes = Mapping[str, AnswerMapping]
"""Question -> how an organisation's instruments answer it (the worst of them)."""


@dataclass(frozen=True)
class Rest:
    """What a part of an indicator rests on: the worst class, None where on no question; and all its questions."""

    crosswalk: str | None
    questions: frozenset[str]


NOTHING = Rest(None, frozenset())


def coverage(programme: Programme, wave: str | None = None) -> pd.DataFrame:
    """COVERAGE_COLUMNS, a row an indicator and organisation, in the programme's order.

    `crosswalk_class`: A to D, missing where the indicator rests on no form of the organisation, or is not measured in
    the wave. An indicator that only counts people or records rests on no question: nothing is read across, so it is A.
    `question_ids`: the questions of class C and D among those it rests on. Without a wave: the worst of all waves.
    """
    answers = _answers(programme, wave)
    rows = []
    for indicator in programme.indicators:
        wholes = list(_wholes(programme, indicator, wave))
        for organisation in programme.settings.organisations:
            rests = _rests(programme, organisation.code, wholes, answers, wave)
            worst = max((rest.crosswalk or "A" for _, rest in rests), default=None)
            poor = [question for _, question, _ in _poor(organisation.code, rests, answers)]
            rows.append((indicator.id, organisation.code, worst, poor))
    return pd.DataFrame(rows, columns=COVERAGE_COLUMNS)


def reasons(programme: Programme, wave: str | None = None) -> pd.DataFrame:
    """REASON_COLUMNS, a row an organisation and question of class C or D that some indicator rests on."""
    answers = _answers(programme, wave)
    names = _instruments(programme, wave)
    found: dict[tuple[str, str, str], list[str]] = {}
    for organisation in programme.settings.organisations:
        for indicator in programme.indicators:
            wholes = list(_wholes(programme, indicator, wave))
            rests = _rests(programme, organisation.code, wholes, answers, wave)
            for form, question, _ in _poor(organisation.code, rests, answers):
                found.setdefault((organisation.code, form, question), []).append(indicator.id)
    rows = []
    for (organisation_code, form, question), indicators in found.items():
        mapping = answers[organisation_code, form][question]
        instrument = next(
            name for name in names[organisation_code, form] if programme.instruments[name].answers[question] == mapping
        )
        rows.append((organisation_code, question, mapping.crosswalk, instrument, mapping.reason or "", indicators))
    return pd.DataFrame(rows, columns=REASON_COLUMNS)


def measured(engine: Engine, wave: str) -> pd.DataFrame:
    """MEASURED_COLUMNS of a published wave: people or reports by class, of the declared reading, also for `*`."""
    cells = read_table(engine, "out_indicator", published_run(engine, wave))
    whole = cells["is_declared"] & (cells["dimension"] == ALL) & (cells["category"] == ALL)
    return cells.loc[whole, MEASURED_COLUMNS].reset_index(drop=True)


# --- who uses which instrument ------------------------------------------------------------------------------------


def _instruments(programme: Programme, wave: str | None) -> dict[tuple[str, str], list[str]]:
    """(organisation, form) -> the instruments that its sources use in the wave, or in any."""
    found: dict[tuple[str, str], list[str]] = {}
    for source in programme.settings.sources:
        if wave is not None and wave not in source.waves:
            continue
        named = programme.instruments[source.instrument].organisation_column
        codes = [source.organisation] if source.organisation else list(named.map.values()) if named else []
        for code in codes:
            names = found.setdefault((code, source.form), [])
            names += [source.instrument] if source.instrument not in names else []
    return found


def _answers(programme: Programme, wave: str | None) -> dict[tuple[str, str], Classes]:
    """(organisation, form) -> each question's answer in the instrument that answers it worst."""
    return {
        key: {
            question: max((programme.instruments[name].answers[question] for name in names), key=lambda a: a.crosswalk)
            for question in programme.forms[key[1]].by_id
        }
        for key, names in _instruments(programme, wave).items()
    }


# --- what an indicator rests on -----------------------------------------------------------------------------------


def _wholes(programme: Programme, indicator: Indicator, wave: str | None) -> Iterator[Whole]:
    """The measures of the readings that are declared in the wave, or in any; of an alias, those of the original."""
    original = next(each for each in programme.indicators if each.id == (indicator.alias_of or indicator.id))
    waves = [
        each
        for each in programme.windows
        if each not in {*indicator.not_applicable, *original.not_applicable} and wave in (None, each)
    ]
    for reading in original.readings:
        if any(reading.is_declared(each) for each in waves):
            measure = reading.measure
            yield from (part.of for part in measure.parts) if isinstance(measure, Parts) else [measure]


def _rests(
    programme: Programme,
    organisation: str,
    wholes: list[Whole],
    answers: Mapping[tuple[str, str], Classes],
    wave: str | None,
) -> list[tuple[str, Rest]]:
    """For each measure whose form the organisation fills in: the form, and what the measure rests on."""
    forms = [(_form(programme, whole), whole) for whole in wholes]
    return [
        (form, _rest(programme, whole, answers[organisation, form], wave))
        for form, whole in forms
        if (organisation, form) in answers
    ]


def _poor(
    organisation: str, rests: list[tuple[str, Rest]], answers: Mapping[tuple[str, str], Classes]
) -> list[tuple[str, str, str]]:
    """(form, question, class) of the proxies and gaps among the questions of several measures, each once."""
    every = sorted({(form, question) for form, rest in rests for question in rest.questions})
    classed = [(form, question, answers[organisation, form][question].crosswalk) for form, question in every]
    return [each for each in classed if each[2] in ("C", "D")]


def _form(programme: Programme, whole: Whole) -> str:
    match whole:
        case Improvement():
            return programme.criteria[whole.all_criteria[0]].versions[0].form
        case Stage():
            return programme.criteria[whole.criterion].versions[0].form
        case Change() | Growth():
            return whole.of.form
        case _:
            return whole.form


def _rest(programme: Programme, whole: Whole, answers: Classes, wave: str | None) -> Rest:
    match whole:
        case Share():
            return _all_of([_of_condition(whole.of, answers), _of_condition(whole.where, answers)])
        case NetShare():
            sides = [whole.of, whole.plus, whole.minus]
            return _all_of(_of_condition(each, answers) for each in sides)
        case Change() | Growth():
            return _of_count(whole.of, answers)
        case Count():
            return _of_count(whole, answers)
        case Diversity():
            return _of_questions([whole.question], answers)
        case Improvement():
            criteria = [programme.criteria[name] for name in whole.all_criteria]
            return _any_of(_of_levels(programme, each, answers, wave, whole.standpoints) for each in criteria)
        case Stage():
            levels = _of_levels(programme, programme.criteria[whole.criterion], answers, wave)
            return _all_of([levels, _of_questions(filter(None, [whole.subject]), answers)])


def _of_levels(
    programme: Programme,
    criterion: Criterion,
    answers: Classes,
    wave: str | None,
    standpoints: Collection[Standpoint] = (),
) -> Rest:
    """What levels rest on: the rule's question where there is one, else those texts that raters have to read."""
    days = [window.last_day for name, window in programme.windows.items() if wave in (None, name)]
    rests = []
    for version in (criterion.at(day) for day in days):
        if version.rule and set(standpoints) != {"rated"}:
            rests.append(_of_questions([version.rule.question], answers))
        elif version.rating:
            rests.append(_any_of(_of_questions([question], answers) for question in version.rating.reads))
    return _all_of(rests)


def _of_count(count: Count, answers: Classes) -> Rest:
    fields = [count.case, count.sum, count.ongoing, *(name for name in count.distinct if name != RESPONDENT)]
    where = _of_condition(count.where, answers) if count.where else NOTHING
    return _all_of([where, _of_questions(filter(None, fields), answers)])


def _of_condition(condition: Condition, answers: Classes) -> Rest:
    """A condition's own question; of alternatives those that can be answered: it cannot be met only if none can."""
    if condition.any:
        return _any_of(_of_condition(each, answers) for each in condition.any)
    if condition.all or condition.none:
        return _all_of(_of_condition(each, answers) for each in [*condition.all, *condition.none])
    return _of_questions(filter(None, [condition.question]), answers)


def _of_questions(questions: Iterable[str], answers: Classes) -> Rest:
    return _all_of(Rest(answers[question].crosswalk, frozenset({question})) for question in questions)


def _any_of(rests: Iterable[Rest]) -> Rest:
    """The worst class of alternatives that can be answered; class D only where none can."""
    several = list(rests)
    usable = [each for each in several if each.crosswalk != "D"]
    return Rest(_all_of(usable or several).crosswalk, _all_of(several).questions)


def _all_of(rests: Iterable[Rest]) -> Rest:
    """The worst class of several, all of which are needed."""
    several = list(rests)
    worst = max((each.crosswalk for each in several if each.crosswalk is not None), default=None)
    return Rest(worst, frozenset().union(*(each.questions for each in several)))
