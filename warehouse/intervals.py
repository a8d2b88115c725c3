"""95 % intervals: of a share, and of the difference between two shares of the same people."""

from __future__ import annotations

from math import sqrt

import pandas as pd
from scipy.optimize import brentq
from scipy.stats import binomtest, norm
from statsmodels.stats.proportion import proportion_confint

Z = float(norm.ppf(0.975))
_APART = 1e-12
"""How close to the difference itself a limit is looked for."""


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927). Raises ValueError for a denominator below 1."""
    low, high = binomtest(numerator, denominator).proportion_ci(0.95, method="wilson")
    return float(low), float(high)


def wilson_intervals(numerators: pd.Series, denominators: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The same of many shares at once: both ends, on the index of `numerators`."""
    low, high = proportion_confint(numerators, denominators, method="wilson")
    return low, high


def tango(more: int, less: int, of: int) -> tuple[float, float]:
    """Tango's score interval of (more - less) / of, two shares of the same people (Tango 1998).

    `more` and `less` are the discordant pairs of `of` pairs. It needs nothing of the concordant ones, unlike
    Newcombe's square-and-add interval (1998), so it also serves where several levels are compared. Raises ValueError
    where there are no pairs.
    """
    if of < 1:
        raise ValueError("no pairs")
    difference = (more - less) / of

    def beyond(delta: float) -> float:
        """Above 0 where `delta` lies outside the interval: the squared score against Z squared."""
        linear = -more - less + (2 * of - more + less) * delta
        only_less = (sqrt(max(linear**2 + 8 * of * less * delta * (1 - delta), 0)) - linear) / (4 * of)
        return float((more - less - of * delta) ** 2 - Z**2 * of * (2 * only_less + delta * (1 - delta)))

    low = -1.0 if difference == -1 else brentq(beyond, -1.0, difference - _APART)
    high = 1.0 if difference == 1 else brentq(beyond, difference + _APART, 1.0)
    return float(low), float(high)
