"""Bootstrap intervals: against a bootstrap that repeats the items of each resample, and against SciPy's."""

from __future__ import annotations

from collections.abc import Callable

import krippendorff
import numpy as np
import pytest
from scipy.stats import bootstrap
from sklearn.metrics import cohen_kappa_score

from rubrics.agreement import Floats, Statistic, ac, agreement, alpha, interval, kappa, patterns, resampled, value

SCALE = [1, 2, 3, 4]
NO = np.nan


def ratings_of(items_n: int, raters_n: int, missing: float = 0.0, seed: int = 5) -> Floats:
    """Raters who mostly agree, mostly at most one level apart."""
    rng = np.random.default_rng(seed)
    truth = rng.choice(SCALE, size=(items_n, 1), p=[0.1, 0.2, 0.3, 0.4])
    given = np.clip(truth + rng.choice([-1, 0, 1], size=(items_n, raters_n), p=[0.15, 0.7, 0.15]), 1, 4)
    return np.where(rng.random(given.shape) < missing, NO, given.astype(float))


def by_krippendorff(ratings: Floats) -> float:
    found: float = krippendorff.alpha(reliability_data=ratings.T, level_of_measurement="ordinal", value_domain=SCALE)
    return found


def by_scikit_learn(ratings: Floats) -> float:
    found: float = cohen_kappa_score(*ratings.T, labels=SCALE, weights="quadratic")
    return found


def by_definition(ratings: Floats) -> float:
    """AC2 with quadratic weights of two raters who rated everything."""
    first, second = ratings.T
    observed = np.mean(1 - (first - second) ** 2 / 9)
    shares = [np.mean(ratings == level) for level in SCALE]
    all_weights = sum(1 - (a - b) ** 2 / 9 for a in SCALE for b in SCALE)
    expected = all_weights / 12 * sum(share * (1 - share) for share in shares)
    return float((observed - expected) / (1 - expected))


def by_counting(ratings: Floats) -> float:
    return float(np.mean(ratings[:, 0] == ratings[:, 1]))


OTHERS: list[tuple[Statistic, Callable[[Floats], float]]] = [
    (alpha(), by_krippendorff), (kappa(), by_scikit_learn), (ac(), by_definition), (agreement(), by_counting),
]  # fmt: skip


@pytest.mark.parametrize(("statistic", "other"), OTHERS)
def test_intervals_equal_those_of_repeated_items(statistic: Statistic, other: Callable[[Floats], float]) -> None:
    of = patterns(ratings_of(60, 2), SCALE)
    rows = np.array(SCALE, dtype=float)[of.rows]
    repeated = [rows[np.repeat(np.arange(len(rows)), times.astype(int))] for times in resampled(of, 11, 150)]
    low, high = np.quantile([other(each) for each in repeated], [0.025, 0.975])
    assert interval(statistic, of, resampled(of, 11, 150)) == pytest.approx((low, high), abs=1e-9)
    assert low < (value(statistic, of) or 0) < high


def test_alpha_of_several_raters_with_missing_ratings() -> None:
    of = patterns(ratings_of(40, 4, missing=0.3), SCALE)
    rows = np.where(of.rows < 0, NO, np.array(SCALE, dtype=float)[of.rows])
    repeated = [rows[np.repeat(np.arange(len(rows)), times.astype(int))] for times in resampled(of, 3, 150)]
    low, high = np.quantile([by_krippendorff(each) for each in repeated], [0.025, 0.975])
    assert interval(alpha(), of, resampled(of, 3, 150)) == pytest.approx((low, high), abs=1e-9)


def test_resampling_patterns_is_resampling_items() -> None:
    """SciPy draws the items themselves: other random numbers, the same interval but for what 2,000 draws leave open."""
    ratings = ratings_of(80, 2)
    of = patterns(ratings, SCALE)
    found = interval(agreement(), of, resampled(of, 1))
    theirs = bootstrap(
        tuple(ratings.T), lambda first, second, axis: np.mean(first == second, axis=axis),
        paired=True, vectorized=True, n_resamples=2_000, method="percentile", rng=np.random.default_rng(2),
    ).confidence_interval  # fmt: skip
    assert found == pytest.approx((theirs.low, theirs.high), abs=0.02)


def test_every_resample_has_as_many_items() -> None:
    of = patterns(ratings_of(37, 3, missing=0.2), SCALE)
    assert (resampled(of, 1).sum(axis=1) == of.items_n.sum()).all()


def test_intervals_do_not_depend_on_the_order_of_items_and_do_on_the_seed() -> None:
    ratings = ratings_of(50, 3, missing=0.2)
    shuffled = np.random.default_rng(9).permutation(ratings)
    of, again = patterns(ratings, SCALE), patterns(shuffled, SCALE)
    for statistic in (alpha(), ac(), agreement()):
        assert interval(statistic, of, resampled(of, 4)) == interval(statistic, again, resampled(again, 4))
        assert interval(statistic, of, resampled(of, 4)) != interval(statistic, of, resampled(of, 5))


def test_resamples_without_a_value_are_left_out_while_they_are_few() -> None:
    """Forty items at one level and four at another: about one resample in sixty draws none of the four."""
    ratings = np.array([[1, 1]] * 40 + [[2, 2]] * 3 + [[2, 1]], dtype=float)
    of = patterns(ratings, SCALE)
    values = alpha()(of, resampled(of, 1))
    assert 0 < np.isnan(values).sum() < 0.05 * len(values)
    assert interval(alpha(), of, resampled(of, 1)) == pytest.approx(tuple(np.nanquantile(values, [0.025, 0.975])))


def test_there_is_no_interval_where_too_many_resamples_have_no_value() -> None:
    ratings = np.array([[1, 1]] * 20 + [[2, 2]], dtype=float)  # a third of the resamples are of one level only
    of = patterns(ratings, SCALE)
    assert value(alpha(), of) == 1
    assert interval(alpha(), of, resampled(of, 1)) is None
    assert interval(agreement(), of, resampled(of, 1)) == (1, 1)


def test_there_is_no_interval_of_what_has_no_value() -> None:
    of = patterns(np.array([[1.0, 1.0], [1.0, 1.0]]), SCALE)
    assert value(alpha(), of) is None
    assert interval(alpha(), of, resampled(of, 1)) is None
    nothing = patterns(np.empty((0, 2)), SCALE)
    assert interval(alpha(), nothing, resampled(nothing, 1)) is None
