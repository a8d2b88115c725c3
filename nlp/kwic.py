"""Keyword in context: where a word stands in the masked texts, one place a line, sorted by what stands beside it."""

from __future__ import annotations

from typing import Final, Literal

import pandas as pd

from nlp.characters import fold
from nlp.clauses import phrase_expression

LINE_COLUMNS: Final = ["response_id", "question_id", "start", "end", "left", "keyword", "right"]
PLACE_COLUMNS: Final = ["response_id", "question_id", "start", "end"]

Side = Literal["left", "right"]


def places_of_phrase(texts: pd.DataFrame, phrase: str) -> pd.DataFrame:
    """Where these characters stand: response_id, question_id, start, end, as a coding rule finds a phrase.

    `texts`: response_id, question_id, value_text.
    """
    wanted = phrase_expression([fold(phrase).text])
    rows = []
    for response_id, question_id, text in texts[["response_id", "question_id", "value_text"]].itertuples(index=False):
        copy = fold(text)
        for match in wanted.finditer(copy.text):
            rows.append((response_id, question_id, *copy.source_span(*match.span())))
    return pd.DataFrame(rows, columns=PLACE_COLUMNS)


def concordance(places: pd.DataFrame, texts: pd.DataFrame, width: int, by: Side = "right") -> pd.DataFrame:
    """The places with up to `width` characters on either side: LINE_COLUMNS; line ends in them are spaces.

    Sorted by what follows, or by what stands before, the nearest character first; then by place.
    """
    found = places.merge(texts[["response_id", "question_id", "value_text"]], on=["response_id", "question_id"])
    spans = zip(found["value_text"], found["start"], found["end"], strict=True)
    parts = [
        (text[max(0, start - width) : start], text[start:end], text[end : end + width]) for text, start, end in spans
    ]
    table = found[PLACE_COLUMNS].assign(
        **{
            name: pd.Series([" ".join(part[place].splitlines()) for part in parts], index=found.index, dtype="str")
            for place, name in enumerate(("left", "keyword", "right"))
        }
    )
    beside = table["right"] if by == "right" else table["left"].map(lambda text: text[::-1])
    ordered = table.assign(beside=beside).sort_values(["beside", *PLACE_COLUMNS], ignore_index=True)
    return ordered[LINE_COLUMNS]
