"""Loading and publishing: all tables of a run, and the switch that shows it to readers, in transactions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

import pandas as pd
import psycopg
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from warehouse.engine import writing
from warehouse.frames import Row, check_columns, stored_rows
from warehouse.table import Table
from warehouse.tables import RUN_TABLES, SQL_TABLES, TABLES

OUT_TABLES = tuple(table.name for table in RUN_TABLES if table.name.startswith("out_"))
LOADED_TABLES = ("raw_file", *(table.name for table in RUN_TABLES if table.name not in OUT_TABLES))

_REFERRING = tuple(
    table.name
    for table in RUN_TABLES
    if "response_id" in table.columns and table.name not in ("core_response", "out_finding")
)
"""Tables whose responses must stand in core_response. A finding may speak of a rejected one."""


class LoadError(RuntimeError):
    """The database refused rows. Names the table and the kind of refusal, never a value."""


@dataclass(frozen=True)
class RunRecord:
    """What a run was made from (`meta_run`). `first_loaded_at` counts only the first time the run is loaded."""

    run_id: str
    wave: str
    programme_id: str
    code_sha256: str
    commit_id: str | None
    is_dirty: bool | None
    lock_sha256: str
    model_name: str | None
    model_version: str | None
    dictionary_version: str | None
    first_loaded_at: datetime


@dataclass(frozen=True)
class ExecutionRecord:
    """One execution of a run (`meta_execution`)."""

    execution_id: str
    run_id: str
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    workers_n: int
    out_sha256: str | None


def load_run(engine: Engine, run: RunRecord, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write a run's tables in one transaction. The same run loaded again replaces itself; older runs stay.

    `frames`: one frame for each of LOADED_TABLES, with the table's columns (`run_id` may be left out). Given the frames
    of OUT_TABLES too, the run is published in the same transaction; without them nobody sees it before `publish_run`.
    A failure or a kill at any moment leaves what was published before.

    Raises ValueError, naming tables and columns but never a value, for frames that do not fit the column dictionary;
    LoadError where the database refuses rows; UserMistake if another run keeps writing.
    """
    is_whole = any(name in frames for name in OUT_TABLES)
    complete = _checked(run.run_id, frames, LOADED_TABLES + OUT_TABLES if is_whole else LOADED_TABLES)
    _check_responses(complete, set(complete["core_response"]["response_id"]))
    with writing(engine) as connection:
        _keep_run(connection, run)
        _add_files(connection, complete["raw_file"])
        _replace(connection, run.run_id, complete)
        if is_whole:
            _publish(connection, run)


def publish_run(engine: Engine, run: RunRecord, frames: Mapping[str, pd.DataFrame]) -> None:
    """Write the out_ tables of a loaded run and publish it for its wave, in one transaction.

    `frames`: one frame for each of OUT_TABLES; `run_id` and `finding_n` may be left out. Raises as `load_run` does, and
    ValueError for a run that is not loaded.
    """
    complete = _checked(run.run_id, frames, OUT_TABLES)
    responses = SQL_TABLES["core_response"]
    with writing(engine) as connection:
        if not _is_loaded(connection, run.run_id):
            raise ValueError(f"run {run.run_id} is not loaded")
        query = sa.select(responses.c.response_id).where(responses.c.run_id == run.run_id)
        _check_responses(complete, set(connection.execute(query).scalars()))
        _replace(connection, run.run_id, complete)
        _publish(connection, run)


def record_execution(engine: Engine, execution: ExecutionRecord) -> None:
    """Write one execution of a loaded run into the log; the same execution written again replaces itself."""
    table = TABLES["meta_execution"]
    rows = SQL_TABLES[table.name]
    with writing(engine) as connection:
        connection.execute(rows.delete().where(rows.c.execution_id == execution.execution_id))
        insert_rows(connection, table, stored_rows(table, _one_row(table, asdict(execution))))


