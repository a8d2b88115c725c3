"""Terms: in how many responses a content word stands."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer

CONTENT_POS: Final = frozenset({"NOUN", "VERB", "ADJ", "PROPN"})
_COLUMNS: Final = ["organisation", "question_id", "lemma", "responses_n"]


def term_counts(tokens: pd.DataFrame, responses: pd.DataFrame, stop_words: Collection[str]) -> pd.DataFrame:
    """Count responses, not words, by content lemma.

    `tokens`: TOKENS. `responses`: RESPONSES (response_id, organisation) that are counted, of one period.
    Gives organisation (`*`: all of them together), question_id, lemma, responses_n (document frequency), the most
    frequent first.
    """
    is_content = tokens["pos"].isin(CONTENT_POS) & ~tokens["lemma"].isin(stop_words) & _has_letter(tokens["lemma"])
    content = tokens.loc[is_content, ["response_id", "question_id", "lemma"]]
    content = content.merge(responses[["response_id", "organisation"]], on="response_id")
    everywhere = pd.concat([content, content.assign(organisation="*")])
    counts = [
        _document_frequencies(group).assign(organisation=str(organisation), question_id=str(question_id))
        for (organisation, question_id), group in everywhere.groupby(["organisation", "question_id"])
    ]
    if not counts:
        return pd.DataFrame(columns=_COLUMNS).astype({"responses_n": "int64"})
    return pd.concat(counts)[_COLUMNS].sort_values(
        ["organisation", "question_id", "responses_n", "lemma"], ascending=[True, True, False, True], ignore_index=True
    )


def _document_frequencies(content: pd.DataFrame) -> pd.DataFrame:
    """Lemma and responses_n of one group; a lemma counts once a response."""
    documents = content.groupby("response_id")["lemma"].agg(list)
    vectoriser = CountVectorizer(analyzer=_as_it_is, binary=True)  # type: ignore[no-untyped-call]
    counts = vectoriser.fit_transform(documents).sum(axis=0).A1.astype("int64")
    lemmas = vectoriser.get_feature_names_out()  # type: ignore[no-untyped-call]
    return pd.DataFrame({"lemma": lemmas, "responses_n": counts})


def _as_it_is(lemmas: list[str]) -> list[str]:
    return lemmas


def _has_letter(lemmas: pd.Series) -> pd.Series:
    """Whether a lemma holds a letter: numbers, marks and emoji are no terms, nor is one kana alone."""
    return lemmas.str.contains(r"[^\W\d_]", regex=True) & ~lemmas.str.fullmatch(r"[ぁ-ゖァ-ヺー]")
