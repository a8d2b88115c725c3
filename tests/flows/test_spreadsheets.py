"""Files as organisations send them: encodings, merged headings, ditto marks, totals, and files that are none."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.instruments import FileLayout
from flows.spreadsheets import Table, UnreadableTableError, read_table, told_apart

PLAIN = FileLayout()


def of_csv(text: str, layout: FileLayout = PLAIN, encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding), "answers.csv", layout)


def cells(table: Table) -> list[list[str]]:
    return [row for _, row in table.rows]


def workbook(rows: list[list[object]], title: str = "Sheet1") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    for row in rows:
        sheet.append(row)
    return book


def of_excel(book: openpyxl.Workbook, layout: FileLayout = PLAIN) -> Table:
    content = io.BytesIO()
    book.save(content)
    return read_table(content.getvalue(), "answers.xlsx", layout)


def reason(content: bytes, file_name: str = "answers.csv", layout: FileLayout = PLAIN) -> str:
    with pytest.raises(UnreadableTableError) as caught:
        read_table(content, file_name, layout)
    return caught.value.reason_code


# --- CSV ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_usual_encodings_are_told_apart(encoding: str) -> None:
    """髙, 﨑, ① and ㈱ are in cp932 and not in JIS X 0208: Python's shift_jis would lose the file."""
    table = of_csv("氏名,備考\n髙﨑,①㈱ものさし\n", encoding=encoding)
    assert table.headings == ["氏名", "備考"]
    assert cells(table) == [["髙﨑", "①㈱ものさし"]]


def test_an_encoding_that_is_not_declared_is_a_reason_not_a_guess() -> None:
    only_unicode = FileLayout(encodings=["utf-8-sig", "utf-8"])
    for encoding in ("euc_jp", "cp932", "utf-16"):
        assert reason("氏名,備考\nほげ,ふが\n".encode(encoding), layout=only_unicode) == "encoding_unreadable"


def test_utf16_is_read_where_it_is_declared_and_never_as_anything_else() -> None:
    layout = FileLayout(encodings=["cp932", "utf-16"], separator="\t")
    assert of_csv("番号\t記述\n1\t髙﨑①㈱\n", layout, "utf-16").headings == ["番号", "記述"]
    assert reason("番号\n1\n".encode("utf-16"), layout=FileLayout(encodings=["cp932"])) == "encoding_unreadable"


def test_an_unknown_encoding_name_is_passed_over() -> None:
    assert of_csv("a\n1\n", FileLayout(encodings=["no-such-encoding", "utf-8"])).headings == ["a"]


def test_a_lone_surrogate_does_not_lose_the_file() -> None:
    content = "番号,記述\n1,良い\n2,".encode() + b"\xed\xa0\x80" + b"\n"
    assert cells(read_table(content, "answers.csv", PLAIN)) == [["1", "良い"], ["2", "\ud800"]]


def test_cells_hold_line_breaks_quotes_and_separators() -> None:
    table = of_csv('番号,記述\n1,"一行目\n二行目、""引用"", 読点"\n2,次\n')
    assert cells(table) == [["1", '一行目\n二行目、"引用", 読点'], ["2", "次"]]
    assert [row_n for row_n, _ in table.rows] == [2, 3], "a record is a row, however many lines it has"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_of_three_systems(line_end: str) -> None:
    assert cells(of_csv(line_end.join(["a,b", "1,x", "2,y", ""]))) == [["1", "x"], ["2", "y"]]


def test_another_separator() -> None:
    assert of_csv("a;b\n1;x,y\n", FileLayout(separator=";")).rows == [(2, ["1", "x,y"])]


def test_a_very_long_cell_is_read_whole() -> None:
    long = "長" * 200_000
    assert cells(of_csv(f"a\n{long}\n")) == [[long]]


def test_short_rows_are_filled() -> None:
    assert cells(of_csv("a,b,c\n1\n")) == [["1", "", ""]]


def test_a_quote_that_never_closes_does_not_swallow_the_rows_below() -> None:
    for content in (b'a,b\n1,"x\n2,y\n3,z\n', b'a,b\n1,"x"y\n2,z\n'):
        with pytest.raises(UnreadableTableError) as caught:
            read_table(content, "answers.csv", PLAIN)
        assert (caught.value.reason_code, caught.value.expected) == ("quote_broken", "2")


