"""Crosstabs, characteristic words, networks and maps of words, each against another way to the same numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations
from math import log, sqrt
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from nlp.cooccurrence import cooccurrence
from nlp.copies import copied_answers
from nlp.correspondence import correspondence, word_map
from nlp.crosstabs import adjusted, residuals, theme_crosstabs
from nlp.keyness import PRIOR_WORDS, characteristic_words, log_odds_ratio

ROOT = Path(__file__).resolve().parents[2]


def members(**sizes: int) -> pd.DataFrame:
    """Responses of one dimension: x0, x1 … of category x."""
    rows = [(f"{name}{n}", "sex", name) for name, size in sizes.items() for n in range(size)]
    return pd.DataFrame(rows, columns=["response_id", "dimension", "category"])


def holding(word: str, column: str, **held: int) -> pd.DataFrame:
    return pd.DataFrame(
        [(f"{name}{n}", word) for name, size in held.items() for n in range(size)], columns=["response_id", column]
    )


def assert_same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """The same but for the theme."""
    pd.testing.assert_frame_equal(*(each.drop(columns="theme_id").reset_index(drop=True) for each in (one, other)))


# --- crosstabs ----------------------------------------------------------------------------------------------------


def test_a_crosstab_by_hand() -> None:
    cells, tests = theme_crosstabs(members(a=40, b=60), holding("work", "theme_id", a=20, b=15))
    any_theme, of_work = cells["theme_id"] == "*", cells["theme_id"] == "work"
    assert_same(cells[any_theme], cells[of_work])
    first, second = cells[of_work].to_dict("records")
    assert (first["category"], first["responses_n"], first["analysed_n"], first["value"]) == ("a", 20, 40, 0.5)
    assert first["expected_count"] == pytest.approx(14.0)
    assert first["residual"] == pytest.approx((20 - 14) / sqrt(14 * (1 - 0.35) * (1 - 0.4)))
    assert second["residual"] == pytest.approx(-first["residual"])
    [test] = tests[tests["theme_id"] == "work"].to_dict("records")
    observed = [[20, 15], [20, 45]]
    expected = stats.chi2_contingency(observed, correction=False)
    assert test["value"] == pytest.approx(expected.statistic, abs=1e-9)
    assert test["p_value"] == pytest.approx(expected.pvalue, abs=1e-12)
    assert test["cramers_v"] == pytest.approx(sqrt(expected.statistic / 100), abs=1e-9)
    assert first["residual"] ** 2 == pytest.approx(expected.statistic), "in two by two the residual is chi itself"


def test_small_counts_are_tested_exactly() -> None:
    _, tests = theme_crosstabs(members(a=6, b=7), holding("work", "theme_id", a=5, b=1))
    test = tests.to_dict("records")[0]
    assert test["method"] == "exact"
    assert test["p_value"] == pytest.approx(stats.fisher_exact([[5, 1], [1, 6]]).pvalue, abs=1e-12)


def test_a_category_of_which_nobody_writes_is_shown_with_zero() -> None:
    cells, _ = theme_crosstabs(members(a=10, b=10), holding("work", "theme_id", a=5))
    assert cells["responses_n"].tolist() == [5, 0, 5, 0]


def test_rare_themes_are_left_out_but_count_as_any() -> None:
    themes = pd.concat([holding("work", "theme_id", a=4), holding("home", "theme_id", a=4, b=1)])
    cells, tests = theme_crosstabs(members(a=10, b=10), themes)
    assert tests["theme_id"].tolist() == ["*", "home"]
    assert cells[cells["theme_id"] == "*"]["responses_n"].tolist() == [4, 1]


def test_a_theme_that_everybody_holds_has_no_residual_and_no_test() -> None:
    cells, tests = theme_crosstabs(members(a=3, b=3), holding("work", "theme_id", a=3, b=3))
    assert cells["residual"].isna().all()
    assert tests["undefined_reason"].tolist() == ["one_category"] * 2


@given(st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=2, max_size=4))
def test_residuals_against_the_textbook(rows: list[list[int]]) -> None:
    table = np.array(rows)
    if not table.sum():
        return
    found = residuals(table)
    total = table.sum()
    for i, j in np.ndindex(table.shape):
        row, column = table[i].sum(), table[:, j].sum()
        variance = row * column / total * (1 - row / total) * (1 - column / total)
        if variance > 0:
            assert found[i, j] == pytest.approx((table[i, j] - row * column / total) / sqrt(variance), abs=1e-9)
        else:
            assert np.isnan(found[i, j])


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_benjamini_and_hochberg_by_its_definition(values: list[float | None]) -> None:
    found = adjusted(pd.Series(values, dtype="float64"))
    defined = [value for value in values if value is not None]
    for value, each in zip(values, found, strict=True):
        if value is None:
            assert np.isnan(each)
        else:
            smallest = min(
                other * len(defined) / sum(o <= other for o in defined) for other in defined if other >= value
            )
            assert each == pytest.approx(min(1.0, smallest), abs=1e-12)


# --- characteristic words -----------------------------------------------------------------------------------------


def test_log_odds_by_hand() -> None:
    here, there = pd.Series({"仕事": 30, "家": 10, "ビザ": 5}), pd.Series({"仕事": 10, "家": 10, "ビザ": 25})
    differences, scores = log_odds_ratio(here, there)
    for word, found, score in zip(here.index, differences, scores, strict=True):
        prior = PRIOR_WORDS * (here[word] + there[word]) / 90
        y1, y2 = here[word] + prior, there[word] + prior
        difference = log(y1 / (45 + PRIOR_WORDS - y1)) - log(y2 / (45 + PRIOR_WORDS - y2))
        assert found == pytest.approx(difference, abs=1e-12)
        assert score == pytest.approx(difference / sqrt(1 / y1 + 1 / y2), abs=1e-12)


def test_each_group_has_the_words_it_holds_more_often() -> None:
    held = {"仕事": (30, 10), "家": (10, 10), "ビザ": (5, 25)}
    words = pd.concat([holding(word, "word", a=a, b=b) for word, (a, b) in held.items()])
    found = characteristic_words(members(a=50, b=40), words).set_index(["category", "word"])
    assert found.index.tolist() == [("a", "仕事"), ("b", "ビザ")]
    row = found.loc[("a", "仕事")]
    assert (row["responses_n"], row["analysed_n"]) == (30, 50)
    assert (row["other_responses_n"], row["other_analysed_n"]) == (10, 40)
    assert row["jaccard"] == pytest.approx(30 / (40 + 50 - 30))


def test_a_word_counts_once_a_response_and_rare_ones_are_left_out() -> None:
    words = pd.concat(
        [holding("仕事", "word", a=4, b=2)] * 3 + [holding("家", "word", a=4), holding("金", "word", a=2, b=5)]
    )
    found = characteristic_words(members(a=9, b=9), words)
    shown = ["category", "word", "responses_n", "other_responses_n"]
    assert found[shown].to_numpy().tolist() == [["a", "仕事", 4, 2], ["b", "金", 5, 2]]


def test_a_group_is_known_by_so_many_words_at_most() -> None:
    rows = [holding(f"語{n}", "word", a=5 + n, b=1) for n in range(6)] + [holding("他", "word", b=30)]
    found = characteristic_words(members(a=40, b=40), pd.concat(rows), words_n=3)
    assert found[found["category"] == "a"]["word"].tolist() == ["語5", "語4", "語3"]


# --- networks -----------------------------------------------------------------------------------------------------

TEXTS = ["仕事 給料 会社", "仕事 給料", "仕事 会社", "ビザ 更新 入管", "ビザ 更新", "ビザ 入管", "仕事 ビザ"] * 3


def of_texts(texts: list[str]) -> pd.DataFrame:
    rows = [(str(n), word) for n, text in enumerate(texts) for word in text.split()]
    return pd.DataFrame(rows, columns=["response_id", "word"])


def test_pairs_are_counted_by_response() -> None:
    edges, _ = cooccurrence(of_texts(TEXTS))
    sets = [set(text.split()) for text in TEXTS]
    for edge in edges.to_dict("records"):
        a, b = edge["word_a"], edge["word_b"]
        both, either = sum({a, b} <= each for each in sets), sum(bool({a, b} & each) for each in sets)
        assert (edge["responses_n"], edge["jaccard"]) == (both, pytest.approx(both / either))
    expected = {pair for each in sets for pair in combinations(sorted(each), 2)}
    assert set(zip(edges["word_a"], edges["word_b"], strict=True)) == expected


def test_communities_are_those_that_modularity_prefers_and_always_the_same() -> None:
    edges, nodes = cooccurrence(of_texts(TEXTS))
    groups = [set(each["word"]) for _, each in nodes.groupby("community")]
    assert groups == [{"仕事", "給料", "会社"}, {"ビザ", "更新", "入管"}] or len(groups) == 2
    graph = nx.Graph()
    graph.add_weighted_edges_from(edges[["word_a", "word_b", "jaccard"]].to_numpy().tolist())
    found = nx.community.modularity(graph, groups)
    others = [set(split) for size in range(1, 4) for split in combinations(sorted(graph), size)]
    assert all(found >= nx.community.modularity(graph, [one, set(graph) - one]) - 1e-12 for one in others)
    shuffled = of_texts(TEXTS).sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(cooccurrence(shuffled)[1], nodes)


def test_pairs_as_strong_as_the_first_one_left_out_are_left_out_too() -> None:
    edges, _ = cooccurrence(of_texts(TEXTS), edges_n=5)
    everything, _ = cooccurrence(of_texts(TEXTS))
    assert 0 < len(edges) < 5
    assert edges["jaccard"].min() > everything["jaccard"].iloc[len(edges)]


NETWORK = """
import sys
import pandas as pd
from nlp.cooccurrence import cooccurrence
texts = sys.argv[1:]
words = pd.DataFrame([(str(n), each) for n, text in enumerate(texts) for each in text.split()])
print(cooccurrence(words.set_axis(["response_id", "word"], axis=1), min_responses=2)[1].to_csv())
"""


def test_communities_are_the_same_in_every_process() -> None:
    """Sets of words are gone through in an order that changes with every start of Python."""
    letters = "あいうえおかきくけこさしすせそ"
    texts = [" ".join(sorted({letters[n % 15], letters[n * n % 15], letters[(n * 7 + 3) % 15]})) for n in range(80)]
    found = {
        subprocess.run(
            [sys.executable, "-c", NETWORK, *texts],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().splitlines()) > 10


def test_too_few_responses_make_no_network() -> None:
    edges, nodes = cooccurrence(of_texts(["仕事 給料"]))
    assert edges.empty
    assert nodes.empty


# --- maps ---------------------------------------------------------------------------------------------------------

SMOKERS = pd.DataFrame(
    [[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]],
    index=["SM", "JM", "SE", "JE", "SC"],
    columns=["none", "light", "medium", "heavy"],
)
"""Smoking by staff group (Greenacre 1984, table 3.1)."""


def test_the_published_example() -> None:
    found = correspondence(SMOKERS, SMOKERS.sum())
    assert found is not None
    assert found.axes == pytest.approx([0.8776, 0.1176, 0.0049], abs=5e-5)
    places = found.points.set_index("label")
    assert places["axis_1"].abs().round(3).to_dict() == {
        "SM": 0.066, "JM": 0.259, "SE": 0.381, "JE": 0.233, "SC": 0.201,
        "none": 0.393, "light": 0.099, "medium": 0.196, "heavy": 0.294,
    }  # fmt: skip
    assert places.loc["SE", "axis_1"] * places.loc["none", "axis_1"] > 0
    assert places.loc["SE", "axis_1"] * places.loc["JE", "axis_1"] < 0


@given(st.lists(st.lists(st.integers(1, 30), min_size=4, max_size=4), min_size=3, max_size=6))
def test_the_inertia_is_chi_square_by_n(rows: list[list[int]]) -> None:
    table = pd.DataFrame(rows)
    found = correspondence(table, table.sum())
    chi = stats.chi2_contingency(table.to_numpy(), correction=False).statistic / table.to_numpy().sum()
    if found is None:
        assert chi == pytest.approx(0, abs=1e-9)
        return
    assert sum(found.axes) == pytest.approx(1, abs=1e-9)
    assert found.points.groupby("point")["inertia"].sum().to_numpy() == pytest.approx([1, 1], abs=1e-9)


def test_two_groups_make_no_map_and_small_ones_are_marked() -> None:
    assert correspondence(SMOKERS[["none", "light"]], SMOKERS.sum()) is None
    found = correspondence(SMOKERS, SMOKERS.sum())
    assert found is not None
    assert found.points.loc[found.points["is_small"], "label"].tolist() == ["heavy"]


def test_the_map_of_words_leaves_out_rare_words_and_handfuls_of_people() -> None:
    groups = members(a=40, b=40, c=40, d=4)
    words = pd.concat(
        [
            holding("仕事", "word", a=30, b=5, c=10, d=4),
            holding("家", "word", a=5, b=30, c=10),
            holding("ビザ", "word", a=5, b=5, c=30),
            holding("金", "word", a=4),
        ]
    )
    found = word_map(groups, words)
    assert found is not None
    assert found.points["label"].tolist() == ["ビザ", "仕事", "家", "a", "b", "c"]
    assert found.points["responses_n"].tolist() == [40, 45, 45, 40, 40, 40], "d's words do not count"
    assert word_map(members(a=40, b=40, c=4), words) is None


# --- copies -------------------------------------------------------------------------------------------------------


def test_copies_are_found_whatever_the_width_and_counted_by_person() -> None:
    rows = [
        ("r1", "p1", "x", "q", "日本語を勉強したいです。"),
        ("r2", "p2", "x", "q", "日本語を 勉強したいです!"),
        ("r3", "p2", "x", "q", "日本語を勉強したいです。"),
        ("r4", "p3", "y", "q", "日本語を勉強したいです。"),
        ("r5", "p4", "y", "q2", "日本語を勉強したいです。"),
        ("r6", "p5", "x", "q", "とくになし"),
        ("r7", "p6", "x", "q", "とくになし"),
        ("r8", "p7", "y", "q", "家賃が高くて払えません。"),
        ("r9", "p7", "y", "q", "家賃が高くて払えません。"),
    ]
    found = copied_answers(
        pd.DataFrame(rows, columns=["response_id", "respondent_id", "organisation", "question_id", "value_text"])
    )
    assert found.drop(columns="text_sha256").to_numpy().tolist() == [
        ["x", "q", "r1", 11, 2, 2],
        ["y", "q", "r4", 11, 1, 2],
    ]
    assert found["text_sha256"].nunique() == 1
