"""The import linter: every fault at its cell, in words for whoever made the file, and never an answer."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.checks import Check
from expectations.questionnaire import Form
from expectations.reasons import reasons
from flows.annotated_copy import annotated
from flows.instruments import Instrument
from flows.linter import PLACES_N, LintLine, lint, said, words

FLOWS = Path(__file__).resolve().parents[2] / "flows"
TOKYO = ZoneInfo("Asia/Tokyo")
WORDS = {"ja": "例", "en": "example"}
FileOf = Callable[..., bytes]


def question(name: str, kind: str, *codes: str, alone: str = "", **more: Any) -> dict[str, Any]:
    choices = [{"code": code, "label": WORDS, "exclusive": code == alone} for code in codes]
    asked = {"wording": WORDS, "asked_of": WORDS, "since": "2024-01-01"}
    return {"id": name, "type": kind, "choices": choices, **asked, **more}


FORM = Form.model_validate(
    {
        "id": "survey",
        "version": 1,
        "label": WORDS,
        "subject": "person",
        "missing": [{"kind": "no_answer", "codes": ["無回答"]}],
        "questions": [
            question("gender", "single", "female", "male", required=True),
            question("age", "number", minimum=0, maximum=120),
            question("topics", "multi", "1", "2", "3", "9", alone="9"),
            question("found_by", "multi", "1", "2"),
            question("comment", "text"),
        ],
    }
)
HEADINGS = ["番号", "人", "面談日", "性別", "年齢", "相談", "知人", "広告", "記述"]
ANSWERS: dict[str, dict[str, Any]] = {
    "gender": {"class": "B", "column": "性別", "map": {"女": "female", "男": "male"}},
    "age": {"class": "A", "column": "年齢"},
    "topics": {
        "class": "B",
        "column": "相談",
        "map": {"仕事": 1, "住まい": 2, "仕事、住まい": 3, "ない": 9},
        "separators": ["、"],
    },
    "found_by": {"class": "B", "flags": {1: "知人", 2: "広告"}, "ticked": ["○"]},
    "comment": {"class": "A", "column": "記述"},
}
LATE = Check.model_validate(
    {
        "id": "answered_late",
        "form": "survey",
        "severity": "critical",
        "effect": "reject_row",
        "expectation": "expect_column_values_to_be_between",
        "arguments": {"column": "answered_on", "max_value": "2025-12-31"},
        "message": {
            "ja": "{file} の {row} 行目、期間の外です。{organisation} に確かめる。",
            "en": "{file}, row {row}: late",
        },
        "reason": WORDS,
    }
)


def instrument_of(**layout: Any) -> Instrument:
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
            "answered_at": "面談日",
            "answers": ANSWERS,
        }
    )


def good(number: int, **changes: object) -> list[object]:
    row = dict(
        zip(HEADINGS, [str(number), f"p{number}", "2024-03-05", "女", 20, "仕事", "○", None, "よい"], strict=True)
    )
    return list((row | changes).values())


def linted(content: bytes, file_name: str, **layout: Any) -> list[LintLine]:
    return lint(content, file_name, instrument_of(**layout), FORM, TOKYO, [LATE])


def of_rows(file_of: FileOf, *rows: Sequence[object], ending: str = ".csv", **layout: Any) -> list[LintLine]:
    return linted(file_of([HEADINGS, *rows], ending, layout.get("sheet", "回答")), f"answers{ending}", **layout)


def of_sheet(fill: Callable[[openpyxl.Workbook], object], **layout: Any) -> list[LintLine]:
    return linted(workbook(fill), "answers.xlsx", **layout)


def workbook(fill: Callable[[openpyxl.Workbook], object]) -> bytes:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = "回答"
    for row in [HEADINGS, *map(good, range(1, 6))]:
        book.worksheets[0].append(row)
    fill(book)
    book.save(content)
    return content.getvalue()


def places(lines: list[LintLine]) -> list[tuple[str, str, list[str]]]:
    return [(line.kind, line.severity, list(line.cells)) for line in lines]


# --- words --------------------------------------------------------------------------------------------------------


def test_every_reason_a_single_file_can_have_has_words_for_its_sender_and_none_are_idle() -> None:
    of_runs = {"file_missing", "undeclared_file", "superseded", "ambiguous_column", "columns_changed"}
    of_runs |= {"rejected_at_source", "incomplete_at_source", "credentials_missing"}
    of_runs |= {"rated_text_changed", "rated_by_other_version"}
    of_files = {code for code in reasons() if code not in of_runs and not code.startswith("source_")}
    assert of_files <= set(words())
    source = "".join(path.read_text(encoding="utf-8") for path in FLOWS.glob("lint*.py"))
    assert {kind for kind in words() if kind not in of_files and f'"{kind}"' not in source} == set()


@pytest.mark.parametrize("kind", sorted(words()))
def test_words_know_no_other_details(kind: str) -> None:
    reason = words()[kind]
    for language in ("ja", "en"):
        text = reason.what.in_(language) + reason.remedy.in_(language)
        assert set(re.findall(r"{(\w*)}", text)) <= {"column", "expected"}


# --- cells --------------------------------------------------------------------------------------------------------


def test_a_file_without_faults_may_be_sent(file_of: FileOf) -> None:
    for ending in (".csv", ".xlsx", ".xls", ".ods"):
        assert (lines := of_rows(file_of, good(1), good(2, 年齢="無回答"), ending=ending)) == []
        assert said(lines, "ja") == ["直すところはありません。このままお送りください。"]


FAULTS: list[tuple[dict[str, object], str, str]] = [
    ({"番号": ""}, "missing_record_id", "A3"),
    ({"人": "無回答"}, "missing_respondent", "B3"),
    ({"面談日": "来週"}, "bad_date", "C3"),
    ({"面談日": "令和6年3月"}, "month_only", "C3"),
    ({"性別": "秘密の答え"}, "unknown_code", "D3"),
    ({"性別": ""}, "required_missing", "D3"),
    ({"年齢": "約20"}, "bad_number", "E3"),
    ({"年齢": 200}, "out_of_range", "E3"),
    ({"相談": "仕事、住まい"}, "ambiguous_choice", "F3"),
    ({"広告": "△"}, "unknown_code", "H3"),
    ({"面談日": "2026-03-05"}, "answered_late", "C3"),
]


@pytest.mark.parametrize(("changes", "kind", "cell"), FAULTS)
def test_a_fault_is_told_at_its_cell_in_every_kind_of_file(
    file_of: FileOf, changes: dict[str, object], kind: str, cell: str
) -> None:
    for ending in (".csv", ".xlsx"):
        assert places(of_rows(file_of, good(1), good(2, **changes), ending=ending)) == [(kind, "critical", [cell])]


def test_copies_and_contradictions(file_of: FileOf) -> None:
    lines = of_rows(file_of, good(1), good(1), good(2), good(2, 年齢=30))
    assert places(lines) == [
        ("duplicate_conflict", "critical", ["4:4"]),
        ("duplicate_conflict", "critical", ["5:5"]),
        ("duplicate", "warning", ["3:3"]),
    ]


def test_a_choice_that_excludes_the_others_is_named_as_the_form_names_it(file_of: FileOf) -> None:
    [line] = of_rows(file_of, good(1, 相談="ない"), good(2, 相談="ない、仕事"))
    assert (line.kind, line.severity, line.cells) == ("exclusive_choice", "warning", ("F3",))
    assert "選択肢(ない)" in line.what.ja


def test_a_check_of_the_programme_speaks_to_the_sender(file_of: FileOf) -> None:
    [line] = of_rows(file_of, good(1, 面談日="2026-03-05"))
    assert line.what.ja == "answers.csv の (下記の) 行目、期間の外です。貴団体 に確かめる。"
    assert line.remedy == words()["own_check"].remedy


def test_cells_that_look_like_something_else(file_of: FileOf) -> None:
    rows = [
        good(1, 面談日="45356"),
        good(2, 人="1.23E+11"),
        good(3, 性別="″"),
        good(4, 記述="#N/A"),
        good(5, 年齢="#REF!"),
    ]
    lines = of_rows(file_of, *rows)
    assert sorted(places(lines)) == [
        ("error_value", "critical", ["E6"]),
        ("error_value", "warning", ["I5"]),
        ("long_number", "warning", ["B3"]),
        ("serial_date", "warning", ["C2"]),
        ("undeclared_ditto", "critical", ["D4"]),
    ]
    assert places(of_rows(file_of, good(1), good(2, 性別="〃"), ditto=["〃"])) == []


def test_rows_that_are_no_responses(file_of: FileOf) -> None:
    def row(first: str, *others: object) -> list[object]:
        return [first, *others, *[None] * (len(HEADINGS) - 1 - len(others))]

    rows = [good(1), row("小計", None, None, None, 20), good(2), row("合計", 2), row("※取扱注意"), row("作成: 相談室")]
    lines = of_rows(file_of, *rows)
    assert places(lines) == [
        ("undeclared_total", "warning", ["3:3"]),
        ("undeclared_total", "warning", ["5:5"]),
        ("note_row", "warning", ["6:6"]),
        ("note_row", "warning", ["7:7"]),
    ]
    assert "集計できます" in said(lines, "ja")[0]
    assert [line.cells for line in of_rows(file_of, *rows[:4], total_rows=["小計", "合計"])] == []


# --- columns ------------------------------------------------------------------------------------------------------


def headed(file_of: FileOf, headings: Sequence[str], **layout: Any) -> list[LintLine]:
    return linted(file_of([headings, *map(good, range(1, 4))], ".csv"), "a.csv", **layout)


def test_a_missing_column_and_the_heading_most_like_it(file_of: FileOf) -> None:
    lines = headed(file_of, [*HEADINGS[:2], "面談年月日", *HEADINGS[3:8], "山田太郎"])
    assert places(lines) == [
        ("column_missing_but_similar", "critical", ["C1"]),
        ("column_missing", "critical", []),
        ("columns_added", "warning", ["C1", "I1"]),
    ]
    assert "似た見出し「面談年月日」" in lines[0].what.ja
    assert "山田" not in str(lines), "a heading like no other may be an answer"


def test_a_column_that_stands_again(file_of: FileOf) -> None:
    lines = headed(file_of, [*HEADINGS[:8], "性別"])
    assert ("column_again", "critical", ["D1", "I1"]) in places(lines)
    assert headed(file_of, [*HEADINGS, "性別"], ignored_columns=["性別#2"]) == []


def test_headings_that_have_moved_are_the_only_thing_told(file_of: FileOf) -> None:
    content = file_of([["相談記録"], HEADINGS, good(1, 性別="秘密")], ".xlsx", "回答")
    [line] = linted(content, "a.xlsx", heading_rows=[4])
    assert (line.kind, line.severity, line.cells) == ("heading_elsewhere", "critical", ("2:2",))
    assert all(row in line.what.ja for row in ("2 行目", "4 行目"))


def test_a_file_without_the_forms_headings_is_told_so_once(file_of: FileOf) -> None:
    with_semicolons = "\n".join([";".join(HEADINGS), ";".join(map(str, good(1)))]).encode()
    for content in (file_of([good(1), good(2)], ".csv"), file_of([good(1)], ".csv"), with_semicolons):
        assert places(linted(content, "a.csv")) == [("headings_missing", "critical", ["1:1"])]
    assert [line.kind for line in linted(b"\n", "a.csv")] == ["file_empty"]


def test_a_row_that_a_mark_further_down_deletes_is_told_apart(file_of: FileOf) -> None:
    lines = of_rows(file_of, good(1), good(2), good(1, 番号="(削除)1"), deleted_rows=["(削除)"])
    assert places(lines) == [("deleted_below", "warning", ["2:2"]), ("deleted_at_source", "warning", ["4:4"])]


# --- workbooks ----------------------------------------------------------------------------------------------------


def test_what_a_workbook_hides_merges_and_computes() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet["A2"], sheet["E3"] = "=1", "=D3"
        sheet["E4"], sheet["E4"].data_type = "#N/A", "e"
        for row_n in (4, 5, 9):
            sheet.row_dimensions[row_n].hidden = True
        sheet.column_dimensions["I"].hidden = sheet.column_dimensions["Z"].hidden = True
        sheet.merge_cells("D5:D6")
        book.create_sheet("山田太郎").append(["秘密"])
        book["山田太郎"].sheet_state = "hidden"
        book.create_sheet("前年度").append(["秘密"])
        book.create_sheet("空")

    lines = of_sheet(fill)
    assert places(lines) == [
        ("error_value", "critical", ["E4"]),
        ("formula_without_value", "critical", ["A2"]),
        ("formula_without_value", "critical", ["E3"]),
        ("required_missing", "critical", ["D6"]),
        ("hidden_rows", "warning", ["4:5"]),
        ("hidden_columns", "warning", ["I:I"]),
        ("merged_cells", "warning", ["D5:D6"]),
        ("hidden_sheet", "warning", []),
        ("other_sheet", "warning", []),
    ]
    assert lines[0].places == ["回答!E4"]
    assert not {"山田", "秘密", "前年度"} & set(re.findall(r"\w+", str(lines)))


def test_a_sheet_of_nearly_the_same_name_is_named_and_no_other(file_of: FileOf) -> None:
    content = file_of([HEADINGS, good(1)], ".xlsx", "ケース一覧 (2)")
    [line] = linted(content, "a.xlsx", sheet="ケース一覧")
    assert (line.kind, line.severity) == ("sheet_missing_but_similar", "critical")
    assert "ケース一覧 (2)" in line.what.ja
    [line] = linted(content, "a.xlsx", sheet="活動記録")
    assert line.kind == "sheet_missing"
    assert "ケース" not in str(line)


# --- whole files --------------------------------------------------------------------------------------------------


def test_files_that_cannot_be_read(file_of: FileOf) -> None:
    broken: list[tuple[bytes, str, str]] = [
        (b"<html><table>", "a.xls", "other_format"),
        (file_of([HEADINGS, good(1)], ".xlsx")[:900], "a.xlsx", "unreadable_file"),
        (b'a,b\n1,"x\n', "a.csv", "quote_broken"),
        (file_of([HEADINGS], ".csv"), "a.csv", "file_empty"),
        ("番号\n1\n".encode("euc_jp"), "a.csv", "encoding_unreadable"),
    ]
    for content, file_name, kind in broken:
        [line] = linted(content, file_name, encodings=["utf-8"])
        assert (line.kind, line.severity, line.cells) == (kind, "critical", ())


def test_lines_of_two_encodings_are_told_apart(file_of: FileOf) -> None:
    first = file_of([HEADINGS, good(1), good(2, 記述="二\n行")], ".csv")
    second = file_of([good(3)], ".csv", encoding="cp932")
    [line] = linted(first + second, "a.csv")
    assert (line.kind, line.cells) == ("mixed_encodings", ("4:4",))
    assert linted(file_of([HEADINGS, good(1, 記述="ﾃｲ")], ".csv", encoding="cp932"), "a.csv") == []


# --- in words -----------------------------------------------------------------------------------------------------


def test_counts_come_first_and_long_lists_end(file_of: FileOf) -> None:
    rows = [good(number, 年齢="約20", 面談日="45356" if number == 1 else "2024-03-05") for number in range(1, 31)]
    lines = of_rows(file_of, *rows, ending=".xlsx")
    ja, en = said(lines, "ja"), said(lines, "en")
    assert ja[:2] == ["直さないと集計に入らないもの: 30か所", "確かめてほしいもの: 1か所"]
    assert ja[3] == "【要修正】列「年齢」が数値として読めません。"
    assert ja[4].count("回答!E") == PLACES_N
    assert ja[4].endswith(f"ほか {30 - PLACES_N} か所")
    assert en[4].endswith(f"and {30 - PLACES_N} more")
    assert len(ja) == len(en) == 10


@settings(max_examples=15)
@given(
    st.lists(
        st.text("秘密のこたえ、;", min_size=3, max_size=12), min_size=len(HEADINGS) - 3, max_size=len(HEADINGS) - 3
    )
)
def test_no_answer_is_ever_told(answers: list[str]) -> None:
    row = [f"あ{number}" for number in range(3)] + answers
    text = "\n".join(",".join(f'"{cell}"' for cell in each) for each in (HEADINGS, row, row))
    spoken = "\n".join(said(linted(text.encode(), "a.csv"), "ja") + said(linted(text.encode(), "a.csv"), "en"))
    own = "".join(str(each) for each in words().values()) + "".join(HEADINGS)
    assert all(answer in own or answer not in spoken for answer in [*answers, "あ0", "あ1"])


# --- the marked copy ----------------------------------------------------------------------------------------------


def test_a_copy_shows_what_to_mend_where_it_is() -> None:
    def fill(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet["E3"], sheet["C4"], sheet["E5"] = "=D3", date(2026, 3, 5), "約20"
        sheet.merge_cells("D5:D6")
        sheet.append(["※取扱注意"])

    content = workbook(fill)
    lines = linted(content, "answers.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(annotated(content, lines, "ja"))).worksheets[0]
    marked = {cell.coordinate: cell for row in sheet.iter_rows() for cell in row if cell.comment is not None}
    assert set(marked) == {"E3", "C4", "E5", "D5", "A7"}
    assert "数値として読めません" in marked["E5"].comment.text
    assert marked["E5"].fill.fgColor.rgb.endswith("FFC7CE")
    assert marked["D5"].fill.fgColor.rgb.endswith("FFEB9C")
    assert sheet["E3"].value == "=D3", "formulas stay"
