"""The model: one score of an answer's features, probabilities of the levels from it, and the level it suggests."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.linear_model import Ridge
from sklearn.model_selection import StratifiedGroupKFold

from rubrics.suggestion.calibration import CumulativeLogit
from rubrics.suggestion.features import Answer
from rubrics.suggestion.matrix import AnswerMatrix, Vectors

Floats = NDArray[np.float64]
Levels = NDArray[np.int64]

FOLDS: Final = 5
PENALTIES: Final = (1.0, 3.0, 10.0)
WORDS_TOGETHER: Final = (1, 2)
PRIOR_WEIGHT: Final = 0.7
"""How far a level's own frequency is taken out of its probability before the most probable level is suggested: 0 would
never suggest a rare level, 1 as often as the others."""


class OrdinalSuggester(BaseEstimator):  # type: ignore[misc]
    """Ridge regression on the levels (Hoerl & Kennard 1970), then a proportional-odds model of its scores.

    Penalty and pairs of words are chosen by grouped cross-validation inside `fit`: answers of one person are never on
    both sides. The scores that the probabilities are fitted to come from there too, so they are of unseen answers.
    """

    def __init__(self, scale: Sequence[int], vectors: Vectors | None = None, seed: int = 0) -> None:
        self.scale = scale
        self.vectors = vectors
        self.seed = seed

    def fit(self, answers: Sequence[Answer], levels: Sequence[int], respondents: Sequence[str]) -> OrdinalSuggester:
        """Train on the levels that human beings gave."""
        given = np.asarray(levels, dtype=np.int64)
        held_out = self._held_out(answers, given, respondents)
        errors = {choice: float(((scores - given) ** 2).mean()) for choice, scores in held_out.items()}
        self.choice_ = min(errors, key=lambda choice: errors[choice])
        self.link_ = CumulativeLogit.fit(held_out[self.choice_], given)
        words_together, penalty = self.choice_
        self.matrix_ = AnswerMatrix(self.vectors, words_together).fit(answers)
        rows = self.matrix_.transform(answers)
        self.ridge_ = Ridge(alpha=penalty).fit(rows, given)
        self.mean_score_ = float(self.ridge_.predict(rows).mean())
        self.frequencies_ = np.array([(given == level).mean() for level in self.scale])
        return self

    def scores(self, answers: Sequence[Answer]) -> Floats:
        """The linear score of each answer; higher is a higher level."""
        found: Floats = self.ridge_.predict(self.matrix_.transform(answers))
        return found

    def predict_proba(self, answers: Sequence[Answer]) -> Floats:
        """Answers x levels of the scale."""
        return self.link_.probabilities(self.scores(answers), self.scale)

    def predict(self, answers: Sequence[Answer]) -> Levels:
        """The level suggested for each answer."""
        return suggested(self.predict_proba(answers), self.frequencies_, self.scale)

    def _held_out(
        self, answers: Sequence[Answer], given: Levels, respondents: Sequence[str]
    ) -> dict[tuple[int, float], Floats]:
        """(words together, penalty) -> scores of every answer by a model that saw no answer of the same person."""
        found = {choice: np.zeros(len(given)) for choice in product(WORDS_TOGETHER, PENALTIES)}
        for train, test in folds(given, respondents, self.seed):
            for words_together in WORDS_TOGETHER:
                matrix = AnswerMatrix(self.vectors, words_together).fit([answers[each] for each in train])
                known, unseen = (matrix.transform([answers[each] for each in part]) for part in (train, test))
                for penalty in PENALTIES:
                    ridge = Ridge(alpha=penalty).fit(known, given[train])
                    found[words_together, penalty][test] = ridge.predict(unseen)
        return found


def suggested(
    probabilities: Floats, frequencies: Floats, scale: Sequence[int], prior_weight: float = PRIOR_WEIGHT
) -> Levels:
    """The level whose probability stands out most against its own frequency to the power of `prior_weight`."""
    weights = np.divide(1, frequencies**prior_weight, out=np.zeros(len(frequencies)), where=frequencies > 0)
    found: Levels = np.asarray(scale, dtype=np.int64)[np.argmax(probabilities * weights, axis=1)]
    return found


def folds(levels: Levels, respondents: Sequence[str], seed: int) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Training and held-out answers of each fold: a person is in one fold only, the levels are spread evenly."""
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    return list(splitter.split(levels, _strata(levels), list(respondents)))


def _strata(levels: Levels) -> Levels:
    """The levels, where those too rare for a share in every fold go with the nearest that is not."""
    present, counts = np.unique(levels, return_counts=True)
    common = present[counts >= FOLDS]
    if len(common) == 0:
        return np.zeros_like(levels)
    nearest: Levels = common[np.abs(levels[:, None] - common[None, :]).argmin(axis=1)]
    return nearest
