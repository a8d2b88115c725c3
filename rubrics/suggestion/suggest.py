"""From rated answers to suggestions for them: trained on the levels raters came to, told of answers unseen."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rubrics.agreement import alpha, interval, kappa, patterns, resampled, value
from rubrics.ratings import text_sha256
from rubrics.suggestion.calibration import calibration_error, reliability
from rubrics.suggestion.evaluate import held_out
from rubrics.suggestion.explain import reasons
from rubrics.suggestion.features import Answer
from rubrics.suggestion.matrix import Vectors
from rubrics.suggestion.ordinal import FOLDS, OrdinalSuggester
from rubrics.suggestion.suggestions import LEVEL, MODEL, CarryingSpan, Comparison, Estimate, Suggestion

RATED_N = 50
PEOPLE_N = 2 * FOLDS
LEVELS_N = 2
OF_A_LEVEL_N = 5
"""At least: answers with a level, people they are of, levels among them, and answers of each of these levels."""

_DIGITS = 6


@dataclass(frozen=True)
class Candidate:
    """An answer of a round under one criterion.

    `texts`: question -> masked text. `level`: what its raters agreed or decided on, None if nothing. `ratings`: rater
    -> level, None where the rater could not tell. `is_open`: they differ and have not decided yet.
    """

    item_id: str
    response_id: str
    respondent_id: str
    texts: Mapping[str, str]
    answer: Answer
    level: int | None
    ratings: Mapping[str, int | None] = field(default_factory=dict)
    is_open: bool = False


@dataclass(frozen=True)
class Suggested:
    """Suggestions for all candidates, in their order; `reliability` of the probabilities, with its mean error."""

    trained_on: int
    suggestions: list[Suggestion]
    agreement: list[Comparison]
    reliability: pd.DataFrame
    calibration_error: float


def is_enough(candidates: Sequence[Candidate]) -> bool:
    """Whether there are levels enough to train a model on, from people enough to try it on others."""
    levelled = [each for each in candidates if each.level is not None]
    counts = Counter(each.level for each in levelled)
    common = [level for level, count in counts.items() if count >= OF_A_LEVEL_N]
    people_n = len({each.respondent_id for each in levelled})
    return len(levelled) >= RATED_N and len(common) >= LEVELS_N and people_n >= PEOPLE_N


def suggest(
    candidates: Sequence[Candidate],
    *,
    round_id: str,
    criterion: tuple[str, int],
    scale: Sequence[int],
    vectors: Vectors,
    seed: int,
    analyser: Mapping[str, str],
) -> Suggested:
    """Train on the candidates that have a level, and suggest one for each from a model that saw nothing of its person.

    `criterion`: its id and version, `scale`: its levels. `analyser`: versions of what the features were made with.
    There must be enough of them (`is_enough`).
    """
    levelled = [each for each in candidates if each.level is not None]
    answers, people = [each.answer for each in levelled], [each.respondent_id for each in levelled]
    levels = [each.level for each in levelled if each.level is not None]
    whole = OrdinalSuggester(tuple(scale), vectors, seed).fit(answers, levels, people)
    unseen = held_out(whole, answers, levels, people)
    model_of = dict(zip(people, (unseen.models[fold] for fold in unseen.fold_of), strict=True))
    models = [model_of.get(each.respondent_id, whole) for each in candidates]
    found = [int(model.predict([each.answer])[0]) for model, each in zip(models, candidates, strict=True)]
    compared = _comparisons(candidates, found, scale, seed)
    table = reliability(unseen.probabilities, levels, scale)
    name = _model_id(levelled, criterion, scale, seed, analyser)
    suggestions = [
        Suggestion(
            round_id=round_id,
            item_id=each.item_id,
            response_id=each.response_id,
            criterion_id=criterion[0],
            criterion_version=criterion[1],
            level=level,
            probabilities=_rounded(model.predict_proba([each.answer])[0], scale),
            spans=_spans(model, each),
            model_id=name,
            trained_on=len(levelled),
            agreement=compared,
        )
        for each, model, level in zip(candidates, models, found, strict=True)
    ]
    return Suggested(len(levelled), suggestions, compared, table, calibration_error(table))


def _rounded(probabilities: Any, scale: Sequence[int]) -> dict[int, float]:
    return {level: round(float(each), _DIGITS) for level, each in zip(scale, probabilities, strict=True)}


def _spans(model: OrdinalSuggester, candidate: Candidate) -> list[CarryingSpan]:
    return [
        CarryingSpan(
            question_id=place.question_id,
            start=place.start,
            end=place.end,
            quote=candidate.texts[place.question_id][place.start : place.end],
            adds=round(adds, _DIGITS),
        )
        for place, adds in reasons(model, candidate.answer)
    ]


def _comparisons(
    candidates: Sequence[Candidate], found: Sequence[int], scale: Sequence[int], seed: int
) -> list[Comparison]:
    """The raters with each other, then the model with each of them, then with the levels they came to."""
    columns: dict[str, list[float]] = {
        rater: [_or_nan(each.ratings.get(rater)) for each in candidates]
        for rater in sorted({rater for each in candidates for rater in each.ratings})
    }
    raters = list(columns)
    columns[MODEL] = [float(level) for level in found]
    columns[LEVEL] = [_or_nan(each.level) for each in candidates]
    pairs = [*combinations(raters, 2), *((MODEL, rater) for rater in raters), (MODEL, LEVEL)]
    return [_comparison((one, other), columns[one], columns[other], scale, seed) for one, other in pairs]


def _or_nan(level: int | None) -> float:
    return np.nan if level is None else float(level)


def _comparison(
    between: tuple[str, str], one: list[float], other: list[float], scale: Sequence[int], seed: int
) -> Comparison:
    both = np.column_stack([one, other])
    rows = patterns(both[~np.isnan(both).any(axis=1)], scale)
    draws = resampled(rows, seed)
    estimates = []
    for statistic in (kappa("quadratic"), alpha("ordinal")):
        middle, ends = value(statistic, rows), interval(statistic, rows, draws)
        low, high = ends or (None, None)
        estimates.append(Estimate(**dict(zip(("value", "low", "high"), map(_short, (middle, low, high)), strict=True))))
    return Comparison(between=between, items_n=int(rows.items_n.sum()), qwk=estimates[0], alpha=estimates[1])


def _short(number: float | None) -> float | None:
    return None if number is None else round(number, _DIGITS)


def _model_id(
    levelled: Sequence[Candidate],
    criterion: tuple[str, int],
    scale: Sequence[int],
    seed: int,
    analyser: Mapping[str, str],
) -> str:
    rows = sorted(
        [
            each.item_id,
            each.respondent_id,
            each.level,
            sorted((name, text_sha256(text)) for name, text in each.texts.items()),
        ]
        for each in levelled
    )
    made = {"rows": rows, "criterion": criterion, "scale": list(scale), "seed": seed, "analyser": dict(analyser)}
    return hashlib.sha256(json.dumps(made | {"code": _code()}, sort_keys=True).encode()).hexdigest()[:16]


def _code() -> dict[str, str]:
    """This package's text and the versions of the libraries below it."""
    code = hashlib.sha256(b"\0".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))
    libraries = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return libraries | {"code_version": code.hexdigest()[:16]}
