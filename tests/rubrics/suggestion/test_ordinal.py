from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.metrics import cohen_kappa_score

from rubrics.suggestion.ordinal import FOLDS, OrdinalSuggester, folds, suggested

SCALE = (1, 2, 3, 4, 5)
Make = Callable[..., Any]


def test_it_learns_what_the_words_tell(made: Make, vectors: dict[str, Any]) -> None:
    _, answers, levels, people = made(noise=0.1)
    _, others, given, _ = made(n=80, noise=0.1, seed=7)
    model = OrdinalSuggester(SCALE, vectors).fit(answers, levels, people)
    assert cohen_kappa_score(given, model.predict(others), weights="quadratic") > 0.6
    np.testing.assert_allclose(model.predict_proba(others).sum(axis=1), 1)


def test_it_learns_nothing_where_there_is_nothing(made: Make, vectors: dict[str, Any]) -> None:
    _, answers, levels, people = made(noise=1.0)
    _, others, given, _ = made(n=200, noise=1.0, seed=8)
    model = OrdinalSuggester(SCALE, vectors).fit(answers, levels, people)
    assert abs(cohen_kappa_score(given, model.predict(others), weights="quadratic")) < 0.25
    assert np.ptp(model.predict_proba(others), axis=0).max() < 0.5


def test_the_same_data_and_seed_are_the_same_model(made: Make, vectors: dict[str, Any]) -> None:
    _, answers, levels, people = made(n=60)
    one, other = (OrdinalSuggester(SCALE, vectors, seed=3).fit(answers, levels, people) for _ in range(2))
    np.testing.assert_array_equal(one.predict_proba(answers), other.predict_proba(answers))
    assert clone(one).get_params()["seed"] == 3


def test_a_level_that_nobody_gave_is_never_suggested(made: Make) -> None:
    _, answers, levels, people = made()
    levels = [min(level, 4) for level in levels]
    model = OrdinalSuggester(SCALE).fit(answers, levels, people)
    assert (model.predict_proba(answers)[:, 4] == 0).all()
    assert 5 not in model.predict(answers)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 30)), min_size=30, max_size=80), st.integers(0, 5))
def test_a_person_is_on_one_side_only(rows: list[tuple[int, int]], seed: int) -> None:
    levels = np.array([level for level, _ in rows])
    people = [f"p{person}" for _, person in rows]
    if len(set(people)) < FOLDS:
        return
    held_out = []
    for train, test in folds(levels, people, seed):
        assert {people[each] for each in train}.isdisjoint(people[each] for each in test)
        held_out += test.tolist()
    assert sorted(held_out) == list(range(len(rows)))


def test_a_rare_level_stands_out_against_its_frequency() -> None:
    probabilities, frequencies = np.array([[0.30, 0.70]]), np.array([0.10, 0.90])
    # 0.30 / 0.10**0.7 = 1.50 and 0.70 / 0.90**0.7 = 0.75
    assert suggested(probabilities, frequencies, [1, 2]).tolist() == [1]
    assert suggested(probabilities, frequencies, [1, 2], prior_weight=0).tolist() == [2]
    assert suggested(np.array([[0.0, 1.0]]), np.array([0.0, 1.0]), [1, 2]).tolist() == [2]


@pytest.mark.parametrize("rare", [1, 2])
def test_levels_too_rare_for_every_fold_do_no_harm(made: Make, rare: int) -> None:
    _, answers, levels, people = made(n=60)
    levels = [max(level, 3) for level in levels]
    levels[:rare] = [1, 2][:rare]
    assert set(OrdinalSuggester(SCALE).fit(answers, levels, people).predict(answers)) <= set(SCALE)
