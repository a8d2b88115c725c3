"""Themes by attribute: who writes of what, which cells stand out, and a correction for looking at many tables."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from nlp.terms import MIN_RESPONSES
from warehouse.indicators import ALL
from warehouse.intervals import wilson_intervals
from warehouse.significance import cramers_v, independence_test

CELL_COLUMNS: Final = [
    "dimension", "category", "theme_id", "responses_n", "analysed_n", "value", "ci_low", "ci_high", "expected_count",
    "residual",
]  # fmt: skip
TEST_COLUMNS: Final = [
    "dimension", "theme_id", "responses_n", "analysed_n", "value", "df", "p_value", "p_adjusted", "method",
    "undefined_reason", "cramers_v",
]  # fmt: skip


def theme_crosstabs(
    members: pd.DataFrame, themes: pd.DataFrame, min_responses: int = MIN_RESPONSES
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cross-tabulate every theme, and `*` for any theme at all, with every attribute.

    `members`: response_id, dimension, category: the attributes of those whose texts were analysed, a response once in
    a dimension; `themes`: response_id, theme_id. Themes that fewer than `min_responses` hold are left out: nothing can
    stand out in them, and every test more takes from the others. Returns (CELL_COLUMNS, TEST_COLUMNS): of each category
    how many responses hold the theme, the share with Wilson's 95 % interval, the count expected if the attribute did
    not matter and the adjusted standardised residual (Haberman 1973; beyond 2 or so a cell stands out); of each table
    Pearson's chi-square (`value`), exact where counts are small, Cramer's V, and the p-value adjusted over all tables
    of the call (Benjamini and Hochberg 1995).
    """
    held = themes[["response_id", "theme_id"]].drop_duplicates()
    held = pd.concat([held, held.assign(theme_id=ALL).drop_duplicates()])
    cells: list[pd.DataFrame] = []
    tests: list[dict[str, object]] = []
    for dimension, of_dimension in members.groupby("dimension", sort=True):
        of_category = of_dimension.groupby("category").size()
        counts = of_dimension.merge(held, on="response_id").groupby(["theme_id", "category"]).size()
        enough = counts.groupby("theme_id").sum() >= min_responses
        for theme in sorted(enough.index[enough]):
            holding = counts[theme].reindex(of_category.index, fill_value=0)
            cells.append(_cells(str(dimension), theme, holding, of_category))
            tests.append(_test(str(dimension), theme, holding, of_category))
    table = pd.DataFrame(tests, columns=[name for name in TEST_COLUMNS if name != "p_adjusted"])
    table["p_adjusted"] = adjusted(table["p_value"])
    every = pd.concat(cells, ignore_index=True) if cells else pd.DataFrame(columns=CELL_COLUMNS)
    return every, table.astype({"df": "Int64"})[TEST_COLUMNS]


def adjusted(p_values: pd.Series) -> pd.Series:
    """p-values adjusted for their false discovery rate (Benjamini and Hochberg 1995); undefined ones stay."""
    defined = p_values.dropna().astype("float64")
    if defined.empty:
        return p_values.astype("float64")
    corrected = multipletests(defined, method="fdr_bh")[1]
    return pd.Series(corrected, index=defined.index).reindex(p_values.index)


def residuals(table: np.ndarray) -> np.ndarray:
    """Adjusted standardised residuals (O - E) / sqrt(E (1 - row share) (1 - column share)) (Haberman 1973).

    Not a number where a row or a column holds everybody or nobody.
    """
    total = table.sum()
    row, column = table.sum(axis=1, keepdims=True) / total, table.sum(axis=0, keepdims=True) / total
    expected = row * column * total
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = (table - expected) / np.sqrt(expected * (1 - row) * (1 - column))
    return np.where(np.isfinite(found), found, np.nan)


def _two_rows(holding: pd.Series, of_category: pd.Series) -> np.ndarray:
    return np.vstack([holding.to_numpy(), (of_category - holding).to_numpy()]).astype("int64")


def _cells(dimension: str, theme: str, holding: pd.Series, of_category: pd.Series) -> pd.DataFrame:
    low, high = wilson_intervals(holding, of_category)
    return pd.DataFrame(
        {
            "dimension": dimension,
            "category": of_category.index.astype("str"),
            "theme_id": theme,
            "responses_n": holding.to_numpy("int64"),
            "analysed_n": of_category.to_numpy("int64"),
            "value": (holding / of_category).to_numpy(),
            "ci_low": low.to_numpy(),
            "ci_high": high.to_numpy(),
            "expected_count": (of_category * (holding.sum() / of_category.sum())).to_numpy(),
            "residual": residuals(_two_rows(holding, of_category))[0],
        }
    )


def _test(dimension: str, theme: str, holding: pd.Series, of_category: pd.Series) -> dict[str, object]:
    table = _two_rows(holding, of_category)
    found = independence_test(table)
    return {
        "dimension": dimension,
        "theme_id": theme,
        "responses_n": int(holding.sum()),
        "analysed_n": found.n,
        "value": found.statistic,
        "df": found.df,
        "p_value": found.p_value,
        "method": found.method,
        "undefined_reason": found.undefined,
        "cramers_v": cramers_v(table),
    }
