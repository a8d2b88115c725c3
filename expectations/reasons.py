"""Reason codes in words: what happened to a row or file, and what a programme officer can do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.checks import Check
from warehouse.definitions import Definition, DefinitionReader, Language, Text, UserMistake

_UNKNOWN = "-"


class Reason(Definition):
    """What happened and what to do. Placeholders: {file} {row} {question} {expected} {organisation}."""

    what: Text
    remedy: Text


class Reasons(Definition):
    """The file `reasons.yml`."""

    reasons: dict[str, Reason]


@cache
def reasons() -> dict[str, Reason]:
    """All reason codes of mapping and validation (the ids of a programme's own checks come on top)."""
    reader = DefinitionReader(Path(__file__).parent)
    read = reader.yaml("reasons.yml", Reasons)
    if read is None:
        raise UserMistake(reader.faults)
    return read.reasons


def say(finding: Mapping[str, Any] | pd.Series[Any], language: Language, checks: Sequence[Check] = ()) -> str:
    """Say one row of FINDINGS in words. `checks` are the programme's, whose ids are reason codes too.

    Raises KeyError on a reason code that is in neither.
    """
    code = finding["reason_code"]
    messages = {check.id: check.message for check in checks}
    if code in messages:
        text = messages[code].in_(language)
    else:
        reason = reasons()[code]
        text = reason.what.in_(language) + ("" if language == "ja" else " ") + reason.remedy.in_(language)
    for name, value in _details(finding).items():
        text = text.replace("{" + name + "}", value)
    return text


def _details(finding: Mapping[str, Any] | pd.Series[Any]) -> dict[str, str]:
    names = {"file": "file_name", "row": "row_n", "question": "question_id"}
    given = {name: finding[names.get(name, name)] for name in (*names, "expected", "organisation")}
    details = {name: _UNKNOWN if pd.isna(value) or value == "" else str(value) for name, value in given.items()}
    if not pd.isna(finding["sheet"]):
        details["file"] = f"{details['file']} [{finding['sheet']}]"
    return details
