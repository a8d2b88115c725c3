"""Indicators as data: a small set of measures, composed in YAML, with readings, targets and assumptions."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from warehouse.definitions import Code, Definition, Text

Verdict = Literal["achieved", "not_achieved", "undetermined", "reference", "not_applicable"]


def _as_fraction(value: object) -> object:
    return Fraction(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else value


Ratio = Annotated[Fraction, BeforeValidator(_as_fraction)]
"""An exact number: `3` or `"8/10"`."""


class Condition(Definition):
    """A condition on one record (a response, a log line). One form only:

    - `any` / `all` / `none`: of other conditions;
    - `question` with `in` (one of the codes), `answered: true` (a valid answer), `at_least` / `at_most` (a number);
    - `theme` found in the record's text, in `question` or, without it, in any.
    """

    any: list[Condition] = []
    all: list[Condition] = []
    none: list[Condition] = []
    question: str | None = None
    codes: list[Code] = Field(default=[], alias="in")
    answered: Literal[True] | None = None
    at_least: int | None = None
    at_most: int | None = None
    theme: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Condition:
        on_answer = (
            bool(self.codes) or self.answered is not None or self.at_least is not None or self.at_most is not None
        )
        forms = [bool(self.any), bool(self.all), bool(self.none), on_answer, self.theme is not None]
        if sum(forms) != 1 or (on_answer and self.question is None):
            raise ValueError(
                "条件は any / all / none / question+(in, answered, at_least, at_most) / theme のどれか1つです | "
                "a condition is one of any, all, none, question with (in, answered, at_least, at_most), theme"
            )
        return self

    def leaves(self) -> list[Condition]:
        """All conditions below that look at an answer or a theme themselves."""
        below = [*self.any, *self.all, *self.none]
        return [leaf for condition in below for leaf in condition.leaves()] if below else [self]


class Share(Definition):
    """Share of units that meet `where` among those that meet `of`.

    `answers`: which of a person's responses that meet `of` speaks for them: any of them, the first or the latest.
    `window`: all responses up to the cut-off, or the period's own.
    """

    measure: Literal["share"]
    form: str
    of: Condition
    where: Condition
    unit: Literal["person", "response"] = "person"
    answers: Literal["any", "first", "latest"] = "latest"
    window: Literal["cumulative", "period"] = "cumulative"


class NetShare(Definition):
    """Those that meet `plus` less those that meet `minus`, of those that meet `of` (the net promoter score)."""

    measure: Literal["net_share"]
    form: str
    of: Condition
    plus: Condition
    minus: Condition
    unit: Literal["person", "response"] = "person"
    answers: Literal["first", "latest"] = "latest"
    window: Literal["cumulative", "period"] = "cumulative"


Standpoint = Literal["rated", "own", "interviewer"]
"""Whose level it is: the raters', the person's own, or the interviewer's."""

Across = Literal["any_improved", "improved_and_none_worse", "most_improved", "worst_criterion"]
"""How several criteria make one person's change; see `Improvement`."""


