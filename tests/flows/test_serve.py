"""Waves by schedule: real Prefect schedules, runs them in processes of their own, and ends with the command."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from warehouse.content import out_content_sha256
from warehouse.engine import opened
from warehouse.read import published_run

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_200)]

PATIENCE_S = 300
OPENING = "somebody:who looks"
"""User and password of those who look at Prefect's own pages."""


@dataclass(frozen=True)
class Serving:
    """A `serve` that runs: its process, what it has said so far, and its Prefect server."""

    process: subprocess.Popen[str]
    out: Path
    err: Path

    def await_(self, fragment: str, times: int = 1) -> str:
        """Wait until it has said something; give all it has said."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            said = self.out.read_text() + self.err.read_text()
            if said.count(fragment) >= times:
                return said
            assert self.process.poll() is None, said
            time.sleep(0.2)
        raise AssertionError(f"{fragment!r} was not said in:\n{said}")

    def api(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST to the Prefect server."""
        address = re.search(r"http://127\.0\.0\.1:\d+/api", self.await_("/api"))
        assert address is not None
        data = json.dumps(body or {}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {b64encode(OPENING.encode()).decode()}"}
        request = urllib.request.Request(f"{address[0]}/{path}", data, headers)  # noqa: S310 - loopback
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(20):
            try:
                with direct.open(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code != 503:  # its database is busy for a moment
                    raise
                time.sleep(1)
        raise AssertionError(f"{path}: the Prefect server stays unavailable")

    def schedules(self) -> dict[str, list[str]]:
        """Deployment -> its active schedules, once all three are registered."""
        deadline = time.monotonic() + PATIENCE_S
        while len(found := self.api("deployments/filter")) < 3 and time.monotonic() < deadline:
            time.sleep(0.5)
        return {
            each["name"].rpartition("-")[2]: [json.dumps(one["schedule"]) for one in each["schedules"] if one["active"]]
            for each in found
        }

    def run_now(self, wave: str) -> None:
        """Ask Prefect for a run of a wave, as its dashboard does."""
        [deployment] = [each for each in self.api("deployments/filter") if each["name"].endswith(f"-{wave}")]
        self.api(f"deployments/{deployment['id']}/create_flow_run")


@pytest.fixture
def serving(
    start_monosashi: Callable[..., subprocess.Popen[str]],
    environment: dict[str, str],
    children_of: Callable[[int], set[int]],
    left_over: Callable[[set[int]], set[int]],
    tmp_path: Path,
) -> Callable[..., Any]:
    """Serve a programme; at the end of the block a signal ends it, and nothing of it may be left."""
    quick = environment | {"PREFECT_RUNNER_POLL_FREQUENCY": "2", "PREFECT_SERVER_API_AUTH_STRING": OPENING}

    @contextmanager
    def serve(programme: Path, inbox: Path, data: Path, end_with: int) -> Iterator[Serving]:
        out, err = tmp_path / f"out-{time.monotonic_ns()}", tmp_path / f"err-{time.monotonic_ns()}"
        with out.open("w") as to_out, err.open("w") as to_err:
            # In the programme's own folder, whose rooms are named like our packages.
            arguments = ("serve", "--programme", ".", "--inbox", inbox, "--data", data)
            process = start_monosashi(*arguments, stdout=to_out, stderr=to_err, cwd=programme, env=quick)
            below: set[int] = set()
            try:
                yield Serving(process, out, err)
                below = children_of(process.pid)
                process.send_signal(end_with)
                assert process.wait(timeout=120) == (-signal.SIGKILL if end_with == signal.SIGKILL else 0)
            finally:
                process.kill()
                process.wait()
        assert below
        assert left_over(below) == set()
        assert "Traceback" not in out.read_text() + err.read_text()

    return serve


@dataclass(frozen=True)
class Sample:
    """An inbox, and a cache of its texts' analysis so that not every run takes long."""

    inbox: Path
    cache: Path

    def new_data(self, folder: Path) -> Path:
        """Make a data folder with nothing but the cache."""
        shutil.copytree(self.cache, folder / "cache")
        return folder


@pytest.fixture(scope="module")
def sample(run_sample: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Sample:
    from flows.sample import write_sample

    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder / "inbox", respondents=60, seed=4)
    run_sample(folder / "inbox", folder / "data")
    return Sample(folder / "inbox", folder / "data" / "cache")


def due(programme: Path, wave: str, when: str) -> None:
    """Give a wave another schedule."""
    path = programme / "flows/programme.yml"
    text, n = re.subn(rf"(- id: {wave}\n(?:    .*\n)*?    schedule: ){{.*}}", rf"\g<1>{{{when}}}", path.read_text())
    assert n == 1
    path.write_text(text)


def figures(data: Path) -> tuple[str, str]:
    """Run and content hash that a data folder's warehouse publishes."""
    with opened(f"sqlite:///{data / 'warehouse.sqlite'}") as engine:
        run_id = published_run(engine, "interim")
        return run_id, out_content_sha256(engine, run_id)


def test_a_wave_runs_by_itself_at_its_instant_and_only_then(
    serving: Callable[..., Any], run_sample: Callable[..., Any], programme_copy: Path, sample: Sample, tmp_path: Path
) -> None:
    inbox, data = sample.inbox, sample.new_data(tmp_path / "data")
    due(programme_copy, "final", 'at: "2099-01-01T00:00:00+00:00"')
    with serving(programme_copy, inbox, data, signal.SIGINT) as first:
        said = first.await_("final: 2099-01-01 09:00:00+09:00 に実行します")
        assert "interim: 2024-10-21 06:00:00+09:00 は過ぎたため実行しません" in said
        assert {name: len(schedules) for name, schedules in first.schedules().items()} == dict.fromkeys(
            ("baseline", "interim", "final"), 1
        )

    soon = datetime.now(UTC) + timedelta(seconds=30)
    due(programme_copy, "interim", f'at: "{soon.isoformat(timespec="seconds")}"')
    with serving(programme_copy, inbox, data, signal.SIGTERM) as second:
        said = second.await_("interim: 報告: ")
        assert {name: len(schedules) for name, schedules in second.schedules().items()} == dict.fromkeys(
            ("baseline", "interim", "final"), 1
        )
        runs = second.api("flow_runs/filter")
        assert [each["state_type"] for each in runs] == ["COMPLETED"]
        # Prefect counts the time that is left in whole seconds.
        begun = datetime.fromisoformat(runs[0]["start_time"])
        assert begun > soon.replace(microsecond=0) - timedelta(seconds=1)

    alone = run_sample(inbox, sample.new_data(tmp_path / "alone"), programme=programme_copy)
    assert figures(data) == figures(alone.data) == (alone.outcome.run_id, alone.outcome.out_sha256)
    assert alone.outcome.run_id in said
    assert alone.outcome.out_sha256 in said


def test_a_wave_runs_by_its_cron_line_and_what_fails_is_said(
    serving: Callable[..., Any],
    run_sample: Callable[..., Any],
    children_of: Callable[[int], set[int]],
    programme_copy: Path,
    sample: Sample,
    tmp_path: Path,
) -> None:
    due(programme_copy, "interim", 'cron: "* * * * *"')
    data, indicators = sample.new_data(tmp_path / "data"), programme_copy / "warehouse/indicators.yml"
    alone = run_sample(sample.inbox, sample.new_data(tmp_path / "alone"), programme=programme_copy)
    with serving(programme_copy, sample.inbox, data, signal.SIGTERM) as served:
        served.await_("interim: cron * * * * * に実行します")
        served.await_("interim: 報告: ")
        assert figures(data) == (alone.outcome.run_id, alone.outcome.out_sha256)
        assert len(served.schedules()["interim"]) == 1

    # Missed turns are not made up for: with a line for the next century nothing runs but what is asked for.
    due(programme_copy, "interim", 'at: "2099-01-01T00:00:00+00:00"')
    with serving(programme_copy, sample.inbox, data, signal.SIGKILL) as served:
        served.schedules()
        definitions = indicators.read_text()
        indicators.write_text(definitions.replace("{question: q1, answered: true}", "{question: q77, answered: true}"))
        served.run_now("interim")
        served.await_("interim: warehouse/indicators.yml: F-O1-2.readings.or: 設問 q77がありません")
        indicators.write_text(definitions)

        landed = next(each for each in (data / "landing" / "objects").rglob("*") if each.is_file())
        content = landed.read_bytes()
        landed.write_bytes(content + b"\n")
        served.run_now("interim")
        said = served.await_("interim: 内部の不具合です")
        assert re.search(r"^interim: map: ValueError in run line \d+ > map_files", said, re.MULTILINE)
        landed.write_bytes(content)

        served.run_now("interim")
        served.await_("対応づけ … ", times=1)
        assert len(served.api("flow_runs/filter", {"flow_runs": {"state": {"type": {"any_": ["FAILED"]}}}})) == 2
        assert "interim: 報告: " not in served.err.read_text()
    assert figures(data) == (alone.outcome.run_id, alone.outcome.out_sha256)


def test_a_programme_without_a_schedule_is_not_served(
    monosashi: Callable[..., Any], programme_copy: Path, tmp_path: Path
) -> None:
    path = programme_copy / "flows/programme.yml"
    path.write_text(re.sub(r"    schedule: .*\n", "", path.read_text()))
    for language, words in (("ja", "予定(schedule)のある時点がありません"), ("en", "no period has a schedule")):
        given = ("--programme", programme_copy, "--inbox", tmp_path, "--data", tmp_path / "data", "--lang", language)
        said = monosashi("serve", *given)
        assert (said.status, said.out) == (2, "")
        assert words in said.err
