"""A run is loaded whole or not at all, replaces itself, and never shows a value when it is refused."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pandas as pd
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

import warehouse.load
from warehouse.content import out_content_sha256
from warehouse.engine import reading
from warehouse.frames import Row
from warehouse.load import (
    LOADED_TABLES,
    OUT_TABLES,
    ExecutionRecord,
    LoadError,
    RunRecord,
    load_run,
    publish_run,
    record_execution,
)
from warehouse.read import published_run, published_waves, read_table
from warehouse.table import Table
from warehouse.tables import SQL_TABLES, TABLES

MakeRun = Callable[..., RunRecord]
MakeFrames = Callable[..., dict[str, pd.DataFrame]]


def _everything(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, in the order of their keys."""
    with reading(engine) as connection:
        return {
            name: [tuple(row) for row in connection.execute(sa.select(rows).order_by(*rows.primary_key.columns))]
            for name, rows in SQL_TABLES.items()
        }


def test_every_frame_comes_back(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    load_run(engine, run_record(), frames)
    for name in ("core_response", "core_answer", "out_indicator", "out_indicator_public", "out_indicator_member"):
        found = read_table(engine, name, "run-1").drop(columns="run_id")
        pd.testing.assert_frame_equal(found, frames[name][found.columns].astype(found.dtypes))
    assert len(read_table(engine, "out_finding", "run-1")) == 2


def test_the_same_run_again_replaces_itself_identically(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    load_run(engine, run_record(), small_frames())
    before = _everything(engine)
    frames = small_frames()
    frames["raw_file"]["first_seen_at"] += pd.Timedelta(days=9)
    load_run(engine, run_record(first_loaded_at=datetime(2025, 1, 1, tzinfo=UTC)), frames)
    assert _everything(engine) == before


def test_a_smaller_run_under_the_same_id_leaves_no_row_behind(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    load_run(engine, run_record(), small_frames(people=5))
    load_run(engine, run_record(), small_frames(people=2))
    assert len(read_table(engine, "core_response", "run-1")) == 2
    assert len(read_table(engine, "out_indicator_member", "run-1")) == 2


def test_a_new_run_is_published_and_the_older_one_stays(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    load_run(engine, run_record("run-1"), small_frames(people=3))
    load_run(engine, run_record("run-2"), small_frames(people=4))
    load_run(engine, run_record("run-3", wave="final"), small_frames(people=5, period="final"))
    assert published_run(engine, "interim") == "run-2"
    assert published_run(engine, "final") == "run-3"
    assert [len(read_table(engine, "core_response", run)) for run in ("run-1", "run-2", "run-3")] == [3, 4, 5]


def test_findings_are_numbered_by_their_content_not_by_their_order(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    frames = small_frames()
    load_run(engine, run_record("run-1"), frames)
    load_run(engine, run_record("run-2"), {**frames, "out_finding": frames["out_finding"].iloc[::-1]})
    first, second = (read_table(engine, "out_finding", run).drop(columns="run_id") for run in ("run-1", "run-2"))
    pd.testing.assert_frame_equal(first, second)
    assert first["finding_n"].tolist() == [1, 2]


@pytest.mark.parametrize("stops_at", ["core_answer", "out_language"])
def test_a_failure_in_mid_load_leaves_the_earlier_state(
    engine: Engine,
    run_record: MakeRun,
    small_frames: MakeFrames,
    monkeypatch: pytest.MonkeyPatch,
    stops_at: str,
) -> None:
    load_run(engine, run_record("run-1"), small_frames())
    before = _everything(engine)
    insert = warehouse.load.insert_rows

    def insert_until(connection: Connection, table: Table, chunks: Iterator[list[Row]]) -> None:
        if table.name == stops_at:
            raise KeyboardInterrupt
        insert(connection, table, chunks)

    monkeypatch.setattr(warehouse.load, "insert_rows", insert_until)
    for run in (run_record("run-2"), run_record("run-1")):
        with pytest.raises(KeyboardInterrupt):
            load_run(engine, run, small_frames(people=4))
        assert _everything(engine) == before


def _named(frames: dict[str, pd.DataFrame], names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    return {name: frames[name] for name in names}


def test_a_run_loaded_without_its_results_is_not_seen_before_it_is_published(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    load_run(engine, run_record("run-1"), small_frames(people=3))
    frames = small_frames(people=4)
    load_run(engine, run_record("run-2"), _named(frames, LOADED_TABLES))
    assert published_waves(engine) == {"interim": "run-1"}
    publish_run(engine, run_record("run-2"), _named(frames, OUT_TABLES))
    assert published_waves(engine) == {"interim": "run-2"}
    assert len(read_table(engine, "out_indicator_member", "run-2")) == 4
    before = _everything(engine)
    load_run(engine, run_record("run-2"), _named(frames, LOADED_TABLES))
    assert _everything(engine) == before  # a published run that is executed again never shows without its results


def test_only_a_loaded_run_with_its_own_responses_can_be_published(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    out = _named(small_frames(people=4), OUT_TABLES)
    with pytest.raises(ValueError, match="run run-1 is not loaded"):
        publish_run(engine, run_record(), out)
    load_run(engine, run_record(), _named(small_frames(people=3), LOADED_TABLES))
    with pytest.raises(ValueError, match=r"out_indicator_member\.response_id: 1 rows name no response"):
        publish_run(engine, run_record(), out)
    assert published_waves(engine) == {}


def test_frames_must_be_all_of_the_tables(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    del frames["core_mask"]
    frames["core_typo"] = pd.DataFrame()
    with pytest.raises(ValueError, match=r"missing \['core_mask'\], unknown \['core_typo'\]"):
        load_run(engine, run_record(), frames)


def test_wrong_columns_are_refused(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    frames["core_answer"] = frames["core_answer"].rename(columns={"position": "place"})
    with pytest.raises(ValueError, match=r"core_answer: missing columns \['position'\], extra columns \['place'\]"):
        load_run(engine, run_record(), frames)


def test_rows_of_another_run_are_refused(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    frames["out_indicator"] = frames["out_indicator"].assign(run_id="run-0")
    with pytest.raises(ValueError, match="out_indicator: rows of another run than run-1"):
        load_run(engine, run_record(), frames)
    load_run(engine, run_record("run-0"), frames)


def test_rows_about_an_unknown_response_are_refused(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    frames = small_frames()
    frames["core_response"] = frames["core_response"].iloc[1:]
    with pytest.raises(ValueError, match=r"core_answer\.response_id: 2 rows name no response") as caught:
        load_run(engine, run_record(), frames)
    assert "r0" not in str(caught.value)


def test_the_databases_refusal_shows_no_answer(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    twice = pd.concat([frames["core_answer"], frames["core_answer"].iloc[:1].assign(value_text="secret answer")])
    with pytest.raises(LoadError, match="core_answer: the database refused the rows") as caught:
        load_run(engine, run_record(), {**frames, "core_answer": twice})
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    assert caught.value.__context__ is None
    assert "secret" not in shown
    assert "r0" not in shown
    assert read_table(engine, "core_response", "run-1").empty


def test_an_input_must_be_a_file_on_record(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    row = {name: "x" for name in TABLES["meta_input"].columns if name != "run_id"}
    frames["meta_input"] = pd.DataFrame([{**row, "bytes_n": 1, "rows_n": None}])
    with pytest.raises(LoadError, match="meta_input"):
        load_run(engine, run_record(), frames)
    frames["meta_input"]["sha256"] = "f" * 64
    load_run(engine, run_record(), frames)


def test_executions_are_logged_and_may_be_completed(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames
) -> None:
    load_run(engine, run_record(), small_frames())
    start = datetime(2024, 4, 1, 9, tzinfo=UTC)
    for finished, content in ((None, None), (start, out_content_sha256(engine, "run-1"))):
        record_execution(engine, ExecutionRecord("e1", "run-1", start, finished, "schedule", 2, content))
    logged = read_table(engine, "meta_execution", "run-1")
    assert len(logged) == 1
    assert logged.loc[0, "finished_at"] == pd.Timestamp(start)
    assert logged.loc[0, "out_sha256"] == out_content_sha256(engine, "run-1")
    with pytest.raises(LoadError, match="meta_execution"):
        record_execution(engine, ExecutionRecord("e2", "run-9", start, None, "schedule", 2, None))
