"""Agreement of raters: chance-corrected coefficients, raw agreement, prevalence, and bootstrap intervals.

Ratings are items x raters, NaN where a rater did not rate. Levels are those of the declared scale, also where nobody
gave one. What is undefined has no value (None), never 0 or 1 for want of another: fewer than two items rated twice; no
variation, where a coefficient would be 0/0 (alpha, kappa); a scale on which nobody could differ.

Everything is computed from patterns: the distinct rows of ratings with the number of items that show each. Resampling
items is then a multinomial draw over patterns, and a statistic of all resamples a few matrix products.
scipy.stats.bootstrap would hold every resample's ratings in memory, depend on the order of the rows, and give no
interval as soon as the statistic is undefined in one resample.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Metric = Literal["nominal", "ordinal", "interval"]
Weighting = Literal["identity", "ordinal", "quadratic"]
Floats = NDArray[np.float64]

RESAMPLES_N = 2_000
CONFIDENCE = 0.95
_NOT_RATED = -1


@dataclass(frozen=True, eq=False)
class Patterns:
    """Items by how they were rated, in an order that does not depend on theirs; items that nobody rated are left out.

    `rows`: patterns x raters, places in the scale (-1: not rated). `items_n`: items of each pattern. `scale`: levels,
    ascending.
    """

    rows: NDArray[np.intp]
    items_n: NDArray[np.int64]
    scale: tuple[float, ...]

    @cached_property
    def counts(self) -> Floats:
        """How many raters gave each level: patterns x levels."""
        counts: Floats = (self.rows[:, :, None] == np.arange(len(self.scale))).sum(axis=1).astype(np.float64)
        return counts

    @cached_property
    def ratings_n(self) -> Floats:
        """How many raters rated an item of each pattern."""
        rated: Floats = self.counts.sum(axis=1)
        return rated

    @cached_property
    def is_paired(self) -> NDArray[np.bool_]:
        """Whether items of each pattern were rated twice or more."""
        return self.ratings_n >= 2


Statistic = Callable[[Patterns, Floats], Floats]
"""Patterns and how often each was drawn (resamples x patterns) -> a value per resample, NaN where undefined."""


def patterns(ratings: ArrayLike, scale: Sequence[float]) -> Patterns:
    """Items x raters (NaN: not rated) as patterns. Raises ValueError for a rating that is no level of the scale."""
    given = np.asarray(ratings, dtype=np.float64)
    levels = np.unique(np.asarray(scale, dtype=np.float64))
    is_rated = ~np.isnan(given)
    if not np.isin(given[is_rated], levels).all():
        raise ValueError("ratings that are no levels of the scale")
    places = np.where(is_rated, np.searchsorted(levels, given), _NOT_RATED)
    rows, items_n = np.unique(places[is_rated.any(axis=1)], axis=0, return_counts=True)
    return Patterns(rows, items_n, tuple(levels.tolist()))


def value(statistic: Statistic, of: Patterns) -> float | None:
    """The statistic of the items as they are; None where it is undefined."""
    (found,) = statistic(of, of.items_n[None, :].astype(np.float64)).tolist()
    return None if np.isnan(found) else float(found)


def resampled(of: Patterns, seed: int, resamples_n: int = RESAMPLES_N) -> Floats:
    """How often each pattern is drawn when as many items as there are are drawn with replacement: a row a resample."""
    n = of.items_n.sum()
    if n == 0:
        return np.zeros((resamples_n, 0))
    return np.random.default_rng(seed).multinomial(n, of.items_n / n, size=resamples_n).astype(np.float64)


def interval(
    statistic: Statistic, of: Patterns, resamples: Floats, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """Percentile bootstrap interval over items (Efron & Tibshirani 1993, ch. 13); None where none can be told.

    Resamples in which the statistic is undefined are left out. If they are more than 1 - `confidence` of all, there is
    no interval: the share of resamples that it must hold cannot be told any more.
    """
    if value(statistic, of) is None:
        return None
    values = statistic(of, resamples)
    defined = values[~np.isnan(values)]
    if len(defined) < confidence * len(values):
        return None
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2]).tolist()
    return low, high


def alpha(metric: Metric = "ordinal") -> Statistic:
    """Krippendorff's alpha from coincidences (Krippendorff 2011), for any number of raters and missing ratings.

    `interval` takes the levels as numbers, `ordinal` only their order and how often they are used.
    """

    def statistic(of: Patterns, times: Floats) -> Floats:
        counts, paired = of.counts, of.is_paired
        pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(len(of.scale))
        weights = np.divide(1, of.ratings_n - 1, out=np.zeros(len(counts)), where=paired)
        coincidences = np.tensordot(times, pairs * weights[:, None, None], axes=1)
        used = coincidences.sum(axis=2)
        differences = _squared_differences(metric, used, np.asarray(of.scale))
        expected = (used[:, :, None] * used[:, None, :] * differences).sum(axis=(1, 2))
        observed = (coincidences * differences).sum(axis=(1, 2)) * (used.sum(axis=1) - 1)
        return 1 - _divided(observed, expected, where=_enough(times, paired))

    return statistic


def kappa(weights: Weighting | Floats = "quadratic") -> Statistic:
    """Cohen's weighted kappa of two raters (Cohen 1968), over the items that both rated.

    `weights`: agreement of two levels, levels x levels, 1 on the diagonal; by name, of their places in the scale.
    Raises ValueError for ratings of other than two raters. Own formula, because scikit-learn's takes one sample at a
    time; the tests hold it against scikit-learn's and statsmodels'.
    """

    def statistic(of: Patterns, times: Floats) -> Floats:
        if of.rows.shape[1] != 2:
            raise ValueError("kappa compares two raters")
        levels = np.arange(len(of.scale))
        first, second = ((of.rows[:, [rater]] == levels).astype(np.float64) for rater in (0, 1))
        tables = np.tensordot(times, first[:, :, None] * second[:, None, :], axes=1)
        disagreement = 1 - _agreement_weights(weights, len(of.scale))
        by_chance = tables.sum(axis=2)[:, :, None] * tables.sum(axis=1)[:, None, :]
        observed = (tables * disagreement).sum(axis=(1, 2)) * tables.sum(axis=(1, 2))
        expected = (by_chance * disagreement).sum(axis=(1, 2))
        return 1 - _divided(observed, expected, where=_enough(times, of.is_paired))

    return statistic


def ac(weights: Weighting | Floats = "quadratic") -> Statistic:
    """Gwet's AC2 for any number of raters and missing ratings (Gwet 2014, ch. 4-5); `identity` gives AC1 (Gwet 2008).

    Observed agreement rests on the items rated twice or more, prevalence on all that were rated. Where only one level
    was ever given, nothing was left to chance, and it is 1 by its definition: look at the prevalence.
    """

    def statistic(of: Patterns, times: Floats) -> Floats:
        levels_n = len(of.scale)
        agreement = _agreement_weights(weights, levels_n)
        agreeing, pairs_n = _pairs(of, agreement)
        by_item = np.divide(agreeing, pairs_n, out=np.zeros(len(pairs_n)), where=of.is_paired)
        where = _enough(times, of.is_paired) & (levels_n > 1)
        observed = _divided(times @ by_item, times @ of.is_paired, where=where)
        prevalences = _divided((times @ (of.counts / of.ratings_n[:, None])).T, times.sum(axis=1), where=where)
        by_chance = float(agreement.sum()) / max(levels_n * (levels_n - 1), 1)
        expected: Floats = by_chance * (prevalences * (1 - prevalences)).sum(axis=0)
        return (observed - expected) / (1 - expected)

    return statistic


def agreement(within: int = 0) -> Statistic:
    """Share of all pairs of ratings of one item that are equal, or at most `within` places of the scale apart.

    Undefined where the scale is too short for any pair to be further apart.
    """

    def statistic(of: Patterns, times: Floats) -> Floats:
        agreeing, pairs_n = _pairs(of, (_distances(len(of.scale)) <= within).astype(np.float64))
        can_differ = within < len(of.scale) - 1
        return _divided(times @ agreeing, times @ pairs_n, where=_enough(times, of.is_paired) & can_differ)

    return statistic


def prevalence(level: float) -> Statistic:
    """How common a level is: the mean over items of the share of their ratings that give it (Gwet 2008)."""

    def statistic(of: Patterns, times: Floats) -> Floats:
        share = of.counts[:, of.scale.index(level)] / of.ratings_n
        return _divided(times @ share, times.sum(axis=1), where=times.sum(axis=1) >= 2)

    return statistic


def _enough(times: Floats, paired: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether each resample has two items or more that were rated twice: one item shows no agreement in general."""
    enough: NDArray[np.bool_] = times @ paired >= 2
    return enough


