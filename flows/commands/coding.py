"""Coding by hand: draw texts, hand out workbooks, take them in again, hold coders against one another and the rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.options import (
    Data,
    Lang,
    ProgrammeFolder,
    Warehouse,
    console,
    existing_warehouse,
    folders_of,
    language_of,
    say,
)
from flows.commands.rounds import listed, progress_in, pseudonyms, round_name, say_changed, say_taken
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.definitions import Text

if TYPE_CHECKING:
    from flows.coding.rounds import CodingRounds

app = typer.Typer(
    help="ハンドコーディング: 人がテーマを付け、人どうしと、規則との一致を測ります。", no_args_is_help=True
)

RoundId = Annotated[str, typer.Argument(metavar="ROUND", help="コーディングの回のid")]
_CODERS = Text(ja="コーダー", en="coders")


@app.command()
def sample(
    wave: Annotated[str, typer.Option("--wave", help="時点。公開中の実行から引く")],
    coders: Annotated[str, typer.Option("--coders", help="コーダーの仮名(2人以上。例: a,b)")],
    size: Annotated[int | None, typer.Option("--size", min=2, help="文章の数(既定: 全部)")] = None,
    seed: Annotated[int, typer.Option("--seed", help="乱数の種")] = 1,
    themes: Annotated[str, typer.Option("--themes", help="テーマのid(例: a,b。既定: 全部)")] = "",
    round_id: Annotated[str | None, typer.Option("--round", help="コーディングの回のid(既定: round-1 から)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """規則がテーマを見つけた文章と見つけなかった文章を半分ずつ、団体・設問・文字の層から引き、重みを示します。"""
    from flows.coding.draw import draw_coding_round
    from flows.coding.report import strata_table
    from flows.coding.rounds import CodingFolder
    from flows.round_folders import next_round_id

    language = language_of(lang)
    names = pseudonyms(coders, "--coders", _CODERS, at_least=2)
    asked = round_name(round_id) if round_id is not None else None
    with (
        _rounds(programme, warehouse, data) as rounds,
        progress_in(language) as progress,
        progress.stage("sample", Text(ja="抽出", en="sample")),
    ):
        drawn = draw_coding_round(
            rounds.engine,
            rounds.programme,
            round_id=asked or next_round_id(rounds.room),
            wave=wave,
            themes=listed(themes),
            coders=names,
            size=size,
            seed=seed,
        )
        made = CodingFolder.create(rounds.room, drawn.round)
    table = strata_table(drawn.round, language)
    for line in table.to_string(index=False).splitlines():
        say(language, line, line)
    population, items_n = sum(each.population for each in drawn.round.strata), len(drawn.round.items)
    say(
        language,
        f"コーディングの回 {made.round.round_id}: 規則が読んだ文章 {population}件から {items_n}件、"
        f"テーマ {len(made.round.themes)}、コーダー {', '.join(names)}。規則が読んでいない文章 {drawn.unread_n}件"
        "(日本語以外など)は入っていません。",
        f"Round {made.round.round_id}: {items_n} of {population} texts that the rules have read, "
        f"{len(made.round.themes)} themes, coders {', '.join(names)}. {drawn.unread_n} texts that the rules have not "
        "read (other languages …) are not among them.",
    )
    say(language, f"記録: {made.folder}(人の文章につながる控え)", f"Kept in {made.folder} (it leads to people's texts)")


@app.command()
def export(
    round_id: RoundId,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """コーダーごとの用紙(Excel)を、コードブックとともに書き出します。規則の結果・団体・時点は伏せます。"""
    from flows.coding.workbooks import CodingRow, coding_workbook

    language = language_of(lang)
    with _rounds(programme, warehouse, data) as rounds, progress_in(language) as progress:
        this = rounds.open(round_id)
        with progress.stage("export", Text(ja="用紙の書き出し", en="write the workbooks")):
            wordings = {
                question.id: question.wording.in_(language)
                for form in rounds.programme.forms.values()
                for question in form.questions
            }
            rows = [
                CodingRow(item, wordings.get(item.read[0].question_id, item.read[0].question_id), this.text_of(item))
                for item in this.items
            ]
            paths = [
                this.folder.write_sheet(f"{coder}.xlsx", coding_workbook(this.round, coder, rows, this.book, language))
                for coder in this.people
            ]
    for coder, path in zip(this.people, paths, strict=True):
        say(language, f"{coder}: {path}", f"{coder}: {path}")
    say_changed(this.changed, language)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="返ってきた用紙(.xlsx, .ods)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """用紙を取り込みます。正しいコードだけを取り、ほかはセルごとに理由を示して却下します(あれば終了コード2)。"""
    language = language_of(lang)
    came = []
    with _rounds(programme, warehouse, data) as rounds:
        for file in files:
            came.append(rounds.take_in(file, "coding"))
            say_taken(came[-1], language)
    if any(each.refusals for each in came):
        sys.exit(2)


@app.command()
def agreement(
    round_id: RoundId,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """コーダーどうしの一致と、合意に照らした規則の適合率・再現率を示し、HTMLとExcelに書きます。"""
    from flows.coding.agreement import coding_result
    from flows.coding.report import coding_page, coding_parts, coding_tables_workbook
    from warehouse.report_files import write_whole

    language = language_of(lang)
    with _rounds(programme, warehouse, data) as rounds, progress_in(language) as progress:
        this = rounds.open(round_id)
        with progress.stage("agreement", Text(ja="一致の計算", en="compute agreement")):
            found = coding_result(this, rounds.folders)
            contents = {
                "agreement.html": coding_page(found, this.round, this.book, language).encode("utf-8"),
                "agreement.xlsx": coding_tables_workbook(found, this.round, this.book, language),
            }
            for name, content in contents.items():
                write_whole(this.folder.folder / name, content)
    for part in coding_parts(found, this.round, this.book, language):
        console(width=200).print(part)
    for name in contents:
        path = this.folder.folder / name
        say(language, f"書き出しました(本文の言葉を含みます): {path}", f"Written (it holds words of texts): {path}")
    say_changed(this.changed, language, ends=False)


@contextmanager
def _rounds(programme: Path, warehouse: str | None, data: Path | None) -> Iterator[CodingRounds]:
    """The coding rounds, the definitions, and the warehouse, which lies below the data folder unless said otherwise."""
    from flows.coding.rounds import CodingRounds

    folders = folders_of(programme, data)
    engine = existing_warehouse(programme, warehouse or folders.warehouse_url)
    try:
        yield CodingRounds(read_programme(programme), engine, folders)
    finally:
        engine.dispose()
