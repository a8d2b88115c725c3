"""Workbooks as organisations send them: three formats, two calendars, formulas, errors, and cells far out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from flows.instruments import FileLayout
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from flows.spreadsheets import read_table
from flows.workbook_reader import as_text

PLAIN = FileLayout()
FileOf = Callable[..., bytes]


def saved(book: openpyxl.Workbook | xlwt.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def of_excel(fill: Callable[[Worksheet], object], around: bool = False) -> Sheet:
    book = openpyxl.Workbook()
    fill(book.worksheets[0])
    return read_sheet(saved(book), "answers.xlsx", PLAIN, around)


def with_xml(content: bytes, changes: dict[str, Sequence[tuple[str, str]]]) -> bytes:
    """The same workbook with texts of its parts replaced; each must be there."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(changed, "w") as target:
        for name in source.namelist():
            text = source.read(name).decode()
            for old, new in changes.get(name, []):
                assert old in text
                text = text.replace(old, new)
            target.writestr(name, text)
    return changed.getvalue()


# --- the three formats --------------------------------------------------------------------------------------------

ROWS = [
    ["番号", "日", "時刻", "数", "小数", "はい", "記述"],
    ["1", date(2024, 3, 5), datetime(2024, 3, 5, 13, 7, 9), 3, 2.5, True, "髙﨑①㈱ ｶﾀｶﾅ\n二行目"],
    ["007", date(2023, 12, 31), datetime(2024, 2, 29, 0, 0, 1), -1, 0.1 + 0.2, False, "null"],
]
TEXTS = [
    ["1", "2024-03-05", "2024-03-05 13:07:09", "3", "2.5", "TRUE", "髙﨑①㈱ ｶﾀｶﾅ\n二行目"],
    ["007", "2023-12-31", "2024-02-29 00:00:01", "-1", "0.3", "FALSE", "null"],
]


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_three_formats_hold_the_same_cells(file_of: FileOf, ending: str) -> None:
    table = read_table(file_of(ROWS, ending, "回答"), f"answers{ending}", FileLayout(sheet="回答"))
    assert table.sheet == "回答"
    assert table.headings == ROWS[0]
    assert table.rows == list(enumerate(TEXTS, start=2))


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_blank_rows_and_columns_before_the_table_keep_its_place(file_of: FileOf, ending: str) -> None:
    rows = [[None] * 3, [None] * 3, [None, "番号", "年齢"], [None, None, None], [None, "1", 20]]
    table = read_table(file_of(rows, ending), f"answers{ending}", FileLayout(heading_rows=[3]))
    assert (table.headings, table.rows) == (["", "番号", "年齢"], [(5, ["", "1", "20"])])


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_a_sheet_that_is_not_there(file_of: FileOf, ending: str) -> None:
    with pytest.raises(UnreadableTableError) as caught:
        read_sheet(file_of(ROWS, ending), f"answers{ending}", FileLayout(sheet="ケース一覧"))
    assert (caught.value.reason_code, caught.value.expected) == ("sheet_missing", "ケース一覧")


def test_merged_and_two_row_headings_of_an_old_workbook() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("ケース一覧")
    sheet.write_merge(0, 1, 0, 0, "番号")
    sheet.write_merge(0, 0, 1, 2, "基本情報")
    for column, text in [(1, "性別"), (2, "国籍")]:
        sheet.write(1, column, text)
    for column, text in enumerate(["1", "女", "中国"]):
        sheet.write(2, column, text)
    table = read_table(saved(book), "list.xls", FileLayout(heading_rows=[1, 2]))
    assert table.headings == ["番号", "基本情報/性別", "基本情報/国籍"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "TRUE"),
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (1e-7, "1e-07"),
        (time(13, 7), "13:07:00"),
        (timedelta(hours=30, minutes=5), "30:05:00"),
        (datetime(2024, 3, 5), "2024-03-05"),
        ("", ""),
    ],
)
def test_a_cell_reads_as_a_spreadsheet_would_export_it(value: object, text: str) -> None:
    assert as_text(value) == text


def test_every_second_of_a_day_survives_the_serial_number() -> None:
    moments = [datetime(2024, 3, 5) + timedelta(seconds=seconds) for seconds in range(0, 86_400, 127)]
    sheet = of_excel(lambda target: [target.append([moment]) for moment in moments])
    assert [line[0] for line in sheet.lines[1:]] == [moment.isoformat(sep=" ") for moment in moments[1:]]


# --- calendars ----------------------------------------------------------------------------------------------------


def test_workbooks_say_from_when_their_days_count() -> None:
    """The same day in both systems is the same day; a serial number without a date format is left to the mapping."""
    modern, old = openpyxl.Workbook(), xlwt.Workbook()
    modern.epoch, old.dates_1904 = CALENDAR_MAC_1904, True
    modern.worksheets[0].append([date(2024, 3, 5), 43894])
    sheet = old.add_sheet("S")
    sheet.write(0, 0, 43894, xlwt.easyxf(num_format_str="yyyy/m/d"))
    sheet.write(0, 1, 43894)
    for content, name in [(saved(modern), "a.xlsx"), (saved(old), "a.xls")]:
        found = read_sheet(content, name, PLAIN)
        assert (found.date_system, found.lines) == (1904, [["2024-03-05", "43894"]])


