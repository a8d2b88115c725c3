"""Counting on the drawn records, in plain Python: the same figures as the pipeline's, reached by another road.

Nothing here comes from the pipeline's code; only the meaning of each figure is shared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from flows.sample.records import SENDER, WAVES, Answer, Record, Wave

Test = Callable[[Record], bool]


@dataclass(frozen=True)
class Coverage:
    """People measured by the class of what they were measured by, and people whose form cannot tell."""

    class_ab: int
    class_c: int
    class_d: int


@dataclass(frozen=True)
class Figure:
    """A numerator, a denominator where the figure is a ratio, and for people's figures the coverage."""

    numerator: int | None
    denominator: int | None = None
    coverage: Coverage | None = None


NOTHING = Figure(None)


class Scope:
    """The accepted records of one organisation, or of all (`*`), as a run of `wave` sees them."""

    def __init__(self, records: list[Record], organisation: str, wave: Wave) -> None:
        number = WAVES.index(wave)
        self.organisation = organisation
        self.wave = wave
        self.reference = WAVES[number - 1] if number else None
        known = {w.id for w in WAVES[: number + 1]}
        self.records = [r for r in records if r.wave in known and organisation in ("*", r.organisation)]

    def before(self, form: str, cut_off: datetime) -> list[Record]:
        """The form's records before an instant, in the order of answering."""
        return sorted(
            (r for r in self.records if r.form == form and r.answered_at < cut_off), key=lambda r: r.answered_at
        )

    @cached_property
    def by_person(self) -> dict[str, list[Record]]:
        """Each person's questionnaires before the cut-off, in the order of answering."""
        people: dict[str, list[Record]] = {}
        for record in self.before("questionnaire", self.wave.cut_off):
            people.setdefault(str(record.respondent), []).append(record)
        return people

    def in_window(self, record: Record) -> bool:
        """Whether the record belongs to the period itself."""
        return self.wave.start <= record.answered_at < self.wave.cut_off


def answered(*questions: str) -> Test:
    """A record with a valid answer to one of the questions."""
    return lambda record: any(question in record.answers for question in questions)


def one_of(question: str, *codes: str) -> Test:
    """A record that answers (or ticks) one of the codes."""

    def test(record: Record) -> bool:
        answer = record.answers.get(question, ())
        return bool(set(codes) & set(answer if isinstance(answer, tuple) else (answer,)))

    return test


def both(first: Test, second: Test) -> Test:
    """Two conditions at once."""
    return lambda record: first(record) and second(record)


def either(first: Test, second: Test) -> Test:
    """At least one of two conditions."""
    return lambda record: first(record) or second(record)


def anyone_who(scope: Scope, of: Test, where: Test, questions: tuple[str, ...]) -> Figure:
    """People with a record that meets `of`, and those of them with one that meets `where` as well."""
    spoken = {person: [r for r in records if of(r)] for person, records in scope.by_person.items()}
    spoken = {person: records for person, records in spoken.items() if records}
    numerator = sum(any(where(r) for r in records) for records in spoken.values())
    speakers = {person: records[:1] for person, records in spoken.items()}
    return Figure(numerator, len(spoken), _coverage(scope, speakers, questions))


def latest_in_window(scope: Scope, of: Test, where: Test, questions: tuple[str, ...]) -> Figure:
    """People by their latest record of the period that meets `of`: how many of these meet `where`."""
    speakers = {
        person: spoken[-1:]
        for person, records in scope.by_person.items()
        if (spoken := [r for r in records if scope.in_window(r) and of(r)])
    }
    numerator = sum(where(records[0]) for records in speakers.values())
    return Figure(numerator, len(speakers), _coverage(scope, speakers, questions))


TOP = 5
"""The best level of difficulty that an answer can stand for."""


def improvement(scope: Scope, among: str, at_least_days: int = 0) -> Figure:
    """People whose level of difficulty rose between their first answer and their latest of the period.

    `at_least_days`: leaves out pairs with fewer days between the two answers.
    """
    first: dict[str, int] = {}
    pairs: dict[str, tuple[int, int]] = {}
    speakers: dict[str, list[Record]] = {}
    for person, records in scope.by_person.items():
        if (level := _level(records[0])) is None:
            continue
        first[person] = level
        later = [r for r in records[1:] if scope.in_window(r) and _level(r) is not None]
        if later:
            speakers[person] = [records[0], later[-1]]
            if (later[-1].answered_at.date() - records[0].answered_at.date()).days >= at_least_days:
                pairs[person] = (level, int(str(later[-1].answers["q3_level"])))
    improved = sum(after > before for before, after in pairs.values())
    if among == "best_case":
        improved += sum(person not in pairs and first.get(person, 0) < TOP for person in scope.by_person)
    denominator = {
        "complete_pairs": len(pairs),
        "all_baselines": len(first),
        "everyone": len(scope.by_person),
        "best_case": len(scope.by_person),
        "able_to_improve": sum(before < TOP for before, _ in pairs.values()),
    }[among]
    return Figure(improved, denominator, _coverage(scope, speakers, ("q3_level",)))


