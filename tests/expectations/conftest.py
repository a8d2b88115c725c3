"""A small form and its frames, built answer by answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from expectations.checks import Check
from expectations.questionnaire import Form

TEXT = {"ja": "文", "en": "text"}

FINDING_COLUMNS = [
    *("wave", "organisation", "form_id", "file_name", "sheet", "row_n"),
    *("response_id", "question_id", "reason_code", "severity", "expected"),
]


def _question(question_id: str, kind: str, codes: str = "", **more: Any) -> dict[str, Any]:
    choices = [{"code": code, "label": TEXT} for code in codes.split()]
    asked = {"id": question_id, "type": kind, "wording": TEXT, "asked_of": TEXT, "since": "2023-01-01"}
    return asked | {"choices": choices} | more


@pytest.fixture(scope="session")
def form() -> Form:
    return Form.model_validate(
        {
            "id": "survey",
            "version": "1",
            "label": TEXT,
            "subject": "person",
            "questions": [
                _question("gender", "single", "female male other"),
                _question("area", "multi", "work home 10 1"),
                _question("level", "level", "1 2 3", required=True),
                _question("cases", "number", minimum=0, maximum=10),
                _question("until", "date"),
                _question("comment", "text"),
                _question("case", "identifier"),
                _question("parties", "identifiers"),
            ],
        }
    )


@pytest.fixture(scope="session")
def make_frames(form: Form) -> Callable[..., tuple[pd.DataFrame, pd.DataFrame]]:
    """Rows as dicts -> (RESPONSES, ANSWERS) with row_key.

    A row's keys are response columns or question ids; a question's value is a code, list of codes, number, text, date,
    or `{"missing": kind}`. Questions not named are valid answers (the required one) or blank.
    """

    def make(*rows: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
        responses, answers = [], []
        for number, row in enumerate(rows, start=1):
            response = {
                "response_id": f"org_a/survey/{number}",
                "organisation": "org_a",
                "form_id": form.id,
                "instrument_id": "common",
                "wave": "first",
                "respondent_id": f"p{number}",
                "answered_on": "2024-05-01",
                "file_name": "a.csv",
                "sheet": None,
                "row_n": number,
            }
            response |= {name: value for name, value in row.items() if name in response}
            answered_at = pd.to_datetime(response["answered_on"], utc=True)
            response |= {"answered_at": answered_at, "answered_at_origin": response["answered_on"], "file_sha256": "0"}
            response["row_key"] = f"{response['wave']}|{response['file_name']}|{response['row_n']}"
            responses.append(response)
            for question in form.questions:
                value = row.get(question.id, "1" if question.id == "level" else {"missing": "blank"})
                for position, one in enumerate(value if isinstance(value, list) else [value]):
                    answers.append(_answer(response, question.id, question.type, position, one))
        return pd.DataFrame(responses), pd.DataFrame(answers)

    return make


def _answer(response: dict[str, Any], question_id: str, kind: str, position: int, value: Any) -> dict[str, Any]:
    answer = {"row_key": response["row_key"], "response_id": response["response_id"], "question_id": question_id}
    answer |= {"position": position, "value_code": None, "value_number": np.nan, "value_text": None}
    answer |= {"value_date": None, "missing_kind": None, "crosswalk_class": "A"}
    if isinstance(value, dict):
        return answer | {"missing_kind": value["missing"]}
    column = {"number": "value_number", "text": "value_text", "date": "value_date"}.get(kind, "value_code")
    return answer | {column: value}


@pytest.fixture
def no_findings() -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype=object) for column in FINDING_COLUMNS})


@pytest.fixture(scope="session")
def make_check() -> Callable[..., Check]:
    def make(check_id: str, expectation: str, effect: str = "note", **more: Any) -> Check:
        severity = "warning" if effect == "note" else "critical"
        given = {"id": check_id, "form": "survey", "severity": severity, "effect": effect, "arguments": {}}
        return Check.model_validate(given | {"expectation": expectation, "message": TEXT, "reason": TEXT} | more)

    return make
