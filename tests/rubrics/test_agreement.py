"""Agreement of raters: published figures to their printed digits, and independent implementations to 1e-9."""

from __future__ import annotations

from itertools import combinations, permutations
from random import Random

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from rubrics.agreement import Floats, Metric, Statistic, Weighting, ac, agreement, alpha, kappa, patterns, prevalence
from rubrics.agreement import value as value_of

NO = np.nan
EXACT = pytest.approx


def value(statistic: Statistic, ratings: Floats, scale: list[int]) -> float | None:
    return value_of(statistic, patterns(ratings, scale))


def items(table: list[list[int]]) -> Floats:
    """A contingency table as items x two raters, levels from 1."""
    cells = [(row, column, n) for row, counts in enumerate(table, 1) for column, n in enumerate(counts, 1)]
    return np.array([(row, column) for row, column, n in cells for _ in range(n)], dtype=float)


# --- published ----------------------------------------------------------------------------------------------------

OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NO, NO, NO],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NO, 3],
        [NO, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NO],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NO],
    ]
).T
"""Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, part C; Gwet (2014), p. 120."""


@pytest.mark.parametrize(("metric", "printed"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorff(metric: Metric, printed: float) -> None:
    assert value(alpha(metric), OBSERVERS, [1, 2, 3, 4, 5]) == EXACT(printed, abs=5e-4)


@pytest.mark.parametrize(
    ("weights", "printed", "digits"), [("identity", 0.77544, 5), ("ordinal", 0.899, 3), ("quadratic", 0.914, 3)]
)
def test_ac_of_gwets_four_raters(weights: Weighting, printed: float, digits: int) -> None:
    """Gwet (2014), p. 120, as his package irrCAC prints it for cac.raw4raters."""
    assert value(ac(weights), OBSERVERS, [1, 2, 3, 4, 5]) == EXACT(printed, abs=0.5 * 10**-digits)


def test_ac_of_gwets_five_observers() -> None:
    """Gwet (2014), p. 125, the fifteen units of irrCAC's cac.raw5obser."""
    scores = [
        [1, 1, 2, NO, 0, 0, 1, 1, 2, 2, NO, 0, 1, 3, 1],
        [1, 1, 3, 0, 0, 0, 0, NO, 2, 1, 1, 0, 2, 3, 1],
        [2, 0, 3, 0, 0, 0, 2, 2, 2, 1, 0, 0, 2, 2, 1],
        [NO, 1, 3, NO, NO, NO, NO, 0, NO, 1, 0, 0, 2, 2, NO],
        [2, NO, NO, 0, 0, 0, 1, NO, 2, NO, NO, NO, NO, 3, 1],
    ]
    assert value(ac("identity"), np.array(scores).T, [0, 1, 2, 3]) == EXACT(0.497, abs=5e-4)


def test_gwets_example_with_quadratic_weights() -> None:
    """Gwet (2014), example 3.2 on table 3.5, with its errata: units that one of the two did not rate."""
    first = [1, 2, 3, 3, 2, 2, 1, 1, 2, 2, NO]
    second = [NO, 3, 3, 3, 2, NO, 1, 2, 2, 2, 3]
    ratings = np.array([first, second]).T
    assert value(ac("quadratic"), ratings, [1, 2, 3]) == EXACT(0.8261, abs=5e-5)
    assert value(alpha("interval"), ratings, [1, 2, 3]) == EXACT(0.7581, abs=5e-5)


ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]
DIAGNOSES = [[40, 4, 4, 17], [6, 25, 2, 13], [4, 1, 21, 12], [15, 5, 9, 45]]


@pytest.mark.parametrize(
    ("table", "statistic", "printed"),
    [
        (ABSTRACTORS, kappa("identity"), 0.796),
        (ABSTRACTORS, kappa("ordinal"), 0.872),
        (ABSTRACTORS, kappa("quadratic"), 0.892),
        (ABSTRACTORS, ac("identity"), 0.849),
        (ABSTRACTORS, ac("ordinal"), 0.925),
        (ABSTRACTORS, ac("quadratic"), 0.940),
        (ABSTRACTORS, agreement(), 0.890),
        (DIAGNOSES, kappa("identity"), 0.432),
        (DIAGNOSES, kappa("ordinal"), 0.390),
        (DIAGNOSES, kappa("quadratic"), 0.383),
        (DIAGNOSES, ac("identity"), 0.456),
        (DIAGNOSES, ac("ordinal"), 0.324),
        (DIAGNOSES, ac("quadratic"), 0.299),
    ],
)
def test_gwets_tables_of_two_raters(table: list[list[int]], statistic: Statistic, printed: float) -> None:
    """irrCAC's cont3x3abstractors and cont4x4diagnosis (Gwet 2014), as it prints them."""
    scale = list(range(1, len(table) + 1))
    assert value(statistic, items(table), scale) == EXACT(printed, abs=5e-4)


def test_weighted_kappa_of_cohen() -> None:
    """Cohen (1968), two hundred diagnoses: kappa .492, weighted by his disagreements 0, 1, 3, 6 .348."""
    table = items([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    disagreement = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    assert value(kappa("identity"), table, [1, 2, 3]) == EXACT(0.492, abs=5e-4)
    assert value(kappa(1 - disagreement / 6), table, [1, 2, 3]) == EXACT(0.348, abs=5e-4)


def test_quadratic_kappa_is_the_concordance_of_the_levels() -> None:
    """Fleiss & Cohen (1973), Krippendorff (1970): 2 cov / (var + var + squared difference of the means)."""
    ratings = items(DIAGNOSES)
    (first, both), (_, second) = np.cov(ratings.T, bias=True)
    bias = (ratings[:, 0].mean() - ratings[:, 1].mean()) ** 2
    assert value(kappa(), ratings, [1, 2, 3, 4]) == EXACT(2 * both / (first + second + bias), abs=1e-12)


# --- independent implementations ----------------------------------------------------------------------------------


def pairwise_ac(ratings: Floats, scale: list[int], weights: Floats) -> float:
    """Gwet's coefficient from its definition, rater by rater: agreement of pairs, prevalence of levels."""
    rated = [[int(level) for level in row if not np.isnan(level)] for row in ratings]
    place = {level: scale.index(level) for level in scale}
    observed = [
        sum(weights[place[a], place[b]] for a, b in permutations(row, 2)) / (len(row) * (len(row) - 1))
        for row in rated
        if len(row) >= 2
    ]
    shares = [[row.count(level) / len(row) for row in rated if row] for level in scale]
    means = [sum(each) / len(each) for each in shares]
    by_chance = weights.sum() / (len(scale) * (len(scale) - 1)) * sum(mean * (1 - mean) for mean in means)
    return float((sum(observed) / len(observed) - by_chance) / (1 - by_chance))


def named_weights(name: Weighting, levels_n: int) -> Floats:
    """Weights by counting the pairs of levels between two (ordinal), or from the square of their distance."""
    weights = np.eye(levels_n)
    pairs_n = len(list(combinations(range(levels_n), 2)))
    for a, b in permutations(range(levels_n), 2):
        between_n = len(list(combinations(range(min(a, b), max(a, b) + 1), 2)))
        by_name = {"identity": 0, "ordinal": 1 - between_n / pairs_n, "quadratic": 1 - ((a - b) / (levels_n - 1)) ** 2}
        weights[a, b] = by_name[name]
    return weights


@st.composite
def samples(draw: st.DrawFn, raters: int | None = None, missing: bool = True) -> tuple[Floats, list[int]]:
    """Two items or more rated by two raters or more on a scale of any levels, and the scale."""
    scale = sorted(draw(st.lists(st.integers(-3, 12), min_size=2, max_size=5, unique=True)))
    raters_n = raters or draw(st.integers(2, 4))
    level = st.sampled_from([*map(float, scale), *([NO] if missing else [])])
    rows = draw(st.lists(st.lists(level, min_size=raters_n, max_size=raters_n), min_size=2, max_size=12))
    return np.array(rows), scale


def levels_used(ratings: Floats) -> set[float]:
    """The levels that items rated twice or more were given."""
    paired = ratings[(~np.isnan(ratings)).sum(axis=1) >= 2]
    return set(paired[~np.isnan(paired)].tolist())


def paired_n(ratings: Floats) -> int:
    return int(((~np.isnan(ratings)).sum(axis=1) >= 2).sum())


@given(samples(), st.sampled_from(["nominal", "ordinal", "interval"]))
def test_alpha_equals_the_package_krippendorff(sample: tuple[Floats, list[int]], metric: Metric) -> None:
    ratings, scale = sample
    found = value(alpha(metric), ratings, scale)
    if paired_n(ratings) < 2 or len(levels_used(ratings)) < 2:
        assert found is None
    else:
        expected = krippendorff.alpha(reliability_data=ratings.T, level_of_measurement=metric, value_domain=scale)
        assert found == EXACT(expected, abs=1e-9)


@given(samples(raters=2, missing=False))
def test_kappa_equals_scikit_learn_and_statsmodels(sample: tuple[Floats, list[int]]) -> None:
    ratings, scale = sample
    found = value(kappa(), ratings, scale)
    if len(levels_used(ratings)) < 2:
        assert found is None
        return
    first, second = ratings.T
    assert found == EXACT(cohen_kappa_score(first, second, labels=scale, weights="quadratic"), abs=1e-9)
    table = [[int(((first == a) & (second == b)).sum()) for b in scale] for a in scale]
    assert found == EXACT(cohens_kappa(np.array(table), wt="quadratic", return_results=False), abs=1e-9)


@given(samples(), st.sampled_from(["identity", "ordinal", "quadratic"]))
def test_ac_equals_its_definition(sample: tuple[Floats, list[int]], weights: Weighting) -> None:
    ratings, scale = sample
    found = value(ac(weights), ratings, scale)
    if paired_n(ratings) < 2:
        assert found is None
    else:
        assert found == EXACT(pairwise_ac(ratings, scale, named_weights(weights, len(scale))), abs=1e-9)


@given(samples(), st.integers(0, 2))
def test_raw_agreement_counts_pairs(sample: tuple[Floats, list[int]], within: int) -> None:
    ratings, scale = sample
    places = [[scale.index(int(level)) for level in row if not np.isnan(level)] for row in ratings]
    near = [abs(a - b) <= within for row in places for a, b in combinations(row, 2)]
    found = value(agreement(within), ratings, scale)
    if paired_n(ratings) < 2 or within >= len(scale) - 1:
        assert found is None
    else:
        assert found == EXACT(sum(near) / len(near), abs=1e-12)


@given(samples())
def test_prevalences_are_shares_of_the_whole(sample: tuple[Floats, list[int]]) -> None:
    ratings, scale = sample
    found = [value(prevalence(level), ratings, scale) for level in scale]
    if (~np.isnan(ratings)).any(axis=1).sum() < 2:
        assert found == [None] * len(scale)
    else:
        assert sum(each or 0 for each in found) == EXACT(1)


# --- what must not change a value ---------------------------------------------------------------------------------

SEVERAL = [alpha("nominal"), alpha("ordinal"), alpha("interval"), ac("identity"), ac("quadratic"), agreement()]


@given(samples(), st.randoms(use_true_random=False))
def test_neither_the_order_of_items_nor_that_of_raters_matters(
    sample: tuple[Floats, list[int]], random: Random
) -> None:
    ratings, scale = sample
    rows, columns = list(range(len(ratings))), list(range(ratings.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    for statistic in SEVERAL:
        found = value(statistic, ratings, scale)
        assert value(statistic, ratings[rows], scale) == found
        assert value(statistic, ratings[rows][:, columns], scale) == (None if found is None else EXACT(found))


@given(samples(), st.integers(-5, 5), st.integers(1, 4))
def test_levels_may_be_named_otherwise(sample: tuple[Floats, list[int]], shift: int, factor: int) -> None:
    """Another zero and another unit change nothing, for a statistic that takes levels as numbers as for the others."""
    ratings, scale = sample
    renamed = [level * factor + shift for level in scale]
    for statistic in [*SEVERAL, agreement(within=1)]:
        found = value(statistic, ratings, scale)
        assert value(statistic, ratings * factor + shift, renamed) == (None if found is None else EXACT(found))


@given(samples(raters=2))
def test_kappa_does_not_ask_who_is_first(sample: tuple[Floats, list[int]]) -> None:
    ratings, scale = sample
    found = value(kappa(), ratings, scale)
    assert value(kappa(), ratings[:, ::-1], scale) == (None if found is None else EXACT(found))


@given(samples())
def test_an_item_that_nobody_rated_changes_nothing(sample: tuple[Floats, list[int]]) -> None:
    ratings, scale = sample
    longer = np.vstack([ratings, np.full((1, ratings.shape[1]), NO)])
    for statistic in SEVERAL:
        assert value(statistic, longer, scale) == value(statistic, ratings, scale)


@given(samples(raters=1, missing=False), st.integers(2, 4))
def test_perfect_agreement_is_one_wherever_it_is_defined(sample: tuple[Floats, list[int]], raters: int) -> None:
    ratings, scale = sample
    same = np.repeat(ratings, raters, axis=1)
    varies = len(np.unique(ratings)) > 1
    for statistic in SEVERAL[:3]:
        assert value(statistic, same, scale) == (EXACT(1) if varies else None)
    for statistic in SEVERAL[3:]:
        assert value(statistic, same, scale) == EXACT(1)
    if raters == 2:
        assert value(kappa(), same, scale) == (EXACT(1) if varies else None)


# --- what is undefined --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ratings", [np.empty((0, 2)), np.full((3, 2), NO), np.array([[1, 2], [1, NO]])])
def test_fewer_than_two_items_rated_twice_show_nothing(ratings: Floats) -> None:
    for statistic in [*SEVERAL, kappa(), agreement(within=1)]:
        assert value(statistic, ratings, [1, 2, 3]) is None


def test_levels_that_nobody_gave_belong_to_the_scale() -> None:
    ratings = np.array([[1, 2], [2, 2], [2, 1], [1, 1], [2, 2]], dtype=float)
    assert value(ac(), ratings, [1, 2, 3, 4, 5]) != value(ac(), ratings, [1, 2])
    assert value(agreement(within=1), ratings, [1, 2, 3]) == 1
    assert value(agreement(within=1), ratings, [1, 2]) is None  # nobody could have been further apart
    assert value(prevalence(3), ratings, [1, 2, 3]) == 0


def test_a_rating_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="no levels of the scale"):
        patterns(np.array([[1.0, 4.0]]), [1, 2, 3])


def test_kappa_is_of_two_raters() -> None:
    with pytest.raises(ValueError, match="two raters"):
        value(kappa(), np.ones((3, 3)), [1, 2])
