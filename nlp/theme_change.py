"""Paired change of themes: what each person wrote of at their own first answer, and what they write of in the period.

A theme that somebody no longer mentions is a theme no longer mentioned. It is not a difficulty resolved: answers grow
shorter, and some stay silent, which is why silence and length stand beside the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from nlp.crosstabs import adjusted
from warehouse.indicators import ALL
from warehouse.intervals import tango
from warehouse.periods import Window
from warehouse.significance import sign_test
from warehouse.text_tables import ANALYSED, NOT_ASKED, WITHOUT_WORDS

VOICES: Final = ("both", "silent", "new_voice", "not_analysable", "not_asked_again", "lost", "newcomer")
"""What can be compared of a person. `both`: analysed words at both answers; `silent`: words at first and none now
(blank, or "nothing"); `new_voice`: none at first and words now; `not_analysable`: words that were not analysed (another
language), or none at both; `not_asked_again`: no question in common; `lost`: no answer in the period; `newcomer`: the
first answer lies in the period, and there is no second one yet."""
BECAME: Final = ("appeared", "persisted", "disappeared", "silent", "not_analysable", "not_asked_again", "lost")
"""What became of a theme that somebody wrote of at either answer. Only the first three compare words with words."""

LEDGER_COLUMNS: Final = ["organisation", "theme_id", "response_id", "response_id_later", "became"]
CHANGE_COLUMNS: Final = [
    "organisation", "theme_id", "pairs_n", "appeared_n", "persisted_n", "disappeared_n", "absent_n", "silent_n",
    "not_analysable_n", "unanswered_n", "value", "ci_low", "ci_high", "p_value", "p_adjusted",
]  # fmt: skip
VOICE_COLUMNS: Final = ["organisation", "voice", "people_n", "characters_first", "characters_later"]


@dataclass(frozen=True)
class ThemeChange:
    """What changed between first answers and the period.

    `ledger`: LEDGER_COLUMNS, one row a person and theme they wrote of at either answer. `change`: CHANGE_COLUMNS, a row
    per organisation (or `*`) and theme; `value` is (appeared - disappeared) / pairs with Tango's 95 % interval,
    `p_value` the exact McNemar test, `p_adjusted` over the themes of the organisation (Benjamini and Hochberg 1995).
    `voices`: VOICE_COLUMNS, people by what can be compared, with the median length of their answers in characters.
    """

    ledger: pd.DataFrame
    change: pd.DataFrame
    voices: pd.DataFrame


def theme_change(responses: pd.DataFrame, states: pd.DataFrame, themes: pd.DataFrame, window: Window) -> ThemeChange:
    """Compare each person's own first answer with their latest one in the window.

    `responses`: response_id, organisation, respondent_id, answered_at, of forms that people fill in; `states`: as
    warehouse.text_tables.text_states gives them; `themes`: THEMES. Only questions that the person was asked at both
    answers are compared. A person belongs to the organisation of their first answer.
    """
    people = _people(responses, window)
    compared = _compared_texts(people, states)
    people = people.assign(voice=_voices(people, compared))
    ledger = _ledger(people, compared, themes)
    organisations = pd.concat([people, people.assign(organisation=ALL)])
    ledgers = pd.concat([ledger, ledger.assign(organisation=ALL)])
    return ThemeChange(ledger, _change(organisations, ledgers), _voice_table(organisations, compared))


def _people(responses: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Everybody who answered before the cut-off: respondent_id, organisation, response_id, response_id_later, is_new
    (whether the first answer lies in the window)."""
    known = responses[responses["respondent_id"].notna() & (responses["answered_at"] < window.cut_off)]
    known = known.sort_values(["answered_at", "response_id"], kind="stable")
    first = known.drop_duplicates("respondent_id", keep="first")
    first = first.assign(is_new=first["answered_at"] >= window.start)
    later = known[(known["answered_at"] >= window.start) & ~known["response_id"].isin(first["response_id"])]
    later = later.drop_duplicates("respondent_id", keep="last")[["respondent_id", "response_id"]]
    columns = ["respondent_id", "organisation", "response_id", "is_new"]
    return first[columns].merge(later, on="respondent_id", how="left", suffixes=("", "_later"))


