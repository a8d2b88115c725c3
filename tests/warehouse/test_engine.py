"""Opening a warehouse: migrations, refusals that show no password, and transactions."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

import warehouse.engine
from warehouse.definitions import UserMistake
from warehouse.engine import open_warehouse, reading, writing
from warehouse.tables import METADATA, SQL_TABLES, TABLES


def test_migrations_make_exactly_the_declared_tables(engine: Engine) -> None:
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        found = sa.inspect(connection)
        assert set(found.get_table_names()) == {*TABLES, "alembic_version"}
        for table in TABLES.values():  # what alembic does not compare
            assert found.get_pk_constraint(table.name)["constrained_columns"] == list(table.key)
            if engine.dialect.name == "postgresql":
                texts = [column["type"] for column in found.get_columns(table.name) if "TEXT" in str(column["type"])]
                assert {text.collation for text in texts} == {"C"}  # type: ignore[attr-defined]
            else:
                options = found.get_table_options(table.name)
                assert options.get("sqlite_with_rowid", True) == table.name.startswith(("meta_", "raw_"))


def test_opening_twice_changes_nothing_and_opening_at_once_makes_the_tables_once(warehouse_url: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        engines = list(threads.map(open_warehouse, [warehouse_url] * 4))
    try:
        with reading(engines[0]) as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM alembic_version").scalar_one() == 1
    finally:
        for engine in engines:
            engine.dispose()


def test_a_newer_database_is_refused(warehouse_url: str, engine: Engine) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UserMistake, match="newer version") as caught:
        open_warehouse(warehouse_url)
    assert "更新" in caught.value.faults[0].say("ja")


def test_another_programs_table_of_the_same_name_is_refused(warehouse_url: str) -> None:
    other = sa.create_engine(warehouse_url)
    if other.dialect.name == "sqlite":
        Path(other.url.database or "").parent.mkdir()
    with other.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE out_term (mine INTEGER)")
    try:
        with pytest.raises(UserMistake, match="cannot be created"):
            open_warehouse(warehouse_url)
        with other.connect() as connection:  # all or nothing: no table of ours is left behind
            assert sa.inspect(connection).get_table_names() == ["out_term"]
    finally:
        other.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "warehouse.sqlite",
        "mysql://kaoru:hunter2@host/db",
        "postgresql://kaoru:hunter2@[::bad/db",
        "postgresql://kaoru:hunter2@127.0.0.1:1/db?options=hunter2",
        "postgresql+psycopg2://kaoru:hunter2@127.0.0.1:1/db",
    ],
)
def test_a_bad_url_or_server_is_explained_without_its_secrets(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(UserMistake) as caught:
        open_warehouse(url)
    said = "".join(fault.say("ja") + fault.say("en") for fault in caught.value.faults)
    assert "postgresql" in said
    shown = said + repr(caught.value) + caplog.text
    assert "hunter2" not in shown
    assert "kaoru" not in shown


def test_a_place_that_cannot_hold_a_database_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a database, and not a folder, but long enough to look like a page" * 100)
    for path in (tmp_path / "file", tmp_path / "file" / "warehouse.sqlite"):
        with pytest.raises(UserMistake, match="cannot be opened"):
            open_warehouse(f"sqlite:///{path}")


def test_sqlite_is_set_for_readers_beside_a_writer(tmp_path: Path) -> None:
    engine = open_warehouse(f"sqlite:///{tmp_path}/a/b/warehouse.sqlite")
    with reading(engine) as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    engine.dispose()
    assert found == ["wal", 1, 1]


def test_errors_hide_what_was_written(engine: Engine) -> None:
    assert engine.hide_parameters


def _files_n(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM raw_file").scalar_one())


def _write_file(connection: sa.Connection, sha256: str) -> None:
    row = {"sha256": sha256, "bytes_n": 1, "first_seen_at": "2024-01-01T00:00:00.000000Z"}
    connection.execute(SQL_TABLES["raw_file"].insert().values(row))


def test_a_reader_sees_one_state_while_another_is_written(engine: Engine) -> None:
    with reading(engine) as reader:
        assert _files_n(reader) == 0
        with writing(engine) as writer:
            _write_file(writer, "a")
        assert _files_n(reader) == 0
    with reading(engine) as reader:
        assert _files_n(reader) == 1


def test_a_failed_write_leaves_nothing(engine: Engine) -> None:
    def write_and_fail() -> None:
        with writing(engine) as writer:
            _write_file(writer, "a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with reading(engine) as reader:
        assert _files_n(reader) == 0


def test_a_second_writer_waits_for_the_first(engine: Engine) -> None:
    begun = threading.Event()

    def second() -> int:
        begun.set()
        with writing(engine) as writer:
            return _files_n(writer)

    with ThreadPoolExecutor(1) as threads:
        with writing(engine) as writer:
            later = threads.submit(second)
            begun.wait()
            _write_file(writer, "a")
            assert not later.done()
        assert later.result() == 1


def test_a_writer_that_waits_too_long_is_told_why(warehouse_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse.engine, "PATIENCE_S", 1)
    engine = open_warehouse(warehouse_url)
    try:
        with writing(engine), pytest.raises(UserMistake, match="another run is writing"), writing(engine):
            pytest.fail("two writers at once")
    finally:
        engine.dispose()
