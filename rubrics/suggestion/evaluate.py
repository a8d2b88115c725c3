"""How well suggestions meet the levels that human beings gave, on answers that the model was not trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.metrics import confusion_matrix, f1_score, mean_absolute_error

from rubrics.agreement import kappa, patterns, value
from rubrics.suggestion.features import Answer
from rubrics.suggestion.ordinal import Floats, Levels, OrdinalSuggester, folds


@dataclass(frozen=True)
class Figures:
    """Quadratic weighted kappa (None where undefined), macro-F1 over the levels that occur, mean absolute error."""

    qwk: float | None
    macro_f1: float
    mae: float
    n: int


def figures(given: ArrayLike, suggestions: ArrayLike, scale: Sequence[int]) -> Figures:
    """Of the levels given and the levels suggested for the same answers."""
    human, model = np.asarray(given), np.asarray(suggestions)
    together = np.column_stack([human, model])
    return Figures(
        value(kappa("quadratic"), patterns(together, scale)),
        float(f1_score(human, model, average="macro")),
        float(mean_absolute_error(human, model)),
        len(human),
    )


def confusion(given: ArrayLike, suggestions: ArrayLike, scale: Sequence[int]) -> pd.DataFrame:
    """Levels given (rows) x levels suggested (columns), in answers."""
    return pd.DataFrame(
        confusion_matrix(given, suggestions, labels=list(scale)), index=list(scale), columns=list(scale)
    )


@dataclass(frozen=True)
class HeldOut:
    """What was suggested for each answer by a model that saw no answer of the same person."""

    probabilities: Floats
    levels: Levels
    models: list[OrdinalSuggester]
    fold_of: Levels


def held_out(
    model: OrdinalSuggester, answers: Sequence[Answer], levels: Sequence[int], respondents: Sequence[str]
) -> HeldOut:
    """Train anew for each fold, everything that is chosen within it included, and suggest for the answers left out."""
    given = np.asarray(levels, dtype=np.int64)
    probabilities, suggestions = np.zeros((len(given), len(model.scale))), np.zeros_like(given)
    models, fold_of = [], np.zeros_like(given)
    for number, (train, test) in enumerate(folds(given, respondents, model.seed)):
        trained = OrdinalSuggester(model.scale, model.vectors, model.seed).fit(
            [answers[each] for each in train], given[train].tolist(), [respondents[each] for each in train]
        )
        unseen = [answers[each] for each in test]
        probabilities[test], suggestions[test] = trained.predict_proba(unseen), trained.predict(unseen)
        models.append(trained)
        fold_of[test] = number
    return HeldOut(probabilities, suggestions, models, fold_of)
