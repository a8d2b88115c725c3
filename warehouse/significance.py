"""Tests of change in paired levels, and of independence in a table: each gives its result, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.sparse.csgraph import connected_components
from statsmodels.stats.contingency_tables import SquareTable, mcnemar

Method = Literal["exact", "approximate", "monte_carlo"]
Undefined = Literal["nobody", "nobody_moved", "one_category", "one_organisation", "parted_levels"]
"""Why there is no result: nobody to test; all levels as before; nothing to compare with (one category, or one
organisation with movement); levels that fall into groups between which nobody moved."""

Counts = npt.NDArray[np.int64]

EXACT_UP_TO = 200
"""People with a difference up to whom the signed-rank test is exact."""
EXPECTED = 5
"""Expected count in every cell from which the chi-square distribution serves (Cochran 1954)."""
DRAWS = 9_999
_SEED = 1_998


@dataclass(frozen=True)
class Result:
    """A test's result on `n` people. `statistic`, `p_value` and `method` are None where it is `undefined`."""

    n: int
    statistic: float | None = None
    df: int | None = None
    p_value: float | None = None
    method: Method | None = None
    undefined: Undefined | None = None


def sign_test(more: int, less: int) -> Result:
    """Exact McNemar test: of those who moved, as many up as down (McNemar 1947; more ~ Bin(more + less, 1/2)).

    The same conditional test serves strata: under the hypothesis the sum of their discordant pairs is binomial too.
    """
    moved = more + less
    if moved == 0:
        return Result(0, undefined="nobody_moved")
    result = mcnemar([[0, more], [less, 0]], exact=True)
    return Result(moved, float(more), None, float(result.pvalue), "exact")


def signed_rank_test(rises: Sequence[int]) -> Result:
    """Wilcoxon's signed-rank test on differences, those of nothing included (Wilcoxon 1945, Pratt 1959).

    `statistic` is the sum of the ranks of rises. Zeros are ranked and then dropped (Pratt): on a scale of few levels
    most people stay where they are, and without them a step up or down would look as large among many who stayed as
    among few. Ties have mid-ranks. Exact over all signs (Streitberg & Roehmel 1986) up to EXACT_UP_TO people who
    moved, beyond that by the normal approximation, whose variance is a quarter of the sum of the squared ranks.
    """
    values = np.asarray(rises, dtype=np.int64)
    signs, ranks = _ranked(values)
    if not len(ranks):
        return Result(0, undefined="nobody_moved" if len(values) else "nobody")
    up = float(ranks[signs > 0].sum())
    if len(ranks) > EXACT_UP_TO:
        apart = abs(2 * up - ranks.sum()) / (ranks**2).sum() ** 0.5
        return Result(len(ranks), up, None, float(2 * stats.norm.sf(apart)), "approximate")
    return Result(len(ranks), up, None, _exact_p(np.rint(2 * ranks).astype(np.int64), round(2 * up)), "exact")


def _ranked(values: Counts) -> tuple[Counts, npt.NDArray[np.float64]]:
    """Signs and mid-ranks of the differences that are not zero, ranked among all."""
    ranks = stats.rankdata(np.abs(values))
    return np.sign(values[values != 0]), ranks[values != 0]


def _exact_p(weights: Counts, reached: int) -> float:
    """P that a sum of weights, each in or out with 1/2, lies as far from its middle as `reached`, either side."""
    chances = np.zeros(int(weights.sum()) + 1)
    chances[0] = 1.0
    for weight in weights:
        shifted = np.zeros_like(chances)
        shifted[weight:] = chances[: len(chances) - weight]
        chances = (chances + shifted) / 2
    nearer = min(reached, len(chances) - 1 - reached)
    return min(1.0, 2 * float(chances[: nearer + 1].sum()))


def stratified_signed_rank_test(strata: Sequence[Sequence[int]]) -> Result:
    """Signed ranks within each stratum, added up with the weights 1 / (people + 1) (van Elteren 1960, Lehmann 1975).

    `statistic` is the standardised sum, approximately normal. It needs two strata in which somebody moved.
    """
    total, variance, moved, used = 0.0, 0.0, 0, 0
    for rises in strata:
        values = np.asarray(rises, dtype=np.int64)
        signs, ranks = _ranked(values)
        weighted = ranks / (len(values) + 1)
        total += float((signs * weighted).sum())
        variance += float((weighted**2).sum())
        moved += len(ranks)
        used += bool(len(ranks))
    if used < 2:
        return Result(moved, undefined="one_organisation" if used else "nobody_moved")
    statistic = total / variance**0.5
    return Result(moved, statistic, None, float(2 * stats.norm.sf(abs(statistic))), "approximate")


def marginal_homogeneity_test(table: Counts) -> Result:
    """Stuart-Maxwell test: the levels are spread as before (Stuart 1955, Maxwell 1970). `table`: from x to, square.

    Levels that nobody moved to or from add nothing and are dropped. Where the rest fall into groups without any move
    between them, the covariance matrix is singular and there is no result.
    """
    moves = np.asarray(table, dtype=np.int64)
    people = int(moves.sum())
    off = moves - np.diag(np.diag(moves))
    active = np.flatnonzero(off.sum(axis=0) + off.sum(axis=1))
    if not len(active):
        return Result(people, undefined="nobody_moved" if people else "nobody")
    used = moves[np.ix_(active, active)]
    groups, _ = connected_components(off[np.ix_(active, active)], directed=False)
    if groups > 1:
        return Result(people, undefined="parted_levels")
    found = SquareTable(used, shift_zeros=False).homogeneity(method="stuart_maxwell")
    return Result(people, float(found.statistic), int(found.df), float(found.pvalue), "approximate")


def independence_test(table: Counts) -> Result:
    """Pearson's chi-square test of a table, without continuity correction; empty rows and columns are dropped.

    Where an expected count is below EXPECTED: Fisher's exact test for two by two, else the chi-square statistic among
    DRAWS tables with the same margins (Patefield 1981) from a fixed seed.
    """
    counts = np.asarray(table, dtype=np.int64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    people = int(counts.sum())
    if not people:
        return Result(0, undefined="nobody")
    if min(counts.shape) < 2:
        return Result(people, undefined="one_category")
    found = stats.chi2_contingency(counts, correction=False)
    statistic, df = float(found.statistic), int(found.dof)
    if found.expected_freq.min() >= EXPECTED:
        return Result(people, statistic, df, float(found.pvalue), "approximate")
    if counts.shape == (2, 2):
        return Result(people, statistic, df, float(stats.fisher_exact(counts).pvalue), "exact")
    draws = stats.MonteCarloMethod(n_resamples=DRAWS, rng=np.random.default_rng(_SEED))
    drawn = stats.chi2_contingency(counts, correction=False, method=draws)
    return Result(people, statistic, df, float(drawn.pvalue), "monte_carlo")


def cramers_v(table: Counts) -> float | None:
    """Cramer's V of a table, 0 for no association and 1 for the strongest (Cramer 1946); None where it is undefined."""
    counts = np.asarray(table, dtype=np.int64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return None
    return float(stats.contingency.association(counts, method="cramer"))
