"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("monosashi", deadline=None)  # the machine is shared: no test asserts wall-clock time
settings.load_profile("monosashi")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data that the project does not carry; skips where it is not at hand."""
    folder = Path(os.environ.get("MONOSASHI_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the real data is not at hand: set MONOSASHI_SHARED to its folder")
    return folder


@pytest.fixture(scope="session")
def prefect_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Prefect server for all flow tests; entered before anything imports Prefect."""
    from flows.prefect_server import prefect_server

    with prefect_server(tmp_path_factory.mktemp("prefect"), with_services=False) as address:
        yield address


@dataclass(frozen=True)
class SampleWave:
    """A published wave of the sample: its inbox, data folder, warehouse and what the run came to."""

    wave: str
    inbox: Path
    data: Path
    url: str
    outcome: Any

    @property
    def landing(self) -> Path:
        """The landing store."""
        return self.data / "landing"


@pytest.fixture(scope="session")
def run_sample(prefect_api: str) -> Callable[..., SampleWave]:
    """Run a wave of an inbox as the command does, in this process."""

    def run(inbox: Path, data: Path, wave: str = "interim", workers: int = 2, programme: Path = ROOT) -> SampleWave:
        from flows.run_wave import run_wave

        url = f"sqlite:///{data / 'warehouse.sqlite'}"
        outcome = run_wave(
            wave=wave,
            programme_folder=str(programme),
            inbox=str(inbox),
            warehouse_url=url,
            data=str(data),
            workers=workers,
            language="ja",
        )
        return SampleWave(wave, inbox, data, url, outcome)

    return run


@pytest.fixture(scope="session")
def sample_inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inbox of 150 people with planted faults."""
    from flows.sample import write_sample

    inbox = tmp_path_factory.mktemp("inbox")
    write_sample(inbox, respondents=150, seed=11)
    return inbox


@pytest.fixture(scope="session")
def sample_warehouse(
    run_sample: Callable[..., SampleWave], sample_inbox: Path, tmp_path_factory: pytest.TempPathFactory
) -> SampleWave:
    """The sample's interim wave, run once for all tests that read a published wave."""
    return run_sample(sample_inbox, tmp_path_factory.mktemp("data"))
