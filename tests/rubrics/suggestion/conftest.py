"""Made-up answers whose words tell their level, more or less: what a model can learn is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from rubrics.suggestion.features import Answer, Place, Said, Word

QUESTION = "q1"
GOOD, BAD, NEUTRAL = ["良い", "楽しい", "親切"], ["悪い", "汚い", "残念"], ["駅", "店", "道", "人", "日"]


def answer_of_words(words: list[str], negated: frozenset[str] = frozenset()) -> tuple[str, Answer]:
    """A text of these words and what is known of it; good and bad words are predicates, some of them negated."""
    text, said, places = "", [], []
    for word in words:
        place = Place(QUESTION, len(text), len(text) + len(word))
        places.append(Word(place, word, 0))
        text += word
        if word in negated:
            not_ = Place(QUESTION, len(text), len(text) + 2)
            places.append(Word(not_, "ない", 0))
            text += "ない"
            place = Place(QUESTION, place.start, not_.end)
        if word in GOOD + BAD:
            label = word + ("〜ない" if word in negated else "")
            said.append(Said(place, word, label, word in negated, (), ()))
    return text, Answer(tuple(places), tuple(said), (), len(text))


Made = tuple[list[str], list[Answer], list[int], list[str]]
"""Texts, answers, levels 1 to 5, respondents."""


@pytest.fixture(scope="session", name="answer_of_words")
def _answer_of_words() -> Callable[..., tuple[str, Answer]]:
    """Make an answer of words: 良い, 悪い … are predicates, 駅 … are not."""
    return answer_of_words


@pytest.fixture(scope="session")
def made() -> Callable[..., Made]:
    """So many answers of half as many people; `noise`: how often a level says nothing of the words."""

    def make(n: int = 120, noise: float = 0.2, seed: int = 0) -> Made:
        random = np.random.default_rng(seed)
        texts, answers, levels = [], [], []
        for _ in range(n):
            level = int(random.choice([1, 2, 3, 4, 5], p=[0.1, 0.15, 0.2, 0.3, 0.25]))
            shown = level if random.random() >= noise else int(random.integers(1, 6))
            good_n = max(0, shown - 3) + int(shown == 3)
            bad_n = max(0, 3 - shown) + int(shown == 3)
            words = [*random.choice(GOOD, good_n), *random.choice(BAD, bad_n), *random.choice(NEUTRAL, 2)]
            text, answer = answer_of_words([str(word) for word in random.permutation(words)])
            texts.append(text)
            answers.append(answer)
            levels.append(level)
        return texts, answers, levels, [f"p{number // 2}" for number in range(n)]

    return make


@pytest.fixture(scope="session")
def vectors() -> dict[str, NDArray[np.float32]]:
    """Vectors in which good words lie on one side, bad ones on the other, and the rest anywhere."""
    random = np.random.default_rng(1)
    side = {**dict.fromkeys(GOOD, 1.0), **dict.fromkeys(BAD, -1.0)}
    return {
        word: np.r_[side.get(word, 0.0), random.normal(size=3) * 0.3].astype(np.float32)
        for word in [*GOOD, *BAD, *NEUTRAL]
    }
