"""Instruments: a first draft from an organisation's own file, and what the instruments cover."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from flows.commands.options import (
    Lang,
    ProgrammeFolder,
    Warehouse,
    console,
    existing_warehouse,
    language_of,
    say,
    warehouse_url,
)
from flows.folders import Folders
from flows.programme_reader import DEFAULT_PROGRAMME, read_forms, read_programme, read_settings
from warehouse.definitions import Text, UserMistake, fault

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from expectations.questionnaire import Form
    from flows.drafting.fields import Material
    from flows.programme import ProgrammeFile

app = typer.Typer(help="団体の様式と調査票の対応表: 下書きをつくり、対応の度合いを見ます。", no_args_is_help=True)


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(help="回答ファイル、XLSForm、.lss、Kobo等のJSON")],
    organisation: Annotated[str, typer.Option("--organisation", help="団体コード")],
    form: Annotated[str | None, typer.Option("--form", help="様式(既定: 人が答える様式)")] = None,
    identifier: Annotated[str | None, typer.Option("--id", help="対応表のid(既定: 団体コード-様式)")] = None,
    to: Annotated[Path | None, typer.Option("--to", help="書き出すYAML(既定: flows/instruments/<id>.yml)")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="シート(既定: 記入のいちばん多いもの)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    lang: Lang = "ja",
) -> None:
    """団体独自のファイルや電子調査票から、対応表の下書きをつくります。確かでないものは決めずに残します。"""
    from flows.drafting.crosswalk import drafted
    from flows.drafting.summary import draft_table, next_steps
    from flows.drafting.writing import instrument_text

    language = language_of(lang)
    settings, questions = _asked(programme, organisation, form)
    name = identifier or f"{organisation}-{questions.id}"
    path = to or programme / "flows" / "instruments" / f"{name}.yml"
    if path.exists():
        wrong = ("すでにあります", "is there already")
        raise UserMistake([fault("--to", str(path), wrong, ("ほかの名前にしてください", "choose another name"))])
    found = drafted(questions, _material(file, sheet, organisation, ZoneInfo(settings.time_zone)))
    try:
        path.write_text(instrument_text(found, questions, name, organisation, file.name), encoding="utf-8")
    except OSError:
        wrong = ("書き込めません", "cannot be written")
        expected = ("フォルダと権限を確かめてください", "check the folder and its permissions")
        raise UserMistake([fault("--to", str(path), wrong, expected)]) from None
    title = f"{file.name} → {questions.label.in_(language)}"
    console().print(draft_table(found, questions, title, language))
    for line in next_steps(found, name, path, questions):
        say(language, line.ja, line.en)


@app.command()
def coverage(
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    wave: Annotated[str | None, typer.Option("--wave", help="時点(既定: すべての時点のうち最も低い区分)")] = None,
    lang: Lang = "ja",
) -> None:
    """指標と団体ごとに、対応表の区分(A〜D)と、その理由になっている設問を示します。"""
    from flows.coverage import coverage as covered_by
    from flows.coverage import measured, reasons
    from flows.coverage_table import coverage_table, legend, reasons_table

    language = language_of(lang)
    found = read_programme(programme)
    if wave is not None and wave not in found.windows:
        raise _unknown("--wave", wave, list(found.windows))
    published, engine = _published(programme, warehouse, wave, list(found.windows))
    covered = covered_by(found, wave)
    counts = measured(engine, published) if engine is not None and published is not None else None
    title = f"{found.settings.label.in_(language)} {wave or ''}".strip()
    console().print(coverage_table(found, covered, counts, title, language))
    for line in legend(published, language):
        say(language, line.ja, line.en)
    console().print(reasons_table(reasons(found, wave), language))


def _published(
    folder: Path, warehouse: str | None, wave: str | None, waves: list[str]
) -> tuple[str | None, Engine | None]:
    """The wave to show beside the classes, if any is published: the one asked for, or the latest."""
    from warehouse.read import published_waves

    url = warehouse_url(warehouse, Folders.of(folder, read_settings(folder).id))
    if url.startswith("sqlite:////") and not Path(url.removeprefix("sqlite:///")).exists():
        return None, None
    engine = existing_warehouse(folder, warehouse)
    there = published_waves(engine)
    wanted = [each for each in reversed(waves) if each in there and wave in (None, each)]
    return (wanted[0], engine) if wanted else (None, None)


def _asked(folder: Path, organisation: str, form: str | None) -> tuple[ProgrammeFile, Form]:
    """The settings and the form asked for. The rest of the programme may have faults: a draft is no help to those."""
    settings = read_settings(folder)
    codes = [each.code for each in settings.organisations]
    if organisation not in codes:
        raise _unknown("--organisation", organisation, codes)
    forms = read_forms(folder)
    answered = [name for name, each in forms.items() if each.subject == "person"]
    wanted = form or (answered[0] if len(answered) == 1 else "")
    if wanted not in forms:
        raise _unknown("--form", wanted, list(forms))
    return settings, forms[wanted]


def _unknown(option: str, given: str, known: list[str]) -> UserMistake:
    names = "、".join(known)
    wrong = ("定義されていません", "is not declared")
    return UserMistake([fault(option, given, wrong, (f"使えるもの: {names}", f"expected one of {names}"))])


def _material(file: Path, sheet: str | None, organisation: str, zone: ZoneInfo) -> Material:
    """The file's fields. Raises UserMistake in the words of the reason, as a run would say it."""
    from expectations.reasons import reasons
    from flows.drafting.reading import KINDS, read_material
    from flows.sheets import UnreadableTableError

    try:
        content = file.read_bytes()
    except OSError:
        wrong = ("ファイルがないか、読めません", "is missing or cannot be read")
        raise UserMistake([fault("FILE", str(file), wrong, (f"読めるもの: {KINDS}", f"expected {KINDS}"))]) from None
    try:
        return read_material(content, file.name, sheet, zone)
    except UnreadableTableError as error:
        said = {"{file}": file.name, "{expected}": error.expected or KINDS, "{organisation}": organisation}
        reason = reasons()[error.reason_code]
        wrong, remedy = (_filled(text, said) for text in (reason.what, reason.remedy))
        raise UserMistake([fault("FILE", "", wrong, remedy)]) from None


def _filled(text: Text, said: dict[str, str]) -> tuple[str, str]:
    """A reason's text with its placeholders filled in; the sentence's end is the fault's own."""
    ja, en = text.ja, text.en
    for placeholder, value in said.items():
        ja, en = ja.replace(placeholder, value), en.replace(placeholder, value)
    return ja.rstrip("。"), en.rstrip(".")
