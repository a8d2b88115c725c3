"""Answers that several people gave in the same words: copied, dictated by whoever helped, or simply short."""

from __future__ import annotations

import hashlib
from typing import Final

import pandas as pd

from nlp.language import comparable

COPY_COLUMNS: Final = [
    "organisation", "question_id", "text_sha256", "response_id", "characters_n", "people_n", "organisations_n",
]  # fmt: skip
MIN_CHARACTERS: Final = 10
"""Shorter answers are alike without having been copied."""


def copied_answers(texts: pd.DataFrame) -> pd.DataFrame:
    """Groups of at least two respondents who answered a question alike: COPY_COLUMNS.

    `texts`: response_id, respondent_id, organisation, question_id, value_text (masked). Alike are answers with the same
    letters and digits, whatever their width, case, marks and spaces; `characters_n` counts these. Each organisation
    has a row of its own, so that what one interviewer wrote down again and again shows; `organisations_n` says in how
    many it stands. `response_id` is the first of the organisation's, to look it up by: no text is given.
    """
    plain = {text: comparable(text) for text in texts["value_text"].unique()}
    alike = texts.assign(
        words=texts["value_text"].map(plain), person=texts["respondent_id"].fillna(texts["response_id"])
    )
    alike = alike[alike["words"].str.len() >= MIN_CHARACTERS]
    answer = ["question_id", "words"]
    people = alike.groupby(answer)["person"].transform("nunique")
    organisations = alike.groupby(answer)["organisation"].transform("nunique")
    copied = alike.assign(organisations_n=organisations)[people > 1]
    table = copied.groupby(["organisation", *answer], as_index=False).agg(
        response_id=("response_id", "min"), people_n=("person", "nunique"), organisations_n=("organisations_n", "first")
    )
    digests = [hashlib.sha256(words.encode()).hexdigest() for words in table["words"]]
    table = table.assign(text_sha256=pd.Series(digests, dtype="str"), characters_n=table["words"].str.len())
    order = ["organisation", "question_id", "people_n", "text_sha256"]
    return table.sort_values(order, ascending=[True, True, False, True], ignore_index=True)[COPY_COLUMNS]
