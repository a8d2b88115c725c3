"""The truth's own arithmetic, on records small enough to count by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from flows.sample import tally
from flows.sample.records import WAVES, Answer, Record
from flows.sample.tally import Coverage, Scope
from flows.sample.truth import Delivered, read_targets, truth

BASELINE, INTERIM, FINAL = WAVES


def answer(
    person: str, day: str, level: str | None = None, *, organisation: str = "org-a", wave: str = "", **answers: Answer
) -> Record:
    moment = datetime.fromisoformat(day)
    sent = wave or next(each.id for each in WAVES if moment < each.cut_off)
    given: dict[str, Answer] = {**answers, **({} if level is None else {"q3_level": level})}
    return Record("questionnaire", organisation, sent, f"{person}-{day}", moment, person, answers=given)


def line(day: str, event_type: str, *, organisation: str = "org-a", wave: str = "", **answers: Answer) -> Record:
    moment = datetime.fromisoformat(day)
    sent = wave or next(each.id for each in WAVES if moment < each.cut_off)
    given: dict[str, Answer] = {**answers, "event_type": event_type}
    return Record("activity_log", organisation, sent, f"{event_type}-{day}", moment, answers=given)


def everything_delivered(*but: tuple[str, str, str]) -> Delivered:
    organisations = [f"org-{letter}" for letter in "abcdef"]
    forms = ("questionnaire", "activity_log", "interview")
    return {(code, form, wave.id) for code in organisations for form in forms for wave in WAVES} - set(but)


def cell(table: dict[str, Any], period: str, organisation: str, indicator: str, reading: str) -> tuple[Any, Any, str]:
    found = table[period][organisation][indicator][reading]
    return found["numerator"], found["denominator"], found["verdict"]


PEOPLE = [
    answer("improved", "2023-09-01", "2"),
    answer("improved", "2024-05-01", "1"),  # not the latest of the period
    answer("improved", "2024-09-30", "4"),
    answer("same", "2024-03-31", "3"),
    answer("same", "2024-04-01", "3"),  # the first day of the interim period
    answer("top", "2023-12-01", "5"),
    answer("top", "2024-06-01", "5"),
    answer("late", "2024-02-01", "1"),
    answer("late", "2024-10-01", "5", wave="interim"),  # after the cut-off
    answer("lost", "2024-01-01", "2"),
    answer("no_level", "2024-01-01"),
    answer("no_level", "2024-07-01", "4"),
]


def test_improvement_by_hand() -> None:
    scope = Scope(PEOPLE, "*", INTERIM)
    found = {
        among: tally.improvement(scope, among)
        for among in ("complete_pairs", "all_baselines", "everyone", "best_case", "able_to_improve")
    }
    assert {name: (each.numerator, each.denominator) for name, each in found.items()} == {
        "complete_pairs": (1, 3),
        "all_baselines": (1, 5),
        "everyone": (1, 6),
        "best_case": (4, 6),  # lost, late and no_level might have improved
        "able_to_improve": (1, 2),
    }
    days = (1, 2, 183, 184, 395, 396)  # same: 1 day, top: 183, improved: 395
    long_enough = [tally.improvement(scope, "complete_pairs", at_least_days=each) for each in days]
    assert [(each.numerator, each.denominator) for each in long_enough] == [
        (1, 3), (1, 2), (1, 2), (1, 1), (1, 1), (0, 0)
    ]  # fmt: skip
    later = tally.improvement(Scope(PEOPLE, "*", FINAL), "complete_pairs")
    assert (later.numerator, later.denominator) == (1, 1)  # only the late answer lies in the final period


def test_first_answer_is_the_scopes_own() -> None:
    records = [
        answer("p", "2023-08-01", "1", organisation="org-a"),
        answer("p", "2024-05-01", "3", organisation="org-b"),
        answer("p", "2024-08-01", "3", organisation="org-b"),
    ]
    both = tally.improvement(Scope(records, "*", INTERIM), "complete_pairs")
    one = tally.improvement(Scope(records, "org-b", INTERIM), "complete_pairs")
    assert (both.numerator, both.denominator) == (1, 1)
    assert (one.numerator, one.denominator) == (0, 1)


def test_a_later_waves_file_is_not_known_yet() -> None:
    record = answer("p", "2024-09-20", "3", wave="final")
    assert tally.people(Scope([record], "*", INTERIM), INTERIM.cut_off) == 0
    assert tally.people(Scope([record], "*", FINAL), INTERIM.cut_off) == 1


def test_coverage_tells_classes_apart() -> None:
    records = [
        answer("a", "2024-01-01", q5_level="4"),
        answer("e", "2024-01-01", organisation="org-e", q5_level="4"),
        answer("f", "2024-01-01", organisation="org-f", q4_level="4"),
        answer("missing", "2024-01-01"),
    ]
    found = tally.latest_in_window(
        Scope(records, "*", BASELINE), tally.answered("q5_level"), tally.one_of("q5_level", "4", "5"), ("q5_level",)
    )
    assert (found.numerator, found.denominator) == (2, 2)
    assert found.coverage == Coverage(class_ab=1, class_c=1, class_d=1)


def test_verdict_is_reference_below_the_floor() -> None:
    records = [answer(f"f{n}", "2024-05-01", organisation="org-f", q4_level="4") for n in range(3)]
    records += [answer("a", "2024-05-01", q5_level="5")]
    table = truth(records, everything_delivered())
    assert cell(table, "interim", "*", "F-O2-2", "top_two") == (1, 1, "reference")
    assert cell(table, "interim", "*", "F-O2-2", "everyone_asked") == (1, 4, "reference")
    records += [answer(f"a{n}", "2024-05-01", q5_level="1") for n in range(2)]
    assert cell(truth(records, everything_delivered()), "interim", "*", "F-O2-2", "top_two") == (1, 3, "not_achieved")


def test_ticks_of_two_questions() -> None:
    records = [
        answer("both", "2024-01-01", q1=("3", "5"), q2=("1",)),
        answer("first", "2024-01-01", q1=("1",), q2=("8",)),
        answer("second", "2024-01-01", q1=("3",), q2=("6", "7")),
        answer("neither", "2024-01-01", q1=("8",), q2=("7",)),
        answer("one_only", "2024-01-01", q1=("2",)),
        answer("silent", "2024-01-01"),
    ]
    table = truth(records, everything_delivered())
    shares = {name: cell(table, "interim", "*", "F-O1-2", name) for name in ("or", "and", "q1_only", "q2_only")}
    assert shares == {
        "or": (4, 5, "achieved"),
        "and": (1, 4, "not_achieved"),
        "q1_only": (3, 5, "achieved"),
        "q2_only": (2, 4, "achieved"),
    }


def test_joint_and_nameless_cases() -> None:
    records = [
        line("2024-05-01", "case", case_id="J"),
        line("2024-05-02", "case", case_id="J", organisation="org-b"),
        line("2024-05-03", "case"),
        line("2024-05-04", "case"),
    ]
    assert tally.cases(records) == 3


def test_ongoing_ends_with_its_last_day() -> None:
    records = [
        line("2024-05-01", "cooperation", case_id="1", ended_on=date(2024, 9, 30)),
        line("2024-05-01", "cooperation", case_id="2", ended_on=date(2024, 10, 1)),
        line("2024-05-01", "cooperation", case_id="3"),
    ]
    assert tally.cases(tally.under_way(records, INTERIM.cut_off)) == 2


def test_sums_and_parties_by_case() -> None:
    records = [
        line("2024-05-01", "visit", case_id="V", attendees_n=12, parties=("x", "y")),
        line("2024-05-01", "visit", case_id="V", attendees_n=14, parties=("y",), organisation="org-b"),
        line("2024-06-01", "visit", attendees_n=5, parties=("x",)),
    ]
    assert tally.total(records, "attendees_n") == 31
    assert tally.total_of_cases(records, "attendees_n") == 19
    assert tally.parties(records, "parties") == 2
    assert tally.parties(records, "parties", per_case=True) == 3


def test_diversity_takes_the_latest_valid_answer() -> None:
    records = [
        answer("moved", "2024-01-01", region="kanto"),
        answer("moved", "2024-05-01", region="kinki"),
        answer("moved", "2024-06-01"),
        answer("stays", "2024-01-01", region="kinki"),
        answer("other", "2024-01-01", region="north"),
    ]
    scope = Scope(records, "*", INTERIM)
    assert dict(tally.diversity(scope, "region")) == {"kinki": 2, "north": 1}
    found = tally.simpson(scope, "region")
    assert (found.numerator, found.denominator) == (4, 9)


def test_organisation_without_a_file_is_not_zero() -> None:
    records = [line("2024-01-31", "support", organisation=f"org-{letter}", cases_n=10_000) for letter in "abcdef"]
    table = truth(records, everything_delivered(("org-c", "activity_log", "interim")))
    numerator, target, verdict = cell(table, "interim", "org-c", "F-P2", "each_organisation")
    assert (numerator, verdict) == (None, "undetermined")
    assert target is not None
    assert cell(table, "interim", "*", "F-P2", "each_organisation") == (5, 6, "undetermined")
    assert cell(table, "interim", "*", "F-P2", "share_of_organisations") == (5, 6, "achieved")
    assert cell(table, "interim", "*", "F-P2", "pooled") == (None, None, "undetermined")


def test_share_of_organisations_waits_only_while_it_matters() -> None:
    records = [line("2024-01-31", "support", organisation=f"org-{letter}", cases_n=10_000) for letter in "ab"]
    missing = tuple((f"org-{letter}", "activity_log", "interim") for letter in "cd")
    table = truth(records, everything_delivered(*missing))
    assert cell(table, "interim", "*", "F-P2", "share_of_organisations") == (2, 6, "not_achieved")
    missing = tuple((f"org-{letter}", "activity_log", "interim") for letter in "cdef")
    table = truth(records, everything_delivered(*missing))
    assert cell(table, "interim", "*", "F-P2", "share_of_organisations") == (2, 6, "undetermined")


def test_highest_version_of_a_target_counts(tmp_path: Any) -> None:
    path = tmp_path / "targets.csv"
    path.write_text(
        "organisation,indicator,part,period,value,version,approved_at\n"
        "org-a,X,,interim,80,2,2024-06-14\n"
        "org-a,X,,interim,100,1,2023-09-29\n",
        encoding="utf-8",
    )
    assert read_targets(path) == {("org-a", "X", "", "interim"): 80}


@pytest.mark.parametrize(("day", "counts"), [("2024-03-31 23:59", 1), ("2024-04-01 00:00", 0)])
def test_cut_off_is_not_included(day: str, counts: int) -> None:
    scope = Scope([answer("p", day, wave="baseline")], "*", BASELINE)
    assert tally.people(scope, BASELINE.cut_off) == counts
