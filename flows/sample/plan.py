"""The plan's indicators as the truth counts them: every reading, what it counts, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import partial

from flows.sample import tally
from flows.sample.tally import Figure, Scope, answered, both, either, one_of

Measure = Callable[[Scope], Figure]
At = Callable[[Scope, datetime], int]

ATTRIBUTES = ("nationality", "residence_status", "age_group", "gender", "region")
CONNECTED = one_of("q1", "1", "2", "4", "5", "6")
CHOSEN = one_of("q2", "1", "2", "3", "4", "5", "6")
HELPED = one_of("q5_level", "4", "5")


@dataclass(frozen=True)
class Reading:
    """One way to read an indicator: what is counted (as a whole, or in parts), and who is judged against what."""

    id: str
    form: str
    by: str
    against_target: bool = False
    measure: Measure | None = None
    parts: dict[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """An indicator with the plan's numbers for the interim and the final evaluation."""

    id: str
    interim: Fraction
    final: Fraction
    readings: tuple[Reading, ...]
    floor: Fraction = Fraction(0)
    without_baseline: bool = False
    organisations_shown: bool = True

    def number(self, period: str) -> Fraction | None:
        """The plan's number for a period; it has none for the start."""
        return {"interim": self.interim, "final": self.final}.get(period)


def _count(at: At) -> Measure:
    return lambda scope: Figure(at(scope, scope.wave.cut_off))


def _change(at: At) -> Measure:
    def measure(scope: Scope) -> Figure:
        if scope.reference is None:
            return tally.NOTHING
        return Figure(at(scope, scope.wave.cut_off) - at(scope, scope.reference.cut_off))

    return measure


def _growth(at: At) -> Measure:
    def measure(scope: Scope) -> Figure:
        if scope.reference is None:
            return tally.NOTHING
        before = at(scope, scope.reference.cut_off)
        return Figure(at(scope, scope.wave.cut_off) - before, before)

    return measure


def _cases(*event_types: str, where: tally.Test = lambda record: True) -> At:
    return lambda scope, cut_off: tally.cases(tally.lines(scope, cut_off, *event_types, where=where))


def _records(*event_types: str) -> At:
    return lambda scope, cut_off: len(tally.lines(scope, cut_off, *event_types))


def _parties(event_type: str, *fields: str, per_case: bool = False) -> At:
    return lambda scope, cut_off: tally.parties(tally.lines(scope, cut_off, event_type), *fields, per_case=per_case)


def _total_of_cases(event_type: str, number: str) -> At:
    return lambda scope, cut_off: tally.total_of_cases(tally.lines(scope, cut_off, event_type), number)


def _support_cases(scope: Scope, cut_off: datetime) -> int:
    return tally.total(tally.lines(scope, cut_off, "support"), "cases_n")


def _ongoing(event_type: str, distinct: bool = True, where: tally.Test = lambda record: True) -> At:
    def at(scope: Scope, cut_off: datetime) -> int:
        running = tally.under_way(tally.lines(scope, cut_off, event_type, where=where), cut_off)
        return tally.cases(running) if distinct else len(running)

    return at


def _methods(*statuses: str) -> At:
    def at(scope: Scope, cut_off: datetime) -> int:
        return tally.parties(
            tally.lines(scope, cut_off, "outreach_method", where=one_of("method_status", *statuses)), "method"
        )

    return at


def _categories(question: str) -> Measure:
    return lambda scope: Figure(len(tally.diversity(scope, question)) or None)


def _simpson(question: str) -> Measure:
    return lambda scope: tally.simpson(scope, question)


def _stakeholders(question: str, **at_least: int) -> Measure:
    return lambda scope: tally.stakeholders_at(scope, question, at_least.get(scope.wave.id))


PEOPLE, LOG, INTERVIEW = "questionnaire", "activity_log", "interview"
EACH, SHARE, PROGRAMME, NONE = "each_organisation", "share_of_organisations", "programme", "none"


