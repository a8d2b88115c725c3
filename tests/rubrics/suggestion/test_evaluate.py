from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from rubrics.suggestion.evaluate import confusion, figures, held_out
from rubrics.suggestion.features import Place, Word
from rubrics.suggestion.ordinal import OrdinalSuggester

Make = Callable[..., Any]
SCALE = (1, 2, 3, 4, 5)


def test_figures_by_hand() -> None:
    given, said = [1, 1, 2, 3], [1, 2, 2, 1]
    found = figures(given, said, [1, 2, 3])
    # F1: level 1 1/2 (1 of 2, 1 of 2), level 2 2/3 (1 of 2, 1 of 1), level 3 0
    assert found.macro_f1 == pytest.approx((1 / 2 + 2 / 3 + 0) / 3)
    assert found.mae == pytest.approx(3 / 4)
    assert found.qwk == pytest.approx(cohen_kappa_score(given, said, weights="quadratic"))
    assert found.n == 4


def test_kappa_weighs_by_the_declared_scale_also_where_a_level_is_not_used() -> None:
    found = figures([1, 1, 5, 5], [1, 2, 5, 4], SCALE)
    assert found.qwk == pytest.approx(cohen_kappa_score([1, 1, 5, 5], [1, 2, 5, 4], weights="quadratic", labels=SCALE))


def test_levels_given_stand_in_the_rows() -> None:
    table = confusion([1, 1, 2], [1, 3, 2], [1, 2, 3])
    assert table.loc[1].tolist() == [1, 0, 1]
    assert table.loc[2].tolist() == [0, 1, 0]


def test_nobody_is_known_by_their_own_words(made: Make) -> None:
    """Each person has a word of their own and one level: known by it, every level would be told."""
    _, answers, _, people = made(n=80, noise=1.0)
    random = np.random.default_rng(5)
    level_of = {person: int(random.integers(1, 6)) for person in sorted(set(people))}
    own = [Word(Place("q1", 0, 1), person, 0) for person in people]
    answers = [replace(each, words=(word,) * 4, predicates=()) for each, word in zip(answers, own, strict=True)]
    levels = [level_of[person] for person in people]
    model = OrdinalSuggester(SCALE)
    seen = figures(levels, model.fit(answers, levels, people).predict(answers), SCALE)
    unseen = figures(levels, held_out(model, answers, levels, people).levels, SCALE)
    assert (unseen.qwk or 0) < 0.2
    assert np.corrcoef(model.scores(answers), levels)[0, 1] > 0.9
    assert seen.n == unseen.n == 80


def test_every_answer_is_held_out_once(made: Make, vectors: dict[str, Any]) -> None:
    _, answers, levels, people = made(n=60)
    found = held_out(OrdinalSuggester(SCALE, vectors), answers, levels, people)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    assert set(found.fold_of) == set(range(len(found.models)))
    for fold, model in enumerate(found.models):
        here = [each for each, number in zip(answers, found.fold_of, strict=True) if number == fold]
        np.testing.assert_array_equal(model.predict(here), found.levels[found.fold_of == fold])
