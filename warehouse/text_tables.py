"""The tables about free text: how many responses of a period hold each theme and word, and what became of each text."""

from __future__ import annotations

import pandas as pd

from warehouse.indicators import ALL
from warehouse.periods import Window


def responses_in(responses: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses of a period (response_id, organisation): once each, and once more each for the programme."""
    inside = responses[(responses["answered_at"] >= window.start) & (responses["answered_at"] < window.cut_off)]
    own = inside[["response_id", "organisation"]]
    return own, pd.concat([own, own.assign(organisation=ALL)], ignore_index=True)


def theme_table(themes: pd.DataFrame, owners: pd.DataFrame, period: str) -> pd.DataFrame:
    """`out_theme` without run_id: responses (people's answers) and texts in which each theme was found."""
    found = owners.merge(themes[["response_id", "question_id", "theme_id"]].drop_duplicates(), on="response_id")
    counted = found.groupby(["organisation", "question_id", "theme_id"], as_index=False).agg(
        responses_n=("response_id", "nunique"), texts_n=("response_id", "size")
    )
    return counted.assign(period=period)[
        ["period", "organisation", "question_id", "theme_id", "responses_n", "texts_n"]
    ]


def language_table(texts: pd.DataFrame, owners: pd.DataFrame, period: str) -> pd.DataFrame:
    """`out_language` without run_id: texts by language and by what became of them."""
    found = owners.merge(texts[["response_id", "question_id", "language", "state"]], on="response_id")
    keys = ["organisation", "question_id", "language", "state"]
    counted = found.groupby(keys, as_index=False, dropna=False).size().rename(columns={"size": "texts_n"})
    return counted.assign(period=period)[["period", *keys, "texts_n"]]
