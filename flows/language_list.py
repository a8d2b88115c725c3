"""In which languages a wave's texts are and how they are written; and those that a person has to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line
from sqlalchemy.engine import Engine

from flows.programme import Programme
from nlp.language import NO_LANGUAGE, needs_person
from nlp.scripts import SEVERAL
from warehouse.definitions import Language, Text
from warehouse.read import published_run, read_table
from warehouse.text_tables import responses_in

SHOWN_N: Final = 30
NEEDS: Final = {
    "tell": Text(ja="言語の判定(文字と語からは決められない)", en="say its language (letters and words do not tell)"),
    "write": Text(ja="日本語の文字への書き直し(ローマ字)", en="write it in Japanese script (it is in Latin letters)"),
    "read": Text(
        ja="日本語以外の文を読む(日本語の文は分析済み)", en="read its other sentences (the Japanese are analysed)"
    ),
    "translate": Text(ja="翻訳", en="translate it"),
}
"""What a text needs of a person."""

_HEADINGS: Final = {
    "response_id": Text(ja="回答ID", en="Response"),
    "organisation": Text(ja="団体", en="Organisation"),
    "question_id": Text(ja="設問", en="Question"),
    "language": Text(ja="言語(BCP 47)", en="Language (BCP 47)"),
    "script": Text(ja="書き方", en="Script"),
    "state": Text(ja="分析の状態", en="State"),
    "need": Text(ja="人の作業", en="What a person does"),
    "texts_n": Text(ja="件数", en="Texts"),
}


@dataclass(frozen=True)
class LanguageList:
    """`counts`: language, script, state, texts_n. `for_people`: response_id, organisation, question_id, language,
    script, need (one of NEEDS); never a text. Both are of the responses of the wave's period.
    """

    run_id: str
    counts: pd.DataFrame
    for_people: pd.DataFrame


def language_list(engine: Engine, wave: str, programme: Programme) -> LanguageList:
    """Read the languages of what a wave publishes. Raises UserMistake for a wave that publishes nothing."""
    run_id = published_run(engine, wave)
    own, _ = responses_in(read_table(engine, "core_response", run_id), programme.windows[wave])
    texts = read_table(engine, "core_text", run_id).merge(own, on="response_id")
    keys = ["language", "script", "state"]
    counts = texts.groupby(keys, as_index=False).size().rename(columns={"size": "texts_n"})
    counts = counts.sort_values(["texts_n", *keys], ascending=[False, True, True, True], ignore_index=True)
    needs = [_need(language, state) for language, state in zip(texts["language"], texts["state"], strict=True)]
    named = texts.assign(need=pd.Series(needs, index=texts.index, dtype="str")).dropna(subset="need")
    columns = ["response_id", "organisation", "question_id", "language", "script", "need"]
    order = {need: place for place, need in enumerate(NEEDS)}
    named = named.sort_values(["need", *columns[:3]], key=lambda each: each.map(order) if each.name == "need" else each)
    return LanguageList(run_id, counts, named[columns].reset_index(drop=True))


def tables_in_words(found: LanguageList, language: Language) -> dict[str, pd.DataFrame]:
    """The list and the counts as sheets, named in words."""
    titles = {"ja": ("人が見る回答", "件数"), "en": ("For people", "Counts")}[language]
    for_people = found.for_people.assign(need=[NEEDS[need].in_(language) for need in found.for_people["need"]])
    return {
        title: table.rename(columns={name: _HEADINGS[name].in_(language) for name in table.columns})
        for title, table in zip(titles, (for_people, found.counts), strict=True)
    }


def language_report(found: LanguageList, language: Language) -> Iterator[RenderableType]:
    """Counts, and the texts of which a person has to say what they are; the rest (to be translated) as a number."""
    tables = list(tables_in_words(found, language).values())
    yield _shown(tables[1])
    unclear = found.for_people["need"] != "translate"
    yield Line(
        Text(
            ja=f"人の判断が要る回答: {unclear.sum()}件(ほかに翻訳が要る回答: {(~unclear).sum()}件)",
            en=f"texts that a person has to look at: {unclear.sum()} (and to be translated: {(~unclear).sum()})",
        ).in_(language)
    )
    if unclear.any():
        yield _shown(tables[0][unclear.to_numpy()].head(SHOWN_N))
    if unclear.sum() > SHOWN_N:
        yield Line(Text(ja="全件は --to で書き出せます", en="--to writes all of them").in_(language))


def _need(language: str, state: str) -> str | None:
    if state in ("blank", "nothing"):
        return None
    if needs_person(language):
        return "read" if language == SEVERAL else "tell" if language.startswith("und") else "write"
    return "translate" if state == "other_language" and language != NO_LANGUAGE else None


def _shown(table: pd.DataFrame) -> Table:
    shown = Table(box=None, pad_edge=False)
    for name in table.columns:
        shown.add_column(str(name), overflow="fold")
    for row in table.itertuples(index=False):
        shown.add_row(*map(str, row))
    return shown
