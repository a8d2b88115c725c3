"""Questionnaires on their way out: a form of the codebook as a file that survey servers take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from expectations.questionnaire import Form
from flows.commands.options import Lang, ProgrammeFolder, language_of, say
from flows.programme_reader import DEFAULT_PROGRAMME, read_forms
from warehouse.definitions import UserMistake, fault

app = typer.Typer(no_args_is_help=True)


@app.callback()
def questionnaire() -> None:
    """調査票を、調査サーバーで使える形にします。"""


@app.command()
def xlsform(
    form: Annotated[str | None, typer.Option("--form", help="様式のid(既定: 電子版を宣言した唯一の様式)")] = None,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE.xlsx", help="書き出すファイル(既定: 様式のid)")
    ] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    lang: Lang = "ja",
) -> None:
    """調査票をKoboToolbox・ODK Central用のXLSFormに書き出します。回答は調査票のコードで返ります(A区分)。"""
    from expectations.electronic import unsendable
    from expectations.xlsform import LANGUAGES, sheets_of

    language = language_of(lang)
    chosen = _chosen(read_forms(programme), form)
    file = to or Path(f"{chosen.id}.xlsx")
    if chosen.electronic is None:
        raise UserMistake([unsendable(chosen)])
    sheets = sheets_of(chosen, chosen.electronic)
    _write(file, sheets.content())
    languages = ("、" if language == "ja" else ", ").join(LANGUAGES[key] for key in sheets.languages)
    say(
        language,
        f"書き出しました: {file}(版 {sheets.version}、設問{len(chosen.questions)}、{languages})",
        f"Written: {file} (version {sheets.version}, {len(chosen.questions)} questions, {languages})",
    )


def _chosen(forms: dict[str, Form], name: str | None) -> Form:
    """The form asked for, or the only one that is declared to go out. Raises UserMistake."""
    names = [name] if name is not None else [each.id for each in forms.values() if each.electronic is not None]
    if len(names) == 1 and names[0] in forms:
        return forms[names[0]]
    known = "、".join(forms)
    wrong = ("様式がありません", "is no form") if name else ("様式を1つ選んでください", "was not given")
    raise UserMistake([fault("--form", name or "", wrong, (f"使えるもの: {known}", f"expected one of {known}"))])


def _write(file: Path, content: bytes) -> None:
    """Write the file. Raises UserMistake where it cannot be, or would not be known for what it is."""
    if file.suffix.lower() != ".xlsx":
        wrong = "Excelのファイル名ではありません", "is no name of an Excel file"
        expected = ".xlsx で終わる名前にしてください", "a name ending in .xlsx was expected"
        raise UserMistake([fault("--to", str(file), wrong, expected)])
    try:
        file.write_bytes(content)
    except OSError:
        wrong = "書き込めません", "cannot be written"
        expected = "フォルダと権限を確かめてください", "check the folder and its permissions"
        raise UserMistake([fault("--to", str(file), wrong, expected)]) from None
