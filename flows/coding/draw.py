"""A coding round drawn from a published wave: masked texts that the rules have read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd
from sqlalchemy.engine import Engine

from flows.programme import Programme
from flows.theme_texts import no_such, themes_of_run
from rubrics.coding_sample import WrittenText, draw_texts
from rubrics.hand_codes import CodingRound
from warehouse.definitions import UserMistake, fault
from warehouse.read import published_run, read_table
from warehouse.text_tables import ANALYSED, WITHOUT_WORDS, responses_in


@dataclass(frozen=True)
class Drawn:
    """A round, and how many texts with words the rules have not read (another language …): none of them is drawn."""

    round: CodingRound
    unread_n: int


def draw_coding_round(
    engine: Engine,
    programme: Programme,
    *,
    round_id: str,
    wave: str,
    themes: Sequence[str],
    coders: Sequence[str],
    size: int | None,
    seed: int,
) -> Drawn:
    """Draw a round from the period's texts in what its wave publishes. `themes`: all of the run's where none is named.

    Raises UserMistake for an unknown wave or theme, or where the rules have read nothing.
    """
    run_id = published_run(engine, wave)
    known = [each.id for each in themes_of_run(engine, run_id).themes]
    for name in themes:
        if name not in known:
            raise no_such("--themes", name, known)
    chosen = [name for name in known if name in (themes or known)]
    written, unread_n = _written(engine, run_id, programme, wave, chosen)
    if not written:
        wrong = ("規則が読んだ文章がありません", "has no text that the rules have read")
        raise UserMistake([fault("--wave", wave, wrong, ("ほかの時点にしてください", "choose another wave"))])
    items, strata = draw_texts(written, size, seed)
    drawn = CodingRound(
        round_id=round_id,
        programme_id=programme.settings.id,
        wave=wave,
        run_id=run_id,
        seed=seed,
        drawn_at=datetime.now(UTC).replace(microsecond=0),
        items=items,
        strata=strata,
        themes=chosen,
        coders=list(coders),
    )
    return Drawn(drawn, unread_n)


def _written(
    engine: Engine, run_id: str, programme: Programme, wave: str, themes: Sequence[str]
) -> tuple[list[WrittenText], int]:
    """The period's texts that the rules have read, and how many others there are with words."""
    responses, answers, states, found = (
        read_table(engine, name, run_id) for name in ("core_response", "core_answer", "core_text", "core_theme")
    )
    mine, _ = responses_in(responses, programme.windows[wave])
    key = ["response_id", "question_id"]
    texts = answers.loc[answers["value_text"].notna(), [*key, "value_text"]].merge(states, on=key)
    texts = texts[texts["response_id"].isin(mine["response_id"])]
    texts = texts.merge(responses[["response_id", "organisation", "form_id", "answered_on"]], on="response_id")
    is_read = texts["state"].isin(ANALYSED)
    has_theme = pd.MultiIndex.from_frame(found.loc[found["theme_id"].isin(themes), key])
    written = [
        WrittenText(
            response_id=str(row["response_id"]),
            form_id=str(row["form_id"]),
            question_id=str(row["question_id"]),
            answered_on=str(row["answered_on"]),
            organisation=str(row["organisation"]),
            script=str(row["script"]),
            text=str(row["value_text"]),
            is_found=(row["response_id"], row["question_id"]) in has_theme,
        )
        for row in texts[is_read].to_dict("records")
    ]
    return written, int((~is_read & ~texts["state"].isin(WITHOUT_WORDS)).sum())
