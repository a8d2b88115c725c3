"""Masking in doubt: show a person what the rules are not sure of, and take the decisions back."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
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
from flows.folders import Folders
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from flows.progress import StageProgress
from warehouse.definitions import Language, Text, UserMistake, fault

app = typer.Typer(help="秘匿化: 規則に確信のないところを人が確かめます。", no_args_is_help=True)

_LONGEST_NAME = 40


@app.callback()
def _group() -> None:
    """So that `review` stays a subcommand while it is the only one."""


@app.command()
def review(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="決定を記入した表(.xlsx, .ods)")] = None,
    wave: Annotated[str | None, typer.Option("--wave", help="時点。公開中の実行の、確信のないところを書き出す")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="書き出す表(既定: mask-<時点>.xlsx)")] = None,
    by: Annotated[str | None, typer.Option("--by", help="FILEの決定をした人(仮名でよい)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    workers: Workers = 1,
    lang: Lang = "ja",
) -> None:
    """秘匿化に確信のないところを確認用の表に書き出します。FILEがあれば、記入された決定を取り込みます(次の実行から使います)。"""
    language = language_of(lang)
    folders = folders_of(programme, data)
    if file is not None:
        _take_in(file, by, folders, language)
    elif wave is not None:
        _write(wave, to or Path(f"mask-{wave}.xlsx"), programme, warehouse, folders, workers, language)
    else:
        wrong = ("時点もファイルもありません", "neither a wave nor a file is given")
        expected = ("--wave か FILE のどちらかが必要です", "give --wave, or a FILE with decisions")
        raise UserMistake([fault("review", "", wrong, expected)])


def _write(
    wave: str, to: Path, programme: Path, warehouse: str | None, folders: Folders, workers: int, language: Language
) -> None:
    """Count what is in doubt, and write a workbook of what nobody has decided, for its owner's eyes alone."""
    from flows.landing import LandingStore
    from flows.mask_ledger import MaskLedger
    from flows.mask_review import counts_table, review_of
    from flows.mask_workbooks import review_workbook
    from nlp.annotation_cache import AnnotationCache
    from nlp.pipeline import annotations_id

    _refuse_to_overwrite(to)
    definitions = read_programme(programme)
    engine = existing_warehouse(programme, warehouse or folders.warehouse_url)
    ledger = MaskLedger(folders.mask)
    rules = definitions.text_rules.masking
    stage = Text(ja="確信のないところを探す", en="look for what is in doubt")
    with (
        StageProgress(Console(stderr=True), language) as progress,
        progress.stage("review", stage),
        AnnotationCache(folders.annotations, annotations_id(definitions.text_rules.vocabulary)) as cache,
    ):
        found = review_of(engine, wave, definitions, LandingStore(folders.landing), ledger, cache, workers=workers)
    content = review_workbook(found, rules, ledger.hashing(), language)
    console().print(counts_table(found, rules, language))
    if not found.places:
        say(language, "確かめるところは残っていません。", "Nothing is left to decide.")
        return
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as workbook:
        workbook.write(content)
    say(
        language,
        f"{len(found.places)}か所を書き出しました: {to}(名前が入りえます。確認者だけが開き、後で消してください)",
        f"{len(found.places)} places written: {to} (it may hold names: for the reviewer alone; delete it after use)",
    )


def _take_in(file: Path, by: str | None, folders: Folders, language: Language) -> None:
    from flows.landing import LandingStore
    from flows.mask_ledger import MaskLedger
    from flows.mask_workbooks import read_decisions

    if by is None or not by.strip() or len(by) > _LONGEST_NAME:
        wrong = ("決定した人がありません", "does not say who decided")
        expected = (f"--by に{_LONGEST_NAME}字までで指定してください", f"give --by, up to {_LONGEST_NAME} characters")
        raise UserMistake([fault("--by", "", wrong, expected)])
    try:
        content = file.read_bytes()
    except OSError:
        wrong = ("ファイルがないか、読めません", "is not there or cannot be read")
        expected = ("名前と場所を確かめてください", "check its name and place")
        raise UserMistake([fault("FILE", str(file), wrong, expected)]) from None
    ledger = MaskLedger(folders.mask)
    decided = read_decisions(content, file.name, ledger.hashing(), by=by.strip(), at=datetime.now(UTC))
    LandingStore(folders.landing).keep(content)
    new_n = ledger.append(decided.decisions)
    for each in decided.faults:
        line = each.say(language)
        say(language, line, line)
    say(
        language,
        f"取り込んだ決定 {new_n}件(同じもの {len(decided.decisions) - new_n}件、未決定 {decided.open_n}行、"
        f"却下 {len(decided.faults)}行)。次の実行から使います。",
        f"{new_n} decisions taken in ({len(decided.decisions) - new_n} known, {decided.open_n} rows open, "
        f"{len(decided.faults)} refused). They count from the next run on.",
    )
    if decided.faults:
        sys.exit(2)


def _refuse_to_overwrite(to: Path) -> None:
    if to.suffix.lower() != ".xlsx" or to.exists() or not to.resolve().parent.is_dir():
        wrong = (
            "XLSXでないか、すでにあるか、フォルダがありません",
            "is no .xlsx, exists already, or its folder does not",
        )
        expected = ("ほかの名前にしてください", "choose another name")
        raise UserMistake([fault("--to", str(to), wrong, expected)])
