"""The texts of a drawing, and whether they are still those that were drawn."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.engine import Engine

from rubrics.rating_sheet import Texts
from rubrics.ratings import Drawing, text_sha256
from warehouse.engine import reading
from warehouse.read import rows_of, run_of
from warehouse.tables import SQL_TABLES


def texts_as_drawn(engine: Engine, round_: Drawing) -> Texts:
    """The round's texts that still stand in the run its wave publishes, word for word as they were drawn.

    Raises UserMistake if the wave publishes nothing.
    """
    answer = SQL_TABLES["core_answer"].c
    with reading(engine) as connection:
        run_id = run_of(connection, round_.wave)
        rows = rows_of(connection, "core_answer", (answer.run_id == run_id) & answer.value_text.is_not(None))
    present = _by_place(rows)
    return {
        (item.response_id, read.question_id): text
        for item in round_.items
        for read in item.read
        if text_sha256(text := present.get((item.response_id, read.question_id), "")) == read.sha256
    }


def _by_place(rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    return dict(zip(zip(rows["response_id"], rows["question_id"], strict=True), rows["value_text"], strict=True))


def changed_items(round_: Drawing, texts: Texts) -> list[str]:
    """The items of which a text is not what was drawn any more."""
    return [
        item.item_id
        for item in round_.items
        if any((item.response_id, each.question_id) not in texts for each in item.read)
    ]
