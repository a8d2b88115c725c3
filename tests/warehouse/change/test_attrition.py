"""Those kept beside those lost: counts by hand, tests by scipy, and the adjustment for their number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from warehouse.attrition import ATTRITION_COLUMNS, attrition
from warehouse.evidence import Evidence
from warehouse.indicator_definitions import ChangeRules

MakeEvidence = Callable[..., Evidence]
RULES = ChangeRules(attributes=["sex", "age"])


def rows(table: pd.DataFrame, dimension: str) -> dict[str, dict[str, Any]]:
    of_one = table[table["dimension"] == dimension].to_dict("records")
    return {str(row["category"]): {str(name): value for name, value in row.items()} for row in of_one}


@pytest.fixture(scope="session")
def table(evidence: MakeEvidence, own_level: Callable[..., Any]) -> pd.DataFrame:
    """20 women, of whom 15 are kept; 12 men, of whom 4 are; 3 who did not say; one observed for too short."""
    answers = []
    for number in range(35):
        is_woman, is_man = number < 20, 20 <= number < 32
        is_kept = number % 20 < 15 if is_woman else number < 24 if is_man else number == 32
        codes = {"sex": "f"} if is_woman else {"sex": "m"} if is_man else {"sex": ""}
        code = "a" if number % 3 else "b"
        answers.append(own_level(f"p{number}", 1, number % 2 + 1, code, **codes, age="old" if number % 2 else "young"))
        if is_kept:
            answers.append(own_level(f"p{number}", 120, 3, code, sex="other"))  # said later: not what counts here
    answers.append(own_level("new", 190, 1, "a", sex="f", age="old"))
    rules = RULES.model_copy(update={"min_days": 30})
    return attrition(evidence(answers), ["own"], rules)


def test_counts_and_shares_by_hand(table: pd.DataFrame) -> None:
    assert list(table.columns) == ATTRITION_COLUMNS
    whole = rows(table, "*")["*"]
    assert (whole["kept_n"], whole["lost_n"]) == (20, 15)
    sex = rows(table, "sex")
    assert {name: (row["kept_n"], row["lost_n"]) for name, row in sex.items()} == {
        "*": (19, 13), "f": (15, 5), "m": (4, 8), "no_answer": (1, 2),
    }  # fmt: skip
    women = sex["f"]
    assert (women["kept_share"], women["lost_share"]) == pytest.approx((15 / 20, 5 / 15))
    assert women["share_difference"] == pytest.approx(15 / 20 - 5 / 15)
    spread = ((0.75 * 0.25 + (1 / 3) * (2 / 3)) / 2) ** 0.5
    assert women["standardised_difference"] == pytest.approx((15 / 20 - 5 / 15) / spread)
    for dimension in ("level", "organisation", "sex", "age"):
        shares = [row for category, row in rows(table, dimension).items() if category != "*"]
        assert sum(row["kept_n"] for row in shares) == 20
        assert sum(row["lost_share"] for row in shares) == pytest.approx(1)


def test_each_dimension_is_tested_over_its_valid_categories(table: pd.DataFrame) -> None:
    test = rows(table, "sex")["*"]
    counts = np.array([[15, 5], [4, 8]])
    expected = stats.chi2_contingency(counts, correction=False)
    assert expected.expected_freq.min() < 5
    assert test["value"] == pytest.approx(expected.statistic)
    assert test["p_value"] == pytest.approx(stats.fisher_exact(counts).pvalue)
    assert test["method"] == "exact"
    assert test["cramers_v"] == pytest.approx((expected.statistic / 32) ** 0.5)
    level = rows(table, "level")["*"]
    assert level["method"] == "approximate"


def test_p_values_are_adjusted_for_the_number_of_tests(table: pd.DataFrame) -> None:
    """Benjamini and Hochberg by hand: the smallest of p m / rank from the largest down."""
    tests = table[(table["category"] == "*") & (table["dimension"] != "*")].sort_values("p_value")
    assert len(tests) == 4
    adjusted, smallest = [], 1.0
    for rank, p_value in reversed(list(enumerate(tests["p_value"], start=1))):
        smallest = min(smallest, p_value * 4 / rank)
        adjusted.insert(0, smallest)
    assert tests["p_adjusted"].tolist() == pytest.approx(adjusted)


def test_not_asked_is_not_the_same_as_not_answered(evidence: MakeEvidence, answer: type) -> None:
    level = {("own", "self_report"): 2}
    answers = [
        answer("p", 1, level, codes={"sex": "f"}), answer("p", 120, level),
        answer("q", 1, level, classes={"sex": "A"}),
        answer("r", 1, level, classes={"sex": "D"}),
        answer("s", 1, level),
    ]  # fmt: skip
    found = rows(attrition(evidence(answers), ["own"], ChangeRules(attributes=["sex"])), "sex")
    assert {name: row["lost_n"] for name, row in found.items()} == {"*": 0, "f": 0, "no_answer": 1, "not_asked": 2}
    assert found["*"]["undefined_reason"] == "one_category"
    assert found["f"]["lost_share"] == 0


def test_nobody_lost_leaves_nothing_to_compare(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    answers = [own_level("p", 1, 2, sex="f"), own_level("p", 120, 3)]
    table = attrition(evidence(answers), ["own"], ChangeRules(attributes=["sex"]))
    assert set(table["undefined_reason"].dropna()) == {"one_category"}
    assert table["share_difference"].isna().all()
    assert rows(table, "*")["*"]["kept_n"] == 1


def test_without_levels_and_without_a_period_before(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    nobody = attrition(evidence([own_level("p", 1, None)]), ["own"], RULES)
    assert set(nobody["undefined_reason"].dropna()) == {"nobody"}
    assert (rows(nobody, "*")["*"]["kept_n"], rows(nobody, "*")["*"]["lost_n"]) == (0, 0)
    assert attrition(evidence([own_level("p", 1, 1)], period="first"), ["own"], RULES).empty
