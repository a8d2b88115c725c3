"""From a real file of every kind to answers: kinds of missing apart, texts untouched, headings, dates."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pandas as pd
import pytest

from expectations.questionnaire import Form
from expectations.validate import validate
from flows.findings import findings_frame
from flows.instruments import Instrument
from flows.landing import Landed
from flows.mapping import Mapped, map_table
from flows.spreadsheets import read_table
from warehouse.evidence import UNMATCHED

FileOf = Callable[..., bytes]
TOKYO = ZoneInfo("Asia/Tokyo")
WORDS = {"ja": "例", "en": "example"}
MISSING = {"no_answer": [99, "無回答"], "unknown": [88, "不明"], "not_applicable": [77, "該当なし", "―", "-"]}
QUESTIONS: dict[str, dict[str, Any]] = {
    "gender": {"type": "single", "choices": ["female", "male"]},
    "age": {"type": "number"},
    "since": {"type": "date"},
    "topics": {"type": "multi", "choices": ["1", "2", "3"]},
    "comment": {"type": "text"},
}
FORM = Form.model_validate(
    {
        "id": "survey",
        "version": 1,
        "label": WORDS,
        "subject": "person",
        "missing": [{"kind": kind, "codes": codes} for kind, codes in MISSING.items()],
        "questions": [
            {
                "id": name,
                "wording": WORDS,
                "asked_of": WORDS,
                "since": "2024-01-01",
                "type": question["type"],
                "choices": [{"code": code, "label": WORDS} for code in question.get("choices", [])],
            }
            for name, question in QUESTIONS.items()
        ],
    }
)
ANSWERS: dict[str, dict[str, Any]] = {
    "gender": {"column": "性別", "map": {"女": "female", "男": "male"}},
    "age": {"column": "年齢"},
    "since": {"column": "利用開始"},
    "topics": {"column": "相談", "map": {"仕事": 1, "住まい": 2, "仕事、住まい": 3}, "separators": ["、"]},
    "comment": {"column": "記述"},
}
HEADINGS = ["番号", "人", "日", "性別", "年齢", "利用開始", "相談", "記述"]


def instrument_of(answers: dict[str, dict[str, Any]] = ANSWERS, **layout: Any) -> Instrument:
    return Instrument.model_validate(
        {
            "id": "own_form",
            "form": "survey",
            "valid_from": "2024-01-01",
            "approved_by": "evaluation",
            "approved_at": "2024-01-01",
            "file": layout,
            "record_id": ["番号"],
            "respondent": "人",
            "answered_at": "日",
            "answers": {name: {"class": "B", **mapping} for name, mapping in answers.items()},
        }
    )


def mapped(content: bytes, file_name: str, instrument: Instrument) -> Mapped:
    landed = Landed("0" * 64, "source", "w1", "org-a", "survey", "own_form", file_name, 1, None, "")
    return map_table(read_table(content, file_name, instrument.file), landed, instrument, FORM, TOKYO)


def row_of(*answers: object, number: str = "1", on: object = "2024-03-05") -> list[object]:
    return [number, "p" + number, on, *answers]


def in_full(result: Mapped, question: str) -> list[object]:
    """What each row says to a question: its value, or `<kind of missing>`."""
    rows = result.answers[result.answers["question_id"] == question]
    values = rows[["value_code", "value_number", "value_text", "value_date"]].astype(object)
    first = values.bfill(axis=1).iloc[:, 0]
    return [f"<{kind}>" if kind else value for kind, value in zip(rows["missing_kind"], first, strict=True)]


FILES = [(".csv", "cp932"), (".csv", "utf-8-sig"), (".csv", "utf-8"), (".xlsx", ""), (".xls", ""), (".ods", "")]


@pytest.mark.parametrize(("ending", "encoding"), FILES)
def test_kinds_of_missing_stay_apart_in_every_kind_of_file(file_of: FileOf, ending: str, encoding: str) -> None:
    marks = [None, " 　", "無回答", "不明", "該当なし", "―", "-", "99"]
    kinds = ["blank", "blank", "no_answer", "unknown", *["not_applicable"] * 3, "no_answer"]
    rows = [row_of(mark, mark, mark, mark, "髙﨑①㈱", number=str(number)) for number, mark in enumerate(marks)]
    result = mapped(file_of([HEADINGS, *rows], ending, encoding=encoding), f"a{ending}", instrument_of())
    for question in ("gender", "age", "since", "topics"):
        assert in_full(result, question) == [f"<{kind}>" for kind in kinds], question
    assert in_full(result, "comment") == ["髙﨑①㈱"] * len(marks)
    assert result.findings == []


TEXTS = ["null", "NA", "N/A", "nan", "None", "TRUE", "ｶﾀｶﾅ①㈱", "１２３", " 前後の空白 ", "約10人=多い", "不明"]


@pytest.mark.parametrize(("ending", "encoding"), FILES)
def test_an_answers_text_is_kept_character_by_character(file_of: FileOf, ending: str, encoding: str) -> None:
    rows = [row_of("女", 20, None, "仕事", text, number=str(number)) for number, text in enumerate(TEXTS)]
    result = mapped(file_of([HEADINGS, *rows], ending, encoding=encoding), f"a{ending}", instrument_of())
    assert in_full(result, "comment") == TEXTS


def test_what_a_workbook_takes_for_true_is_the_word_that_was_typed(file_of: FileOf) -> None:
    for ending in (".xlsx", ".xls", ".ods"):
        content = file_of([HEADINGS, row_of("女", 20, None, "仕事", True)], ending)
        assert in_full(mapped(content, f"a{ending}", instrument_of()), "comment") == ["TRUE"]


# --- headings -----------------------------------------------------------------------------------------------------

TWICE = ["番号", "人", "日", "理由", "理由", "満足 [窓口]", "満足　[電話]"]
OF_TWICE = {
    "comment": {"column": "理由#2"},
    "gender": {"column": "理由", "map": {"a": "female"}},
    "age": {"column": "満足 [電話]"},
}


def findings(
    headings: Sequence[str], answers: dict[str, dict[str, Any]], **layout: Any
) -> list[tuple[str, str | None]]:
    content = "\n".join([",".join(headings), "1,p,2024-03-05,a,b,1,2"]).encode()
    found = mapped(content, "a.csv", instrument_of(answers, **layout)).findings
    return [(each.reason_code, each.expected) for each in found]


def test_the_second_of_two_headings_alike_and_the_row_of_a_grid(file_of: FileOf) -> None:
    content = file_of([TWICE, ["1", "p", "2024-03-05", "a", "b", 1, 2]], ".csv")
    result = mapped(content, "a.csv", instrument_of(OF_TWICE))
    assert in_full(result, "comment") == ["b"]
    assert in_full(result, "gender") == ["female"]
    assert in_full(result, "age") == [2.0]
    assert [(each.reason_code, each.expected) for each in result.findings] == [("columns_added", "満足 [窓口]")]


def test_a_heading_alike_that_nobody_declared_is_no_guess() -> None:
    only_first = {"comment": {"column": "理由"}}
    assert ("ambiguous_column", "理由") in findings(TWICE, only_first)
    assert findings(TWICE, only_first, ignored_columns=["*"]) == [("ambiguous_column", "理由")]
    assert findings(TWICE, only_first, ignored_columns=["*", "理由#2"]) == []
    assert ("ambiguous_column", "理由") in findings([*TWICE[:5], "理由", "x"], OF_TWICE)
    assert findings([*TWICE[:4], "x", *TWICE[5:]], OF_TWICE)[0] == ("columns_changed", "理由#2")


def test_a_number_sign_in_a_heading_of_its_own_means_itself() -> None:
    named = ["番号", "人", "日", "子#1", "子#2", "x", "y"]
    assert findings(named, {"comment": {"column": "子#2"}}, ignored_columns=["*"]) == []
    clash = ["番号", "人", "日", "理由#2", "理由", "理由", "y"]
    assert findings(clash, {"comment": {"column": "理由#2"}}, ignored_columns=["*"]) == [("ambiguous_column", "理由#2")]


def test_a_file_without_its_headings_tells_no_answers() -> None:
    """The first response stands where the headings should: it may not be quoted as columns nobody declared."""
    found = findings(["7", "p7", "2024-03-05", "私の名前は", "秘密", "1", "2"], OF_TWICE)
    assert found == [("headings_missing", "1")]


# --- dates --------------------------------------------------------------------------------------------------------


def test_a_month_without_a_day_is_rejected_for_that_reason_alone(file_of: FileOf) -> None:
    months = [
        row_of("女", 20, "令和元年5月", None, None, on="2024年3月"),
        row_of("女", 20, "5月", None, None, number="2"),
    ]
    content = file_of([HEADINGS, *months], ".csv")
    result = mapped(content, "a.csv", instrument_of())
    valid = validate([FORM], [], result.responses, result.answers, findings_frame(result.findings), ["org-a"], None)
    found = valid.findings[["row_n", "question_id", "reason_code"]].astype(object)
    assert found.where(found.notna(), None).to_numpy().tolist() == [
        [2, None, "month_only"],
        [2, "since", "month_only"],
        [3, "since", "bad_date"],
    ]
    assert valid.responses.empty


@pytest.mark.parametrize(("means", "day", "since"), [("first_day", 1, 1), ("last_day", 31, 31)])
def test_a_month_stands_for_the_day_the_instrument_says(file_of: FileOf, means: str, day: int, since: int) -> None:
    content = file_of([HEADINGS, row_of("女", 20, "R元.5", None, None, on="2024/3")], ".csv")
    result = mapped(content, "a.csv", instrument_of(month_only=means))
    assert result.findings == []
    assert result.responses["answered_on"].tolist() == [f"2024-03-{day:02}"]
    assert in_full(result, "since") == [f"2019-05-{since:02}"]


def test_serial_numbers_follow_the_file_and_not_the_layout(file_of: FileOf) -> None:
    rows = [HEADINGS, row_of("女", 20, 43894, None, None, on="43894")]
    in_csv = mapped(file_of(rows, ".csv"), "a.csv", instrument_of(date_system=1904))
    book = openpyxl.load_workbook(io.BytesIO(file_of(rows, ".xlsx")))
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    content = io.BytesIO()
    book.save(content)
    in_workbook = mapped(content.getvalue(), "a.xlsx", instrument_of())
    for result in (in_csv, in_workbook):
        assert result.responses["answered_on"].tolist() == ["2024-03-05"]
        assert in_full(result, "since") == ["2024-03-05"]
    assert mapped(file_of(rows, ".xlsx"), "a.xlsx", instrument_of(date_system=1904)).responses[
        "answered_on"
    ].tolist() == ["2020-03-04"]


# --- formulas and ticks -------------------------------------------------------------------------------------------


def test_a_formula_without_a_result_rejects_its_row_and_no_other(file_of: FileOf) -> None:
    rows = [row_of("女", "=D2", None, None, "x"), row_of("女", 20, None, None, "y", number="2")]
    rows[1].append("=A1")  # below no heading that is wanted
    result = mapped(file_of([[*HEADINGS, "計算"], *rows], ".xlsx"), "a.xlsx", instrument_of(ignored_columns=["計算"]))
    [finding] = result.findings
    assert (finding.reason_code, finding.row_n, finding.expected) == ("formula_without_value", 2, "年齢")
    valid = validate([FORM], [], result.responses, result.answers, findings_frame(result.findings), ["org-a"], None)
    assert valid.responses["row_n"].tolist() == [3]


def test_ambiguous_ticks_have_one_reason(file_of: FileOf) -> None:
    rows = [row_of("女", 20, None, "仕事、住まい", "x"), row_of("女", 20, None, "住まい、仕事", "x", number="2")]
    result = mapped(file_of([HEADINGS, *rows], ".csv"), "a.csv", instrument_of())
    assert in_full(result, "topics") == [UNMATCHED, "2", "1"]
    valid = validate([FORM], [], result.responses, result.answers, findings_frame(result.findings), ["org-a"], None)
    assert valid.findings["reason_code"].tolist() == ["ambiguous_choice"]
    assert pd.isna(valid.findings["expected"].iloc[0]) or valid.findings["expected"].iloc[0] == ""


# --- identity -----------------------------------------------------------------------------------------------------


def test_a_time_that_identifies_is_the_same_in_every_spelling(file_of: FileOf) -> None:
    """A form's CSV, its spreadsheet and an Excel file of it spell one time stamp in three ways."""
    by_time = instrument_of().model_copy(update={"record_id": ["日", "人"]})
    spelt = ["2024/03/05 1:07:09 午後 GMT+9", "2024/03/05 13:07:09", "令和6年3月5日 13:07:09", "2024-03-05T04:07:09Z"]
    rows = [row_of("女", 20, None, None, "x", on=each) for each in [*spelt, "2024/03/05 13:07:10", "x", "x "]]
    in_csv = mapped(file_of([HEADINGS, *rows], ".csv"), "a.csv", by_time).responses["response_id"]
    moment = datetime(2024, 3, 5, 13, 7, 9, 480_000)
    in_workbook = mapped(file_of([HEADINGS, row_of(*rows[0][3:], on=moment)], ".xlsx"), "a.xlsx", by_time).responses
    assert in_workbook["response_id"].tolist() == [in_csv[0]]
    assert pd.factorize(in_csv)[0].tolist() == [0, 0, 0, 0, 1, 2, 2]