def nobody_rated(scope: Scope) -> Figure:
    """No rater has read the sample's answers."""
    return Figure(0, 0, _coverage(scope, {}, ("q3_text", "q6_text")))


def _level(record: Record) -> int | None:
    return int(str(record.answers["q3_level"])) if "q3_level" in record.answers else None


def _coverage(scope: Scope, speakers: dict[str, list[Record]], questions: tuple[str, ...]) -> Coverage:
    worst = Counter(
        max(SENDER[r.organisation].class_of(q) for r in records for q in questions if q in r.answers)
        for records in speakers.values()
    )
    silent = sum(
        all(SENDER[r.organisation].class_of(q) == "D" for r in records for q in questions)
        for person, records in scope.by_person.items()
        if person not in speakers
    )
    return Coverage(worst["A"] + worst["B"], worst["C"], silent)


def people(scope: Scope, cut_off: datetime) -> int:
    """Distinct people before an instant."""
    return len({r.respondent for r in scope.before("questionnaire", cut_off)})


def diversity(scope: Scope, question: str) -> Counter[str]:
    """People by category, from the latest record of each with a valid answer."""
    latest = {
        person: str(r.answers[question]) for person, rs in scope.by_person.items() for r in rs if question in r.answers
    }
    return Counter(latest.values())


def simpson(scope: Scope, question: str) -> Figure:
    """Simpson's 1 - sum p^2 as integers: N^2 - sum n^2 over N^2."""
    sizes = list(diversity(scope, question).values())
    whole = sum(sizes) ** 2
    return Figure(whole - sum(n * n for n in sizes), whole)


def lines(scope: Scope, cut_off: datetime, *event_types: str, where: Test = lambda record: True) -> list[Record]:
    """Activity-log lines of these kinds before an instant."""
    return [r for r in scope.before("activity_log", cut_off) if r.answers.get("event_type") in event_types and where(r)]


def under_way(records: Iterable[Record], cut_off: datetime) -> list[Record]:
    """Those that have not ended by the last day before the instant."""
    last_day = (cut_off - timedelta(days=1)).date()

    def runs(end: Answer | None) -> bool:
        return not isinstance(end, date) or end > last_day

    return [r for r in records if runs(r.answers.get("ended_on"))]


def cases(records: Iterable[Record]) -> int:
    """Distinct cases; a line without a case number is a case of its own."""
    return len({_case(record) for record in records})


def parties(records: Iterable[Record], *fields: str, per_case: bool = False) -> int:
    """Distinct organisations named in the fields; per case, one counts again in another case."""
    seen: set[tuple[object, ...]] = set()
    for record in records:
        named = [name for field in fields for name in _names(record.answers.get(field))]
        seen.update((_case(record) if per_case else None, name) for name in named)
    return len(seen)


def total(records: Iterable[Record], field: str) -> int:
    """Sum of a number over all lines."""
    return sum(_number(record, field) for record in records)


def total_of_cases(records: Iterable[Record], field: str) -> int:
    """Sum over cases of the highest number that a line of the case states."""
    highest: dict[object, int] = {}
    for record in records:
        highest[_case(record)] = max(highest.get(_case(record), 0), _number(record, field))
    return sum(highest.values())


def highest_stage(scope: Scope, question: str) -> Figure:
    """The highest stage on record before the cut-off."""
    stages = [_stage(r, question) for r in scope.before("interview", scope.wave.cut_off) if question in r.answers]
    return Figure(max(stages, default=0))


def stakeholders_at(scope: Scope, question: str, at_least: int | None) -> Figure:
    """How many stakeholders have reached a stage; without a stage for the period there is nothing to count."""
    if at_least is None:
        return NOTHING
    records = [r for r in scope.before("interview", scope.wave.cut_off) if question in r.answers]
    return Figure(len({r.answers["stakeholder"] for r in records if _stage(r, question) >= at_least}))


def _stage(record: Record, question: str) -> int:
    return int(str(record.answers[question]))


def _case(record: Record) -> object:
    return record.answers.get("case_id", (record.organisation, record.record_id))


def _names(answer: Answer | None) -> tuple[str, ...]:
    return answer if isinstance(answer, tuple) else () if answer is None else (str(answer),)


def _number(record: Record, field: str) -> int:
    number = record.answers.get(field)
    return number if isinstance(number, int) else 0
