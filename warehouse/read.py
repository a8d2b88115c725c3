"""Reading a run's tables back as frames, by the run's id or by the wave that publishes it."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from warehouse.definitions import UserMistake, fault
from warehouse.engine import reading
from warehouse.frames import frame_of
from warehouse.tables import SQL_TABLES, TABLES


def published_run(engine: Engine, wave: str) -> str:
    """The run that a wave publishes. Raises UserMistake, naming the waves there are, for any other wave."""
    with reading(engine) as connection:
        return run_of(connection, wave)


def published_waves(engine: Engine) -> dict[str, str]:
    """Every wave that publishes a run, with the run."""
    with reading(engine) as connection:
        return _published(connection)


def _published(connection: Connection) -> dict[str, str]:
    published = SQL_TABLES["meta_publication"]
    found = connection.execute(sa.select(published.c.wave, published.c.run_id).order_by(published.c.wave))
    return {str(each.wave): str(each.run_id) for each in found}


def run_of(connection: Connection, wave: str) -> str:
    """As `published_run`, inside a transaction."""
    runs = _published(connection)
    if wave not in runs:
        raise nothing_there("wave", wave, list(runs))
    return runs[wave]


def read_table(engine: Engine, table: str, run_id: str) -> pd.DataFrame:
    """One table's rows of a run, in the order of the table's key, with the dtypes of the column dictionary.

    Raises ValueError for a table that is not kept by run.
    """
    if "run_id" not in TABLES[table].columns:
        raise ValueError(f"{table} is not kept by run")
    with reading(engine) as connection:
        return rows_of(connection, table, SQL_TABLES[table].c.run_id == run_id)


def rows_of(connection: Connection, table: str, where: sa.ColumnElement[bool]) -> pd.DataFrame:
    """As `read_table`, inside a transaction and under any condition."""
    declared, rows = TABLES[table], SQL_TABLES[table]
    query = sa.select(rows).where(where).order_by(*(rows.c[name] for name in declared.key))
    return frame_of(declared, connection.execute(query).all())


def nothing_there(what: str, asked: str, there: list[str]) -> UserMistake:
    """The mistake of asking for something that is not in the warehouse, naming what is."""
    names = ", ".join(sorted(there))
    return UserMistake(
        [
            fault(
                what,
                asked,
                ("見つかりません", "is not in the warehouse"),
                (
                    f"あるもの: {names}" if names else "まだ何もありません",
                    f"there are {names}" if names else "there is none yet",
                ),
            )
        ]
    )
