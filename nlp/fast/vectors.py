"""Token vectors: every different word embedded once, every different context encoded once, as one numpy program.

The model embeds a word without its neighbours and then runs a window of three words through eight layers, so a layer's
value depends on nothing but the words within its reach. Answers repeat themselves: the same three, five, seven words
in a row have the same value in the first, second, third layer, in whatever document they stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from spacy.attrs import ORTH
from spacy.pipeline import Tok2Vec
from spacy.tokens import Doc

from nlp.fast.documents import Booleans, Floats, Integers, batches

WORDS: Final = 60_000
"""Words kept embedded (about 1 KB each); beyond that the table starts anew."""

_ROWS: Final = 512  # a block that stays in the processor's cache from the product to the normalisation
_EPSILON: Final = np.float32(1e-8)


@dataclass(frozen=True)
class _Layer:
    """A maxout of three pieces over the window, normalised: weights as (inputs, pieces x width)."""

    weights: Floats
    bias: Floats
    gain: Floats
    shift: Floats

    @classmethod
    def of(cls, residual: Any) -> _Layer:
        """Read a layer of the encoder: residual(expand_window >> maxout >> layernorm >> dropout)."""
        maxout, norm = residual.layers[0].layers[1].layers[0].layers
        width, pieces, inputs = maxout.get_param("W").shape
        weights = maxout.get_param("W").transpose(1, 0, 2).reshape(pieces * width, inputs)
        bias = maxout.get_param("b").T.reshape(-1)
        return cls(np.ascontiguousarray(weights.T), bias.copy(), norm.get_param("G"), norm.get_param("b"))

    def run(self, values: Floats, left: Integers, middle: Integers, right: Integers) -> Floats:
        """The layer's values for windows of rows of `values`."""
        width = values.shape[1]
        out = np.empty((len(middle), width), dtype=np.float32)
        for start in range(0, len(middle), _ROWS):
            rows = slice(start, start + _ROWS)
            window = np.empty((len(middle[rows]), 3 * width), dtype=np.float32)
            for place, of in enumerate((left, middle, right)):
                window[:, place * width : (place + 1) * width] = values[of[rows]]
            out[rows] = self._finish(window @ self.weights)
            out[rows] += window[:, width : 2 * width]
        return out

    def run_on_words(self, values: Floats, left: Integers, middle: Integers, right: Integers) -> Floats:
        """As `run`, where `values` are few beside the windows: every value is multiplied once for every place."""
        width = values.shape[1]
        products = [values @ self.weights[place * width : (place + 1) * width] for place in range(3)]
        out = values[middle]
        for start in range(0, len(middle), _ROWS):
            rows = slice(start, start + _ROWS)
            window = products[0][left[rows]]
            window += products[1][middle[rows]]
            window += products[2][right[rows]]
            out[rows] += self._finish(window)
        return out

    def _finish(self, products: Floats) -> Floats:
        """Bias, maxout and normalisation of the window's products, which are overwritten."""
        width = len(self.gain)
        products += self.bias
        best = np.maximum(products[:, :width], products[:, width : 2 * width])
        for piece in range(2, products.shape[1] // width):
            np.maximum(best, products[:, piece * width : (piece + 1) * width], out=best)
        best -= best.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", best, best) / np.float32(width)
        best *= ((variance + _EPSILON) ** np.float32(-0.5))[:, None]
        best *= self.gain
        best += self.shift
        return best


class _WordTable:
    """Embeddings of the words seen so far, made by the model's own embedding layer."""

    def __init__(self, embed: Any, width: int) -> None:
        self._embed = embed
        self._rows: dict[int, int] = {}
        self._table: Floats = np.zeros((1024, width), dtype=np.float32)

    def find(self, docs: Sequence[Doc]) -> tuple[Floats, Integers]:
        """Embeddings of the different words of documents, and for every token which of them is its word."""
        words, of_token = np.unique(np.concatenate([doc.to_array(ORTH) for doc in docs]), return_inverse=True)
        keys = words.tolist()
        new = [key for key in keys if key not in self._rows]
        if len(self._rows) + len(new) > WORDS:
            self._rows.clear()
            new = keys
        if new:
            self._add(docs[0].vocab, new)
        return self._table[[self._rows[key] for key in keys]], of_token

    def _add(self, vocab: Any, keys: list[int]) -> None:
        start, end = len(self._rows), len(self._rows) + len(keys)
        if end > len(self._table):
            larger = np.zeros((max(end, min(2 * end, WORDS)), self._table.shape[1]), dtype=np.float32)
            larger[:start] = self._table[:start]
            self._table = larger
        words = [vocab.strings[key] for key in keys]
        self._table[start:end] = self._embed.predict([Doc(vocab, words=words, spaces=[False] * len(words))])[0]
        self._rows.update(zip(keys, range(start, end), strict=True))


class _Encoder:
    """The window layers. Every document stands between as many rows of padding as there are layers, as in spaCy."""

    def __init__(self, encode: Any) -> None:
        self._layers = [_Layer.of(residual) for residual in encode.layers[0].layers]

    def encode(self, words: Floats, of_token: Integers, lengths: Integers) -> Floats:
        """Vectors of all tokens of documents of these lengths; `words[of_token]` are their embeddings."""
        depth = len(self._layers)
        is_token = np.ones(len(of_token) + depth * (len(lengths) + 1), dtype=bool)
        starts = np.concatenate([[0], np.cumsum(lengths + depth)])
        is_token[(starts[:, None] + np.arange(depth)).reshape(-1)] = False
        needed_until = _reach(is_token, depth)
        contexts = np.zeros(len(is_token), dtype=np.int64)
        contexts[is_token] = of_token + 1
        values = np.concatenate([np.zeros_like(words[:1]), words])  # the first is the padding
        for number, layer in enumerate(self._layers):
            where = np.flatnonzero(needed_until > number)
            base = len(values)
            windows = (contexts[where - 1] * base + contexts[where]) * base + contexts[where + 1]
            windows, contexts[where] = np.unique(windows, return_inverse=True)
            run = layer.run_on_words if number == 0 else layer.run
            values = run(values, windows // base // base, windows // base % base, windows % base)
        return values[contexts[is_token]]


def _reach(is_token: Booleans, depth: int) -> Integers:
    """How many layers' values at a row some token depends on: all at a token, the fewer the farther in the padding."""
    reach = np.full(len(is_token), depth)
    gaps = np.flatnonzero(~is_token).reshape(-1, depth)
    after, before = np.arange(depth - 1, -1, -1), np.arange(depth)
    reach[gaps] = np.maximum(after, before)
    reach[gaps[0]], reach[gaps[-1]] = before, after
    return reach


class FastTok2Vec(Tok2Vec):
    """spaCy's Tok2Vec; its `pipe` makes the same vectors up to rounding, `predict` the very same."""

    @cached_property
    def _words(self) -> _WordTable:
        return _WordTable(self.model.layers[0], self.model.get_dim("nO"))

    @cached_property
    def _encoder(self) -> _Encoder:
        return _Encoder(self.model.layers[1])

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Set the vectors of documents, batch by batch."""
        for batch in batches(stream, batch_size):
            docs = [doc for doc in batch if len(doc)]
            if docs:
                lengths = np.array([len(doc) for doc in docs])
                vectors = self._encoder.encode(*self._words.find(docs), lengths)
                rows: Any  # single precision, as the model's own, whatever spaCy's types say
                for doc, rows in zip(docs, np.split(vectors, np.cumsum(lengths)[:-1]), strict=True):
                    doc.tensor = rows
            yield from batch
