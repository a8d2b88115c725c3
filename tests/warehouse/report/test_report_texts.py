"""The report about free text: denominators, themes, heat tables, change, words, copies; and nothing of it in public."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from warehouse.definitions import Text
from warehouse.report import WaveReport
from warehouse.report_html import html_page
from warehouse.report_plots import svg_bytes
from warehouse.report_text_markup import (
    attributes_section,
    copies_section,
    scripts_section,
    texts_section,
    theme_change_section,
    words_section,
)
from warehouse.report_text_plot import plot_text_states, plot_theme_change, plot_themes
from warehouse.report_text_tables import (
    states_by_question,
    states_table,
    theme_change_table,
    themes_by_question,
    voices_table,
)
from warehouse.report_word_plot import plot_map, plot_network
from warehouse.report_word_tables import keywords_of_groups, map_table, pair_words
from warehouse.report_workbook import workbook_bytes
from warehouse.tables import TABLES

HOSTILE = "<b>仕事</b>"
QUESTIONS = ("*", "q")


def table(name: str, *rows: dict[str, Any]) -> pd.DataFrame:
    columns = list(TABLES[name].columns)
    return pd.DataFrame([{"run_id": "r", "period": "mid", **row} for row in rows], columns=columns)


def cell(dimension: str, category: str, theme: str, found: int, of: int, residual: float) -> dict[str, Any]:
    return {
        "question_id": "*", "dimension": dimension, "category": category, "theme_id": theme, "responses_n": found,
        "analysed_n": of, "value": found / of, "ci_low": 0.1, "ci_high": 0.9, "expected_count": 4.5,
        "residual": residual,
    }  # fmt: skip


def association(dimension: str, theme: str, p_adjusted: float | None) -> dict[str, Any]:
    return {
        "question_id": "*", "dimension": dimension, "theme_id": theme, "responses_n": 12, "analysed_n": 48,
        "value": None if p_adjusted is None else 6.5, "df": None if p_adjusted is None else 1,
        "p_value": None if p_adjusted is None else p_adjusted / 4, "p_adjusted": p_adjusted,
        "method": None if p_adjusted is None else "approximate",
        "undefined_reason": "one_category" if p_adjusted is None else None, "cramers_v": 0.31,
    }  # fmt: skip


def keyword(category: str, word: str, z: float) -> dict[str, Any]:
    return {
        "question_id": "*", "dimension": "gender", "category": category, "word": word, "responses_n": 9,
        "analysed_n": 20, "other_responses_n": 3, "other_analysed_n": 28, "log_odds": 1.0, "z": z, "jaccard": 0.3,
    }  # fmt: skip


def place(point: str, label: str, at: float, small: bool = False) -> dict[str, Any]:
    return {
        "question_id": "*", "dimension": "gender", "point": point, "label": label, "responses_n": 12, "mass": 0.1,
        "inertia": 0.1, "axis_1": at, "axis_2": -at, "is_small": small,
    }  # fmt: skip


STATES = {
    "analysed": 40,
    "too_long_cut": 8,
    "other_language": 7,
    "nothing": 5,
    "blank": 20,
    "not_asked": 3,
    "unmapped": 9,
}
OUT_TEXTS = {
    "out_text_state": table(
        "out_text_state",
        *(
            {"organisation": code, "question_id": question, "state": state, "responses_n": number}
            for code in ("*", "one")
            for question in QUESTIONS
            for state, number in STATES.items()
        ),
    ),
    "out_theme_attribute": table(
        "out_theme_attribute",
        cell("gender", "m", "*", 20, 28, -0.2), cell("gender", "f", "*", 15, 20, 0.2),
        cell("gender", "m", "work", 3, 28, -2.5), cell("gender", "f", "work", 9, 20, 2.5),
        cell("organisation", "one", "work", 6, 24, 2.5), cell("organisation", "two", "work", 6, 24, -2.5),
    ),
    "out_theme_association": table(
        "out_theme_association",
        association("gender", "*", None), association("gender", "work", 0.04),
        association("organisation", "work", 0.06),
    ),
    "out_script": table(
        "out_script",
        {"question_id": "q", "script": "kana", "texts_n": 10, "analysed_n": 9, "coded_n": 3, "value": 1 / 3,
         "ci_low": 0.12, "ci_high": 0.65},
        {"question_id": "q", "script": "kanji", "texts_n": 40, "analysed_n": 39, "coded_n": 30, "value": 30 / 39,
         "ci_low": 0.62, "ci_high": 0.87},
        {"question_id": "q", "script": "latin", "texts_n": 7, "analysed_n": 0, "coded_n": 0, "value": None,
         "ci_low": None, "ci_high": None},
    ),
    "out_keyword": table(
        "out_keyword", keyword("f", "家賃", 1.5), keyword("f", HOSTILE, 2.5), keyword("m", "会社", 2.0)
    ),
    "out_predicate": table(
        "out_predicate",
        {"organisation": "*", "question_id": "q", "argument": "仕事", "particle": "が", "predicate": "無い",
         "responses_n": 7},
    ),
    "out_word": table(
        "out_word",
        *({"question_id": "*", "word": word, "responses_n": 9, "community": group, "degree_n": 1}
          for group, pair in enumerate((("仕事", "給料"), ("家", "家賃")), 1) for word in pair),
    ),
    "out_word_pair": table(
        "out_word_pair",
        {"question_id": "*", "word_a": "仕事", "word_b": "給料", "responses_n": 6, "jaccard": 0.5},
        {"question_id": "*", "word_a": "家", "word_b": "家賃", "responses_n": 6, "jaccard": 0.4},
    ),
    "out_correspondence": table(
        "out_correspondence",
        place("word", "仕事", 0.4), place("word", "家賃", -0.3),
        place("group", "f", 0.2), place("group", "m", -0.1, True),
    ),
    "out_correspondence_axis": table(
        "out_correspondence_axis",
        *({"question_id": "*", "dimension": "gender", "axis_n": n, "value": [0.7, 0.3][n - 1]} for n in (1, 2)),
    ),
    "out_text_copy": table(
        "out_text_copy",
        *({"organisation": "one", "question_id": "q", "text_sha256": f"{n:064}", "response_id": f"r{n}",
           "characters_n": 12, "people_n": n + 2, "organisations_n": 1} for n in range(23)),
    ),
    "out_theme_change": table(
        "out_theme_change",
        *({"organisation": code, "theme_id": "work", "pairs_n": 30, "appeared_n": 4, "persisted_n": 6,
           "disappeared_n": 11, "absent_n": 9, "silent_n": 5, "not_analysable_n": 2, "unanswered_n": 8,
           "value": -7 / 30, "ci_low": -0.45, "ci_high": 0.01, "p_value": 0.1, "p_adjusted": 0.2}
          for code in ("*", "one")),
    ),
    "out_voice": table(
        "out_voice",
        {"organisation": "*", "voice": "lost", "people_n": 12, "characters_first": None, "characters_later": None},
        {"organisation": "*", "voice": "both", "people_n": 30, "characters_first": 42.0, "characters_later": 18.5},
        {"organisation": "one", "voice": "both", "people_n": 14, "characters_first": 40.0, "characters_later": 20.0},
    ),
}  # fmt: skip


@pytest.fixture
def texts(report: WaveReport) -> WaveReport:
    """The report of a wave with every table about texts."""
    questions = {**report.questions, "gender": Text(ja="性別", en="Gender")}
    choices = {("gender", "f"): Text(ja="女性<i>", en="Women"), ("gender", "m"): Text(ja="男性", en="Men")}
    return replace(report, out_texts=OUT_TEXTS, questions=questions, choices=choices)


# --- denominators and themes --------------------------------------------------------------------------------------


def test_states_are_grouped_and_add_up(texts: WaveReport) -> None:
    wide = states_by_question(texts)
    assert wide.loc["q"].to_dict() == {
        "analysed": 48, "not_analysable": 7, "nothing": 5, "blank": 20, "not_asked": 3, "unmapped": 9,
    }  # fmt: skip
    shown = states_table(texts, "en")
    assert shown["question_id"].tolist() == ["All questions", "Question 1"]
    assert shown["responses_n"].tolist() == [sum(STATES.values())] * 2


def test_themes_state_their_denominator(texts: WaveReport) -> None:
    shown = themes_by_question(texts)
    assert shown.columns.tolist()[1:] == ["全設問\n(分析 48件)", "問1\n(分析 48件)"]
    assert "分母は、分析した回答です" in html_page(texts)


# --- attributes ---------------------------------------------------------------------------------------------------


def test_only_cells_of_an_associated_theme_are_marked(texts: WaveReport) -> None:
    page = "\n".join(attributes_section(texts, "ja"))
    of_gender, of_organisation = page.split("<h3>団体</h3>")[1].split("<h3>性別</h3>")[::-1]
    assert '<td class="more">▲ 45.0 %</td>' in of_gender
    assert '<td class="less">▼ 10.7 %</td>' in of_gender
    assert "p = 0.040, V = 0.31" in of_gender
    assert "▲" not in of_organisation, "its p-value is not below .05, whatever the residuals"
    assert "いずれかのテーマ" in of_gender
    assert "偽発見率" in page


def test_groups_stand_as_the_form_declares_them_and_are_escaped(texts: WaveReport) -> None:
    page = "\n".join(attributes_section(texts, "ja"))
    assert page.index("女性&lt;i&gt;") < page.index("男性")
    assert "n = 20" in page


# --- ways of writing ----------------------------------------------------------------------------------------------


def test_ways_of_writing_are_shown_with_what_they_are_a_share_of(texts: WaveReport) -> None:
    page = "\n".join(scripts_section(texts, "ja"))
    assert page.index("漢字かな交じり") < page.index("かなだけ") < page.index("ラテン文字")
    assert "3/9 (33.3 %)" in page
    assert "0/7 (0.0 %)" in page, "of the Latin ones none is analysed, which is said"
    assert "成果と取り違えない" in page


# --- change -------------------------------------------------------------------------------------------------------


def test_silence_and_length_stand_beside_the_change_which_is_no_resolution(texts: WaveReport) -> None:
    page = "\n".join(theme_change_section(texts, "ja"))
    assert "解決したという意味ではありません" in page
    assert "resolved" in "\n".join(theme_change_section(texts, "en"))
    assert voices_table(texts, "ja").to_numpy().tolist() == [
        ["2回とも書き、分析できた(比べられる人)", 30, "42", "18.5"],
        ["当期の回答なし", 12, "–", "–"],
    ]
    [row] = theme_change_table(texts, "en").to_dict("records")
    assert (row["silent_n"], row["unanswered_n"], row["disappeared_n"]) == (5, 8, 11)
    assert row["difference_share"] == "-23.3 % (-45.0–1.0)"
    assert len(voices_table(texts, "ja", organisation=None)) == 3


def test_a_period_without_a_comparison_says_so(report: WaveReport) -> None:
    assert "変化の表はありません" in "\n".join(theme_change_section(report, "ja"))


# --- words --------------------------------------------------------------------------------------------------------


def test_characteristic_words_are_ranked_and_escaped(texts: WaveReport) -> None:
    shown = keywords_of_groups(texts, "gender", "en")
    assert shown.to_numpy().tolist() == [["Women", 20, f"{HOSTILE} 9, 家賃 9"], ["Men", 20, "会社 9"]]
    page = "\n".join(words_section(texts, "ja"))
    assert HOSTILE not in page
    assert "&lt;b&gt;仕事" in page
    assert "仕事–が–無い 7" in page
    assert "検定ではありません" in page


def test_a_pair_without_a_particle_has_two_parts() -> None:
    assert pair_words({"argument": "家賃", "particle": "", "predicate": "払う〜できない"}) == "家賃–払う〜できない"


def test_the_map_has_its_axes_shares_and_marks_small_groups(texts: WaveReport) -> None:
    shown = map_table(texts, "ja")
    assert shown["axis_1_share"].tolist() == [0.7] * 4
    assert shown["remark"].tolist() == ["", "", "", "少数のため位置は不確か"]
    assert shown["label"].tolist() == ["仕事", "家賃", "女性<i>", "男性"]
    assert "証拠ではありません" in "\n".join(words_section(texts, "ja"))


# --- copies -------------------------------------------------------------------------------------------------------


def test_the_page_shows_the_most_frequent_copies_and_says_where_the_others_are(texts: WaveReport) -> None:
    page = "\n".join(copies_section(texts, "ja"))
    assert page.count("<tr>") == 1 + 20
    assert "上位 20 件" in page
    assert "<td>r22</td>" in page


# --- plots, page, workbook ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_plots_are_drawn_the_same_each_time(texts: WaveReport, language: Any) -> None:
    for draw in (plot_text_states, plot_themes, plot_theme_change, plot_network):
        first, again = draw(texts, language), draw(texts, language)
        assert first is not None
        assert again is not None
        assert svg_bytes(first) == svg_bytes(again)
    assert plot_map(texts, "gender", language) is not None


def test_nothing_is_drawn_of_nothing(report: WaveReport) -> None:
    empty = replace(report, out_theme=report.out_theme.iloc[:0])
    assert [draw(empty) for draw in (plot_text_states, plot_themes, plot_theme_change, plot_network)] == [None] * 4
    assert plot_map(empty, "gender") is None
    assert "ありません" in "\n".join(texts_section(empty, "ja"))


def test_the_workbook_has_the_tables_with_numbers_as_numbers(texts: WaveReport) -> None:
    book = load_workbook(BytesIO(workbook_bytes(texts)))
    names = ["自由記述の内訳", "2回の回答", "テーマの変化", "テーマと属性", "テーマと属性の検定", "書き方の点検",
             "特徴語", "係り受け", "共起の対", "共起の語", "対応分析", "同じ文"]  # fmt: skip
    assert book.sheetnames[book.sheetnames.index("言語") + 1 :][: len(names)] == names
    sheet = book["テーマと属性"]
    titles = [cell.value for cell in sheet[1]]
    share = sheet.cell(2, titles.index("割合") + 1)
    assert (share.data_type, share.number_format) == ("n", "0.0%")
    assert book["同じ文"].max_row == 24
    assert "Same words" in load_workbook(BytesIO(workbook_bytes(texts, "en"))).sheetnames


def test_nothing_about_texts_is_in_the_public_profile(texts: WaveReport) -> None:
    public = replace(texts, out_indicator=texts.out_indicator.assign(suppressed=False))
    page = html_page(public)
    for name in ("texts", "languages", "themes", "theme_change", "attributes", "scripts", "words", "copies"):
        assert f'<section id="{name}">' in html_page(texts)
        assert f'<section id="{name}">' not in page
    sheets = load_workbook(BytesIO(workbook_bytes(public))).sheetnames
    assert not {"テーマ", "言語", "特徴語", "同じ文"} & set(sheets)