def _three_ways(
    form: str, measure: Measure | None = None, parts: dict[str, Measure] | None = None
) -> tuple[Reading, ...]:
    """Against the organisations' own targets: each of them, pooled, and the share of them that pass."""
    ways = ((EACH, EACH), ("pooled", PROGRAMME), (SHARE, SHARE))
    return tuple(Reading(name, form, by, True, measure, parts or {}) for name, by in ways)


def _access(name: str, of: tally.Test, where: tally.Test, *questions: str) -> Reading:
    return Reading(name, PEOPLE, PROGRAMME, measure=partial(tally.anyone_who, of=of, where=where, questions=questions))


def _helped(name: str, *questions: str) -> Reading:
    measure = partial(tally.latest_in_window, of=answered(*questions), where=HELPED, questions=questions)
    return Reading(name, PEOPLE, PROGRAMME, measure=measure)


def _counted(name: str, at: At, by: str = PROGRAMME) -> Reading:
    return Reading(name, LOG, by, measure=_count(at))


def _office(name: str, interim: str | int, final: str | int, *readings: Reading) -> Planned:
    return Planned(name, Fraction(interim), Fraction(final), readings, organisations_shown=False)


_WORKED_ON = one_of("status", "in_progress", "carried_out")
_EIGHT, _FIVE, _SEVEN, _NINE = Fraction(8, 10), Fraction(5, 10), Fraction(7, 10), Fraction(9, 10)
_TWO = Fraction(2)
_MEETING_PARTS: dict[str, Measure] = {
    "meetings": _count(_cases("stakeholder_meeting")),
    "attendances": _count(_total_of_cases("stakeholder_meeting", "attendees_n")),
    "organisations": _count(_parties("stakeholder_meeting", "parties")),
}

_IMPROVEMENTS: dict[str, Measure] = {
    **{
        among: partial(tally.improvement, among=among)
        for among in ("complete_pairs", "all_baselines", "everyone", "best_case", "able_to_improve")
    },
    "min_90_days": partial(tally.improvement, among="complete_pairs", at_least_days=90),
    "self_report": partial(tally.improvement, among="complete_pairs"),
    "rated_criteria": tally.nobody_rated,
}

