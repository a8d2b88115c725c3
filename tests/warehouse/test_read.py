"""Reading what is published, with the kinds the column dictionary names."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from warehouse.definitions import UserMistake
from warehouse.load import RunRecord, load_run
from warehouse.read import published_run, read_table


def test_an_unknown_wave_is_answered_with_those_there_are(
    engine: Engine, run_record: Callable[..., RunRecord], small_frames: Callable[..., dict[str, pd.DataFrame]]
) -> None:
    with pytest.raises(UserMistake, match="there is none yet"):
        published_run(engine, "interim")
    load_run(engine, run_record(wave="interim"), small_frames())
    load_run(engine, run_record("run-2", wave="baseline"), small_frames())
    with pytest.raises(
        UserMistake, match="wave: finale: is not in the warehouse; there are baseline, interim"
    ) as caught:
        published_run(engine, "finale")
    assert "baseline, interim" in caught.value.faults[0].say("ja")


def test_columns_have_the_declared_kinds_with_and_without_rows(
    engine: Engine, run_record: Callable[..., RunRecord], small_frames: Callable[..., dict[str, pd.DataFrame]]
) -> None:
    load_run(engine, run_record(), small_frames())
    for run_id in ("run-1", "no such run"):
        responses = read_table(engine, "core_response", run_id).dtypes.astype(str)
        assert responses["answered_at"] == "datetime64[us, UTC]"
        assert responses["sheet"] == "str"
        assert responses["row_n"] == "int64"
        indicators = read_table(engine, "out_indicator", run_id).dtypes.astype(str)
        assert indicators["is_declared"] == "bool"
        assert indicators["numerator"] == "Int64"
        assert indicators["value"] == "float64"
    responses = read_table(engine, "core_response", "run-1")
    assert responses["answered_at"][0] == pd.Timestamp("2024-03-31T14:59:59.123456", tz="UTC")
    assert responses["response_id"].tolist() == ["r0", "r1", "r2"]
    assert responses["sheet"].isna().all()


def test_a_table_without_runs_is_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match="raw_file is not kept by run"):
        read_table(engine, "raw_file", "run-1")
