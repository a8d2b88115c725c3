"""Scores: the level an answer stands for under the criterion in force on the day it was given."""

from __future__ import annotations

from datetime import date

import pandas as pd

from rubrics.criteria import Criterion, CriterionVersion
from warehouse.evidence import LevelSource

SCORE_COLUMNS = ["response_id", "criterion_id", "criterion_version", "level", "origin", "question_id"]


def score(criteria: list[Criterion], responses: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Score accepted answers by each criterion's rule.

    `responses`: response_id, form_id, answered_on; `answers`: response_id, question_id, value_code, missing_kind.
    Returns SCORE_COLUMNS, one row per response and criterion with a valid answer. A level never comes from
    anywhere but an answer and a dated rule, and its origin is kept.
    """
    scored = [_by_criterion(criterion, responses, answers) for criterion in criteria]
    table = pd.concat(scored, ignore_index=True) if scored else pd.DataFrame(columns=SCORE_COLUMNS)
    return table.astype({"criterion_version": "int64", "level": "int64"})


def _by_criterion(criterion: Criterion, responses: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    days = pd.Series(responses["answered_on"].unique())
    versions = {day: criterion.at(date.fromisoformat(day)) for day in days}
    rules = pd.DataFrame(
        [
            (day, version.version, version.rule.form, version.rule.question, version.rule.origin, code, level)
            for day, version in versions.items()
            if version.rule is not None
            for code, level in version.rule.levels.items()
        ],
        columns=["answered_on", "criterion_version", "form_id", "question_id", "origin", "value_code", "level"],
    )
    valid = answers.loc[answers["missing_kind"].isna(), ["response_id", "question_id", "value_code"]]
    known = responses[["response_id", "form_id", "answered_on"]]
    ruled = known.merge(rules, on=["answered_on", "form_id"])
    found = ruled.merge(valid, on=["response_id", "question_id", "value_code"])
    return found.assign(criterion_id=criterion.id)[SCORE_COLUMNS]


def level_source(version: CriterionVersion) -> LevelSource:
    """Where the levels of a criterion in this version come from, as indicators need to know it."""
    return LevelSource(
        form=version.form,
        question=version.rule.question if version.rule else None,
        reads=tuple(version.rating.reads) if version.rating else (),
        top=version.scale[-1],
        precedence=tuple(version.precedence),
    )
