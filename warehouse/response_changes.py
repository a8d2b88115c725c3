"""Responses of two runs compared: which are new, gone, back or edited, and what an edited one answers otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from warehouse.differences import differ, differing, side_by_side

TEXT_ANSWER = "<text>"
"""Stands for a free text in an answer that is told: its words never are."""

RESPONSE_COLUMNS = [
    "response_id", "change", "form_id", "organisation_before", "organisation_after", "answered_at_before",
    "answered_at_after", "answered_on_before", "answered_on_after", "respondent_changed", "questions_n", "reason_codes",
    "file_name", "sheet", "row_n", "same_bytes",
]  # fmt: skip
FINDING_COLUMNS = [
    "response_id", "wave", "organisation", "form_id", "file_name", "sheet", "row_n", "question_id", "reason_code",
    "severity", "expected",
]  # fmt: skip
ANSWER_COLUMNS = [
    "response_id", "question_id", "before", "after", "crosswalk_class_before", "crosswalk_class_after", "text_changed",
]  # fmt: skip

_FACT = ["value_code", "value_number", "value_text", "value_date", "missing_kind", "crosswalk_class"]
_QUESTION = ["response_id", "question_id"]
_ABOUT = ["organisation", "respondent_id", "answered_at"]
_PLACE = ["form_id", "answered_on", "file_name", "file_sha256", "sheet", "row_n"]

Tables = Mapping[str, pd.DataFrame]


def answer_changes(old: Tables, new: Tables) -> pd.DataFrame:
    """Questions whose facts differ in a response that both runs have.

    Columns: response_id, question_id, before and after (codes, numbers and days, several joined with `|`; `<blank>` and
    the like where an answer is missing; `<text>` for a free text), crosswalk_class before and after (of the first
    fact), text_changed.
    """
    both = set(old["core_response"]["response_id"]) & set(new["core_response"]["response_id"])
    before, after = (tables["core_answer"].loc[lambda rows: rows["response_id"].isin(both)] for tables in (old, new))
    facts = differing(before, after, [*_QUESTION, "position"], _FACT)
    texts = facts.assign(text_changed=differ(facts.assign(change="same_key"), ["value_text"]))
    touched = texts.groupby(_QUESTION, as_index=False)["text_changed"].any()
    was, now = (_told(side.merge(touched[_QUESTION], on=_QUESTION)) for side in (before, after))
    shown = side_by_side(was, now, _QUESTION, ["told", "crosswalk_class"]).merge(touched, on=_QUESTION)
    return shown.rename(columns={"told_before": "before", "told_after": "after"})[ANSWER_COLUMNS]


def _told(answers: pd.DataFrame) -> pd.DataFrame:
    """Each question's answer as one text, without the words of a free one."""
    facts = [_fact_told(row) for row in answers.to_dict("records")]
    ordered = answers.assign(told=pd.Series(facts, dtype="str", index=answers.index)).sort_values(
        [*_QUESTION, "position"]
    )
    of_question = ordered.groupby(_QUESTION, as_index=False)
    return of_question.agg(told=("told", "|".join), crosswalk_class=("crosswalk_class", "first"))


def _fact_told(fact: Mapping[Any, Any]) -> str:
    if not pd.isna(fact["missing_kind"]):
        return f"<{fact['missing_kind']}>"
    if not pd.isna(number := fact["value_number"]):
        return str(int(number)) if number.is_integer() else repr(number)
    values = (fact[name] for name in ("value_code", "value_date"))
    return next((str(value) for value in values if not pd.isna(value)), TEXT_ANSWER)


def response_changes(old: Tables, new: Tables, answers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses that changed, and the later run's findings that say why some are gone.

    `answers`: those of `answer_changes`. The first frame has RESPONSE_COLUMNS: `change` is new, returned (the earlier
    run had rejected it), gone or edited; `questions_n` counts the questions answered otherwise; `reason_codes` say why
    the later run has it no more (empty: it is no longer in the source) or why the earlier one had rejected it; the
    file, sheet and row are those of the later run, where it has them; `same_bytes`: both runs read the file it stands
    in, so that an edit of it comes from a definition or the code. The second has FINDING_COLUMNS, a finding about a
    whole file standing once for each of its responses.
    """
    pairs = side_by_side(old["core_response"], new["core_response"], ["response_id"], [*_ABOUT, *_PLACE])
    questions_n = answers.groupby("response_id").size()
    pairs["questions_n"] = pairs["response_id"].map(questions_n).fillna(0).astype("int64")
    pairs = pairs[differ(pairs, _ABOUT) | (pairs["questions_n"] > 0)].reset_index(drop=True)
    rejected = _critical(old["out_finding"])
    is_back = (pairs["change"] == "added") & pairs["response_id"].isin(rejected["response_id"])
    names = {"added": "new", "removed": "gone", "same_key": "edited"}
    pairs["change"] = pairs["change"].map(names).mask(is_back, "returned")
    findings = _why_gone(pairs[pairs["change"] == "gone"], new["out_finding"])
    why = pd.concat([findings, rejected[rejected["response_id"].isin(pairs.loc[is_back, "response_id"])]])
    codes = why.groupby("response_id")["reason_code"].agg(lambda found: " ".join(sorted(set(found))))
    pairs["reason_codes"] = pairs["response_id"].map(codes).astype("str").fillna("")
    pairs["respondent_changed"] = (pairs["change"] == "edited") & differ(
        pairs.assign(change="same_key"), ["respondent_id"]
    )
    pairs["same_bytes"] = _same_bytes(pairs, old, new)
    for name in ("form_id", "file_name", "sheet", "row_n"):
        pairs[name] = pairs[f"{name}_after"].where(pairs["change"] != "gone", pairs[f"{name}_before"])
    return pairs[RESPONSE_COLUMNS], findings


def _critical(findings: pd.DataFrame) -> pd.DataFrame:
    return findings[findings["severity"] == "critical"]


def _why_gone(gone: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """Findings about responses that are gone: their own, the critical ones if there are any, or those of their file."""
    own = findings[findings["response_id"].isin(gone["response_id"])]
    critical = _critical(own)
    own = pd.concat([critical, own[~own["response_id"].isin(critical["response_id"])]])
    unexplained = gone.loc[~gone["response_id"].isin(own["response_id"]), ["response_id", "file_name_before"]]
    of_files = _critical(findings)[lambda rows: rows["response_id"].isna() & rows["row_n"].isna()]
    of_their_file = unexplained.rename(columns={"file_name_before": "file_name"}).merge(
        of_files.drop(columns="response_id"), on="file_name"
    )
    return pd.concat([own, of_their_file])[FINDING_COLUMNS].sort_values("response_id", kind="stable", ignore_index=True)


def _same_bytes(pairs: pd.DataFrame, old: Tables, new: Tables) -> pd.Series:
    """Whether both runs read the file that a response stands in: the same bytes, whatever its name."""
    read_before, read_after = (set(tables["meta_input"]["sha256"]) for tables in (old, new))
    before, after = pairs["file_sha256_before"], pairs["file_sha256_after"]
    edited = before == after
    new_here, gone = after.isin(read_before), before.isin(read_after)
    return edited.where(pairs["change"] == "edited", gone.where(pairs["change"] == "gone", new_here)).astype("bool")