def _compared_texts(people: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Texts of the questions asked at both answers: respondent_id, at ('first' or 'later') and their states."""
    later = people[["respondent_id", "response_id_later"]].dropna()
    ids = pd.concat(
        [
            people[["respondent_id", "response_id"]].assign(at="first"),
            later.rename(columns={"response_id_later": "response_id"}).assign(at="later"),
        ]
    )
    columns = ["response_id", "question_id", "state", "characters_n"]
    asked = ids.merge(states.loc[~states["state"].isin(NOT_ASKED), columns], on="response_id")
    moments = asked.groupby(["respondent_id", "question_id"])["at"].transform("size")
    return asked[moments == 2]


def _voices(people: pd.DataFrame, compared: pd.DataFrame) -> pd.Series:
    analysed = compared[compared["state"].isin(ANALYSED)]
    unread = compared[~compared["state"].isin([*ANALYSED, *WITHOUT_WORDS])]

    def among(rows: pd.DataFrame, at: str) -> pd.Series:
        return people["respondent_id"].isin(rows.loc[rows["at"] == at, "respondent_id"])

    first, later, is_alone = among(analysed, "first"), among(analysed, "later"), people["response_id_later"].isna()
    conditions = {
        "newcomer": is_alone & people["is_new"],
        "lost": is_alone,
        "not_asked_again": ~people["respondent_id"].isin(compared["respondent_id"]),
        "both": first & later,
        "silent": first & ~among(unread, "later"),
        "new_voice": later & ~among(unread, "first"),
    }
    return pd.Series(np.select(list(conditions.values()), list(conditions), "not_analysable"), index=people.index)


def _ledger(people: pd.DataFrame, compared: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    held = themes[["response_id", "question_id", "theme_id"]].drop_duplicates()
    keys, answer = ["respondent_id", "theme_id"], ["response_id", "question_id"]
    found = compared[["respondent_id", *answer, "at"]].merge(held, on=answer)
    alone = people.loc[~people["respondent_id"].isin(compared["respondent_id"]), ["respondent_id", "response_id"]]
    first = pd.concat([found.loc[found["at"] == "first", keys], alone.merge(held, on="response_id")[keys]])
    later = found.loc[found["at"] == "later", keys]
    moments = first.drop_duplicates().merge(later.drop_duplicates(), on=keys, how="outer", indicator="at")
    rows = moments.merge(people, on="respondent_id")
    rows = rows[~rows["voice"].isin(["new_voice", "newcomer"])]  # they have no words to compare with
    words = rows["at"].map({"left_only": "disappeared", "right_only": "appeared", "both": "persisted"}).astype("str")
    rows = rows.assign(became=words.where(rows["voice"] == "both", rows["voice"]))
    return rows.sort_values(["theme_id", "response_id"], ignore_index=True)[LEDGER_COLUMNS]


def _change(people: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    pairs_n = people[people["voice"] == "both"].groupby("organisation").size()
    counts = ledger.groupby(["organisation", "theme_id", "became"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=list(BECAME), fill_value=0)
    rows = []
    for each in counts.reset_index().to_dict("records"):
        of = int(pairs_n.get(each["organisation"], 0))
        more, less = int(each["appeared"]), int(each["disappeared"])
        low, high = tango(more, less, of) if of else (None, None)
        rows.append(
            {
                "organisation": each["organisation"],
                "theme_id": each["theme_id"],
                "pairs_n": of,
                "appeared_n": more,
                "persisted_n": int(each["persisted"]),
                "disappeared_n": less,
                "absent_n": of - more - less - int(each["persisted"]),
                "silent_n": int(each["silent"]),
                "not_analysable_n": int(each["not_analysable"] + each["not_asked_again"]),
                "unanswered_n": int(each["lost"]),
                "value": (more - less) / of if of else None,
                "ci_low": low,
                "ci_high": high,
                "p_value": sign_test(more, less).p_value,
            }
        )
    table = pd.DataFrame(rows, columns=[name for name in CHANGE_COLUMNS if name != "p_adjusted"])
    table["p_adjusted"] = table.groupby("organisation")["p_value"].transform(adjusted)
    numbers = ["value", "ci_low", "ci_high", "p_value", "p_adjusted"]
    return table.astype(dict.fromkeys(numbers, "float64"))[CHANGE_COLUMNS]


def _voice_table(people: pd.DataFrame, compared: pd.DataFrame) -> pd.DataFrame:
    length = compared.groupby(["respondent_id", "at"])["characters_n"].sum().unstack()
    length = length.reindex(columns=["first", "later"])
    rows = people.join(length, on="respondent_id")
    table = rows.groupby(["organisation", "voice"], as_index=False).agg(
        people_n=("respondent_id", "size"), characters_first=("first", "median"), characters_later=("later", "median")
    )
    return table[VOICE_COLUMNS]
