"""What must hold before somebody's words may leave the house: their consent, and enough people who share what is shown.

Pure rules on tables. That the masking was looked at is the third condition; it is a matter of texts, not of tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from pydantic import Field, model_validator

from warehouse.definitions import Code, Definition, Text


class Consent(Definition):
    """The question of a form that asks whether somebody's words may be quoted, and the answers that say so."""

    form: str
    question: str
    codes: list[Code] = Field(min_length=1)


class Group(Definition):
    """Several answers of an attribute as one, for where a single one tells too much."""

    label: Text
    codes: list[Code] = Field(min_length=1)


class Step(Definition):
    """What is given up next where too few people share what is shown: an attribute's detail, or the attribute."""

    coarsen: str | None = None
    drop: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Step:
        if (self.coarsen is None) == (self.drop is None):
            raise ValueError("coarsen か drop のどちらか1つが必要です | one of coarsen and drop is needed")
        return self


class QuotationRules(Definition):
    """`quotations` in a programme: whose words may be quoted, what is shown of them, among how many they must be.

    `shown`: attributes that stand beside a quotation: `organisation`, or questions of the consent's form. `k`: so many
    respondents of the period, the quoted one among them, must share all that is shown. `steps`: in this order.
    """

    consent: Consent
    k: int = Field(ge=2)
    shown: list[str] = []
    groups: dict[str, list[Group]] = {}
    steps: list[Step] = []

    @model_validator(mode="after")
    def _steps_follow(self) -> QuotationRules:
        left, coarse = list(self.shown), set[str]()
        for step in self.steps:
            name = step.drop or step.coarsen
            is_possible = name in left and not (step.coarsen and (name in coarse or name not in self.groups))
            if not is_possible:
                raise ValueError(
                    f"steps の {name} は示していないか、まとめ方(groups)がありません | "
                    f"{name} in steps is not shown (any more), or has no groups"
                )
            if step.drop:
                left.remove(step.drop)
            else:
                coarse.add(str(step.coarsen))
        return self


@dataclass(frozen=True)
class Shown:
    """What may stand beside a quotation: attribute -> value (None: not answered), and how many people share it.

    `coarse`: the attributes whose value is the place of a group.
    """

    values: Mapping[str, str | None]
    coarse: frozenset[str]
    sharing_n: int


def shown_with(rules: QuotationRules, people: pd.DataFrame, response_id: str) -> Shown | None:
    """As much of what is declared to be shown as k people share, giving up step by step; None if nothing is enough.

    `people`: a row for each response of the period: response_id, person, and a column for each attribute in
    `rules.shown` (a code, missing where there is none, which is shared by all who have none).
    """
    own = people[people["response_id"] == response_id]
    if own.empty:
        return None
    for names, coarse in _stages(rules):
        table = people.assign(**{name: _grouped(people[name], rules.groups[name]) for name in coarse})
        mine = table.loc[own.index[0]]
        is_alike = pd.Series(True, index=table.index)
        for name in names:
            is_alike &= table[name].isna() if pd.isna(mine[name]) else (table[name] == mine[name]).fillna(False)
        sharing_n = int(table.loc[is_alike, "person"].nunique())
        if sharing_n >= rules.k:
            values = {name: None if pd.isna(mine[name]) else str(mine[name]) for name in names}
            return Shown(values, frozenset(coarse) & frozenset(names), sharing_n)
    return None


def _stages(rules: QuotationRules) -> Iterator[tuple[list[str], set[str]]]:
    """What is shown, and which of it coarsely: all of it, then after each step."""
    names, coarse = list(rules.shown), set[str]()
    yield list(names), set(coarse)
    for step in rules.steps:
        if step.drop:
            names.remove(step.drop)
            coarse.discard(step.drop)
        else:
            coarse.add(str(step.coarsen))
        yield list(names), set(coarse)


def _grouped(codes: pd.Series, groups: Sequence[Group]) -> pd.Series:
    place_of = {code: str(place) for place, group in enumerate(groups) for code in group.codes}
    return codes.map(place_of).astype("str").where(codes.notna() & codes.isin(list(place_of)), None)


Says = Literal["agrees", "not_asked_or_blank", "refuses", "withdrawn", "gone"]
"""Of a response: its person agrees; did not answer, or was not asked; said no; said yes and later no; is not there."""


def statements(rules: QuotationRules, responses: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """What every response of the consent's form says: response_id, person, answered_at, agrees (NA: nothing valid).

    `responses` and `answers` as loaded into the warehouse. An answer that is not valid is no consent.
    """
    mine = responses.loc[responses["form_id"] == rules.consent.form, ["response_id", "respondent_id", "answered_at"]]
    given = answers[(answers["question_id"] == rules.consent.question) & answers["missing_kind"].isna()]
    given = given[given["value_code"].notna()]
    agrees = given["value_code"].isin(rules.consent.codes).groupby(given["response_id"]).all()
    person = mine["respondent_id"].fillna(mine["response_id"])
    said = mine["response_id"].map(agrees).astype("boolean")
    return mine.assign(person=person, agrees=said)[["response_id", "person", "answered_at", "agrees"]]


def together(by_wave: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Statements of several waves, the earliest first. Of one response, a refusal in any of them stands.

    It may have been edited since, and not every wave has been run again: nobody is quoted against their word. Otherwise
    the latest wave's word counts.
    """
    every = pd.concat(by_wave, ignore_index=True)
    refused = set(every.loc[every["agrees"].eq(False).fillna(False), "response_id"])
    latest = every.drop_duplicates("response_id", keep="last", ignore_index=True)
    return latest.assign(agrees=latest["agrees"].mask(latest["response_id"].isin(refused), False))


def says(known: pd.DataFrame, response_id: str) -> Says:
    """Whether somebody's words in a response may be quoted, by all that is known of what they said.

    They agree where that very response says so, and the last that they said anything, they did not say no.
    """
    own = known[known["response_id"] == response_id]
    if own.empty:
        return "gone"
    agrees, person = own["agrees"].iloc[0], own["person"].iloc[0]
    if pd.isna(agrees):
        return "not_asked_or_blank"
    if not agrees:
        return "refuses"
    valid = known[(known["person"] == person) & known["agrees"].notna()]
    last = valid.sort_values(["answered_at", "response_id"], kind="stable")["agrees"].iloc[-1]
    return "agrees" if last else "withdrawn"
