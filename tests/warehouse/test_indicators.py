"""Indicators against worked examples and an independent, plain-Python count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.evidence import Evidence, LevelSource
from warehouse.indicator_definitions import Indicator, OrganisationTarget
from warehouse.indicators import compute_indicators
from warehouse.periods import Window

START = datetime(2024, 1, 1, tzinfo=UTC)
WINDOWS = {
    "first": Window(START, START + timedelta(days=100), date(2024, 4, 9), None),
    "second": Window(START + timedelta(days=100), START + timedelta(days=200), date(2024, 7, 18), "first"),
}
TEXT = {"ja": "例", "en": "example"}


@dataclass
class Record:
    """A response on some day with its answers: question -> code(s) or number; None = class D."""

    organisation: str
    respondent: str | None
    day: int
    answers: dict[str, Any] = field(default_factory=dict)
    level: int | None = None
    form: str = "survey"
    crosswalk: str = "A"


ANSWER_COLUMNS = [
    "response_id", "question_id", "position", "value_code", "value_number", "value_date", "missing_kind",
    "crosswalk_class",
]  # fmt: skip


def answer_rows(response_id: str, record: Record) -> Iterator[tuple[Any, ...]]:
    level = {} if record.level is None else {"state": str(record.level)}
    for question, value in (record.answers | level).items():
        for position, each in enumerate(value if isinstance(value, list) else [value]):
            is_day = isinstance(each, str) and each.startswith("2024-")
            code = each if isinstance(each, str) and not is_day else None
            number = float(each) if isinstance(each, int) else None
            missing = ("unmapped", "D") if each is None else (None, record.crosswalk)
            yield response_id, question, position, code, number, each if is_day else None, *missing


def evidence_of(records: list[Record], reported: set[str] | None = None) -> Evidence:
    responses, answers, scores = [], [], []
    for number, record in enumerate(records):
        response_id = f"r{number:04d}"
        at = START + timedelta(days=record.day)
        responses.append((response_id, record.organisation, record.form, record.respondent, at, at.date().isoformat()))
        answers += answer_rows(response_id, record)
        if record.level is not None:
            scores.append((response_id, "state", record.level, "self_report"))
    organisations = {record.organisation for record in records} | {"a"}
    pairs = frozenset((code, form) for code in organisations for form in ("survey", "log"))
    columns = ["response_id", "organisation", "form_id", "respondent_id", "answered_at", "answered_on"]
    return Evidence(
        responses=pd.DataFrame(responses, columns=columns),
        answers=pd.DataFrame(answers, columns=ANSWER_COLUMNS).astype({"value_number": "float64"}),
        scores=pd.DataFrame(scores, columns=["response_id", "criterion_id", "level", "origin"]),
        themes=pd.DataFrame(columns=["response_id", "question_id", "theme_id"]),
        windows=WINDOWS,
        period="second",
        reported=frozenset(pair for pair in pairs if reported is None or pair[0] in reported),
        expected=pairs,
        levels={"state": LevelSource("survey", "state", (), 5, ("self_report",))},
    )


def indicator(readings: list[dict[str, Any]], at_least: object = None, **more: Any) -> Indicator:
    for reading in readings:
        reading.setdefault("label", TEXT)
    readings[0]["declared"] = True
    return Indicator.model_validate(
        {
            "id": "I",
            "version": 1,
            "valid_from": "2024-01-01",
            "block": "B",
            "name": TEXT,
            "plan_text": "-",
            "source": TEXT,
            "kind": "quantitative",
            "monitored": True,
            "unit": TEXT,
            "assumption": TEXT,
            "targets": {} if at_least is None else {"second": {"at_least": at_least}},
            "readings": readings,
            **more,
        }
    )


def cells(table: pd.DataFrame, dimension: str = "*", category: str = "*") -> dict[tuple[str, str], Any]:
    whole = table[(table["dimension"] == dimension) & (table["category"] == category)]
    return {
        (row.organisation, row.reading): (
            None if pd.isna(row.numerator) else int(row.numerator),
            None if pd.isna(row.denominator) else int(row.denominator),
            row.verdict,
        )
        for row in whole.itertuples()
    }


def target(organisation: str, value: int, version: int = 1, part: str = "") -> OrganisationTarget:
    return OrganisationTarget(
        organisation=organisation, indicator="I", part=part, period="second", value=value, version=version,
        approved_at=date(2024, 1, 1),
    )  # fmt: skip


PEOPLE = {"measure": "count", "form": "survey", "distinct": ["respondent"]}


def test_six_organisations_flip_the_verdict_with_the_reading() -> None:
    """The worked example of the plan's rules: 1.5, 1.2, 1.0, .9, .85, .5 of their targets."""
    reached = {"a": 150, "b": 120, "c": 100, "d": 90, "e": 85, "f": 50}
    records = [Record(code, f"{code}{n}", 1) for code, people in reached.items() for n in range(people)]
    against = {"against": "organisation_target"}
    wanted = indicator(
        [
            {"id": "each", "measure": PEOPLE, "judge": {"by": "each_organisation", **against}},
            {"id": "pooled", "measure": PEOPLE, "judge": {"by": "programme", **against}},
            {"id": "share", "measure": PEOPLE, "judge": {"by": "share_of_organisations", **against}},
        ],
        "8/10",
    )
    table, _ = compute_indicators(
        [wanted], evidence_of(records), list(reached), [target(code, 100) for code in reached]
    )
    found = cells(table)
    assert found["*", "each"] == (5, 6, "not_achieved")
    assert found["*", "share"] == (5, 6, "achieved")  # 83 %
    assert found["*", "pooled"] == (595, 600, "achieved")  # 99 %
    assert found["f", "each"] == (50, 100, "not_achieved")
    assert table.set_index(["organisation", "reading"]).loc[("f", "each"), "shortfall"] == 30


