"""The command `monosashi`: results on standard output, in Japanese or English; progress and problems on standard error.

Exit status: 0 done, 2 something the user can mend (said in so many words), 1 a failure of ours.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from flows.folders import Folders
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme, read_settings
from warehouse.definitions import Language, UserMistake, fault

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

app = typer.Typer(
    help="ものさし: 助成事業の調査票から、第三者が検算できる指標表をつくります。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Lang = Annotated[str, typer.Option("--lang", help="結果の言語: ja か en", metavar="ja|en")]
ProgrammeFolder = Annotated[Path, typer.Option("--programme", help="事業の定義フォルダ(既定: このリポジトリ)")]
Warehouse = Annotated[str | None, typer.Option("--warehouse", help="データベースのURL(既定: data/warehouse.sqlite)")]
WaveOption = Annotated[str | None, typer.Option("--wave", help="時点(既定: 公開済みの最新)")]


def main() -> None:
    """Run the command; a user's mistake is said without a stack trace, a failure of ours without any data in it."""
    language: Language = "en" if _asked_for_english(sys.argv) else "ja"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that what we started ends with us
    try:
        app()
    except Exception as error:
        from flows.failures import said

        problems = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        for line in said(error, language):
            problems.print(line)
        sys.exit(2 if isinstance(error, UserMistake) else 1)


def _asked_for_english(arguments: list[str]) -> bool:
    joined = " ".join(arguments)
    return "--lang en" in joined or "--lang=en" in joined


def _language(name: str) -> Language:
    if name not in ("ja", "en"):
        raise UserMistake(
            [
                fault(
                    "--lang", "", ("知らない言語です", "is an unknown language"), ("ja か en です", "expected ja or en")
                )
            ]
        )
    return "en" if name == "en" else "ja"


def _console(width: int = 140) -> Console:
    """Standard output; where it is no terminal, wide enough for a table."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=width)


def _say(language: Language, ja: str, en: str) -> None:
    _console().print(ja if language == "ja" else en, soft_wrap=True, markup=False)


@app.command()
def check(programme: ProgrammeFolder = DEFAULT_PROGRAMME, lang: Lang = "ja") -> None:
    """定義ファイルをすべて点検し、誤りを一度に示します。"""
    language = _language(lang)
    found = read_programme(programme)
    _say(
        language,
        f"{found.settings.label.ja}: 定義{len(found.files)}ファイル、指標{len(found.indicators)}件に誤りはありません。",
        f"{found.settings.label.en}: {len(found.files)} files, {len(found.indicators)} indicators, no faults.",
    )


@app.command()
def sample(
    destination: Annotated[Path, typer.Argument(help="見本の受信箱をつくるフォルダ")],
    respondents: Annotated[int, typer.Option(min=60, help="回答者数")] = 600,
    seed: Annotated[int, typer.Option(help="乱数の種")] = 1,
    lang: Lang = "ja",
) -> None:
    """6団体・3時点の架空の回答ファイルと、正解(truth.json)をつくります。"""
    from flows.sample import write_sample

    language = _language(lang)
    write_sample(destination, respondents, seed)
    _say(
        language,
        f"見本をつくりました: {destination}(回答者{respondents}人、種{seed})",
        f"Sample written: {destination} ({respondents} respondents, seed {seed})",
    )


@app.command()
def run(
    wave: Annotated[str, typer.Argument(help="時点(例: interim)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    inbox: Annotated[Path | None, typer.Option(help="受信箱(既定: data/inbox)")] = None,
    warehouse: Warehouse = None,
    workers: Annotated[int, typer.Option(min=1, help="テキスト解析の並列数")] = os.cpu_count() or 1,
    data: Annotated[Path | None, typer.Option(help="生成物の保存先(既定: data/)")] = None,
    lang: Lang = "ja",
) -> None:
    """1つの時点を、受信から指標の公開まで通して実行します。"""
    from flows.prefect_server import prefect_server
    from warehouse.engine import open_warehouse

    language = _language(lang)
    folders = _folders(programme, data)
    inbox = _existing(inbox or folders.inbox)
    url = _warehouse_url(warehouse, folders)

    def prepare() -> None:
        """What takes as long as the server's start: imports, and mistakes that would only show after much work."""
        import_module("flows.run_wave")
        read_programme(programme)
        open_warehouse(url).dispose()

    with prefect_server(folders.prefect, with_services=False, meanwhile=prepare):
        from flows.run_wave import run_wave

        outcome = run_wave(
            wave=wave,
            programme_folder=str(programme),
            inbox=str(inbox),
            warehouse_url=url,
            data=str(folders.data),
            workers=workers,
            language=language,
        )
    from flows.publishing import indicator_table

    _console().print(indicator_table(open_warehouse(url), wave, language))
    for line in outcome.lines(language):
        _say(language, line, line)
    if len(outcome.mistakes):
        sys.exit(2)


