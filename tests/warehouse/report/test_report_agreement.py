"""The report about agreement of raters: floors, words, the page's section, the workbook's sheets, the plot."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from warehouse.definitions import Text
from warehouse.indicator_definitions import AgreementFloor
from warehouse.report import WaveReport
from warehouse.report_agreement import Comparison, RatedCriterion, rated_criteria
from warehouse.report_agreement_plot import plot_drift
from warehouse.report_agreement_tables import (
    HOW_TO_READ,
    NOT_RATED,
    STATISTICS,
    agreement_table,
    confusion_table,
    drift_table,
    interval_words,
    value_words,
)
from warehouse.report_html import html_page
from warehouse.report_plots import svg_bytes
from warehouse.report_workbook import workbook_bytes

OF_ALL = ("raters", "*", "*")
ANN_BO, ANN_CY = ("raters", "ann", "bo"), ("raters", "ann", "cy")
PERSON = ("self_report", "self_report", "*")
NO = float("nan")
NAMES = {"work": Text(ja="仕事<b>", en="Work")}


def rows(
    of: tuple[str, str, str], alpha: float, month: str = "*", version: int = 1, low: float = 0.5
) -> list[dict[str, Any]]:
    values = {"alpha": alpha, "kappa": NO if of == OF_ALL else 0.6, "ac2": 0.8, "agreement": 0.75, "within_one": 1.0}
    values |= {} if of == PERSON else {"ratable": 0.96}
    return [
        {
            "period": "mid", "criterion_id": "work", "criterion_version": version, "comparison": of[0],
            "rater_a": of[1], "rater_b": of[2], "rated_month": month, "statistic": name, "value": value,
            "ci_low": NO if pd.isna(value) else low, "ci_high": NO if pd.isna(value) else 0.9,
            "items_n": 40, "ratings_n": 80,
        }
        for name, value in values.items()
    ]  # fmt: skip


def cells(of: tuple[str, str, str], table: list[list[int]], version: int = 1) -> list[dict[str, Any]]:
    return [
        {
            "period": "mid", "criterion_id": "work", "criterion_version": version, "comparison": of[0],
            "rater_a": of[1], "rater_b": of[2], "level_a": level_a, "level_b": level_b, "items_n": items_n,
        }
        for level_a, line in enumerate(table, 1)
        for level_b, items_n in enumerate(line, 1)
    ]  # fmt: skip


AGREEMENT = pd.DataFrame(
    [
        *rows(PERSON, 0.31),
        *rows(ANN_CY, 0.7),
        *rows(ANN_BO, 0.64),
        *rows(OF_ALL, 2 / 3 - 1e-9),
        *rows(OF_ALL, 0.4, "2024-02"),
        *rows(OF_ALL, NO, "2024-01"),
    ]
)
CONFUSION = pd.DataFrame(
    [*cells(PERSON, [[1, 2], [0, 3]]), *cells(ANN_BO, [[10, 3], [1, 16]]), *cells(ANN_CY, [[5, 0], [5, 0]])]
)


@pytest.fixture
def rated(report: WaveReport) -> WaveReport:
    """The report of a wave with ratings under one criterion."""
    return replace(report, out_agreement=AGREEMENT, out_confusion=CONFUSION, criteria=NAMES)


@pytest.fixture
def criterion() -> RatedCriterion:
    (found,) = rated_criteria(AGREEMENT, CONFUSION, NAMES)
    return found


# --- who, and how well ----------------------------------------------------------------------------------------------


def test_all_raters_stand_first_then_pairs_then_the_person(criterion: RatedCriterion) -> None:
    labels = [each.label("ja") for each in criterion.comparisons]
    assert labels == ["評価者全員", "ann と bo", "ann と cy", "本人 と 評価者"]
    assert [each.label("en") for each in criterion.with_raters] == ["the person and the raters"]
    assert [each.rater_b for each in criterion.between_raters] == ["*", "bo", "cy"]


def test_two_raters_alone_are_all_raters() -> None:
    (found,) = rated_criteria(pd.DataFrame([*rows(OF_ALL, 1), *rows(ANN_BO, 1)]), CONFUSION.iloc[:0], {})
    assert [each.is_of_all for each in found.between_raters] == [True]
    assert found.title("en") == "work (version 1)"


def test_versions_stand_side_by_side() -> None:
    both = pd.DataFrame([*rows(OF_ALL, 0.2, version=2), *rows(OF_ALL, 0.9, version=1)])
    found = rated_criteria(both, CONFUSION, NAMES)
    assert [(each.version, each.estimates(Comparison(*OF_ALL))["alpha"]["value"]) for each in found] == [
        (1, 0.9),
        (2, 0.2),
    ]
    assert len(found[1].cells(Comparison(*ANN_BO))) == 0


def test_prevalences_come_from_both_sides(criterion: RatedCriterion) -> None:
    shares = criterion.prevalences(Comparison(*ANN_BO), "ja")
    assert {who: each.to_dict() for who, each in shares.items()} == {
        "ann": {1: 13 / 30, 2: 17 / 30},
        "bo": {1: 11 / 30, 2: 19 / 30},
    }
    (together,) = criterion.prevalences(Comparison(*OF_ALL), "ja").values()
    assert together.to_dict() == {1: (13 + 11 + 5 + 10) / 80, 2: (17 + 19 + 5) / 80}
    assert list(criterion.prevalences(Comparison(*PERSON), "en")) == ["the person", "the raters"]
    assert criterion.prevalences(Comparison("raters", "ann", "dee"), "ja") == {}


def test_a_floor_is_shown_with_what_stands_against_it(rated: WaveReport) -> None:
    stage = {"measure": "stage", "criterion": "work", "report": "highest"}
    part = {
        "measure": "parts",
        "dimension": "part",
        "parts": [{"id": "a", "label": {"ja": "あ", "en": "a"}, "of": stage}],
    }

    def asking(name: str, measure: dict[str, Any], **floor: Any) -> Any:
        whole = rated.indicators[0]
        reading = whole.readings[0].model_dump() | {"measure": measure, "judge": {"by": "none"}}
        values = whole.model_dump() | {"id": name, "readings": [reading], "agreement_floor": floor or None}
        return type(whole).model_validate(values)

    asked = [
        asking("A", stage, statistic="alpha", at_least="2/3"),
        asking("B", part, statistic="ac2", at_least="4/5", by="ci_low"),
        asking("C", stage),
        asking("D", stage | {"criterion": "home"}, statistic="alpha", at_least="1/2"),
        asking("E", stage, statistic="kappa", at_least="1/2"),
    ]
    (found,) = rated_criteria(AGREEMENT, CONFUSION, NAMES, asked)
    assert found.floor_words("ja") == [
        "A の求める下限: α ≥ 0.667 → 0.666666666 満たさない",  # not 0.667, which would look as if it were met
        "B の求める下限: AC2の95%下限 ≥ 0.800 → 0.500 満たさない",
        "E の求める下限: κ ≥ 0.500 → – 満たさない",
    ]
    met = replace(found, floors=[("A", AgreementFloor.model_validate({"statistic": "ac2", "at_least": "4/5"}))])
    assert met.floor_words("en") == ["Floor of A: AC2 ≥ 0.800 → 0.800, met"]


@pytest.mark.parametrize(
    ("statistic", "numbers", "words"),
    [
        ("alpha", (0.714, 0.55, 0.844), ("0.71", "(0.55–0.84)")),
        ("alpha", (-0.2, NO, NO), ("-0.20", "")),
        ("agreement", (0.85, 0.7667, 0.92), ("85.0 %", "(76.7–92.0 %)")),
        ("kappa", (NO, NO, NO), ("–", "")),
    ],
)
def test_estimates_in_words(statistic: str, numbers: tuple[float, float, float], words: tuple[str, str]) -> None:
    found = dict(zip(("value", "ci_low", "ci_high"), numbers, strict=True))
    assert (value_words(statistic, found), interval_words(statistic, found)) == words


# --- tables -------------------------------------------------------------------------------------------------------


def test_drift_goes_by_month(criterion: RatedCriterion) -> None:
    drift = drift_table(criterion)
    assert list(drift.index) == ["2024-01", "2024-02"]
    assert pd.isna(drift.loc["2024-01", "alpha"])
    assert drift.loc["2024-02"].to_dict() == {
        "items_n": 40, "alpha": 0.4, "ci_low": 0.5, "ci_high": 0.9, "agreement": 0.75,
    }  # fmt: skip


def test_the_workbooks_tables_hold_every_estimate_and_cell(criterion: RatedCriterion) -> None:
    estimates = agreement_table([criterion], "en")
    assert len(estimates) == len(AGREEMENT)
    assert estimates["statistic"].tolist()[:6] == [words.en for words in STATISTICS.values()]
    assert estimates["compared"].drop_duplicates().tolist() == [each.label("en") for each in criterion.comparisons]
    levels = confusion_table([criterion], "en")
    assert levels["items_n"].sum() == CONFUSION["items_n"].sum()
    assert levels.iloc[-1].tolist() == ["Work", 1, "the person", 2, "the raters", 2, 3]
    assert confusion_table([replace(criterion, agreement=AGREEMENT[AGREEMENT["rater_a"] == "*"])], "ja").empty


# --- page, workbook, plot -----------------------------------------------------------------------------------------


def section(page: str) -> str:
    return page.split('<section id="agreement">')[1].split("</section>")[0]


def test_the_section_has_statistics_levels_and_how_to_read_them(rated: WaveReport) -> None:
    found = section(html_page(rated, "ja"))
    assert "仕事&lt;b&gt;(第1版)" in found
    assert HOW_TO_READ[1].ja in found
    assert found.count('<table class="heat">') == 3
    assert found.count('class="same"') == 2 * 3
    assert "ann と bo" in found
    assert "0.64<small>(0.50–0.90)</small>" in found
    assert 'title="水準 1: 43.3 %"' in found
    assert found.count("<img") == 1
    assert "本人・面接者の水準" in found
    assert "縦: 本人、横: 評価者(回答の数)" in found
    assert 'alt="2024-01: α –, 一致率 75.0 %; 2024-02: α 0.40, 一致率 75.0 %"' in found


def test_what_was_not_rated_is_said_in_one_sentence(report: WaveReport) -> None:
    found = section(html_page(report, "en"))
    assert NOT_RATED.en in found
    assert "<table" not in found
    assert "評価者の一致" not in load_workbook(BytesIO(workbook_bytes(report))).sheetnames


def test_ratings_of_another_period_are_not_shown(rated: WaveReport) -> None:
    other = replace(rated, out_agreement=AGREEMENT.assign(period="first"))
    assert NOT_RATED.ja in section(html_page(other))


def test_small_counts_stay_inside(rated: WaveReport) -> None:
    public = replace(rated, out_indicator=rated.out_indicator.assign(suppressed=False))
    assert '<section id="agreement">' not in html_page(public)
    assert "評定の内訳" not in load_workbook(BytesIO(workbook_bytes(public))).sheetnames


def test_the_workbook_has_numbers(rated: WaveReport) -> None:
    book = load_workbook(BytesIO(workbook_bytes(rated)))
    sheet = book["評価者の一致"]
    assert [cell.value for cell in sheet[1]][:3] == ["評価規準", "版", "比べた人"]
    assert (sheet.cell(2, 6).value, sheet.cell(2, 6).number_format) == (pytest.approx(2 / 3), "0.000")
    assert sheet.cell(3, 6).value is None  # kappa of three raters
    assert book["評定の内訳"].max_row == 1 + len(CONFUSION)


def test_the_plot_needs_two_months_and_has_the_same_bytes(criterion: RatedCriterion) -> None:
    plot = plot_drift(criterion, "ja")
    assert plot is not None
    assert svg_bytes(plot) == svg_bytes(plot_drift(criterion, "ja") or plot)
    one_month = AGREEMENT[AGREEMENT["rated_month"] != "2024-01"]
    assert plot_drift(replace(criterion, agreement=one_month)) is None
