"""Correspondence analysis: words and groups in one picture, with how much of the table the picture shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from nlp.terms import MIN_RESPONSES, frequent

POINT_COLUMNS: Final = ["point", "label", "responses_n", "mass", "inertia", "axis_1", "axis_2", "is_small"]
WORDS_N: Final = 60
"""Words in a map: with more nobody can read it."""
SMALL_N: Final = 30
"""Responses below which a group's place is too uncertain to be read."""


@dataclass(frozen=True)
class Correspondence:
    """`points`: POINT_COLUMNS, principal coordinates of rows (words) and columns (groups), `inertia` of a point as its
    share of the total; `axes`: share of the total inertia that each axis shows, as far as there are axes."""

    points: pd.DataFrame
    axes: tuple[float, ...]


def word_map(members: pd.DataFrame, words: pd.DataFrame, min_responses: int = MIN_RESPONSES) -> Correspondence | None:
    """The map of the groups of one attribute and the WORDS_N most frequent words; None where there can be none.

    `members`: response_id, category; `words`: response_id, word, each pair once. Groups of fewer than `min_responses`
    are left out: a handful of people would make an axis of their own.
    """
    sizes = members.groupby("category").size()
    sizes = sizes[sizes >= min_responses]
    inside = members[members["category"].isin(sizes.index)].merge(words, on="response_id")
    shown = inside[inside["word"].isin(frequent(inside, min_responses, WORDS_N).index)]
    return correspondence(shown.groupby(["word", "category"]).size().unstack(fill_value=0), sizes)


def correspondence(table: pd.DataFrame, sizes: pd.Series) -> Correspondence | None:
    """Simple correspondence analysis of a table of counts (Benzecri 1973; Greenacre 2017, ch. A).

    `table`: words x groups; `sizes`: responses of each group. Both clouds in principal coordinates, from the singular
    values of the standardised residuals. The sign of an axis means nothing: the word with the largest coordinate on it
    is put on the right. None where fewer than three groups or words remain: two points always lie on a line.
    """
    counts = table.loc[table.sum(axis=1) > 0, table.sum(axis=0) > 0]
    if min(counts.shape) < 3:
        return None
    share = counts.to_numpy("float64") / counts.to_numpy().sum()
    row, column = share.sum(axis=1), share.sum(axis=0)
    independent = np.outer(row, column)
    left, singular, right = np.linalg.svd((share - independent) / np.sqrt(independent), full_matrices=False)
    total = float((singular**2).sum())
    if total < 1e-12:
        return None
    words = left * singular / np.sqrt(row)[:, None]
    groups = right.T * singular / np.sqrt(column)[:, None]
    farthest = np.argmax(np.abs(words).round(9), axis=0)  # rounded: two words as far must not take turns
    signs = np.where(words[farthest, np.arange(len(singular))] < 0, -1.0, 1.0)
    points = pd.concat(
        [
            _points("word", counts.index, counts.sum(axis=1), row, words * signs, total),
            _points("group", counts.columns, sizes.reindex(counts.columns), column, groups * signs, total),
        ],
        ignore_index=True,
    )
    points["is_small"] = (points["point"] == "group") & (points["responses_n"] < SMALL_N)
    axes = singular[: min(counts.shape) - 1] ** 2 / total
    return Correspondence(points[POINT_COLUMNS], tuple(float(each) for each in axes))


def _points(
    point: str, labels: pd.Index, sizes: pd.Series, mass: np.ndarray, places: np.ndarray, total: float
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "point": point,
            "label": labels.astype("str"),
            "responses_n": sizes.to_numpy("int64"),
            "mass": mass,
            "inertia": mass * (places**2).sum(axis=1) / total,
            "axis_1": places[:, 0],
            "axis_2": places[:, 1],
        }
    )
