"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.engine import make_url

settings.register_profile("monosashi", deadline=None)  # the machine is shared: no test asserts wall-clock time
settings.load_profile("monosashi")

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_VARIABLE = "MONOSASHI_TEST_POSTGRES"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data that the project does not carry; skips where it is not at hand."""
    folder = Path(os.environ.get("MONOSASHI_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("the real data is not at hand: set MONOSASHI_SHARED to its folder")
    return folder


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """URL of an empty PostgreSQL database of this test's own; skips where no server is named."""
    server = os.environ.get(POSTGRES_VARIABLE)
    if not server:
        pytest.skip(f"{POSTGRES_VARIABLE} names no PostgreSQL server (.ci/start_postgres starts one)")
    name = f"monosashi_{secrets.token_hex(6)}"
    administration = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with administration.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with administration.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        administration.dispose()


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

    def run(
        inbox: Path,
        data: Path,
        wave: str = "interim",
        workers: int = 2,
        programme: Path = ROOT,
        warehouse_url: str | None = None,
    ) -> SampleWave:
        from flows.run_wave import run_wave

        url = warehouse_url or f"sqlite:///{data / 'warehouse.sqlite'}"
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
