"""One row a response: the frame Great Expectations looks at. Free text never enters it, only its length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from expectations.questionnaire import Form, Question

CHARACTERS = "__characters"
"""Ending of a text question's column: how many characters were written."""

MISSING = "__missing"
"""Ending of a required question's second column: the kind of missing, where there is no answer."""

RESPONSE_COLUMNS = ("response_id", "organisation", "respondent_id", "answered_on")

Column = NDArray[Any]


def question_columns(form: Form) -> dict[str, str]:
    """Columns of `wide_frame` that come from questions -> the question's id."""
    columns = {
        question.id + (CHARACTERS if question.type == "text" else ""): question.id for question in form.questions
    }
    return columns | {question.id + MISSING: question.id for question in form.questions if question.required}


def wide_frame(form: Form, responses: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """Pivot the answers of one form to one row a response, in the order of `responses`, numbered from 0.

    `responses` and `answers` are RESPONSES and ANSWERS with `row_key`, which tells copies of a response apart.
    Columns: `response_id`, `organisation`, `respondent_id`, `answered_on` (a date: Great Expectations reads ISO
    bounds as dates), then per question: single, level and identifier: the code; multi and identifiers: codes
    joined with "|" (multi in the questionnaire's order); number: a float; date: a date; text: only
    `<question>__characters`. Any kind of missing is None (NaN for numbers); a required question has
    `<question>__missing`, the kind itself.
    """
    rows = responses[responses["form_id"] == form.id].reset_index(drop=True)
    columns: dict[str, Column] = {name: _objects(rows[name]) for name in RESPONSE_COLUMNS}
    columns["answered_on"] = _dates(rows["answered_on"])
    row_of = pd.Series(range(len(rows)), index=rows["row_key"])
    placed = answers.assign(row=answers["row_key"].map(row_of)).dropna(subset="row").astype({"row": "int64"})
    by_question = dict(iter(placed.groupby("question_id", sort=False)))
    for question in form.questions:
        given = by_question.get(question.id, placed.iloc[:0])
        valid = given[given["missing_kind"].isna()]
        name = question.id + (CHARACTERS if question.type == "text" else "")
        columns[name] = _column(question, valid, len(rows))
        if question.required:
            columns[question.id + MISSING] = _spread(given["row"], _objects(given["missing_kind"]), len(rows))
    return pd.DataFrame({name: pd.Series(values, dtype=values.dtype) for name, values in columns.items()})


def _column(question: Question, valid: pd.DataFrame, rows_n: int) -> Column:
    rows = valid["row"]
    match question.type:
        case "number":
            return _spread(rows, valid["value_number"].to_numpy("float64"), rows_n)
        case "text":
            return _spread(rows, valid["value_text"].astype("str").str.len().to_numpy("float64"), rows_n)
        case "date":
            return _spread(rows, _dates(valid["value_date"]), rows_n)
        case "multi" | "identifiers":
            return _joined(question, valid, rows_n)
        case _:
            return _spread(rows, _objects(valid["value_code"]), rows_n)


def _spread(rows: pd.Series[int], values: Column, rows_n: int) -> Column:
    column: Column = np.full(rows_n, np.nan if values.dtype == "float64" else None, dtype=values.dtype)
    column[rows.to_numpy()] = values
    return column


def _joined(question: Question, valid: pd.DataFrame, rows_n: int) -> Column:
    place = {code: number for number, code in enumerate(question.codes)}
    ticked = valid.dropna(subset="value_code")
    in_order = ticked.assign(place=ticked["value_code"].map(place)).sort_values(["row", "place", "position"])
    codes: dict[int, list[str]] = {}
    for row, code in zip(in_order["row"], in_order["value_code"], strict=True):
        codes.setdefault(row, []).append(code)
    column: Column = np.full(rows_n, None, dtype=object)
    for row, ticks in codes.items():
        column[row] = "|".join(ticks)
    return column


def _objects(values: pd.Series[Any]) -> Column:
    objects = values.astype(object)
    return objects.where(objects.notna(), None).to_numpy(object)


def _dates(values: pd.Series[Any]) -> Column:
    return _objects(pd.to_datetime(values, format="%Y-%m-%d", errors="coerce").dt.date)
