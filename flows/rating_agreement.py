"""How well the raters of a round agree, before any run has taken its ratings in."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.engine import Engine

from flows.programme import Programme
from flows.scored import AGREEMENT_SEED
from rubrics.agreement_tables import AgreementFrames, agreement_frames
from rubrics.ledgers import standing
from rubrics.rated import rated
from rubrics.ratings import Rating, Round
from warehouse.evidence import BY_RATERS
from warehouse.read import published_run, read_table

_TABLES = ("core_response", "core_answer", "core_score")


def round_agreement(engine: Engine, programme: Programme, round_: Round, ledger: list[Rating]) -> AgreementFrames:
    """Agreement of the standing ratings of one round, and the published levels of other origins held against them.

    As a run counts it, over this round alone: ratings of changed texts or by another version of the rubric are left
    out. Raises UserMistake if the wave publishes nothing.
    """
    run_id = published_run(engine, round_.wave)
    responses, answers, scores = (read_table(engine, name, run_id) for name in _TABLES)
    by_raters = rated(programme.criteria, responses, answers, standing(ledger))
    by_others = scores.loc[~scores["origin"].isin(BY_RATERS), by_raters.scores.columns]
    criteria = programme.criteria.items()
    scales = {(name, each.version): each.scale for name, criterion in criteria for each in criterion.versions}
    together = pd.concat([by_others, by_raters.scores], ignore_index=True)
    return agreement_frames(by_raters.ratings, together, scales, programme.settings.time_zone, seed=AGREEMENT_SEED)
