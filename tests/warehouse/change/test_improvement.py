"""The measure of improvement: its denominators, bounds, ceiling, short observation, and several criteria."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from warehouse.evidence import Evidence
from warehouse.improvement import improvement
from warehouse.indicator_definitions import Improvement, Stage, criteria_of

MakeEvidence = Callable[..., Evidence]
CRITERIA = ["rated", "other"]


def definition(**given: Any) -> Improvement:
    named = {} if "criteria" in given else {"criterion": "own"}
    return Improvement.model_validate({"measure": "improvement", "among": "complete_pairs", **named, **given})


def share(evidence: Evidence, **given: Any) -> tuple[int | None, int | None]:
    found = improvement(definition(**given), evidence.scope())
    return found.numerator, found.denominator


@pytest.fixture(scope="session")
def people(evidence: MakeEvidence, own_level: Callable[..., Any]) -> Evidence:
    return evidence(
        [
            own_level("up", 10, 2), own_level("up", 120, 4),
            own_level("same", 10, 3), own_level("same", 120, 3),
            own_level("top", 10, 5), own_level("top", 120, 5),
            own_level("gone", 10, 2),
            own_level("gone at the top", 10, 5),
            own_level("silent", 10, 4), own_level("silent", 120, None),
            own_level("unknown", 10, None),
            own_level("new", 105, 1), own_level("new", 120, 2),
            own_level("fresh", 190, 1),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (2, 4)),
        ({"among": "all_baselines"}, (2, 8)),
        ({"among": "everyone"}, (2, 9)),
        ({"among": "all_baselines", "lost": "improved"}, (5, 8)),  # gone, silent and fresh might have
        ({"among": "everyone", "lost": "improved"}, (6, 9)),  # and unknown
        ({"ceiling": "leave_out"}, (2, 3)),
        ({"among": "all_baselines", "ceiling": "leave_out"}, (2, 6)),
        ({"among": "everyone", "ceiling": "leave_out"}, (2, 7)),
        ({"among": "able_to_improve"}, (2, 3)),
        ({"min_days": 30}, (1, 3)),
        ({"min_days": 30, "newcomers": "keep"}, (1, 4)),
        ({"among": "everyone", "min_days": 30}, (1, 7)),
        ({"among": "everyone", "min_days": 30, "newcomers": "keep"}, (1, 9)),
        ({"among": "everyone", "min_days": 30, "newcomers": "keep", "lost": "improved"}, (5, 9)),
        ({"by": 2}, (1, 4)),
        ({"by": 2, "among": "all_baselines", "lost": "improved"}, (3, 8)),  # silent has no room for two levels
        ({"standpoints": ["own"]}, (2, 4)),
    ],
)
def test_one_criterion_by_hand(people: Evidence, given: dict[str, Any], expected: tuple[int, int]) -> None:
    assert share(people, **given) == expected


def test_behind_the_figure_stand_both_answers(people: Evidence) -> None:
    found = improvement(definition(), people.scope())
    assert len(found.members) == 8
    assert found.members["in_numerator"].sum() == 4
    everybody = improvement(definition(among="everyone", lost="improved"), people.scope())
    assert len(everybody.members) == 9 + 4
    assert (found.coverage.eligible_n, found.coverage.measured_n, found.coverage.missing_n) == (9, 4, 5)


def levels(**given: int) -> dict[tuple[str, str], int]:
    return {(criterion, "rater"): level for criterion, level in given.items()}


@pytest.fixture(scope="session")
def several(evidence: MakeEvidence, answer: type) -> Evidence:
    """Criteria `rated` (top 5) and `other` (top 3)."""
    return evidence(
        [
            answer("both up", 1, levels(rated=2, other=1)), answer("both up", 120, levels(rated=3, other=2)),
            answer("one up", 1, levels(rated=2, other=2)), answer("one up", 120, levels(rated=3, other=2)),
            answer("up and down", 1, levels(rated=1, other=3)), answer("up and down", 120, levels(rated=3, other=2)),
            answer("worst stays", 1, levels(rated=4, other=1)), answer("worst stays", 120, levels(rated=5, other=1)),
            answer("one pair", 1, levels(rated=3, other=1)), answer("one pair", 120, levels(rated=4)),
            answer("at the top", 1, levels(rated=5, other=2)), answer("at the top", 120, levels(rated=5, other=3)),
            answer("none", 1, levels(rated=1)), answer("none", 120, levels(other=3)),
            answer("gone", 1, levels(rated=5, other=1)),
        ]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("across", "given", "expected"),
    [
        ("any_improved", {}, (6, 6)),
        ("improved_and_none_worse", {}, (5, 6)),
        # more than half of one, or both, of their pairs
        ("most_improved", {}, (2, 6)),
        ("most_improved", {"ceiling": "leave_out"}, (4, 6)),  # up and down, at the top: one criterion is left of two
        # lowest at the start: a tie goes to `rated`; `one pair` and `none` have no pair there
        ("worst_criterion", {}, (4, 5)),
        ("any_improved", {"among": "all_baselines"}, (6, 8)),
        ("any_improved", {"among": "all_baselines", "lost": "improved"}, (8, 8)),
        ("most_improved", {"among": "all_baselines", "lost": "improved"}, (3, 8)),  # `gone` had room in one of two
        ("worst_criterion", {"among": "all_baselines", "lost": "improved"}, (7, 8)),
    ],
)
def test_several_criteria_by_hand(
    several: Evidence, across: str, given: dict[str, Any], expected: tuple[int, int]
) -> None:
    assert share(several, criteria=CRITERIA, across=across, **given) == expected


def test_coverage_over_several_criteria_has_the_worst_class(evidence: MakeEvidence, answer: type) -> None:
    given = evidence(
        [
            answer("p", 1, levels(rated=1, other=1)), answer("p", 120, levels(rated=2), classes={"text": "C"}),
            answer("q", 1, levels(rated=1)), answer("q", 120, levels(rated=2)),
            answer("d", 1, classes={"text": "D"}),
            answer("m", 1),
        ]
    )  # fmt: skip
    coverage = improvement(definition(criteria=CRITERIA, across="any_improved"), given.scope()).coverage
    assert (coverage.eligible_n, coverage.class_ab_n, coverage.class_c_n) == (4, 1, 1)
    assert (coverage.class_d_n, coverage.missing_n) == (1, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"criterion": "own", "criteria": ["rated"], "across": "any_improved"},
        {"criterion": None},
        {"criteria": ["rated", "other"]},
        {"criterion": "own", "across": "any_improved"},
        {"criteria": ["rated", "rated"], "across": "any_improved"},
        {"lost": "improved"},
        {"newcomers": "keep"},
        {"min_days": -1},
        {"by": 0},
        {"across": "best"},
        {"standpoints": ["model"]},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        definition(**wrong)


def test_those_able_to_improve_are_pairs_without_the_ceiling() -> None:
    assert definition(among="able_to_improve") == definition(ceiling="leave_out")


def test_raters_agreement_matters_only_where_their_levels_count() -> None:
    assert criteria_of(definition()) == ["own"]
    assert criteria_of(definition(criteria=CRITERIA, across="any_improved", standpoints=["rated"])) == CRITERIA
    assert criteria_of(definition(standpoints=["own"])) == []
    assert criteria_of(Stage(measure="stage", criterion="c", report="highest")) == ["c"]


histories = st.lists(
    st.tuples(
        st.sampled_from("pqrst"),
        st.integers(0, 199),
        st.dictionaries(st.sampled_from(CRITERIA), st.integers(1, 3), max_size=2),
    ),
    max_size=14,
)


@settings(max_examples=25)
@given(history=histories, across=st.sampled_from(["any_improved", "improved_and_none_worse", "most_improved"]))
def test_the_bounds_enclose_every_base_of_the_same_people(
    evidence: MakeEvidence, answer: type, history: list[Any], across: str
) -> None:
    found = evidence([answer(person, day, levels(**given)) for person, day, given in history])
    of = {"criteria": CRITERIA, "across": across}
    pairs, baselines = share(found, **of), share(found, **of, among="all_baselines")
    worst, best = share(found, **of, among="everyone"), share(found, **of, among="everyone", lost="improved")
    assert pairs[0] == baselines[0] == worst[0]
    assert pairs[1] <= baselines[1] <= worst[1] == best[1]  # type: ignore[operator]
    assert worst[0] <= best[0] <= worst[0] + worst[1] - pairs[1]  # type: ignore[operator]


@settings(max_examples=25)
@given(history=histories)
def test_rules_across_criteria_are_ordered(evidence: MakeEvidence, answer: type, history: list[Any]) -> None:
    found = evidence([answer(person, day, levels(**given)) for person, day, given in history])
    rules = ("any_improved", "improved_and_none_worse", "most_improved")
    loosest, *stricter = [share(found, criteria=CRITERIA, across=across) for across in rules]
    assert all(each[1] == loosest[1] and each[0] <= loosest[0] for each in stricter)  # type: ignore[operator]
    one = share(found, criterion="rated")
    assert [share(found, criteria=["rated"], across=across) for across in (*rules, "worst_criterion")] == [one] * 4
