"""The levels of a wave: from answers by rule, and from raters' ledgers, which are inputs and are landed like others."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from expectations.validate import Validation
from flows.findings import Finding
from flows.landing import Landed, LandingStore
from flows.rating_inputs import land_ledgers, rating_findings, read_ledgers
from flows.wave import Wave
from rubrics.agreement_tables import AgreementFrames, agreement_frames
from rubrics.rated import Rated, rated
from rubrics.scoring import score

AGREEMENT_SEED = 20_230_701
"""Seed of the bootstrap: a run's intervals are the same whenever it is repeated."""


@dataclass(frozen=True)
class Scored:
    """What the scoring of a wave gives. `scores`: one row per response, criterion and origin; `landed`: the ledgers."""

    scores: pd.DataFrame
    ratings: Rated
    agreement: AgreementFrames
    landed: list[Landed]
    findings: list[Finding]


def score_wave(this: Wave, valid: Validation) -> Scored:
    """Score accepted answers by each criterion's dated rule and by the ratings that stand. Raises UserMistake."""
    criteria = this.programme.criteria
    by_rule = score(list(criteria.values()), valid.responses, valid.answers)
    ledgers = read_ledgers(this.folders.rating)
    by_raters = rated(criteria, valid.responses, valid.answers, (each for one in ledgers for each in one.ratings))
    scores = pd.concat([by_rule, by_raters.scores], ignore_index=True)
    return Scored(
        scores=scores,
        ratings=by_raters,
        agreement=agreement_frames(
            by_raters.ratings,
            scores,
            {(name, each.version): each.scale for name, criterion in criteria.items() for each in criterion.versions},
            this.programme.settings.time_zone,
            seed=AGREEMENT_SEED,
        ),
        landed=land_ledgers(ledgers, valid.responses["response_id"], LandingStore(this.folders.landing)),
        findings=rating_findings(by_raters.set_aside, ledgers),
    )
