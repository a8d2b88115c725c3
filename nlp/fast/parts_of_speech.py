"""Parts of speech scored for a whole batch, with what becomes of a word's features remembered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import compress

import numpy as np
from spacy.attrs import MORPH, POS
from spacy.morphology import Morphology
from spacy.pipeline import Morphologizer
from spacy.tokens import Doc

from nlp.fast.certainty import StockFallback, best_of
from nlp.fast.documents import Floats, Integers, Values, batches, set_values, starts_of, values_of, vectors_of


class FastMorphologizer(StockFallback, Morphologizer):  # type: ignore[misc]  # spaCy's class is Any to mypy
    """spaCy's Morphologizer with a `pipe` of its own, for one that overwrites and extends, as ja_ginza's does."""

    @cached_property
    def _weights(self) -> tuple[Floats, Floats]:
        softmax = self.model.get_ref("softmax")
        return np.ascontiguousarray(softmax.get_param("W").T), softmax.get_param("b")

    @cached_property
    def _label_names(self) -> Sequence[str]:
        return list(self.labels)  # spaCy's own makes a tuple each time

    @cached_property
    def _pos(self) -> Values:
        return np.array([self.cfg["labels_pos"].get(label, 0) for label in self._label_names], dtype=np.uint64)

    @cached_property
    def _known(self) -> dict[tuple[int, int], int]:
        return {}

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Set parts of speech and features of documents, batch by batch."""
        for batch in batches(stream, batch_size):
            docs = [doc for doc in batch if len(doc)]
            if docs:
                self.by_stock(super(), self._annotate(docs))
            yield from batch

    def _annotate(self, docs: Sequence[Doc]) -> list[Doc]:
        """Annotate documents; those that are not certain are left as they are and returned."""
        weights, bias = self._weights
        best, certain = best_of(vectors_of(docs) @ weights + bias)
        features = values_of(docs, [MORPH])[:, 0]
        extended = self._extended(features, best)
        is_certain = np.logical_and.reduceat(certain, starts_of(docs))
        set_values(docs, [POS], self._pos[best].reshape(-1, 1), is_certain)
        # spaCy looks up all features that are set, so only where there is something to set.
        differs = np.logical_or.reduceat(features != extended, starts_of(docs))
        set_values(docs, [MORPH], extended.reshape(-1, 1), is_certain & differs)
        return list(compress(docs, ~is_certain))

    def _extended(self, features: Values, labels: Integers) -> Values:
        """Features of words after those of their labels are added, by spaCy's own rules."""
        labels_n = len(self._label_names)
        different, number = np.unique(features, return_inverse=True)
        pairs, of_word = np.unique(number * labels_n + labels, return_inverse=True)
        extended = [self._extend(int(different[pair // labels_n]), pair % labels_n) for pair in pairs.tolist()]
        return np.array(extended, dtype=np.uint64)[of_word]

    def _extend(self, features: int, label: int) -> int:
        found = self._known.get((features, label))
        if found is None:
            values = Morphology.feats_to_dict(self.vocab.strings[features])
            added = self.cfg["labels_morph"].get(self._label_names[label], 0)
            values.update(Morphology.feats_to_dict(added))
            found = self._known[features, label] = self.vocab.morphology.add(values)
        return found
