"""From a figure back to the rows of the files."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from warehouse.definitions import UserMistake
from warehouse.load import RunRecord, load_run
from warehouse.trace import MEMBER_COLUMNS, trace

Frames = dict[str, pd.DataFrame]


@pytest.fixture
def loaded(engine: Engine, run_record: Callable[..., RunRecord], small_frames: Callable[..., Frames]) -> Engine:
    """A run with two readings, a part, an alias, and an older run that must not shine through."""
    load_run(engine, run_record("run-0"), small_frames(people=7))
    frames = small_frames()
    row, members = frames["out_indicator"], frames["out_indicator_member"]
    frames["out_indicator"] = pd.concat(
        [
            row.assign(dimension="!first", category="part", numerator=1),
            row,
            row.assign(reading="everyone", is_declared=False, denominator=4),
            row.assign(indicator_id="X-1-again"),
            row.assign(organisation="*", reading="everyone", is_declared=False),
        ]
    )
    frames["out_indicator_member"] = pd.concat(
        [members, members.iloc[:1].assign(reading="everyone"), members.assign(indicator_id="X-1-again")]
    )
    load_run(engine, run_record("run-1"), frames)
    return engine


def test_the_declared_figure_and_the_rows_behind_it(loaded: Engine) -> None:
    found = trace(loaded, "X-1", "interim", "A")
    assert found.run_id == "run-1"
    assert found.cells["dimension"].tolist() == ["*", "!first"]
    assert found.cells.loc[0, "numerator"] == 2
    assert found.members.columns.tolist() == [*MEMBER_COLUMNS, "question_ids"]
    assert found.members["response_id"].tolist() == ["r0", "r1", "r2"]
    assert found.members["in_numerator"].tolist() == [True, False, True]
    first = found.members.iloc[0]
    assert first["respondent_id"] == "p0"
    assert first["organisation"] == "A"
    assert first["answered_on"] == "2024-03-31"
    assert (first["file_name"], first["row_n"], first["file_sha256"]) == ("a/form.csv", 2, "f" * 64)
    assert first["question_ids"] == ("q1",)  # q2 is blank


def test_members_add_up_to_the_figure(loaded: Engine) -> None:
    found = trace(loaded, "X-1", "interim", "A")
    assert found.members["in_numerator"].sum() == found.cells.loc[0, "numerator"]
    assert len(found.members) == found.cells.loc[0, "denominator"]


def test_another_reading_an_alias_and_a_named_wave(loaded: Engine) -> None:
    assert trace(loaded, "X-1", "interim", "A", reading="everyone").members["response_id"].tolist() == ["r0"]
    alias = trace(loaded, "X-1-again", "interim", "A", wave="interim")
    assert alias.members.equals(trace(loaded, "X-1", "interim", "A").members)


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (("X-2", "interim", "A"), "indicator_id: X-2: is not in the warehouse; there are X-1, X-1-again"),
        (("X-1", "final", "A"), "wave: final: is not in the warehouse; there are interim"),
        (("X-1", "final", "A", None, "interim"), "period: final: is not in the warehouse; there are interim"),
        (("X-1", "interim", "B"), r"organisation: B: is not in the warehouse; there are \*, A"),
        (("X-1", "interim", "A", "pooled"), "reading: pooled: is not in the warehouse; there are everyone, pairs"),
        (("X-1", "interim", "*"), "reading: no reading is declared; name one of everyone"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(loaded: Engine, asked: tuple[str, ...], answer: str) -> None:
    with pytest.raises(UserMistake, match=answer):
        trace(loaded, *asked)
