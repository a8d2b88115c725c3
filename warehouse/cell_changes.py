"""Cells of `out_indicator` that moved between two runs, the responses behind them, and what that can be due to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import pandas as pd

from warehouse.differences import differ, differing, side_by_side
from warehouse.indicators import ALL

COVERAGE = ["eligible_n", "measured_n", "missing_n", "class_ab_n", "class_c_n", "class_d_n"]
_NUMBERS = ["numerator", "denominator", "value"]
COMPARED = ["is_declared", *_NUMBERS, *COVERAGE, "target", "target_op", "verdict"]

DueTo = Literal["responses", "coverage", "rules", "unclear"]
"""What moved a cell, as far as the two runs tell:

responses: changed responses, or other ones of the same people, stand behind it and explain all that changed there.
coverage: no changed response stands behind it and the rules are the same, so that those to be measured, or the reports
that came, are others.
rules: definitions, targets, code or model: nothing else changed for the organisation, or no changed response stands
behind it.
unclear: both changed, and the members do not tell which it was."""

_CELL = ["indicator_id", "period", "organisation", "dimension", "category", "reading"]
_FIGURE = ["indicator_id", "period", "organisation", "reading"]
_COUNTS = {"added": "added_n", "removed": "removed_n", "flipped": "flipped_n", "edited": "edited_n"}

Tables = Mapping[str, pd.DataFrame]


def cell_changes(
    old: Tables, new: Tables, responses: pd.DataFrame, inputs: pd.DataFrame, *, rules_changed: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells that moved, and the members that stand behind them otherwise than before.

    `responses`, `inputs`: those of `Changes`. The first frame: the cell's key (indicator_id, period, organisation,
    dimension, category, reading), change (added, removed, changed), COMPARED before and after, added_n, removed_n,
    flipped_n (into or out of the numerator), edited_n (edited responses that stayed), linked_n (of the added, removed
    and flipped: those with a link) and due_to (see DueTo). Members are kept for an organisation's whole figure, so that
    the counts of a part or category are those of its whole.

    The second: indicator_id, period, organisation, reading, response_id, change (added, removed, flipped, edited),
    in_numerator before and after, link: `response` if it is a changed response, `respondent` if another response of
    the same person is, null if neither.
    """
    cells = differing(old["out_indicator"], new["out_indicator"], _CELL, COMPARED)
    members = _member_changes(old, new, cells[_FIGURE].drop_duplicates(), responses)
    counts = members.groupby([*_FIGURE, "change"]).size().unstack("change", fill_value=0)
    counts = counts.reindex(columns=list(_COUNTS), fill_value=0).rename(columns=_COUNTS)
    is_linked = members["link"].notna() & (members["change"] != "edited")
    counts["linked_n"] = members[is_linked].groupby(_FIGURE).size().reindex(counts.index, fill_value=0)
    cells = cells.merge(counts.reset_index(), how="left", on=_FIGURE)
    names = [*_COUNTS.values(), "linked_n"]
    cells[names] = cells[names].fillna(0).astype("int64")
    reaches = _reach(responses, inputs)
    figures, coverage = (differ(cells.assign(change="same_key"), columns) for columns in (_NUMBERS, COVERAGE))
    due_to = [
        _due_to(cell, rules_changed, reaches(cell["organisation"]), *moved)
        for cell, *moved in zip(cells.to_dict("records"), figures, coverage, strict=True)
    ]
    return cells.assign(due_to=pd.Series(due_to, dtype="str")), members


def _due_to(
    cell: Mapping[Any, Any], rules_changed: bool, is_reached: bool, figure_moved: bool, coverage_moved: bool
) -> DueTo:
    """See DueTo. `is_reached`: a response or an input file of the cell's organisation changed."""
    changed_n = cell["added_n"] + cell["removed_n"] + cell["flipped_n"]
    if not rules_changed:
        return "responses" if cell["linked_n"] or cell["edited_n"] else "coverage"
    is_defined_away = cell["change"] != "changed" and cell["dimension"] == ALL  # a whole figure is there by definition
    if is_defined_away or not is_reached or not (figure_moved or coverage_moved):
        return "rules"
    if changed_n:
        return "rules" if not cell["linked_n"] else "responses" if cell["linked_n"] == changed_n else "unclear"
    return "unclear" if cell["edited_n"] or coverage_moved else "rules"


def _reach(responses: pd.DataFrame, inputs: pd.DataFrame) -> Callable[[str], bool]:
    """Whether a response or an input file of an organisation changed; a file of several is a file of each."""
    owners = [frame[f"organisation_{when}"] for frame in (responses, inputs) for when in ("before", "after")]
    named = set(pd.concat(owners).dropna())
    of_several = bool((inputs["organisation_before"].isna() & inputs["organisation_after"].isna()).any())
    return lambda organisation: of_several or organisation in named or (organisation == ALL and bool(named))


def _member_changes(old: Tables, new: Tables, figures: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """`cell_members` of the figures that moved."""
    before, after = (tables["out_indicator_member"].merge(figures, on=_FIGURE) for tables in (old, new))
    members = side_by_side(before, after, [*_FIGURE, "response_id"], ["in_numerator"])
    edited = members["response_id"].isin(responses.loc[responses["change"] == "edited", "response_id"])
    stayed = members["change"] == "same_key"
    flipped = differ(members, ["in_numerator"]) & stayed
    members["change"] = members["change"].mask(stayed & edited, "edited").mask(flipped, "flipped")
    members = members[members["change"] != "same_key"].reset_index(drop=True)
    people = [
        tables["core_response"].set_index("response_id")[["organisation", "respondent_id"]] for tables in (old, new)
    ]
    is_own = members["response_id"].isin(responses["response_id"])
    is_of_person = _of_changed_person(members, people, responses)
    link = pd.Series(None, index=members.index, dtype="str").mask(is_of_person, "respondent").mask(is_own, "response")
    return members.assign(link=link)


def _of_changed_person(members: pd.DataFrame, people: list[pd.DataFrame], responses: pd.DataFrame) -> pd.Series:
    """Whether a member is the response of somebody with a changed one, in the organisation or anywhere for `*`."""
    changed: set[tuple[str, str]] = set()
    for side in people:
        theirs = side[side.index.isin(responses["response_id"])].dropna(subset="respondent_id")
        changed |= set(zip(theirs["organisation"], theirs["respondent_id"], strict=True))
    changed |= {(ALL, respondent) for _, respondent in changed}
    respondents = {one: who for side in people for one, who in side["respondent_id"].items()}
    pairs = [
        (organisation, respondents.get(one))
        for organisation, one in zip(members["organisation"], members["response_id"], strict=True)
    ]
    return pd.Series([pair in changed for pair in pairs], index=members.index, dtype="bool")
