"""Rating sheets as they go out: what raters see, what they can change, and what is kept from them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

Opened = Callable[[bytes], Any]


def rows(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=3, values_only=True))


def everything(content: bytes) -> str:
    """All parts of a workbook's archive, names and texts."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "\n".join(f"{name}\n{archive.read(name).decode('utf-8')}" for name in archive.namelist())


def test_one_sheet_a_criterion_version_one_row_an_item(desk: Any, opened: Opened) -> None:
    book = opened(desk.sheet("ann")).book
    assert book.sheetnames == ["手引き", "評価1", "評価2", "評価3", "manifest"]
    assert book["manifest"].sheet_state == "hidden"
    found = {sheet["A1"].value: [] for sheet in book.worksheets[1:4]}
    for sheet in book.worksheets[1:4]:
        found[sheet["A1"].value].append({row[0] for row in rows(sheet)})
    assert sorted(found["=money(日本語)"], key=len) == [{"R-0003"}, {"R-0001", "R-0002", "R-0004"}]
    assert found["=talk(日本語)"] == [{"R-0002", "R-0003", "R-0004"}]


def test_texts_stay_texts_whole_and_beside_their_question(desk: Any, opened: Opened) -> None:
    (talk,) = opened(desk.sheet("ann")).part("talk")
    headings = [cell.value for cell in talk[2]]
    assert headings[0] == "番号"
    assert headings[1].startswith("問6 ")
    assert headings[2] == f"{headings[1]} (2)"  # a text of 34,000 code units goes on in the next column
    by_item = {row[0]: row for row in rows(talk)}
    assert by_item["R-0003"][1] == "-3人家族です。 相談したい。"  # LibreOffice drops tabs
    assert by_item["R-0004"][1] + by_item["R-0004"][2] == desk.texts["r3", "q6_text"]
    assert all(len(text.encode("utf-16-le")) // 2 <= 32_767 for text in by_item["R-0004"][1:3])
    formulas = [
        cell for sheet in opened(desk.sheet("ann")).book for row in sheet for cell in row if cell.data_type == "f"
    ]
    assert formulas == []
    assert len(re.findall(r"<f[ >]", everything(desk.sheet("ann")))) == 0


def test_only_the_entry_cells_are_open(desk: Any, opened: Opened) -> None:
    book = opened(desk.sheet("ann")).book
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.password
    assert book.security.lockStructure
    for sheet in book.worksheets[1:4]:
        open_cells = {cell.column for row in sheet for cell in row if not cell.protection.locked}
        headings = [cell.value for cell in sheet[2]]
        assert open_cells == set(range(headings.index("水準") + 1, len(headings) + 1))
        assert all(cell.value is None for row in sheet for cell in row if not cell.protection.locked)
        assert sheet.freeze_panes == "B3"
        text = sheet.cell(3, 2)
        assert text.alignment.wrap_text
        assert 40 <= sheet.column_dimensions["B"].width <= 100


def test_drop_downs_hold_the_levels_of_the_version_and_the_way_out(desk: Any, opened: Opened) -> None:
    lists = set()
    for sheet in opened(desk.sheet("ann")).book.worksheets[1:4]:
        level, none = sheet.data_validations.dataValidation
        lists.add(level.formula1)
        assert none.formula1 == '"根拠なし"'
        assert all(each.showErrorMessage and each.type == "list" for each in (level, none))
        assert [
            f"{_column(sheet, '水準')}{row}" in level.sqref for row in (2, 3, sheet.max_row, sheet.max_row + 1)
        ] == [*(False, True, True, False)]
        assert len(level.prompt) <= 255
        assert "anchor" in level.prompt
    assert lists == {'"1,2,3,判断できない"', '"0,5,判断できない"', '"1,2,判断できない"'}


def _column(sheet: Worksheet, heading: str) -> str:
    return next(str(cell.column_letter) for cell in sheet[2] if cell.value == heading)


def test_the_guide_has_every_level_with_its_words(desk: Any, opened: Opened) -> None:
    for language, mark in (("ja", "(日本語)"), ("en", "")):
        book = opened(desk.sheet("ann", language)).book
        guide = [[cell for cell in row if cell is not None] for row in book.worksheets[0].iter_rows(values_only=True)]
        levels = [row for row in guide if len(row) == 6 and row[1].isdigit()]
        assert len(levels) == 3 + 2 + 2
        for row in levels:
            for what, cell in zip(("anchor", "sign", "example", "counter"), row[2:], strict=True):
                assert re.fullmatch(rf"・?{what} (money|talk) {row[1]}{re.escape(mark)}", cell)
        assert {row[0] for row in levels} == set(book.sheetnames[1:4])
    assert "評価の手引き" in everything(desk.sheet("ann"))
    assert not re.search("[ぁ-ん]", "".join(str(cell.value) for row in book.worksheets[0] for cell in row))


def test_raters_have_orders_of_their_own_and_the_same_bytes_every_time(desk: Any, opened: Opened) -> None:
    assert desk.sheet("ann") == desk.sheet("ann")
    orders = {
        rater: [[row[0] for row in rows(sheet)] for sheet in opened(desk.sheet(rater)).book.worksheets[1:4]]
        for rater in ("ann", "bo")
    }
    assert orders["ann"] != orders["bo"]


def test_nothing_tells_wave_organisation_person_or_version(desk: Any) -> None:
    content = everything(desk.sheet("ann")) + everything(desk.sheet("bo", "en"))
    for told in ("interim", "baseline", "中間評価", "org-a", "org-b", "実行団体", "Executing"):
        assert told not in content
    for told in ("r1", "2024-02", "2024-09", desk.round.run_id):
        assert not re.search(rf"<t[^>]*>{told}", content)
    assert "版" not in content.replace("最新版", "")
    assert "openpyxl" not in content


def test_what_the_rubric_does_not_hide_is_shown_in_no_sheet_unless_all_of_them_show_it(
    desk: Any, opened: Opened
) -> None:
    """The items of one sheet are those of the next: who learns a name there knows it here."""

    def shown(*names: str) -> list[list[str]]:
        criteria = {
            name: criterion.model_copy(
                update={
                    "versions": [
                        version.model_copy(update={"rating": version.rating.model_copy(update={"blind_to": ["wave"]})})
                        if name in names
                        else version
                        for version in criterion.versions
                    ]
                }
            )
            for name, criterion in desk.programme.criteria.items()
        }
        desk.programme = replace(desk.programme, criteria=criteria)
        return [[cell.value for cell in sheet[2]] for sheet in opened(desk.sheet("ann")).book.worksheets[1:4]]

    assert not any("団体" in headings for headings in shown("talk"))
    assert all(headings[1] == "団体" and "時点" not in headings for headings in shown("talk", "money"))
    (talk,) = opened(desk.sheet("ann")).part("talk")
    assert {row[0]: row[1] for row in rows(talk)} == {
        "R-0002": "実行団体C",
        "R-0003": "実行団体A",
        "R-0004": "実行団体A",
    }
    result = desk.read(desk.sheet("ann"))
    assert (result.refusals, result.blank_n) == ([], 7)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_sheet_that_nobody_filled_in_is_blank(desk: Any, language: str) -> None:
    result = desk.read(desk.sheet("ann", language))
    assert (result.lines, result.refusals, result.blank_n) == ([], [], 7)