def _divided(top: Floats, bottom: Floats, where: NDArray[np.bool_]) -> Floats:
    """The quotient, NaN where it is undefined."""
    defined = np.broadcast_to(where & (bottom > 0), top.shape)
    quotient: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=defined)
    return quotient


def _pairs(of: Patterns, weights: Floats) -> tuple[Floats, Floats]:
    """Of each pattern: the ordered pairs of ratings, weighted by how far they agree, and their number."""
    weighted: Floats = (of.counts * (of.counts @ weights - 1)).sum(axis=1)
    return weighted, of.ratings_n * (of.ratings_n - 1)


def _distances(levels_n: int) -> NDArray[np.intp]:
    places = np.arange(levels_n)
    distances: NDArray[np.intp] = np.abs(places[:, None] - places)
    return distances


def _agreement_weights(weights: Weighting | Floats, levels_n: int) -> Floats:
    """Agreement of each two levels by their places in the scale, from 1 on the diagonal to 0 at its ends."""
    if not isinstance(weights, str):
        return weights
    distances = _distances(levels_n)
    furthest = max(levels_n - 1, 1)
    match weights:
        case "identity":
            return np.eye(levels_n)
        case "ordinal":
            return 1 - distances * (distances + 1) / (furthest * (furthest + 1))
        case "quadratic":
            return 1 - (distances / furthest) ** 2


def _squared_differences(metric: Metric, used: Floats, scale: Floats) -> Floats:
    """Krippendorff's squared difference of each two levels: (resamples x) levels x levels."""
    match metric:
        case "nominal":
            return 1 - np.eye(len(scale))
        case "ordinal":
            middles = used.cumsum(axis=1) - used / 2
            differences: Floats = (middles[:, :, None] - middles[:, None, :]) ** 2
            return differences
        case "interval":
            return (scale[:, None] - scale) ** 2
