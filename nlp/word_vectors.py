"""Vectors of words, of the pinned model: near each other for words that are used alike."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from nlp.pipeline import load_model
from nlp.vocabulary import Vocabulary


def word_vectors(norms: Iterable[str], vocabulary: Vocabulary | None = None) -> dict[str, NDArray[np.float32]]:
    """Normal form -> vector, for those that the model has one of. Raises UserMistake without the pinned model.

    They are the same with every `vocabulary`: it names the model that is in memory already.
    """
    known = load_model(vocabulary).vocab
    return {
        norm: np.asarray(known.get_vector(norm), dtype=np.float32)
        for norm in sorted(set(norms))
        if known.has_vector(norm)
    }
