"""Coding rules: why an answer holds a theme or not, and what a change of the rules would move."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.options import (
    Data,
    Lang,
    ProgrammeFolder,
    Warehouse,
    WaveOption,
    Workers,
    console,
    folders_of,
    language_of,
    published_in,
)
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme

app = typer.Typer(help="テーマの規則: 一致した理由、規則の変更で動くもの。", no_args_is_help=True)
RulesFile = Annotated[Path | None, typer.Option("--rules", help="この規則ファイルで調べる(既定: 実行が使った規則)")]


@app.command()
def why(
    response: Annotated[str, typer.Argument(help="回答のID(response_id)")],
    theme: Annotated[str, typer.Argument(help="テーマのID")],
    wave: WaveOption = None,
    rules: RulesFile = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """回答がそのテーマに当たった(当たらなかった)理由を、条件ごとに本文の語とともに示します。"""
    from flows.theme_texts import themes_of_file, themes_of_run, wave_texts
    from flows.theme_why import why as explained

    language = language_of(lang)
    engine, published = published_in(programme, warehouse, wave)
    definitions = read_programme(programme)
    found = wave_texts(engine, published, definitions)
    themes = themes_of_run(engine, found.run_id) if rules is None else themes_of_file(rules)
    folders = folders_of(programme, data)
    for part in explained(engine, found, themes, definitions, folders, response, theme, language):
        console(width=200).print(part)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="前の規則: 規則ファイル、または実行のID(先頭6桁以上)")],
    new: Annotated[str, typer.Argument(help="後の規則: 規則ファイル、または実行のID(先頭6桁以上)")],
    wave: WaveOption = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    workers: Workers = 1,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """規則の変更で、どの回答のテーマとどの数値が動くかを、同じ本文で比べて示します。"""
    from flows.progress import StageProgress
    from flows.theme_diff import theme_diff
    from flows.theme_diff_report import diff_report
    from flows.theme_texts import themes_named, wave_texts
    from flows.wave import Wave

    language = language_of(lang)
    engine, published = published_in(programme, warehouse, wave)
    definitions = read_programme(programme)
    folders = folders_of(programme, data)
    found = wave_texts(engine, published, definitions)
    before, after = themes_named(engine, old), themes_named(engine, new)
    with StageProgress(Console(stderr=True), language) as progress:
        this = Wave(published, definitions, folders.inbox, folders, workers, language, progress)
        moved = theme_diff(engine, found, before, after, this)
    for part in diff_report(moved, language):
        console().print(part)