def test_blank_rows_are_no_responses_and_row_numbers_stay_the_sheets() -> None:
    table = of_csv("a,b\n,\n1,x\n　, \n\n2,y\n")
    assert table.rows == [(3, ["1", "x"]), (6, ["2", "y"])]


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"a,b\n,\n\n", "a,b\n合計,3\n".encode()])
def test_a_file_without_responses_is_empty(content: bytes) -> None:
    assert reason(content, layout=FileLayout(total_rows=["合計"])) == "file_empty"


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=8)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=5))
def test_what_is_written_comes_back_unchanged(rows: list[list[str]]) -> None:
    import csv

    kept = [["id", *row] for row in rows]
    written = io.StringIO()
    csv.writer(written).writerows([["番号", "一", "二", "三"], *kept])
    assert cells(read_table(written.getvalue().encode(), "answers.csv", PLAIN)) == kept


# --- headings, ditto marks, totals --------------------------------------------------------------------------------

CASE_LIST = FileLayout(heading_rows=[3, 4], ditto=["〃", "同上"], total_rows=["計", "合計", "（削除）"])


def test_merged_headings_are_joined() -> None:
    table = of_csv("ケース一覧,,,\n2024年,,,\n番号,基本情報,,相談\n,性別,国籍,困り度\n1,女,中国,3\n", CASE_LIST)
    assert table.headings == ["番号", "基本情報/性別", "基本情報/国籍", "相談/困り度"]
    assert table.rows == [(5, ["1", "女", "中国", "3"])]


def test_a_heading_that_is_merged_downwards_does_not_spread() -> None:
    """Nothing stands below it; so a CSV file, which keeps no merged cells, gives the same headings as its workbook."""
    rows = [
        ["番号", None, "基本情報", None, None, "備考", None],
        [None, "氏名", "性別", None, "国籍", None, None],
        ["1", "x", "女", None, "中国", "a", "b"],
    ]
    layout = FileLayout(heading_rows=[1, 2])
    book = workbook(rows)
    for merged in ("A1:A2", "C1:E1", "C2:D2", "F1:G2"):
        book.worksheets[0].merge_cells(merged)
    as_csv = "\n".join(",".join(cell or "" for cell in row) for row in rows)
    expected = ["番号", "氏名", "基本情報/性別", "基本情報", "基本情報/国籍", "備考", ""]
    assert of_excel(book, layout).headings == expected[:6]
    assert of_csv(as_csv, layout).headings == expected


def test_three_rows_of_headings() -> None:
    text = "番号,相談,,,\n,一回目,,二回目,\n,日,内容,日,内容\n1,a,b,c,d\n"
    assert of_csv(text, FileLayout(heading_rows=[1, 2, 3])).headings == [
        "番号",
        "相談/一回目/日",
        "相談/一回目/内容",
        "相談/二回目/日",
        "相談/二回目/内容",
    ]


@pytest.mark.parametrize(
    ("headings", "names"),
    [
        (["番号", "理由", "理由", "理由"], ["番号", "理由", "理由#2", "理由#3"]),
        (["子#1", "子#2", "子#10"], ["子#1", "子#2", "子#10"]),
        (["理由#2", "理由", "理由"], ["理由#2", "理由", "理由#2"]),
        (["満足度 [窓口]", "満足度 [電話]"], ["満足度 [窓口]", "満足度 [電話]"]),
    ],
)
def test_headings_that_stand_again_are_numbered_and_others_left_alone(headings: list[str], names: list[str]) -> None:
    assert told_apart(headings) == names


def test_headings_are_folded() -> None:
    assert of_csv('問１－１,ｺｰﾄﾞ,満足度（商品）,"どう\nでした か"\n1,2,3,4\n').headings == [
        "問1-1",
        "コード",
        "満足度(商品)",
        "どう でした か",
    ]


def test_ditto_marks_take_the_cell_above_also_over_several_rows() -> None:
    table = of_csv("x,,\nx,,\n番号,基本,\n,国籍,性別\n1,中国,女\n2,〃,男\n3, 同上 ,〃\n", CASE_LIST)
    assert cells(table) == [["1", "中国", "女"], ["2", "中国", "男"], ["3", "中国", "男"]]


