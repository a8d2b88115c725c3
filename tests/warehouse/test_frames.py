"""What a frame may hold, and that it comes back from the database as it went in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from warehouse.frames import CHUNK_ROWS, check_columns, empty_frame, frame_of, stored_rows
from warehouse.tables import TABLES

ANSWER = TABLES["core_answer"]
PRIVATE = "private answer"


def _answers(**given: object) -> pd.DataFrame:
    values: dict[str, object] = {
        "run_id": "r",
        "response_id": ["a", "b"],
        "question_id": "q",
        "position": 0,
        "value_code": None,
        "value_number": None,
        "value_text": None,
        "value_date": None,
        "missing_kind": None,
        "crosswalk_class": "A",
    }
    return pd.DataFrame({**values, **given})


def _stored(frame: pd.DataFrame, column: str) -> list[object]:
    place = ANSWER.columns.index(column)
    return [row[place] for chunk in stored_rows(ANSWER, frame) for row in chunk]


@pytest.mark.parametrize(
    ("column", "given", "stored"),
    [
        ("value_text", ["", "「𠮷」"], ["", "「𠮷」"]),
        ("value_text", pd.Series(["x", pd.NA], dtype=object), ["x", None]),
        ("value_text", [np.nan, None], [None, None]),
        ("value_code", pd.Categorical(["1", None]), ["1", None]),
        ("value_number", pd.Series([1, pd.NA], dtype="Int64"), [1.0, None]),
        ("value_number", pd.Series([2, None], dtype=object), [2.0, None]),
        ("value_number", [0.1, np.nan], [0.1, None]),
        ("position", [0.0, 7.0], [0, 7]),
        ("position", np.array([1, 2], dtype="int16"), [1, 2]),
    ],
)
def test_stored_values_are_plain(column: str, given: object, stored: list[object]) -> None:
    found = _stored(_answers(**{column: given}), column)
    assert found == stored
    assert [type(value) for value in found] == [type(value) for value in stored]


def test_negative_zero_is_zero_as_sqlite_has_it() -> None:
    assert str(_stored(_answers(value_number=[-0.0, 1.0]), "value_number")[0]) == "0.0"


@pytest.mark.parametrize(
    ("column", "given"),
    [
        ("value_text", [PRIVATE, 1]),
        ("value_text", [PRIVATE, "\x00"]),
        ("value_text", pd.Series([PRIVATE, "\ud800"], dtype=object)),
        ("value_number", [PRIVATE, None]),
        ("value_number", [1.0, np.inf]),
        ("position", [0.5, 1]),
        ("position", [0, None]),
        ("crosswalk_class", ["A", None]),
    ],
)
def test_a_value_of_another_kind_is_refused_without_being_shown(column: str, given: object) -> None:
    with pytest.raises(ValueError, match=rf"core_answer\.{column}: ") as caught:
        _stored(_answers(**{column: given}), column)
    assert PRIVATE not in str(caught.value)


def test_an_instant_needs_a_zone_and_is_stored_in_utc() -> None:
    table = TABLES["raw_file"]
    frame = pd.DataFrame({"sha256": ["a"], "bytes_n": [1], "first_seen_at": ["2024-04-01T00:00:00.000001"]})
    for naive in (frame["first_seen_at"], pd.to_datetime(frame["first_seen_at"])):
        with pytest.raises(ValueError, match=r"raw_file\.first_seen_at: not of kind instant"):
            list(stored_rows(table, frame.assign(first_seen_at=naive)))
    aware = pd.to_datetime(frame["first_seen_at"]).dt.tz_localize("Asia/Tokyo")
    [[row]] = stored_rows(table, frame.assign(first_seen_at=aware))
    assert row == ("a", 1, "2024-03-31T15:00:00.000001Z")
    assert frame_of(table, [row])["first_seen_at"].tolist() == aware.tolist()


def test_stored_rows_come_back_as_they_were() -> None:
    frame = _answers(value_text=["改行\nあり", None], value_number=[0.1 + 0.2, None])
    rows = [row for chunk in stored_rows(ANSWER, frame) for row in chunk]
    again = frame_of(ANSWER, rows)
    assert again.dtypes.astype(str).to_dict() == empty_frame(ANSWER).dtypes.astype(str).to_dict()
    assert [row for chunk in stored_rows(ANSWER, again) for row in chunk] == rows


def test_rows_come_in_chunks_and_none_is_lost() -> None:
    many = _answers(response_id=[str(number) for number in range(CHUNK_ROWS + 1)])
    assert [len(chunk) for chunk in stored_rows(ANSWER, many)] == [CHUNK_ROWS, 1]


def test_missing_and_extra_columns_are_named() -> None:
    frame = _answers(value_tekst="x").drop(columns=["position", "run_id"])
    with pytest.raises(
        ValueError, match=r"core_answer: missing columns \['position'\], extra columns \['value_tekst'\]"
    ):
        check_columns(ANSWER, frame, given=["run_id"])


def test_an_empty_frame_has_the_tables_columns_and_kinds() -> None:
    kinds = empty_frame(TABLES["core_response"]).dtypes.astype(str)
    assert kinds["answered_at"] == "datetime64[us, UTC]"
    assert kinds["row_n"] == "int64"
    assert empty_frame(TABLES["out_finding"]).dtypes["row_n"] == "Int64"
    assert list(stored_rows(ANSWER, empty_frame(ANSWER))) == []
