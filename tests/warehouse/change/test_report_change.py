"""The report's section about change per person: what it says, in which order, and what it keeps apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from warehouse.attrition import attrition
from warehouse.definitions import Text
from warehouse.disclosure import public_indicators
from warehouse.evidence import Evidence
from warehouse.frames import empty_frame
from warehouse.indicator_definitions import ChangeRules, Indicator
from warehouse.indicators import compute_indicators
from warehouse.paired_change import paired_change
from warehouse.periods import Organisation, Period
from warehouse.report import WaveReport
from warehouse.report_change import changes_of, p_words, points_words, share_words, signed
from warehouse.report_change_plot import plot_states
from warehouse.report_change_tables import (
    attrition_table,
    attrition_tests_table,
    bases_table,
    cross_table,
    net_change_words,
    results_table,
    standpoints_table,
    states_table,
    without_table,
)
from warehouse.report_html import html_page
from warehouse.report_plots import svg_bytes
from warehouse.report_workbook import workbook_bytes
from warehouse.stored_report import choice_labels
from warehouse.tables import TABLES

MakeEvidence = Callable[..., Evidence]


def period(name: str, cut_off: str, reference: str | None = None) -> Period:
    label = {"ja": f"時点{name}", "en": f"period {name}"}
    return Period.model_validate({"id": name, "label": label, "cut_off": cut_off, "reference": reference})


TEXT = {"ja": "例", "en": "example"}
INDICATOR = Indicator.model_validate(
    {
        "id": "I", "version": 1, "valid_from": "2024-01-01", "block": "B", "name": TEXT, "plan_text": "-",
        "source": TEXT, "kind": "quantitative", "monitored": True, "unit": TEXT, "assumption": TEXT,
        "readings": [
            {
                "id": "pairs", "label": TEXT, "declared": True, "judge": {"by": "programme"},
                "measure": {"measure": "improvement", "criterion": "own", "among": "complete_pairs"},
            }
        ],
    }
)  # fmt: skip


def report_of(evidence: Evidence) -> WaveReport:
    criteria = ["own", "rated"]
    change = paired_change(evidence, criteria, ["b", "a"])
    rules = ChangeRules(attributes=["sex"])
    active = [{"from": "2024-01-01"}]
    names = {"a": "団体<A>", "b": "団体B"}
    return WaveReport(
        programme=Text(ja="事業", en="Programme"),
        period_id=evidence.period,
        indicators=[INDICATOR],
        organisations=[
            Organisation.model_validate({"code": code, "label": {"ja": name, "en": name}, "active": active})
            for code, name in names.items()
        ],
        periods=[period("first", "2024-04-10T00:00:00Z"), period("second", "2024-07-19T00:00:00Z", "first")],
        out_indicator=compute_indicators([INDICATOR], evidence, ["a", "b"], [])[0],
        out_finding=empty_frame(TABLES["out_finding"]),
        out_theme=empty_frame(TABLES["out_theme"]),
        out_language=empty_frame(TABLES["out_language"]),
        meta_run=pd.DataFrame([["r"]], columns=["run_id"]),
        questions={"sex": Text(ja="性別", en="Gender")},
        criteria={"rated": Text(ja="住まい", en="Home"), "own": Text(ja="困りごと", en="Difficulty")},
        choices={("sex", "m"): Text(ja="男", en="Man"), ("sex", "f"): Text(ja="女", en="Woman")},
        out_change=change.change,
        out_level_pair=change.level_pairs,
        out_attrition=attrition(evidence, criteria, rules).iloc[::-1],  # a warehouse keeps an order of its own
    )


@pytest.fixture(scope="session")
def report(evidence: MakeEvidence, own_level: Callable[..., Any]) -> WaveReport:
    people = [
        ("a1", "a", "f", 2, 4), ("a2", "a", "m", 2, 3), ("a3", "a", "f", 3, 3), ("a4", "a", "f", 4, 2),
        ("a5", "a", "", 1, None), ("b1", "b", "m", 1, 4), ("b2", "b", "f", 5, 5), ("b3", "b", "m", 2, None),
    ]  # fmt: skip
    answers = [own_level(person, 1, level, code, sex=sex) for person, code, sex, level, _ in people]
    answers += [own_level(person, 120, later, code) for person, code, _, _, later in people if later]
    answers += [own_level("b4", 1, 3, "b", sex="m"), own_level("b4", 120, None, "b")]
    return report_of(evidence(answers))


def section(page: str) -> str:
    return page.split('<section id="change">')[1].split("</section>")[0]


def test_tables_in_words(report: WaveReport) -> None:
    (own, rated) = sorted(changes_of(report), key=lambda each: each.criterion_id)
    assert [each.criterion_id for each in changes_of(report)] == ["rated", "own"], "in the definitions' order"
    assert (own.has_baseline, rated.has_baseline) == (True, False)
    states = states_table(own, report, "ja").set_index("organisation")
    assert states.columns.tolist() == [
        "改善", "最上位のまま", "変わらず", "悪化", "未測定(回答あり・水準なし)", "追跡できず(当期の回答なし)",
        "people_n",
    ]  # fmt: skip
    assert states.loc["事業全体"].tolist() == [3, 1, 1, 1, 1, 2, 9]
    assert states.index.tolist() == ["事業全体", "団体<A>", "団体B"]
    bases = bases_table(own, "en")
    assert bases["numerator"].tolist() == [3, 3, 3, 6]
    assert bases["denominator"].tolist() == [6, 9, 9, 9]
    assert bases["share"].tolist()[0].startswith("50.0 % (")
    assert cross_table(own).loc[2].tolist() == [0, 0, 1, 1, 0]
    assert net_change_words(own, "ja").startswith("改善 3人、悪化 1人。差は完全ペア 6人の +33.3 (")
    assert without_table(own, report, "ja")["organisation"].tolist() == ["事業全体", "団体<A>を除く", "団体Bを除く"]
    assert without_table(own, report, "en")["people_n"].tolist() == [6, 2, 4]
    assert standpoints_table(own, "ja").empty
    results = results_table(own, "ja").set_index("test")["result"]
    assert results["符号検定(マクネマー、正確)"] == "p = 0.625(正確)"
    assert len(results) == 5


def test_categories_come_as_defined_and_those_without_an_answer_last(report: WaveReport) -> None:
    own = next(each for each in changes_of(report) if each.criterion_id == "own")
    table = attrition_table(own, report, "ja")
    by_sex = table[table["compared_by"] == "性別"]
    assert by_sex["category"].tolist() == ["男", "女", "無回答"]
    assert by_sex["kept"].tolist() == ["2 (33.3 %)", "4 (66.7 %)", "0 (0.0 %)"]
    assert by_sex["lost"].tolist() == ["2 (66.7 %)", "0 (0.0 %)", "1 (33.3 %)"]
    assert by_sex["difference"].tolist() == ["-33.3", "+66.7", "-33.3"]
    assert table["compared_by"].drop_duplicates().tolist() == ["開始時の水準", "団体", "性別"]


def test_tests_come_before_their_categories_in_the_order_of_the_form(report: WaveReport) -> None:
    own = next(each for each in changes_of(report) if each.criterion_id == "own")
    table = attrition_tests_table(own, report, "en")
    assert table["compared_by"].tolist() == [
        "People with a level at the start", "Level at the start", "Organisation", "Gender",
    ]  # fmt: skip
    assert table[["kept", "lost"]].to_numpy().tolist()[0] == ["6", "3"]
    assert table["result"].tolist()[0] == ""
    assert re.fullmatch(r"χ²\(1\) = \d.\d\d, p = .* \(exact\), adjusted p = .*, V = .*", table["result"].tolist()[3])


def test_the_page_begins_with_those_lost_and_escapes_names(report: WaveReport) -> None:
    page = section(html_page(report))
    headings = re.findall(r"<h4>(.*?)</h4>", page)
    assert headings[0] == "追跡できた人とできなかった人"
    assert headings[1:3] == ["一人ひとりの変化", "開始時の水準(縦)と当期の水準(横)"]
    assert page.count("<h3>") == 1
    assert "住まい(評価者の評定が入ると表になります)" in page
    assert "団体&lt;A&gt;" in page
    assert "団体<A>" not in page
    assert '<td class="rise">1</td>' in page
    assert "何がその差をもたらしたかは分かりません" in page
    assert "効果" not in page
    english = section(html_page(report, "en"))
    assert "what brought it about cannot be told" in english
    assert not re.search("[ぁ-ん]", re.sub(r"<figure>.*?</figure>|<summary>", "", english, flags=re.S))


def test_the_same_report_gives_the_same_bytes(report: WaveReport) -> None:
    assert html_page(report) == html_page(report)
    own = changes_of(report)[1]
    plots = [plot_states(own, report) for _ in range(2)]
    assert plots[0] is not None
    assert plots[1] is not None
    assert svg_bytes(plots[0]) == svg_bytes(plots[1])
    assert plot_states(changes_of(report)[0], report) is not None


def test_small_counts_stay_inside_the_programme(report: WaveReport) -> None:
    public = replace(report, out_indicator=public_indicators(report.out_indicator, [INDICATOR], ["survey"]))
    assert public.is_public
    assert '<section id="change">' not in html_page(public)
    inside, outside = (load_workbook(BytesIO(workbook_bytes(each))).sheetnames for each in (report, public))
    assert set(inside) - set(outside) >= {"追跡", "個人ごとの変化", "水準の組み合わせ"}
    assert "小さい数がそのまま入っています" in html_page(report)


def test_the_workbook_holds_every_row(report: WaveReport) -> None:
    book = load_workbook(BytesIO(workbook_bytes(report, "en")))
    change = book["Change per person"]
    assert change.max_row == 1 + len(report.out_change)
    organisations = {row[2] for row in change.iter_rows(min_row=2, values_only=True)}
    assert organisations == {"Programme", "団体<A>", "団体B", "without 団体<A>", "without 団体B"}
    assert book["Levels at both times"].max_row == 1 + len(report.out_level_pair)
    assert book["Kept and lost"].max_row == 1 + len(report.out_attrition)


def test_a_period_compared_with_none_says_so(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    report = report_of(evidence([own_level("p", 1, 2)], period="first"))
    assert "比較する前の時点を持たない" in section(html_page(report))
    later = replace(report, period_id="second", out_indicator=report.out_indicator.assign(period="second"))
    assert "この実行には" in section(html_page(later))
    assert "個人ごとの変化" not in load_workbook(BytesIO(workbook_bytes(report))).sheetnames


def test_labels_of_choices_are_read_from_the_forms_alone() -> None:
    form = """
    questions:
      - {id: sex, choices: [{code: 1, label: {ja: 女, en: Woman, easy: おんな}}, {code: x, label: {ja: 他, en: Other}}]}
      - {id: words}
    """
    definitions = {
        "expectations/form.yml": form,
        "expectations/again.yml": form.replace("女", "別"),
        "expectations/corrections/c.csv": "questions: [",
        "warehouse/other.yml": form.replace("sex", "other"),
    }
    woman, other = Text(ja="女", en="Woman"), Text(ja="他", en="Other")
    assert choice_labels(definitions) == {("sex", "1"): woman, ("sex", "x"): other}


def test_numbers_in_words() -> None:
    assert share_words({"value": 0.5452, "ci_low": 0.479, "ci_high": 0.61}) == "54.5 % (47.9–61.0)"
    assert share_words({"value": float("nan"), "ci_low": float("nan"), "ci_high": float("nan")}) == "–"
    assert points_words({"value": -0.0001, "ci_low": -0.2, "ci_high": 0.2}) == "+0.0 (-20.0 – +20.0)"
    assert (p_words(0.0004), p_words(0.0416)) == ("p < 0.001", "p = 0.042")
    assert (signed(-0.004, 2), signed(float("nan"), 2)) == ("+0.00", "")
