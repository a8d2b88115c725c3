"""Quotations: drawn at random with what speaks against them; released under conditions; and what went where."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from flows.commands.options import (
    Data,
    Lang,
    ProgrammeFolder,
    Warehouse,
    WaveOption,
    console,
    existing_warehouse,
    folders_of,
    language_of,
    published_in,
    say,
)
from flows.commands.rounds import progress_in, pseudonyms, write_new
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.definitions import Text, UserMistake, fault

if TYPE_CHECKING:
    import pandas as pd

    from flows.quotations.evidence import Claim

app = typer.Typer(help="引用: 無作為に引き、反証と並べ、条件を満たすものだけを公開します。", no_args_is_help=True)

Theme = Annotated[str, typer.Argument(metavar="THEME", help="テーマのid")]
N = Annotated[int, typer.Option("--n", min=1, help="種類ごとに引く数")]
Seed = Annotated[int, typer.Option("--seed", help="乱数の種")]
Question = Annotated[str | None, typer.Option("--question", help="この設問だけ")]
Organisation = Annotated[str | None, typer.Option("--organisation", help="この団体だけ")]

_CLAIM = "主張: 述べている(mentioned)、述べなくなった(disappeared)、述べるようになった(appeared)"
_CHECK_STAGE = Text(ja="同意・秘匿・人数を調べる", en="look at consent, masking and numbers")
_BY = Text(ja="公開する人", en="whoever releases them")
_LONGEST_PURPOSE = 200


@app.command()
def show(
    theme: Theme,
    wave: WaveOption = None,
    question: Question = None,
    organisation: Organisation = None,
    n: N = 10,
    seed: Seed = 1,
    claim: Annotated[
        str,
        typer.Option(
            "--claim", help="主張: mentioned(述べている)、disappeared(述べなくなった)、appeared(述べるようになった)"
        ),
    ] = "mentioned",
    against: Annotated[bool, typer.Option("--against", help="反証を並べる")] = False,
    to: Annotated[Path | None, typer.Option("--to", help="この表にも書く(.xlsx か .csv)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """テーマの付いた文章(秘匿後)を無作為に引いて示します。--against で、主張に反する文章も同じように引いて並べます。"""
    from flows.quotations.evidence import Evidence, draw
    from flows.quotations.shown import quotation_parts, quotation_table, silent_line

    language = language_of(lang)
    claimed = _claim(claim)
    engine, published = published_in(programme, warehouse, wave)
    folders, definitions = folders_of(programme, data), read_programme(programme)
    evidence = Evidence(engine, definitions, folders, published, theme, question=question, organisation=organisation)
    supporting = draw(evidence.supporting(claimed), n, seed)
    opposing = draw(evidence.against(claimed), n, seed) if against else None
    for part in quotation_parts(supporting, opposing, seed, language):
        console(width=180).print(part)
    if claimed != "mentioned":
        line = silent_line(evidence.silent_n(), language)
        say(language, line, line)
    if to is not None:
        _write(quotation_table(supporting, opposing, seed, language), to)
        say(
            language,
            f"書き出しました(本文を含みます。事業の外に出さないこと): {to}",
            f"Written (it holds texts: not to leave the programme): {to}",
        )


@app.command()
def sheet(
    theme: Theme,
    wave: WaveOption = None,
    question: Question = None,
    organisation: Organisation = None,
    n: N = 10,
    seed: Seed = 1,
    to: Annotated[Path | None, typer.Option("--to", help="書き出す表(既定: quotations-<時点>-<テーマ>.xlsx)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """公開してよい引用(同意・秘匿・人数の条件を満たすもの)を無作為に引き、確かめる人のための表に書きます。"""
    from flows.quotations.conditions import Conditions
    from flows.quotations.evidence import Evidence
    from flows.quotations.release import candidates, refused_lines, sift
    from flows.quotations.sheets import release_workbook

    language = language_of(lang)
    engine, published = published_in(programme, warehouse, wave)
    folders, definitions = folders_of(programme, data), read_programme(programme)
    conditions = Conditions.of(engine, definitions, folders, published)
    evidence = Evidence(engine, definitions, folders, published, theme, question=question, organisation=organisation)
    with progress_in(language) as progress, progress.stage("conditions", _CHECK_STAGE):
        sifted = sift(conditions, evidence.supporting("mentioned")["mentioned"], n, seed)
    for line in refused_lines(sifted.failing, language):
        say(language, line, line)
    if not sifted.drawn:
        say(language, "公開してよい引用はありません。", "No quotation may be released.")
        return
    chosen = candidates(conditions, sifted.drawn, language)
    path = write_new(
        to or Path(f"quotations-{published}-{theme}.xlsx"), release_workbook(published, theme, chosen, language)
    )
    say(
        language,
        f"公開してよい {sifted.of_n}件から {len(chosen)}件を無作為に引きました(種 {seed}): {path}",
        f"{len(chosen)} of {sifted.of_n} that may be released, drawn at random (seed {seed}): {path}",
    )


@app.command()
def release(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="確かめた人が記入した表(.xlsx, .ods)")],
    by: Annotated[str, typer.Option("--by", help="公開する人の仮名")],
    purpose: Annotated[str, typer.Option("--purpose", help="何のために、どこに出すか")],
    to: Annotated[Path, typer.Option("--to", help="外に出す表(.xlsx か .csv)")],
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """確かめた引用の条件を調べ直し、満たすものだけを外に出す表に書き、記録します(却下があれば終了コード2)。"""
    from flows.intake import content_of
    from flows.landing import LandingStore
    from flows.quotations.conditions import Conditions
    from flows.quotations.register import Register
    from flows.quotations.release import Release, let_out, refused_lines
    from flows.quotations.sheets import named_in, read_reviewed
    from flows.theme_texts import theme_named, themes_of_run

    language = language_of(lang)
    (releaser,) = pseudonyms(by, "--by", _BY, at_most=1)
    _refuse_purpose(purpose)
    _refuse_target(to)
    content = content_of(file)
    published, theme, _ = named_in(content, file.name)
    folders, definitions = folders_of(programme, data), read_programme(programme)
    engine = existing_warehouse(programme, warehouse or folders.warehouse_url)
    conditions = Conditions.of(engine, definitions, folders, published)
    label = theme_named(themes_of_run(engine, conditions.run_id), theme).label
    reviewed = read_reviewed(content, file.name, conditions.texts)
    LandingStore(folders.landing).keep(content)
    this = Release(releaser, purpose.strip(), to.name, hashlib.sha256(content).hexdigest())
    with progress_in(language) as progress, progress.stage("conditions", _CHECK_STAGE):
        released, outgoing, failing = let_out(
            conditions, reviewed, label, this, Register(folders.quotations), lambda table: _bytes(table, to), language
        )
    for each in reviewed.faults:
        line = each.say(language)
        say(language, line, line)
    for line in refused_lines(failing, language):
        say(language, line, line)
    if released:
        write_new(to, outgoing, to.suffix.lower())
    refused_n = len(reviewed.faults) + len(failing)
    say(
        language,
        f"公開した引用 {len(released)}、却下 {refused_n}、確かめていない行 {reviewed.blank_n}"
        + (f": {to}" if released else ""),
        f"{len(released)} quotations released, {refused_n} refused, {reviewed.blank_n} rows not looked at"
        + (f": {to}" if released else ""),
    )
    if refused_n:
        sys.exit(2)


@app.command()
def released(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    data: Data = None,
    lang: Lang = "ja",
) -> None:
    """公開した引用の記録と、いまの同意を示します(同意の取り下げなどがあれば終了コード2)。"""
    from flows.quotations.conditions import CONDITIONS, Conditions
    from flows.quotations.register import Register
    from flows.quotations.release import standing_now

    language = language_of(lang)
    folders, definitions = folders_of(programme, data), read_programme(programme)
    engine = existing_warehouse(programme, warehouse or folders.warehouse_url)
    lines = Register(folders.quotations).lines()
    now: dict[str, str] = {}
    for wave in sorted({each.wave for each in lines}):
        mine = [each for each in lines if each.wave == wave]
        now |= standing_now(Conditions.of(engine, definitions, folders, wave), mine)
    table = Table(box=None, pad_edge=False)
    for heading in _HEADINGS:
        table.add_column(heading.in_(language), overflow="fold")
    for each in lines:
        state = now[each.release_id]
        words = CONDITIONS.get(state, _AGREES)
        cells = [
            each.release_id, f"{each.released_at:%Y-%m-%d}", each.released_by, each.checked_by, each.response_id,
            each.question_id, each.theme_id, each.text_sha256[:12], each.file_name, each.purpose, words.in_(language),
        ]  # fmt: skip
        table.add_row(*cells)
    console(width=200).print(table)
    ended = [name for name, state in now.items() if state in CONDITIONS]
    say(
        language,
        f"公開した引用 {len(lines)}、いまは出せないもの {len(ended)}" + (f": {', '.join(ended)}" if ended else ""),
        f"{len(lines)} quotations released, {len(ended)} may not stand any more"
        + (f": {', '.join(ended)}" if ended else ""),
    )
    if ended:
        sys.exit(2)


_AGREES = Text(ja="同意あり", en="agrees")
_HEADINGS = (
    Text(ja="番号", en="Quotation"),
    Text(ja="公開した日", en="Released"),
    Text(ja="公開した人", en="By"),
    Text(ja="確かめた人", en="Looked at by"),
    Text(ja="回答", en="Response"),
    Text(ja="設問", en="Question"),
    Text(ja="テーマ", en="Theme"),
    Text(ja="本文のハッシュ", en="Text hash"),
    Text(ja="ファイル", en="File"),
    Text(ja="目的", en="Purpose"),
    Text(ja="いまの同意", en="Consent now"),
)


def _claim(name: str) -> Claim:
    claims: tuple[Claim, ...] = ("mentioned", "disappeared", "appeared")
    found = next((each for each in claims if each == name), None)
    if found is None:
        wrong = ("知らない主張です", "is an unknown claim")
        expected = (f"{'・'.join(claims)} のどれかです", f"expected one of {', '.join(claims)}")
        raise UserMistake([fault("--claim", name, wrong, expected)])
    return found


def _refuse_purpose(purpose: str) -> None:
    if not purpose.strip() or len(purpose) > _LONGEST_PURPOSE:
        wrong = ("目的がないか、長すぎます", "is missing or too long")
        expected = (f"{_LONGEST_PURPOSE}字までで書いてください", f"up to {_LONGEST_PURPOSE} characters were expected")
        raise UserMistake([fault("--purpose", "", wrong, expected)])


def _refuse_target(to: Path) -> None:
    """Before anything is written down: a file of another kind, or one that is there already."""
    if to.suffix.lower() not in (".xlsx", ".csv") or to.exists() or not to.resolve().parent.is_dir():
        wrong = (
            ".xlsx・.csv でないか、すでにあるか、フォルダがありません",
            "is no .xlsx or .csv, exists already, or its folder does not",
        )
        raise UserMistake([fault("--to", str(to), wrong, ("ほかの名前にしてください", "choose another name"))])


def _bytes(table: pd.DataFrame, to: Path) -> bytes:
    """A table as the file's ending says."""
    from warehouse.report_files import csv_bytes
    from warehouse.report_workbook import tables_workbook

    return csv_bytes(table) if to.suffix.lower() == ".csv" else tables_workbook({"Quotations": table})


def _write(table: pd.DataFrame, to: Path) -> None:
    _refuse_target(to)
    write_new(to, _bytes(table, to), to.suffix.lower())
