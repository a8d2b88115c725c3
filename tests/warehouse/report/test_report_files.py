"""The report's files: CSV, workbook, page and plots, the same bytes each time and nothing in them that acts."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from warehouse.definitions import Text
from warehouse.report import WaveReport
from warehouse.report_files import csv_bytes, write_report, write_whole
from warehouse.report_html import html_page
from warehouse.report_plots import plot_organisations, plot_shares, png_bytes, svg_bytes
from warehouse.report_workbook import workbook_bytes

Make = Callable[..., WaveReport]

# --- CSV ----------------------------------------------------------------------------------------------------------


def test_csv_opens_in_excel_and_holds_no_formulas() -> None:
    signs = ["=1+1", "+81", "-", "@a", "\tx", "ordinary", None]
    table = pd.DataFrame({"text": signs, "number": [-1.5, 2, 3, 4, 5, 6, None], "whole": pd.array([-3] * 7, "Int64")})
    content = csv_bytes(table)
    assert content.startswith(b"\xef\xbb\xbftext,number,whole\r\n")
    back = pd.read_csv(BytesIO(content), encoding="utf-8-sig", keep_default_na=False)
    assert back["text"].tolist() == ["'=1+1", "'+81", "'-", "'@a", "'\tx", "ordinary", ""]
    assert back["number"].tolist()[0] == "-1.5"
    assert set(back["whole"]) == {-3}


def test_csv_escapes_text_in_columns_of_objects_too() -> None:
    table = pd.DataFrame({"mixed": pd.Series([-1, "=x", None], dtype=object)})
    assert csv_bytes(table).decode("utf-8-sig").splitlines() == ["mixed", "-1", "'=x", '""']


# --- workbook -----------------------------------------------------------------------------------------------------


def test_the_workbook_has_its_sheets_headings_colours_and_no_formulas(report: WaveReport) -> None:
    hostile = replace(
        report, say_finding=lambda *_: '=HYPERLINK("http://example.com")\x01', questions={"q": Text(ja="=1+1", en="x")}
    )
    book = load_workbook(BytesIO(workbook_bytes(hostile)))
    assert book.sheetnames == ["指標一覧", "団体別", "読み方", "却下・注意", "テーマ", "言語", "データ辞書", "実行情報"]
    summary = book["指標一覧"]
    assert [cell.value for cell in summary[1]][:4] == ["指標", "名称", "読み方", "値"]
    assert summary.freeze_panes == "C2"
    assert summary.auto_filter.ref == summary.dimensions
    assert summary.max_row == 1 + len(report.indicators)
    verdict = next(cell for cell in summary[2] if cell.value == "達成")
    other = next(cell for cell in summary[3] if cell.value == "未達成")
    assert verdict.fill.fgColor.rgb != other.fill.fgColor.rgb
    assert {cell.data_type for sheet in book for line in sheet.iter_rows() for cell in line} <= {"s", "n", "b"}
    assert book["却下・注意"]["J2"].value == '=HYPERLINK("http://example.com")'
    readings = book["読み方"]
    titles = [cell.value for cell in readings[1]]
    assert readings.cell(2, titles.index("分子") + 1).value == 120
    assert readings.cell(2, titles.index("95%下限") + 1).number_format == "0.0%"
    assert book["団体別"]["E3"].value == "79.0 % (実績 79/目標 100)\n未達成 あと1人"


def test_the_workbook_in_english(report: WaveReport) -> None:
    book = load_workbook(BytesIO(workbook_bytes(report, "en")))
    assert book.sheetnames[0] == "Indicators"
    assert [cell.value for cell in book["Indicators"][1]][:3] == ["Indicator", "Name", "Reading"]


def test_the_workbook_does_not_know_when_it_was_written(report: WaveReport) -> None:
    content = workbook_bytes(report)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert properties.count("1980-01-01T00:00:00Z") == 2
    assert workbook_bytes(replace(report, meta_run=report.meta_run.assign(first_loaded_at=1))) == content


# --- page ---------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Tags in order, whether they nest, and every attribute that could load something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loaded: list[str] = []
        self.handlers: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.loaded += [value or "" for name, value in attrs if name in ("src", "href")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_stands_alone(report: WaveReport, language: Any) -> None:
    page = Page(html_page(report, language))
    assert page.open == []
    assert page.tags.count("img") == 3
    assert all(each.startswith("data:image/svg+xml;base64,") for each in page.loaded)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)


def test_the_page_takes_no_markup_from_definitions_or_data(report: WaveReport) -> None:
    attack = '<script>alert(1)</script><img src=x onerror="alert(1)">&'
    evil = Text(ja=attack, en=attack)
    hostile = replace(
        report,
        programme=evil,
        indicators=[
            each.model_copy(update={"name": evil, "unit": evil, "assumption": evil}) for each in report.indicators
        ],
        organisations=[each.model_copy(update={"label": evil}) for each in report.organisations],
        say_finding=lambda *_: attack,
        questions={"q": evil},
        themes={"work": evil},
        out_language=report.out_language.assign(language=attack, state=attack),
        meta_run=report.meta_run.assign(commit_id=attack),
    )
    clean = Page(html_page(report))
    page = Page(html_page(hostile))
    assert page.tags == clean.tags
    assert page.handlers == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html_page(hostile)


def test_the_page_says_whether_it_may_leave_the_programme(report: WaveReport) -> None:
    assert "事業内部用です" in html_page(report)
    public = replace(report, out_indicator=report.out_indicator.assign(suppressed=False))
    assert "秘匿処理をした数値です" in html_page(public)


def test_a_wave_without_anything_is_a_page_all_the_same(make_report: Make) -> None:
    empty = make_report()
    page = html_page(replace(empty, out_theme=empty.out_theme.iloc[:0], out_language=empty.out_language.iloc[:0]))
    assert Page(page).open == []
    assert page.count("ありません。") == 11


# --- plots and files ----------------------------------------------------------------------------------------------


def test_plots_are_drawn_only_of_what_there_is(report: WaveReport, make_report: Make) -> None:
    shares, organisations = plot_shares(report), plot_organisations(report)
    assert shares is not None
    assert organisations is not None
    assert png_bytes(shares).startswith(b"\x89PNG")
    assert len(organisations.axes) == 2
    assert plot_shares(make_report()) is None
    assert plot_organisations(make_report()) is None


def test_a_plot_is_the_same_bytes_each_time_and_loads_no_font(report: WaveReport) -> None:
    first, again = plot_organisations(report), plot_organisations(report)
    assert first is not None
    assert again is not None
    drawn = svg_bytes(first)
    assert drawn == svg_bytes(again)
    assert b"<text" not in drawn
    assert b"<dc:date>" not in drawn


def test_the_same_report_is_the_same_files(report: WaveReport, tmp_path: Path) -> None:
    tables = {"out_indicator": report.out_indicator, "out_finding": report.out_finding}
    paths = write_report(report, tables, tmp_path / "one")
    again = write_report(report, tables, tmp_path / "two")
    assert [path.name for path in paths] == ["report.html", "report.xlsx", "out_indicator.csv", "out_finding.csv"]
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(path.name for path in paths)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "report.html"
    write_whole(place, b"old")

    def refuse(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_whole(place, b"new")
    assert place.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [place]