INDICATORS = (
    Planned(
        "F-O1-1a",
        _EIGHT,
        _EIGHT,
        (*_three_ways(PEOPLE, _count(tally.people)), Reading("growth", PEOPLE, NONE, measure=_growth(tally.people))),
    ),
    Planned(
        "F-O1-1b",
        _EIGHT,
        _EIGHT,
        (
            Reading("categories", PEOPLE, EACH, True, parts={name: _categories(name) for name in ATTRIBUTES}),
            Reading("simpson", PEOPLE, NONE, parts={name: _simpson(name) for name in ATTRIBUTES}),
        ),
    ),
    Planned(
        "F-O1-2",
        _FIVE,
        _EIGHT,
        (
            _access("or", answered("q1", "q2"), either(CONNECTED, CHOSEN), "q1", "q2"),
            _access("and", both(answered("q1"), answered("q2")), both(CONNECTED, CHOSEN), "q1", "q2"),
            _access("q1_only", answered("q1"), CONNECTED, "q1"),
            _access("q2_only", answered("q2"), CHOSEN, "q2"),
        ),
        floor=Fraction(1, 2),
    ),
    Planned(
        "F-O2-1",
        _FIVE,
        _SEVEN,
        tuple(Reading(name, PEOPLE, PROGRAMME, measure=measure) for name, measure in _IMPROVEMENTS.items()),
        floor=Fraction(1, 2),
        without_baseline=True,
    ),
    Planned(
        "F-O2-2",
        _FIVE,
        _SEVEN,
        (_helped("top_two", "q5_level"), _helped("everyone_asked", "q4_level", "q5_level")),
        floor=Fraction(1, 2),
        without_baseline=True,
    ),
    Planned(
        "F-O3-1",
        _TWO,
        _TWO,
        (
            Reading("by_case", LOG, EACH, measure=_change(_ongoing("cooperation"))),
            Reading("by_record", LOG, EACH, measure=_change(_ongoing("cooperation", distinct=False))),
        ),
    ),
    Planned(
        "F-O3-2",
        _TWO,
        _TWO,
        (
            Reading(
                "with_evidence", LOG, EACH, measure=_change(_ongoing("own_initiative", where=answered("evidence")))
            ),
            Reading("any_record", LOG, EACH, measure=_change(_ongoing("own_initiative"))),
        ),
    ),
    Planned(
        "F-O3-3",
        Fraction(2),
        Fraction(3),
        (
            Reading("highest", INTERVIEW, EACH, measure=partial(tally.highest_stage, question="engagement_stage")),
            Reading("stakeholders", INTERVIEW, NONE, measure=_stakeholders("engagement_stage", interim=2, final=3)),
        ),
    ),
    _office(
        "N-O1-1",
        2,
        5,
        _counted("all_cases", _cases("case")),
        _counted("planned", _cases("case", where=one_of("status", "planned"))),
        _counted("carried_out", _cases("case", where=one_of("status", "carried_out"))),
    ),
    Planned("N-O1-2", Fraction(4, 10), _EIGHT, _three_ways(LOG, _count(_cases("case", where=_WORKED_ON)))),
    _office(
        "N-O2-1",
        1,
        1,
        Reading(
            "stakeholders", INTERVIEW, PROGRAMME, measure=_stakeholders("change_stage", baseline=1, interim=1, final=2)
        ),
        Reading("highest", INTERVIEW, NONE, measure=partial(tally.highest_stage, question="change_stage")),
    ),
    Planned(
        "F-P1",
        Fraction(1),
        Fraction(3),
        (_counted("introduced", _methods("introduced", "used"), EACH), _counted("used", _methods("used"), EACH)),
    ),
    Planned("F-P2", _SEVEN, _NINE, _three_ways(LOG, _count(_support_cases))),
    Planned("F-P3-1", _SEVEN, _NINE, _three_ways(LOG, parts=_MEETING_PARTS)),
    Planned("F-P3-2", _SEVEN, _NINE, _three_ways(LOG, _count(_cases("case", where=_WORKED_ON)))),
    _office(
        "N-P1-1",
        6,
        12,
        _counted("joint_once", _cases("alliance_meeting")),
        _counted("by_record", _records("alliance_meeting")),
    ),
    _office(
        "N-P1-2",
        40,
        80,
        _counted("guests", _parties("alliance_meeting", "parties", per_case=True)),
        _counted("guests_and_hosts", _parties("alliance_meeting", "parties", "hosts", per_case=True)),
        _counted("distinct_overall", _parties("alliance_meeting", "parties")),
    ),
    _office(
        "N-P3-1",
        3,
        6,
        _counted("own", _cases("study_meeting")),
        _counted("with_talks", _cases("study_meeting", "talk")),
    ),
    _office(
        "N-P3-2",
        5,
        9,
        _counted("distinct", _parties("study_meeting", "parties")),
        _counted("attendance", _parties("study_meeting", "parties", per_case=True)),
    ),
    _office("N-P3-3", 2, 4, _counted("visits", _cases("visit"))),
    _office(
        "N-P3-4",
        3,
        6,
        _counted("distinct", _parties("visit", "parties")),
        _counted("attendance", _parties("visit", "parties", per_case=True)),
    ),
    _office("N-P4-1", 1, 2, _counted("reports", _cases("report")), _counted("editions", _records("report"))),
    _office("N-P4-2", 1, 2, _counted("events", _cases("survey_event"))),
    _office(
        "N-P4-3",
        200,
        500,
        _counted("attended", _total_of_cases("survey_event", "attendees_n")),
        _counted("registered", _total_of_cases("survey_event", "registered_n")),
    ),
)
