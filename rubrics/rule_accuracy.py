"""How right the coding rules are: precision, recall and F1 against what the coders agree on.

Texts were not drawn in proportion, so each figure stands twice: of the sample as it is, and weighted back to all texts
that the rules have read. The weighted one is the estimate; its interval is a percentile bootstrap over texts, drawn
anew within each half of the sample (Efron & Tibshirani 1993), the weights staying with their texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rubrics.agreement import CONFIDENCE, RESAMPLES_N
from rubrics.agreement_tables import ALL
from warehouse.intervals import wilson

PAIR_COLUMNS: Final = ["item_id", "theme_id", "by_hand", "by_rule", "weight", "found", "script"]
ACCURACY_COLUMNS: Final = [
    "group", "name", "measure", "numerator", "denominator", "value", "ci_low", "ci_high", "weighted", "weighted_low",
    "weighted_high", "texts_n", "pairs_n",
]  # fmt: skip
MEASURES: Final = ("precision", "recall", "f1")
GROUPS: Final = ("theme", "all", "script")
"""Of one theme; of all themes together; of all themes in texts that are written in one way."""

_DIGITS = 12  # as in rubrics.agreement_tables: the last bits depend on the processor
Floats = NDArray[np.float64]


def rule_accuracy(pairs: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Precision, recall and F1 by theme, of all themes, and by way of writing: ACCURACY_COLUMNS.

    `pairs`: PAIR_COLUMNS, a row for each text and theme that the coders agree on: whether they and the rules say that
    the theme is there, how many texts the text stands for, its half (`found`) and way of writing. `value` is that of
    the sample; of a single theme, precision and recall have Wilson's interval there (pairs of one text are not
    independent, so several themes together have none). F1 is 2 TP / (2 TP + FP + FN). Without a denominator there is
    no value.
    """
    rows = [row for group, name, mine in _groups(pairs) for row in _rows(group, name, mine, seed)]
    numbers = dict.fromkeys(["value", "ci_low", "ci_high", "weighted", "weighted_low", "weighted_high"], "float64")
    return pd.DataFrame(rows, columns=ACCURACY_COLUMNS).astype(numbers)


def _groups(pairs: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    yield from (("theme", str(name), mine) for name, mine in pairs.groupby("theme_id", sort=False))
    yield "all", ALL, pairs
    yield from (("script", str(name), mine) for name, mine in pairs.groupby("script"))


def _rows(group: str, name: str, pairs: pd.DataFrame, seed: int) -> Iterator[tuple[object, ...]]:
    by_hand, by_rule = pairs["by_hand"].to_numpy(bool), pairs["by_rule"].to_numpy(bool)
    outcomes = np.column_stack([by_hand & by_rule, ~by_hand & by_rule, by_hand & ~by_rule]).astype(np.float64)
    counted = pd.DataFrame(outcomes, index=pd.MultiIndex.from_frame(pairs[["found", "item_id"]]))
    weights = pairs.set_index(["found", "item_id"])["weight"].groupby(level=[0, 1]).first()
    by_text = counted.groupby(level=[0, 1]).sum()
    weighted = by_text.mul(weights, axis="index")
    of_sample = _fractions(by_text.to_numpy().sum(axis=0)[None, :])
    estimates = _divided(weighted.to_numpy().sum(axis=0)[None, :])
    resamples = _divided(_resampled(weighted, seed))
    for place, measure in enumerate(MEASURES):
        numerator, denominator = (int(each[place, 0]) for each in of_sample)
        value = numerator / denominator if denominator else None
        has_wilson = group == "theme" and denominator and measure != "f1"
        interval = wilson(numerator, denominator) if has_wilson else (None, None)
        estimate = float(estimates[place, 0])
        yield (
            group, name, measure, numerator, denominator, value, *interval, _rounded(estimate),
            *_interval(resamples[place], estimate), len(by_text), len(pairs),
        )  # fmt: skip


def _fractions(sums: Floats) -> tuple[Floats, Floats]:
    """Numerators and denominators, measures x rows, of rows of true positives, false positives, false negatives."""
    hits, false, missed = sums.T
    return np.array([hits, hits, 2 * hits]), np.array([hits + false, hits + missed, 2 * hits + false + missed])


def _divided(sums: Floats) -> Floats:
    """The measures of each row, NaN without a denominator: measures x rows."""
    top, bottom = _fractions(sums)
    quotient: Floats = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return quotient


def _resampled(weighted: pd.DataFrame, seed: int) -> Floats:
    """Weighted sums of each resample: as many texts of each half as there are, with replacement."""
    generator = np.random.default_rng(seed)
    sums = np.zeros((RESAMPLES_N, weighted.shape[1]))
    for _, half in weighted.groupby(level=0):
        times = generator.multinomial(len(half), np.full(len(half), 1 / len(half)), size=RESAMPLES_N)
        sums += times @ half.to_numpy()
    return sums


def _interval(values: Floats, estimate: float) -> tuple[float | None, float | None]:
    """Percentiles of the resamples in which the measure is defined; none where too few of them are."""
    defined = values[~np.isnan(values)]
    if np.isnan(estimate) or len(defined) < CONFIDENCE * len(values):
        return None, None
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return _rounded(low), _rounded(high)


def _rounded(number: float) -> float | None:
    return None if np.isnan(number) else round(float(number), _DIGITS)
