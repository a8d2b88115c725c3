"""Which words an answer's suggested level rests on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rubrics.suggestion.features import Answer, Place
from rubrics.suggestion.ordinal import OrdinalSuggester

REASONS_N = 3


class Reason(NamedTuple):
    """Words, and what they add to the score: above 0 towards a higher level, below towards a lower one."""

    place: Place
    adds: float


def reasons(model: OrdinalSuggester, answer: Answer, reasons_n: int = REASONS_N) -> list[Reason]:
    """The words that carried the suggestion, the strongest first; at most `reasons_n`, none where nothing did.

    They add in the direction in which the answer's score lies from the mean of the training answers. What the parts
    of a predicate add (払え, ない) counts for the predicate (払えない), a noun's for the noun.
    """
    (score,) = model.scores([answer]).tolist()
    direction = 1 if score >= model.mean_score_ else -1
    predicates = [said.place for said in answer.predicates]
    added = _together(model.matrix_.contributions(answer, model.ridge_.coef_), predicates)
    carrying = [Reason(place, adds) for place, adds in added.items() if adds * direction > 0]
    return sorted(carrying, key=lambda each: (-abs(each.adds), each.place))[:reasons_n]


def _together(contributions: Iterable[tuple[Place, float]], predicates: list[Place]) -> dict[Place, float]:
    added: dict[Place, float] = {}
    for place, value in contributions:
        whole = next((each for each in predicates if each.holds(place)), place)
        added[whole] = added.get(whole, 0.0) + value
    return added
