"""From a score to a probability for every level, and how far such probabilities can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CumulativeLogit:
    """P(level <= k) = logistic(threshold_k - slope * score): the proportional-odds model (McCullagh 1980).

    The slope is never negative: a score that says nothing gives every answer the same probabilities, and none is
    turned round. Levels that nobody had get no probability.
    """

    levels: tuple[int, ...]
    slope: float
    thresholds: tuple[float, ...]

    @classmethod
    def fit(cls, scores: ArrayLike, levels: ArrayLike) -> CumulativeLogit:
        """By maximum likelihood, from scores of answers that the scoring model was not trained on; two levels at least.

        Own, because statsmodels' OrderedModel knows no bound for the slope; the tests hold it against that.
        """
        given = np.asarray(levels)
        present, place = np.unique(given, return_inverse=True)
        values = np.asarray(scores, dtype=np.float64)
        centre, spread = values.mean(), values.std() or 1.0
        x = (values - centre) / spread
        shares = np.cumsum(np.bincount(place))[:-1] / len(given)
        start = np.log(shares / (1 - shares))

        def loss(parameters: Floats) -> float:
            probabilities = _probabilities(x, parameters[0], _ascending(parameters[1:]))
            return float(-np.log(np.maximum(probabilities[np.arange(len(x)), place], 1e-12)).sum())

        first = np.r_[0.5, start[0], np.log(np.diff(start))]
        found = minimize(loss, first, method="L-BFGS-B", bounds=[(0.0, None), *[(-30.0, 30.0)] * len(start)])
        slope = found.x[0] / spread
        thresholds = _ascending(found.x[1:]) + slope * centre
        return cls(tuple(present.tolist()), float(slope), tuple(thresholds.tolist()))

    def probabilities(self, scores: ArrayLike, scale: Sequence[int]) -> Floats:
        """Scores x levels of the scale."""
        found = _probabilities(np.asarray(scores, dtype=np.float64), self.slope, np.asarray(self.thresholds))
        out = np.zeros((len(found), len(scale)))
        out[:, [list(scale).index(level) for level in self.levels]] = found
        return out


def _ascending(parameters: Floats) -> Floats:
    return np.cumsum(np.r_[parameters[:1], np.exp(parameters[1:])])


def _probabilities(scores: Floats, slope: float, thresholds: Floats) -> Floats:
    below = expit(thresholds[None, :] - slope * scores[:, None])
    edges = np.ones((len(scores), 1))
    return np.diff(np.hstack([0 * edges, below, edges]), axis=1)


def reliability(probabilities: Floats, levels: ArrayLike, scale: Sequence[int], bins_n: int = 10) -> pd.DataFrame:
    """Said and seen: for every step of the scale, how probable it was said to be that an answer reaches it.

    Columns: low, high (the bin), said (mean probability), seen (share that reached it), n. All steps together, in bins
    of equal width (DeGroot & Fienberg 1983).
    """
    given = np.asarray(levels)
    reach = np.cumsum(probabilities[:, ::-1], axis=1)[:, ::-1][:, 1:].ravel()
    reached = (given[:, None] >= np.asarray(scale)[None, 1:]).ravel()
    places = np.minimum((reach * bins_n).astype(int), bins_n - 1)
    rows = [
        (place / bins_n, (place + 1) / bins_n, reach[places == place].mean(), reached[places == place].mean(), n)
        for place, n in enumerate(np.bincount(places, minlength=bins_n).tolist())
        if n
    ]
    return pd.DataFrame(rows, columns=["low", "high", "said", "seen", "n"])


def calibration_error(table: pd.DataFrame) -> float:
    """Expected calibration error of a reliability table: mean distance of said and seen (Naeini et al. 2015)."""
    return float(((table["said"] - table["seen"]).abs() * table["n"]).sum() / table["n"].sum())
