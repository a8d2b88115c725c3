from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from rubrics.suggestion.features import Answer
from rubrics.suggestion.matrix import LENGTH, MEANING, SENSE, AnswerMatrix

Make = Callable[..., Any]


@pytest.fixture
def matrix(made: Make, vectors: dict[str, Any]) -> AnswerMatrix:
    return AnswerMatrix(vectors, words_together=2).fit(made()[1])


def dense_columns(matrix: AnswerMatrix, rows: csr_matrix) -> np.ndarray:
    return rows[:, sum(len(each.vocabulary_) for each in matrix.blocks_.values()) :].toarray()


def test_each_block_of_features_has_length_one(matrix: AnswerMatrix, made: Make) -> None:
    rows, first = matrix.transform(made()[1]), 0
    for vectorizer in matrix.blocks_.values():
        block = rows[:, first : first + len(vectorizer.vocabulary_)]
        first += len(vectorizer.vocabulary_)
        np.testing.assert_allclose(np.sqrt(block.multiply(block).sum(axis=1)), 1)


def test_dense_parts_are_centred_and_as_long_as_declared(matrix: AnswerMatrix, made: Make) -> None:
    dense = dense_columns(matrix, matrix.transform(made()[1]))
    np.testing.assert_allclose(dense.mean(axis=0), 0, atol=1e-12)
    lengths = [np.sqrt((dense[:, part] ** 2).sum(axis=1).mean()) for part in (slice(0, 4), slice(4, 8), slice(8, 9))]
    np.testing.assert_allclose(lengths, [MEANING, SENSE, LENGTH])


def test_a_negated_predicate_points_the_other_way(
    matrix: AnswerMatrix, answer_of_words: Make, vectors: dict[str, Any]
) -> None:
    (_, plain), (_, negated) = answer_of_words(["良い"]), answer_of_words(["良い"], frozenset(["良い"]))
    senses = [matrix._sense(each) for each in (plain, negated)]
    np.testing.assert_allclose(senses[0], -senses[1])
    np.testing.assert_allclose(senses[0], vectors["良い"] / np.linalg.norm(vectors["良い"]), rtol=1e-6)


def test_words_count_by_how_rare_they_are(matrix: AnswerMatrix, answer_of_words: Make, vectors: dict[str, Any]) -> None:
    _, answer = answer_of_words(["駅", "楽しい"])
    weights = [matrix.rarity_["駅"], matrix.rarity_["楽しい"]]
    units = [vectors[word] / np.linalg.norm(vectors[word]) for word in ("駅", "楽しい")]
    np.testing.assert_allclose(matrix._meaning(answer), np.average(units, axis=0, weights=weights), rtol=1e-6)


def test_what_words_add_sums_up_to_the_score(matrix: AnswerMatrix, made: Make) -> None:
    """But for the length and a constant: what an answer without any word would get."""
    answers: list[Answer] = made()[1]
    rows = matrix.transform(answers)
    coefficients = np.random.default_rng(3).normal(size=rows.shape[1])
    of_length = dense_columns(matrix, rows)[:, -1] * coefficients[-1]
    added = [sum(value for _, value in matrix.contributions(answer, coefficients)) for answer in answers]
    rest = rows @ coefficients - of_length - np.array(added)
    np.testing.assert_allclose(rest, rest[0], atol=1e-9)
    assert np.std(added) > 0.1


def test_an_answer_with_nothing_known_of_it_is_a_row_too(matrix: AnswerMatrix) -> None:
    nothing = Answer((), (), (), 0)
    assert matrix.transform([nothing]).shape[0] == 1
    assert list(matrix.contributions(nothing, np.ones(matrix.transform([nothing]).shape[1]))) == []


def test_without_vectors_and_predicates_words_are_left(made: Make) -> None:
    answers = [Answer(each.words, (), (), each.characters_n) for each in made()[1]]
    matrix = AnswerMatrix().fit(answers)
    assert list(matrix.blocks_) == ["words"]
    assert matrix.transform(answers).shape == (len(answers), len(matrix.blocks_["words"].vocabulary_) + 3)
