"""The tables about free text: who was asked, who wrote and what of it was analysed, and how many hold each theme."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from warehouse.indicators import ALL
from warehouse.intervals import wilson_intervals
from warehouse.periods import Window

ANALYSED: Final = ("analysed", "too_long_cut")
"""States of a text that was analysed."""
WITHOUT_WORDS: Final = ("nothing", "blank")
"""States of an answer in which nobody wrote anything: left blank, or "nothing to say"."""
NOT_ASKED: Final = ("not_asked", "unmapped")
"""States of a response to which the question was not put; `unmapped`: the organisation's form has no such question."""

SCRIPT: Final = "script"
"""How a text is written: a dimension of single questions, as one response may write two answers in two ways."""

_OF_MISSING: Final = {
    "not_asked": "not_asked",
    "not_applicable": "not_asked",
    "unmapped": "unmapped",
    "blank": "blank",
    "no_answer": "blank",
    "unknown": "blank",
}
_SILENT: Final = (*WITHOUT_WORDS, "unmapped", "not_asked")
_KNOWN: Final = {*ANALYSED, *_SILENT}
_KEY: Final = ["response_id", "question_id"]
STATE_COLUMNS: Final = ["response_id", "organisation", "question_id", "state", "characters_n"]


def responses_in(responses: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses of a period (response_id, organisation): once each, and once more each for the programme."""
    inside = responses[(responses["answered_at"] >= window.start) & (responses["answered_at"] < window.cut_off)]
    own = inside[["response_id", "organisation"]]
    return own, pd.concat([own, own.assign(organisation=ALL)], ignore_index=True)


def text_states(
    responses: pd.DataFrame, answers: pd.DataFrame, texts: pd.DataFrame, analysed: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """What became of every analysed question in every response: STATE_COLUMNS, one row each, none left out.

    `responses`: response_id, organisation, form_id; `answers`: ANSWERS; `texts`: TEXTS; `analysed`: form -> its
    analysed questions. `state` is that of TEXTS, or one of NOT_ASKED, or `blank`; `characters_n` is 0 without a text.
    """
    asked = pd.DataFrame(
        [(form, question) for form, questions in analysed.items() for question in questions],
        columns=["form_id", "question_id"],
    )
    every = responses[["response_id", "organisation", "form_id"]].merge(asked, on="form_id")
    every = every.merge(texts[[*_KEY, "state", "characters_n"]], on=_KEY, how="left")
    missing = answers.drop_duplicates(_KEY)[[*_KEY, "missing_kind"]]
    every = every.merge(missing, on=_KEY, how="left")
    state = every["state"].fillna(every["missing_kind"].map(_OF_MISSING)).fillna("not_asked").astype("str")
    characters_n = every["characters_n"].fillna(0).astype("int64")
    return every.assign(state=state, characters_n=characters_n)[STATE_COLUMNS]


def with_any_question(states: pd.DataFrame) -> pd.DataFrame:
    """The states, and one more of each response, of question `*`: the state that says most among its questions."""
    order = {state: place for place, state in enumerate([*ANALYSED, *sorted(set(states["state"]) - _KNOWN), *_SILENT])}
    ranked = states.assign(place=states["state"].map(order)).sort_values(["response_id", "place"], kind="stable")
    length = states.groupby("response_id")["characters_n"].sum()
    whole = ranked.drop_duplicates("response_id").drop(columns="place")
    whole = whole.assign(question_id=ALL, characters_n=whole["response_id"].map(length))
    return pd.concat([states, whole], ignore_index=True)


def state_table(states: pd.DataFrame) -> pd.DataFrame:
    """`out_text_state` without run_id and period, of the states of a period's responses (with question `*`)."""
    everywhere = pd.concat([states, states.assign(organisation=ALL)])
    keys = ["organisation", "question_id", "state"]
    return everywhere.groupby(keys, as_index=False).size().rename(columns={"size": "responses_n"})


def theme_counts(themes: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """Responses and texts that hold each theme: organisation, question_id, theme_id, responses_n, texts_n.

    `owners`: response_id, organisation, as `responses_in` gives them.
    """
    found = themes[[*_KEY, "theme_id"]].drop_duplicates()
    found = pd.concat([found, found.assign(question_id=ALL)]).merge(owners, on="response_id")
    keys = ["organisation", "question_id", "theme_id"]
    return found.groupby(keys, as_index=False).agg(
        responses_n=("response_id", "nunique"), texts_n=("response_id", "size")
    )


def theme_table(themes: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """`out_theme` without run_id and period: `theme_counts`, and of how many responses they are.

    `states`: of the period's responses, with question `*`. `value` is the share of those whose text was analysed,
    `analysed_n`, with Wilson's interval. Every theme that anybody holds has a row wherever anything was analysed,
    with zero where nobody holds it.
    """
    analysed = states.loc[states["state"].isin(ANALYSED), ["response_id", "organisation", "question_id"]]
    analysed = pd.concat([analysed, analysed.assign(organisation=ALL)])
    keys = ["organisation", "question_id", "theme_id"]
    counted = theme_counts(themes, analysed[["response_id", "organisation"]].drop_duplicates())
    of = analysed.groupby(keys[:2], as_index=False).agg(analysed_n=("response_id", "size"))
    every = of.merge(counted[["theme_id"]].drop_duplicates(), how="cross").sort_values(keys, ignore_index=True)
    table = every.merge(counted, on=keys, how="left").fillna({"responses_n": 0, "texts_n": 0})
    table = table.astype({"responses_n": "int64", "texts_n": "int64"})
    low, high = wilson_intervals(table["responses_n"], table["analysed_n"])
    return table.assign(value=table["responses_n"] / table["analysed_n"], ci_low=low, ci_high=high)


def language_table(texts: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """`out_language` without run_id and period: texts by language and by what became of them."""
    found = owners.merge(texts[["response_id", "question_id", "language", "state"]], on="response_id")
    keys = ["organisation", "question_id", "language", "state"]
    return found.groupby(keys, as_index=False, dropna=False).size().rename(columns={"size": "texts_n"})
