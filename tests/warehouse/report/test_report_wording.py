"""Figures in words: every state and verdict is told apart, and rounding never contradicts a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from warehouse.report import WaveReport, indicator_summary, organisation_figures
from warehouse.report_wording import percent

Make = Callable[..., WaveReport]
Row = tuple[str, dict[str, Any]]


def count(numerator: int | None, **given: Any) -> dict[str, Any]:
    return {"numerator": numerator, "denominator": None, **given}


def shown(report: WaveReport, indicator_id: str, language: Any = "ja") -> dict[str, str]:
    """The summary's row of one indicator."""
    summary = indicator_summary(report, language).set_index("indicator_id")
    return {str(name): value for name, value in summary.loc[indicator_id].items()}


@pytest.mark.parametrize(
    ("given", "ja", "en"),
    [
        (("S", {}), "54.5 % (120/220)", "54.5 % (120/220)"),
        (("S", {"numerator": 0}), "0.0 % (0/220)", "0.0 % (0/220)"),
        (("S", {"numerator": 0, "denominator": 0}), "算定不能 (0/0)", "undefined (0/0)"),
        (("N", count(0)), "0 件", "0 cases"),
        (("N", count(1234)), "1,234 件", "1,234 cases"),
        (("N", count(None, verdict="undetermined")), "未測定", "not measured"),
        (("E", count(None, verdict="not_applicable")), "該当なし", "not applicable"),
        (("C", {"numerator": 1, "denominator": 6}), "1/6 団体が達成", "1/6 organisations pass"),
        (("X", {"numerator": 60, "denominator": 100}), "0.600", "0.600"),
        (("D", count(None, verdict="not_applicable")), "項目別に表示", "shown by item"),
        (("A", count(7)), "7 件", "7 cases"),
    ],
)
def test_the_programmes_figure_is_written_as_people_would(make_report: Make, given: Row, ja: str, en: str) -> None:
    report = make_report(given)
    assert shown(report, given[0])["value"] == ja
    assert shown(report, given[0], "en")["value"] == en


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("O", {"reading": "each", "numerator": 15, "denominator": 18}), "83.3 % (実績 15/目標 18)"),
        (("O", count(15, reading="each", verdict="undetermined")), "15 人(団体目標なし)"),
        (("O", {"reading": "each", "numerator": 15, "denominator": 0}), "15 人(団体目標 0)"),
        (("O", count(None, reading="each", verdict="undetermined")), "未測定"),
        (("C", count(2)), "+2 件"),
        (("C", count(0, verdict="not_achieved")), "±0 件"),
        (("C", count(-3, verdict="not_achieved")), "-3 件"),
        (("G", count(2)), "段階 2"),
        (("P", {"numerator": 1, "denominator": 2}), "1/2 項目が達成"),
    ],
)
def test_an_organisations_figure_is_written_as_people_would(make_report: Make, given: Row, words: str) -> None:
    name, values = given
    figures = organisation_figures(make_report((name, {**values, "organisation": "one"})))
    assert figures["value"].tolist() == [words]


@pytest.mark.parametrize(
    ("verdict", "ja", "en"),
    [
        ("achieved", "達成", "achieved"),
        ("not_achieved", "未達成", "not achieved"),
        ("undetermined", "判定不能", "undetermined"),
        ("reference", "参考値", "reference only"),
        ("not_applicable", "該当なし", "not applicable"),
    ],
)
def test_every_verdict_has_a_word(make_report: Make, verdict: str, ja: str, en: str) -> None:
    report = make_report(("S", {"verdict": verdict}))
    assert (shown(report, "S")["verdict"], shown(report, "S", "en")["verdict"]) == (ja, en)


def test_zero_unmeasured_suppressed_and_not_applicable_are_four_things(make_report: Make) -> None:
    zero = shown(make_report(("S", {"numerator": 0})), "S")
    unmeasured = shown(make_report(("S", count(None, verdict="undetermined"))), "S")
    withheld = shown(make_report(("S", count(None, verdict=None, eligible_n=None, suppressed=True))), "S")
    not_applicable = shown(make_report(("E", count(None, verdict="not_applicable"))), "E")
    values = [each["value"] for each in (zero, unmeasured, withheld, not_applicable)]
    assert values == ["0.0 % (0/220)", "未測定", "秘匿", "該当なし"]
    assert (withheld["verdict"], withheld["verdict_code"], withheld["coverage"]) == ("秘匿", "suppressed", "秘匿")


