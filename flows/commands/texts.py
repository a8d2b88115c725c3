"""Looking into the texts: a word with what stands around it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.commands.options import Lang, ProgrammeFolder, Warehouse, WaveOption, console, language_of, published_in, say
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from warehouse.definitions import UserMistake, fault

if TYPE_CHECKING:
    from flows.kwic import Way
    from nlp.kwic import Side


def kwic(
    word: Annotated[str, typer.Argument(help="探す語、または --phrase では文字の並び")],
    wave: WaveOption = None,
    question: Annotated[str | None, typer.Option("--question", help="この設問だけ")] = None,
    organisation: Annotated[str | None, typer.Option("--organisation", help="この団体だけ")] = None,
    width: Annotated[int, typer.Option("--width", min=0, help="前後の文字数")] = 20,
    lemma: Annotated[bool, typer.Option("--lemma", help="辞書の見出し語で探す")] = False,
    norm: Annotated[bool, typer.Option("--norm", help="表記ゆれをまとめて探す(既定)")] = False,
    phrase: Annotated[bool, typer.Option("--phrase", help="文字の並びで探す(日本語以外の文も)")] = False,
    sort: Annotated[
        str, typer.Option("--sort", help="並べる文脈: right(後)か left(前)", metavar="right|left")
    ] = "right",
    to: Annotated[Path | None, typer.Option("--to", help="全件をこのExcelファイルに書く(.xlsx)")] = None,
    programme: ProgrammeFolder = DEFAULT_PROGRAMME,
    warehouse: Warehouse = None,
    lang: Lang = "ja",
) -> None:
    """語の前後の文脈を、その時点の回答の秘匿化した本文から、回答のIDと位置とともに並べます(KWICコンコーダンス)。"""
    from flows.kwic import in_words, kwic_report, word_in_context
    from flows.publishing import write_tables
    from flows.theme_texts import wave_texts

    language = language_of(lang)
    way, side = _way(lemma, norm, phrase), _side(sort)
    if not word.strip():
        wrong = ("探す語がありません", "holds nothing to look for")
        raise UserMistake([fault("WORD", "", wrong, ("語を1つ書いてください", "a word was expected"))])
    engine, published = published_in(programme, warehouse, wave)
    definitions = read_programme(programme)
    lines = word_in_context(
        engine,
        wave_texts(engine, published, definitions),
        definitions.windows[published],
        word,
        way,
        width=width,
        by=side,
        question=question,
        organisation=organisation,
    )
    for part in kwic_report(lines, language):
        console(width=60 + 4 * width).print(part)
    if to is not None:
        write_tables({"KWIC": in_words(lines, language)}, to)
        say(
            language,
            f"書き出しました(本文を含みます。事業の外に出さないこと): {to}",
            f"Written (it holds texts: not to leave the programme): {to}",
        )


def _way(lemma: bool, norm: bool, phrase: bool) -> Way:
    if lemma + norm + phrase > 1:
        wrong = ("--lemma・--norm・--phrase を同時に使っています", "--lemma, --norm and --phrase are used together")
        raise UserMistake([fault("kwic", "", wrong, ("どれか1つにしてください", "use one of them"))])
    return "lemma" if lemma else "phrase" if phrase else "norm"


def _side(name: str) -> Side:
    if name not in ("right", "left"):
        wrong = ("知らない並べ方です", "is an unknown order")
        raise UserMistake([fault("--sort", name, wrong, ("right か left です", "expected right or left"))])
    return "left" if name == "left" else "right"
