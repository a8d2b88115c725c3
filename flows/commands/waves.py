"""Carrying out waves: check the definitions, invent a sample, run a wave, run all of them on schedule."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import (
    Data,
    Inbox,
    Lang,
    ProgrammeFolder,
    Warehouse,
    Workers,
    console,
    existing,
    folders_of,
    language_of,
    say,
    warehouse_url,
)
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme

CORES = os.cpu_count() or 1


def check(programme: ProgrammeFolder = DEFAULT_PROGRAMME, lang: Lang = "ja") -> None:
    """定義ファイルをすべて点検し、誤りを一度に示します。"""
    from flows.cases import read_spec

    language = language_of(lang)
    found = read_programme(programme)
    read_spec(found)
    say(
        language,
        f"{found.settings.label.ja}: 定義{len(found.files)}ファイル、指標{len(found.indicators)}件に誤りはありません。",
        f"{found.settings.label.en}: {len(found.files)} files, {len(found.indicators)} indicators, no faults.",
    )


def sample(
    destination: Annotated[Path, typer.Argument(help="見本の受信箱をつくるフォルダ")],
    respondents: Annotated[int, typer.Option(min=60, help="回答者数")] = 600,
    seed: Annotated[int, typer.Option(help="乱数の種")] = 1,
    lang: Lang = "ja",
) -> None:
    """6団体・3時点の架空の回答ファイルと、正解(truth.json)をつくります。"""
    from flows.sample import write_sample

    language = language_of(lang)
    write_sample(destination, respondents, seed)
    say(
        language,
        f"見本をつくりました: {destination}(回答者{respondents}人、種{seed})",
        f"Sample written: {destination} ({respondents} respondents, seed {seed})",
    )


def run(
    wave: Annotated[str, typer.Argument(help="時点(例: interim)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    inbox: Inbox = None,
    warehouse: Warehouse = None,
    workers: Workers = CORES,
    data: Data = None,
    landed: Annotated[bool, typer.Option("--landed", help="サーバーに尋ねず前回の受信を使う")] = False,
    lang: Lang = "ja",
) -> None:
    """1つの時点を、受信から指標の公開まで通して実行します。"""
    from flows.prefect_server import prefect_server
    from warehouse.engine import open_warehouse

    language = language_of(lang)
    folders = folders_of(programme, data)
    inbox = existing(inbox or folders.inbox)
    url = warehouse_url(warehouse, folders)

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
            servers_asked=not landed,
        )
    from flows.publishing import indicator_table

    console().print(indicator_table(open_warehouse(url), wave, language))
    for line in outcome.lines(language):
        say(language, line, line)
    if len(outcome.mistakes):
        sys.exit(2)


def serve(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    inbox: Inbox = None,
    warehouse: Warehouse = None,
    workers: Workers = CORES,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """時点ごとの予定を登録し、期日が来たら実行します(Ctrl-Cで終了)。"""
    from flows.prefect_server import prefect_server
    from warehouse.engine import open_warehouse

    language = language_of(lang)
    found = read_programme(programme)
    folders = folders_of(programme, data)
    inbox = existing(inbox or folders.inbox)
    url = warehouse_url(warehouse, folders)
    open_warehouse(url).dispose()

    def prepare() -> None:
        """What takes as long as the server's start."""
        from flows.schedules import scheduled

        scheduled(found)

    with prefect_server(folders.prefect, with_services=True, meanwhile=prepare) as address:
        from flows.schedules import announced, serve_waves

        say(language, f"予定(Ctrl-Cで終了。Prefect: {address})", f"Schedules (Ctrl-C ends; Prefect: {address})")
        for line in announced(found):
            say(language, line.ja, line.en)
        serve_waves(found, inbox, url, folders.data, workers, language)
