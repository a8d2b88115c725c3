"""What is there to be rated: texts of the right questions and days, pairs of one person, records one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from rubrics.criteria import Criterion
from rubrics.rating_frame import Readable, items_of, readable_answers, units_to_rate
from rubrics.ratings import text_sha256
from rubrics.sampling import Unit
from warehouse.periods import Period, Window, windows

ZONE = "Asia/Tokyo"


@pytest.fixture
def periods() -> dict[str, Window]:
    def at(day: str) -> datetime:
        return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(ZONE))

    made = [
        Period.model_validate({"id": name, "label": {"ja": name, "en": name}, "starts_at": since, "cut_off": at(until)})
        for name, since, until in (("one", at("2024-01-01"), "2024-04-01"), ("two", None, "2024-10-01"))
    ]
    return windows(made, ZONE)


# response, person, organisation, form, day, texts
ROWS = [
    ("a1", "ann", "x", "survey", "2024-02-01", {"trouble": "こまる", "wish": " \u3000"}),
    ("a2", "ann", "x", "survey", "2024-03-01", {"trouble": "まだ こまる"}),
    ("a3", "ann", "x", "survey", "2024-05-01", {"trouble": "すこし こまる"}),
    ("a4", "ann", "x", "survey", "2024-11-01", {"trouble": "締切のあと"}),
    ("b1", "bo", "x", "survey", "2024-02-02", {"trouble": "はじめだけ"}),
    ("c1", "cy", "y", "survey", "2024-02-03", {}),
    ("c2", "cy", "y", "survey", "2024-06-01", {"trouble": "あと", "wish": "ねがい", "other": "読まない"}),
    ("d1", "di", "y", "survey", "2024-06-02", {"trouble": "新しい人"}),
    ("e1", "ed", "y", "survey", "2024-06-03", {"other": "読まない"}),
    ("n1", None, "y", "notes", "2024-02-01", {"trouble": "記録"}),
    ("n2", None, "y", "notes", "2024-07-01", {"trouble": "記録"}),
]


@pytest.fixture
def frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    days = pd.to_datetime([row[4] for row in ROWS]).tz_localize(ZONE).tz_convert("UTC")
    names = ["response_id", "respondent_id", "organisation", "form_id", "answered_on"]
    responses = pd.DataFrame([row[:5] for row in ROWS], columns=names).assign(answered_at=days)
    answers = [(row[0], question, text, None) for row in ROWS for question, text in row[5].items()]
    answers.append(("b1", "wish", None, "blank"))
    columns = ["response_id", "question_id", "value_text", "missing_kind"]
    return responses, pd.DataFrame(answers, columns=columns)


@pytest.fixture
def rubric(criterion_of: Callable[..., Criterion]) -> list[Criterion]:
    """Read on the survey's trouble, from April on its wish as well; and a criterion that nobody rates in early days."""
    money = criterion_of("money", ("2023-01-01", ["trouble"], [1, 2]), ("2024-04-01", ["wish", "trouble"], [1, 2]))
    return [money, criterion_of("later", ("2023-01-01", [], [1]), ("2024-06-01", ["trouble"], [1]))]


def kana_only(text: str) -> dict[str, str]:
    return {"script": "kana" if all("ぁ" <= each <= "ん" for each in text if not each.isspace()) else "mixed"}


@pytest.fixture
def readable(
    frames: tuple[pd.DataFrame, pd.DataFrame], rubric: list[Criterion], periods: dict[str, Window]
) -> list[Readable]:
    return readable_answers(rubric, *frames, periods, "two", kana_only)


def test_what_can_be_read_up_to_the_cut_off(readable: list[Readable]) -> None:
    found = {each.response_id: each for each in readable}
    assert list(found) == ["a1", "b1", "a2", "a3", "c2", "d1"]  # no text, other questions, other form, too late: none
    assert found["a1"].texts == {"trouble": "こまる"}  # white space is no text
    assert list(found["c2"].texts) == ["wish", "trouble"]  # as the rubric names them
    assert found["a3"].versions == {"money": 2}
    assert found["a1"].versions == {"money": 1}
    assert found["d1"].versions == {"money": 2, "later": 2}
    assert found["a1"].stratum == {"organisation": "x", "stage": "one", "script": "kana"}
    assert found["a3"].stratum["stage"] == "two"


def units(
    readable: list[Readable], frames: tuple[pd.DataFrame, pd.DataFrame], periods: dict[str, Window], *persons: str
) -> dict[tuple[str, ...], Unit]:
    return {each.response_ids: each for each in units_to_rate(readable, frames[0], persons, periods, "two")}


def test_of_a_person_the_first_answer_and_those_in_the_window_are_one_unit(
    readable: list[Readable], frames: tuple[pd.DataFrame, pd.DataFrame], periods: dict[str, Window]
) -> None:
    found = units(readable, frames, periods, "survey")
    assert set(found) == {("a1", "a3"), ("c2",), ("d1",)}  # bo has nothing in the window; cy's first has no text
    assert dict(found["a1", "a3"].stratum) == {
        "form": "survey",
        "organisation": "x",
        "stage": "one→two",
        "script": "kana",
    }
    assert dict(found["d1",].stratum)["stage"] == "two"


def test_of_organisations_each_record_is_a_unit_of_its_own(
    readable: list[Readable], frames: tuple[pd.DataFrame, pd.DataFrame], periods: dict[str, Window]
) -> None:
    assert set(units(readable, frames, periods)) == {("a1",), ("b1",), ("a2",), ("a3",), ("c2",), ("d1",)}


def test_the_order_of_rows_changes_nothing(
    frames: tuple[pd.DataFrame, pd.DataFrame],
    rubric: list[Criterion],
    periods: dict[str, Window],
    readable: list[Readable],
) -> None:
    mixed = tuple(each.sample(frac=1, random_state=2) for each in frames)
    again = readable_answers(rubric, mixed[0], mixed[1], periods, "two", kana_only)
    assert again == readable
    assert units_to_rate(again, mixed[0], ["survey"], periods, "two") == units_to_rate(
        readable, frames[0], ["survey"], periods, "two"
    )


def test_items_are_numbered_in_an_order_of_their_own(
    readable: list[Readable], frames: tuple[pd.DataFrame, pd.DataFrame], periods: dict[str, Window]
) -> None:
    drawn = list(units(readable, frames, periods, "survey").values())
    items = items_of(drawn, readable, seed=4)
    assert [each.item_id for each in items] == ["R-0001", "R-0002", "R-0003", "R-0004"]
    assert {each.response_id for each in items} == {"a1", "a3", "c2", "d1"}
    assert items == items_of(reversed(drawn), reversed(readable), seed=4)
    orders = {tuple(each.response_id for each in items_of(drawn, readable, seed)) for seed in range(20)}
    assert len(orders) > 5
    mine = next(each for each in items if each.response_id == "c2")
    assert [(each.question_id, each.sha256) for each in mine.read] == [
        ("wish", text_sha256("ねがい")),
        ("trouble", text_sha256("あと")),
    ]
