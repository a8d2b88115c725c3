"""Every column is described once, and every table follows from that."""

from __future__ import annotations

from warehouse.fields import FIELDS
from warehouse.indicators import INDICATOR_COLUMNS, MEMBER_COLUMNS
from warehouse.tables import SQL_TABLES, TABLES, data_dictionary


def test_every_described_column_is_used_and_described_in_both_languages() -> None:
    used = {column for table in TABLES.values() for column in table.columns}
    assert used == set(FIELDS)
    assert all(field.description.ja != field.description.en for field in FIELDS.values())


def test_a_key_is_never_null_and_a_table_names_its_exceptions_once() -> None:
    for table in TABLES.values():
        assert set(table.key) <= set(table.columns)
        assert set(table.nullable) <= set(table.columns)
        assert not [name for name in table.key if table.is_nullable(FIELDS[name])], table.name
        assert not [name for name in table.nullable if FIELDS[name].is_nullable], table.name


def test_what_a_run_fills_begins_its_key_with_the_run() -> None:
    for table in TABLES.values():
        if table.name.startswith(("core_", "out_")):
            assert table.key[0] == "run_id", table.name


def test_the_indicators_columns_are_the_tables() -> None:
    assert ["run_id", *INDICATOR_COLUMNS] == list(TABLES["out_indicator"].columns)
    assert ["run_id", *MEMBER_COLUMNS] == list(TABLES["out_indicator_member"].columns)


def test_a_referenced_table_stands_before_those_that_refer_to_it() -> None:
    order = list(TABLES)
    for table in TABLES.values():
        assert all(order.index(there) < order.index(table.name) for there in table.references.values())


def test_the_data_dictionary_lists_each_table_followed_by_its_columns() -> None:
    rows = data_dictionary()
    assert rows["table"].drop_duplicates().tolist() == list(SQL_TABLES)
    for name, of_table in rows.groupby("table"):
        assert of_table["column"].tolist() == ["*", *TABLES[str(name)].columns]
    assert (rows["description_ja"].str.len() > 0).all()
    public = rows[(rows["table"] == "out_indicator_public") & (rows["column"] == "*")].iloc[0]
    assert "suppressed" in public["warnings_en"]
