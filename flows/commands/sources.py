"""Sources: pull what a wave would read without running it, and keep the secrets of the servers."""

from __future__ import annotations

import sys
from getpass import getpass
from importlib import import_module
from typing import Annotated

import typer

from flows.commands.options import (
    Data,
    Inbox,
    Lang,
    ProgrammeFolder,
    console,
    existing,
    folders_of,
    language_of,
    say,
)
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme


def pull(
    wave: Annotated[str, typer.Argument(help="時点(例: interim)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    inbox: Inbox = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """1つの時点が読む回答を受信・保存し、前回から何が変わったかを示します(集計はしません)。"""
    from flows.prefect_server import prefect_server

    language = language_of(lang)
    folders = folders_of(programme, data)
    inbox = existing(inbox or folders.inbox)

    def prepare() -> None:
        """What takes as long as the server's start."""
        import_module("flows.run_wave")
        read_programme(programme)

    with prefect_server(folders.prefect, with_services=False, meanwhile=prepare):
        from flows.run_wave import pull_wave

        landed, findings = pull_wave(str(wave), str(programme), str(inbox), str(folders.data), language)
    from expectations.reasons import say as say_finding
    from flows.findings import FILE_LEVEL, findings_frame
    from flows.landing import LandingStore
    from flows.pull_report import pull_table

    console().print(pull_table(landed, LandingStore(folders.landing), language))
    frame = findings_frame(findings)
    for _, finding in frame.iterrows():
        line = say_finding(finding, language)
        say(language, line, line)
    if frame["reason_code"].isin(FILE_LEVEL).any():
        sys.exit(2)


def secret(
    name: Annotated[str, typer.Argument(help="例: org-a-kobo-token(credentials の名前に -token、-user、-password)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """サーバーのトークンやパスワードを、PrefectのSecretに保存します(画面にも記録にも出しません)。"""
    from flows.prefect_server import prefect_server
    from flows.sources.credentials import refuse_unfit, store_secret

    language = language_of(lang)
    folders = folders_of(programme, data)
    value = getpass(f"{name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")

    refuse_unfit(name, value)

    def prepare() -> None:
        """What takes as long as the server's start."""
        import_module("prefect.blocks.system")

    with prefect_server(folders.prefect, with_services=False, meanwhile=prepare):
        store_secret(name, value)
    say(language, f"{name} を保存しました。", f"{name} is stored.")
