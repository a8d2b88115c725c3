"""Rating rounds: draw answers, hand out sheets, take them in again, decide where raters differ."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
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
from flows.commands.rating_suggestions import suggest
from flows.commands.rounds import listed, progress_in, pseudonyms, round_name, say_changed, say_taken, write_new
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.definitions import Language, Text, UserMistake, fault

if TYPE_CHECKING:
    from flows.rating_intake import Intake, OpenRatingRound
    from rubrics.adjudication import Disagreement

app = typer.Typer(
    help="評定の回: 回答を引き、評価者に用紙を渡し、取り込み、分かれた水準を協議で決めます。", no_args_is_help=True
)

RATERS = Text(ja="評価者", en="raters")
RoundId = Annotated[str, typer.Argument(metavar="ROUND", help="評定の回のid")]


@app.command()
def sample(
    wave: Annotated[str, typer.Option("--wave", help="時点。公開中の実行から引く")],
    raters: Annotated[str, typer.Option("--raters", help="評価者の仮名(例: a,b)")],
    size: Annotated[int | None, typer.Option("--size", min=1, help="人と記録の数(既定: 全部)")] = None,
    seed: Annotated[int, typer.Option("--seed", help="乱数の種")] = 1,
    criteria: Annotated[str, typer.Option("--criteria", help="評価規準のid(例: a,b。既定: 評価者が読むもの全部)")] = "",
    round_id: Annotated[str | None, typer.Option("--round", help="評定の回のid(既定: round-1 から)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """評価する回答を、団体・時点・言語・文字の層から引きます。人の様式では1人の最初と今回の回答をまとめて引きます。"""
    from flows.rating_draw import draw_round
    from flows.rating_rounds import RoundFolder
    from flows.rating_tables import strata_table
    from flows.round_folders import next_round_id

    language = language_of(lang)
    names = pseudonyms(raters, "--raters", RATERS)
    asked = round_name(round_id) if round_id is not None else None
    with (
        _intake(programme, warehouse, data) as intake,
        progress_in(language) as progress,
        progress.stage("sample", Text(ja="抽出", en="sample")),
    ):
        name = asked or next_round_id(intake.folders.rating)
        drawn = draw_round(
            intake.engine,
            intake.programme,
            round_id=name,
            wave=wave,
            criteria=listed(criteria),
            raters=names,
            size=size,
            seed=seed,
        )
        made = RoundFolder.create(intake.folders.rating, drawn)
    console().print(strata_table(drawn.strata, language))
    units_n, items_n = sum(each.drawn for each in drawn.strata), len(drawn.items)
    say(
        language,
        f"評定の回 {name}: 人・記録 {units_n}、回答 {items_n}、規準 {', '.join(drawn.criteria)}、"
        f"評価者 {', '.join(names)}",
        f"Round {name}: {units_n} persons and records, {items_n} answers, criteria {', '.join(drawn.criteria)}, "
        f"raters {', '.join(names)}",
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
    """評価者ごとの用紙(Excel)を書き出します。団体・時点は規準が伏せるとおりに伏せ、順序は評価者ごとに違います。"""
    from flows.rating_workbooks import rating_workbook

    language = language_of(lang)
    with (
        _intake(programme, warehouse, data) as intake,
        progress_in(language) as progress,
        progress.stage("export", Text(ja="用紙の書き出し", en="write the sheets")),
    ):
        this = intake.open(round_id)
        progress.expect(len(this.round.raters))
        for rater in this.round.raters:
            parts = this.parts(this.tasks, rater, language)
            content = rating_workbook(this.programme, this.round, rater, parts, language)
            path = this.folder.write_sheet(f"{rater}.xlsx", content)
            progress.advance()
            say(language, f"{rater}: {path}", f"{rater}: {path}")
    say_changed(this.changed, language)


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="返ってきた用紙(.xlsx, .ods)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """用紙を取り込みます。正しい行だけを取り、ほかはセルごとに理由を示して却下します(あれば終了コード2)。"""
    language = language_of(lang)
    came = []
    with (
        _intake(programme, warehouse, data) as intake,
        progress_in(language) as progress,
        progress.stage("import", Text(ja="用紙の取り込み", en="take in the sheets")),
    ):
        progress.expect(len(files))
        for file in files:
            came.append(intake.take_in(file, "rating"))
            say_taken(came[-1], language)
            progress.advance()
    if any(each.refusals for each in came):
        sys.exit(2)


@app.command()
def adjudicate(
    round_id: RoundId,
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="決定を記入した用紙")] = None,
    by: Annotated[str | None, typer.Option("--by", help="決定を記入した人の仮名")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="書き出す用紙(.xlsx)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """評価者の水準が分かれた回答を並べて書き出します。FILEがあれば、そこに記入された決定を取り込みます。"""
    from flows.rating_tables import disagreement_table

    language = language_of(lang)
    with _intake(programme, warehouse, data) as intake:
        if file is not None:
            _take_decisions(intake, round_id, file, by, language)
            return
        this = intake.open(round_id)
        differing = this.disagreements(this.folder.ledger())
        if differing:
            console().print(disagreement_table(differing, this.round.raters, language))
            path = _write_decisions(this, differing, to, language)
            say(language, f"協議の用紙: {path}", f"Sheet for decisions: {path}")
        _say_differing(differing, language)
        say_changed(this.changed, language)


@app.command()
def status(
    round_id: RoundId,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """評価者と規準ごとに、評価済み・判断できない・未評価の数と、まだ決めていない不一致を示します。"""
    from flows.rating_tables import progress_table
    from rubrics.adjudication import progress_of

    language = language_of(lang)
    with _intake(programme, warehouse, data) as intake:
        this = intake.open(round_id)
        ledger = this.folder.ledger()
        console().print(progress_table(progress_of(this.round.raters, this.tasks, ledger), this.programme, language))
        _say_differing(this.disagreements(ledger), language)
        say_changed(this.changed, language, ends=False)


@app.command()
def agreement(
    round_id: Annotated[str | None, typer.Argument(metavar="ROUND", help="評定の回のid")] = None,
    wave: Annotated[str | None, typer.Option("--wave", help="時点: 公開中の実行が取り込んだ全部の回について")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """評価者どうし、また本人と評価者の一致度を示します: 評定の回1つ、または公開中の時点。"""
    from flows.agreement_report import agreement_parts
    from flows.rating_agreement import round_agreement
    from flows.rating_rounds import RoundFolder
    from rubrics.agreement_tables import AgreementFrames
    from warehouse.read import published_run, read_table

    language = language_of(lang)
    if (round_id is None) == (wave is None):
        wrong = ("評定の回か時点のどちらか1つが必要です", "is missing, or given beside --wave")
        expected = ("例: rate agreement round-1", "as in rate agreement round-1")
        raise UserMistake([fault("ROUND", "", wrong, expected)])
    with _intake(programme, warehouse, data) as intake:
        if round_id is not None:
            this = RoundFolder.open(intake.folders.rating, round_id)
            found = round_agreement(intake.engine, intake.programme, this.round, this.ledger())
        else:
            run_id = published_run(intake.engine, str(wave))
            tables = ("out_agreement", "out_confusion")
            found = AgreementFrames(*(read_table(intake.engine, name, run_id) for name in tables))
        names = {name: criterion.label for name, criterion in intake.programme.criteria.items()}
        for part in agreement_parts(found.agreement, found.confusion, names, intake.programme.indicators, language):
            console().print(part)


app.command()(suggest)


# --- what the subcommands share ---------------------------------------------------------------------------------------


@contextmanager
def _intake(programme: Path, warehouse: str | None, data: Path | None) -> Iterator[Intake]:
    """The definitions, the data folder, and the warehouse, which lies below it unless said otherwise."""
    from flows.rating_intake import Intake

    folders = folders_of(programme, data)
    engine = existing_warehouse(programme, warehouse or folders.warehouse_url)
    try:
        yield Intake(read_programme(programme), engine, folders)
    finally:
        engine.dispose()


def _take_decisions(intake: Intake, round_id: str, file: Path, by: str | None, language: Language) -> None:
    """Take in the decisions of a workbook; ends with status 2 if anything was refused."""
    if by is None:
        wrong = ("決定を記入した人がありません", "is missing")
        raise UserMistake([fault("--by", "", wrong, ("仮名を指定してください", "give a pseudonym"))])
    (name,) = pseudonyms(by, "--by", RATERS, at_most=1)
    intake.open(round_id)
    came = intake.take_in(file, "adjudication", round_id=round_id, by=name)
    say_taken(came, language)
    if came.refusals:
        sys.exit(2)


def _say_differing(differing: Sequence[Disagreement], language: Language) -> None:
    open_n = sum(each.decision is None for each in differing)
    say(
        language,
        f"水準が分かれた回答 {len(differing)}、うち未決定 {open_n}",
        f"{len(differing)} disagreements, {open_n} of them undecided",
    )


def _write_decisions(this: OpenRatingRound, differing: list[Disagreement], to: Path | None, language: Language) -> Path:
    """Write the workbook of what raters differ on: to a new file, or below the round's sheets under the next name."""
    from flows.rating_workbooks import decision_workbook

    parts = this.parts([each.task for each in differing], "", language)
    content = decision_workbook(this.programme, this.round, parts, differing, language)
    if to is None:
        return this.folder.write_sheet(this.folder.next_name("decisions"), content)
    return write_new(to, content)
