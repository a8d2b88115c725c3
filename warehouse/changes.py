"""What changed between two runs of a wave: what they were made from, the responses, and the cells that moved for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from warehouse.cell_changes import cell_changes
from warehouse.definitions import UserMistake, fault
from warehouse.engine import reading
from warehouse.made_from import definition_changes, input_changes
from warehouse.read import nothing_there, rows_of, run_of
from warehouse.response_changes import answer_changes, response_changes
from warehouse.tables import SQL_TABLES

TABLES_COMPARED = (
    "meta_input", "meta_definition", "core_response", "core_answer", "out_indicator", "out_indicator_member",
    "out_finding",
)  # fmt: skip


@dataclass(frozen=True)
class StoredRun:
    """A run as the warehouse holds it: its row of `meta_run`, and its rows of TABLES_COMPARED."""

    record: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Changes:
    """What changed from one run to another. `since`, `until`: their rows of `meta_run`.

    The columns of `inputs` and `definitions` are those of `made_from`, of `responses`, `findings` and `answers` those
    of `response_changes`, of `cells` and `cell_members` those of `cell_changes`. X_before and X_after are what the two
    runs have, null where one of them has no such row.
    """

    since: Mapping[str, Any]
    until: Mapping[str, Any]
    inputs: pd.DataFrame
    definitions: pd.DataFrame
    responses: pd.DataFrame
    findings: pd.DataFrame
    answers: pd.DataFrame
    cells: pd.DataFrame
    cell_members: pd.DataFrame

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """All frames by name, in the order they are read."""
        names = ("inputs", "definitions", "responses", "findings", "answers", "cells", "cell_members")
        return {name: getattr(self, name) for name in names}

    def of_organisation(self, code: str) -> Changes:
        """The same for one organisation (`*`: the programme's own cells); definitions concern everybody."""

        def own(frame: pd.DataFrame) -> pd.Series:
            return (frame["organisation_before"] == code) | (frame["organisation_after"] == code)

        of_several = self.inputs["organisation_before"].isna() & self.inputs["organisation_after"].isna()
        responses = self.responses[own(self.responses)]
        ids = responses["response_id"]
        return replace(
            self,
            inputs=self.inputs[own(self.inputs) | of_several],
            responses=responses,
            findings=self.findings[self.findings["response_id"].isin(ids)],
            answers=self.answers[self.answers["response_id"].isin(ids)],
            cells=self.cells[self.cells["organisation"] == code],
            cell_members=self.cell_members[self.cell_members["organisation"] == code],
        )


def changes_between(before: StoredRun, after: StoredRun) -> Changes:
    """Compare two runs of a wave, whole number by whole number."""
    old, new = before.tables, after.tables
    inputs = input_changes(old["meta_input"], new["meta_input"])
    definitions = definition_changes(before.record, old["meta_definition"], after.record, new["meta_definition"])
    answers = answer_changes(old, new)
    responses, findings = response_changes(old, new, answers)
    cells, members = cell_changes(old, new, responses, inputs, rules_changed=not definitions.empty)
    return Changes(before.record, after.record, inputs, definitions, responses, findings, answers, cells, members)


def read_changes(
    engine: Engine, since: str, until: str | None = None, wave: str | None = None, organisation: str | None = None
) -> Changes:
    """Compare two runs in the warehouse, named by their id or its first digits (six or more).

    Without `until`: what the wave publishes now. `wave`: the runs must be of it. `organisation`: its changes alone.
    Raises UserMistake, naming what there is, for a run, wave or organisation that is not there, a name that fits
    several runs, and runs of two waves.
    """
    with reading(engine) as connection:
        runs = _finished_runs(connection, wave)
        first = _run_named("--since", since, runs)
        second = _run_named("--until", until or run_of(connection, first["wave"]), runs)
        if first["wave"] != second["wave"]:
            raise _of_two_waves(first, second)
        sides = [_stored(connection, record) for record in (first, second)]
    changes = changes_between(*sides)
    if organisation is None:
        return changes
    there = {
        code
        for side in sides
        for name in ("core_response", "out_indicator")
        for code in side.tables[name]["organisation"]
    }
    if organisation not in there:
        raise nothing_there("--organisation", organisation, sorted(there))
    return changes.of_organisation(organisation)


def run_named(engine: Engine, option: str, name: str) -> str:
    """The run whose id, or its first digits (six or more), is `name`. Raises UserMistake, naming the option."""
    with reading(engine) as connection:
        return str(_run_named(option, name, _finished_runs(connection, None))["run_id"])


def _finished_runs(connection: Connection, wave: str | None) -> list[dict[str, Any]]:
    """The rows of `meta_run` of every run that has results, the latest first."""
    runs, results, log = SQL_TABLES["meta_run"], SQL_TABLES["out_indicator"], SQL_TABLES["meta_execution"]
    has_results = sa.or_(
        sa.exists().where(results.c.run_id == runs.c.run_id), sa.exists().where(log.c.run_id == runs.c.run_id)
    )
    found = rows_of(connection, "meta_run", has_results).sort_values("first_loaded_at", ascending=False, kind="stable")
    if wave is not None and wave not in set(found["wave"]):
        raise nothing_there("--wave", wave, found["wave"].unique().tolist())
    return [
        {str(name): value for name, value in row.items()}
        for row in found.to_dict("records")
        if wave in (None, row["wave"])
    ]


def _run_named(option: str, name: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    exact = [run for run in runs if run["run_id"] == name]
    by_prefix = [run for run in runs if re.fullmatch("[0-9a-f]{6,}", name) and run["run_id"].startswith(name)]
    found = exact or by_prefix
    if len(found) == 1:
        return found[0]
    wrong = (
        ("複数の実行に当てはまります", "fits several runs")
        if found
        else ("この実行はありません", "is no run of the warehouse")
    )
    there = ", ".join(
        f"{run['run_id']} ({run['wave']} {run['first_loaded_at']:%Y-%m-%dT%H:%M:%SZ})" for run in found or runs
    )
    expected = (
        f"run_id、または先頭の6桁以上です: {there}",
        f"expected a run_id or six or more of its first digits: {there}",
    )
    raise UserMistake([fault(option, name, wrong, expected)])


def _of_two_waves(first: Mapping[str, Any], second: Mapping[str, Any]) -> UserMistake:
    waves = f"{first['run_id']}: {first['wave']}, {second['run_id']}: {second['wave']}"
    wrong = (f"2つの実行の時点が違います({waves})", f"names a run of another wave ({waves})")
    expected = ("同じ時点の実行どうしを比べてください", "compare two runs of one wave")
    return UserMistake([fault("--until", str(second["run_id"]), wrong, expected)])


def _stored(connection: Connection, record: Mapping[str, Any]) -> StoredRun:
    tables = {
        name: rows_of(connection, name, SQL_TABLES[name].c.run_id == record["run_id"]) for name in TABLES_COMPARED
    }
    return StoredRun(record, tables)
