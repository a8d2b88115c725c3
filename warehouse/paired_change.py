"""Change per person under each criterion: what became of everybody, the shares by base, and tests on the pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from warehouse.evidence import Evidence, Scope
from warehouse.indicator_definitions import Standpoint
from warehouse.indicators import ALL
from warehouse.intervals import tango, wilson
from warehouse.level_pairs import PAIRED, STATES, level_pairs
from warehouse.significance import (
    Result,
    independence_test,
    marginal_homogeneity_test,
    sign_test,
    signed_rank_test,
    stratified_signed_rank_test,
)

CHANGE_COLUMNS = [
    "period", "criterion_id", "standpoint", "organisation", "statistic", "basis", "numerator", "denominator", "value",
    "ci_low", "ci_high", "df", "p_value", "method", "undefined_reason",
]  # fmt: skip
LEVEL_PAIR_COLUMNS = [
    "period", "criterion_id", "standpoint", "organisation", "level_from", "level_to", "people_n",
]  # fmt: skip

WITHOUT = "-"
"""Before an organisation's code: the programme without it."""

BASES = ("complete_pairs", "all_baselines", "worst_case", "best_case")
"""Whom a share is of. `complete_pairs`: people with two levels; `all_baselines`: those with a level at the start, the
lost not improved; `worst_case`: everybody reached, whoever was not measured not improved; `best_case`: everybody
reached, whoever was not measured improved unless they began at the top. In none: those observed for too short."""

TESTS = (
    "sign_test", "signed_rank_test", "marginal_homogeneity_test", "stratified_signed_rank_test", "organisations_alike",
)  # fmt: skip


@dataclass(frozen=True)
class ChangeFrames:
    """`change`: CHANGE_COLUMNS, a row a figure or test; `level_pairs`: LEVEL_PAIR_COLUMNS, a row a cell with people."""

    change: pd.DataFrame
    level_pairs: pd.DataFrame


def paired_change(
    evidence: Evidence, criteria: Iterable[str], organisations: Iterable[str], min_days: int = 0
) -> ChangeFrames:
    """Change from each person's own start to the period, under every one of `criteria`.

    `organisation` is `*` for the programme, a code for one (`organisations` first, then others with people), and
    WITHOUT and a code for the programme without it; where nobody has a level, `*` alone. `standpoint` is `*` for the
    pairs that count, and where there are levels of several standpoints, each of them alone. A row of `statistic` is:

    - `people`: numerator of denominator are in the state `basis`;
    - `improved`: the share improved of `basis`, one of BASES, with Wilson's interval;
    - `net_change`: those who rose less those who fell, of complete pairs, with Tango's interval (1998);
    - a test of `TESTS` on complete pairs: `value` is its statistic, `denominator` the people it rests on. The last
      two are of the programme: signed ranks within organisations, and whether of those who moved as large a share
      rose in each organisation (Breslow & Day 1980: the discordant pairs by stratum). A person belongs to the
      organisation of their first answer. No p-value here is adjusted for the number of tests.

    Where `value` is missing, `undefined_reason` says why. A period that is compared with none has no rows.
    """
    change: list[dict[str, object]] = []
    cells: list[pd.DataFrame] = []
    window = evidence.windows[evidence.period]
    for criterion in criteria if window.reference is not None else []:
        source, given = evidence.levels[criterion], evidence.levels_given[criterion]
        found = [each for each in source.standpoints if (given["standpoint"] == each).any()]
        apart: list[list[Standpoint]] = [[each] for each in found] if len(found) > 1 else []
        scopes = dict(_scopes(evidence, source.form, list(organisations))) if found else {ALL: evidence.scope()}
        for standpoints in [[], *apart]:
            for code, scope in scopes.items():
                pairs = level_pairs(scope, criterion, standpoints=standpoints, min_days=min_days)
                place = {
                    "period": evidence.period,
                    "criterion_id": criterion,
                    "standpoint": standpoints[0] if standpoints else ALL,
                    "organisation": code,
                }
                change += [place | row for row in _figures(pairs, source.top, is_whole=code[:1] in (ALL, WITHOUT))]
                cells.append(_cells(pairs).assign(**place))
    table = pd.DataFrame(change, columns=CHANGE_COLUMNS)
    pair_cells = pd.concat([pd.DataFrame(columns=LEVEL_PAIR_COLUMNS), *cells], ignore_index=True)
    return ChangeFrames(
        table.astype(dict.fromkeys(["numerator", "denominator", "df"], "Int64")),
        pair_cells[LEVEL_PAIR_COLUMNS].astype(dict.fromkeys(["level_from", "level_to", "people_n"], "int64")),
    )


