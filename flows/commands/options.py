"""What the subcommands share: their common options, the language of results, and where things are kept."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.folders import Folders
from flows.programme_reader import read_settings
from warehouse.definitions import Language, UserMistake, fault

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

Lang = Annotated[str, typer.Option("--lang", help="結果の言語: ja か en", metavar="ja|en")]
ProgrammeFolder = Annotated[
    Path, typer.Option("--programme", help="事業の定義フォルダ(既定: このリポジトリ)", show_default=False)
]
Warehouse = Annotated[str | None, typer.Option("--warehouse", help="データベースのURL(既定: data/warehouse.sqlite)")]
WaveOption = Annotated[str | None, typer.Option("--wave", help="時点(既定: 公開済みの最新)")]
Inbox = Annotated[Path | None, typer.Option("--inbox", help="受信箱(既定: data/inbox)")]
Data = Annotated[Path | None, typer.Option("--data", help="生成物の保存先(既定: data/)")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="テキスト解析の並列数")]


def language_of(name: str) -> Language:
    """The language of the results. Raises UserMistake on another than ja and en."""
    if name not in ("ja", "en"):
        raise UserMistake(
            [
                fault(
                    "--lang", "", ("知らない言語です", "is an unknown language"), ("ja か en です", "expected ja or en")
                )
            ]
        )
    return "en" if name == "en" else "ja"


def console(width: int = 140) -> Console:
    """Standard output; where it is no terminal, wide enough for a table."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=width)


def say(language: Language, ja: str, en: str) -> None:
    """Print one line of a result in the language asked for."""
    console().print(ja if language == "ja" else en, soft_wrap=True, markup=False)


def folders_of(programme: Path, data: Path | None) -> Folders:
    """Where everything is kept. Raises UserMistake where nothing can be written."""
    folders = Folders(data) if data is not None else Folders.of(programme, read_settings(programme).id)
    try:
        folders.prefect.mkdir(parents=True, exist_ok=True)
        is_writable = os.access(folders.prefect, os.W_OK)
    except OSError:
        is_writable = False
    if not is_writable:
        wrong = ("フォルダを作れないか、書き込めません", "cannot be made or written to")
        expected = ("場所と権限を確かめてください", "check the place and its permissions")
        raise UserMistake([fault("--data", str(folders.data), wrong, expected)])
    return folders


def existing(inbox: Path) -> Path:
    """The inbox. Raises UserMistake if it is no folder."""
    if not inbox.is_dir():
        wrong = ("受信箱のフォルダがありません", "is not a folder")
        expected = ("各団体のファイルを置いてください", "the folder with the organisations' files was expected")
        raise UserMistake([fault("--inbox", str(inbox), wrong, expected)])
    return inbox


def warehouse_url(asked: str | None, folders: Folders) -> str:
    """The URL as Prefect may keep it among a run's parameters: a whole path, and no password.

    libpq takes the password from the environment, which our child processes share.
    """
    from sqlalchemy.engine import URL, make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(asked or folders.warehouse_url)
    except (ArgumentError, ValueError):
        return str(asked)  # opening it says what is wrong
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        return url.set(database=str(Path(url.database).resolve())).render_as_string()
    if url.password is not None:
        os.environ["PGPASSWORD"] = str(url.password)
    without = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
    return without.render_as_string()


def existing_warehouse(programme: Path, warehouse: str | None) -> Engine:
    """The warehouse, open. Raises UserMistake where nothing has been published into it yet."""
    from warehouse.engine import open_warehouse

    url = warehouse_url(warehouse, Folders.of(programme, read_settings(programme).id))
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:////") and not file.exists():
        wrong = ("まだ何も公開されていません", "nothing has been published yet")
        expected = ("先に monosashi run を実行してください", "run a wave first: monosashi run")
        raise UserMistake([fault("--warehouse", str(file), wrong, expected)])
    return open_warehouse(url)


def published_in(programme: Path, warehouse: str | None, wave: str | None) -> tuple[Engine, str]:
    """The warehouse and a wave it publishes: the one asked for, or the programme's latest."""
    from warehouse.read import published_run, published_waves

    engine = existing_warehouse(programme, warehouse)
    order = [period.id for period in read_settings(programme).periods]
    if wave is None:
        published = published_waves(engine)
        wave = next((each for each in reversed(order) if each in published), order[-1])
    published_run(engine, wave)
    return engine, wave