@app.command()
def serve(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    inbox: Annotated[Path | None, typer.Option(help="受信箱(既定: data/inbox)")] = None,
    warehouse: Warehouse = None,
    workers: Annotated[int, typer.Option(min=1, help="テキスト解析の並列数")] = os.cpu_count() or 1,
    data: Annotated[Path | None, typer.Option(help="生成物の保存先(既定: data/)")] = None,
    lang: Lang = "ja",
) -> None:
    """時点ごとの予定を登録し、期日が来たら実行します(Ctrl-Cで終了)。"""
    from flows.prefect_server import prefect_server
    from warehouse.engine import open_warehouse

    language = _language(lang)
    found = read_programme(programme)
    folders = _folders(programme, data)
    inbox = _existing(inbox or folders.inbox)
    url = _warehouse_url(warehouse, folders)
    open_warehouse(url).dispose()

    def prepare() -> None:
        """What takes as long as the server's start."""
        from flows.schedules import scheduled

        scheduled(found)

    with prefect_server(folders.prefect, with_services=True, meanwhile=prepare) as address:
        from flows.schedules import announced, serve_waves

        _say(language, f"予定(Ctrl-Cで終了。Prefect: {address})", f"Schedules (Ctrl-C ends; Prefect: {address})")
        for line in announced(found):
            _say(language, line.ja, line.en)
        serve_waves(found, inbox, url, folders.data, workers, language)


@app.command()
def indicators(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    wave: WaveOption = None,
    lang: Lang = "ja",
) -> None:
    """公開済みの時点の指標一覧を表示します。"""
    from flows.publishing import indicator_table

    language = _language(lang)
    engine, published = _published(programme, warehouse, wave)
    _console().print(indicator_table(engine, published, language))


@app.command()
def rejected(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    wave: WaveOption = None,
    lang: Lang = "ja",
) -> None:
    """集計に入らなかった行と、その理由・直し方を表示します。"""
    from flows.publishing import rejected_lines

    language = _language(lang)
    engine, published = _published(programme, warehouse, wave)
    for line in rejected_lines(engine, published, language):
        _say(language, line, line)


@app.command()
def trace(
    indicator: Annotated[str, typer.Argument(help="指標ID")],
    period: Annotated[str, typer.Option("--period", help="時点")],
    organisation: Annotated[str, typer.Option("--organisation", help="団体コード(* は事業全体)")] = "*",
    reading: Annotated[str | None, typer.Option("--reading", help="読み方(既定: 宣言された読み方)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    lang: Lang = "ja",
) -> None:
    """1つの数値を、分子・分母の回答、ファイル、行、ハッシュまでたどります。"""
    from flows.publishing import trace_report

    language = _language(lang)
    engine, _ = _published(programme, warehouse, period)
    for part in trace_report(engine, indicator, period, organisation, reading, language):
        _console(width=1_000).print(part)


def _folders(programme: Path, data: Path | None) -> Folders:
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


def _existing(inbox: Path) -> Path:
    if not inbox.is_dir():
        wrong = ("受信箱のフォルダがありません", "is not a folder")
        expected = ("各団体のファイルを置いてください", "the folder with the organisations' files was expected")
        raise UserMistake([fault("--inbox", str(inbox), wrong, expected)])
    return inbox


def _warehouse_url(asked: str | None, folders: Folders) -> str:
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


def _published(programme: Path, warehouse: str | None, wave: str | None) -> tuple[Engine, str]:
    """The warehouse and a wave it publishes: the one asked for, or the programme's latest."""
    from warehouse.engine import open_warehouse
    from warehouse.read import published_run, published_waves

    settings = read_settings(programme)
    url = _warehouse_url(warehouse, Folders.of(programme, settings.id))
    file = Path(url.removeprefix("sqlite:///"))
    if url.startswith("sqlite:////") and not file.exists():
        wrong = ("まだ何も公開されていません", "nothing has been published yet")
        expected = ("先に monosashi run を実行してください", "run a wave first: monosashi run")
        raise UserMistake([fault("--warehouse", str(file), wrong, expected)])
    engine = open_warehouse(url)
    order = [period.id for period in settings.periods]
    if wave is None:
        published = published_waves(engine)
        wave = next((each for each in reversed(order) if each in published), order[-1])
    published_run(engine, wave)
    return engine, wave
