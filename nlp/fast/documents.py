"""Documents in batches, and their values as arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Values = NDArray[np.uint64]
"""What spaCy stores: hashes of strings, codes, and signed numbers in two's complement."""


def batches(docs: Iterable[Doc], size: int) -> Iterator[list[Doc]]:
    """Documents in lists of that size."""
    coming = iter(docs)
    while batch := list(islice(coming, size)):
        yield batch


def starts_of(docs: Sequence[Doc]) -> Integers:
    """Where each document begins, if their words stand in a row."""
    return np.cumsum([0, *(len(doc) for doc in docs)])[:-1]


def vectors_of(docs: Sequence[Doc]) -> Floats:
    """The vectors of all words of documents."""
    return np.concatenate([doc.tensor for doc in docs])


def values_of(docs: Sequence[Doc], attributes: Sequence[int]) -> Values:
    """Some attributes (words, attributes) of all words of documents."""
    return np.concatenate([doc.to_array([*attributes]) for doc in docs]).reshape(-1, len(attributes))


def set_values(docs: Sequence[Doc], attributes: Sequence[int], values: Values, which: Booleans) -> None:
    """Set attributes (words, attributes) of the words of those documents that `which` is true of."""
    for doc, is_wanted, rows in zip(docs, which.tolist(), np.split(values, starts_of(docs)[1:]), strict=True):
        if is_wanted:
            of_any_shape: Any = rows
            doc.from_array([*attributes], of_any_shape)
