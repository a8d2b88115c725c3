"""Dependency pairs: what is said of what, as 仕事–が–無い, with the predicate's polarity and modality."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

import pandas as pd

from nlp.predicates import Predicate

PAIR_COLUMNS: Final = ["argument", "particle", "predicate"]
COUNT_COLUMNS: Final = ["organisation", "question_id", *PAIR_COLUMNS, "responses_n"]
MIN_RESPONSES: Final = 2
"""Pairs that a single response holds are its own wording."""
PAIRS_N: Final = 200
"""Pairs kept of an organisation and question: what is said often stands first, and nobody reads further."""


def pairs_of(said: Sequence[Predicate], hidden: Collection[tuple[int, int]]) -> Iterator[tuple[str, str, str]]:
    """Each different pair of a text: argument, particle ("" where none is written), predicate, by their normal forms.

    `hidden`: spans of placeholders, of which nothing is said.
    """
    pairs = (
        (argument.noun, argument.particle, predicate.label)
        for predicate in said
        for argument in predicate.arguments
        if not any(start < each.end and each.start < end for start, end in hidden for each in (argument, predicate))
    )
    yield from dict.fromkeys(pairs)


def pair_counts(pairs: pd.DataFrame, owners: pd.DataFrame, stop_words: Collection[str]) -> pd.DataFrame:
    """COUNT_COLUMNS: responses that hold each pair, by organisation and question, the most frequent first.

    `pairs`: response_id, question_id, PAIR_COLUMNS, once a text; `owners`: response_id, organisation, of one period and
    with each response once more for `*`. Pairs of stop words are left out; of more than PAIRS_N, those as frequent as
    the first one left out are left out too.
    """
    everywhere = pairs[~pairs["argument"].isin(stop_words)].merge(owners, on="response_id")
    keys = ["organisation", "question_id"]
    counts = everywhere.groupby([*keys, *PAIR_COLUMNS], as_index=False).size().rename(columns={"size": "responses_n"})
    counts = counts[counts["responses_n"] >= MIN_RESPONSES]
    ordered = counts.sort_values(
        [*keys, "responses_n", *PAIR_COLUMNS], ascending=[True, True, False, True, True, True], ignore_index=True
    )
    rank = ordered.groupby(keys).cumcount()
    first_left_out = ordered[rank == PAIRS_N].set_index(keys)["responses_n"]
    limit = ordered[keys].join(first_left_out, on=keys)["responses_n"].fillna(0)
    return ordered[ordered["responses_n"] > limit].reset_index(drop=True)[COUNT_COLUMNS]
