"""Reading results: the indicators, what was left out and why, the trail of one figure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import (
    Lang,
    ProgrammeFolder,
    Warehouse,
    WaveOption,
    console,
    existing_warehouse,
    language_of,
    published_in,
    say,
)
from flows.programme_reader import DEFAULT_PROGRAMME


def indicators(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    wave: WaveOption = None,
    lang: Lang = "ja",
) -> None:
    """公開済みの時点の指標一覧を表示します。"""
    from flows.publishing import indicator_table

    language = language_of(lang)
    engine, published = published_in(programme, warehouse, wave)
    console().print(indicator_table(engine, published, language))


def rejected(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    wave: WaveOption = None,
    lang: Lang = "ja",
) -> None:
    """集計に入らなかった行と、その理由・直し方を表示します。"""
    from flows.publishing import rejected_lines

    language = language_of(lang)
    engine, published = published_in(programme, warehouse, wave)
    for line in rejected_lines(engine, published, language):
        say(language, line, line)


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

    language = language_of(lang)
    engine, _ = published_in(programme, warehouse, period)
    for part in trace_report(engine, indicator, period, organisation, reading, language):
        console(width=1_000).print(part)


def changes(
    since: Annotated[str, typer.Option("--since", help="前の実行(run_id、または先頭の6桁以上)")],
    until: Annotated[str | None, typer.Option("--until", help="後の実行(既定: その時点がいま公開している実行)")] = None,
    wave: Annotated[str | None, typer.Option("--wave", help="この時点の実行だけから選ぶ")] = None,
    organisation: Annotated[str | None, typer.Option("--organisation", help="団体コード(* は事業全体の指標)")] = None,
    all_readings: Annotated[bool, typer.Option("--all-readings", help="判定の変わらない別の読み方も示す")] = False,
    to: Annotated[Path | None, typer.Option("--to", help="全件を書き出すExcelファイル(.xlsx)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    lang: Lang = "ja",
) -> None:
    """2つの実行のあいだに、入力・定義・回答の何が変わり、どの指標が動いたかを示します。"""
    from flows.publishing import changes_report, write_changes
    from warehouse.changes import read_changes

    language = language_of(lang)
    engine = existing_warehouse(programme, warehouse)
    found = read_changes(engine, since, until, wave, organisation)
    if to is not None:
        write_changes(found, to, language)
    for part in changes_report(engine, found, language, all_readings=all_readings):
        console().print(part)
    if to is not None:
        say(language, f"書き出しました: {to}", f"Written: {to}")
