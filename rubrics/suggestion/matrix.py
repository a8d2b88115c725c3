"""Answers as rows of a matrix, and a linear model's coefficients back on the words of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import TfidfVectorizer

from rubrics.suggestion.features import BLOCKS, Answer, Block, Place, Word, mentions

Floats = NDArray[np.float64]
Vectors = Mapping[str, NDArray[np.float32]]
"""Normal form -> the word's vector."""

MEANING, SENSE, LENGTH = 0.7, 0.7, 0.2
"""How long the dense parts of a row are on average, beside 1 for each block of features."""


class AnswerMatrix(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Learns the features of training answers and writes answers as rows.

    A row is, side by side: for each block the TF-IDF of its features (Salton & Buckley 1988; logarithmic term
    frequency, length 1); the mean of the words' unit vectors, by inverse document frequency; the mean of the
    predicates' unit vectors, those of negated ones reversed; the logarithm of the number of characters.
    """

    def __init__(self, vectors: Vectors | None = None, words_together: int = 1) -> None:
        self.vectors = vectors
        self.words_together = words_together

    def fit(self, answers: Sequence[Answer], levels: object = None) -> AnswerMatrix:
        """Learn which features there are and how common each is."""
        self.blocks_: dict[Block, TfidfVectorizer] = {}
        for block in BLOCKS:
            names = partial(_names, block, self.words_together)
            if any(names(answer) for answer in answers):
                vectorizer = TfidfVectorizer(analyzer=names, sublinear_tf=True)
                self.blocks_[block] = vectorizer.fit(answers)
        words = self.blocks_.get("words")
        self.rarity_: dict[str, float] = (
            {name: float(words.idf_[column]) for name, column in words.vocabulary_.items()} if words else {}
        )
        self.rarest_ = max(self.rarity_.values(), default=1.0)
        self.dense_: list[tuple[Callable[[Answer], Floats], Floats, float]] = []
        for dense, length in ((self._meaning, MEANING), (self._sense, SENSE), (_length, LENGTH)):
            rows = np.array([dense(answer) for answer in answers])
            centre = rows.mean(axis=0)
            spread = float(np.sqrt(((rows - centre) ** 2).sum(axis=1).mean()))
            self.dense_.append((dense, centre, length / spread if spread > 0 else 0.0))
        return self

    def transform(self, answers: Sequence[Answer]) -> csr_matrix:
        """Answers x features."""
        parts = [vectorizer.transform(answers) for vectorizer in self.blocks_.values()]
        for dense, centre, scale in self.dense_:
            parts.append(csr_matrix(scale * (np.array([dense(answer) for answer in answers]) - centre)))
        return csr_matrix(hstack(parts))

    def contributions(self, answer: Answer, coefficients: Floats) -> Iterator[tuple[Place, float]]:
        """What each word, and each predicate, adds to the linear score of an answer.

        With what the answer's length adds, and what an answer without words would get, they sum up to the score. What
        a feature adds is shared evenly between its occurrences, and in each between its words.
        """
        row = self.transform([answer])
        added = dict(zip(row.indices.tolist(), (row.data * coefficients[row.indices]).tolist(), strict=True))
        first = 0
        for block, vectorizer in self.blocks_.items():
            columns: dict[int, list[tuple[Place, ...]]] = {}
            for mention in mentions(answer, self.words_together):
                if mention.block == block and (column := vectorizer.vocabulary_.get(mention.name)) is not None:
                    columns.setdefault(first + column, []).append(mention.places)
            for column, places in columns.items():
                for one in places:
                    yield from ((place, added.get(column, 0.0) / len(places) / len(one)) for place in one)
            first += len(vectorizer.vocabulary_)
        weighted = (self._weighted_words(answer), self._weighted_predicates(answer))
        for (_, centre, scale), parts in zip(self.dense_, weighted, strict=False):
            of_block = scale * coefficients[first : first + len(centre)]
            yield from ((place, float(vector @ of_block)) for place, vector in parts)
            first += len(centre)

    def _meaning(self, answer: Answer) -> Floats:
        return self._summed(self._weighted_words(answer))

    def _sense(self, answer: Answer) -> Floats:
        return self._summed(self._weighted_predicates(answer))

    def _summed(self, weighted: list[tuple[Place, Floats]]) -> Floats:
        width = len(next(iter(self.vectors.values()))) if self.vectors else 1
        return np.sum([vector for _, vector in weighted], axis=0) if weighted else np.zeros(width)

    def _weighted_words(self, answer: Answer) -> list[tuple[Place, Floats]]:
        known = [
            (word.place, vector, self._weight(word))
            for word in answer.words
            if (vector := self._unit(word.norm)) is not None
        ]
        whole = sum(weight for _, _, weight in known)
        return [(place, vector * (weight / whole)) for place, vector, weight in known]

    def _weighted_predicates(self, answer: Answer) -> list[tuple[Place, Floats]]:
        known = [
            (said.place, vector, said.negated)
            for said in answer.predicates
            if (vector := self._unit(said.lemma)) is not None
        ]
        return [(place, vector * ((-1 if negated else 1) / len(known))) for place, vector, negated in known]

    def _weight(self, word: Word) -> float:
        return self.rarity_.get(word.norm, self.rarest_)

    def _unit(self, norm: str) -> Floats | None:
        vector = self.vectors.get(norm) if self.vectors else None
        if vector is None or not vector.any():
            return None
        unit: Floats = vector.astype(np.float64) / np.linalg.norm(vector)
        return unit


def _names(block: Block, words_together: int, answer: Answer) -> list[str]:
    return [mention.name for mention in mentions(answer, words_together) if mention.block == block]


def _length(answer: Answer) -> Floats:
    return np.array([np.log1p(answer.characters_n)])
