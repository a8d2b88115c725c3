"""The measure of improvement: people whose levels rose, under one criterion or across several (see `Improvement`)."""

from __future__ import annotations

import pandas as pd

from warehouse.evidence import Scope
from warehouse.indicator_definitions import Across, Improvement
from warehouse.level_pairs import level_pairs
from warehouse.measured import Coverage, Measured, covered, members_of


def improvement(definition: Improvement, scope: Scope) -> Measured:
    """Each person's own first answer against their latest one of the period's window."""
    pairs = _pairs(definition, scope)
    is_out = pairs["is_at_top"] & (definition.ceiling == "leave_out")
    if definition.newcomers == "leave_out":
        is_out |= pairs["state"] == "too_short"
    kept = pairs[~is_out]
    if definition.across == "worst_criterion":
        kept = _worst(kept)
    people = _people(kept, definition)
    among = {
        "complete_pairs": people["paired_n"] > 0,
        "all_baselines": people["baseline_n"] > 0,
        "everyone": pd.Series(True, index=people.index),
    }[definition.among]
    improved = people["improved"] & among
    behind = kept.assign(in_numerator=kept["respondent_id"].map(improved))
    behind = behind[behind["respondent_id"].isin(people.index[among])]
    later = behind[["response_id_later", "in_numerator"]].dropna()
    members = pd.concat(
        [
            members_of(behind, behind["in_numerator"]),
            members_of(later.rename(columns={"response_id_later": "response_id"}), later["in_numerator"]),
        ]
    )
    coverage = _coverage(definition, scope, pairs)
    return Measured(int(improved.sum()), int(among.sum()), coverage, members, is_share=True)


def _pairs(definition: Improvement, scope: Scope) -> pd.DataFrame:
    """Pairs under all criteria, in the order of the criteria, with what can still be said of each of them."""
    found = []
    for place, criterion in enumerate(definition.all_criteria):
        pairs = level_pairs(
            scope,
            criterion,
            standpoints=definition.standpoints,
            by=definition.by,
            min_days=definition.min_days,
        )
        top = scope.evidence.levels[criterion].top
        baseline = pairs["level"].notna()
        found.append(
            pairs.assign(
                place=place,
                has_baseline=baseline,
                is_paired=baseline & pairs["level_later"].notna(),
                is_at_top=(pairs["level"] >= top).fillna(False).astype("bool"),
                could_rise=(pairs["level"] <= top - definition.by).fillna(False).astype("bool"),
            )
        )
    return pd.concat(found, ignore_index=True)


def _worst(pairs: pd.DataFrame) -> pd.DataFrame:
    """Of each person the criterion they began lowest on, of several equally low the one listed first."""
    ordered = pairs.sort_values(["level", "place"], na_position="last", kind="stable")
    return ordered.drop_duplicates("respondent_id")


def _people(pairs: pd.DataFrame, definition: Improvement) -> pd.DataFrame:
    """One row a person: baseline_n, paired_n (criteria with such), improved. Without a pair, as `lost` says."""
    people = pd.DataFrame(
        {
            "respondent_id": pairs["respondent_id"],
            "baseline_n": pairs["has_baseline"],
            "paired_n": pairs["is_paired"],
            "improved_n": pairs["state"] == "improved",
            "worse_n": pairs["state"] == "worse",
            "could_rise_n": pairs["could_rise"],
        }
    )
    people = people.groupby("respondent_id", sort=True).sum()
    improved = _improved(definition.across, people["improved_n"], people["worse_n"], people["paired_n"])
    if definition.lost == "improved":
        no_fall = people["worse_n"] * 0
        at_best = _improved(definition.across, people["could_rise_n"], no_fall, people["baseline_n"])
        improved = improved.where(people["paired_n"] > 0, at_best | (people["baseline_n"] == 0))
    return people.assign(improved=improved)


def _improved(across: Across | None, improved_n: pd.Series, worse_n: pd.Series, of_n: pd.Series) -> pd.Series:
    """Whether each person improved, from the criteria they rose and fell in, and those that are looked at."""
    match across:
        case "improved_and_none_worse":
            return (improved_n > 0) & (worse_n == 0)
        case "most_improved":
            return 2 * improved_n > of_n
        case _:
            return improved_n > 0


def _coverage(definition: Improvement, scope: Scope, pairs: pd.DataFrame) -> Coverage:
    """Coverage over people: a pair has the worse class of its two levels, a person the worst of their pairs."""
    looked_at = _worst(pairs) if definition.across == "worst_criterion" else pairs
    paired = looked_at[looked_at["is_paired"]]
    of_pair = paired["crosswalk_class"].combine(paired["crosswalk_class_later"], max)
    worst = of_pair.groupby(paired["respondent_id"]).max()
    sources = [scope.evidence.levels[criterion] for criterion in definition.all_criteria]
    questions = [each for source in sources for each in source.questions(definition.standpoints or source.standpoints)]
    rows = scope.responses(sources[0].form)
    return covered(rows, "respondent_id", worst.index.to_series(), worst, list(dict.fromkeys(questions)), scope)
