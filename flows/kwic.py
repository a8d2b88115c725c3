"""Keyword in context over a published wave: lines of masked text, each with its response and place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import pandas as pd
import sqlalchemy as sa
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line
from sqlalchemy.engine import Engine

from flows.theme_texts import WaveTexts, narrowed
from nlp.characters import fold
from nlp.kwic import PLACE_COLUMNS, Side, concordance, places_of_phrase
from warehouse.definitions import Language, Text
from warehouse.engine import reading
from warehouse.periods import Window
from warehouse.read import read_table, rows_of
from warehouse.tables import SQL_TABLES
from warehouse.text_tables import responses_in

SHOWN_N: Final = 200
"""Lines that the terminal shows."""

Way = Literal["lemma", "norm", "phrase"]
"""By dictionary form; by normal form, whatever the spelling; by its characters."""

COLUMNS: Final = {
    "organisation": Text(ja="団体", en="Organisation"),
    "question_id": Text(ja="設問", en="Question"),
    "response_id": Text(ja="回答ID", en="Response"),
    "start": Text(ja="開始", en="Start"),
    "end": Text(ja="終了", en="End"),
    "left": Text(ja="前の文脈", en="Before"),
    "keyword": Text(ja="語", en="Word"),
    "right": Text(ja="後の文脈", en="After"),
}
"""The columns of a concordance, in words. Offsets are code points of the masked text, the end not included."""


def word_in_context(
    engine: Engine,
    found: WaveTexts,
    window: Window,
    word: str,
    way: Way,
    *,
    width: int,
    by: Side,
    question: str | None = None,
    organisation: str | None = None,
) -> pd.DataFrame:
    """Every place of a word in the texts of a period's responses, those that the tables count: the keys of COLUMNS.

    Raises UserMistake for a question or organisation without a text.
    """
    responses, _ = responses_in(read_table(engine, "core_response", found.run_id), window)
    texts = found.texts[found.texts["value_text"].notna()].merge(responses, on="response_id")
    texts = narrowed(texts, question, organisation)
    places = places_of_phrase(texts, word) if way == "phrase" else _places(engine, found.run_id, fold(word).text, way)
    lines = concordance(places, texts, width, by)
    return lines.merge(responses, on="response_id")[list(COLUMNS)]


def _places(engine: Engine, run_id: str, word: str, way: Way) -> pd.DataFrame:
    """Where a word stands by its dictionary form, or in every spelling of a normal form that is written so anywhere."""
    tokens = SQL_TABLES["core_token"].c
    spellings = sa.or_(tokens.surface == word, tokens.lemma == word, tokens.norm == word)
    norms = sa.select(tokens.norm).where(tokens.run_id == run_id, spellings).distinct()
    is_it = tokens.lemma == word if way == "lemma" else tokens.norm.in_(norms)
    with reading(engine) as connection:
        return rows_of(connection, "core_token", sa.and_(tokens.run_id == run_id, is_it))[PLACE_COLUMNS]


def in_words(lines: pd.DataFrame, language: Language) -> pd.DataFrame:
    """A concordance with its headings in words, for a workbook."""
    return lines.rename(columns={name: heading.in_(language) for name, heading in COLUMNS.items()})


def kwic_report(lines: pd.DataFrame, language: Language) -> Iterator[RenderableType]:
    """How many places there are, then the first SHOWN_N of them, the word in the middle."""
    responses_n = lines["response_id"].nunique()
    yield Line(
        Text(ja=f"{len(lines)}か所({responses_n}件の回答)", en=f"{len(lines)} places in {responses_n} responses").in_(
            language
        )
    )
    table = Table(box=None, pad_edge=False, show_header=False)
    for column in ("response_id", "question_id", "place", "left", "keyword", "right"):
        table.add_column(column, justify="right" if column in ("place", "left") else "left", no_wrap=True)
    for row in lines.head(SHOWN_N).itertuples(index=False):
        place = f"{row.start}:{row.end}"
        words = [Line(str(row.left)), Line(str(row.keyword), style="bold yellow"), Line(str(row.right))]
        table.add_row(str(row.response_id), str(row.question_id), Line(place, style="dim"), *words)
    yield table
    if len(lines) > SHOWN_N:
        left = len(lines) - SHOWN_N
        yield Line(Text(ja=f"ほか {left}か所(--to で全件)", en=f"and {left} more (all with --to)").in_(language))
