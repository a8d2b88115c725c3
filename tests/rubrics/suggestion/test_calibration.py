from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.miscmodels.ordinal_model import OrderedModel

from rubrics.suggestion.calibration import CumulativeLogit, calibration_error, reliability


def drawn(n: int = 400, slope: float = 1.5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and levels 1 to 4 drawn from a proportional-odds model of them."""
    random = np.random.default_rng(seed)
    scores = random.normal(3, 0.7, size=n)
    latent = slope * scores + random.logistic(size=n)
    return scores, np.searchsorted([2.5, 4.0, 6.0], latent) + 1


def test_as_statsmodels_fits_it() -> None:
    scores, levels = drawn()
    ours = CumulativeLogit.fit(scores, levels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = OrderedModel(pd.Series(levels), scores[:, None], distr="logit").fit(method="bfgs", disp=False)
    thresholds = theirs.model.transform_threshold_params(theirs.params)[1:-1]
    assert ours.slope == pytest.approx(np.asarray(theirs.params)[0], rel=1e-3)
    np.testing.assert_allclose(ours.thresholds, thresholds, rtol=1e-3)
    np.testing.assert_allclose(ours.probabilities(scores, [1, 2, 3, 4]), theirs.predict(), atol=1e-4)


def test_a_score_that_runs_against_the_levels_is_not_turned_round() -> None:
    scores, levels = drawn()
    link = CumulativeLogit.fit(-scores, levels)
    assert link.slope == 0
    shares = np.bincount(levels)[1:] / len(levels)
    np.testing.assert_allclose(link.probabilities([-9.0, 9.0], [1, 2, 3, 4]), [shares, shares], atol=1e-4)


def test_a_level_that_nobody_had_gets_no_probability() -> None:
    scores, levels = drawn()
    levels = np.where(levels == 2, 1, levels)
    probabilities = CumulativeLogit.fit(scores, levels).probabilities(scores, [0, 1, 2, 3, 4])
    assert (probabilities[:, [0, 2]] == 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(1, 5)), min_size=10, max_size=40))
def test_a_higher_score_never_makes_a_higher_level_less_probable(rows: list[tuple[float, int]]) -> None:
    scores, levels = map(np.array, zip(*rows, strict=True))
    if len(set(levels)) < 2:
        return
    at = np.linspace(-6, 6, 25)
    probabilities = CumulativeLogit.fit(scores, levels).probabilities(at, [1, 2, 3, 4, 5])
    assert (probabilities >= -1e-12).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    reach = np.cumsum(probabilities[:, ::-1], axis=1)
    assert (np.diff(reach, axis=0) >= -1e-9).all()


def test_said_and_seen_by_hand() -> None:
    probabilities = np.array([[0.85, 0.10, 0.05], [0.20, 0.30, 0.50], [0.05, 0.05, 0.90]])
    # P(2 or more), P(3): 0.15 0.05 | 0.80 0.50 | 0.95 0.90; reached: no no | yes no | yes yes
    table = reliability(probabilities, [1, 2, 3], [1, 2, 3], bins_n=2)
    assert table["n"].tolist() == [2, 4]
    np.testing.assert_allclose(table["said"], [0.10, (0.80 + 0.50 + 0.95 + 0.90) / 4])
    np.testing.assert_allclose(table["seen"], [0, 3 / 4])
    assert calibration_error(table) == pytest.approx((2 * 0.10 + 4 * (0.7875 - 0.75)) / 6)


def test_probabilities_that_hold_have_a_small_error() -> None:
    scores, levels = drawn(n=4_000)
    link = CumulativeLogit.fit(scores, levels)
    assert calibration_error(reliability(link.probabilities(scores, [1, 2, 3, 4]), levels, [1, 2, 3, 4])) < 0.02
