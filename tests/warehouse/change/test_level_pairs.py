"""Pairs of levels by hand: who is compared with what, in which state, and why somebody is not compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.evidence import Evidence
from warehouse.level_pairs import PAIR_COLUMNS, STATES, level_pairs

MakeEvidence = Callable[..., Evidence]


def row(pairs: pd.DataFrame, person: str) -> dict[str, Any]:
    [found] = pairs[pairs["respondent_id"] == person].to_dict("records")
    return {str(name): None if pd.isna(value) else value for name, value in found.items()}


def test_states_by_hand(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    given = evidence(
        [
            own_level("up", 10, 2), own_level("up", 110, 1), own_level("up", 190, 4),
            own_level("same", 10, 3), own_level("same", 120, 3),
            own_level("down", 10, 4), own_level("down", 120, 2),
            own_level("top", 10, 5), own_level("top", 120, 5),
            own_level("fell", 10, 5), own_level("fell", 120, 4),
            own_level("gone", 10, 2),
            own_level("late", 10, 2), own_level("late", 210, 4),  # after the cut-off
            own_level("early", 10, 2), own_level("early", 20, 4),  # before the period
            own_level("silent", 10, 2), own_level("silent", 120, None),
            own_level("unknown", 10, None), own_level("unknown", 120, 3),
            own_level("new", 150, 2), own_level("new", 160, 3),
        ]
    )  # fmt: skip
    pairs = level_pairs(given.scope(), "own")
    assert list(pairs.columns) == PAIR_COLUMNS
    assert dict(zip(pairs["respondent_id"], pairs["state"], strict=True)) == {
        "up": "improved", "same": "unchanged", "down": "worse", "top": "at_ceiling", "fell": "worse", "gone": "lost",
        "late": "lost", "early": "lost", "silent": "not_measured", "unknown": "no_baseline", "new": "improved",
    }  # fmt: skip
    up = row(pairs, "up")
    assert (up["level"], up["level_later"], up["days_n"], up["standpoint"]) == (2, 4, 180, "own")
    assert (up["origin"], up["origin_later"], up["organisation"]) == ("self_report", "self_report", "a")
    assert (row(pairs, "gone")["level"], row(pairs, "gone")["level_later"]) == (2, None)
    assert row(pairs, "unknown")["level_later"] == 3


@pytest.mark.parametrize(
    ("min_days", "too_short"),
    [(0, set()), (11, {"new"}), (50, {"new", "fresh", "quiet"}), (181, {"new", "fresh", "quiet", "up"})],
)
def test_who_was_observed_for_too_short(
    evidence: MakeEvidence, own_level: Callable[..., Any], min_days: int, too_short: set[str]
) -> None:
    """Counted are days between the answers, or to the last answer of the period, or to its last day."""
    given = evidence(
        [
            own_level("up", 10, 2), own_level("up", 190, 4),
            own_level("new", 150, 2), own_level("new", 160, 3),
            own_level("fresh", 170, 2),  # 29 days before the period's last day
            own_level("quiet", 130, 2), own_level("quiet", 160, None),
            own_level("gone", 10, 2),
            own_level("unknown", 170, None),
        ]
    )  # fmt: skip
    pairs = level_pairs(given.scope(), "own", min_days=min_days)
    assert set(pairs.loc[pairs["state"] == "too_short", "respondent_id"]) == too_short
    assert row(pairs, "fresh")["days_n"] == 29
    assert row(pairs, "quiet")["days_n"] == 30
    assert row(pairs, "unknown")["state"] == "no_baseline"


def test_a_step_smaller_than_asked_for_is_none(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    given = evidence(
        [
            own_level("one", 1, 2), own_level("one", 120, 3),
            own_level("two", 1, 2), own_level("two", 120, 4),
            own_level("down", 1, 3), own_level("down", 120, 2),
        ]
    )  # fmt: skip
    assert level_pairs(given.scope(), "own", by=2)["state"].tolist() == ["unchanged", "improved", "unchanged"]


def test_like_is_compared_with_like(evidence: MakeEvidence, answer: type) -> None:
    """Raters' levels come first where both times have one; else the person's own; a mixture is no pair."""

    def levels(**given: int) -> dict[tuple[str, str], int]:
        return {("mixed", origin): level for origin, level in given.items()}

    given = evidence(
        [
            answer("both", 1, levels(rater=2, self_report=4)),
            answer("both", 120, levels(adjudicated=3, self_report=1)),
            answer("own", 1, levels(rater=1, self_report=2)), answer("own", 120, levels(self_report=4)),
            answer("mixed", 1, levels(rater=1)), answer("mixed", 120, levels(self_report=5)),
            answer("turned", 1, levels(self_report=2)), answer("turned", 120, levels(rater=5)),
            answer("decided", 1, levels(rater=1, adjudicated=2)), answer("decided", 120, levels(rater=2)),
            answer("later", 1, levels(self_report=2)), answer("later", 110, levels(self_report=3)),
            answer("later", 120, levels(rater=5)),
        ]
    )  # fmt: skip
    found = {
        person: tuple(
            row(level_pairs(given.scope(), "mixed"), person)[name] for name in ("level", "level_later", "state")
        )
        for person in ("both", "own", "mixed", "turned", "decided", "later")
    }
    assert found == {
        "both": (2, 3, "improved"),
        "own": (2, 4, "improved"),
        "mixed": (1, None, "not_measured"),
        "turned": (2, None, "not_measured"),
        "decided": (2, 2, "unchanged"),
        "later": (2, 3, "improved"),
    }
    rated = level_pairs(given.scope(), "mixed", standpoints=["rated"]).set_index("respondent_id")["state"]
    assert rated.to_dict() == {
        "both": "improved", "own": "not_measured", "mixed": "not_measured", "turned": "no_baseline",
        "decided": "unchanged", "later": "no_baseline",
    }  # fmt: skip
    own = level_pairs(given.scope(), "mixed", standpoints=["own"]).set_index("respondent_id")["state"]
    assert own["both"] == "worse"
    assert level_pairs(given.scope(), "mixed")["standpoint"].tolist() == [
        "rated",
        "own",
        "rated",
        "own",
        "rated",
        "own",
    ]


def test_the_level_in_force_is_that_of_the_first_origin_in_precedence(evidence: MakeEvidence, answer: type) -> None:
    levels = {("mixed", "self_report"): 1, ("mixed", "rater"): 2, ("mixed", "adjudicated"): 3}
    asked = {("asked", "rater"): 4, ("asked", "interviewer"): 2, ("asked", "self_report"): 5}
    given = evidence([answer("p", 1, levels | asked), answer("q", 2, {("mixed", "self_report"): 1}), answer("r", 3)])
    scope = given.scope()
    rows = scope.responses("survey")
    assert scope.level_of(rows, "mixed").tolist() == [3, 1, pd.NA]
    assert scope.level_of(rows, "asked").tolist() == [2, pd.NA, pd.NA]


def test_classes_of_levels(evidence: MakeEvidence, answer: type) -> None:
    """By rule the question's class; rated the worst among the valid answers that raters read."""
    levels = {("mixed", "rater"): 2, ("mixed", "self_report"): 2}
    given = evidence(
        [
            answer("p", 1, levels, classes={"q": "B", "text": "A", "more": "C"}),
            answer("p", 120, levels, classes={"q": "A", "text": "B", "more": "D"}),
        ]
    )
    rated = row(level_pairs(given.scope(), "mixed"), "p")
    assert (rated["crosswalk_class"], rated["crosswalk_class_later"]) == ("C", "B")
    own = row(level_pairs(given.scope(), "mixed", standpoints=["own"]), "p")
    assert (own["crosswalk_class"], own["crosswalk_class_later"]) == ("B", "A")


