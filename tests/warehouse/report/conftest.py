"""A small programme with an indicator of every kind, and reports of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from warehouse.definitions import Text
from warehouse.indicator_definitions import Indicator
from warehouse.indicators import INDICATOR_COLUMNS
from warehouse.periods import Organisation, Period
from warehouse.report import WaveReport


def text(name: str) -> dict[str, str]:
    return {"ja": name, "en": f"{name} in English"}


def indicator(identity: str, readings: list[dict[str, Any]], **given: Any) -> Indicator:
    values: dict[str, Any] = {
        "id": identity,
        "version": 1,
        "valid_from": "2023-07-01",
        "block": "B",
        "name": text(f"名称{identity}"),
        "plan_text": "計画の文",
        "source": text("調査票"),
        "kind": "quantitative",
        "monitored": True,
        "unit": {"ja": "件", "en": "cases"},
        "assumption": text("前提"),
        "targets": {"mid": {"at_least": "1/2"}},
        "readings": readings,
    }
    return Indicator.model_validate({**values, **given})


def reading(name: str, measure: dict[str, Any], by: str = "programme", **judge: Any) -> dict[str, Any]:
    return {"id": name, "label": text(f"読み方{name}"), "measure": measure, "judge": {"by": by, **judge}}


def declared(name: str, measure: dict[str, Any], by: str = "programme", **judge: Any) -> dict[str, Any]:
    return {**reading(name, measure, by, **judge), "declared": True}


ANSWERED = {"question": "q", "answered": True}
SHARE = {"measure": "share", "form": "f", "of": ANSWERED, "where": {"question": "q", "in": [1]}}
COUNT = {"measure": "count", "form": "log"}
PEOPLE = {"measure": "count", "form": "f", "distinct": ["respondent"]}
CHANGE = {"measure": "change", "of": COUNT}
STAGE = {"measure": "stage", "criterion": "c", "report": "highest"}
SIMPSON = {"measure": "diversity", "form": "f", "question": "q", "index": "simpson"}
PARTS = {
    "measure": "parts",
    "dimension": "part",
    "parts": [{"id": "a", "label": text("項目あ"), "of": COUNT}, {"id": "b", "label": text("項目い"), "of": COUNT}],
}
OWN = {"against": "organisation_target"}
PEOPLE_UNIT = {"ja": "人", "en": "people"}

SHARE_INDICATOR = indicator(
    "S", [declared("main", SHARE), reading("other", SHARE), reading("third", SHARE), reading("bare", SHARE, "none")],
    unit=PEOPLE_UNIT,
)  # fmt: skip
OWN_INDICATOR = indicator(
    "O",
    [
        declared("each", PEOPLE, "each_organisation", **OWN),
        reading("pooled", PEOPLE, "programme", **OWN),
        reading("some", PEOPLE, "share_of_organisations", **OWN),
    ],
    targets={"mid": {"at_least": "8/10"}},
    unit=PEOPLE_UNIT,
)
CHANGE_INDICATOR = indicator("C", [declared("main", CHANGE, "each_organisation")], targets={"mid": {"at_least": 2}})
STAGE_INDICATOR = indicator("G", [declared("main", STAGE, "each_organisation")], targets={"mid": {"at_least": 2}})
COUNT_INDICATOR = indicator("N", [declared("main", COUNT)], targets={"mid": {"at_least": 1200}})
PARTS_INDICATOR = indicator("P", [declared("main", PARTS, "each_organisation", **OWN)])
BARE_PARTS = indicator("D", [declared("main", PARTS, "none")])
INDEX_INDICATOR = indicator("X", [declared("main", SIMPSON, "none")])
EARLY_INDICATOR = indicator("E", [declared("main", SHARE)], not_applicable=["mid"])
ALIAS = indicator("A", [], alias_of="N", name=text("別名"))
ALL_INDICATORS = [
    SHARE_INDICATOR, OWN_INDICATOR, CHANGE_INDICATOR, STAGE_INDICATOR, COUNT_INDICATOR, PARTS_INDICATOR, BARE_PARTS,
    INDEX_INDICATOR, EARLY_INDICATOR, ALIAS,
]  # fmt: skip


def row(name: str, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "indicator_id": name,
        "indicator_version": 1,
        "period": "mid",
        "organisation": "*",
        "dimension": "*",
        "category": "*",
        "reading": "main",
        "is_declared": True,
        "numerator": 120,
        "denominator": 220,
        "unit": "cases",
        "ci_low": None,
        "ci_high": None,
        "eligible_n": 0,
        "measured_n": 0,
        "missing_n": 0,
        "class_ab_n": 0,
        "class_c_n": 0,
        "class_d_n": 0,
        "target": None,
        "target_op": None,
        "verdict": "achieved",
        "shortfall": None,
    }
    values |= given
    numerator, denominator = values["numerator"], values["denominator"]
    values.setdefault("value", None if numerator is None or denominator == 0 else numerator / (denominator or 1))
    return values


def counted(name: str, numerator: int | None, **given: Any) -> dict[str, Any]:
    return row(name, numerator=numerator, denominator=None, **given)


def organisation(code: str, label: str) -> Organisation:
    return Organisation.model_validate({"code": code, "label": text(label), "active": [{"from": "2023-07-01"}]})


def period(name: str, cut_off: str, reference: str | None = None) -> Period:
    return Period.model_validate(
        {"id": name, "label": text(f"時点{name}"), "cut_off": f"{cut_off}T00:00:00+09:00", "reference": reference}
    )


FINDING = {
    "run_id": "r", "finding_n": 1, "wave": "mid", "organisation": "one", "form_id": "f", "file_name": "a.csv",
    "sheet": None, "row_n": 3, "response_id": None, "question_id": "q", "reason_code": "bad_date",
    "severity": "critical", "expected": "2024-03-31",
}  # fmt: skip


def report_of(
    rows: list[dict[str, Any]], indicators: list[Indicator] | None = None, findings: list[dict[str, Any]] | None = None
) -> WaveReport:
    table = pd.DataFrame(rows, columns=[*INDICATOR_COLUMNS, *({"suppressed"} & {key for each in rows for key in each})])
    nullable = {name: "Int64" for name in INDICATOR_COLUMNS if name.endswith("_n")} | dict.fromkeys(
        ["numerator", "denominator", "shortfall"], "Int64"
    )
    return WaveReport(
        programme=Text(ja="事業", en="Programme"),
        period_id="mid",
        indicators=ALL_INDICATORS if indicators is None else indicators,
        organisations=[organisation("two", "団体二"), organisation("one", "団体一")],
        periods=[period("first", "2024-04-01"), period("mid", "2024-10-01", "first")],
        out_indicator=table.astype(nullable),
        out_finding=pd.DataFrame(findings or [], columns=list(FINDING)).astype({"row_n": "Int64"}),
        out_theme=pd.DataFrame(
            [
                ["r", "mid", code, question, "work", 12, 14, 48, 0.25, 0.15, 0.39]
                for code in ("*", "one") for question in ("*", "q")
            ],
            columns=["run_id", "period", "organisation", "question_id", "theme_id", "responses_n", "texts_n",
                     "analysed_n", "value", "ci_low", "ci_high"],
        ),
        out_language=pd.DataFrame(
            [["r", "mid", "*", "q", "vi", "other_language", 7]],
            columns=["run_id", "period", "organisation", "question_id", "language", "state", "texts_n"],
        ),
        meta_run=pd.DataFrame([["r", "mid", None, 0]], columns=["run_id", "wave", "commit_id", "first_loaded_at"]),
        say_finding=lambda finding, language: f"{finding['file_name']} {finding['row_n']} {language}",
        questions={"q": Text(ja="問1", en="Question 1")},
        themes={"q": Text(ja="テーマ", en="A theme"), "work": Text(ja="仕事", en="Work")},
    )  # fmt: skip


FULL = [
    row("S", ci_low=0.479, ci_high=0.61, eligible_n=400, measured_n=220, class_ab_n=180, class_c_n=40,
        class_d_n=120, missing_n=60),
    row("S", reading="other", is_declared=False, denominator=400, verdict="not_achieved", shortfall=80),
    row("S", reading="third", is_declared=False),
    row("S", reading="bare", is_declared=False, verdict="not_applicable"),
    row("S", organisation="one", numerator=20, denominator=40, verdict="not_applicable"),
    row("S", dimension="gender", category="1", numerator=60, denominator=100, verdict="not_applicable"),
    row("O", reading="each", numerator=1, denominator=2, verdict="not_achieved", shortfall=1),
    row("O", reading="each", organisation="one", numerator=79, denominator=100, verdict="not_achieved", shortfall=1),
    row("O", reading="each", organisation="two", numerator=90, denominator=100),
    row("O", reading="pooled", is_declared=False, numerator=169, denominator=200),
    row("C", numerator=0, denominator=2, verdict="undetermined"),
    counted("C", 3, organisation="one"),
    counted("C", None, organisation="two", verdict="undetermined"),
    counted("N", 1187, verdict="reference", shortfall=13),
    counted("A", 1187, verdict="reference", shortfall=13),
    row("P", numerator=0, denominator=2, verdict="not_achieved", shortfall=2),
    row("P", organisation="one", numerator=1, denominator=2, verdict="not_achieved", shortfall=1),
    row("P", organisation="one", dimension="part", category="b", numerator=4, denominator=10, verdict="not_achieved",
        shortfall=1),
    row("P", organisation="one", dimension="part", category="a", numerator=6, denominator=10),
    counted("E", None, verdict="not_applicable"),
]  # fmt: skip


@pytest.fixture
def make_report() -> Callable[..., WaveReport]:
    """Make a report of rows, each an indicator's id and what differs from a row of the programme's share 120/220."""

    def make(*rows: tuple[str, dict[str, Any]], indicators: list[Indicator] | None = None) -> WaveReport:
        return report_of([row(name, **given) for name, given in rows], indicators)

    return make


@pytest.fixture
def report() -> WaveReport:
    """A report with every kind of indicator, for the programme and its two organisations."""
    return report_of(FULL, findings=[FINDING, {**FINDING, "finding_n": 2, "row_n": 9, "severity": "warning"}])
