"""Worked cases: what was answered and when, what raters gave, and the level or change that must come of it.

A case is a definition that people sign, and a test: `case_outcomes` runs it through the scoring and pairing of a wave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from rubrics.criteria import Criterion, CriterionVersion, Origin
from warehouse.definitions import Code, Definition, Text
from warehouse.indicator_definitions import Improvement, Standpoint
from warehouse.periods import Window

Unjudged = Literal["cannot_be_judged"]
NoLevel = Literal["none"]
Change = Literal["improved", "unchanged", "worse", "at_ceiling", "too_short", "not_measured", "lost", "no_baseline"]
"""What becomes of a person's level: the states of a pair."""
Counted = Literal["improved", "not_improved", "left_out"]
"""How a reading counts a person: in the numerator, in the denominator alone, or in neither."""

FIRST_ROUND = "1"
"""The round of ratings that name none."""


class GivenRating(Definition):
    """What a rater gave for an answer, or what the raters decided together.

    `criterion` is needed where the case is about several. `round`: a later round speaks for the answer.
    `version`: of the rubric, where the rater went by another than the one in force. `read`: the words as they stood
    when they were rated, where they were corrected since. `evidence`: words of the texts, one quotation a line.
    """

    origin: Literal["rater", "adjudicated"] = "rater"
    rater: str
    criterion: str | None = None
    level: int | Unjudged
    evidence: str | None = None
    no_evidence: bool = False
    round: Code = FIRST_ROUND
    version: int | None = None
    read: dict[str, str] = {}

    @model_validator(mode="after")
    def _evidence_or_none(self) -> GivenRating:
        if (self.evidence is None) != self.no_evidence:
            raise ValueError("evidence か no_evidence のどちらか1つです | either evidence or no_evidence")
        return self


class GivenAnswer(Definition):
    """An answer of the case's person or record: its day in the programme's zone, what was written, its ratings."""

    day: date
    answers: dict[str, Code] = {}
    ratings: list[GivenRating] = []


class Expected(Definition):
    """What must come of it. One of three: a `level`, a `change`, or how a reading counts the person (`counted`).

    With a level its `origin` and `version`; with a change, where wanted, the levels it goes `from_level` `to_level` and
    whose they are (`standpoint`); with any of them, why ratings were `set_aside` (a reason's code).
    """

    level: int | NoLevel | None = None
    origin: Origin | None = None
    version: int | None = None
    change: Change | None = None
    from_level: int | NoLevel | None = None
    to_level: int | NoLevel | None = None
    standpoint: Standpoint | None = None
    counted: Counted | None = None
    set_aside: str | None = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Expected:
        if sum(each is not None for each in (self.level, self.change, self.counted)) != 1:
            raise ValueError("level・change・counted のどれか1つです | one of level, change and counted")
        if isinstance(self.level, int) and (self.origin is None or self.version is None):
            raise ValueError("水準には origin と version が必要です | a level needs its origin and version")
        if (self.from_level, self.to_level, self.standpoint) != (None, None, None) and self.change is None:
            raise ValueError(
                "from_level・to_level・standpoint は change とともに使います | "
                "from_level, to_level and standpoint go with change"
            )
        return self


class Case(Definition):
    """One case: a sentence, what was given, what must come of it and why.

    `criterion`: the one it is about; of a reading it may be left out. `period`: when it is looked at, by default the
    period of the last answer. `reading`: `indicator/reading` of the programme, or `measure`, a reading written out;
    both say by how much, from how many days on and from whose standpoint a level changes.
    """

    name: Text
    criterion: str | None = None
    period: Code | None = None
    reading: str | None = None
    measure: Improvement | None = None
    answered: list[GivenAnswer] = Field(min_length=1)
    expected: Expected
    reason: Text

    @model_validator(mode="after")
    def _says_what_it_is_about(self) -> Case:
        if self.reading is not None and self.measure is not None:
            raise ValueError("reading か measure のどちらか1つです | either reading or measure")
        if self.expected.counted is not None and self.reading is None and self.measure is None:
            raise ValueError("counted には reading か measure が必要です | counted needs a reading or a measure")
        if self.expected.counted is None and self.criterion is None:
            raise ValueError("level と change には criterion が必要です | level and change need a criterion")
        days = [each.day for each in self.answered]
        if days != sorted(set(days)):
            raise ValueError("answered は日付の順で、1日に1つです | answered is in order of days, one a day")
        return self


class CaseFile(Definition):
    """`tests/spec/<topic>.yml`: cases of one topic."""

    topic: Text
    cases: list[Case] = Field(min_length=1)


@dataclass(frozen=True)
class Asked:
    """A question as a case needs to know it: its wording, its choices' labels, and what stands for a missing answer."""

    wording: Text
    choices: dict[str, Text]
    missing: dict[str, str]  # written form -> kind

    @property
    def is_text(self) -> bool:
        """Whether it is answered in words."""
        return not self.choices

    def code_of(self, written: str) -> str | None:
        """The choice a written answer stands for: by its code, or by its label in either language."""
        labels = {name: code for code, label in self.choices.items() for name in (code, label.ja, label.en)}
        return labels.get(written)


@dataclass(frozen=True)
class CaseDefinitions:
    """The definitions of a programme that its cases are run with.

    `questions`: form -> question -> what is known of it; `readings`: `indicator/reading` -> its measure, of those that
    measure an improvement; `min_days`: how long people are observed before a change counts.
    """

    criteria: Mapping[str, Criterion]
    questions: Mapping[str, Mapping[str, Asked]]
    windows: Mapping[str, Window]
    zone: ZoneInfo
    readings: Mapping[str, Improvement] = field(default_factory=dict)
    min_days: int = 0

    def measure_of(self, case: Case) -> Improvement | None:
        """The reading that the case is counted by."""
        return self.readings[case.reading] if case.reading is not None else case.measure

    def criteria_of(self, case: Case) -> list[str]:
        """The criteria that the case is about, the case's own first."""
        measure = self.measure_of(case)
        named = [*([case.criterion] if case.criterion else []), *(measure.all_criteria if measure else [])]
        return list(dict.fromkeys(named))

    def answered_at(self, day: date) -> datetime:
        """Noon of a day in the programme's zone, in UTC: when a case's answer was given."""
        return datetime.combine(day, time(12), self.zone).astimezone(UTC)

    def rubric_of(self, case: Case, day: date, given: GivenRating) -> CriterionVersion:
        """The rubric that a rating went by: the one it names, otherwise the one in force on the answer's day."""
        criterion = self.criteria[given.criterion or self.criteria_of(case)[0]]
        named = (version for version in criterion.versions if version.version == given.version)
        return next(named, criterion.at(day))

    def texts_read(self, answer: GivenAnswer, rubric: CriterionVersion) -> dict[str, str]:
        """The texts of an answer that raters read under a rubric, in its order: question -> words as they stand."""
        questions = self.questions[rubric.form]
        written = {name: answer.answers.get(name) for name in (rubric.rating.reads if rubric.rating else [])}
        return {
            name: text for name, text in written.items() if text is not None and text not in questions[name].missing
        }

    def period_of(self, case: Case) -> str | None:
        """When the case is looked at; None where its last answer lies after every period."""
        last = self.answered_at(case.answered[-1].day)
        return case.period or next((name for name, each in self.windows.items() if last < each.cut_off), None)
