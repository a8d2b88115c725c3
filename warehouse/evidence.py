"""The evidence that indicators are measured on: accepted responses with their answers, scores and themes, by scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import pandas as pd

from warehouse.indicator_definitions import AgreementFloor, Condition, Standpoint
from warehouse.periods import Window

UNMATCHED = "?"
"""Stands for a code or label that matches neither a choice nor a kind of missing; the raw cell never travels on."""

ORGANISATION = "organisation"
"""The dimension that is no question: to whom a person came."""

STANDPOINT_OF: dict[str, Standpoint] = {
    "adjudicated": "rated",
    "rater": "rated",
    "self_report": "own",
    "interviewer": "interviewer",
}
"""Origin of a level -> whose it is: levels of one standpoint can be compared with each other."""

BY_RATERS = tuple(origin for origin, standpoint in STANDPOINT_OF.items() if standpoint == "rated")
"""Origins of a level that raters gave, not the person concerned."""

AGREEMENT_COLUMNS = [
    "criterion_id", "criterion_version", "comparison", "rater_a", "rater_b", "rated_month", "statistic", "value",
    "ci_low", "ci_high", "items_n", "ratings_n",
]  # fmt: skip

RESPONDENT = "respondent"
"""The name by which a count's `distinct` means the person."""


@dataclass(frozen=True)
class LevelSource:
    """Where the levels of a criterion come from, in the version in force at the end of the period.

    `question`: what gives the level by rule; `reads`: the texts that raters read; `top`: the highest level;
    `precedence`: origins, the first of which counts where several give a level of one response.
    """

    form: str
    question: str | None
    reads: tuple[str, ...]
    top: int
    precedence: tuple[str, ...]

    @property
    def standpoints(self) -> list[Standpoint]:
        """Whose levels there can be, in the order of precedence."""
        return list(dict.fromkeys(STANDPOINT_OF[origin] for origin in self.precedence))

    def questions(self, standpoints: Iterable[Standpoint]) -> list[str]:
        """The questions that levels of these standpoints rest on."""
        by_rule = [self.question] if self.question and set(standpoints) - {"rated"} else []
        return [*by_rule, *(self.reads if "rated" in standpoints else ())]


@dataclass(frozen=True)
class Evidence:
    """Everything a run measures indicators on.

    `responses`: response_id, organisation, form_id, respondent_id, answered_at (UTC), answered_on; `answers`, `scores`
    and `themes` as loaded into the warehouse. `windows`: period -> its instants. `period`: the period measured.
    `reported`: (organisation, form) pairs whose file for this wave arrived; `expected`: those that should have.
    """

    responses: pd.DataFrame
    answers: pd.DataFrame
    scores: pd.DataFrame
    themes: pd.DataFrame
    windows: dict[str, Window]
    period: str
    reported: frozenset[tuple[str, str]]
    expected: frozenset[tuple[str, str]]
    levels: dict[str, LevelSource]
    agreement: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=AGREEMENT_COLUMNS))

    @cached_property
    def valid_answers(self) -> dict[str, pd.DataFrame]:
        """Valid answers by question."""
        valid = self.answers[self.answers["missing_kind"].isna() & (self.answers["value_code"] != UNMATCHED)]
        return {str(question): rows for question, rows in valid.groupby("question_id", sort=False)}

    @cached_property
    def answer_classes(self) -> dict[str, pd.Series]:
        """Crosswalk class by question: a Series response_id -> class."""
        first = self.answers.drop_duplicates(["response_id", "question_id"])
        return {
            str(question): rows.set_index("response_id")["crosswalk_class"]
            for question, rows in first.groupby("question_id", sort=False)
        }

    def agreed(self, criteria: Iterable[str], floor: AgreementFloor) -> bool:
        """Whether the raters of these criteria agree well enough, in every version whose levels count here.

        Agreement that was not or could not be measured is not met.
        """
        by_raters = self.scores[
            self.scores["origin"].isin(BY_RATERS) & self.scores["criterion_id"].isin(list(criteria))
        ]
        used = by_raters[["criterion_id", "criterion_version"]].drop_duplicates()
        overall = self.agreement[
            (self.agreement["comparison"] == "raters")
            & (self.agreement["rater_a"] == "*")
            & (self.agreement["rated_month"] == "*")
            & (self.agreement["statistic"] == floor.statistic)
        ]
        values = used.merge(overall, on=["criterion_id", "criterion_version"], how="left")[floor.by]
        return all(pd.notna(value) and Fraction(float(value)) >= floor.at_least for value in values)

    @cached_property
    def levels_given(self) -> dict[str, pd.DataFrame]:
        """By criterion, its levels: response_id, standpoint, level, origin, crosswalk_class; those that count first.

        One row per response and standpoint. A level by rule has the class of its question, a rated one the worst
        class among the valid answers that raters read.
        """
        return {criterion: self._levels_given(criterion, source) for criterion, source in self.levels.items()}

    def _levels_given(self, criterion: str, source: LevelSource) -> pd.DataFrame:
        scores = self.scores[(self.scores["criterion_id"] == criterion) & self.scores["origin"].isin(source.precedence)]
        place = scores["origin"].map(source.precedence.index)
        first = scores.loc[place.sort_values(kind="stable").index, ["response_id", "level", "origin"]]
        first = first.assign(standpoint=first["origin"].map(STANDPOINT_OF))
        first = first.drop_duplicates(["response_id", "standpoint"])
        by_rule = first["response_id"].map(self.answer_classes.get(source.question or "", pd.Series(dtype="str")))
        read = pd.concat([self.valid(question) for question in source.reads] or [self.answers.iloc[:0]])
        by_raters = first["response_id"].map(read.groupby("response_id")["crosswalk_class"].max())
        classes = by_raters.where(first["standpoint"] == "rated", by_rule).fillna("D")
        return first.assign(crosswalk_class=classes.astype("str"))

    def valid(self, question: str) -> pd.DataFrame:
        """Valid answers to one question (no rows where nobody gave one)."""
        return self.valid_answers.get(question, self.answers.iloc[:0])

    def scope(self, organisation: str | None = None) -> Scope:
        """The responses of one organisation, or of the whole programme, up to the period's cut-off."""
        responses = self.responses
        if organisation is not None:
            responses = responses[responses["organisation"] == organisation]
        return Scope(self, organisation, _in_order(responses))

    def scope_without(self, organisation: str) -> Scope:
        """The responses of the whole programme but for one organisation's, as if it had taken no part."""
        return Scope(self, None, _in_order(self.responses[self.responses["organisation"] != organisation]))


