"""Frames and stored rows: what is in memory against what the column dictionary says the database holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat

import numpy as np
import pandas as pd

from warehouse.fields import Field, Kind
from warehouse.table import Table

CHUNK_ROWS = 20_000

Row = tuple[object, ...]

_DTYPES: dict[Kind, str] = {
    "text": "str",
    "day": "str",
    "instant": "datetime64[us, UTC]",
    "integer": "int64",
    "number": "float64",
    "flag": "bool",
}
_NULLABLE_DTYPES: dict[Kind, str] = {**_DTYPES, "integer": "Int64", "flag": "boolean"}


def empty_frame(table: Table) -> pd.DataFrame:
    """A frame of the table's columns without rows, with their dtypes."""
    return frame_of(table, [])


def frame_of(table: Table, rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    """Stored rows as a frame: text and days `str`, instants datetime64[us, UTC], nullable integers Int64."""
    columns = zip(*rows, strict=True) if rows else repeat((), len(table.columns))
    return pd.DataFrame(
        {each.name: _series(each, table, list(values)) for each, values in zip(table.fields, columns, strict=False)}
    )


def _series(column: Field, table: Table, values: list[object]) -> pd.Series:
    dtypes = _NULLABLE_DTYPES if table.is_nullable(column) else _DTYPES
    if column.kind == "instant":
        instants = np.array([str(value)[:-1] if value is not None else "NaT" for value in values], "datetime64[us]")
        return pd.Series(instants).dt.tz_localize("UTC")
    return pd.Series(values, dtype=dtypes[column.kind])


def check_columns(table: Table, frame: pd.DataFrame, given: Iterable[str] = ()) -> None:
    """Raise ValueError naming missing and extra columns. `given` ones are added on loading and may be missing."""
    missing = [name for name in table.columns if name not in frame.columns and name not in set(given)]
    extra = [str(name) for name in frame.columns if name not in table.columns]
    if missing or extra:
        raise ValueError(f"{table.name}: missing columns {missing}, extra columns {extra}")


def stored_rows(table: Table, frame: pd.DataFrame) -> Iterator[list[Row]]:
    """The frame's rows as the database stores them, in chunks.

    NaN, NaT, None and pd.NA become NULL. Raises ValueError naming table and column (never a value) for a column that
    is not of its kind, and for nulls where there may be none.
    """
    for start in range(0, len(frame), CHUNK_ROWS):
        chunk = frame.iloc[start : start + CHUNK_ROWS]
        yield list(zip(*(_stored(table, each, chunk[each.name]) for each in table.fields), strict=True))


def _stored(table: Table, column: Field, series: pd.Series) -> list[object]:
    try:
        values = _CONVERSIONS[column.kind](series)
    except (TypeError, ValueError, OverflowError):
        values = None
    if values is None:
        raise ValueError(f"{table.name}.{column.name}: not of kind {column.kind}")
    if not table.is_nullable(column) and None in values:
        raise ValueError(f"{table.name}.{column.name}: null where there may be none")
    return values


def _with_none(series: pd.Series) -> list[object]:
    values: list[object] = series.astype(object).where(series.notna(), None).tolist()
    return values


def _texts(series: pd.Series) -> list[object]:
    values = _with_none(series)
    joined = "".join(value for value in values if value is not None)  # type: ignore[misc]  # TypeError: not text
    joined.encode("utf-8")  # UnicodeEncodeError: a lone surrogate
    if "\x00" in joined:
        raise ValueError("PostgreSQL stores no NUL character")
    return values


def _integers(series: pd.Series) -> list[object]:
    return _with_none(series.astype("Int64"))


def _numbers(series: pd.Series) -> list[object]:
    numbers = series.astype("Float64").to_numpy("float64", na_value=np.nan)
    if np.isinf(numbers).any():
        raise ValueError("infinity is no answer")
    # SQLite stores -0.0 as 0; adding 0.0 makes that so everywhere
    return [None if number != number else number for number in (numbers + 0.0).tolist()]


def _flags(series: pd.Series) -> list[object]:
    return _with_none(series.astype("boolean"))


def _instants(series: pd.Series) -> list[object]:
    if series.isna().all():
        return [None] * len(series)
    if not isinstance(series.dtype, pd.DatetimeTZDtype):
        raise TypeError("an instant has a zone")
    instants = series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy("datetime64[us]")
    return [None if text == "NaT" else f"{text}Z" for text in np.datetime_as_string(instants, unit="us").tolist()]


_CONVERSIONS = {
    "text": _texts,
    "day": _texts,
    "integer": _integers,
    "number": _numbers,
    "flag": _flags,
    "instant": _instants,
}
