"""The tables of change: counts of every state, shares by base, cross-tables and tests, for all and without each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.evidence import Evidence
from warehouse.intervals import tango, wilson
from warehouse.level_pairs import STATES
from warehouse.paired_change import BASES, CHANGE_COLUMNS, LEVEL_PAIR_COLUMNS, TESTS, ChangeFrames, paired_change
from warehouse.significance import marginal_homogeneity_test, sign_test, signed_rank_test, stratified_signed_rank_test

MakeEvidence = Callable[..., Evidence]


def row(frames: ChangeFrames, statistic: str, basis: str = "complete_pairs", **place: str) -> dict[str, Any]:
    wanted = {"criterion_id": "own", "standpoint": "*", "organisation": "*", "statistic": statistic, "basis": basis}
    rows = frames.change
    for column, value in (wanted | place).items():
        rows = rows[rows[column] == value]
    [found] = rows.to_dict("records")
    return {str(name): None if pd.isna(value) else value for name, value in found.items()}


def numbers(frames: ChangeFrames, statistic: str, basis: str = "complete_pairs", **place: str) -> tuple[Any, Any]:
    found = row(frames, statistic, basis, **place)
    return found["numerator"], found["denominator"]


@pytest.fixture(scope="session")
def frames(evidence: MakeEvidence, own_level: Callable[..., Any]) -> ChangeFrames:
    people = [
        ("a1", "a", 2, 4), ("a2", "a", 2, 3), ("a3", "a", 3, 3), ("a4", "a", 4, 2), ("a5", "a", 5, 5),
        ("a6", "a", 1, None), ("a7", "a", 5, None), ("b1", "b", 1, 4), ("b2", "b", 2, 3), ("b3", "b", 3, 3),
        ("c1", "c", 2, None),
    ]  # fmt: skip
    answers = [own_level(person, 1, first, code) for person, code, first, _ in people]
    answers += [own_level(person, 120, later, code) for person, code, _, later in people if later]
    answers += [own_level("a8", 1, 3, "a"), own_level("a8", 120, None, "a"), own_level("b4", 5, None, "b")]
    return paired_change(evidence(answers), ["own"], ["b", "a"])


def test_by_hand(frames: ChangeFrames) -> None:
    assert list(frames.change.columns) == CHANGE_COLUMNS
    counts = {state: numbers(frames, "people", state)[0] for state in STATES}
    assert counts == {
        "improved": 4, "unchanged": 2, "worse": 1, "at_ceiling": 1, "too_short": 0, "not_measured": 1, "lost": 3,
        "no_baseline": 1,
    }  # fmt: skip
    assert {basis: numbers(frames, "improved", basis) for basis in BASES} == {
        "complete_pairs": (4, 8), "all_baselines": (4, 12), "worst_case": (4, 13), "best_case": (8, 13),
    }  # fmt: skip
    assert numbers(frames, "net_change") == (3, 8)
    pairs, net = row(frames, "improved"), row(frames, "net_change")
    assert (pairs["ci_low"], pairs["ci_high"]) == pytest.approx(wilson(4, 8))
    assert (net["value"], net["ci_low"], net["ci_high"]) == pytest.approx((3 / 8, *tango(4, 1, 8)))


def test_organisations_come_as_declared_and_then_the_others(frames: ChangeFrames) -> None:
    codes = frames.change["organisation"].drop_duplicates().tolist()
    assert codes == ["*", "b", "a", "c", "-b", "-a", "-c"]
    assert numbers(frames, "improved", organisation="a") == (2, 5)
    assert numbers(frames, "improved", organisation="-a") == (2, 3)


def test_tests_rest_on_the_pairs(frames: ChangeFrames) -> None:
    rises = {"a": [2, 1, 0, -2, 0], "b": [3, 1, 0]}
    every = [each for of_one in rises.values() for each in of_one]
    expected = {
        "sign_test": sign_test(4, 1),
        "signed_rank_test": signed_rank_test(every),
        "stratified_signed_rank_test": stratified_signed_rank_test([rises["a"], rises["b"]]),
    }
    for name, result in expected.items():
        found = row(frames, name)
        assert found["p_value"] == pytest.approx(result.p_value, rel=1e-9), name
        assert (found["denominator"], found["method"]) == (result.n, result.method)
    table = pd.crosstab([2, 2, 3, 4, 5, 1, 2, 3], [4, 3, 3, 2, 5, 4, 3, 3]).reindex(
        index=range(1, 6), columns=range(1, 6), fill_value=0
    )
    homogeneity = marginal_homogeneity_test(table.to_numpy())
    assert row(frames, "marginal_homogeneity_test")["value"] == pytest.approx(homogeneity.statistic)
    alike = row(frames, "organisations_alike")
    assert (alike["denominator"], alike["method"]) == (5, "exact")
    assert alike["p_value"] == pytest.approx(1.0)  # 2 of 3 rose in a, 2 of 2 in b


def test_what_cannot_be_tested_says_why(frames: ChangeFrames) -> None:
    of_c = {statistic: row(frames, statistic, organisation="c") for statistic in ("sign_test", "signed_rank_test")}
    assert {each["undefined_reason"] for each in of_c.values()} == {"nobody", "nobody_moved"}
    assert row(frames, "improved", organisation="c")["undefined_reason"] == "nobody"
    assert row(frames, "organisations_alike", organisation="-a")["undefined_reason"] == "one_organisation"
    undefined = frames.change["value"].isna()
    assert frames.change.loc[undefined, "undefined_reason"].notna().all()
    assert frames.change.loc[~undefined, "undefined_reason"].isna().all()


def test_the_cross_table_holds_every_pair_once(frames: ChangeFrames) -> None:
    cells = frames.level_pairs
    assert list(cells.columns) == LEVEL_PAIR_COLUMNS
    whole = cells[cells["organisation"] == "*"].set_index(["level_from", "level_to"])["people_n"].to_dict()
    assert whole == {(1, 4): 1, (2, 3): 2, (2, 4): 1, (3, 3): 2, (4, 2): 1, (5, 5): 1}
    assert (cells["people_n"] > 0).all()


def test_standpoints_stand_apart_where_there_are_several(evidence: MakeEvidence, answer: type) -> None:
    def levels(**given: int) -> dict[tuple[str, str], int]:
        return {("mixed", origin): level for origin, level in given.items()}

    both = [answer("p", 1, levels(rater=3, self_report=2)), answer("p", 120, levels(rater=2, self_report=4))]
    found = paired_change(evidence(both), ["mixed", "rated"], ["a"])
    states = {
        standpoint: numbers(found, "people", "improved", criterion_id="mixed", standpoint=standpoint)[0]
        for standpoint in ("*", "rated", "own")
    }
    assert states == {"*": 0, "rated": 0, "own": 1}
    unrated = found.change[found.change["criterion_id"] == "rated"]
    assert set(unrated["organisation"]) == {"*"}, "nobody has a level: one set of rows says so"
    assert numbers(found, "people", "no_baseline", criterion_id="rated") == (1, 1)
    alone = paired_change(evidence([answer("p", 1, levels(self_report=2))]), ["mixed"], ["a"])
    assert set(alone.change["standpoint"]) == {"*"}


def test_who_was_observed_for_too_short_is_in_no_share(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    answers = [own_level("new", 105, 1), own_level("new", 120, 2), own_level("p", 1, 1), own_level("p", 120, 2)]
    found = paired_change(evidence(answers), ["own"], ["a"], min_days=30)
    assert numbers(found, "people", "too_short") == (1, 2)
    assert {basis: numbers(found, "improved", basis) for basis in BASES} == dict.fromkeys(BASES, (1, 1))
    assert found.level_pairs.loc[found.level_pairs["organisation"] == "*", "people_n"].sum() == 1


def test_a_period_compared_with_none_has_no_rows(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    found = paired_change(evidence([own_level("p", 1, 1)], period="first"), ["own"], ["a"])
    assert (len(found.change), len(found.level_pairs)) == (0, 0)
    assert list(found.level_pairs.columns) == LEVEL_PAIR_COLUMNS


histories = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([20, 120, 150]), st.integers(1, 5) | st.none()), max_size=14
)
"""(person, day, level): a person of an even number is organisation a's, of an odd one b's."""


@settings(max_examples=15)
@given(history=histories)
def test_without_an_organisation_are_all_the_others(
    evidence: MakeEvidence, own_level: Callable[..., Any], history: list[tuple[int, int, int | None]]
) -> None:
    """Where nobody is served by two organisations, counts without one are the programme's less that one's."""
    answers = [own_level(f"p{who}", day, level, "ab"[who % 2]) for who, day, level in history]
    found = paired_change(evidence(answers), ["own"], ["a", "b"])
    counts = {
        code: {state: numbers(found, "people", state, organisation=code)[0] for state in STATES}
        for code in found.change["organisation"].unique()
    }
    if not counts:
        return
    assert all(sum(of_state.values()) <= 6 for of_state in counts.values())
    if {"a", "b"} <= set(counts):
        for code, other in (("a", "b"), ("b", "a")):
            rest = {state: counts["*"][state] - counts[code][state] for state in STATES}
            assert rest == counts[f"-{code}"] == counts[other]
    for code in counts:
        cells = found.level_pairs[found.level_pairs["organisation"] == code]
        paired = sum(counts[code][state] for state in ("improved", "unchanged", "worse", "at_ceiling"))
        assert cells["people_n"].sum() == paired == numbers(found, "improved", organisation=code)[1]
        rose = cells.loc[cells["level_to"] > cells["level_from"], "people_n"].sum()
        assert rose == counts[code]["improved"]


def test_without_an_organisation_somebody_of_two_begins_with_the_other(
    evidence: MakeEvidence, own_level: Callable[..., Any]
) -> None:
    answers = [own_level("p", 1, 1, "a"), own_level("p", 110, 3, "b"), own_level("p", 120, 3, "b")]
    found = paired_change(evidence(answers), ["own"], ["a", "b"])
    states = {
        code: [state for state in STATES if numbers(found, "people", state, organisation=code)[0]]
        for code in ("*", "a", "b", "-a", "-b")
    }
    assert states == {"*": ["improved"], "a": ["lost"], "b": ["unchanged"], "-a": ["unchanged"], "-b": ["lost"]}


def test_the_rows_do_not_depend_on_the_order_of_answers(
    frames: ChangeFrames, evidence: MakeEvidence, own_level: Callable[..., Any]
) -> None:
    answers = [own_level(f"p{n}", day, (n * 7 + day) % 5 + 1, "ab"[n % 2]) for n in range(9) for day in (n, 120 + n)]
    forward, backward = (paired_change(evidence(each), ["own"], ["a", "b"]) for each in (answers, answers[::-1]))
    pd.testing.assert_frame_equal(forward.change, backward.change)
    pd.testing.assert_frame_equal(forward.level_pairs, backward.level_pairs)
    assert set(frames.change.loc[frames.change["p_value"].notna(), "statistic"]) == set(TESTS)
