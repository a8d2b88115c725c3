"""Dependencies parsed for many documents side by side, where spaCy's compiled parser takes each state by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress
from operator import not_
from typing import Any, Final

import numpy as np
from spacy.attrs import DEP, HEAD, SENT_START
from spacy.pipeline import DependencyParser
from spacy.tokens import Doc

from nlp.fast.arc_eager import ParseStates, kinds_of
from nlp.fast.certainty import StockFallback, best_of
from nlp.fast.documents import Booleans, Floats, Integers, Values, batches, set_values, vectors_of
from nlp.fast.state_network import StateNetwork

GROUP_TOKENS: Final = 3_000
"""Documents of like length are parsed together, up to so many tokens: their features take 12 KB a token."""


class _Decoder:
    """The parser's network and its moves."""

    def __init__(self, model: Any, moves: Sequence[str]) -> None:
        self._network = StateNetwork(model)
        self._weights = np.ascontiguousarray(self._network.weights.T)
        self._kinds = kinds_of(moves)

    def decode(self, vectors: Floats, lengths: Integers) -> tuple[Integers, Integers, Booleans]:
        """Heads (as distances) and moves that gave them, by token, and whether each document's parse is certain."""
        features = self._network.features(vectors)
        states = ParseStates(lengths)
        is_certain = np.ones(len(lengths), dtype=bool)
        documents = np.arange(len(lengths))
        while len(documents):
            context = states.context(documents)
            scores = self._network.hidden(self._network.summed(features, context)) @ self._weights
            scores += self._network.bias
            scores[~states.allowed(documents, context)[:, self._kinds]] = -np.inf
            best, certain = best_of(scores)
            if not certain.all():
                is_certain[documents[~certain]] = False
                documents, context, best = documents[certain], context[certain], best[certain]
            states.do(documents, context, best, self._kinds[best])
            documents = states.unfinished(documents)
        heads, tokens = states.head[1:], np.arange(1, len(states.head))
        return np.where(heads > 0, heads - tokens, 0), states.move[1:], is_certain


class FastDependencyParser(StockFallback, DependencyParser):  # type: ignore[misc]  # spaCy's class is Any to mypy
    """spaCy's DependencyParser with a `pipe` of its own."""

    @cached_property
    def _decoder(self) -> _Decoder:
        return _Decoder(self.model, self._moves)

    @cached_property
    def _moves(self) -> list[str]:
        return [self.moves.get_class_name(number) for number in range(self.moves.n_moves)]

    @cached_property
    def _labels(self) -> Values:
        """The label of every move; the last is that of a token without head."""
        labels = [move.partition("-")[2] for move in self._moves]
        return np.array([*(self.vocab.strings[label] for label in labels), self.vocab.strings["ROOT"]], dtype=np.uint64)

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Set heads, dependencies and sentence starts of documents, batch by batch."""
        for batch in batches(stream, batch_size):
            docs = sorted(filter(len, batch), key=len)
            is_fresh = [not doc.to_array([SENT_START, HEAD, DEP]).flat[1:].any() for doc in docs]
            uncertain = list(compress(docs, map(not_, is_fresh)))
            for group in _groups(compress(docs, is_fresh)):
                uncertain += self._annotate(group)
            self.by_stock(super(), uncertain)
            yield from batch

    def _annotate(self, docs: Sequence[Doc]) -> list[Doc]:
        """Parse documents; those that are not certain are left as they are and returned."""
        lengths = np.array([len(doc) for doc in docs])
        heads, moves, is_certain = self._decoder.decode(vectors_of(docs), lengths)
        values = np.stack([heads.astype(np.uint64), self._labels[moves]], axis=1)
        set_values(docs, [HEAD, DEP], values, is_certain)
        return list(compress(docs, ~is_certain))


def _groups(docs: Iterable[Doc]) -> Iterator[list[Doc]]:
    group: list[Doc] = []
    tokens_n = 0
    for doc in docs:
        if group and tokens_n + len(doc) > GROUP_TOKENS:
            yield group
            group, tokens_n = [], 0
        group.append(doc)
        tokens_n += len(doc)
    if group:
        yield group
