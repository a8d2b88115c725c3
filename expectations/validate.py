"""Validation: accepted rows on one side, rejected rows with every reason on the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from expectations.checks import Check
from expectations.duplicates import DELETED, DUPLICATE, duplicate_reasons, withdrawn
from expectations.quality import Outcome, Quality, quiet
from expectations.questionnaire import Form
from expectations.suites import rules_of
from expectations.wide import wide_frame
from warehouse.definitions import Text, UserMistake, fault

FINDING_COLUMNS = [
    "wave",
    "organisation",
    "form_id",
    "file_name",
    "sheet",
    "row_n",
    "response_id",
    "question_id",
    "reason_code",
    "severity",
    "expected",
]
_ROW = ["wave", "form_id", "file_name", "sheet", "row_n"]
"""What tells a row of the sources from all others."""
_SAYS_MORE = {"month_only": "bad_date", "ambiguous_choice": "unknown_code"}
"""Reason of the mapping -> what the suites find in the same cell without knowing why."""

_NEVER_SENT = "incomplete_at_source"
"""Whoever did not finish has left everything else open too: a row's only reason."""


@dataclass(frozen=True)
class Stop:
    """Why the wave may not go on: the check that failed and its message."""

    check_id: str
    message: Text


@dataclass(frozen=True)
class Validation:
    """What validation leaves behind.

    `responses`, `answers`: the accepted ones, as given but without `row_key`. `findings`: one row a response, question
    and reason, also the mapping's; a rejected response has at least one critical finding. `checks`: one row a form and
    check: form_id, check_id, severity, effect, evaluated_n, unexpected_n (null: not about single rows), success.
    """

    responses: pd.DataFrame
    answers: pd.DataFrame
    findings: pd.DataFrame
    checks: pd.DataFrame
    stops: list[Stop]


def validate(
    forms: Sequence[Form],
    checks: Sequence[Check],
    responses: pd.DataFrame,
    answers: pd.DataFrame,
    findings: pd.DataFrame,
    organisations: Sequence[str],
    quality_folder: Path | None,
) -> Validation:
    """Check every row against the codebook, the programme's checks and its own copies.

    `responses` and `answers` are RESPONSES and ANSWERS with `row_key` (one value a source row, the same in both);
    `findings` are the mapping's FINDINGS: a critical one rejects its row, and a row that was deleted at its source
    takes the earlier deliveries of its response along. `organisations` are the declared codes.
    With `quality_folder` the suites, the counts and the Data Docs are kept there (never a value, never an id).
    Raises UserMistake naming the checks that Great Expectations cannot evaluate on these columns.
    """
    rejected = set(_rows_of(findings, responses))
    is_deleted = responses["row_key"].isin(_rows_of(findings[findings["reason_code"] == DELETED], responses))
    gone = withdrawn(responses, responses[is_deleted])
    live = responses[~is_deleted]
    reasons = duplicate_reasons(live[~live["row_key"].isin(gone.index)], answers)
    rejected |= set(gone.index)
    found = [findings, _of_rows(live, gone)]
    outcomes: list[tuple[str, Outcome]] = []
    with quiet():
        quality = Quality(quality_folder)
        for form in forms:
            rows = live[live["form_id"] == form.id].reset_index(drop=True)
            outcomes_of_form = quality.run(form, rules_of(form, checks, organisations), wide_frame(form, rows, answers))
            _refuse_unevaluated(outcomes_of_form)
            for outcome in outcomes_of_form:
                failing = _failing(outcome, rows, reasons)
                found.append(failing[FINDING_COLUMNS])
                if outcome.rule.effect == "reject_row":
                    rejected |= set(failing["row_key"])
            outcomes.extend((form.id, outcome) for outcome in outcomes_of_form)
        quality.write_data_docs()
    return Validation(
        responses=_accepted(responses, rejected),
        answers=_accepted(answers, rejected),
        findings=_all_findings(found, list(responses["wave"].unique())),
        checks=_summary(outcomes),
        stops=_stops(outcomes),
    )


def _rows_of(findings: pd.DataFrame, responses: pd.DataFrame) -> list[str]:
    """Keys of the rows that already have a critical finding."""
    critical = findings[(findings["severity"] == "critical") & findings["row_n"].notna()]
    if critical.empty:
        return []
    places = pd.MultiIndex.from_frame(critical[_ROW].astype(object).where(critical[_ROW].notna(), ""))
    rows = pd.MultiIndex.from_frame(responses[_ROW].astype(object).where(responses[_ROW].notna(), ""))
    return list(responses.loc[rows.isin(places), "row_key"])


