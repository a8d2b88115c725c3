"""From a published figure back to the rows of the source files that stand behind it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from warehouse.definitions import UserMistake, fault
from warehouse.engine import reading as reading_transaction
from warehouse.read import nothing_there, rows_of, run_of
from warehouse.tables import SQL_TABLES

MEMBER_COLUMNS = (
    "response_id",
    "in_numerator",
    "respondent_id",
    "organisation",
    "answered_on",
    "file_name",
    "sheet",
    "row_n",
    "file_sha256",
)


@dataclass(frozen=True)
class Trace:
    """A figure and who stands behind it.

    `cells`: the rows of `out_indicator`, the whole (dimension `*`) first, then its parts and breakdowns.
    `members`: MEMBER_COLUMNS (None where there is no sheet or respondent) and question_ids (tuple of the questions
    validly answered), in the order of response_id.
    """

    run_id: str
    cells: pd.DataFrame
    members: pd.DataFrame


def trace(
    engine: Engine,
    indicator_id: str,
    period: str,
    organisation: str,
    reading: str | None = None,
    wave: str | None = None,
) -> Trace:
    """Trace one figure of a published run.

    Without `reading`, the declared one; without `wave`, the wave that publishes the period. Raises UserMistake,
    naming what there is, for an unknown wave, indicator, period, organisation or reading.
    """
    with reading_transaction(engine) as connection:
        run_id = run_of(connection, wave or period)
        indicators = SQL_TABLES["out_indicator"]
        cells = rows_of(connection, "out_indicator", indicators.c.run_id == run_id)
        asked = {"indicator_id": indicator_id, "period": period, "organisation": organisation}
        if reading is not None:
            asked["reading"] = reading
        for column, value in asked.items():
            there = cells[column].unique().tolist()
            if value not in there:
                raise nothing_there(column, value, there)
            cells = cells[cells[column] == value]
        if reading is None:
            cells = _declared(cells)
        cells = cells.sort_values(["dimension", "category"], key=lambda names: names.where(names != "*", ""))
        members = _members(connection, cells.iloc[0])
        answered = _valid_answers(connection, cells.iloc[0])
        members["question_ids"] = [answered.get(response_id, ()) for response_id in members["response_id"]]
    return Trace(run_id, cells.reset_index(drop=True), members)


def _declared(cells: pd.DataFrame) -> pd.DataFrame:
    declared = cells[cells["is_declared"]]
    if declared.empty:
        names = ", ".join(sorted(cells["reading"].unique()))
        raise UserMistake(
            [
                fault(
                    "reading",
                    "",
                    ("採用した読み方がありません", "no reading is declared"),
                    (f"指定してください: {names}", f"name one of {names}"),
                )
            ]
        )
    return declared


def _of_cell(cell: pd.Series) -> list[sa.ColumnElement[bool]]:
    members = SQL_TABLES["out_indicator_member"]
    names = ("run_id", "indicator_id", "period", "organisation", "reading")
    return [members.c[name] == str(cell[name]) for name in names]


def _members(connection: Connection, cell: pd.Series) -> pd.DataFrame:
    members, responses = SQL_TABLES["out_indicator_member"], SQL_TABLES["core_response"]
    same = sa.and_(responses.c.run_id == members.c.run_id, responses.c.response_id == members.c.response_id)
    columns = [
        members.c[name] if name in members.c and name != "organisation" else responses.c[name]
        for name in MEMBER_COLUMNS
    ]
    query = (
        sa.select(*columns)
        .select_from(members.join(responses, same))
        .where(*_of_cell(cell))
        .order_by(members.c.response_id)
    )
    rows = pd.DataFrame(connection.execute(query).all(), columns=list(MEMBER_COLUMNS), dtype=object)
    return rows.astype({"in_numerator": "bool", "row_n": "int64"})


def _valid_answers(connection: Connection, cell: pd.Series) -> dict[str, tuple[str, ...]]:
    """Response -> the questions it validly answers, for the members of a cell."""
    members, answers = SQL_TABLES["out_indicator_member"], SQL_TABLES["core_answer"]
    same = sa.and_(answers.c.run_id == members.c.run_id, answers.c.response_id == members.c.response_id)
    query = (
        sa.select(answers.c.response_id, answers.c.question_id)
        .distinct()
        .select_from(members.join(answers, same))
        .where(*_of_cell(cell), answers.c.missing_kind.is_(None))
        .order_by(answers.c.response_id, answers.c.question_id)
    )
    found: dict[str, list[str]] = {}
    for response_id, question_id in connection.execute(query):
        found.setdefault(response_id, []).append(question_id)
    return {response_id: tuple(questions) for response_id, questions in found.items()}
