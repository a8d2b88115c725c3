"""Attributes of those who wrote: the groups that themes and words are compared between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd

from warehouse.evidence import ORGANISATION, UNMATCHED
from warehouse.text_tables import SCRIPT

MEMBER_COLUMNS: Final = ["response_id", "dimension", "category"]


def members(responses: pd.DataFrame, answers: pd.DataFrame, attributes: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """The groups of each response: MEMBER_COLUMNS, a response once in a dimension.

    `responses`: response_id, organisation, form_id; `answers`: ANSWERS; `attributes`: form -> its questions by which
    its texts are compared. A person belongs where their own valid code in that very response says; who gave none
    belongs nowhere. Everybody belongs to their organisation.
    """
    declared = pd.DataFrame(
        [(form, question) for form, questions in attributes.items() for question in questions],
        columns=["form_id", "question_id"],
    ).astype("str")
    own = answers[answers["missing_kind"].isna() & answers["value_code"].notna() & (answers["value_code"] != UNMATCHED)]
    own = own.merge(responses[["response_id", "form_id"]], on="response_id").merge(
        declared, on=["form_id", "question_id"]
    )
    own = own.rename(columns={"question_id": "dimension", "value_code": "category"})
    organisations = responses.assign(dimension=ORGANISATION, category=responses["organisation"])
    return pd.concat([organisations[MEMBER_COLUMNS], own[MEMBER_COLUMNS]], ignore_index=True)


def script_members(texts: pd.DataFrame) -> pd.DataFrame:
    """The script of the texts of one question as a group: MEMBER_COLUMNS. `texts`: response_id, script."""
    return texts.assign(dimension=SCRIPT, category=texts["script"])[MEMBER_COLUMNS]
