"""Tests of change against published examples, other implementations, and counting by hand."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from warehouse.significance import (
    EXACT_UP_TO,
    Result,
    cramers_v,
    independence_test,
    marginal_homogeneity_test,
    sign_test,
    signed_rank_test,
    stratified_signed_rank_test,
)

VISION = np.array([[1520, 266, 124, 66], [234, 1512, 432, 78], [117, 362, 1772, 205], [36, 82, 179, 492]])
"""Unaided vision of 7,477 women, right eye by left eye (Stuart 1953)."""

rises = st.lists(st.integers(-4, 4), min_size=1, max_size=8)


# --- sign test ----------------------------------------------------------------------------------------------------


def test_sign_test_of_a_published_table() -> None:
    """Complete response before and after consolidation therapy (Cavo et al. 2012; Fagerland et al. 2017)."""
    found = sign_test(16, 6)
    assert found.p_value == pytest.approx(0.052479, abs=5e-7)
    assert (found.n, found.statistic, found.method) == (22, 16, "exact")


@given(st.integers(0, 40), st.integers(0, 40))
def test_sign_test_is_binomial_and_does_not_mind_the_direction(more: int, less: int) -> None:
    found = sign_test(more, less)
    assert found.p_value == sign_test(less, more).p_value
    if more + less:
        assert found.p_value == pytest.approx(stats.binomtest(more, more + less).pvalue, rel=1e-9)
    else:
        assert found == Result(0, undefined="nobody_moved")


# --- signed ranks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("differences", "statistic", "p_value"),
    [
        # heights of plants (Darwin; Cureton 1967)
        ([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75], 96, 0.04125976562),
        # ties (Bortz, Lienert & Boehnke), by R's exactRankTests: V = 13, p = 0.1367
        ([-4, -1, -1, -1, -2, 1, -2, 4, -1, -1], 13, 0.1367),
        # ties, by R's exactRankTests: V = 65.5, p = 0.771
        ([17, -16, -28, 3, -23, 26, 21, 19, 7, 1, -20, 6, -28, 23, 18], 65.5, 0.771),
    ],
)
def test_signed_ranks_of_published_examples(differences: list[int], statistic: float, p_value: float) -> None:
    found = signed_rank_test(differences)
    assert found.statistic == statistic
    assert found.p_value == pytest.approx(p_value, abs=5e-5)


def by_all_signs(differences: list[int]) -> float:
    """Two-sided p by every way to sign the ranks of those who moved, zeros ranked and dropped."""
    ranks = stats.rankdata(np.abs(differences))[np.array(differences) != 0]
    signs = np.sign([each for each in differences if each])
    middle = ranks.sum() / 2
    reached = abs(ranks[signs > 0].sum() - middle)
    sums = [sum(rank for rank, up in zip(ranks, ups, strict=True) if up) for ups in product([0, 1], repeat=len(ranks))]
    return float(np.mean([abs(each - middle) >= reached - 1e-9 for each in sums]))


@given(rises)
def test_signed_ranks_equal_the_enumeration_of_all_signs(differences: list[int]) -> None:
    found = signed_rank_test(differences)
    if any(differences):
        assert found.p_value == pytest.approx(by_all_signs(differences), rel=1e-9)
        assert found.n == sum(each != 0 for each in differences)
        assert signed_rank_test([-each for each in differences]).p_value == found.p_value
    else:
        assert found.undefined == "nobody_moved"


def test_signed_ranks_without_ties_equal_scipys_exact_ones() -> None:
    differences = [3, -1, 7, 12, -5, 9, 20, -2, 15, 4]
    expected = stats.wilcoxon(differences, method="exact").pvalue
    assert signed_rank_test(differences).p_value == pytest.approx(expected, rel=1e-12)


def test_many_people_are_tested_by_approximation_as_scipy_does() -> None:
    many = ([1] * 90 + [-1] * 70 + [2] * 40 + [-3] * 20 + [0] * 300)[: EXACT_UP_TO + 320]
    found = signed_rank_test(many)
    expected = stats.wilcoxon(many, zero_method="pratt", method="approx").pvalue
    assert (found.method, found.n) == ("approximate", 220)
    assert found.p_value == pytest.approx(expected, rel=1e-9)


def test_where_all_steps_are_of_one_size_it_is_the_sign_test() -> None:
    exact = signed_rank_test([1] * 110 + [-1] * 80 + [0] * 50)
    assert exact.method == "exact"
    assert exact.p_value == pytest.approx(sign_test(110, 80).p_value, rel=1e-9)
    approximate = signed_rank_test([1] * 111 + [-1] * 90 + [0] * 50)
    assert approximate.method == "approximate"
    assert approximate.p_value == pytest.approx(sign_test(111, 90).p_value, abs=0.02)


def test_zeros_make_a_large_step_look_less_large() -> None:
    """With Pratt's ranks a step of two among many who stayed is hardly more than a step of one."""
    few, among_many = [2, -1, -1], [2, -1, -1, *[0] * 50]
    assert signed_rank_test(few).statistic == 3
    assert signed_rank_test(among_many).statistic == 53
    assert signed_rank_test(among_many).p_value == pytest.approx(by_all_signs(among_many))


