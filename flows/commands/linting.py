"""Looking a file over before it is sent or run."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.commands.options import Lang, ProgrammeFolder, language_of, say
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.definitions import UserMistake, fault


def lint(
    file: Annotated[Path, typer.Argument(help="点検するファイル(CSV, TSV, XLSX, XLS, ODS)")],
    instrument: Annotated[str, typer.Option("--instrument", help="対応表のid")],
    annotate: Annotated[Path | None, typer.Option("--annotate", help="色とコメントを付けたXLSXの写しを書く")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    lang: Lang = "ja",
) -> None:
    """団体のファイルを実行前に点検し、直すところをセルの場所で示します(直さないと集計に入らないものがあれば終了コード2)。"""
    from flows.linter import lint as looked_over
    from flows.linter import said

    language = language_of(lang)
    content = _content(file)
    _refuse_copy(file, annotate)
    found = read_programme(programme)
    if instrument not in found.instruments:
        known = "、".join(found.instruments)
        wrong, expected = (
            ("この対応表はありません", "is no instrument"),
            (f"使えるもの: {known}", f"expected one of {known}"),
        )
        raise UserMistake([fault("--instrument", instrument, wrong, expected)])
    own = found.instruments[instrument]
    lines = looked_over(content, file.name, own, found.forms[own.form], found.zone, found.checks.checks)
    say(language, f"{file.name}(対応表 {instrument})", f"{file.name} (instrument {instrument})")
    for line in said(lines, language):
        say(language, line, line)
    if annotate is not None:
        from flows.annotated_copy import annotated

        try:
            marked = annotated(content, lines, language)
        except ValueError:
            wrong = ("写しをつくれないファイルです", "cannot be copied with marks")
            raise UserMistake(
                [fault("--annotate", file.name, wrong, ("--annotate なしで点検できます", "leave it out"))]
            ) from None
        with os.fdopen(os.open(annotate, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            copy.write(marked)
        say(
            language,
            f"印を付けた写し: {annotate}(回答が入っています)",
            f"Marked copy: {annotate} (it holds the answers)",
        )
    if any(line.severity == "critical" for line in lines):
        sys.exit(2)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        wrong = ("ファイルがないか、読めません", "is not there or cannot be read")
        raise UserMistake(
            [fault("FILE", str(file), wrong, ("名前と場所を確かめてください", "check its name and place"))]
        ) from None


def _refuse_copy(file: Path, annotate: Path | None) -> None:
    """A copy is made of an XLSX alone, and never over another file."""
    if annotate is None:
        return
    if {file.suffix.lower(), annotate.suffix.lower()} != {".xlsx"}:
        wrong = ("印を付けられるのはXLSXだけです", "marks an XLSX file only")
        raise UserMistake(
            [fault("--annotate", annotate.name, wrong, ("例: --annotate 確認.xlsx", "as in --annotate marked.xlsx"))]
        )
    if annotate.exists() or not annotate.resolve().parent.is_dir():
        wrong = ("すでにあるか、フォルダがありません", "exists already, or its folder does not")
        raise UserMistake(
            [fault("--annotate", str(annotate), wrong, ("ほかの名前にしてください", "choose another name"))]
        )