def _of_rows(rows: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """A critical finding of each row that has a reason; `reasons`: row_key -> reason_code, expected."""
    found = rows.merge(reasons, left_on="row_key", right_index=True)
    return found.assign(question_id=None, severity="critical")[[*FINDING_COLUMNS, "row_key"]]


def _failing(outcome: Outcome, rows: pd.DataFrame, reasons: pd.DataFrame) -> pd.DataFrame:
    """Findings of one outcome, with `row_key`. A check about no single rows has none: it is in the summary."""
    rule = outcome.rule
    positions = [] if outcome.success or rule.effect == "stop_wave" else outcome.rows or []
    if rule.reason_code == DUPLICATE:  # Great Expectations sees that copies exist, `reasons` says which of them go
        return _of_rows(rows.iloc[positions], reasons)
    return rows.iloc[positions].assign(
        question_id=rule.question, reason_code=rule.reason_code, severity=rule.severity, expected=rule.expected
    )


def _accepted(frame: pd.DataFrame, rejected: set[str]) -> pd.DataFrame:
    return frame[~frame["row_key"].isin(rejected)].drop(columns="row_key").reset_index(drop=True)


def _all_findings(found: list[pd.DataFrame], waves: list[str]) -> pd.DataFrame:
    """Put findings into one order, and keep one a row, question and reason; those about whole files all stay."""
    filled = [frame.astype(object) for frame in found if not frame.empty]
    if not filled:
        return found[0][FINDING_COLUMNS].astype({"row_n": "Int64"})
    everything = pd.concat(filled, ignore_index=True)[FINDING_COLUMNS]
    everything = everything.where(everything.notna(), None).astype({"row_n": "Int64"})
    everything["expected"] = everything["expected"].fillna("")
    says_so = everything["reason_code"] == _NEVER_SENT
    never_sent = says_so.groupby([everything[name] for name in _ROW], dropna=False).transform("any")
    everything = everything[says_so | ~never_sent]
    order = everything["wave"].map({wave: number for number, wave in enumerate(waves)})
    everything = everything.assign(order=order).sort_values(
        ["order", "form_id", "file_name", "sheet", "row_n", "question_id", "reason_code", "severity"],
        na_position="first",
        kind="stable",
    )
    same = everything.duplicated([*_ROW, "question_id", "reason_code"]) & everything["row_n"].notna()
    single = everything[~same]
    about = single.assign(about=single["reason_code"].replace(_SAYS_MORE))
    said_better = about.duplicated([*_ROW, "question_id", "about"], keep=False) & about["row_n"].notna()
    kept = single[~(said_better & single["reason_code"].isin(_SAYS_MORE.values()))]
    return kept[FINDING_COLUMNS].reset_index(drop=True)


def _summary(outcomes: list[tuple[str, Outcome]]) -> pd.DataFrame:
    rows = [
        {
            "form_id": form_id,
            "check_id": outcome.rule.id,
            "severity": outcome.rule.severity,
            "effect": outcome.rule.effect,
            "evaluated_n": outcome.evaluated_n,
            "unexpected_n": None if outcome.rows is None else len(outcome.rows),
            "success": outcome.success,
        }
        for form_id, outcome in outcomes
    ]
    columns = ["form_id", "check_id", "severity", "effect", "evaluated_n", "unexpected_n", "success"]
    return pd.DataFrame(rows, columns=columns).astype({"unexpected_n": "Int64"})


def _stops(outcomes: list[tuple[str, Outcome]]) -> list[Stop]:
    return [
        Stop(outcome.rule.check.id, outcome.rule.check.message)
        for _, outcome in outcomes
        if outcome.rule.check is not None and outcome.rule.effect == "stop_wave" and not outcome.success
    ]


def _refuse_unevaluated(outcomes: list[Outcome]) -> None:
    """A check that could not be computed has not passed: nothing goes on until its definition is mended."""
    unevaluated = [outcome.rule for outcome in outcomes if not outcome.is_evaluated]
    if unevaluated:
        raise UserMistake(
            [
                fault(
                    "expectations/checks.yml",
                    rule.id,
                    ("この検査は実行できませんでした", "this check could not be evaluated"),
                    (
                        "arguments の型が列の型に合っているか確かめてください",
                        "see that the type of its arguments fits the column's",
                    ),
                )
                for rule in unevaluated
            ]
        )