class Improvement(Definition):
    """People whose level rose by at least `by` between their own first answer and the period.

    `among`, the denominator: `complete_pairs` (comparable levels at both), `all_baselines` (a level at the first
    answer), `everyone` (everybody reached). `lost`, how people without a pair count: `not_improved` (the worst case)
    or `improved`, unless they began at the top (the best case). `ceiling`: those who began at the top cannot rise;
    `keep` or `leave_out` them. `min_days`: with less time between the answers (or from the first to the cut-off) no
    change counts; such `newcomers` are in no denominator (`leave_out`) or stay there as not improved (`keep`).
    `standpoints`: only levels of these; without any, each person by the first standpoint in precedence that has both.

    Several `criteria` need `across`. A criterion for which a person has no pair is left aside, whatever the rule, as
    is one that they began at the top of where `ceiling` says so; somebody with a pair in none of them has no pair.
    Of those with one, improved are: `any_improved`, who rose in at least one; `improved_and_none_worse`, who rose in
    at least one and fell in none; `most_improved`, who rose in more than half; `worst_criterion`, who rose in the one
    they began lowest on (of several equally low the one listed first), which must be a pair.
    """

    measure: Literal["improvement"]
    criterion: str | None = None
    criteria: list[str] = []
    across: Across | None = None
    by: int = Field(default=1, ge=1)
    among: Literal["complete_pairs", "all_baselines", "everyone"]
    lost: Literal["not_improved", "improved"] = "not_improved"
    ceiling: Literal["keep", "leave_out"] = "keep"
    min_days: int = Field(default=0, ge=0)
    newcomers: Literal["leave_out", "keep"] = "leave_out"
    standpoints: list[Standpoint] = []

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: object) -> object:
        """`among: able_to_improve` is short for complete pairs without those who began at the top."""
        if isinstance(given, dict) and given.get("among") == "able_to_improve":
            return {**given, "among": "complete_pairs", "ceiling": "leave_out"}
        return given

    @model_validator(mode="after")
    def _one_way(self) -> Improvement:
        if (self.criterion is None) != bool(self.criteria):
            raise ValueError("criterion か criteria のどちらか1つが必要です | one of criterion and criteria is needed")
        if bool(self.criteria) != (self.across is not None):
            raise ValueError("across は criteria とともに使います | across goes with criteria")
        if len(self.criteria) != len(set(self.criteria)):
            raise ValueError("criteria に重複があります | a criterion stands twice")
        if self.lost == "improved" and self.among == "complete_pairs":
            raise ValueError("完全ペアに脱落者はいません | nobody is lost among complete pairs")
        if "newcomers" in self.model_fields_set and not self.min_days:
            raise ValueError("newcomers は min_days とともに使います | newcomers goes with min_days")
        return self

    @property
    def all_criteria(self) -> list[str]:
        """The criteria, one or several."""
        return self.criteria or [str(self.criterion)]


class Count(Definition):
    """How many, from the start of the programme to the cut-off.

    Counts records that meet `where`; with `case`, different cases (a record that names no case is one of its own);
    with `distinct`, different values of those fields together (`respondent` is the person), and with `case` too,
    different (case, value) pairs, so that a party counts again in another case but not twice in one; with `sum`,
    the sum of a whole number (with `case`: once a case, its highest).
    `ongoing` names the date that ends a record, and keeps the records under way at the cut-off (no end: still).
    """

    measure: Literal["count"]
    form: str
    where: Condition | None = None
    case: str | None = None
    distinct: list[str] = []
    sum: str | None = None
    ongoing: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Count:
        if self.sum and self.distinct:
            raise ValueError("sum と distinct は同時に使えません | sum and distinct exclude each other")
        if "respondent" in self.distinct and (self.case or len(self.distinct) > 1):
            raise ValueError("respondent は単独で数えます | respondent is counted alone")
        return self


class Change(Definition):
    """The count at the period less the count at its reference period."""

    measure: Literal["change"]
    of: Count


class Growth(Definition):
    """(n_t - n_reference) / n_reference; undefined when growing from nothing."""

    measure: Literal["growth"]
    of: Count


class Stage(Definition):
    """Stage reached, from the scores of a stage criterion up to the cut-off.

    `report`: the `highest` stage, or how many `subjects` (values of `subject`) reached `at_least` (by period).
    """

    measure: Literal["stage"]
    criterion: str
    report: Literal["highest", "subjects"]
    subject: str | None = None
    at_least: dict[str, int] = {}

    @model_validator(mode="after")
    def _subjects_need_a_subject(self) -> Stage:
        if self.report == "subjects" and not (self.subject and self.at_least):
            raise ValueError("subjects には subject と at_least が必要です | subjects needs subject and at_least")
        return self


class Diversity(Definition):
    """Diversity of an attribute among people: number of `categories`, or Simpson's 1 - sum p^2 (Simpson 1949)."""

    measure: Literal["diversity"]
    form: str
    question: str
    index: Literal["categories", "simpson"]


