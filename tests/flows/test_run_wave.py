"""The whole wave: real Prefect, Great Expectations, GiNZA and SQLite, against the sample's truth."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

Cells = dict[tuple[str, str, str], tuple[int | None, int | None, str]]


def published(wave: Any) -> dict[str, pd.DataFrame]:
    tables = ("out_indicator", "out_finding", "core_response", "core_answer")
    with opened(wave.url) as engine:
        run_id = published_run(engine, wave.wave)
        return {name: read_table(engine, name, run_id) for name in tables}


def figures(table: pd.DataFrame) -> Cells:
    """(organisation, indicator, reading or reading:part) -> numerator, denominator, verdict."""
    found: Cells = {}
    for row in table.to_dict("records"):
        if row["dimension"] in ("*", "attribute", "part"):
            reading = row["reading"] if row["dimension"] == "*" else f"{row['reading']}:{row['category']}"
            counts = (None if pd.isna(row[name]) else int(row[name]) for name in ("numerator", "denominator"))
            found[row["organisation"], row["indicator_id"], reading] = (*counts, row["verdict"])  # type: ignore[assignment]
    return found


def truth_of(inbox: Path, period: str) -> Cells:
    truth = json.loads((inbox / "truth.json").read_text())
    return {
        (organisation, indicator, reading): (cell["numerator"], cell["denominator"], cell["verdict"])
        for organisation, indicators in truth[period].items()
        for indicator, readings in indicators.items()
        for reading, cell in readings.items()
    }


def planted(inbox: Path, waves: tuple[str, ...]) -> set[tuple[str, int, str]]:
    plan = json.loads((inbox / "planted.json").read_text())
    return {(each["file"], each["row"], each["reason_code"]) for each in plan["rejections"] if each["wave"] in waves}


@pytest.mark.parametrize(("seed", "wave"), [(1, "baseline"), (7, "interim"), (42, "final")])
def test_indicators_equal_the_truth(seed: int, wave: str, run_sample: Callable[..., Any], tmp_path: Path) -> None:
    from flows.sample import write_sample

    inbox = tmp_path / "inbox"
    write_sample(inbox, respondents=200, seed=seed)
    result = run_sample(inbox, tmp_path / "data", wave)
    found, expected = figures(published(result)["out_indicator"]), truth_of(inbox, wave)
    assert len(expected) > 300
    assert {key: found.get(key) for key in expected} == expected


def test_just_the_planted_rows_are_rejected(sample_warehouse: Any) -> None:
    tables = published(sample_warehouse)
    findings = tables["out_finding"]
    critical = findings[(findings["severity"] == "critical") & findings["row_n"].notna()]
    found = set(zip(critical["file_name"], critical["row_n"].astype(int), critical["reason_code"], strict=True))
    assert found == planted(sample_warehouse.inbox, ("baseline", "interim"))
    rejected = {(file, row) for file, row, _ in found}
    accepted = tables["core_response"]
    assert not rejected & set(zip(accepted["file_name"], accepted["row_n"].astype(int), strict=True))
    assert sample_warehouse.outcome.rejected_n == len(rejected) > 10


def test_no_planted_identifier_is_anywhere_but_in_the_inbox_and_the_landing_store(sample_warehouse: Any) -> None:
    secrets = json.loads((sample_warehouse.inbox / "planted.json").read_text())["identifiers"]
    assert len(secrets) > 20
    leaks = []
    for path in sample_warehouse.data.rglob("*"):
        if path.is_file() and sample_warehouse.landing not in path.parents:
            content = _without_definitions(path)
            leaks += [(path.name, secret) for secret in secrets if secret.encode() in content]
    texts = "\n".join(published(sample_warehouse)["core_answer"]["value_text"].dropna())
    leaks += [("core_answer", secret) for secret in secrets if secret in texts]
    assert leaks == []


def _without_definitions(path: Path) -> bytes:
    """What a file holds; of the warehouse not the definitions, as a list of names is one of them."""
    if path.name != "warehouse.sqlite":
        return path.read_bytes()
    with closing(sqlite3.connect(path)) as warehouse:
        lines = [line for line in warehouse.iterdump() if not line.startswith('INSERT INTO "meta_definition"')]
    return "\n".join(lines).encode()


def test_running_again_with_one_worker_gives_the_same_content(
    sample_warehouse: Any, run_sample: Callable[..., Any], tmp_path: Path
) -> None:
    """Another data folder, so nothing is taken from a cache; then the same folder, where everything is."""
    alone = run_sample(sample_warehouse.inbox, tmp_path / "data", workers=1)
    assert alone.outcome.out_sha256 == sample_warehouse.outcome.out_sha256
    assert alone.outcome.run_id == sample_warehouse.outcome.run_id
    again = run_sample(sample_warehouse.inbox, tmp_path / "data", workers=2)
    assert again.outcome.out_sha256 == sample_warehouse.outcome.out_sha256
    with opened(again.url) as engine, engine.connect() as connection:
        runs = connection.exec_driver_sql("SELECT count(*) FROM meta_run").scalar_one()
        executions = connection.exec_driver_sql("SELECT count(*) FROM meta_execution").scalar_one()
    assert (runs, executions) == (1, 2)
    names = sorted(path.name for path in (tmp_path / "data" / "report" / "interim").iterdir())
    assert {"report.html", "report.xlsx", "out_indicator.csv"} <= set(names)
    for name in names:
        first = sample_warehouse.data / "report" / "interim" / name
        assert (tmp_path / "data" / "report" / "interim" / name).stat().st_size > 0
        if name.startswith("out_"):
            assert first.read_bytes() == (tmp_path / "data" / "report" / "interim" / name).read_bytes()


@pytest.mark.postgres
def test_postgresql_holds_the_same_content(
    sample_warehouse: Any, run_sample: Callable[..., Any], postgres_url: str
) -> None:
    """The same data folder, so the texts come from its cache; another warehouse."""
    there = run_sample(sample_warehouse.inbox, sample_warehouse.data, warehouse_url=postgres_url)
    assert there.outcome.out_sha256 == sample_warehouse.outcome.out_sha256
    assert figures(published(there)["out_indicator"]) == figures(published(sample_warehouse)["out_indicator"])
