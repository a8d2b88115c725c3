"""A report from the warehouse alone: the published run, in the words of the definitions it used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pandas as pd
import pytest
from sqlalchemy.engine import Engine

from warehouse.definitions import Text, UserMistake
from warehouse.load import RunRecord, load_run
from warehouse.report import indicator_summary, organisation_figures
from warehouse.report_tables import findings_table
from warehouse.stored_report import stored_definitions, stored_report, wordings

Frames = dict[str, pd.DataFrame]

INDICATORS = """
indicators:
  - id: X-1
    version: 1
    valid_from: 2023-07-01
    block: X
    name: {ja: 指標いち, en: Indicator one}
    plan_text: 計画の文
    source: {ja: 調査票, en: questionnaire}
    kind: quantitative
    monitored: true
    unit: {ja: 人, en: people}
    targets: {interim: {at_least: "1/2"}}
    assumption: {ja: 前提, en: Assumption}
    readings:
      - id: pairs
        label: {ja: 完全ペア, en: complete pairs}
        declared: true
        measure: {measure: improvement, criterion: c, among: complete_pairs}
        judge: {by: each_organisation}
"""

PROGRAMME = """
id: programme
label: {ja: 見本の事業, en: Sample programme}
time_zone: Asia/Tokyo
organisations:
  - {code: A, label: {ja: 団体A, en: Organisation A}, active: [{from: 2023-07-01}]}
periods:
  - {id: interim, label: {ja: 中間, en: Interim}, cut_off: "2024-10-01T00:00:00+09:00"}
sources: []
"""


CRITERION = "{id: c, label: {ja: 課題の状態, en: State of the difficulty}}"

PAIR = {
    "period": "interim", "criterion_id": "c", "criterion_version": 1, "comparison": "raters", "rater_a": "ann",
    "rater_b": "bo",
}  # fmt: skip
ESTIMATE = {
    **PAIR, "rated_month": "*", "statistic": "alpha", "value": 0.5, "ci_low": None, "ci_high": None, "items_n": 3,
    "ratings_n": 6,
}  # fmt: skip
CELL = {**PAIR, "level_a": 1, "level_b": 1, "items_n": 3}


@pytest.fixture
def loaded(engine: Engine, small_frames: Callable[..., Frames], run_record: Callable[..., RunRecord]) -> Engine:
    """A warehouse that publishes one run with its definitions."""
    texts = {
        "warehouse/indicators.yml": INDICATORS,
        "flows/programme.yml": PROGRAMME,
        "rubrics/criteria/c.yml": CRITERION,
        "targets.csv": "id,label\n",
    }
    definitions = [[name, hashlib.sha256(text.encode()).hexdigest(), text] for name, text in texts.items()]
    frames = small_frames()
    frames["out_agreement"], frames["out_confusion"] = pd.DataFrame([ESTIMATE]), pd.DataFrame([CELL])
    frames["meta_definition"] = pd.DataFrame(definitions, columns=["file_name", "sha256", "text"])
    load_run(engine, run_record(), frames)
    return engine


def test_a_stored_report_is_in_the_words_of_the_run(loaded: Engine) -> None:
    report = stored_report(loaded, "interim")
    assert (report.programme.ja, report.period.label.en) == ("見本の事業", "Interim")
    assert indicator_summary(report)["name"].tolist() == ["指標いち"]
    figures = organisation_figures(report)
    assert figures[["organisation", "value", "verdict"]].to_numpy().tolist() == [["団体A", "66.7 % (2/3)", "達成"]]
    assert set(findings_table(report)["reason"]) == {"bad_date", "undeclared_file"}
    assert stored_definitions(loaded, "run-1")["flows/programme.yml"] == PROGRAMME


def test_a_stored_report_says_how_well_raters_agree(loaded: Engine) -> None:
    (rated,) = stored_report(loaded, "interim").rated
    assert rated.title("ja") == "課題の状態(第1版)"
    (pair,) = rated.comparisons
    assert rated.estimates(pair)["alpha"]["value"] == 0.5
    assert rated.matrix(pair).to_numpy().tolist() == [[3]]


def test_a_wave_that_publishes_nothing_is_named_as_a_mistake(loaded: Engine) -> None:
    with pytest.raises(UserMistake, match="there are interim"):
        stored_report(loaded, "final")


def test_a_question_and_a_theme_of_one_id_keep_their_own_wordings() -> None:
    form = """
    label: {ja: 様式, en: Form}
    questions:
      - {id: work, wording: {ja: 仕事は何ですか, en: "What is your work?"}}
    """
    themes = "themes: [{id: work, label: {ja: 仕事, en: Work}}]"
    definitions = {
        "form.yml": form,
        "again.yml": form.replace("仕事", "別"),
        "themes.yml": themes,
        "x.csv": "themes: [",
    }
    assert wordings(definitions, "questions") == {"work": Text(ja="仕事は何ですか", en="What is your work?")}
    assert wordings(definitions, "themes") == {"work": Text(ja="仕事", en="Work")}
