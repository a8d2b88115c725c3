"""All tables of the warehouse, for SQLAlchemy and as the data dictionary that is published."""

from __future__ import annotations

from typing import Any

import pandas as pd
import sqlalchemy as sa

from warehouse.core_tables import CORE
from warehouse.fields import Kind
from warehouse.meta_tables import META
from warehouse.out_tables import OUT
from warehouse.out_text_tables import OUT_TEXT
from warehouse.table import Table

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text in the order of its code points on both engines: SQLite's default, PostgreSQL's collation "C"."""

_TYPES: dict[Kind, sa.types.TypeEngine[Any]] = {
    "text": TEXT,
    "day": TEXT,
    "instant": TEXT,
    "integer": sa.BigInteger(),
    "number": sa.Double(),
    "flag": sa.Boolean(),
}

TABLES: dict[str, Table] = {table.name: table for group in (META, CORE, OUT, OUT_TEXT) for table in group}
"""Every table by name; a table stands after those it references."""

_BY_HAND = ("meta_run", "meta_execution", "meta_publication")
RUN_TABLES: tuple[Table, ...] = tuple(
    table for table in TABLES.values() if "run_id" in table.columns and table.name not in _BY_HAND
)
"""The tables that a run fills with its frames, parents first."""

METADATA = sa.MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})


def _declare(table: Table) -> sa.Table:
    columns = [sa.Column(each.name, _TYPES[each.kind], nullable=table.is_nullable(each)) for each in table.fields]
    references = [sa.ForeignKeyConstraint([name], [f"{there}.{name}"]) for name, there in table.references.items()]
    key = sa.PrimaryKeyConstraint(*table.key)
    has_rowid = not table.name.startswith(("core_", "out_"))  # SQLite: rows kept in the key's own tree, 40 % smaller
    return sa.Table(table.name, METADATA, *columns, key, *references, sqlite_with_rowid=has_rowid)


SQL_TABLES: dict[str, sa.Table] = {name: _declare(table) for name, table in TABLES.items()}
"""The same tables for SQLAlchemy; `METADATA` holds them all."""


def data_dictionary() -> pd.DataFrame:
    """The data dictionary for publication: one row per table (column `*`), followed by one per column.

    Columns: table, column, type, unit, is_key, is_nullable, description_ja, description_en, warnings_ja, warnings_en
    (those of the table, one a line).
    """
    rows: list[dict[str, object]] = []
    for table in TABLES.values():
        rows.append(
            {
                "table": table.name,
                "column": "*",
                "type": "table",
                "unit": "",
                "is_key": False,
                "is_nullable": False,
                "description_ja": table.description.ja,
                "description_en": table.description.en,
                "warnings_ja": "\n".join(each.ja for each in table.usage_warnings),
                "warnings_en": "\n".join(each.en for each in table.usage_warnings),
            }
        )
        rows.extend(
            {
                "table": table.name,
                "column": each.name,
                "type": each.kind,
                "unit": each.unit,
                "is_key": each.name in table.key,
                "is_nullable": table.is_nullable(each),
                "description_ja": each.description.ja,
                "description_en": each.description.en,
                "warnings_ja": "",
                "warnings_en": "",
            }
            for each in table.fields
        )
    return pd.DataFrame(rows)
