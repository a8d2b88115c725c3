"""A process killed in mid-load: readers see what was published before, and the next load works."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from warehouse.content import out_content_sha256
from warehouse.load import RunRecord, load_run
from warehouse.read import published_run, read_table

LOADER = """
import pickle, sys, time
import warehouse.load
from warehouse.engine import open_warehouse

insert = warehouse.load.insert_rows

def insert_and_wait(connection, table, chunks):
    insert(connection, table, chunks)
    if table.name == sys.argv[2]:
        print("in mid-load", flush=True)
        time.sleep(600)

warehouse.load.insert_rows = insert_and_wait
run, frames = pickle.load(sys.stdin.buffer)
warehouse.load.load_run(open_warehouse(sys.argv[1]), run, frames)
"""


@pytest.mark.parametrize("killed_after", ["core_answer", "out_language"])
def test_a_killed_load_leaves_the_published_run(
    warehouse_url: str,
    engine: Engine,
    run_record: Callable[..., RunRecord],
    small_frames: Callable[..., dict[str, pd.DataFrame]],
    killed_after: str,
    tmp_path: Path,
) -> None:
    load_run(engine, run_record("run-1"), small_frames(people=3))
    content = out_content_sha256(engine, "run-1")
    work = tmp_path / "work.pickle"
    pd.to_pickle((run_record("run-2"), small_frames(people=2000)), work)
    command = [sys.executable, "-c", LOADER, warehouse_url, killed_after]
    with (
        work.open("rb") as given,
        subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as loader,
    ):
        assert loader.stdout is not None
        assert loader.stdout.readline() == b"in mid-load\n"
        loader.kill()  # SIGKILL
    assert published_run(engine, "interim") == "run-1"
    assert out_content_sha256(engine, "run-1") == content
    assert len(read_table(engine, "core_response", "run-1")) == 3
    assert read_table(engine, "core_response", "run-2").empty
    load_run(engine, run_record("run-2"), small_frames(people=4))
    assert published_run(engine, "interim") == "run-2"
    assert len(read_table(engine, "core_response", "run-2")) == 4
