"""The content of a run's out_ tables as one hash, the same on every engine."""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from warehouse.engine import reading
from warehouse.tables import SQL_TABLES, TABLES


def out_content_sha256(engine: Engine, run_id: str) -> str:
    """SHA-256, in hexadecimal, of all out_ rows of a run. A run without rows has the hash of nothing.

    What is hashed is UTF-8 text, one JSON array a line: for each out_ table that holds rows of the run, in the order of
    the names, its name and its columns without run_id, then its rows in the order of their key (by code point). Numbers
    with a fraction are written as Python's repr does (the shortest text that gives back the same double), others
    without a point, null as null, texts without escaping anything beyond what JSON demands. run_id is left out: equal
    content, equal hash. A table that a later version adds does not alter the hash of runs that were stored before.
    """
    content = hashlib.sha256()
    with reading(engine) as connection:
        for name in sorted(name for name in TABLES if name.startswith("out_")):
            table, rows = TABLES[name], SQL_TABLES[name]
            columns = [column for column in table.columns if column != "run_id"]
            query = (
                sa.select(*(rows.c[column] for column in columns))
                .where(rows.c.run_id == run_id)
                .order_by(*(rows.c[column] for column in table.key))
            )
            for number, found in enumerate(connection.execution_options(yield_per=10_000).execute(query)):
                if number == 0:
                    content.update(_line([name, *columns]))
                content.update(_line(list(found)))
    return content.hexdigest()


def _line(values: list[object]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode()
