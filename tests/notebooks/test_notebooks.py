"""The notebooks run from top to bottom on a warehouse, and are stored as they were written: without results."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any, Protocol

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from warehouse.engine import open_warehouse
from warehouse.read import published_run, read_table

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = ["wave_review", "audit_trail"]


class SampleWarehouse(Protocol):
    """What the fixture `sample_warehouse` gives."""

    url: str
    landing: Path
    wave: str


@pytest.fixture
def settings(sample_warehouse: SampleWarehouse, monkeypatch: pytest.MonkeyPatch) -> SampleWarehouse:
    """Environment variables that make a notebook read the sample."""
    for name in ("INDICATOR", "ORGANISATION", "READING"):
        monkeypatch.delenv(f"MONOSASHI_{name}", raising=False)
    monkeypatch.setenv("MONOSASHI_WAREHOUSE", sample_warehouse.url)
    monkeypatch.setenv("MONOSASHI_WAVE", sample_warehouse.wave)
    monkeypatch.setenv("MONOSASHI_LANDING", str(sample_warehouse.landing))
    return sample_warehouse


def stored(name: str) -> Any:
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def executed(name: str) -> Any:
    """Run a notebook as Jupyter does, in its own folder."""
    notebook = stored(name)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOKS)}}).execute()
    return notebook


def printed(notebook: Any) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    texts = [output.get("text") or output.get("data", {}).get("text/html", "") for output in outputs]
    return "\n".join(texts)


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_are_stored_without_results(name: str) -> None:
    notebook = stored(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell for cell in code if cell.outputs or cell.execution_count is not None] == []
    assert [cell for cell in notebook.cells if set(cell.metadata)] == []


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_name_nothing_of_one_programme(name: str, sample_warehouse: SampleWarehouse) -> None:
    engine = open_warehouse(sample_warehouse.url)
    run_id = published_run(engine, sample_warehouse.wave)
    cells = read_table(engine, "out_indicator", run_id)
    answers = read_table(engine, "core_answer", run_id)
    engine.dispose()
    ids = {*cells["indicator_id"], *cells["organisation"], *answers["question_id"]} - {"*"}
    literals = re.findall(r"""["'`]([^"'`\n]+)["'`]""", "\n".join(cell.source for cell in stored(name).cells))
    assert len(literals) > 50
    assert ids & set(literals) == set()


def test_wave_review_shows_every_indicator(settings: SampleWarehouse) -> None:
    notebook = executed("wave_review")
    engine = open_warehouse(settings.url)
    cells = read_table(engine, "out_indicator", published_run(engine, settings.wave))
    engine.dispose()
    shown = printed(notebook)
    assert [each for each in cells["indicator_id"].unique() if f"<td>{each}</td>" not in shown] == []
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert len([output for output in outputs if "image/svg+xml" in output.get("data", {})]) == 2


def test_audit_trail_arrives_at_the_published_number(settings: SampleWarehouse) -> None:
    shown = printed(executed("audit_trail"))
    assert "公開された値と手計算は一致しました。" in shown
    assert "手元にない" not in shown
    assert "不一致" not in shown


def test_audit_trail_follows_another_reading_of_one_organisation(
    settings: SampleWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_warehouse(settings.url)
    run_id = published_run(engine, settings.wave)
    cells = read_table(engine, "out_indicator", run_id)
    engine.dispose()
    shares = cells[cells["ci_low"].notna() & (cells["organisation"] != "*") & ~cells["is_declared"]]
    chosen = shares.iloc[-1]
    monkeypatch.setenv("MONOSASHI_INDICATOR", chosen["indicator_id"])
    monkeypatch.setenv("MONOSASHI_ORGANISATION", chosen["organisation"])
    monkeypatch.setenv("MONOSASHI_READING", chosen["reading"])
    assert "公開された値と手計算は一致しました。" in printed(executed("audit_trail"))


def test_audit_trail_stops_at_a_landed_file_that_was_altered(
    settings: SampleWarehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    landing = tmp_path / "landing"
    shutil.copytree(settings.landing, landing)
    altered = next(path for path in sorted((landing / "objects").rglob("*")) if path.is_file())
    altered.chmod(0o600)
    altered.write_bytes(altered.read_bytes() + b"\n")
    monkeypatch.setenv("MONOSASHI_LANDING", str(landing))
    with pytest.raises(CellExecutionError, match="AssertionError"):
        executed("audit_trail")
