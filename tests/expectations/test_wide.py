"""One row a response: what stands in it, and what never does."""

from __future__ import annotations

from datetime import date

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from expectations.wide import question_columns, wide_frame

MISSING = {"missing": "blank"}


def test_every_type_has_its_column(form, make_frames):
    responses, answers = make_frames(
        {
            "gender": "female",
            "area": ["10", "work"],
            "level": "2",
            "cases": 3.0,
            "until": "2024-04-30",
            "comment": "こまった😀",
            "case": "K-7",
            "parties": ["z", "a"],
        }
    )
    [row] = wide_frame(form, responses, answers).to_dict("records")
    assert row == {
        "response_id": "org_a/survey/1",
        "organisation": "org_a",
        "respondent_id": "p1",
        "answered_on": date(2024, 5, 1),
        "gender": "female",
        "area": "work|10",  # in the questionnaire's order
        "level": "2",
        "level__missing": None,
        "cases": 3.0,
        "until": date(2024, 4, 30),
        "comment__characters": 5.0,  # code points
        "case": "K-7",
        "parties": "z|a",  # in the file's order
    }


def test_free_text_never_enters(form, make_frames):
    frame = wide_frame(form, *make_frames({"comment": "秘密の住所"}, {"comment": MISSING}))
    assert "comment" not in frame
    assert "秘密" not in frame.to_csv()


def test_missing_is_none_and_keeps_its_kind_only_where_required(form, make_frames):
    responses, answers = make_frames({"level": {"missing": "unmapped"}, "gender": {"missing": "no_answer"}})
    [row] = wide_frame(form, responses, answers).to_dict("records")
    assert (row["gender"], row["level"], row["level__missing"]) == (None, None, "unmapped")
    assert "gender__missing" not in row


def test_unmatched_codes_stay_visible(form, make_frames):
    frame = wide_frame(form, *make_frames({"gender": "?", "area": ["work", "?"]}))
    assert frame.loc[0, ["gender", "area"]].tolist() == ["?", "work|?"]


def test_other_forms_rows_are_left_out_and_no_rows_keep_the_columns(form, make_frames):
    responses, answers = make_frames({}, {"form_id": "log"}, {"gender": "male"})
    assert wide_frame(form, responses, answers)["response_id"].tolist() == ["org_a/survey/1", "org_a/survey/3"]
    empty = wide_frame(form, responses.iloc[:0], answers.iloc[:0])
    assert list(empty.columns) == list(wide_frame(form, responses, answers).columns)
    assert set(question_columns(form)) <= set(empty.columns)


def test_copies_keep_their_own_answers(form, make_frames):
    responses, answers = make_frames(
        {"response_id": "same", "gender": "male"}, {"response_id": "same", "gender": "female"}
    )
    assert wide_frame(form, responses, answers)["gender"].tolist() == ["male", "female"]


ROW = st.fixed_dictionaries(
    {
        "gender": st.sampled_from(["female", "male", "?", None]),
        "area": st.none() | st.lists(st.sampled_from(["work", "home", "10", "1"]), min_size=1, max_size=4, unique=True),
        "cases": st.none() | st.integers(-5, 20).map(float),
        "until": st.none() | st.dates().map(date.isoformat),
        "comment": st.none() | st.text("あ漢a😀\n", min_size=1, max_size=8),
    }
)


@given(st.lists(ROW, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_round_trip(form, make_frames, rows, random):
    filled = [{name: MISSING if value is None else value for name, value in row.items()} for row in rows]
    responses, answers = make_frames(*filled)
    shuffled = list(range(len(answers)))
    random.shuffle(shuffled)
    frame = wide_frame(form, responses, answers.iloc[shuffled])
    for row, (_, found) in zip(rows, frame.iterrows(), strict=True):
        assert found["gender"] == row["gender"]
        assert set((found["area"] or "").split("|")) - {""} == set(row["area"] or [])
        assert (None if pd.isna(found["cases"]) else found["cases"]) == row["cases"]
        assert (found["until"] and found["until"].isoformat()) == row["until"]
        length = found["comment__characters"]
        assert (None if pd.isna(length) else length) == (row["comment"] and len(row["comment"]))
