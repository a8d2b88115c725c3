"""The order in which people look at a round again, with the model's help: where it is most likely to be worth it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from rubrics.suggestion.suggest import Candidate
from rubrics.suggestion.suggestions import Suggestion

Why = Literal["raters_differ", "likely_slip", "uncertain"]

SLIP = 0.1
"""A level that the model gives at most this probability is looked at as a likely slip of the raters."""


@dataclass(frozen=True)
class Review:
    """An answer to be looked at again, and why; `doubt` is between 0 and 1, the higher the sooner."""

    candidate: Candidate
    suggestion: Suggestion
    why: Why
    doubt: float


def review_queue(answers: Iterable[tuple[Candidate, Suggestion]]) -> list[Review]:
    """All answers: those on which raters differ and have not decided, likely slips, then the most uncertain.

    Where raters differ, and among likely slips, the doubt is how improbable the model takes the level given to be (of
    several the least improbable); in the rest it is the entropy of its probabilities, as a share of the most there is.
    """
    queue = [_review(candidate, suggestion) for candidate, suggestion in answers]
    order: list[Why] = ["raters_differ", "likely_slip", "uncertain"]
    return sorted(queue, key=lambda each: (order.index(each.why), -each.doubt, each.candidate.item_id))


def _review(candidate: Candidate, suggestion: Suggestion) -> Review:
    probabilities = suggestion.probabilities
    if candidate.is_open:
        given = [probabilities[level] for level in candidate.ratings.values() if level is not None]
        return Review(candidate, suggestion, "raters_differ", 1 - max(given))
    if candidate.level is not None and candidate.level != suggestion.level and probabilities[candidate.level] <= SLIP:
        return Review(candidate, suggestion, "likely_slip", 1 - probabilities[candidate.level])
    shares = np.array([share for share in probabilities.values() if share > 0])
    entropy = abs(float((shares * np.log(shares)).sum() / np.log(len(probabilities))))
    return Review(candidate, suggestion, "uncertain", entropy)
