"""Levels from raters: which of their ratings count in a run, and the level these give an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from rubrics.criteria import Criterion, CriterionVersion
from rubrics.ratings import Rating, text_sha256
from rubrics.scoring import SCORE_COLUMNS

RATING_COLUMNS = [
    "response_id", "criterion_id", "criterion_version", "round_id", "item_id", "origin", "rater", "level", "rated_at",
    "has_evidence", "sheet_sha256",
]  # fmt: skip
EVIDENCE_COLUMNS = [
    "response_id", "criterion_id", "round_id", "origin", "rater", "question_id", "start", "end", "quote",
]  # fmt: skip


@dataclass(frozen=True)
class Rated:
    """What raters contribute to a run.

    `scores`: SCORE_COLUMNS, at most one row per response, criterion and origin; `ratings`: RATING_COLUMNS (level Int64,
    missing where nobody could tell); `evidence`: EVIDENCE_COLUMNS; `set_aside`: (rating, reason code), not counted.
    """

    scores: pd.DataFrame
    ratings: pd.DataFrame
    evidence: pd.DataFrame
    set_aside: list[tuple[Rating, str]]


def rated(
    criteria: Mapping[str, Criterion], responses: pd.DataFrame, answers: pd.DataFrame, ratings: Iterable[Rating]
) -> Rated:
    """Take in the standing ratings of a run's responses.

    `responses`: response_id, answered_on; `answers`: response_id, question_id, value_text. Ratings of responses that
    are not among them belong to another run and are passed over. A rating is set aside if its words are no longer
    those of the answer, or if it was made by another version of the rubric than the one in force on the answer's day.
    """
    days = dict(zip(responses["response_id"], responses["answered_on"], strict=True))
    mine = [rating for rating in ratings if rating.response_id in days]
    texts = _texts(answers, {rating.response_id for rating in mine})
    counted: list[Rating] = []
    set_aside: list[tuple[Rating, str]] = []
    for rating in sorted(mine, key=_place):
        version = _version(criteria, rating, days[rating.response_id])
        reason = _why_not(rating, version, texts)
        if reason is None:
            counted.append(rating)
        else:
            set_aside.append((rating, reason))
    return Rated(_scores(criteria, counted), _rating_frame(counted), _evidence_frame(counted), set_aside)


def _place(rating: Rating) -> tuple[str, ...]:
    return rating.response_id, rating.criterion_id, rating.round_id, rating.origin, rating.rater, rating.item_id


def _texts(answers: pd.DataFrame, wanted: set[str]) -> dict[tuple[str, str], str]:
    rows = answers[answers["response_id"].isin(wanted) & answers["value_text"].notna()]
    return dict(zip(zip(rows["response_id"], rows["question_id"], strict=True), rows["value_text"], strict=True))


def _version(criteria: Mapping[str, Criterion], rating: Rating, day: str) -> CriterionVersion | None:
    criterion = criteria.get(rating.criterion_id)
    return criterion.at(date.fromisoformat(day)) if criterion else None


def _why_not(rating: Rating, version: CriterionVersion | None, texts: Mapping[tuple[str, str], str]) -> str | None:
    if version is None or version.rating is None or version.version != rating.criterion_version:
        return "rated_by_other_version"
    if rating.level is not None and rating.level not in version.scale:
        return "rated_by_other_version"
    for read in rating.read:
        if text_sha256(texts.get((rating.response_id, read.question_id), "")) != read.sha256:
            return "rated_text_changed"
    for span in rating.evidence:
        if not span.holds(texts.get((rating.response_id, span.question_id), "")):
            return "rated_text_changed"
    return None


def _scores(criteria: Mapping[str, Criterion], ratings: list[Rating]) -> pd.DataFrame:
    """The raters' level where all of an answer's latest round agree, and the level they decided together."""
    by_answer: dict[tuple[str, str], list[Rating]] = {}
    for rating in ratings:
        by_answer.setdefault((rating.response_id, rating.criterion_id), []).append(rating)
    rows = []
    for (response_id, criterion_id), given in by_answer.items():
        version = given[0].criterion_version
        for origin, level in levels_of(given, _raters_needed(criteria[criterion_id], version)).items():
            rows.append((response_id, criterion_id, version, level, origin, None))
    table = pd.DataFrame(rows, columns=SCORE_COLUMNS)
    return table.astype({"criterion_version": "int64", "level": "int64"})


def _raters_needed(criterion: Criterion, number: int) -> int:
    version = next(each for each in criterion.versions if each.version == number)
    return version.rating.raters if version.rating else 0


def levels_of(ratings: list[Rating], raters_needed: int) -> dict[str, int]:
    """Origin -> level, from all the standing ratings of one answer under one criterion. At most one entry.

    The latest round that came to an end for this answer speaks: it was decided (`adjudicated`), or as many raters as
    the rubric asks for rated it (`rater`, if all gave the same level). Raters who differ, and a decision that nobody
    can tell, give no level.
    """
    rounds: dict[str, list[Rating]] = {}
    for rating in ratings:
        rounds.setdefault(rating.round_id, []).append(rating)
    for given in sorted(rounds.values(), key=_latest_first, reverse=True):
        decided = [rating.level for rating in given if rating.origin == "adjudicated"]
        if decided:
            return {} if decided[-1] is None else {"adjudicated": decided[-1]}
        if len(given) >= raters_needed:
            first, *others = [rating.level for rating in given]
            return {} if first is None or any(level != first for level in others) else {"rater": first}
    return {}


def _latest_first(given: list[Rating]) -> tuple[datetime, str]:
    return max(rating.rated_at for rating in given), given[0].round_id


def _rating_frame(ratings: list[Rating]) -> pd.DataFrame:
    rows = [
        (
            rating.response_id,
            rating.criterion_id,
            rating.criterion_version,
            rating.round_id,
            rating.item_id,
            rating.origin,
            rating.rater,
            rating.level,
            rating.rated_at,
            not rating.no_evidence,
            rating.sheet_sha256,
        )
        for rating in ratings
    ]
    table = pd.DataFrame(rows, columns=RATING_COLUMNS)
    table["rated_at"] = pd.to_datetime(table["rated_at"], utc=True)
    return table.astype({"level": "Int64", "criterion_version": "int64", "has_evidence": "bool"})


def _evidence_frame(ratings: list[Rating]) -> pd.DataFrame:
    rows = [
        (
            rating.response_id,
            rating.criterion_id,
            rating.round_id,
            rating.origin,
            rating.rater,
            span.question_id,
            span.start,
            span.end,
            span.quote,
        )
        for rating in ratings
        for span in rating.evidence
    ]
    table = pd.DataFrame(rows, columns=EVIDENCE_COLUMNS)
    return table.astype({"start": "int64", "end": "int64"}).drop_duplicates()
