"""Two frames side by side: which rows one of them lacks, and which differ. Values are compared as they are."""

from __future__ import annotations

import pandas as pd


def side_by_side(before: pd.DataFrame, after: pd.DataFrame, key: list[str], columns: list[str]) -> pd.DataFrame:
    """The rows of both frames by their key, in its order.

    Columns: the key, `change` (added, removed, or same_key), and each of `columns` as X_before and X_after, null where
    that frame has no such row. Whole numbers stay whole (Int64).
    """
    sides = [_nullable(frame[[*key, *columns]]) for frame in (before, after)]
    pairs = sides[0].merge(sides[1], how="outer", on=key, suffixes=("_before", "_after"), indicator="change")
    names = {"left_only": "removed", "right_only": "added", "both": "same_key"}
    in_pairs = [f"{column}_{when}" for column in columns for when in ("before", "after")]
    return pairs.assign(change=pairs["change"].astype("str").map(names))[[*key, "change", *in_pairs]]


def differ(pairs: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Whether the two sides of each row differ in any of the columns; two nulls are the same."""
    found = pairs["change"] != "same_key"
    for column in columns:
        old, new = pairs[f"{column}_before"], pairs[f"{column}_after"]
        found |= ~((old == new).fillna(False).astype("bool") | (old.isna() & new.isna()))
    return found


def differing(
    before: pd.DataFrame, after: pd.DataFrame, key: list[str], columns: list[str], also: list[str] | None = None
) -> pd.DataFrame:
    """The rows of `side_by_side` that differ in `columns`; `change` is added, removed or changed.

    `also`: columns to be shown that make no difference.
    """
    pairs = side_by_side(before, after, key, [*columns, *(also or [])])
    found = pairs[differ(pairs, columns)].reset_index(drop=True)
    return found.assign(change=found["change"].replace("same_key", "changed"))


def _nullable(frame: pd.DataFrame) -> pd.DataFrame:
    """A missing row makes nulls, which must not turn whole numbers into floats."""
    kinds = {"int64": "Int64", "bool": "boolean"}
    return frame.astype({name: kinds[str(kind)] for name, kind in frame.dtypes.items() if str(kind) in kinds})
