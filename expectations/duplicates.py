"""Copies of a response: identical ones are kept once, contradicting ones not at all."""

from __future__ import annotations

import pandas as pd

DUPLICATE = "duplicate"
CONFLICT = "duplicate_conflict"

_ANSWER = ["question_id", "position", "value_code", "value_number", "value_text", "value_date", "missing_kind"]
_RESPONSE = ["respondent_id", "answered_at"]


def duplicate_reasons(responses: pd.DataFrame, answers: pd.DataFrame) -> pd.Series[str]:
    """Reason to reject a copy, by `row_key`; rows without one are missing from the result.

    Copies share a `response_id`. Where person, time and all answers agree, the first row stays and later ones are
    `duplicate` (order: waves as they come in `responses`, then file, sheet, row). Where they differ, nobody can say
    which is right: all copies are `duplicate_conflict`. How an answer was mapped (crosswalk class) is no content.
    """
    copies = responses[responses["response_id"].notna() & responses["response_id"].duplicated(keep=False)]
    if copies.empty:
        return pd.Series([], index=pd.Index([], name="row_key", dtype=object), dtype=object)
    wave_order = {wave: number for number, wave in enumerate(responses["wave"].unique())}
    copies = copies.assign(wave_order=copies["wave"].map(wave_order), content=_content(copies, answers))
    copies = copies.sort_values(["wave_order", "file_name", "sheet", "row_n"], kind="stable")
    contents_n = copies.groupby("response_id")["content"].transform("nunique")
    later = copies.duplicated("response_id", keep="first")
    reasons = pd.Series(None, index=pd.Index(copies["row_key"]), dtype=object)
    reasons[later.to_numpy()] = DUPLICATE
    reasons[(contents_n > 1).to_numpy()] = CONFLICT
    return reasons.dropna()


def _content(copies: pd.DataFrame, answers: pd.DataFrame) -> pd.Series[int]:
    """Hash of a copy's content: the sum of its answers' hashes does not depend on their order."""
    answers = answers[answers["row_key"].isin(copies["row_key"])]
    hashes = pd.util.hash_pandas_object(answers[_ANSWER], index=False)
    of_answers = hashes.groupby(answers["row_key"]).sum().reindex(copies["row_key"], fill_value=0)
    of_response = pd.util.hash_pandas_object(copies[_RESPONSE], index=False)
    return of_response + of_answers.to_numpy()
