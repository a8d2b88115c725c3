"""Suggestions: what the model would say of an answer, on which words, and how far it agrees with human beings.

A suggestion is no rating and cannot become one: it has a form of its own, names no rater and no origin, and nothing
that makes figures reads it.
"""

from __future__ import annotations

from typing import Literal

from rubrics.ratings import Span
from warehouse.definitions import Definition


class CarryingSpan(Span):
    """Words that carried a suggestion. `adds`: to the model's score, below 0 towards a lower level."""

    adds: float


class Estimate(Definition):
    """A statistic with its 95 % interval (bootstrap over answers); None where it is undefined."""

    value: float | None
    low: float | None
    high: float | None


class Comparison(Definition):
    """Agreement of two that gave levels to the same answers: raters, `MODEL`, or the `LEVEL` that raters came to."""

    between: tuple[str, str]
    items_n: int
    qwk: Estimate
    alpha: Estimate


MODEL = "model"
LEVEL = "level"


class Suggestion(Definition):
    """The level that the model suggests for an answer under a criterion.

    The model that made it was not trained on any answer of the same person. `model_id`: hash of the training data,
    the code, the seed and the versions of the libraries and the analyser. `trained_on`: answers with a level that the
    whole model knows. `agreement`: of the model with the raters on such unseen answers, beside the raters' own.
    """

    kind: Literal["suggestion"] = "suggestion"
    round_id: str
    item_id: str
    response_id: str
    criterion_id: str
    criterion_version: int
    level: int
    probabilities: dict[int, float]
    spans: list[CarryingSpan]
    model_id: str
    trained_on: int
    agreement: list[Comparison]
