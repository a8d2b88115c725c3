"""What comes of a worked case: it is scored, paired and counted by the functions that score, pair and count a wave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from rubrics.cases import Asked, Case, CaseDefinitions, CaseFile, Expected
from rubrics.criteria import CriterionVersion
from rubrics.ledgers import standing
from rubrics.quotes import spans_of
from rubrics.rated import rated
from rubrics.ratings import RatedText, Rating, text_sha256
from rubrics.scoring import level_source, score
from warehouse.evidence import Evidence
from warehouse.improvement import improvement
from warehouse.indicator_definitions import Improvement
from warehouse.level_pairs import level_pairs

_SOMEBODY = "somebody"
"""The organisation and the person of every case: there is only one of each."""


@dataclass(frozen=True)
class Found:
    """What came of a case. `in_force`: the rubric in force on the last answer's day. None where there is no level.

    `set_aside`: why ratings do not count (reason codes).
    """

    in_force: CriterionVersion | None = None
    level: int | None = None
    origin: str | None = None
    change: str | None = None
    from_level: int | None = None
    to_level: int | None = None
    standpoint: str | None = None
    counted: str | None = None
    set_aside: tuple[str, ...] = ()

    @property
    def version(self) -> int | None:
        """The number of the version in force."""
        return self.in_force.version if self.in_force is not None else None

    def differences(self, expected: Expected) -> list[str]:
        """The names of what is not as expected; none where the case holds. Ratings set aside must be said."""
        wanted = expected.model_dump(exclude={"set_aside"}, exclude_none=True)
        wrong = [name for name, value in wanted.items() if getattr(self, name) != (None if value == "none" else value)]
        aside = {expected.set_aside} if expected.set_aside else set()
        return [*wrong, *(["set_aside"] if set(self.set_aside) != aside else [])]


@dataclass(frozen=True)
class Outcome:
    """A case, its place in its file (from 0), what came of it, and the names of what is not as it expects."""

    file: str
    place: int
    case: Case
    found: Found
    differences: list[str]


def run_cases(files: Mapping[str, CaseFile], definitions: CaseDefinitions) -> list[Outcome]:
    """Run every case of every file (its name -> its cases), in order."""
    outcomes = []
    for file, topic in files.items():
        for place, case in enumerate(topic.cases):
            found = run_case(case, definitions)
            outcomes.append(Outcome(file, place, case, found, found.differences(case.expected)))
    return outcomes


def run_case(case: Case, definitions: CaseDefinitions) -> Found:
    """Score a case as a wave does: by rule and by the ratings that stand; then as a pair or by a reading, if asked."""
    names = definitions.criteria_of(case)
    criteria = {name: definitions.criteria[name] for name in names}
    form = criteria[names[0]].versions[0].form
    responses = _responses(case, form, definitions)
    answers = _answers(case, form, definitions)
    given = [rating for place in range(len(case.answered)) for rating in _ratings(case, place, names[0], definitions)]
    by_raters = rated(criteria, responses, answers, standing(given))
    period = definitions.period_of(case) or list(definitions.windows)[-1]
    last_day = definitions.windows[period].last_day
    evidence = Evidence(
        responses=responses,
        answers=answers,
        scores=pd.concat([score(list(criteria.values()), responses, answers), by_raters.scores], ignore_index=True),
        themes=pd.DataFrame(columns=["response_id", "question_id", "theme_id"]),
        windows=dict(definitions.windows),
        period=period,
        reported=frozenset({(_SOMEBODY, form)}),
        expected=frozenset({(_SOMEBODY, form)}),
        levels={name: level_source(criterion.at(last_day)) for name, criterion in criteria.items()},
    )
    measure = definitions.measure_of(case)
    if case.expected.counted is not None and measure is not None:
        found = _counted(evidence, measure)
    elif case.expected.change is not None:
        found = _pair(evidence, names[0], measure, definitions.min_days)
    else:
        found = _level(evidence, names[0], _response_id(len(case.answered) - 1))
    set_aside = tuple(sorted({reason for _, reason in by_raters.set_aside}))
    return replace(found, in_force=criteria[names[0]].at(case.answered[-1].day), set_aside=set_aside)


def _level(evidence: Evidence, criterion: str, response_id: str) -> Found:
    given = evidence.levels_given[criterion]
    mine = given[given["response_id"] == response_id]
    return Found() if mine.empty else Found(level=int(mine["level"].iloc[0]), origin=str(mine["origin"].iloc[0]))


def _pair(evidence: Evidence, criterion: str, measure: Improvement | None, min_days: int) -> Found:
    pair = level_pairs(
        evidence.scope(),
        criterion,
        standpoints=measure.standpoints if measure else (),
        by=measure.by if measure else 1,
        min_days=measure.min_days if measure else min_days,
    ).iloc[0]
    known = {name: None if pd.isna(pair[name]) else pair[name] for name in ("level", "level_later", "standpoint")}
    return Found(
        change=pair["state"],
        from_level=known["level"],
        to_level=known["level_later"],
        standpoint=known["standpoint"],
    )


def _counted(evidence: Evidence, measure: Improvement) -> Found:
    found = improvement(measure, evidence.scope())
    if found.denominator == 0:
        return Found(counted="left_out")
    return Found(counted="improved" if found.numerator == 1 else "not_improved")


def _response_id(place: int) -> str:
    return f"answer-{place}"


def _responses(case: Case, form: str, definitions: CaseDefinitions) -> pd.DataFrame:
    rows = [
        (_response_id(place), _SOMEBODY, form, _SOMEBODY, definitions.answered_at(each.day), each.day.isoformat())
        for place, each in enumerate(case.answered)
    ]
    columns = ["response_id", "organisation", "form_id", "respondent_id", "answered_at", "answered_on"]
    return pd.DataFrame(rows, columns=columns)


def _answers(case: Case, form: str, definitions: CaseDefinitions) -> pd.DataFrame:
    rows = [
        (_response_id(place), question, *_stored(definitions.questions[form][question], written), "A")
        for place, each in enumerate(case.answered)
        for question, written in each.answers.items()
    ]
    columns = ["response_id", "question_id", "value_code", "value_text", "missing_kind", "crosswalk_class"]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "str"))


def _stored(asked: Asked, written: str) -> tuple[str | None, str | None, str | None]:
    """(code, text, kind of missing) that a written answer is kept as; one of them."""
    if (kind := asked.missing.get(written)) is not None:
        return None, None, kind
    return (None, written, None) if asked.is_text else (asked.code_of(written), None, None)


def _ratings(case: Case, place: int, criterion: str, definitions: CaseDefinitions) -> Iterator[Rating]:
    answer = case.answered[place]
    for number, given in enumerate(answer.ratings):
        rubric = definitions.rubric_of(case, answer.day, given)
        texts = definitions.texts_read(answer, rubric) | given.read
        yield Rating(
            round_id=given.round,
            item_id=_response_id(place),
            response_id=_response_id(place),
            criterion_id=given.criterion or criterion,
            criterion_version=rubric.version,
            origin=given.origin,
            rater=given.rater,
            level=None if given.level == "cannot_be_judged" else given.level,
            rated_at=definitions.answered_at(answer.day) + timedelta(days=1, minutes=number),
            evidence=spans_of(given.evidence or "", texts)[0],
            no_evidence=given.no_evidence,
            read=[RatedText(question_id=name, sha256=text_sha256(text)) for name, text in texts.items()],
            sheet_sha256="0" * 64,
        )
