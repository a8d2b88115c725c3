"""Agreement as tables: what is compared with what, over which items, in which month."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rubrics.agreement import ac, agreement, alpha, interval, kappa, patterns, resampled, value
from rubrics.agreement_tables import AgreementFrames, agreement_frames
from rubrics.rated import rated
from rubrics.scoring import SCORE_COLUMNS
from warehouse.frames import check_columns
from warehouse.tables import TABLES

SCALES = {("work", 1): [1, 2, 3], ("work", 2): [1, 2, 3, 4], ("home", 1): [0, 1, 2]}
KEY = ["criterion_id", "criterion_version", "comparison", "rater_a", "rater_b", "rated_month", "statistic"]
NAMES = ["alpha", "kappa", "ac2", "agreement", "within_one"]
JANUARY = datetime(2024, 1, 10, tzinfo=UTC)
NEW_YEAR_IN_TOKYO = datetime(2024, 1, 31, 16, 0, tzinfo=UTC)


def rating(item: int, rater: str, level: int | None, **other: Any) -> dict[str, Any]:
    return {
        "round_id": "spring",
        "item_id": f"R-{item:04}",
        "response_id": f"r{item}",
        "criterion_id": "work",
        "criterion_version": 1,
        "origin": "rater",
        "rater": rater,
        "level": level,
        "rated_at": JANUARY,
        **other,
    }


def ratings_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows).astype({"level": "Int64"})


def score(response: int, origin: str, level: int, **other: Any) -> dict[str, Any]:
    return {
        "response_id": f"r{response}",
        "criterion_id": "work",
        "criterion_version": 1,
        "level": level,
        "origin": origin,
        "question_id": None,
        **other,
    }


NO_SCORES = pd.DataFrame(columns=SCORE_COLUMNS)


def frames_of(rows: list[dict[str, Any]], scores: list[dict[str, Any]] | None = None) -> AgreementFrames:
    given = pd.DataFrame(scores) if scores else NO_SCORES
    return agreement_frames(ratings_of(rows), given, SCALES, "Asia/Tokyo", seed=1)


def row(frames: AgreementFrames, *key: Any) -> pd.Series:
    return frames.agreement.set_index(KEY).sort_index().loc[key]


FIRST = [1, 2, 3, 3, 1, 2, 2, 3]
SECOND = [1, 2, 3, 2, 1, 2, 3, 3]
TWO = [rating(n, name, level) for name, given in (("ann", FIRST), ("bo", SECOND)) for n, level in enumerate(given)]


def test_a_pair_has_the_statistics_of_its_ratings() -> None:
    frames = frames_of(TWO)
    of = patterns(np.array([FIRST, SECOND], dtype=float).T, [1, 2, 3])
    for name, statistic in {"alpha": alpha(), "kappa": kappa(), "ac2": ac(), "agreement": agreement()}.items():
        for pair in (("ann", "bo"), ("*", "*")):
            found = row(frames, "work", 1, "raters", *pair, "*", name)
            assert found["value"] == pytest.approx(value(statistic, of), abs=1e-11)
            assert (found["ci_low"], found["ci_high"]) == pytest.approx(
                interval(statistic, of, resampled(of, 1)), abs=1e-11
            )
            assert (found["items_n"], found["ratings_n"]) == (8, 16)


def test_rows_stand_in_one_order_whatever_that_of_the_ratings() -> None:
    rows = [
        *TWO,
        *(rating(n, "cy", 2, criterion_id="home") for n in range(3)),
        rating(1, "ann", 1, criterion_id="home"),
    ]
    scores = [score(n, origin, 2) for n in range(4) for origin in ("self_report", "rater")]
    shuffled = np.random.default_rng(0).permutation(len(rows))
    one, other = frames_of(rows, scores), frames_of([rows[each] for each in shuffled], scores[::-1])
    pd.testing.assert_frame_equal(one.agreement, other.agreement)
    pd.testing.assert_frame_equal(one.confusion, other.confusion)
    compared = one.agreement[KEY[:5]].drop_duplicates().to_numpy().tolist()
    assert compared == [
        ["home", 1, "raters", "*", "*"],
        ["home", 1, "raters", "ann", "cy"],
        ["work", 1, "raters", "*", "*"],
        ["work", 1, "raters", "ann", "bo"],
        ["work", 1, "self_report", "self_report", "*"],
    ]
    pair = one.agreement[(one.agreement["rater_a"] == "ann") & (one.agreement["criterion_id"] == "work")]
    assert pair["rated_month"].tolist() == ["*"] * 6 + ["2024-01"] * 6
    assert pair["statistic"].tolist() == [*NAMES, "ratable"] * 2


def test_versions_are_never_pooled() -> None:
    later = [{**each, "criterion_version": 2, "round_id": "autumn"} for each in TWO]
    frames = frames_of(TWO + later)
    for version in (1, 2):
        assert row(frames, "work", version, "raters", "*", "*", "*", "alpha")["items_n"] == 8
    assert (
        row(frames, "work", 1, "raters", "*", "*", "*", "ac2")["value"]
        != (row(frames, "work", 2, "raters", "*", "*", "*", "ac2")["value"])
    )  # the second version's scale has a level more


def test_what_was_decided_together_is_no_rating_of_a_rater() -> None:
    decided = [rating(n, "ann", 1, origin="adjudicated") for n in range(8)]
    pd.testing.assert_frame_equal(frames_of(TWO + decided).agreement, frames_of(TWO).agreement)


def test_who_could_not_tell_gave_no_level_and_is_counted() -> None:
    rows = [*TWO, rating(20, "ann", None), rating(20, "bo", 1), rating(21, "ann", None), rating(21, "bo", None)]
    frames = frames_of(rows)
    assert row(frames, "work", 1, "raters", "ann", "bo", "*", "alpha")["items_n"] == 8
    told = row(frames, "work", 1, "raters", "ann", "bo", "*", "ratable")
    assert (told["value"], told["items_n"], told["ratings_n"]) == (0.85, 10, 20)
    assert frames.confusion["items_n"].sum() == 8


def test_items_that_one_rater_saw_are_left_out() -> None:
    alone = [rating(n, "ann", 3) for n in range(30, 40)]
    pd.testing.assert_frame_equal(frames_of(TWO + alone).agreement, frames_of(TWO).agreement)


def test_several_raters_have_their_pairs_and_no_kappa_together() -> None:
    third = [rating(n, "cy", level) for n, level in enumerate([1, 2, 2])]
    frames = frames_of([*TWO, *third, rating(50, "dee", 1)])
    together = row(frames, "work", 1, "raters", "*", "*", "*", "kappa")
    assert pd.isna(together["value"])
    assert together["items_n"] == 8
    assert row(frames, "work", 1, "raters", "*", "*", "*", "alpha")["ratings_n"] == 19
    assert row(frames, "work", 1, "raters", "ann", "cy", "*", "kappa")["items_n"] == 3
    assert "dee" not in set(frames.agreement["rater_b"])  # who rated nothing that another rated


def test_one_rater_alone_has_no_agreement() -> None:
    frames = frames_of([rating(n, "ann", 2) for n in range(5)])
    assert frames.agreement["statistic"].tolist() == [*NAMES, "ratable"]
    assert frames.agreement["value"].isna().all()
    assert (frames.agreement["items_n"] == 0).all()
    assert frames.confusion.empty


def test_a_month_is_that_of_the_last_rating_in_the_programmes_zone() -> None:
    late = [each | {"rated_at": NEW_YEAR_IN_TOKYO} if each["item_id"] in ("R-0006", "R-0007") else each for each in TWO]
    late[-1]["rated_at"] = JANUARY  # bo rated the last item in January, ann in February
    frames = frames_of(late)
    for month, items_n in {"*": 8, "2024-01": 6, "2024-02": 2}.items():
        assert row(frames, "work", 1, "raters", "*", "*", month, "agreement")["items_n"] == items_n
    assert row(frames, "work", 1, "raters", "*", "*", "2024-02", "agreement")["value"] == 0.5


def test_confusion_has_every_cell_of_the_declared_scale() -> None:
    cells = frames_of(TWO).confusion
    assert cells[["rater_a", "rater_b"]].drop_duplicates().to_numpy().tolist() == [["ann", "bo"]]
    table = cells.pivot(index="level_a", columns="level_b", values="items_n")
    assert table.to_numpy().tolist() == [[2, 0, 0], [0, 2, 1], [0, 1, 2]]


def test_the_person_is_held_against_what_raters_agreed_or_decided_on() -> None:
    scores = [
        *(score(n, "self_report", level) for n, level in enumerate([1, 2, 3, 1])),
        *(score(n, "interviewer", level) for n, level in enumerate([1, 1])),
        *(score(n, "rater", level) for n, level in enumerate([1, 2])),
        score(2, "adjudicated", 2),
        score(3, "rater", 1, criterion_version=2),  # another version's level is not held against this one's
        score(9, "rater", 3),
    ]
    later = rating(3, "ann", 1, criterion_version=2)
    decided = rating(2, "bo", 2, origin="adjudicated", rated_at=NEW_YEAR_IN_TOKYO)
    frames = frames_of([*TWO, later, decided], scores)
    person = row(frames, "work", 1, "self_report", "self_report", "*", "*", "agreement")
    assert (person["value"], person["items_n"], person["ratings_n"]) == (pytest.approx(2 / 3), 3, 6)
    assert row(frames, "work", 1, "self_report", "self_report", "*", "2024-02", "agreement")["items_n"] == 1
    assert row(frames, "work", 1, "interviewer", "interviewer", "*", "*", "agreement")["value"] == 0.5
    cells = frames.confusion[frames.confusion["comparison"] == "self_report"]
    assert cells.loc[cells["items_n"] > 0, ["level_a", "level_b"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 2]]


def test_frames_fit_the_warehouse_also_without_ratings() -> None:
    responses = pd.DataFrame({"response_id": [], "answered_on": []})
    answers = pd.DataFrame({"response_id": [], "question_id": [], "value_text": []})
    nothing = rated({}, responses, answers, [])
    empty = agreement_frames(nothing.ratings, nothing.scores, SCALES, "Asia/Tokyo", seed=1)
    full = frames_of(TWO)
    for table, none, some in (
        ("out_agreement", empty.agreement, full.agreement),
        ("out_confusion", empty.confusion, full.confusion),
    ):
        check_columns(TABLES[table], some, given=("run_id", "period"))
        assert none.empty
        assert none.dtypes.equals(some.dtypes)
