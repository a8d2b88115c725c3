"""The network that spaCy's transition-based components score a state with, as a numpy program.

A state is described by some tokens (the next word, the word on the stack …). Each token's features are computed once
for each place it may take; a state is their sum, a maxout and a product.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nlp.fast.documents import Floats, Integers


class StateNetwork:
    """Weights of a `spacy.TransitionBasedParser`, laid out so that a maxout compares whole blocks."""

    def __init__(self, model: Any) -> None:
        linear, lower, upper = model.get_ref("tok2vec").layers[-1], model.get_ref("lower"), model.get_ref("upper")
        places, width, self.pieces_n, inputs = lower.get_param("W").shape
        self.places_n, self._block = places, width * self.pieces_n
        self._linear, self._linear_bias = np.ascontiguousarray(linear.get_param("W").T), linear.get_param("b")
        lower_weights = lower.get_param("W").transpose(0, 2, 1, 3).reshape(places * self._block, inputs)
        self._lower = np.ascontiguousarray(lower_weights.T)
        self._padding = lower.get_param("pad").transpose(0, 1, 3, 2).reshape(-1)
        self._bias = lower.get_param("b").T.reshape(-1).copy()
        self.weights, self.bias = upper.get_param("W"), upper.get_param("b")

    def features(self, vectors: Floats) -> Floats:
        """Features (tokens + 1, places, block) of tokens with these vectors; the first stands for no token."""
        features = np.empty((len(vectors) + 1, self.places_n * self._block), dtype=np.float32)
        features[0] = self._padding
        np.matmul(vectors @ self._linear + self._linear_bias, self._lower, out=features[1:])
        return features.reshape(-1, self.places_n, self._block)

    def hidden(self, features: Floats) -> Floats:
        """The hidden layer of states whose features are summed here already; the sums are overwritten."""
        features += self._bias
        pieces = features.reshape(len(features), self.pieces_n, -1)
        hidden = pieces[:, 0].copy()
        for piece in range(1, self.pieces_n):
            np.maximum(hidden, pieces[:, piece], out=hidden)
        return hidden

    def summed(self, features: Floats, tokens: Integers) -> Floats:
        """Sum the features of states, described by rows (states, places) of tokens."""
        rows = tokens * self.places_n + np.arange(self.places_n)
        summed: Floats = features.reshape(-1, self._block)[rows].sum(axis=1)
        return summed
