"""Intervals against published examples and the score they are made of."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.intervals import Z, tango, wilson


@pytest.mark.parametrize(
    ("more", "less", "of", "low", "high", "digits"),
    [
        (6, 16, 161, -0.1240, -0.0054, 4),  # Cavo et al. 2012, in Fagerland, Lydersen & Laake 2017
        (1, 7, 21, -0.517, -0.026, 3),  # Bentur et al. 2009, in Fagerland, Lydersen & Laake 2014
    ],
)
def test_tangos_interval_of_published_tables(
    more: int, less: int, of: int, low: float, high: float, digits: int
) -> None:
    assert [round(each, digits) for each in tango(more, less, of)] == [low, high]


def score(delta: float, more: int, less: int, of: int) -> float:
    """Tango's score statistic with the restricted estimate found by maximising the likelihood on a fine grid."""
    linear = -more - less + (2 * of - more + less) * delta
    only_less = (sqrt(linear**2 + 8 * of * less * delta * (1 - delta)) - linear) / (4 * of)
    return (more - less - of * delta) / sqrt(of * (2 * only_less + delta * (1 - delta)))


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 60))
def test_the_score_at_each_limit_is_the_normal_quantile(more: int, less: int, same: int) -> None:
    of = more + less + same
    low, high = tango(more, less, of)
    assert -1 <= low < (more - less) / of < high <= 1
    assert score(low, more, less, of) == pytest.approx(Z, abs=1e-5)
    assert score(high, more, less, of) == pytest.approx(-Z, abs=1e-5)
    turned = tango(less, more, of)
    assert turned == pytest.approx((-high, -low), abs=1e-9)


def test_nobody_moving_leaves_an_interval_around_nothing() -> None:
    low, high = tango(0, 0, 10)
    assert (low, high) == pytest.approx((-(Z**2) / (10 + Z**2), Z**2 / (10 + Z**2)))


def test_everybody_moving_one_way_ends_the_interval_there() -> None:
    low, high = tango(10, 0, 10)
    assert (low, high) == pytest.approx(((10 - Z**2) / (10 + Z**2), 1))
    assert tango(0, 10, 10) == pytest.approx((-high, -low))


def test_wilson_by_his_own_formula() -> None:
    n, p = 220, 120 / 220
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
    assert wilson(120, 220) == pytest.approx((centre - half, centre + half), abs=1e-12)


def test_no_pairs_have_no_interval() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        tango(0, 0, 0)