def test_a_row_that_is_longer_than_the_next_one_is_no_trouble_to_ditto() -> None:
    assert cells(of_csv("a,b\n1,x,余分,余分\n2,〃\n", FileLayout(ditto=["〃"]))) == [
        ["1", "x", "余分", "余分"],
        ["2", "x"],
    ]


def test_ditto_looks_past_totals_and_blank_rows() -> None:
    table = of_csv("x,\nx,\n番号,基本\n,国籍\n1,中国\n計,1\n,\n2,〃\n", CASE_LIST)
    assert cells(table) == [["1", "中国"], ["2", "中国"]]


def test_marks_are_compared_without_width() -> None:
    layout = FileLayout(ditto=["（同上）"], total_rows=["（合計）"])
    assert cells(of_csv("a,b\n1,x\n2,（同上）\n(合計),2\n", layout)) == [["1", "x"], ["2", "x"]]


def test_a_total_row_is_told_by_its_first_filled_cell() -> None:
    table = of_csv(
        "x,,\nx,,\n番号,基本,\n,国籍,人数\n1,中国,計\n,合計,12\n（削除）2,日本,3\n(削除),日本,3\n", CASE_LIST
    )
    assert cells(table) == [["1", "中国", "計"], ["（削除）2", "日本", "3"]]


# --- XLSX ---------------------------------------------------------------------------------------------------------


def test_excel_cells_become_text() -> None:
    book = workbook(
        [
            ["番号", "日", "時刻", "数", "小数", "記述"],
            [1, date(2024, 3, 5), datetime(2024, 3, 5, 13, 7, 9), 3.0, 2.5, "null"],
            ["2", datetime(2024, 3, 6), None, "０３", 0.125, "NA"],
        ]
    )
    assert cells(of_excel(book)) == [
        ["1", "2024-03-05", "2024-03-05 13:07:09", "3", "2.5", "null"],
        ["2", "2024-03-06", "", "０３", "0.125", "NA"],
    ]


def test_excel_merged_headings_and_row_numbers() -> None:
    book = workbook(
        [
            ["一覧"],
            [],
            ["番号", "基本情報", None],
            [None, "性別", "国籍"],
            [1, "女", "中国"],
            [],
            [2, "〃", "日本"],
            ["計", 2],
        ],
        title="ケース一覧",
    )
    sheet = book.worksheets[0]
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("A3:A4")
    table = of_excel(book, CASE_LIST.model_copy(update={"sheet": "ケース一覧"}))
    assert table.sheet == "ケース一覧"
    assert table.headings == ["番号", "基本情報/性別", "基本情報/国籍"]
    assert table.rows == [(5, ["1", "女", "中国"]), (7, ["2", "女", "日本"])]


def test_a_sheet_that_is_not_there_is_named() -> None:
    content = io.BytesIO()
    workbook([["a"], [1]]).save(content)
    with pytest.raises(UnreadableTableError) as caught:
        read_table(content.getvalue(), "answers.xlsx", FileLayout(sheet="ケース一覧"))
    assert (caught.value.reason_code, caught.value.expected) == ("sheet_missing", "ケース一覧")


def broken_workbooks() -> dict[str, bytes]:
    content = io.BytesIO()
    workbook([["a", "b"], *[[n, f"記述{n}"] for n in range(200)]]).save(content)
    whole = content.getvalue()
    torn_sheet = io.BytesIO()
    with zipfile.ZipFile(content) as source, zipfile.ZipFile(torn_sheet, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, part[: len(part) // 2] if name.endswith("sheet1.xml") else part)
    flipped = bytearray(whole)
    for place in range(40, len(whole) - 400, 97):
        flipped[place] ^= 0xFF
    return {
        "cut in the middle": whole[: len(whole) // 2],
        "sheet cut in the middle": torn_sheet.getvalue(),
        "bytes flipped": bytes(flipped),
    }


@pytest.mark.parametrize("damage", list(broken_workbooks()))
def test_a_damaged_workbook_is_a_reason_not_a_crash(damage: str) -> None:
    assert reason(broken_workbooks()[damage], "answers.xlsx") == "unreadable_file"


@pytest.mark.parametrize("ending", [".XLSX", ".Xlsx"])
def test_the_ending_counts_in_any_case(ending: str) -> None:
    content = io.BytesIO()
    workbook([["a"], [1]]).save(content)
    assert cells(read_table(content.getvalue(), f"answers{ending}", PLAIN)) == [["1"]]