def test_an_organisations_people_begin_with_it(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    given = evidence(
        [own_level("p", 1, 1, "a"), own_level("p", 110, 3, "b"), own_level("p", 120, 3, "b"), own_level("q", 5, 2, "b")]
    )
    assert row(level_pairs(given.scope(), "own"), "p")["state"] == "improved"
    assert row(level_pairs(given.scope("b"), "own"), "p")["state"] == "unchanged"
    assert row(level_pairs(given.scope("a"), "own"), "p")["state"] == "lost"
    assert row(level_pairs(given.scope_without("a"), "own"), "p")["level"] == 3
    assert level_pairs(given.scope("a"), "own")["respondent_id"].tolist() == ["p"]


def test_some_of_the_people_have_pairs_of_their_own(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    scope = evidence([own_level(who, day, day // 60 + 1) for who in "pq" for day in (1, 120)]).scope()
    everybody = level_pairs(scope, "own")
    assert level_pairs(scope.restricted_to(["q"]), "own")["respondent_id"].tolist() == ["q"]
    pd.testing.assert_frame_equal(level_pairs(scope, "own"), everybody)
    assert level_pairs(scope, "own", by=3)["state"].tolist() == ["unchanged"] * 2, "another question, another answer"


def test_nobody_gives_no_rows(evidence: MakeEvidence, own_level: Callable[..., Any]) -> None:
    given = evidence([own_level("p", 250, 1)])
    pairs = level_pairs(given.scope(), "own")
    assert len(pairs) == 0
    assert list(pairs.columns) == PAIR_COLUMNS


histories = st.lists(
    st.tuples(st.sampled_from("pqrs"), st.integers(0, 230), st.integers(1, 5) | st.none(), st.sampled_from("ab")),
    max_size=16,
)


@settings(max_examples=25)
@given(history=histories, min_days=st.integers(0, 120))
def test_everybody_reached_is_in_one_state(
    evidence: MakeEvidence, own_level: Callable[..., Any], history: list[Any], min_days: int
) -> None:
    given_evidence = evidence([own_level(person, day, level, code) for person, day, level, code in history])
    pairs = level_pairs(given_evidence.scope(), "own", min_days=min_days)
    assert sorted(pairs["respondent_id"]) == sorted({person for person, day, _, _ in history if day < 200})
    assert set(pairs["state"]) <= set(STATES)
    assert pairs.loc[pairs["state"] == "too_short", "days_n"].lt(min_days).all()


@settings(max_examples=25)
@given(pairs_of=st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), max_size=12))
def test_turning_time_round_turns_improved_and_worse(
    evidence: MakeEvidence, own_level: Callable[..., Any], pairs_of: list[tuple[int, int]]
) -> None:
    def counts(levels: list[tuple[int, int]]) -> dict[str, int]:
        answers = [
            own_level(f"p{number}", day, level)
            for number, pair in enumerate(levels)
            for day, level in zip((1, 120), pair, strict=True)
        ]
        found = level_pairs(evidence(answers).scope(), "own")["state"].value_counts()
        return {state: int(found.get(state, 0)) for state in STATES}

    forward, backward = counts(pairs_of), counts([(later, first) for first, later in pairs_of])
    assert forward["improved"] == backward["worse"]
    assert forward["worse"] == backward["improved"]
    assert forward["unchanged"] == backward["unchanged"]
    assert forward["at_ceiling"] == backward["at_ceiling"]
