"""Fixtures of the warehouse's tests: a database of its own for each test, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from warehouse.engine import open_warehouse
from warehouse.frames import empty_frame
from warehouse.load import RunRecord
from warehouse.tables import RUN_TABLES, TABLES

Frames = dict[str, pd.DataFrame]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of this test's own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/warehouse/warehouse.sqlite"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def engine(warehouse_url: str) -> Iterator[Engine]:
    """An open, empty warehouse."""
    opened = open_warehouse(warehouse_url)
    yield opened
    opened.dispose()


@pytest.fixture
def run_record() -> Callable[..., RunRecord]:
    """Make a RunRecord; any field may be given."""

    def make(run_id: str = "run-1", wave: str = "interim", **given: object) -> RunRecord:
        values: dict[str, object] = {
            "programme_id": "programme",
            "code_sha256": "c" * 64,
            "commit_id": None,
            "is_dirty": None,
            "lock_sha256": "d" * 64,
            "model_name": "model",
            "model_version": "1.0",
            "dictionary_version": None,
            "first_loaded_at": datetime(2024, 4, 1, tzinfo=UTC),
        }
        return RunRecord(run_id=run_id, wave=wave, **{**values, **given})  # type: ignore[arg-type]

    return make


@pytest.fixture
def small_frames() -> Callable[..., Frames]:
    """Make the frames of a small run: `people` people who answered one question, and one indicator over them."""
    return _small_frames


def _small_frames(people: int = 3, period: str = "interim") -> Frames:
    ids = [f"r{number}" for number in range(people)]
    improved = [number % 2 == 0 for number in range(people)]
    frames = {table.name: empty_frame(table).drop(columns="run_id") for table in RUN_TABLES}
    frames["raw_file"] = pd.DataFrame(
        {"sha256": ["f" * 64], "bytes_n": [10], "first_seen_at": [pd.Timestamp("2024-04-01", tz="UTC")]},
        columns=TABLES["raw_file"].columns,
    )
    frames["core_response"] = pd.DataFrame(
        {
            "response_id": ids,
            "organisation": "A",
            "form_id": "form",
            "instrument_id": "a_form",
            "wave": period,
            "respondent_id": [f"p{number}" for number in range(people)],
            "answered_at": pd.Timestamp("2024-03-31T23:59:59.123456+09:00"),
            "answered_on": "2024-03-31",
            "answered_at_origin": "2024/3/31 23:59",
            "file_sha256": "f" * 64,
            "file_name": "a/form.csv",
            "sheet": None,
            "row_n": range(2, people + 2),
        }
    )
    frames["core_answer"] = pd.DataFrame(
        {
            "response_id": [each for each in ids for _ in range(2)],
            "question_id": ["q1", "q2"] * people,
            "position": 0,
            "value_code": ["1", None] * people,
            "value_number": [None, 0.1 + 0.2] * people,
            "value_text": ["改善した。\n「大変」\\t, 𠮷", None] * people,
            "value_date": None,
            "missing_kind": [None, "blank"] * people,
            "crosswalk_class": "A",
        }
    )
    frames["out_indicator"] = pd.DataFrame(
        [indicator_row(period=period, numerator=sum(improved), denominator=people, value=sum(improved) / people)]
    )
    frames["out_indicator_public"] = frames["out_indicator"].assign(suppressed=False)
    frames["out_indicator_member"] = pd.DataFrame(
        {
            "indicator_id": "X-1",
            "period": period,
            "organisation": "A",
            "reading": "pairs",
            "response_id": ids,
            "in_numerator": improved,
        }
    )
    frames["out_finding"] = pd.DataFrame(
        {
            "wave": period,
            "organisation": ["A", None],
            "form_id": "form",
            "file_name": "a/form.csv",
            "sheet": None,
            "row_n": pd.array([9, None], dtype="Int64"),
            "response_id": ["r-rejected", None],
            "question_id": None,
            "reason_code": ["bad_date", "undeclared_file"],
            "severity": ["critical", "warning"],
            "expected": ["YYYY-MM-DD", "a declared file"],
        }
    )
    return frames


def indicator_row(**given: object) -> dict[str, object]:
    """One row of out_indicator; any column may be given."""
    return {
        "indicator_id": "X-1",
        "indicator_version": 1,
        "period": "interim",
        "organisation": "A",
        "dimension": "*",
        "category": "*",
        "reading": "pairs",
        "is_declared": True,
        "numerator": 2,
        "denominator": 3,
        "value": 2 / 3,
        "unit": "people",
        "ci_low": None,
        "ci_high": None,
        "eligible_n": 3,
        "measured_n": 3,
        "missing_n": 0,
        "class_ab_n": 3,
        "class_c_n": 0,
        "class_d_n": 0,
        "target": 0.5,
        "target_op": ">=",
        "verdict": "achieved",
        "shortfall": 0,
        **given,
    }
