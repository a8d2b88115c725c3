"""Opening a warehouse: SQLite by default, PostgreSQL by URL, the newest tables, and transactions for both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from warehouse.definitions import UserMistake, fault

DEFAULT_URL = "sqlite:///data/warehouse.sqlite"

PATIENCE_S = 300
"""How long a writer waits for another one to finish."""

_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgresql+psycopg": "postgresql+psycopg"}
_ONE_WRITER = 0x6D6F6E6F  # "mono": the key of PostgreSQL's advisory lock


def open_warehouse(url: str = DEFAULT_URL) -> Engine:
    """Open the warehouse at a SQLAlchemy URL, creating or upgrading its tables.

    Raises UserMistake for a URL that cannot be used, a database that cannot be reached or changed, and one whose
    tables are newer than this code. No message shows the URL's user, password or options.
    """
    engine = _engine(_parsed(url))
    try:
        _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def opened(url: str = DEFAULT_URL) -> Iterator[Engine]:
    """As `open_warehouse`, for the length of a block: no connection stays open behind it."""
    engine = open_warehouse(url)
    try:
        yield engine
    finally:
        engine.dispose()


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.drivername not in _DRIVERS:
        raise _mistake(
            "--warehouse",
            ("データベースのURLとして使えません", "is not a database URL that can be used"),
            (
                "例: sqlite:///data/warehouse.sqlite または postgresql+psycopg://利用者@ホスト:5432/データベース",
                "for example sqlite:///data/warehouse.sqlite or postgresql+psycopg://user@host:5432/database",
            ),
        )
    return parsed.set(drivername=_DRIVERS[parsed.drivername])


def _shown(url: URL) -> str:
    """The URL without user, password and options."""
    return URL.create(url.drivername, host=url.host, port=url.port, database=url.database).render_as_string()


def _mistake(where: str, wrong: tuple[str, str], expected: tuple[str, str]) -> UserMistake:
    return UserMistake([fault(where, "", wrong, expected)])


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    if url.database and url.database != ":memory:":
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise _unreachable(url) from None
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": PATIENCE_S})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says so, not at the first INSERT
    for setting in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    """Begin at once with the write lock where writing is meant: a reader that turns writer could not wait for it."""
    is_writer = connection.get_execution_options().get("is_writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")


def _unreachable(url: URL) -> UserMistake:
    return _mistake(
        _shown(url),
        ("データベースに接続できません", "the database cannot be opened"),
        (
            "保存先・サーバーの稼働・ホスト・ポート・データベース名・利用者・パスワードを確かめてください",
            "check the place, that the server runs, and its host, port, database, user and password",
        ),
    )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the warehouse throughout, whatever is published meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """The one writing transaction: all of it or nothing. A second writer waits; readers do not.

    Raises UserMistake if another writer does not finish within PATIENCE_S seconds.
    """
    with engine.connect() as connection:
        connection.execution_options(is_writer=True)
        try:
            transaction = connection.begin()
            if engine.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_S}s'")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_WRITER})")
        except OperationalError as error:
            if not _is_busy(error):
                raise
            raise _mistake(
                _shown(engine.url),
                ("ほかの実行が書き込み中です", "another run is writing to it"),
                ("終わってから再度実行してください", "try again when it has finished"),
            ) from None
        with transaction:
            yield connection


def _is_busy(error: OperationalError) -> bool:
    reason = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    return reason in ("55P03", "SQLITE_BUSY")  # 55P03: lock_not_available


# --- migrations ---------------------------------------------------------------------------------------------------


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", "warehouse:migrations")
    return config


def _encoding(connection: Connection) -> str:
    if connection.dialect.name == "sqlite":
        return "UTF8"
    return str(connection.exec_driver_sql("SHOW server_encoding").scalar_one())


def _upgrade(engine: Engine) -> None:
    """Bring the tables to the newest revision; do nothing (and take no lock) where they are."""
    scripts = ScriptDirectory.from_config(_migrations())
    known, newest = {script.revision for script in scripts.walk_revisions()}, scripts.get_current_head()
    try:
        with reading(engine) as connection:
            found = MigrationContext.configure(connection).get_current_heads()
            encoding = _encoding(connection)
    except DBAPIError:
        raise _unreachable(engine.url) from None
    if encoding != "UTF8":
        raise _mistake(
            _shown(engine.url),
            ("データベースの文字コードがUTF8ではありません", "the database is not encoded in UTF8"),
            ("ENCODING 'UTF8' で作り直してください", "create it with ENCODING 'UTF8'"),
        )
    if not set(found) <= known:
        raise _mistake(
            _shown(engine.url),
            (
                "新しい版のプログラムが作ったデータベースです",
                "the database was made by a newer version of this program",
            ),
            ("プログラムを更新してください", "update the program"),
        )
    if found == (newest,):
        return
    try:
        with writing(engine) as connection:
            config = _migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise _mistake(
            _shown(engine.url),
            ("表を作成または更新できません", "its tables cannot be created or upgraded"),
            (
                "書き込みと表の作成の権限、および同じ名前の別の表がないことを確かめてください",
                "check the right to write and to create tables, and that no other table has the same name",
            ),
        ) from error