def _checked(run_id: str, frames: Mapping[str, pd.DataFrame], names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The frames of the named tables with `run_id` and `finding_n`, once all are found to fit."""
    missing, unknown = sorted(set(names) - set(frames)), sorted(set(frames) - set(names))
    if missing or unknown:
        raise ValueError(f"a run's tables: missing {missing}, unknown {unknown}")
    complete: dict[str, pd.DataFrame] = {}
    for name in names:
        frame = frames[name]
        check_columns(TABLES[name], frame, given=("run_id", "finding_n"))
        if "run_id" in frame and not (frame["run_id"] == run_id).all():
            raise ValueError(f"{name}: rows of another run than {run_id}")
        complete[name] = frame.assign(run_id=run_id)
        if name == "out_finding" and "finding_n" not in frame:
            complete[name] = _numbered(complete[name])
    return complete


def _check_responses(frames: Mapping[str, pd.DataFrame], known: set[str]) -> None:
    for name, frame in frames.items():
        if name in _REFERRING and (unknown_n := int((~frame["response_id"].isin(known)).sum())):
            raise ValueError(f"{name}.response_id: {unknown_n} rows name no response of core_response")


def _numbered(findings: pd.DataFrame) -> pd.DataFrame:
    """Number the findings from 1 in the order of their content, so that no worker's speed shows in it."""
    order = [name for name in TABLES["out_finding"].columns if name != "finding_n"]
    ordered = findings.sort_values(order, na_position="first", kind="stable")
    return ordered.assign(finding_n=range(1, len(ordered) + 1))


def _one_row(table: Table, values: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame([values], columns=list(table.columns))


def _is_loaded(connection: Connection, run_id: str) -> bool:
    rows = SQL_TABLES["meta_run"]
    return connection.execute(sa.select(rows.c.run_id).where(rows.c.run_id == run_id)).first() is not None


def _keep_run(connection: Connection, run: RunRecord) -> None:
    """Write the run's own row; a run loaded before keeps the time of its first load."""
    table = TABLES["meta_run"]
    rows = SQL_TABLES[table.name]
    [[stored]] = stored_rows(table, _one_row(table, asdict(run)))
    values = dict(zip(table.columns, stored, strict=True))
    if _is_loaded(connection, run.run_id):
        del values["first_loaded_at"]
        connection.execute(rows.update().where(rows.c.run_id == run.run_id).values(values))
    else:
        connection.execute(rows.insert().values(values))


def _add_files(connection: Connection, files: pd.DataFrame) -> None:
    """Add files not seen before; the others keep the time they were first seen."""
    table = TABLES["raw_file"]
    seen = set(connection.execute(sa.select(SQL_TABLES[table.name].c.sha256)).scalars())
    new = files[~files["sha256"].isin(seen)].drop_duplicates("sha256")
    insert_rows(connection, table, stored_rows(table, new))


def _replace(connection: Connection, run_id: str, frames: Mapping[str, pd.DataFrame]) -> None:
    """Put the frames in the place of whatever the run had in these tables before."""
    tables = [table for table in RUN_TABLES if table.name in frames]
    for table in reversed(tables):
        rows = SQL_TABLES[table.name]
        connection.execute(rows.delete().where(rows.c.run_id == run_id))
    for table in tables:
        insert_rows(connection, table, stored_rows(table, frames[table.name]))
    if connection.dialect.name == "postgresql":  # without fresh statistics its planner takes minutes to trace
        names = ", ".join(f'"{table.name}"' for table in tables)
        connection.exec_driver_sql(f"ANALYZE {names}")


def _publish(connection: Connection, run: RunRecord) -> None:
    published = SQL_TABLES["meta_publication"]
    connection.execute(published.delete().where(published.c.wave == run.wave))
    connection.execute(published.insert().values(wave=run.wave, run_id=run.run_id))


def insert_rows(connection: Connection, table: Table, chunks: Iterator[list[Row]]) -> None:
    """Insert stored rows in bulk: COPY on PostgreSQL, executemany on SQLite.

    Raises LoadError. The database's own message is dropped with its exception: PostgreSQL quotes the row in it.
    """
    refusal = ""
    try:
        if connection.dialect.name == "postgresql":
            _copy(connection, table, chunks)
        else:
            statement = str(SQL_TABLES[table.name].insert().compile(dialect=connection.dialect))
            for rows in chunks:
                connection.exec_driver_sql(statement, rows)
    except psycopg.Error as error:
        refusal = f"{type(error).__name__} {error.sqlstate or ''}".strip()
    except SQLAlchemyError as error:
        refusal = type(error).__name__
    if refusal:
        raise LoadError(f"{table.name}: the database refused the rows ({refusal})")


def _copy(connection: Connection, table: Table, chunks: Iterator[list[Row]]) -> None:
    cursor: psycopg.Cursor[Row] = connection.connection.cursor()  # type: ignore[assignment]  # psycopg's, in this transaction
    names = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), names)
    with cursor, cursor.copy(statement) as copy:
        for rows in chunks:
            for row in rows:
                copy.write_row(row)
