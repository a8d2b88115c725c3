from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rubrics.suggestion.explain import REASONS_N, reasons
from rubrics.suggestion.ordinal import OrdinalSuggester

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def model(made: Make, vectors: dict[str, Any]) -> OrdinalSuggester:
    _, answers, levels, people = made(noise=0.05)
    return OrdinalSuggester((1, 2, 3, 4, 5), vectors).fit(answers, levels, people)


@pytest.mark.parametrize(
    ("words", "quote", "sign"), [(["駅", "楽しい", "店"], "楽しい", 1), (["道", "汚い"], "汚い", -1)]
)
def test_the_word_that_tells_comes_first(
    model: OrdinalSuggester, answer_of_words: Make, words: list[str], quote: str, sign: int
) -> None:
    text, answer = answer_of_words(words)
    found = reasons(model, answer)
    assert text[found[0].place.start : found[0].place.end] == quote
    assert all(each.adds * sign > 0 for each in found)
    assert len(found) <= REASONS_N


def test_a_predicate_is_quoted_whole(model: OrdinalSuggester, answer_of_words: Make) -> None:
    text, answer = answer_of_words(["人", "良い", "悪い", "残念"], frozenset(["良い"]))
    quotes = {text[each.place.start : each.place.end] for each in reasons(model, answer, reasons_n=9)}
    assert "悪い" in quotes
    assert not quotes & {"良い", "ない"}
