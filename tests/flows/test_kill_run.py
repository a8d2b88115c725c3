"""A run killed in any stage leaves nothing behind that the next one would trip over."""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse.content import out_content_sha256
from warehouse.engine import opened
from warehouse.read import published_run

pytestmark = [pytest.mark.flow, pytest.mark.model]

STAGES = ("pull", "map", "mask", "validate", "score", "analyse", "load", "compute", "publish")


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from flows.sample import write_sample

    inbox = tmp_path_factory.mktemp("inbox")
    write_sample(inbox, respondents=60, seed=5)
    return inbox


def published_content(data: Path) -> str:
    with opened(f"sqlite:///{data / 'warehouse.sqlite'}") as engine:
        return out_content_sha256(engine, published_run(engine, "interim"))


def children_of(process: int) -> set[int]:
    """Every process below one, by /proc."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found = {process}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found - {process}


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill_after(run: subprocess.Popen[str], stages_done: int) -> set[int]:
    """Kill the run within the stage that follows so many finished ones; give the processes it had below it."""
    assert run.stderr is not None
    done = 0
    while done < stages_done and (line := run.stderr.readline()):
        done += "…" in line
    while not (below := children_of(run.pid)):  # before the first stage: once the Prefect server starts
        time.sleep(0.05)
    time.sleep(random.Random(stages_done).random() * 0.5)  # noqa: S311 - somewhere in the stage
    below |= children_of(run.pid)
    run.kill()
    run.communicate()
    return below


def test_a_run_killed_in_any_stage_changes_nothing(
    start_monosashi: Callable[..., subprocess.Popen[str]],
    monosashi: Callable[..., Any],
    inbox: Path,
    tmp_path: Path,
) -> None:
    arguments = ("run", "interim", "--inbox", inbox)
    undisturbed, data = tmp_path / "undisturbed", tmp_path / "killed"
    assert monosashi(*arguments, "--data", undisturbed).status == 0
    expected = published_content(undisturbed)

    for stages_done in range(len(STAGES)):
        run = start_monosashi(*arguments, "--data", data)
        below = kill_after(run, stages_done)
        deadline = time.monotonic() + 60
        while any(map(is_alive, below)) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not any(map(is_alive, below)), f"processes left behind by a kill in {STAGES[stages_done]}"
        again = monosashi(*arguments, "--data", data)
        assert again.status == 0, again.err
        assert published_content(data) == expected, STAGES[stages_done]


def test_what_was_published_stays_visible_while_a_later_run_is_killed(
    start_monosashi: Callable[..., subprocess.Popen[str]], monosashi: Callable[..., Any], inbox: Path, tmp_path: Path
) -> None:
    """Another inbox makes another run; it is killed after it was loaded and before it is published."""
    from flows.sample import write_sample

    data, other = tmp_path / "data", tmp_path / "other"
    assert monosashi("run", "interim", "--inbox", inbox, "--data", data).status == 0
    before = published_content(data)
    write_sample(other, respondents=60, seed=6)
    run = start_monosashi("run", "interim", "--inbox", other, "--data", data)
    kill_after(run, STAGES.index("compute"))
    assert published_content(data) == before
    shown = monosashi("indicators", "--warehouse", f"sqlite:///{data / 'warehouse.sqlite'}")
    assert shown.status == 0
    assert os.sep not in shown.err
