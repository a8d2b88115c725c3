"""Who was asked, who wrote, what was analysed: every response of a period in one place, and shares of just those."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from warehouse.periods import Window
from warehouse.tables import TABLES
from warehouse.text_tables import (
    language_table,
    responses_in,
    state_table,
    text_states,
    theme_counts,
    theme_table,
    with_any_question,
)

ANALYSED = {"form": ["q3", "q4"], "log": ["note"]}
RESPONSES = pd.DataFrame(
    [("r1", "a", "form"), ("r2", "a", "form"), ("r3", "b", "form"), ("r4", "b", "log"), ("r5", "b", "other")],
    columns=["response_id", "organisation", "form_id"],
)
ANSWERS = pd.DataFrame(
    [
        ("r1", "q3", "仕事がない", None),
        ("r1", "q4", None, "blank"),
        ("r2", "q3", None, "no_answer"),
        ("r2", "q4", None, "not_asked"),
        ("r3", "q3", "Xin chào", None),
        ("r3", "q4", None, "unmapped"),
        ("r4", "note", "とくになし", None),
        ("r5", "note", "仕事がない", None),
    ],
    columns=["response_id", "question_id", "value_text", "missing_kind"],
)
TEXTS = pd.DataFrame(
    [
        ("r1", "q3", "ja", "analysed", 5),
        ("r1", "q4", "zxx", "blank", 0),
        ("r3", "q3", "vi", "other_language", 8),
        ("r4", "note", "ja", "nothing", 5),
    ],
    columns=["response_id", "question_id", "language", "state", "characters_n"],
)


@pytest.fixture
def states() -> pd.DataFrame:
    return text_states(RESPONSES, ANSWERS, TEXTS, ANALYSED)


def test_every_analysed_question_of_every_response_has_a_state(states: pd.DataFrame) -> None:
    assert states.to_numpy().tolist() == [
        ["r1", "a", "q3", "analysed", 5],
        ["r1", "a", "q4", "blank", 0],
        ["r2", "a", "q3", "blank", 0],
        ["r2", "a", "q4", "not_asked", 0],
        ["r3", "b", "q3", "other_language", 8],
        ["r3", "b", "q4", "unmapped", 0],
        ["r4", "b", "note", "nothing", 5],
    ]


def test_an_answer_that_is_nowhere_was_not_asked_for() -> None:
    [state] = text_states(RESPONSES.iloc[3:4], ANSWERS.iloc[:0], TEXTS.iloc[:0], ANALYSED)["state"]
    assert state == "not_asked"


def test_all_questions_together_have_the_furthest_state(states: pd.DataFrame) -> None:
    whole = with_any_question(states)
    whole = whole[whole["question_id"] == "*"].set_index("response_id")
    assert whole["state"].to_dict() == {"r1": "analysed", "r2": "blank", "r3": "other_language", "r4": "nothing"}
    assert whole["characters_n"].to_dict() == {"r1": 5, "r2": 0, "r3": 8, "r4": 5}


STATES = st.sampled_from(
    ["analysed", "too_long_cut", "other_language", "not_analysable", "nothing", "blank", "unmapped", "not_asked"]
)


@given(st.lists(st.tuples(st.sampled_from("ab"), STATES, STATES), min_size=1, max_size=20))
def test_states_add_up_to_the_responses_at_every_question(people: list[tuple[str, str, str]]) -> None:
    rows = [
        (f"r{n}", organisation, question, state, 1)
        for n, (organisation, *two) in enumerate(people)
        for question, state in zip(("q3", "q4"), two, strict=True)
    ]
    columns = ["response_id", "organisation", "question_id", "state", "characters_n"]
    counted = state_table(with_any_question(pd.DataFrame(rows, columns=columns)))
    of_each = counted.groupby(["organisation", "question_id"])["responses_n"].sum()
    for question in ("q3", "q4", "*"):
        assert of_each["*", question] == len(people)
        for code in {organisation for organisation, *_ in people}:
            assert of_each[code, question] == sum(organisation == code for organisation, *_ in people)


THEMES = pd.DataFrame(
    [
        ("r1", "q3", "work"), ("r1", "q3", "work"), ("r1", "q4", "work"), ("r2", "q4", "work"), ("r2", "q3", "home"),
        ("r9", "q3", "work"),
    ],
    columns=["response_id", "question_id", "theme_id"],
)  # fmt: skip


def analysed(*rows: tuple[str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["response_id", "organisation", "question_id"])
    return with_any_question(frame.assign(state="analysed", characters_n=3))


def test_shares_are_of_those_analysed_and_a_person_counts_once() -> None:
    states = analysed(
        ("r1", "a", "q3"), ("r1", "a", "q4"), ("r2", "a", "q3"), ("r2", "a", "q4"), ("r3", "b", "q3"), ("r4", "b", "q4")
    )
    table = theme_table(THEMES, states).set_index(["organisation", "question_id", "theme_id"])
    counts = ["responses_n", "texts_n", "analysed_n"]
    assert {key: tuple(row) for key, row in zip(table.index, table[counts].to_numpy().tolist(), strict=True)} == {
        ("*", "*", "work"): (2, 3, 4), ("*", "*", "home"): (1, 1, 4),
        ("*", "q3", "work"): (1, 1, 3), ("*", "q3", "home"): (1, 1, 3), ("*", "q4", "work"): (2, 2, 3),
        ("*", "q4", "home"): (0, 0, 3), ("a", "q4", "home"): (0, 0, 2), ("b", "q4", "home"): (0, 0, 1),
        ("a", "*", "work"): (2, 3, 2), ("a", "*", "home"): (1, 1, 2),
        ("a", "q3", "work"): (1, 1, 2), ("a", "q3", "home"): (1, 1, 2), ("a", "q4", "work"): (2, 2, 2),
        ("b", "*", "work"): (0, 0, 2), ("b", "*", "home"): (0, 0, 2),
        ("b", "q3", "work"): (0, 0, 1), ("b", "q3", "home"): (0, 0, 1), ("b", "q4", "work"): (0, 0, 1),
    }  # fmt: skip
    assert table.loc[("*", "q4", "work"), "value"] == pytest.approx(2 / 3)
    for row in table.to_dict("records"):
        low, high = binomtest(row["responses_n"], row["analysed_n"]).proportion_ci(0.95, method="wilson")
        assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high), abs=1e-12)


def test_tables_have_the_declared_columns(states: pd.DataFrame) -> None:
    owners = RESPONSES[["response_id", "organisation"]]
    made = {
        "out_theme": theme_table(THEMES, with_any_question(states)),
        "out_text_state": state_table(states),
        "out_language": language_table(TEXTS, owners),
    }
    for name, table in made.items():
        assert {"run_id", "period", *table.columns} == set(TABLES[name].columns)
    assert theme_table(THEMES.iloc[:0], states).empty


def test_counts_without_states_are_of_all_who_own_a_theme() -> None:
    owners = pd.DataFrame([("r1", "a"), ("r2", "b")], columns=["response_id", "organisation"])
    counted = theme_counts(THEMES, owners).set_index(["organisation", "question_id", "theme_id"])["responses_n"]
    assert counted.to_dict() == {
        ("a", "*", "work"): 1, ("a", "q3", "work"): 1, ("a", "q4", "work"): 1,
        ("b", "*", "home"): 1, ("b", "*", "work"): 1, ("b", "q3", "home"): 1, ("b", "q4", "work"): 1,
    }  # fmt: skip


def test_only_responses_of_the_period_are_counted() -> None:
    window = Window(datetime(2024, 4, 1, tzinfo=UTC), datetime(2024, 7, 1, tzinfo=UTC), date(2024, 6, 30), None)
    days = pd.to_datetime(["2024-03-31T23:59:59Z", "2024-04-01T00:00:00Z", "2024-07-01T00:00:00Z"])
    responses = pd.DataFrame({"response_id": ["r1", "r2", "r3"], "organisation": "a", "answered_at": days})
    own, owners = responses_in(responses, window)
    assert own.to_numpy().tolist() == [["r2", "a"]]
    assert owners.to_numpy().tolist() == [["r2", "a"], ["r2", "*"]]
