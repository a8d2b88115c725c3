"""The languages of the texts, and those that a person has to look at."""

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
    language_of,
    published_in,
    say,
)
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme


def languages(
    wave: WaveOption = None,
    to: Annotated[Path | None, typer.Option("--to", help="人が見る回答の一覧を書き出すExcelファイル(.xlsx)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    lang: Lang = "ja",
) -> None:
    """自由記述の言語と書き方の件数と、人が言語を判定・翻訳する回答のIDを示します(本文は表示しません)。"""
    from flows.language_list import language_list, language_report, tables_in_words
    from flows.publishing import write_tables

    language = language_of(lang)
    engine, published = published_in(programme, warehouse, wave)
    found = language_list(engine, published, read_programme(programme))
    if to is not None:
        write_tables(tables_in_words(found, language), to)
    for part in language_report(found, language):
        console().print(part)
    if to is not None:
        say(language, f"書き出しました: {to}", f"Written: {to}")