def _in_order(responses: pd.DataFrame) -> pd.DataFrame:
    return responses.sort_values(["answered_at", "response_id"], kind="stable")


@dataclass(frozen=True)
class Scope:
    """Responses of an organisation or of the programme, in the order they were answered.

    `paired`: what `level_pairs` found by criterion and standpoints, `chosen`: what `responses` found by form, window
    and period, for the next reading that asks for the same.
    """

    evidence: Evidence
    organisation: str | None
    all_responses: pd.DataFrame = field(repr=False)
    paired: dict[tuple[str, tuple[Standpoint, ...]], pd.DataFrame] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    chosen: dict[tuple[str, str, str], pd.DataFrame] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def responses(self, form: str, window: str = "cumulative", period: str | None = None) -> pd.DataFrame:
        """Responses of a form before the period's cut-off, or only those inside its window."""
        asked = (form, window, period or self.evidence.period)
        if asked not in self.chosen:
            limits = self.evidence.windows[asked[2]]
            rows = self.all_responses[
                (self.all_responses["form_id"] == form) & (self.all_responses["answered_at"] < limits.cut_off)
            ]
            self.chosen[asked] = rows[rows["answered_at"] >= limits.start] if window == "period" else rows
        return self.chosen[asked]

    def restricted_to(self, respondents: Iterable[str]) -> Scope:
        """The same scope with some people only."""
        keep = self.all_responses["respondent_id"].isin(list(respondents))
        return replace(self, all_responses=self.all_responses[keep])

    def meeting(self, rows: pd.DataFrame, condition: Condition | None) -> pd.Series:
        """Whether each of `rows` meets `condition`: a boolean Series on the index of `rows`."""
        if condition is None:
            return pd.Series(True, index=rows.index)
        if condition.any:
            return self._joined(rows, condition.any, any_of=True)
        if condition.all:
            return self._joined(rows, condition.all, any_of=False)
        if condition.none:
            return ~self._joined(rows, condition.none, any_of=True)
        return rows["response_id"].isin(self._ids_meeting(condition))

    def _joined(self, rows: pd.DataFrame, conditions: list[Condition], *, any_of: bool) -> pd.Series:
        table = pd.concat([self.meeting(rows, condition) for condition in conditions], axis=1)
        return table.any(axis=1) if any_of else table.all(axis=1)

    def _ids_meeting(self, leaf: Condition) -> pd.Series:
        if leaf.theme is not None:
            found = self.evidence.themes
            found = found[found["theme_id"] == leaf.theme]
            return (found if leaf.question is None else found[found["question_id"] == leaf.question])["response_id"]
        answers = self.evidence.valid(leaf.question or "")
        if leaf.codes:
            answers = answers[answers["value_code"].isin(leaf.codes)]
        if leaf.at_least is not None:
            answers = answers[answers["value_number"] >= leaf.at_least]
        if leaf.at_most is not None:
            answers = answers[answers["value_number"] <= leaf.at_most]
        return answers["response_id"]

    def level_of(self, rows: pd.DataFrame, criterion: str) -> pd.Series:
        """Level in force of each row under a criterion (Int64, missing where it has none), on the index of `rows`."""
        in_force = self.evidence.levels_given[criterion].drop_duplicates("response_id")
        return rows["response_id"].map(in_force.set_index("response_id")["level"]).astype("Int64")

    def reporting(self, form: str) -> tuple[int, int]:
        """How many organisations of the scope should have sent this form for the wave, and how many did."""
        mine = {pair for pair in self.evidence.expected if pair[1] == form}
        if self.organisation is not None:
            mine = {pair for pair in mine if pair[0] == self.organisation}
        return len(mine), len(mine & self.evidence.reported)
