"""Terms: in how many responses a content word stands, and the words that a response holds, spellings together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd

CONTENT_POS: Final = frozenset({"NOUN", "VERB", "ADJ", "PROPN"})
MIN_RESPONSES: Final = 5
"""Responses that a word or theme needs before it is compared: with fewer, one person more or less turns the picture."""
_COLUMNS: Final = ["organisation", "question_id", "lemma", "responses_n"]


def term_counts(tokens: pd.DataFrame, responses: pd.DataFrame, stop_words: Collection[str]) -> pd.DataFrame:
    """Count responses, not words, by content lemma.

    `tokens`: TOKENS. `responses`: RESPONSES (response_id, organisation) that are counted, of one period.
    Gives organisation (`*`: all of them together), question_id, lemma, responses_n (document frequency), the most
    frequent first.
    """
    content = _content(tokens, stop_words)[["response_id", "question_id", "lemma"]]
    content = content.merge(responses[["response_id", "organisation"]], on="response_id")
    everywhere = pd.concat([content, content.assign(organisation="*")]).drop_duplicates()
    counted = everywhere.groupby(["organisation", "question_id", "lemma"], as_index=False).size()
    return counted.rename(columns={"size": "responses_n"})[_COLUMNS].sort_values(
        ["organisation", "question_id", "responses_n", "lemma"], ascending=[True, True, False, True], ignore_index=True
    )


def content_words(tokens: pd.DataFrame, stop_words: Collection[str]) -> pd.DataFrame:
    """The content words of each answer, once each: response_id, question_id, word.

    Tokens of one normal form are one word (しごと and 仕事), so that whoever writes kana does not seem to write of
    something else; it is shown as it is written most often.
    """
    content = _content(tokens, stop_words)
    content = content[~content["norm"].isin(stop_words)]
    words = content["norm"].map(_usual_spellings(content))
    return content[["response_id", "question_id"]].assign(word=words).drop_duplicates(ignore_index=True)


def frequent(words: pd.DataFrame, at_least: int = MIN_RESPONSES, at_most: int | None = None) -> pd.Series:
    """Responses that hold each word (index `word`), the most frequent first; words that `at_least` responses hold.

    `words`: response_id, word, each pair once. With more than `at_most` words, those as frequent as the first one
    left out are left out too, so that no order decides between equals.
    """
    found = words.groupby("word").size()
    found = found[found >= at_least].sort_index().sort_values(ascending=False, kind="stable")
    return found if at_most is None or len(found) <= at_most else found[found > found.iloc[at_most]]


def _usual_spellings(content: pd.DataFrame) -> pd.Series:
    """Normal form -> its most frequent lemma; the normal form itself where another one is written so too."""
    counts = content.groupby(["norm", "lemma"]).size().reset_index(name="n")
    counts = counts.sort_values(["norm", "n", "lemma"], ascending=[True, False, True])
    usual = counts.drop_duplicates("norm").set_index("norm")["lemma"]
    while (shared := usual.duplicated(keep=False) & (usual != usual.index)).any():
        usual = usual.mask(shared, usual.index.to_series())
    return usual


def _content(tokens: pd.DataFrame, stop_words: Collection[str]) -> pd.DataFrame:
    is_content = tokens["pos"].isin(CONTENT_POS) & ~tokens["lemma"].isin(stop_words) & _has_letter(tokens["lemma"])
    return tokens[is_content]


def _has_letter(lemmas: pd.Series) -> pd.Series:
    """Whether a lemma holds a letter: numbers, marks and emoji are no terms, nor is one kana alone."""
    return lemmas.str.contains(r"[^\W\d_]", regex=True) & ~lemmas.str.fullmatch(r"[ぁ-ゖァ-ヺー]")
