"""Named entities decoded for a whole batch at once, where spaCy walks every document token by token.

spaCy's recogniser moves through a text by begin, in, last, unit or out. Outside an entity the choice depends on the
token alone, so all tokens are decided in one step. Inside, it depends on the entity's first token and the one before
too, so all entities of the batch grow together, token by token. Which of them count is then read from left to right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from operator import not_
from typing import Any

import numpy as np
from spacy.attrs import ENT_IOB, ENT_TYPE, IS_SPACE, SENT_START
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc

from nlp.fast.certainty import StockFallback, best_of
from nlp.fast.documents import Booleans, Floats, Integers, batches, set_values, starts_of, values_of, vectors_of
from nlp.fast.state_network import StateNetwork

_INSIDE, _OUTSIDE, _BEGINNING = 1, 2, 3  # spaCy's ENT_IOB


@dataclass(frozen=True)
class _Found:
    """Entities as [start, end) over the batch's tokens, with the number of their label; `is_certain` by token."""

    starts: list[int]
    ends: list[int]
    labels: list[int]
    is_certain: Booleans


class _Decoder:
    """The recogniser's network, its moves sorted by what they do; `labels[n]` is the n-th label of each kind."""

    def __init__(self, model: Any, moves: Sequence[str]) -> None:
        self._network = StateNetwork(model)
        by_kind: dict[str, dict[str, int]] = {kind: {} for kind in "BILUO"}
        for number, (kind, _, label) in enumerate(move.partition("-") for move in moves):
            if label or kind == "O":  # "U-" is only for entities that were set before
                by_kind[kind][label] = number
        self.labels = list(by_kind["B"])
        begin, inside, last, unit = (np.array([by_kind[kind][label] for label in self.labels]) for kind in "BILU")
        # In the order of the moves, so that the first of equals is the one spaCy takes.
        closed = np.sort([*begin, *unit, *by_kind["O"].values()])
        self._closed_weights = np.ascontiguousarray(self._network.weights[closed].T)
        self._closed_bias = self._network.bias[closed]
        self._begins = np.isin(closed, begin)
        self._label = np.full(len(moves), -1)
        self._label[begin] = self._label[unit] = np.arange(len(self.labels))
        self._label = self._label[closed]
        self._go_on = self._network.weights[inside], self._network.bias[inside]
        self._stop = self._network.weights[last], self._network.bias[last]

    def decode(self, vectors: Floats, is_space: Booleans, is_end: Booleans) -> _Found:
        """Find the entities of tokens in a row; none goes beyond an `is_end`, or begins with white space."""
        features = self._network.features(vectors)
        outside = features[1:, 0] + features[0, 1]
        outside += features[0, 2]
        scores = self._network.hidden(outside) @ self._closed_weights
        scores += self._closed_bias
        scores[np.ix_(is_end, self._begins)] = -np.inf
        scores[np.ix_(is_space, self._label >= 0)] = -np.inf
        best, is_certain = best_of(scores)
        label = self._label[best]
        starts = np.flatnonzero(self._begins[best])
        end_of = np.arange(1, len(vectors) + 1)
        is_certain[starts] &= self._grow(features, starts, label[starts], is_end, end_of)
        found = _Found([], [], [], is_certain)
        free = 0
        for start in np.flatnonzero(label >= 0).tolist():
            if start >= free:
                free = int(end_of[start])
                found.starts.append(start)
                found.ends.append(free)
                found.labels.append(int(label[start]))
        return found

    def _grow(
        self, features: Floats, starts: Integers, labels: Integers, is_end: Booleans, end_of: Integers
    ) -> Booleans:
        """Find where entities end that begin at `starts`, all at once; whether that is certain."""
        is_certain = np.ones(len(starts), dtype=bool)
        growing, at = np.arange(len(starts)), starts + 1
        while len(growing):
            start, label = starts[growing], labels[growing]
            inside = features[at + 1, 0] + features[start + 1, 1]
            inside += features[at, 2]
            hidden = self._network.hidden(inside)
            go_on, stop = (
                np.einsum("ij,ij->i", hidden, weights[label]) + bias[label]
                for weights, bias in (self._go_on, self._stop)
            )
            pairs = np.stack([go_on, stop], axis=1)
            pairs[is_end[at], 0] = -np.inf
            best, certain = best_of(pairs)
            is_certain[growing] &= certain
            end_of[start[best == 1]] = at[best == 1] + 1
            growing, at = growing[best == 0], at[best == 0] + 1
        return is_certain


class FastEntityRecognizer(StockFallback, EntityRecognizer):  # type: ignore[misc]  # spaCy's class is Any to mypy
    """spaCy's EntityRecognizer with a `pipe` of its own."""

    @cached_property
    def _decoder(self) -> _Decoder:
        return _Decoder(self.model, [self.moves.get_class_name(number) for number in range(self.moves.n_moves)])

    @cached_property
    def _labels(self) -> list[int]:
        return [self.vocab.strings.add(label) for label in self._decoder.labels]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Set the entities of documents, batch by batch."""
        for batch in batches(stream, batch_size):
            docs = [doc for doc in batch if len(doc)]
            is_preset = [bool(doc.to_array(ENT_IOB).any()) for doc in docs]
            fresh = list(compress(docs, map(not_, is_preset)))
            uncertain = self._annotate(fresh) if fresh else []
            self.by_stock(super(), [*compress(docs, is_preset), *uncertain])
            yield from batch

    def _annotate(self, docs: Sequence[Doc]) -> list[Doc]:
        """Set the entities of documents; those that are not certain are left as they are and returned."""
        starts = starts_of(docs)
        starts_sentence, is_space = (values_of(docs, [SENT_START, IS_SPACE]) == 1).T
        is_end = np.append(starts_sentence[1:], True)
        is_end[starts[1:] - 1] = True
        found = self._decoder.decode(vectors_of(docs), is_space, is_end)
        values = np.zeros((len(is_end), 2), dtype=np.uint64)
        values[:, 0] = _OUTSIDE
        for start, end, label in zip(found.starts, found.ends, found.labels, strict=True):
            values[start:end] = _INSIDE, self._labels[label]
            values[start, 0] = _BEGINNING
        is_certain = np.logical_and.reduceat(found.is_certain, starts)
        set_values(docs, [ENT_IOB, ENT_TYPE], values, is_certain)
        return list(compress(docs, ~is_certain))
