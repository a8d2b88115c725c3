"""The hash of a run's out_ tables says whether the content is the same, on whichever engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from warehouse.content import out_content_sha256
from warehouse.engine import open_warehouse
from warehouse.load import RunRecord, load_run
from warehouse.read import read_table

MakeRun = Callable[..., RunRecord]
MakeFrames = Callable[..., dict[str, pd.DataFrame]]


def _terms(*lemmas: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "period": "interim",
            "organisation": "*",
            "question_id": "q",
            "lemma": list(lemmas),
            "responses_n": range(len(lemmas)),
        }
    )


def test_the_content_not_the_run_the_order_or_the_engine_decides(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames, tmp_path: Path
) -> None:
    frames = small_frames()
    frames["out_term"] = _terms("a", "B", "あ", "ア", "𠮷", "é", "Z", "改善", "10", "9", "_", "-")
    load_run(engine, run_record("run-1"), frames)
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in frames.items()}
    load_run(engine, run_record("run-2"), shuffled)
    other = open_warehouse(f"sqlite:///{tmp_path}/other.sqlite")
    load_run(other, run_record("run-3"), frames)
    hashes = [
        out_content_sha256(engine, "run-1"),
        out_content_sha256(engine, "run-2"),
        out_content_sha256(other, "run-3"),
    ]
    other.dispose()
    assert len(set(hashes)) == 1


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("out_indicator", "value", 2 / 3 + 1e-16),
        ("out_indicator", "value", None),
        ("out_indicator", "verdict", "reference"),
        ("out_indicator_public", "suppressed", True),
        ("out_indicator_member", "in_numerator", True),
        ("out_finding", "expected", "something else"),
    ],
)
def test_any_change_of_the_content_changes_the_hash(
    engine: Engine, run_record: MakeRun, small_frames: MakeFrames, table: str, column: str, value: object
) -> None:
    frames = small_frames()
    load_run(engine, run_record("run-1"), frames)
    before = out_content_sha256(engine, "run-1")
    frames[table] = frames[table].assign(**{column: value})
    load_run(engine, run_record("run-1"), frames)
    assert out_content_sha256(engine, "run-1") != before


def test_what_is_hashed_is_as_documented(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    """An auditor can do it again in any language: hashes of published runs must be found again for good."""
    frames = small_frames()
    load_run(
        engine, run_record(), {name: frame.iloc[:0] for name, frame in frames.items()} | {"out_term": _terms("語")}
    )
    lines = [
        '["out_term","period","organisation","question_id","lemma","responses_n"]',
        '["interim","*","q","語",0]',
    ]
    content = hashlib.sha256("".join(f"{line}\n" for line in lines).encode())
    assert out_content_sha256(engine, "run-1") == content.hexdigest()


def test_numbers_are_hashed_as_repr_writes_them(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    frames = small_frames()
    hashes = set()
    for value in (0.1 + 0.2, 0.3, 1e300, 5e-324, 2.0, 0.0):
        frames["out_indicator"] = frames["out_indicator"].assign(value=value)
        load_run(engine, run_record(), frames)
        hashes.add(out_content_sha256(engine, "run-1"))
        assert read_table(engine, "out_indicator", "run-1")["value"].tolist() == [value]
    assert len(hashes) == 6