def test_most_workbooks_count_from_1900_whatever_the_layout_says_of_text_files(file_of: FileOf) -> None:
    layout = FileLayout(date_system=1904)
    for ending in (".xlsx", ".xls", ".ods"):
        assert read_sheet(file_of(ROWS, ending), f"a{ending}", layout).date_system == 1900
    assert read_table(file_of(ROWS, ".csv"), "a.csv", layout).date_system == 1904


# --- formulas, errors, readings -----------------------------------------------------------------------------------


def test_a_formula_without_a_result_is_told_and_an_empty_result_is_not() -> None:
    book = openpyxl.Workbook()
    for row in [["番号", "計"], ["1", "=1+1"], ["2", "=1+2"], ["3", '=IF(TRUE,"","x")'], ["4", '=""&"x"']]:
        book.worksheets[0].append(row)
    results = [
        ("<f>1+2</f><v />", "<f>1+2</f><v>3</v>"),
        ('<c r="B4"><f>IF(TRUE,"","x")</f><v />', '<c r="B4" t="str"><f>IF(TRUE,"","x")</f><v></v>'),
        ('<c r="B5"><f>""&amp;"x"</f><v />', '<c r="B5" t="str"><f>""&amp;"x"</f>'),
    ]
    content = with_xml(saved(book), {"xl/worksheets/sheet1.xml": results})
    sheet = read_sheet(content, "a.xlsx", PLAIN)
    assert sheet.lines == [["番号", "計"], ["1", ""], ["2", "3"], ["3"], ["4", ""]]
    assert sheet.without_value == [(2, 1), (5, 1)]


def test_a_row_of_formulas_alone_is_no_blank_row() -> None:
    sheet = openpyxl.Workbook().worksheets[0]
    for row in [["番号", "計"], ["1", 2], ["=A2", "=B2"]]:
        sheet.append(row)
    table = read_table(saved(sheet.parent), "a.xlsx", PLAIN)
    assert [row_n for row_n, _ in table.rows] == [2, 3]
    assert table.without_value == [(3, 0), (3, 1)]


def test_an_error_is_not_blank() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in [["番号", "年齢", "計"], ["1", "#N/A", 3], ["2", 20, "#DIV/0!"]]:
            sheet.append(row)
        sheet["B2"].data_type = sheet["C3"].data_type = "e"

    assert of_excel(fill).lines[1:] == [["1", "#N/A", "3"], ["2", "20", "#DIV/0!"]]


def test_how_a_word_is_pronounced_is_no_part_of_it() -> None:
    """Excel keeps what was typed before the conversion to kanji beside the text."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["番号"])
    reading = '<t>番号</t><rPh sb="0" eb="2"><t>バンゴウ</t></rPh>'
    content = with_xml(saved(book), {"xl/worksheets/sheet1.xml": [("<t>番号</t>", reading)]})
    assert read_sheet(content, "a.xlsx", PLAIN).lines == [["番号"]]


# --- what surrounds the table -------------------------------------------------------------------------------------


def test_what_is_hidden_merged_or_beside() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [["番号", "年齢", "性別"], ["1", 20, "女"], ["2", 30, "男"], ["3", None, "女"]]:
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    book.create_sheet("前年度").append(["x"])
    book.create_sheet("空")
    book.create_sheet("控え").append(["y"])
    book["控え"].sheet_state = "hidden"
    found = read_sheet(saved(book), "a.xlsx", PLAIN, around=True)
    assert found.hidden_rows == [2]
    assert found.hidden_columns == [2]
    assert found.merged == [(3, 1, 4, 1)]
    assert found.others == [("前年度", False), ("控え", True)]


def test_the_first_sheet_of_cells_is_read() -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["番号"])
    chart = book.create_chartsheet("図", 0)
    assert book.sheetnames[0] == chart.title
    assert read_sheet(saved(book), "a.xlsx", PLAIN).lines == [["番号"]]


def test_a_space_at_the_far_end_of_the_sheet_is_a_reason_and_not_the_end_of_the_run() -> None:
    with pytest.raises(UnreadableTableError) as caught:
        of_excel(lambda sheet: [sheet.append(["番号"]), sheet.cell(1_048_576, 16_384, " ")])
    assert caught.value.reason_code == "sheet_too_large"


def test_a_space_far_to_the_right_is_no_column() -> None:
    sheet = of_excel(lambda sheet: [sheet.append(["番号"]), sheet.append(["1"]), sheet.cell(2, 3_000, " ")])
    assert sheet.lines[0] == ["番号"]
    assert sheet.lines[1][0] == "1"
