"""Which copy of a response stays."""

from __future__ import annotations

from expectations.duplicates import duplicate_reasons

SAME = {"response_id": "r", "respondent_id": "p", "gender": "male", "area": ["work", "home"]}


def test_identical_copies_keep_the_first_of_the_waves_as_given(make_frames):
    responses, answers = make_frames(
        SAME | {"wave": "start", "file_name": "z.csv"},
        SAME | {"wave": "end", "file_name": "a.csv"},
        SAME | {"wave": "start", "file_name": "b.csv"},
        {"gender": "male"},
    )
    assert duplicate_reasons(responses, answers).to_dict() == {
        "start|z.csv|1": "duplicate",
        "end|a.csv|2": "duplicate",
    }


def test_rows_of_one_file_are_ordered_by_number(make_frames):
    responses, answers = make_frames(*[SAME | {"row_n": row} for row in (10, 9, 100)])
    assert set(duplicate_reasons(responses, answers).index) == {"first|a.csv|10", "first|a.csv|100"}


def test_any_difference_rejects_all_copies(make_frames):
    for other in (
        {"gender": "female"},
        {"gender": {"missing": "blank"}},
        {"area": ["work"]},
        {"comment": "x"},
        {"cases": 1.0},
        {"until": "2024-01-01"},
        {"respondent_id": "q"},
        {"answered_on": "2024-05-02"},
    ):
        responses, answers = make_frames(SAME, SAME, SAME | other)
        assert duplicate_reasons(responses, answers).tolist() == ["duplicate_conflict"] * 3, other


def test_the_kind_of_missing_and_the_question_it_stands_in_are_content(make_frames):
    responses, answers = make_frames(
        {"response_id": "r", "respondent_id": "p", "case": "x", "parties": {"missing": "blank"}},
        {"response_id": "r", "respondent_id": "p", "case": {"missing": "blank"}, "parties": "x"},
        {"response_id": "s", "respondent_id": "p", "case": {"missing": "unknown"}},
        {"response_id": "s", "respondent_id": "p", "case": {"missing": "blank"}},
    )
    assert duplicate_reasons(responses, answers).tolist() == ["duplicate_conflict"] * 4


def test_the_order_of_answer_rows_and_the_crosswalk_class_are_no_content(make_frames):
    responses, answers = make_frames(SAME, SAME)
    answers.loc[answers["row_key"] == "first|a.csv|2", "crosswalk_class"] = "C"
    assert duplicate_reasons(responses, answers.iloc[::-1]).to_dict() == {"first|a.csv|2": "duplicate"}


def test_rows_without_an_id_are_no_copies_of_each_other(make_frames):
    responses, answers = make_frames({"response_id": None}, {"response_id": None})
    assert duplicate_reasons(responses, answers).empty
