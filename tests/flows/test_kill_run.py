"""A run killed in any stage: what is published stays, nothing is left running, the next run is as if alone."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from warehouse.content import out_content_sha256
from warehouse.engine import opened
from warehouse.read import published_run, published_waves, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_200)]

WAVE = "baseline"
"""The shortest one: it reads one wave's files and compares with none before."""

STAGES = ("pull", "map", "mask", "validate", "score", "analyse", "load", "compute", "publish")


@dataclass(frozen=True)
class Killing:
    """Runs of one inbox in one data folder that are killed, and what became of the processes below them."""

    start: Callable[..., subprocess.Popen[str]]
    children_of: Callable[[int], set[int]]
    left_over: Callable[[set[int]], set[int]]
    inbox: Path
    data: Path
    seconds: dict[str, float]

    def kill_in(self, stage: str) -> None:
        """Start a run and kill it somewhere within a stage."""
        landed_n = self._landed_n()
        run = self.start("run", WAVE, "--inbox", self.inbox, "--data", self.data, stdout=subprocess.DEVNULL)
        assert run.stderr is not None
        for _ in STAGES[: STAGES.index(stage)]:  # a line a stage that is done
            while "…" not in (line := run.stderr.readline()):
                assert line, f"the run ended before {stage}"
        while stage == "pull" and self._landed_n() == landed_n and run.poll() is None:
            time.sleep(0.002)
        time.sleep(random.Random(stage).random() * min(self.seconds[stage], 10))  # noqa: S311 - anywhere in it
        below = self.children_of(run.pid)
        run.kill()
        run.communicate()
        assert run.returncode == -signal.SIGKILL or stage == STAGES[-1]
        assert below, "the Prefect server at least"
        assert self.left_over(below) == set(), f"left running by a kill in {stage}"

    def _landed_n(self) -> int:
        return sum(1 for _ in (self.data / "landing" / "objects").glob("*/*"))

    def published(self) -> str:
        """Content hash of what readers see."""
        with opened(f"sqlite:///{self.data / 'warehouse.sqlite'}") as engine:
            return out_content_sha256(engine, published_run(engine, WAVE))


def test_a_run_killed_in_any_stage(
    start_monosashi: Callable[..., subprocess.Popen[str]],
    monosashi: Callable[..., Any],
    run_sample: Callable[..., Any],
    children_of: Callable[[int], set[int]],
    left_over: Callable[[set[int]], set[int]],
    tmp_path: Path,
) -> None:
    from flows.sample import write_sample

    first, second, data = tmp_path / "first", tmp_path / "second", tmp_path / "data"
    write_sample(first, respondents=60, seed=5)
    write_sample(second, respondents=80, seed=6)
    before = run_sample(first, data, WAVE).outcome
    undisturbed = run_sample(second, tmp_path / "undisturbed", WAVE).outcome
    expected = undisturbed.out_sha256
    assert expected != before.out_sha256
    killing = Killing(start_monosashi, children_of, left_over, second, data, undisturbed.seconds)

    # A run of other files, never finished: readers see the run before it, unless it was killed after the switch.
    for stage in STAGES:
        killing.kill_in(stage)
        assert killing.published() in {before.out_sha256} | ({expected} if stage == "publish" else set()), stage
    said = monosashi("run", WAVE, "--inbox", second, "--data", data)
    assert said.status in (0, 2), said.err
    assert expected in said.out
    assert killing.published() == expected

    # The same run once more, which replaces itself: readers see it whole all the time.
    shutil.rmtree(data / "report")
    for stage in ("load", "publish"):
        killing.kill_in(stage)
        assert killing.published() == expected, stage
    assert run_sample(second, data, WAVE).outcome.out_sha256 == expected
    assert (data / "report" / WAVE / "report.html").stat().st_size > 0
    with opened(f"sqlite:///{data / 'warehouse.sqlite'}") as engine:
        assert published_waves(engine) == {WAVE: undisturbed.run_id}
        for table in ("core_response", "core_answer", "core_token", "out_indicator_member"):
            rows = read_table(engine, table, undisturbed.run_id)
            with opened(f"sqlite:///{tmp_path / 'undisturbed' / 'warehouse.sqlite'}") as other:
                assert rows.equals(read_table(other, table, undisturbed.run_id)), table
