"""The tables of change in the warehouse: what is computed from a loaded run is stored and read back as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from sqlalchemy.engine import Engine

from warehouse.attrition import ATTRITION_COLUMNS
from warehouse.compute import Question, computed
from warehouse.evidence import AGREEMENT_COLUMNS, Evidence
from warehouse.indicator_definitions import ChangeRules
from warehouse.load import RunRecord, load_run, publish_run
from warehouse.paired_change import CHANGE_COLUMNS, LEVEL_PAIR_COLUMNS
from warehouse.read import read_table
from warehouse.tables import TABLES

OURS = {"out_change": CHANGE_COLUMNS, "out_level_pair": LEVEL_PAIR_COLUMNS, "out_attrition": ATTRITION_COLUMNS}


def test_the_tables_are_the_frames() -> None:
    for name, columns in OURS.items():
        assert ["run_id", *columns] == list(TABLES[name].columns)


def test_a_loaded_run_is_computed_stored_and_read_back(
    engine: Engine,
    small_frames: Callable[..., dict[str, pd.DataFrame]],
    run_record: Callable[..., RunRecord],
    evidence: Callable[..., Evidence],
    own_level: Callable[..., Any],
) -> None:
    history = [("p", 2, 4), ("q", 3, 3), ("r", 4, 1), ("s", 1, None)]
    answers = [own_level(person, 1, level, sex="f") for person, level, _ in history]
    answers += [own_level(person, 120, later, sex="m") for person, _, later in history if later]
    given, frames = evidence(answers), small_frames()
    empty = {name: frame.iloc[:0] for name, frame in frames.items()}
    provenance = {"instrument_id": "i", "wave": "second", "answered_at_origin": "", "file_sha256": "f" * 64}
    place = {"file_name": "f", "sheet": None, "row_n": range(1, len(given.responses) + 1)}
    missing = dict.fromkeys(["value_number", "value_text", "value_date"])
    loaded = empty | {
        "raw_file": frames["raw_file"],
        "core_response": given.responses.assign(**provenance, **place),
        "core_answer": given.answers.assign(position=0, **missing),
        "core_score": given.scores.assign(criterion_version=1, question_id="q"),
    }
    run = run_record(wave="second")
    inputs = {name: frame for name, frame in loaded.items() if not name.startswith("out_")}
    load_run(engine, run, inputs)
    question = Question(
        period="second",
        windows=given.windows,
        organisations=["a"],
        expected=frozenset(),
        reported=frozenset(),
        levels=given.levels,
        indicators=[],
        targets=[],
        agreement=pd.DataFrame(columns=AGREEMENT_COLUMNS),
        people_criteria=["own"],
        change=ChangeRules(attributes=["sex"]),
    )
    out = computed(engine, run.run_id, question)
    publish_run(engine, run, {name: frame for name, frame in empty.items() if name.startswith("out_")} | out)
    for name, columns in OURS.items():
        key = [column for column in TABLES[name].key if column != "run_id"]
        stored = read_table(engine, name, run.run_id)[columns].sort_values(key, ignore_index=True)
        expected = out[name].sort_values(key, ignore_index=True)
        pd.testing.assert_frame_equal(stored, expected, check_dtype=False)
    change = read_table(engine, "out_change", run.run_id).set_index(["organisation", "statistic", "basis"])
    assert change.loc[("*", "improved", "complete_pairs"), "numerator"] == 1
    assert change.loc[("*", "sign_test", "complete_pairs"), "p_value"] == 1.0