# --- within strata ------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.integers(-3, 3), min_size=1, max_size=4), min_size=2, max_size=3))
def test_the_stratified_sum_is_standardised_by_its_own_variance(strata: list[list[int]]) -> None:
    """Mean and variance over every way to sign the ranks of all strata."""
    found = stratified_signed_rank_test(strata)
    weighted = [
        rank / (len(stratum) + 1)
        for stratum in strata
        for rank, value in zip(stats.rankdata(np.abs(stratum)), stratum, strict=True)
        if value
    ]
    if sum(any(stratum) for stratum in strata) < 2:
        assert found.statistic is None
        assert found.undefined in ("one_organisation", "nobody_moved")
        return
    signs = np.sign([value for stratum in strata for value in stratum if value])
    sums = np.array([np.dot(weighted, each) for each in product([-1, 1], repeat=len(weighted))])
    assert sums.mean() == pytest.approx(0, abs=1e-9)
    assert found.statistic == pytest.approx(np.dot(weighted, signs) / sums.std(), abs=1e-9)
    assert found.p_value == pytest.approx(2 * stats.norm.sf(abs(found.statistic)))


def test_equal_strata_give_the_unstratified_direction() -> None:
    once = [1, 1, 2, -1, 0, 0]
    twice = stratified_signed_rank_test([once, once])
    assert twice.statistic is not None
    assert twice.statistic > 0
    assert stratified_signed_rank_test([[-each for each in once]] * 2).statistic == pytest.approx(-twice.statistic)


# --- marginal homogeneity -----------------------------------------------------------------------------------------


def by_matrix(table: np.ndarray) -> float:
    """Stuart's quadratic form, the last level dropped."""
    difference = (table.sum(axis=1) - table.sum(axis=0))[:-1].astype(float)
    covariance = -(table + table.T).astype(float)
    np.fill_diagonal(covariance, table.sum(axis=1) + table.sum(axis=0) - 2 * np.diag(table))
    covariance = covariance[:-1, :-1]
    return float(difference @ np.linalg.inv(covariance) @ difference)


def test_marginal_homogeneity_of_the_published_eyes() -> None:
    found = marginal_homogeneity_test(VISION)
    assert found.statistic == pytest.approx(11.96, abs=0.005)  # Stuart 1955
    assert found.statistic == pytest.approx(by_matrix(VISION), rel=1e-9)
    assert (found.df, found.n, found.method) == (3, 7477, "approximate")
    assert found.p_value == pytest.approx(stats.chi2.sf(11.95656962, 3), abs=1e-9)


