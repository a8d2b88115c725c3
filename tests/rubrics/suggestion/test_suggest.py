from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from rubrics.agreement import alpha, kappa, patterns, value
from rubrics.suggestion.features import Answer, Place, Word
from rubrics.suggestion.suggest import (
    LEVELS_N,
    OF_A_LEVEL_N,
    PEOPLE_N,
    RATED_N,
    Candidate,
    Suggested,
    is_enough,
    suggest,
)

Make = Callable[..., Any]
SCALE = (1, 2, 3, 4, 5)


@pytest.fixture(scope="module")
def candidates(made: Make) -> list[Candidate]:
    """60 answers: raters a and b agree on most; on every tenth they differ and nothing is decided."""
    texts, answers, levels, people = made(n=60)
    rows = []
    for number, (text, answer, level, person) in enumerate(zip(texts, answers, levels, people, strict=True)):
        differ = number % 10 == 0
        ratings = {"a": level, "b": min(level + 1, 5) if differ and level < 5 else (None if differ else level)}
        mine = None if differ else level
        rows.append(Candidate(f"i{number}", f"r{number}", person, {"q1": text}, answer, mine, ratings, differ))
    return rows


def made_of(candidates: list[Candidate], vectors: dict[str, Any], seed: int = 1) -> Suggested:
    return suggest(
        candidates,
        round_id="round-1",
        criterion=("difficulty", 2),
        scale=SCALE,
        vectors=vectors,
        seed=seed,
        analyser={"model_name": "m"},
    )


@pytest.fixture(scope="module")
def found(candidates: list[Candidate], vectors: dict[str, Any]) -> Suggested:
    return made_of(candidates, vectors)


def test_every_answer_gets_one_with_the_words_that_carried_it(found: Suggested, candidates: list[Candidate]) -> None:
    assert [each.item_id for each in found.suggestions] == [each.item_id for each in candidates]
    for suggestion, candidate in zip(found.suggestions, candidates, strict=True):
        assert suggestion.level in SCALE
        assert sum(suggestion.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert all(span.holds(candidate.texts[span.question_id]) for span in suggestion.spans)
        assert (suggestion.trained_on, suggestion.criterion_id, suggestion.criterion_version) == (54, "difficulty", 2)
    assert any(suggestion.spans for suggestion in found.suggestions)


def test_the_model_is_held_against_each_rater_beside_the_raters_themselves(
    found: Suggested, candidates: list[Candidate]
) -> None:
    compared = {each.between: each for each in found.agreement}
    assert list(compared) == [("a", "b"), ("model", "a"), ("model", "b"), ("model", "level")]
    levels = [each.level for each in found.suggestions]
    both = np.array([[level, each.ratings["b"]] for level, each in zip(levels, candidates, strict=True)], dtype=float)
    rows = patterns(both[~np.isnan(both).any(axis=1)], SCALE)
    assert compared["model", "b"].items_n == int(rows.items_n.sum())
    assert compared["model", "b"].qwk.value == pytest.approx(value(kappa("quadratic"), rows), abs=1e-6)
    assert compared["model", "b"].alpha.value == pytest.approx(value(alpha("ordinal"), rows), abs=1e-6)
    for each in compared.values():
        assert each.qwk.low is not None
        assert each.qwk.high is not None
        assert each.qwk.low <= (each.qwk.value or 0) <= each.qwk.high
    assert all(each.agreement == found.agreement for each in found.suggestions)


def test_a_model_is_known_by_what_made_it(
    found: Suggested, candidates: list[Candidate], vectors: dict[str, Any]
) -> None:
    again = made_of(candidates, vectors)
    assert again.suggestions == found.suggestions
    other_level = [replace(candidates[1], level=1 + candidates[1].level % 5), *candidates[2:], candidates[0]]  # type: ignore[operator]
    others = [made_of(candidates, vectors, seed=2), made_of(other_level, vectors)]
    names = {each.suggestions[0].model_id for each in [found, *others]}
    assert len(names) == 3


def test_nobodys_own_answers_tell_the_model_what_to_say_of_them() -> None:
    """Each person has a word of their own and one level, and an answer whose raters differ besides."""
    random = np.random.default_rng(5)
    candidates = []
    for number in range(80):
        person, word = f"p{number // 2}", Word(Place("q1", 0, 1), f"p{number // 2}", 0)
        level = int(random.integers(1, 6)) if number % 2 == 0 else candidates[-1].ratings["a"]
        mine = None if number % 7 == 0 else level
        answer = Answer((word,) * 4, (), (), 4)
        candidates.append(
            Candidate(f"i{number}", f"r{number}", person, {"q1": "字"}, answer, mine, {"a": level}, mine is None)
        )
    found = made_of(candidates, {})
    rater, level = (each for each in found.agreement if each.between[0] == "model")
    assert rater.items_n == 80
    assert level.items_n == 68
    assert (rater.qwk.value or 0) < 0.25
    assert (level.qwk.value or 0) < 0.25


def test_too_few_levels_make_no_model(candidates: list[Candidate]) -> None:
    assert is_enough(candidates)
    levelled = [each for each in candidates if each.level is not None]
    assert is_enough(levelled[:RATED_N])
    assert not is_enough(levelled[: RATED_N - 1])
    assert not is_enough(
        [replace(each, respondent_id=f"p{number % (PEOPLE_N - 1)}") for number, each in enumerate(levelled)]
    )
    assert not is_enough([replace(each, level=3) for each in levelled])
    rare = [replace(each, level=1 if number < OF_A_LEVEL_N - 1 else 2) for number, each in enumerate(levelled)]
    assert not is_enough(rare)
    assert is_enough([replace(rare[-1], level=1), *rare[:-1]])
    assert LEVELS_N == 2
