"""Pairs of levels: where each person began under a criterion, and where they are in the period."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from warehouse.evidence import Scope
from warehouse.indicator_definitions import Standpoint

STATES = (
    "improved", "unchanged", "worse", "at_ceiling", "too_short", "not_measured", "lost", "no_baseline",
)  # fmt: skip
"""What became of a person's level; everybody reached is in exactly one. `at_ceiling`: began at the top and is still
there. `too_short`: observed for less than the declared time. `not_measured`: answered in the period, without a level
that can be compared. `lost`: gave no answer in the period. `no_baseline`: no level at the first answer."""

PAIRED = ("improved", "unchanged", "worse", "at_ceiling")
"""The states of those who have two comparable levels and were observed for long enough."""

PAIR_COLUMNS = [
    "criterion_id", "respondent_id", "organisation", "response_id", "level", "origin", "crosswalk_class",
    "response_id_later", "level_later", "origin_later", "crosswalk_class_later", "standpoint", "days_n", "state",
]  # fmt: skip

_OF_LEVEL = ["response_id", "level", "origin", "crosswalk_class"]


def level_pairs(
    scope: Scope, criterion: str, *, standpoints: Collection[Standpoint] = (), by: int = 1, min_days: int = 0
) -> pd.DataFrame:
    """One row a person of the scope who answered before the cut-off: PAIR_COLUMNS, in the order of first answering.

    The baseline is the person's own first answer in the scope (with its organisation), the later one their latest in
    the period that has a level. Like is compared with like: both levels are the raters', the person's own or the
    interviewer's; the first standpoint in precedence counts that has both, else the first that has a baseline.
    `days_n`: days from the first answer to the later level, or to the last answer of the period, or to its last day.
    A level rose or fell where it did so by at least `by`. `level` and `level_later` are Int64.
    """
    source = scope.evidence.levels[criterion]
    wanted = tuple(each for each in source.standpoints if not standpoints or each in standpoints)
    if (criterion, wanted) not in scope.paired:
        scope.paired[criterion, wanted] = _paired(scope, criterion, wanted)
    people = scope.paired[criterion, wanted]
    state = _states(people, source.top, by, min_days)
    return people.assign(state=state).reset_index()[PAIR_COLUMNS]


def _paired(scope: Scope, criterion: str, standpoints: tuple[Standpoint, ...]) -> pd.DataFrame:
    """All of a pair but its state, and `answered_later`: whether there is any answer in the period."""
    form = scope.evidence.levels[criterion].form
    answered = scope.responses(form)
    answered = answered[answered["respondent_id"].notna()]
    first = answered.drop_duplicates("respondent_id", keep="first")
    in_period = answered["response_id"].isin(scope.responses(form, "period")["response_id"])
    later = answered[in_period & ~answered["response_id"].isin(first["response_id"])]
    found = _compared(scope, criterion, first, later, standpoints)

    people = first[["respondent_id", "organisation", "response_id", "answered_on"]].set_index("respondent_id")
    people = people.join(found.drop(columns="response_id"))
    last_answer = later.drop_duplicates("respondent_id", keep="last").set_index("respondent_id")["answered_on"]
    last_day = scope.evidence.windows[scope.evidence.period].last_day.isoformat()
    until = people["answered_on_later"].combine_first(last_answer).reindex(people.index).fillna(last_day)
    days = (pd.to_datetime(until) - pd.to_datetime(people["answered_on"])).dt.days
    answered_later = people.index.isin(last_answer.index)
    return people.assign(criterion_id=criterion, days_n=days.astype("int64"), answered_later=answered_later)


def _compared(
    scope: Scope, criterion: str, first: pd.DataFrame, later: pd.DataFrame, standpoints: tuple[Standpoint, ...]
) -> pd.DataFrame:
    """The two levels of each person who has any, of one standpoint, by respondent_id."""
    given = scope.evidence.levels_given[criterion]
    given = given[given["standpoint"].isin(standpoints)]
    at_first = first[["respondent_id", "response_id"]].merge(given, on="response_id")
    at_later = later[["respondent_id", "response_id", "answered_on"]].merge(given, on="response_id")
    at_later = at_later.drop_duplicates(["respondent_id", "standpoint"], keep="last")
    keys = ["respondent_id", "standpoint"]
    joined = at_first.merge(
        at_later.rename(columns={name: f"{name}_later" for name in [*_OF_LEVEL, "answered_on"]}), on=keys, how="outer"
    )
    joined = joined.astype({"level": "Int64", "level_later": "Int64"})
    has_baseline = joined["level"].notna()
    worth = np.select([has_baseline & joined["level_later"].notna(), has_baseline], [0, 1], 2)
    place = joined["standpoint"].map({each: number for number, each in enumerate(standpoints)})
    ordered = joined.assign(worth=worth, place=place).sort_values(["worth", "place"], kind="stable")
    return ordered.drop_duplicates("respondent_id").set_index("respondent_id").drop(columns=["worth", "place"])


def _states(people: pd.DataFrame, top: int, by: int, min_days: int) -> pd.Series:
    level, later = people["level"], people["level_later"]
    rise = later - level
    conditions = {
        "no_baseline": level.isna(),
        "too_short": people["days_n"] < min_days,
        "lost": later.isna() & ~people["answered_later"],
        "not_measured": later.isna(),
        "improved": rise >= by,
        "worse": rise <= -by,
        "at_ceiling": (level >= top) & (later >= top),
    }
    chosen = [each.fillna(False).to_numpy(dtype="bool") for each in conditions.values()]
    return pd.Series(np.select(chosen, list(conditions), "unchanged"), index=people.index, dtype="str")
