"""Attrition: whether those who were lost differed at the start from those who were not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from warehouse.evidence import ORGANISATION, Evidence
from warehouse.indicator_definitions import ChangeRules
from warehouse.indicators import ALL
from warehouse.level_pairs import PAIRED, level_pairs
from warehouse.paired_change import significant
from warehouse.significance import cramers_v, independence_test

ATTRITION_COLUMNS = [
    "period", "criterion_id", "dimension", "category", "kept_n", "lost_n", "kept_share", "lost_share",
    "share_difference", "standardised_difference", "value", "df", "p_value", "p_adjusted", "cramers_v", "method",
    "undefined_reason",
]  # fmt: skip

LEVEL = "level"
"""What those kept and lost are compared by beside the attributes: the level at the start, and the organisation."""

NO_ANSWER, NOT_ASKED = "no_answer", "not_asked"
"""Categories of an attribute that the test leaves out: not answered, and not asked on the organisation's form."""


def attrition(evidence: Evidence, criteria: Iterable[str], rules: ChangeRules) -> pd.DataFrame:
    """ATTRITION_COLUMNS: of the people with a level at the start, those kept (with a pair) beside those lost.

    Lost is whoever has no level in the period, be it without an answer or without a level that can be compared; those
    observed for too short are neither. Each criterion has a row for all (`*`, `*`), and by baseline level, by
    organisation and by each attribute, as answered in the first answer, a row a category and one for the test
    (category `*`). Shares are of all kept and of all lost; `standardised_difference` is their difference by the root
    of their mean variance (Austin 2009). The test of independence is over the valid categories, `value` its
    chi-square; `p_adjusted` is adjusted for the tests of the criterion's table (Benjamini & Hochberg 1995).
    """
    rows: list[dict[str, object]] = []
    for criterion in criteria if evidence.windows[evidence.period].reference is not None else []:
        pairs = level_pairs(evidence.scope(), criterion, min_days=rules.min_days)
        began = pairs[pairs["state"].isin([*PAIRED, "lost", "not_measured"])]
        is_kept = began["state"].isin(PAIRED)
        place = {"period": evidence.period, "criterion_id": criterion}
        rows += [place | row for row in _of_criterion(evidence, began, is_kept, rules.attributes)]
    table = pd.DataFrame(rows, columns=ATTRITION_COLUMNS)
    return table.astype(dict.fromkeys(["kept_n", "lost_n"], "int64") | {"df": "Int64"})


def _of_criterion(
    evidence: Evidence, began: pd.DataFrame, is_kept: pd.Series, attributes: list[str]
) -> list[dict[str, object]]:
    kept_n, lost_n = int(is_kept.sum()), int((~is_kept).sum())
    rows: list[dict[str, object]] = [{"dimension": ALL, "category": ALL, "kept_n": kept_n, "lost_n": lost_n}]
    tests: list[dict[str, object]] = []
    for dimension in [LEVEL, ORGANISATION, *attributes]:
        categories = _categories(evidence, began, dimension)
        table = pd.crosstab(categories, is_kept).reindex(columns=[True, False], fill_value=0)
        valid = table.drop(index=[each for each in (NO_ANSWER, NOT_ASKED) if each in table.index])
        tests.append({"dimension": dimension, "category": ALL} | _tested(valid.to_numpy(dtype=np.int64)))
        rows += [tests[-1], *_compared(table, dimension, kept_n, lost_n)]
    _adjust(tests)
    return rows


def _categories(evidence: Evidence, began: pd.DataFrame, dimension: str) -> pd.Series:
    if dimension in (LEVEL, ORGANISATION):
        return began[dimension].astype("str")
    answers = evidence.valid(dimension).drop_duplicates("response_id").set_index("response_id")["value_code"]
    classes = evidence.answer_classes.get(dimension, pd.Series(dtype="str"))
    asked = began["response_id"].map(classes).fillna("D") != "D"
    return began["response_id"].map(answers).fillna(asked.map({True: NO_ANSWER, False: NOT_ASKED})).astype("str")


def _tested(table: np.ndarray) -> dict[str, object]:
    result, strength = independence_test(table), cramers_v(table)
    return {
        "kept_n": int(table[:, 0].sum()),
        "lost_n": int(table[:, 1].sum()),
        "value": None if result.statistic is None else significant(result.statistic),
        "df": result.df,
        "p_value": None if result.p_value is None else significant(result.p_value),
        "cramers_v": None if strength is None else significant(strength),
        "method": result.method,
        "undefined_reason": result.undefined,
    }


def _compared(table: pd.DataFrame, dimension: str, kept_n: int, lost_n: int) -> Iterator[dict[str, object]]:
    for category, kept, lost in table.itertuples():
        row: dict[str, object] = {"dimension": dimension, "category": category, "kept_n": kept, "lost_n": lost}
        if not kept_n or not lost_n:
            yield row | {"undefined_reason": "one_category"}
            continue
        of_kept, of_lost = kept / kept_n, lost / lost_n
        spread = ((of_kept * (1 - of_kept) + of_lost * (1 - of_lost)) / 2) ** 0.5
        yield row | {
            "kept_share": of_kept,
            "lost_share": of_lost,
            "share_difference": significant(of_kept - of_lost),
            "standardised_difference": significant((of_kept - of_lost) / spread) if spread else None,
        }


def _adjust(tests: list[dict[str, object]]) -> None:
    defined = [row for row in tests if row["p_value"] is not None]
    if defined:
        adjusted = multipletests([row["p_value"] for row in defined], method="fdr_bh")[1]
        for row, p_value in zip(defined, adjusted, strict=True):
            row["p_adjusted"] = significant(float(p_value))