Whole = Annotated[
    Share | NetShare | Improvement | Count | Change | Growth | Stage | Diversity, Field(discriminator="measure")
]


def criteria_of(whole: Whole) -> list[str]:
    """The criteria whose levels a measure rests on, raters' levels among them."""
    match whole:
        case Improvement():
            return whole.all_criteria if not whole.standpoints or "rated" in whole.standpoints else []
        case Stage():
            return [whole.criterion]
        case _:
            return []


class Part(Definition):
    """One of several measures that must all pass."""

    id: str
    label: Text
    of: Whole


class Parts(Definition):
    """Several measures side by side: the indicator passes where every part does."""

    measure: Literal["parts"]
    dimension: str
    parts: list[Part]


Measure = Annotated[
    Share | NetShare | Improvement | Count | Change | Growth | Stage | Diversity | Parts, Field(discriminator="measure")
]


class Judge(Definition):
    """Who is judged, and against what.

    `by`: `programme` (its own figure), `each_organisation` (all must pass), `share_of_organisations`
    (those that pass, as a share of the active ones), `none` (descriptive).
    `against`: the plan's number, or each organisation's own target (the plan's number is then the ratio to reach).
    """

    by: Literal["programme", "each_organisation", "share_of_organisations", "none"]
    against: Literal["plan", "organisation_target"] = "plan"


class Reading(Definition):
    """One way to read the plan's sentence. `declared`: in all periods, in none, or in those named."""

    id: str
    label: Text
    declared: bool | list[str] = False
    measure: Measure
    judge: Judge

    def is_declared(self, period: str) -> bool:
        """Whether this is the declared reading in `period`."""
        return period in self.declared if isinstance(self.declared, list) else self.declared


class Threshold(Definition):
    """The plan's number: 「以上」 is >=, and so is a target without it."""

    at_least: Ratio


class AgreementFloor(Definition):
    """How well raters must agree before a figure that rests on their levels is judged.

    `statistic` of all raters together, for each criterion in the version used; `by`: the value itself or the lower end
    of its interval. Figures that rest on the person's own level alone have no second rater and are not held to it.
    """

    statistic: Literal["alpha", "kappa", "ac2"]
    at_least: Ratio
    by: Literal["value", "ci_low"] = "value"


class Indicator(Definition):
    """One atomic indicator: the plan's words, its readings, its targets, and what had to be assumed."""

    id: str
    version: int
    valid_from: date
    block: str
    name: Text
    plan_text: str
    source: Text
    kind: Literal["quantitative", "qualitative", "both"]
    monitored: bool
    unit: Text
    census: bool = True
    sensitive: bool = False
    class_ab_floor: Ratio = Fraction(0)
    agreement_floor: AgreementFloor | None = None
    organisations_shown: bool = True
    not_applicable: list[str] = []
    targets: dict[str, Threshold] = {}
    assumption: Text
    breakdowns: list[str] = []
    readings: list[Reading] = []
    alias_of: str | None = None

    @model_validator(mode="after")
    def _readings_or_alias(self) -> Indicator:
        if bool(self.readings) == bool(self.alias_of):
            raise ValueError("readings か alias_of のどちらか1つが必要です | one of readings and alias_of is needed")
        ids = [reading.id for reading in self.readings]
        if len(ids) != len(set(ids)):
            raise ValueError("readingのidが重複しています | a reading's id stands twice")
        return self


class ChangeRules(Definition):
    """How the tables of change per person are made, for every criterion of people.

    `min_days`: people observed for less are shown as such and are in no share or test. `attributes`: questions by
    whose answers, given at the start, those who were lost are compared with those who were not.
    """

    min_days: int = Field(default=0, ge=0)
    attributes: list[str] = []


class Indicators(Definition):
    """The file `indicators.yml`."""

    indicators: list[Indicator]
    change: ChangeRules = ChangeRules()


class OrganisationTarget(Definition):
    """One row of `targets.csv`: what an organisation set out to reach. The highest approved version counts."""

    organisation: str
    indicator: str
    part: str = ""
    period: str
    value: int
    version: int
    approved_at: date
