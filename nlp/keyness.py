"""Characteristic words: which words one group of responses holds more often than the others."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from nlp.terms import MIN_RESPONSES

KEYNESS_COLUMNS: Final = [
    "dimension", "category", "word", "responses_n", "analysed_n", "other_responses_n", "other_analysed_n", "log_odds",
    "z", "jaccard",
]  # fmt: skip
PRIOR_WORDS: Final = 500.0
"""Weight of the prior, in responses that hold a word: how much evidence a word needs before it stands out."""
WORDS_N: Final = 50
"""Words kept of a group: what it is known by stands first, and the table of many groups stays one to be read."""


def characteristic_words(
    members: pd.DataFrame, words: pd.DataFrame, *, min_responses: int = MIN_RESPONSES, words_n: int = WORDS_N
) -> pd.DataFrame:
    """The `words_n` words that each category holds more often than all others of its dimension: KEYNESS_COLUMNS.

    `members`: response_id, dimension, category (a response once in a dimension); `words`: response_id, word. A word
    counts once a response, and only if `min_responses` hold it. `log_odds` has an informative Dirichlet prior, the
    word's share in the whole (Monroe, Colaresi & Quinn 2008, eq. 15, 16 and 22); `z` is a ranking and no test.
    `jaccard` is the share of responses with both among those with either (Jaccard 1901), as KH Coder ranks words.
    """
    held = words[["response_id", "word"]].drop_duplicates()
    tables = [
        _of_dimension(str(dimension), of_dimension, held, min_responses, words_n)
        for dimension, of_dimension in members.groupby("dimension", sort=True)
    ]
    return _together(tables)


def _of_dimension(
    dimension: str, members: pd.DataFrame, held: pd.DataFrame, min_responses: int, words_n: int
) -> pd.DataFrame:
    sizes = members.groupby("category").size()
    counts = members.merge(held, on="response_id").groupby(["word", "category"]).size().unstack(fill_value=0)
    counts = counts[counts.sum(axis=1) >= min_responses].rename_axis(index=None)
    whole = counts.sum(axis=1)
    tables = []
    for category in counts.columns:
        log_odds, z = log_odds_ratio(counts[category], whole - counts[category])
        table = pd.DataFrame(
            {
                "dimension": dimension,
                "category": str(category),
                "word": counts.index,
                "responses_n": counts[category],
                "analysed_n": sizes[category],
                "other_responses_n": whole - counts[category],
                "other_analysed_n": sizes.sum() - sizes[category],
                "log_odds": log_odds,
                "z": z,
                "jaccard": counts[category] / (whole + sizes[category] - counts[category]),
            }
        )
        ranked = table[table["z"] > 0].sort_values(["z", "word"], ascending=[False, True])
        tables.append(ranked.head(words_n))
    return _together(tables)


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=KEYNESS_COLUMNS)


def log_odds_ratio(here: pd.Series, there: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Log-odds ratio of each word here against there, with an informative Dirichlet prior, and its z-score.

    `here`, `there`: counts by word. Not a number for a word that is the only one.
    Monroe, Colaresi & Quinn (2008), "Fightin' Words", Political Analysis 16(4).
    """
    one, other = here.to_numpy("float64"), there.to_numpy("float64")
    prior = PRIOR_WORDS * (one + other) / (one + other).sum()
    whole = (one.sum() + prior.sum(), other.sum() + prior.sum())
    with np.errstate(divide="ignore", invalid="ignore"):  # a word that is all there is has no odds
        odds = [np.log((count + prior) / (of - count - prior)) for count, of in zip((one, other), whole, strict=True)]
        difference = odds[0] - odds[1]
    z = difference / np.sqrt(1 / (one + prior) + 1 / (other + prior))
    return np.where(np.isfinite(z), difference, np.nan), np.where(np.isfinite(z), z, np.nan)