def test_of_two_levels_it_is_mcnemars_chi_square() -> None:
    found = marginal_homogeneity_test(np.array([[59, 6], [16, 80]]))
    assert found.statistic == pytest.approx((16 - 6) ** 2 / 22)
    assert found.p_value == pytest.approx(0.033006, abs=5e-7)  # the asymptotic test of Fagerland et al. 2017


def test_levels_that_nobody_moved_to_or_from_change_nothing() -> None:
    padded = np.zeros((6, 6), dtype=int)
    padded[:4, :4] = VISION
    padded[4, 4] = 50  # a level that all kept; the last one is empty
    assert marginal_homogeneity_test(padded).statistic == pytest.approx(11.95656962, abs=1e-6)
    assert marginal_homogeneity_test(padded).df == 3


def test_parted_levels_and_nobody_moving_have_no_result() -> None:
    parted = np.array([[5, 3, 0, 0], [1, 5, 0, 0], [0, 0, 5, 2], [0, 0, 4, 5]])
    assert marginal_homogeneity_test(parted) == Result(30, undefined="parted_levels")
    assert marginal_homogeneity_test(np.diag([3, 4])) == Result(7, undefined="nobody_moved")
    assert marginal_homogeneity_test(np.zeros((0, 0), dtype=int)) == Result(0, undefined="nobody")


@given(st.lists(st.integers(0, 9), min_size=9, max_size=9))
def test_marginal_homogeneity_equals_the_matrix_formula_or_says_why_not(cells: list[int]) -> None:
    table = np.array(cells).reshape(3, 3)
    found = marginal_homogeneity_test(table)
    reverse = marginal_homogeneity_test(table.T)
    assert found.undefined == reverse.undefined
    if found.df == 2 and found.statistic is not None:
        assert found.statistic == pytest.approx(by_matrix(table), rel=1e-6, abs=1e-9)
        assert reverse.statistic == pytest.approx(found.statistic, rel=1e-6, abs=1e-9)


# --- independence -------------------------------------------------------------------------------------------------


def test_independence_in_a_table_with_enough_people() -> None:
    """Fisher's hair and sex style table, by scipy; and by hand."""
    table = np.array([[10, 10, 20], [20, 20, 20]])
    found = independence_test(table)
    assert found.statistic == pytest.approx(2.7777777777777777)
    assert (found.df, found.method, found.n) == (2, "approximate", 100)
    assert cramers_v(table) == pytest.approx((2.7777777777777777 / 100) ** 0.5)


def test_few_people_are_tested_exactly() -> None:
    """Fisher's lady tasting tea: three of four right."""
    found = independence_test(np.array([[3, 1], [1, 3]]))
    assert found.p_value == pytest.approx(34 / 70)
    assert found.method == "exact"


def test_a_larger_table_with_few_people_is_drawn_the_same_each_time() -> None:
    table = np.array([[3, 0], [1, 4], [0, 2]])
    first, second = independence_test(table), independence_test(table)
    assert first == second
    assert first.method == "monte_carlo"
    observed = stats.chi2_contingency(table, correction=False).statistic
    draws = stats.random_table([3, 5, 2], [4, 6], seed=1).rvs(20_000)
    above = [stats.chi2_contingency(each, correction=False).statistic >= observed - 1e-9 for each in draws[:4000]]
    assert first.p_value == pytest.approx(np.mean(above), abs=0.02)


def test_empty_rows_and_columns_are_dropped_and_one_category_is_no_table() -> None:
    assert independence_test(np.array([[3, 1], [0, 0], [1, 3]])) == independence_test(np.array([[3, 1], [1, 3]]))
    assert independence_test(np.array([[3, 0], [4, 0]])).undefined == "one_category"
    assert independence_test(np.zeros((2, 2), dtype=int)).undefined == "nobody"
    assert cramers_v(np.array([[3, 0], [4, 0]])) is None