def test_a_published_verdict_without_a_figure_says_on_which_side_it_lies(make_report: Make) -> None:
    below = make_report(("S", count(None, verdict="not_achieved", suppressed=False)))
    above = make_report(("S", count(None, verdict="achieved", suppressed=False)))
    assert (shown(below, "S")["value"], shown(above, "S")["value"]) == ("目標未満", "目標以上")


def test_what_disclosure_control_leaves_of_an_index_and_of_coverage_is_shown(make_report: Make) -> None:
    index = {"numerator": None, "denominator": None, "value": 0.78, "verdict": "not_applicable", "suppressed": False}
    covered = {"eligible_n": 400, "measured_n": 220, "class_c_n": None, "suppressed": False}
    report = make_report(("X", index), ("S", covered))
    assert shown(report, "X")["value"] == "0.78"
    assert shown(report, "S")["coverage"] == "220/400 人 (C 秘匿)"


def test_a_pooled_figure_that_lacks_a_target_is_undefined_not_unmeasured(make_report: Make) -> None:
    pooled = ("O", count(None, reading="pooled", verdict="undetermined"))
    assert shown(make_report(pooled), "O")["value"] == "算定不能(実績か目標のない団体あり)"


def test_a_change_has_no_meaning_before_there_is_anything_to_compare_with(make_report: Make) -> None:
    first = make_report(("C", count(None, verdict="not_applicable", period="first")))
    assert shown(replace(first, period_id="first"), "C")["value"] == "該当なし"


@pytest.mark.parametrize(
    ("value", "target", "words"),
    [
        (Fraction(120, 220), Fraction(1, 2), "54.5 %"),
        (Fraction(4999, 10000), Fraction(1, 2), "49.99 %"),
        (Fraction(499999, 1000000), Fraction(1, 2), "49.9999 %"),
        (Fraction(5, 10), Fraction(1, 2), "50.0 %"),
        (Fraction(2, 3), Fraction(2, 3), "66.7 %"),
        (Fraction(1, 3), Fraction(1, 3), "33.333333333333 %"),
        (Fraction(5004, 10000), Fraction(1, 2), "50.0 %"),
        (Fraction(4999, 10000), None, "50.0 %"),
    ],
)
def test_rounding_never_carries_a_share_across_its_target(value: Fraction, target: Fraction | None, words: str) -> None:
    assert percent(value, target) == words


def test_target_shortfall_interval_and_coverage_are_told(make_report: Make) -> None:
    measured = {"eligible_n": 400, "measured_n": 220, "class_c_n": 40, "class_d_n": 120, "missing_n": 60}
    interval = {"ci_low": 0.4794, "ci_high": 0.6099}
    report = make_report(("S", {**interval, **measured, "verdict": "not_achieved", "shortfall": 3}))
    words = shown(report, "S")
    assert words["interval"] == "47.9–61.0 %"
    assert words["target"] == "50 % 以上"
    assert words["shortfall"] == "あと3人"
    assert words["coverage"] == "220/400 人 (C 40・D 120・未測定 60)"
    assert shown(report, "S", "en")["shortfall"] == "3 people short"


def test_a_count_is_covered_by_reports_and_organisations_by_their_targets(make_report: Make) -> None:
    reports = shown(make_report(("N", count(3, eligible_n=7, measured_n=6, missing_n=1))), "N")
    assert (reports["coverage"], reports["target"]) == ("報告 6/7 (未報告 1)", "1,200 件以上")
    passing = {"reading": "each", "numerator": 4, "denominator": 6, "verdict": "not_achieved", "shortfall": 2}
    each = shown(make_report(("O", passing)), "O")
    assert (each["target"], each["shortfall"]) == ("全団体が目標の 80 % 以上", "あと2団体")
    change = shown(make_report(("C", {"numerator": 4, "denominator": 6})), "C")
    assert change["target"] == "全団体が+2 件以上"
    items = shown(make_report(("P", {"numerator": 0, "denominator": 2, "eligible_n": 4, "measured_n": 4})), "P")
    assert items["coverage"] == "報告 4/4 (全項目の延べ)"
