"""The evidence that indicators are measured on: accepted responses with their answers, scores and themes, by scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from warehouse.indicator_definitions import Condition
from warehouse.periods import Window

UNMATCHED = "?"
"""Stands for a code or label that matches neither a choice nor a kind of missing; the raw cell never travels on."""

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

    def valid(self, question: str) -> pd.DataFrame:
        """Valid answers to one question (no rows where nobody gave one)."""
        return self.valid_answers.get(question, self.answers.iloc[:0])

    def scope(self, organisation: str | None = None) -> Scope:
        """The responses of one organisation, or of the whole programme, up to the period's cut-off."""
        responses = self.responses
        if organisation is not None:
            responses = responses[responses["organisation"] == organisation]
        return Scope(self, organisation, responses.sort_values(["answered_at", "response_id"], kind="stable"))


@dataclass(frozen=True)
class Scope:
    """Responses of an organisation or of the programme, in the order they were answered."""

    evidence: Evidence
    organisation: str | None
    all_responses: pd.DataFrame = field(repr=False)

    def responses(self, form: str, window: str = "cumulative", period: str | None = None) -> pd.DataFrame:
        """Responses of a form before the period's cut-off, or only those inside its window."""
        limits = self.evidence.windows[period or self.evidence.period]
        rows = self.all_responses[
            (self.all_responses["form_id"] == form) & (self.all_responses["answered_at"] < limits.cut_off)
        ]
        return rows[rows["answered_at"] >= limits.start] if window == "period" else rows

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
        """Level of each row under a criterion (Int64, missing where unscored), on the index of `rows`."""
        scores = self.evidence.scores
        by_response = scores[scores["criterion_id"] == criterion].set_index("response_id")["level"]
        return rows["response_id"].map(by_response).astype("Int64")

    def reporting(self, form: str) -> tuple[int, int]:
        """How many organisations of the scope should have sent this form for the wave, and how many did."""
        mine = {pair for pair in self.evidence.expected if pair[1] == form}
        if self.organisation is not None:
            mine = {pair for pair in mine if pair[0] == self.organisation}
        return len(mine), len(mine & self.evidence.reported)
