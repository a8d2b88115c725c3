"""Themes of the same people at two answers: words are compared with words, and silence stays silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from math import comb

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.theme_change import BECAME, CHANGE_COLUMNS, ThemeChange, theme_change
from warehouse.periods import Window

START = datetime(2024, 4, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=90), date(2024, 6, 29), None)
BEFORE, NOW = START - timedelta(days=30), START + timedelta(days=30)

Answer = tuple[str, list[str]]
"""State of the one text, and its themes."""


def compared(people: dict[str, tuple[str, Answer, Answer | None]]) -> ThemeChange:
    """`people`: name -> organisation, first answer, answer in the period (None: lost)."""
    responses, texts, themes = [], [], []
    for name, (organisation, first, later) in people.items():
        for moment, answered_at, answer in (("1", BEFORE, first), ("2", NOW, later)):
            if answer is None:
                continue
            response = f"{name}{moment}"
            responses.append((response, organisation, name, answered_at))
            if answer[0] != "not_asked":
                texts.append((response, "q", answer[0], 10 * len(answer[1])))
            themes += [(response, "q", theme) for theme in answer[1]]
    return theme_change(
        pd.DataFrame(responses, columns=["response_id", "organisation", "respondent_id", "answered_at"]),
        pd.DataFrame(texts, columns=["response_id", "question_id", "state", "characters_n"]),
        pd.DataFrame(themes, columns=["response_id", "question_id", "theme_id"]),
        WINDOW,
    )


def words(*themes: str) -> Answer:
    return "analysed", list(themes)


BLANK: Answer = ("blank", [])
NOTHING: Answer = ("nothing", [])
OTHER: Answer = ("other_language", [])


def test_every_way_a_theme_can_go() -> None:
    found = compared(
        {
            "a": ("x", words("work"), words("work", "home")),
            "b": ("x", words("work"), words("home")),
            "c": ("x", words("work"), BLANK),
            "d": ("y", words("work"), NOTHING),
            "e": ("y", words("work"), OTHER),
            "f": ("y", words("work"), None),
            "g": ("y", BLANK, words("work")),
            "h": ("y", words(), words()),
            "i": ("y", words("work"), ("not_asked", [])),
        }
    )
    ledger = {(row.theme_id, row.response_id): row.became for row in found.ledger.itertuples()}
    assert ledger == {
        ("home", "a1"): "appeared",
        ("home", "b1"): "appeared",
        ("work", "a1"): "persisted",
        ("work", "b1"): "disappeared",
        ("work", "c1"): "silent",
        ("work", "d1"): "silent",
        ("work", "e1"): "not_analysable",
        ("work", "f1"): "lost",
        ("work", "i1"): "not_asked_again",
    }
    [whole] = found.change[(found.change["organisation"] == "*") & (found.change["theme_id"] == "work")].to_dict(
        "records"
    )
    counts = {name: whole[name] for name in CHANGE_COLUMNS if name.endswith("_n")}
    assert counts == {
        "pairs_n": 3,
        "appeared_n": 0,
        "persisted_n": 1,
        "disappeared_n": 1,
        "absent_n": 1,
        "silent_n": 2,
        "not_analysable_n": 2,
        "unanswered_n": 1,
    }
    voices = found.voices[found.voices["organisation"] == "*"].set_index("voice")["people_n"].to_dict()
    assert voices == {
        "both": 3, "silent": 2, "not_analysable": 1, "lost": 1, "new_voice": 1, "not_asked_again": 1,
    }  # fmt: skip


def test_a_question_asked_only_once_is_not_compared() -> None:
    responses = pd.DataFrame(
        [("a1", "x", "a", BEFORE), ("a2", "x", "a", NOW)],
        columns=["response_id", "organisation", "respondent_id", "answered_at"],
    )
    texts = pd.DataFrame(
        [("a1", "q3", "analysed", 5), ("a2", "q3", "blank", 0), ("a2", "q4", "analysed", 9)],
        columns=["response_id", "question_id", "state", "characters_n"],
    )
    themes = pd.DataFrame(
        [("a1", "q3", "work"), ("a2", "q4", "home")], columns=["response_id", "question_id", "theme_id"]
    )
    found = theme_change(responses, texts, themes, WINDOW)
    assert found.ledger[["theme_id", "became"]].to_numpy().tolist() == [["work", "silent"]]


def test_the_test_and_its_interval_against_the_binomial() -> None:
    people = {f"u{n}": ("x", words(), words("work")) for n in range(9)}
    people |= {f"d{n}": ("x", words("work"), words()) for n in range(2)}
    people |= {f"s{n}": ("x", words("work"), words("work")) for n in range(9)}
    found = compared(people).change.set_index("organisation").loc["*"]
    assert found["p_value"] == pytest.approx(2 * sum(comb(11, k) for k in range(3)) / 2**11, abs=1e-12)
    assert found["value"] == pytest.approx(7 / 20)
    assert found["ci_low"] < 7 / 20 < found["ci_high"]
    assert found["p_adjusted"] == found["p_value"], "one theme needs no correction"


def test_corrected_over_the_themes_of_an_organisation() -> None:
    people = {f"u{n}": ("x", words(), words("work", "home")) for n in range(8)}
    people |= {f"d{n}": ("x", words("home"), words()) for n in range(8)}
    found = compared(people).change.set_index(["organisation", "theme_id"])["p_adjusted"]
    assert found["*", "home"] == 1.0
    assert found["*", "work"] == pytest.approx(2 * 2 / 2**8), "the smaller of two p-values counts twice"


def test_nobody_moved_has_no_p_value_and_nobody_at_all_no_rows() -> None:
    assert compared({"a": ("x", words("work"), words("work"))}).change["p_value"].isna().all()
    assert compared({"a": ("x", words(), words())}).change.empty


ANSWERS = st.one_of(
    st.sampled_from([BLANK, NOTHING, OTHER]),
    st.lists(st.sampled_from(["work", "home"]), unique=True).map(lambda themes: words(*themes)),
)


@given(st.lists(st.tuples(st.sampled_from(["x", "y"]), ANSWERS, st.one_of(st.none(), ANSWERS)), max_size=15))
def test_every_person_is_in_one_place_and_organisations_add_up(people: list[tuple[str, Answer, Answer | None]]) -> None:
    found = compared({f"p{number}": each for number, each in enumerate(people)})
    voices = found.voices
    whole = voices["organisation"] == "*"
    assert voices.loc[whole, "people_n"].sum() == voices.loc[~whole, "people_n"].sum() == len(people)
    assert not found.ledger.duplicated(["theme_id", "response_id"]).any()
    assert set(found.ledger["became"]) <= set(BECAME)
    change = found.change
    assert (change["absent_n"] >= 0).all()
    for name in ("appeared_n", "persisted_n", "disappeared_n", "silent_n", "not_analysable_n", "unanswered_n"):
        by_theme = change.groupby([change["organisation"] == "*", "theme_id"])[name].sum()
        if not by_theme.empty:
            assert by_theme.loc[True].to_dict() == by_theme.loc[False].to_dict()