def _scopes(evidence: Evidence, form: str, organisations: list[str]) -> Iterator[tuple[str, Scope]]:
    programme = evidence.scope()
    present = set(programme.responses(form)["organisation"])
    codes = [each for each in organisations if each in present]
    codes += sorted(present - set(codes))
    yield ALL, programme
    yield from ((code, evidence.scope(code)) for code in codes)
    if len(codes) > 1:
        yield from ((WITHOUT + code, evidence.scope_without(code)) for code in codes)


def _cells(pairs: pd.DataFrame) -> pd.DataFrame:
    paired = pairs[pairs["state"].isin(PAIRED)]
    counted = paired.groupby(["level", "level_later"], sort=True).size().reset_index(name="people_n")
    return counted.rename(columns={"level": "level_from", "level_later": "level_to"})


def _figures(pairs: pd.DataFrame, top: int, *, is_whole: bool) -> Iterator[dict[str, object]]:
    count = pairs["state"].value_counts()
    of_state = {state: int(count.get(state, 0)) for state in STATES}
    for state, people in of_state.items():
        yield _share("people", state, people, len(pairs), with_interval=False)

    began_at_top = (pairs["level"] >= top).fillna(False)
    unmeasured = pairs["state"].isin(["lost", "not_measured"])
    could_rise = int((unmeasured & ~began_at_top).sum())
    paired_n = sum(of_state[state] for state in PAIRED)
    improved_n, baselines_n = of_state["improved"], paired_n + int(unmeasured.sum())
    everybody_n = baselines_n + of_state["no_baseline"]
    yield _share("improved", "complete_pairs", improved_n, paired_n)
    yield _share("improved", "all_baselines", improved_n, baselines_n)
    yield _share("improved", "worst_case", improved_n, everybody_n)
    yield _share("improved", "best_case", improved_n + could_rise + of_state["no_baseline"], everybody_n)
    yield _net_change(improved_n, of_state["worse"], paired_n)

    paired = pairs[pairs["state"].isin(PAIRED)]
    rises = (paired["level_later"] - paired["level"]).astype("int64")
    yield _test("sign_test", sign_test(improved_n, of_state["worse"]))
    yield _test("signed_rank_test", signed_rank_test(rises.tolist()))
    yield _test("marginal_homogeneity_test", marginal_homogeneity_test(_square(paired)))
    if is_whole:
        strata = [group.tolist() for _, group in rises.groupby(paired["organisation"], sort=True)]
        yield _test("stratified_signed_rank_test", stratified_signed_rank_test(strata))
        moved = paired[rises != 0]
        by_organisation = pd.crosstab(moved["organisation"], moved["state"]).reindex(columns=["improved", "worse"])
        yield _test("organisations_alike", _alike(by_organisation.fillna(0).to_numpy(dtype=np.int64)))


def _square(paired: pd.DataFrame) -> np.ndarray:
    """The table of pairs, from each level (rows) to each (columns), over the levels that occur."""
    before, after = (paired[name].to_numpy(dtype=np.int64) for name in ("level", "level_later"))
    levels = np.union1d(before, after)
    table = np.zeros((len(levels), len(levels)), dtype=np.int64)
    np.add.at(table, (np.searchsorted(levels, before), np.searchsorted(levels, after)), 1)
    return table


def _alike(by_organisation: np.ndarray) -> Result:
    if not len(by_organisation):
        return Result(0, undefined="nobody_moved")
    if len(by_organisation) == 1:
        return Result(int(by_organisation.sum()), undefined="one_organisation")
    return independence_test(by_organisation)


# --- rows ---------------------------------------------------------------------------------------------------------


def significant(value: float) -> float:
    """Twelve digits: what lies beyond them differs between machines, and the tables must not."""
    return float(f"{value:.12g}")


def _share(
    statistic: str, basis: str, numerator: int, denominator: int, *, with_interval: bool = True
) -> dict[str, object]:
    row: dict[str, object] = {
        "statistic": statistic, "basis": basis, "numerator": numerator, "denominator": denominator
    }  # fmt: skip
    if not denominator:
        return row | {"undefined_reason": "nobody"}
    row["value"] = numerator / denominator
    if with_interval:
        row |= _interval(wilson(numerator, denominator))
    return row


def _net_change(improved: int, worse: int, of: int) -> dict[str, object]:
    row = _share("net_change", "complete_pairs", improved - worse, of, with_interval=False)
    return row | _interval(tango(improved, worse, of)) if of else row


def _interval(limits: tuple[float, float]) -> dict[str, object]:
    return {"ci_low": significant(limits[0]), "ci_high": significant(limits[1])}


def _test(name: str, result: Result) -> dict[str, object]:
    return {
        "statistic": name,
        "basis": "complete_pairs",
        "denominator": result.n,
        "value": None if result.statistic is None else significant(result.statistic),
        "df": result.df,
        "p_value": None if result.p_value is None else significant(result.p_value),
        "method": result.method,
        "undefined_reason": result.undefined,
    }