def test_complete_pairs_and_all_baselines_flip_the_verdict() -> None:
    """The worked example of the plan's rules: 400 baselines, 220 followed up, 120 improved."""
    records = [Record("a", f"p{n}", 1, level=2) for n in range(400)]
    records += [Record("a", f"p{n}", 150, level=3 if n < 120 else 2) for n in range(220)]
    readings = [
        {
            "id": among,
            "measure": {"measure": "improvement", "criterion": "state", "among": among},
            "judge": {"by": "programme"},
        }
        for among in ("complete_pairs", "all_baselines")
    ]
    table, members = compute_indicators([indicator(readings, "5/10")], evidence_of(records), ["a"], [])
    assert cells(table)["*", "complete_pairs"] == (120, 220, "achieved")
    assert cells(table)["*", "all_baselines"] == (120, 400, "not_achieved")
    row = table[(table["organisation"] == "*") & (table["reading"] == "complete_pairs")].iloc[0]
    # Wilson's interval by his own formula (1927)
    n, p, z = 220, 120 / 220, 1.959963984540054
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * ((p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5) / (1 + z * z / n)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((centre - half, centre + half), abs=1e-12)
    people = members[(members["organisation"] == "*") & (members["reading"] == "complete_pairs")]
    assert people["in_numerator"].sum() == 2 * 120  # both answers of everybody who improved
    assert len(people) == 2 * 220


SHARE = {
    "measure": "share",
    "form": "survey",
    "answers": "any",
    "of": {"any": [{"question": "q1", "answered": True}, {"question": "q2", "answered": True}]},
    "where": {"any": [{"question": "q1", "in": ["1", "2"]}, {"question": "q2", "in": ["1"]}]},
}

records_strategy = st.lists(
    st.builds(
        Record,
        organisation=st.sampled_from(["a", "b"]),
        respondent=st.sampled_from(["p", "q", "r", "s", "t"]),
        day=st.integers(0, 230),
        answers=st.fixed_dictionaries(
            {},
            optional={
                "q1": st.lists(st.sampled_from(["1", "2", "3"]), min_size=1, unique=True) | st.none(),
                "q2": st.sampled_from(["1", "2"]) | st.none(),
            },
        ),
        level=st.integers(1, 5) | st.none(),
    ),
    max_size=25,
)


def plain_share(records: list[Record]) -> tuple[int, int]:
    def codes(record: Record, question: str) -> list[str]:
        value = record.answers.get(question)
        return [] if value is None else value if isinstance(value, list) else [value]

    asked = [r for r in records if r.day < 200 and (codes(r, "q1") or codes(r, "q2"))]
    hit = {r.respondent for r in asked if {"1", "2"} & set(codes(r, "q1")) or "1" in codes(r, "q2")}
    return len(hit), len({r.respondent for r in asked})


def plain_improvement(records: list[Record]) -> tuple[int, int, int]:
    improved = pairs = baselines = 0
    ordered = sorted((r for r in enumerate(records) if r[1].day < 200), key=lambda each: (each[1].day, each[0]))
    for person in {r.respondent for _, r in ordered}:
        own = [r for _, r in ordered if r.respondent == person]
        later = [r.level for r in own[1:] if r.day >= 100 and r.level is not None]
        baselines += own[0].level is not None
        if own[0].level is not None and later:
            pairs += 1
            improved += later[-1] - own[0].level >= 1
    return improved, pairs, baselines


@given(records_strategy)
def test_measures_equal_a_plain_count(records: list[Record]) -> None:
    improvement = {"measure": "improvement", "criterion": "state"}
    wanted = indicator(
        [
            {"id": "share", "measure": SHARE, "judge": {"by": "programme"}},
            {"id": "pairs", "measure": {**improvement, "among": "complete_pairs"}, "judge": {"by": "programme"}},
            {"id": "baselines", "measure": {**improvement, "among": "all_baselines"}, "judge": {"by": "programme"}},
            {"id": "people", "measure": PEOPLE, "judge": {"by": "none"}},
        ],
        "1/2",
    )
    table, _ = compute_indicators([wanted], evidence_of(records), ["a", "b"], [])
    for organisation in sorted({"a", "*"} | {record.organisation for record in records}):
        mine = [r for r in records if organisation in ("*", r.organisation)]
        found = cells(table)
        assert found[organisation, "share"][:2] == plain_share(mine)
        improved, pairs, baselines = plain_improvement(mine)
        assert found[organisation, "pairs"][:2] == (improved, pairs)
        assert found[organisation, "baselines"][:2] == (improved, baselines)
        assert found[organisation, "people"][0] == len({r.respondent for r in mine if r.day < 200})
    whole = table[table["reading"].isin(["share", "pairs"])]
    assert (whole["eligible_n"] == whole["measured_n"] + whole["missing_n"] + whole["class_d_n"]).all()
    assert (whole["measured_n"] == whole["denominator"]).all()
    assert (whole["missing_n"] >= 0).all()


def log(organisation: str, day: int, **answers: Any) -> Record:
    return Record(organisation, None, day, answers, form="log")


def test_counts_of_events() -> None:
    records = [
        log("a", 1, kind="meeting", case="m1", parties=["x", "y"], people=10, ended="2024-02-01"),
        log("b", 1, kind="meeting", case="m1", parties=["y", "z"], people=12),
        log("a", 2, kind="meeting", case="m2", parties=["x"], people=5),
        log("a", 3, kind="meeting", parties=["x"]),
        log("a", 4, kind="talk", case="t1", parties=["w"], people=99),
        log("a", 250, kind="meeting", case="m9"),
    ]
    meeting = {"measure": "count", "form": "log", "where": {"question": "kind", "in": ["meeting"]}}
    measures = {
        "records": meeting,
        "cases": {**meeting, "case": "case"},
        "parties": {**meeting, "distinct": ["parties"]},
        "party_cases": {**meeting, "distinct": ["parties"], "case": "case"},
        "people": {**meeting, "sum": "people"},
        "people_cases": {**meeting, "sum": "people", "case": "case"},
        "ongoing": {**meeting, "ongoing": "ended"},
    }
    readings = [{"id": name, "measure": measure, "judge": {"by": "programme"}} for name, measure in measures.items()]
    table, _ = compute_indicators([indicator(readings, 3)], evidence_of(records), ["a", "b"], [])
    found = {name: cells(table)["*", name][0] for name in measures}
    assert found == {
        "records": 4, "cases": 3, "parties": 3, "party_cases": 5, "people": 27, "people_cases": 17, "ongoing": 3,
    }  # fmt: skip


def test_a_report_that_is_missing_is_not_zero() -> None:
    counted = {"measure": "count", "form": "log"}
    wanted = indicator(
        [
            {"id": "each", "measure": counted, "judge": {"by": "each_organisation"}},
            {"id": "all", "measure": counted, "judge": {"by": "programme"}},
        ],
        2,
    )
    records = [log("a", 1), Record("b", "p", 1)]
    table, _ = compute_indicators([wanted], evidence_of(records, reported={"a"}), ["a", "b"], [])
    found = cells(table)
    assert found["b", "each"] == (None, None, "undetermined")
    assert found["a", "each"] == (1, None, "not_achieved")
    assert found["*", "all"] == (1, None, "undetermined")  # b's log may hold what is missing
    table, _ = compute_indicators([wanted], evidence_of([*records, log("a", 2)], reported={"a"}), ["a", "b"], [])
    assert cells(table)["*", "all"] == (2, None, "achieved")


def test_no_target_is_undetermined_and_the_highest_version_counts() -> None:
    judge = {"by": "each_organisation", "against": "organisation_target"}
    wanted = indicator([{"id": "each", "measure": PEOPLE, "judge": judge}], "8/10")
    records = [Record("a", "p", 1), Record("b", "q", 1)]
    targets = [target("a", 9, version=1), target("a", 1, version=2)]
    table, _ = compute_indicators([wanted], evidence_of(records), ["a", "b"], targets)
    found = cells(table)
    assert found["a", "each"] == (1, 1, "achieved")
    assert found["b", "each"] == (1, None, "undetermined")
    assert found["*", "each"] == (1, 2, "undetermined")
    assert table["value"].isna().to_list() == [False, True, False]


def test_proxies_and_unmappable_answers_make_a_reference_figure() -> None:
    share = {**SHARE, "of": {"question": "q1", "answered": True}, "where": {"question": "q1", "in": ["1"]}}
    wanted = indicator([{"id": "s", "measure": share, "judge": {"by": "programme"}}], "1/2", class_ab_floor="1/2")
    records = [
        Record("a", "p", 1, {"q1": "1"}, crosswalk="B"),
        Record("a", "q", 1, {"q1": "1"}, crosswalk="C"),
        Record("a", "r", 1, {"q1": None}),
    ]
    table, _ = compute_indicators([wanted], evidence_of(records), ["a"], [])
    row = table[table["organisation"] == "*"].iloc[0]
    assert (row["class_ab_n"], row["class_c_n"], row["class_d_n"], row["eligible_n"]) == (1, 1, 1, 3)
    assert (row["numerator"], row["denominator"], row["verdict"]) == (2, 2, "reference")  # class D is in no denominator


def test_change_growth_diversity_stage_and_parts() -> None:
    records = [
        Record("a", "p", 1, {"land": "x"}, level=1),
        Record("a", "q", 120, {"land": "y"}, level=3),
        Record("a", "r", 130, {"land": "y"}, level=2),
    ]
    diversity = {"measure": "diversity", "form": "survey", "question": "land"}
    parts = {
        "measure": "parts",
        "dimension": "part",
        "parts": [
            {"id": "one", "label": TEXT, "of": PEOPLE},
            {"id": "two", "label": TEXT, "of": {**diversity, "index": "categories"}},
        ],
    }
    readings = {
        "change": {"measure": "change", "of": PEOPLE},
        "growth": {"measure": "growth", "of": PEOPLE},
        "categories": {**diversity, "index": "categories"},
        "simpson": {**diversity, "index": "simpson"},
        "highest": {"measure": "stage", "criterion": "state", "report": "highest"},
        "subjects": {
            "measure": "stage",
            "criterion": "state",
            "report": "subjects",
            "subject": "land",
            "at_least": {"second": 2},
        },
        "parts": parts,
    }
    wanted = indicator([{"id": n, "measure": m, "judge": {"by": "each_organisation"}} for n, m in readings.items()], 2)
    table, _ = compute_indicators([wanted], evidence_of(records), ["a"], [])
    found = cells(table)
    assert found["a", "change"] == (2, None, "achieved")
    assert found["a", "growth"] == (2, 1, "achieved")
    assert found["a", "categories"] == (2, None, "achieved")
    assert found["a", "simpson"] == (9 - 1 - 4, 9, "not_achieved")
    assert found["a", "highest"] == (3, None, "achieved")
    assert found["a", "subjects"] == (1, None, "not_achieved")
    assert found["a", "parts"] == (2, 2, "achieved")
    assert cells(table, "part", "one")["a", "parts"] == (3, None, "achieved")


def test_alias_repeats_rows_under_its_own_id_and_breakdown_adds_up() -> None:
    share = {**SHARE, "answers": "latest"}
    first = indicator([{"id": "s", "measure": share, "judge": {"by": "programme"}}], "1/2", breakdowns=["sex"])
    alias = Indicator.model_validate(
        {**first.model_dump(by_alias=True, exclude={"readings", "breakdowns"}), "id": "J", "alias_of": "I"}
    )
    records = [Record("a", f"p{n}", n, {"q1": str(n % 3 + 1), "sex": "m" if n % 2 else "f"}) for n in range(12)]
    table, members = compute_indicators([first, alias], evidence_of(records), ["a"], [])
    original, copy = (table[table["indicator_id"] == name].drop(columns="indicator_id") for name in "IJ")
    pd.testing.assert_frame_equal(original.reset_index(drop=True), copy.reset_index(drop=True))
    assert (members["indicator_id"] == "J").sum() == (members["indicator_id"] == "I").sum() > 0
    by_sex = original[original["dimension"] == "sex"]
    whole = original[(original["dimension"] == "*") & (original["organisation"] == "*")].iloc[0]
    assert by_sex["numerator"].sum() == whole["numerator"]
    assert by_sex["denominator"].sum() == whole["denominator"]


def test_eight_of_ten_reach_eight_tenths_which_no_binary_fraction_is() -> None:
    share = {**SHARE, "of": {"question": "q1", "answered": True}, "where": {"question": "q1", "in": ["1"]}}
    wanted = indicator([{"id": "s", "measure": share, "judge": {"by": "programme"}}], "8/10")
    records = [Record("a", f"p{n}", 1, {"q1": "1" if n < 8 else "2"}) for n in range(10)]
    table, _ = compute_indicators([wanted], evidence_of(records), ["a"], [])
    assert cells(table)["*", "s"] == (8, 10, "achieved")
