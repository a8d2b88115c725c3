"""A wave with raters: the indicator follows their levels, where they agree well enough to be judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from rubrics.ratings import Item, RatedText, Rating, Round, text_sha256
from warehouse.engine import opened
from warehouse.read import read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

CRITERION, QUESTION, INDICATOR = "difficulty", "q3_text", "F-O2-1"
NOW = datetime(2025, 1, 10, tzinfo=UTC)
Levels = Mapping[str, tuple[int | None, int | None, int | None]]
"""Response -> the levels of rater a and rater b, and their decision."""


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from flows.sample import write_sample

    folder = tmp_path_factory.mktemp("inbox")
    write_sample(folder, respondents=80, seed=3)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def plain(run_sample: Callable[..., Any], inbox: Path, data: Path) -> Any:
    """The wave before anybody rated."""
    return run_sample(inbox, data)


def tables(wave: Any, *names: str) -> list[pd.DataFrame]:
    with opened(wave.url) as engine:
        return [read_table(engine, name, wave.outcome.run_id) for name in names]


def pairs(wave: Any) -> pd.DataFrame:
    """People with their own level at both answers and a text at both: response_id and level, at first and later."""
    responses, answers, scores = tables(wave, "core_response", "core_answer", "core_score")
    texts = answers[(answers["question_id"] == QUESTION) & answers["value_text"].notna()]
    own = scores[(scores["criterion_id"] == CRITERION) & (scores["origin"] == "self_report")]
    rows = responses.merge(own[["response_id", "level"]]).merge(texts[["response_id", "value_text"]])
    rows = rows.sort_values("answered_at").groupby("respondent_id").filter(lambda group: len(group) == 2)
    first, later = rows.drop_duplicates("respondent_id"), rows.drop_duplicates("respondent_id", keep="last")
    columns = ["respondent_id", "organisation", "response_id", "level"]
    return first[columns].merge(
        later[["respondent_id", "response_id", "level"]], on="respondent_id", suffixes=("", "_later")
    )


def write_round(wave: Any, levels: Levels, name: str = "spring") -> None:
    """A round's folder as the commands leave it."""
    [answers] = tables(wave, "core_answer")
    texts = answers[(answers["question_id"] == QUESTION)].set_index("response_id")["value_text"].to_dict()
    items, lines = [], []
    for number, (response, (one, other, decided)) in enumerate(sorted(levels.items()), start=1):
        read = [RatedText(question_id=QUESTION, sha256=text_sha256(texts[response]))]
        item = f"R-{number:04}"
        items.append(
            Item(
                item_id=item,
                response_id=response,
                form_id="questionnaire",
                answered_on="2024-01-01",
                read=read,
                stratum={},
            )
        )
        given = [("rater", "a", one), ("rater", "b", other)]
        given += [("adjudicated", "a", decided)] if decided is not None else []
        lines += [
            Rating.model_validate(
                {
                    "round_id": name,
                    "item_id": item,
                    "response_id": response,
                    "criterion_id": CRITERION,
                    "criterion_version": 1,
                    "origin": origin,
                    "rater": rater,
                    "level": level,
                    "rated_at": NOW,
                    "no_evidence": True,
                    "read": read,
                    "sheet_sha256": "0" * 64,
                }
            ).model_dump_json()
            for origin, rater, level in given
        ]
    folder = wave.data / "rating" / name
    folder.mkdir(parents=True, exist_ok=True)
    drawn = Round(
        round_id=name,
        programme_id="foreign-roots-outreach",
        wave=wave.wave,
        run_id=wave.outcome.run_id,
        seed=1,
        drawn_at=NOW,
        criteria={CRITERION: [1]},
        raters=["a", "b"],
        items=items,
    )
    (folder / "round.json").write_text(drawn.model_dump_json(), encoding="utf-8")
    (folder / "ratings.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def declared(wave: Any) -> dict[str, Any]:
    [indicators] = tables(wave, "out_indicator")
    rows = indicators[
        (indicators["indicator_id"] == INDICATOR)
        & (indicators["organisation"] == "*")
        & (indicators["dimension"] == "*")
        & indicators["is_declared"]
    ]
    [row] = rows.to_dict("records")
    return {str(name): value for name, value in row.items()}


def improved(people: pd.DataFrame, levels: Levels) -> int:
    """Counted anew: a rated pair by its raters' levels, any other by the person's own."""
    found = 0
    for row in people.to_dict("records"):
        rated = [_level(levels.get(row[name])) for name in ("response_id", "response_id_later")]
        own = [row["level"], row["level_later"]]
        first, later = rated if None not in rated else own
        found += later > first
    return found


def _level(given: tuple[int | None, int | None, int | None] | None) -> int | None:
    if given is None:
        return None
    one, other, decided = given
    return decided if decided is not None else (one if one == other else None)


@pytest.fixture(scope="module")
def levels(plain: Any) -> Levels:
    """Every third person's two answers, rated: mostly alike, sometimes decided, once left open."""
    people = pairs(plain)
    found: dict[str, tuple[int | None, int | None, int | None]] = {}
    for number, row in enumerate(people.iloc[::3].to_dict("records")):
        turn = 1 + number % 5
        found[row["response_id"]] = (turn, turn, None)
        later = 1 + (number * 2) % 5
        found[row["response_id_later"]] = (later, later, None) if number % 4 else (later, later % 5 + 1, later)
    last = list(found)[-1]
    found[last] = (1, 2, None)
    return found


@pytest.fixture(scope="module")
def rated(plain: Any, levels: Levels, run_sample: Callable[..., Any], inbox: Path, data: Path) -> Any:
    write_round(plain, levels)
    return run_sample(inbox, data)


def test_the_indicator_follows_the_raters(plain: Any, rated: Any, levels: Levels) -> None:
    people = pairs(plain)
    before, after = declared(plain), declared(rated)
    moved = improved(people, levels) - improved(people, {})
    assert moved != 0, "else nothing is shown"
    assert after["numerator"] - before["numerator"] == moved
    assert after["denominator"] == before["denominator"]
    assert rated.outcome.run_id != plain.outcome.run_id


def test_every_rating_and_its_source_is_on_record(rated: Any, levels: Levels) -> None:
    scores, ratings, inputs, members = tables(rated, "core_score", "core_rating", "meta_input", "out_indicator_member")
    origins = scores[scores["criterion_id"] == CRITERION].groupby("origin").size()
    decided = sum(each[2] is not None for each in levels.values())
    assert (origins["adjudicated"], origins["rater"]) == (decided, len(levels) - decided - 1)
    assert len(ratings) == 2 * len(levels) + decided
    assert inputs[inputs["form_id"] == "rating"]["file_name"].tolist() == ["rating/spring/ratings.jsonl"]
    behind = members[(members["indicator_id"] == INDICATOR) & (members["organisation"] == "*")]
    assert set(levels) & set(behind["response_id"])


def test_agreement_below_the_floor_makes_the_figure_a_reference(
    rated: Any, levels: Levels, run_sample: Callable[..., Any], inbox: Path, data: Path
) -> None:
    [agreement] = tables(rated, "out_agreement")
    overall = agreement[
        (agreement["criterion_id"] == CRITERION)
        & (agreement["comparison"] == "raters")
        & (agreement["rater_a"] == "*")
        & (agreement["rated_month"] == "*")
    ].set_index("statistic")
    assert overall.loc["alpha", "value"] >= 2 / 3
    assert declared(rated)["verdict"] in ("achieved", "not_achieved")

    disputed = {name: (one, 6 - (one or 0), decided or one) for name, (one, _, decided) in levels.items()}
    write_round(rated, disputed)
    again = run_sample(inbox, data)
    assert declared(again)["verdict"] == "reference"
    assert declared(again)["numerator"] is not None
    write_round(rated, levels)


def test_ratings_of_other_words_do_not_count_and_say_so(
    plain: Any, rated: Any, levels: Levels, run_sample: Callable[..., Any], inbox: Path, data: Path
) -> None:
    path = data / "rating" / "spring" / "ratings.jsonl"
    written = path.read_text(encoding="utf-8")
    one = Rating.model_validate_json(written.splitlines()[0])
    other = RatedText(question_id=QUESTION, sha256=text_sha256("ほかの本文"))
    changed = one.model_copy(update={"read": [other]})
    path.write_text(written + changed.model_dump_json() + "\n", encoding="utf-8")
    again = run_sample(inbox, data)
    [findings] = tables(again, "out_finding")
    found = findings[findings["reason_code"] == "rated_text_changed"]
    assert found["response_id"].tolist() == [one.response_id]
    assert found["severity"].tolist() == ["warning"]
    path.write_text(written, encoding="utf-8")


def test_without_the_round_the_wave_is_the_one_before(
    plain: Any, rated: Any, run_sample: Callable[..., Any], inbox: Path, data: Path
) -> None:
    (data / "rating" / "spring" / "ratings.jsonl").unlink()
    again = run_sample(inbox, data)
    assert again.outcome.run_id == plain.outcome.run_id
    assert again.outcome.out_sha256 == plain.outcome.out_sha256


def test_a_ledger_edited_by_hand_stops_the_wave(run_sample: Callable[..., Any], inbox: Path, data: Path) -> None:
    from warehouse.definitions import UserMistake

    folder = data / "rating" / "broken"
    folder.mkdir()
    (folder / "round.json").write_text("{}", encoding="utf-8")
    (folder / "ratings.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(UserMistake, match=r"rating/broken/round\.json"):
        run_sample(inbox, data)
