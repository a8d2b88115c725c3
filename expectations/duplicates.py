"""Deliveries of the same response: which one counts, and why the others do not."""

from __future__ import annotations

import pandas as pd

DUPLICATE = "duplicate"
CONFLICT = "duplicate_conflict"
SUPERSEDED = "superseded"
DELETED = "deleted_at_source"

_ANSWER = ["question_id", "position", "value_code", "value_number", "value_text", "value_date", "missing_kind"]
_RESPONSE = ["respondent_id", "answered_at"]
_ORDER = ["wave_order", "file_name", "sheet", "row_n"]
_FOUND = ["reason_code", "expected"]


def duplicate_reasons(responses: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Why a copy is rejected, by `row_key`: columns reason_code, expected. Rows that may count have no row in it.

    Copies share a `response_id`; their content is person, time and all answers (how an answer was mapped, its
    crosswalk class, is no content). What the last wave delivered is the version that counts. It stands from the first
    row on that said the same and was not contradicted later (order: waves as they come in `responses`, then file,
    sheet, row); its other copies are `duplicate`, and every other version is `superseded`, `expected` naming the file
    of the row that stands. Where the last wave's own copies differ, or the copies name several people, nobody can say
    which is right: all copies, of earlier waves too, are `duplicate_conflict`, `expected` naming the first row that
    says something else.
    """
    copies = responses[responses["response_id"].notna() & responses["response_id"].duplicated(keep=False)]
    if copies.empty:
        return pd.DataFrame(columns=_FOUND, index=pd.Index([], name="row_key"), dtype=object)
    copies = _in_order(copies.assign(content=_content(copies, answers)), responses)
    by_wave = copies.groupby(["response_id", "wave_order"], as_index=False)["content"].agg(["min", "max"])
    last = by_wave.groupby("response_id")[["min", "max"]].transform("last")
    says_the_last = (by_wave["min"] == last["min"]) & (by_wave["max"] == last["max"])
    by_wave["stands"] = says_the_last[::-1].groupby(by_wave["response_id"]).cummin()  # from the last wave backwards
    people_n = copies.groupby("response_id")["respondent_id"].nunique()
    by_wave["is_clear"] = (last["min"] == last["max"]) & (by_wave["response_id"].map(people_n) <= 1)
    copies = copies.merge(by_wave, on=["response_id", "wave_order"])
    standing = copies[copies["stands"]].drop_duplicates("response_id").set_index("response_id")
    found = copies.set_index("row_key").assign(reason_code=DUPLICATE, expected="")
    found.loc[~found["stands"], "reason_code"] = SUPERSEDED
    found.loc[~found["stands"], "expected"] = found["response_id"].map(standing["file_name"])
    found.loc[~found["is_clear"], "reason_code"] = CONFLICT
    found.loc[~found["is_clear"], "expected"] = _contradicting(copies)
    counts = found["is_clear"] & found.index.isin(standing["row_key"])
    return found.loc[~counts, _FOUND].astype(object)


def withdrawn(responses: pd.DataFrame, deleted: pd.DataFrame) -> pd.DataFrame:
    """Rows whose response was deleted after them, by `row_key`: columns reason_code, expected (the file that says so).

    `deleted`: those of `responses` that say a response was deleted. Before them lie the earlier waves, the other files
    of the same wave, and the rows above; a row below, or of a later wave, is the response handed in anew.
    """
    rest = responses[~responses["row_key"].isin(deleted["row_key"])]
    known = deleted[deleted["response_id"].notna()]
    pairs = _in_order(rest, responses).merge(_in_order(known, responses), on="response_id", suffixes=("", "_deleted"))
    is_same_wave = pairs["wave_order"] == pairs["wave_order_deleted"]
    is_same_file = (pairs["file_name"] == pairs["file_name_deleted"]) & (pairs["sheet"] == pairs["sheet_deleted"])
    is_before = pairs["wave_order"] < pairs["wave_order_deleted"]
    is_before |= is_same_wave & (~is_same_file | (pairs["row_n"] < pairs["row_n_deleted"]))
    found = pairs[is_before].drop_duplicates("row_key", keep="last").set_index("row_key")
    return found.assign(reason_code=DELETED, expected=found["file_name_deleted"])[_FOUND].astype(object)


def _contradicting(copies: pd.DataFrame) -> pd.Series[str]:
    """The place of the first copy whose content is another, by `row_key`; `copies` are in order."""
    sheets = copies["sheet"].where(copies["sheet"] == "", " [" + copies["sheet"] + "]")
    places = copies.assign(place=copies["file_name"] + sheets + ": " + copies["row_n"].astype(str))
    first = places.drop_duplicates("response_id").set_index("response_id")
    is_as_first = places["content"] == places["response_id"].map(first["content"])
    second = places[~is_as_first].drop_duplicates("response_id").set_index("response_id")["place"]
    other = places["response_id"].map(second).where(is_as_first, places["response_id"].map(first["place"]))
    return other.set_axis(places["row_key"])


def _in_order(rows: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """The rows as they were delivered, `wave_order` and a `sheet` that can be compared beside them."""
    wave_order = {wave: number for number, wave in enumerate(responses["wave"].unique())}
    rows = rows.assign(wave_order=rows["wave"].map(wave_order), sheet=rows["sheet"].fillna(""))
    return rows.sort_values(_ORDER, kind="stable")


def _content(copies: pd.DataFrame, answers: pd.DataFrame) -> pd.Series[int]:
    """Hash of a copy's content: the sum of its answers' hashes does not depend on their order."""
    answers = answers[answers["row_key"].isin(copies["row_key"])]
    hashes = pd.util.hash_pandas_object(answers[_ANSWER], index=False)
    of_answers = hashes.groupby(answers["row_key"]).sum().reindex(copies["row_key"], fill_value=0)
    of_response = pd.util.hash_pandas_object(copies[_RESPONSE], index=False)
    return of_response + of_answers.to_numpy()
