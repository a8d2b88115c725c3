"""What a model would say of a round, for people to look at again: `monosashi rate suggest`."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from rich.console import Console

from flows.commands.options import (
    Data,
    Lang,
    ProgrammeFolder,
    Warehouse,
    Workers,
    console,
    existing_warehouse,
    folders_of,
    language_of,
    say,
)
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from flows.progress import StageProgress
from warehouse.definitions import Text

CORES = os.cpu_count() or 1


def suggest(
    round_id: Annotated[str, typer.Argument(metavar="ROUND", help="評定の回のid")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    workers: Workers = CORES,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """評定が終わった回で学んだモデルの提案と、見直す順番の表を書き出します。提案は評価にはなりません。"""
    from flows.suggesting import REVIEW, SUGGESTIONS, suggest_round
    from flows.suggestion_words import agreement_table, left_out_lines, queue_line
    from flows.suggestion_workbook import review_workbook
    from warehouse.report_files import write_whole

    language = language_of(lang)
    folders = folders_of(programme, data)
    definitions = read_programme(programme)
    engine = existing_warehouse(programme, warehouse or folders.warehouse_url)
    with (
        StageProgress(Console(stderr=True), language) as progress,
        progress.stage("suggest", Text(ja="モデルの学習", en="train the model")),
    ):
        found = suggest_round(definitions, engine, folders, round_id, workers)
    for each in found.criteria:
        console().print(agreement_table(each, language))
        say(language, queue_line(each, language), queue_line(each, language))
    for line in left_out_lines(found, language):
        say(language, line, line)
    folder = folders.rating / round_id
    write_whole(folder / REVIEW, review_workbook(definitions, found, language))
    say(language, f"提案: {folder / SUGGESTIONS}", f"Suggestions: {folder / SUGGESTIONS}")
    say(language, f"見直しの表: {folder / REVIEW}", f"Review queue: {folder / REVIEW}")
