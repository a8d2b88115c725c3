"""Which delivery of a response counts, and what becomes of the others."""

from __future__ import annotations

from random import Random

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from expectations.duplicates import duplicate_reasons, withdrawn

SAME = {"response_id": "r", "respondent_id": "p", "gender": "male", "area": ["work", "home"]}
OTHER = SAME | {"gender": "female"}
THIRD = SAME | {"gender": "other"}


def delivered(wave, content=SAME, file_name=None, **more):
    return content | {"wave": wave, "file_name": file_name or f"{wave}.csv"} | more


def found(make_frames, *rows, deleted=()):
    """Row number -> (reason, expected) of those that do not count; rows are numbered from 1 as given."""
    responses, answers = make_frames(*rows)
    is_deleted = pd.Series([number in deleted for number in range(1, len(rows) + 1)])
    gone = withdrawn(responses, responses[is_deleted])
    live = responses[~is_deleted & ~responses["row_key"].isin(gone.index)]
    numbers = responses.set_index("row_key")["row_n"]
    every = pd.concat([gone, duplicate_reasons(live, answers)])
    return {int(numbers[key]): (row["reason_code"], row["expected"]) for key, row in every.iterrows()}


def test_identical_copies_keep_the_first_of_the_waves_as_given(make_frames):
    responses, answers = make_frames(
        SAME | {"wave": "start", "file_name": "z.csv"},
        SAME | {"wave": "end", "file_name": "a.csv"},
        SAME | {"wave": "start", "file_name": "b.csv"},
        {"gender": "male"},
    )
    assert duplicate_reasons(responses, answers)["reason_code"].to_dict() == {
        "start|z.csv|1": "duplicate",
        "end|a.csv|2": "duplicate",
    }


def test_rows_of_one_file_are_ordered_by_number(make_frames):
    responses, answers = make_frames(*[SAME | {"row_n": row} for row in (10, 9, 100)])
    assert set(duplicate_reasons(responses, answers).index) == {"first|a.csv|10", "first|a.csv|100"}


DIFFERENCES = (
    {"gender": "female"},
    {"gender": {"missing": "blank"}},
    {"area": ["work"]},
    {"comment": "x"},
    {"cases": 1.0},
    {"until": "2024-01-01"},
    {"respondent_id": "q"},
    {"answered_on": "2024-05-02"},
)


def test_any_difference_within_a_wave_rejects_all_copies(make_frames):
    for other in DIFFERENCES:
        responses, answers = make_frames(SAME, SAME, SAME | other)
        assert duplicate_reasons(responses, answers)["reason_code"].tolist() == ["duplicate_conflict"] * 3, other


def test_any_difference_in_a_later_wave_is_a_new_version(make_frames):
    for other in DIFFERENCES:
        if "respondent_id" not in other:
            rows = [delivered("w1"), delivered("w2", SAME | other)]
            assert found(make_frames, *rows) == {1: ("superseded", "w2.csv")}, other


def test_another_person_under_the_same_number_is_no_edit(make_frames):
    rows = [delivered("w1"), delivered("w2", SAME | {"respondent_id": "q"}), delivered("w3")]
    others = {1: "w2.csv: 2", 2: "w1.csv: 1", 3: "w2.csv: 2"}
    assert found(make_frames, *rows) == {row: ("duplicate_conflict", other) for row, other in others.items()}


def test_the_kind_of_missing_and_the_question_it_stands_in_are_content(make_frames):
    responses, answers = make_frames(
        {"response_id": "r", "respondent_id": "p", "case": "x", "parties": {"missing": "blank"}},
        {"response_id": "r", "respondent_id": "p", "case": {"missing": "blank"}, "parties": "x"},
        {"response_id": "s", "respondent_id": "p", "case": {"missing": "unknown"}},
        {"response_id": "s", "respondent_id": "p", "case": {"missing": "blank"}},
    )
    assert duplicate_reasons(responses, answers)["reason_code"].tolist() == ["duplicate_conflict"] * 4


def test_the_order_of_answer_rows_and_the_crosswalk_class_are_no_content(make_frames):
    responses, answers = make_frames(SAME, SAME)
    answers.loc[answers["row_key"] == "first|a.csv|2", "crosswalk_class"] = "C"
    assert duplicate_reasons(responses, answers.iloc[::-1])["reason_code"].to_dict() == {"first|a.csv|2": "duplicate"}


def test_rows_without_an_id_are_no_copies_of_each_other(make_frames):
    assert found(make_frames, {"response_id": None}, {"response_id": None}) == {}
    assert found(make_frames, {"response_id": None}, {"response_id": None}, deleted=[2]) == {}


# --- versions -----------------------------------------------------------------------------------------------------


def test_a_version_stands_from_the_first_row_that_said_it(make_frames):
    rows = [delivered("w1"), delivered("w2", OTHER), delivered("w2", OTHER), delivered("w3", OTHER)]
    assert found(make_frames, *rows) == {
        1: ("superseded", "w2.csv"),
        3: ("duplicate", ""),
        4: ("duplicate", ""),
    }


def test_an_edit_that_is_taken_back_counts_where_it_was_taken_back(make_frames):
    rows = [delivered("w1"), delivered("w2", OTHER), delivered("w3")]
    assert found(make_frames, *rows) == {1: ("superseded", "w3.csv"), 2: ("superseded", "w3.csv")}


def test_a_contradiction_of_the_last_wave_leaves_nothing_and_a_later_wave_resolves_it(make_frames):
    rows = [delivered("w1"), delivered("w2"), delivered("w2", OTHER, "other.csv")]
    others = {1: "other.csv: 3", 2: "other.csv: 3", 3: "w1.csv: 1"}
    assert found(make_frames, *rows) == {row: ("duplicate_conflict", other) for row, other in others.items()}
    resolved = [*rows, delivered("w3", OTHER)]
    assert found(make_frames, *resolved) == dict.fromkeys((1, 2, 3), ("superseded", "w3.csv"))


def test_responses_do_not_meddle_with_each_other(make_frames):
    def with_id(row, response_id):
        return row | {"response_id": response_id}

    rows = [
        with_id(delivered("w1"), "a"),
        with_id(delivered("w1"), "b"),
        with_id(delivered("w2", OTHER), "a"),
        with_id(delivered("w2"), "b"),
        with_id(delivered("w2"), "c"),
        with_id(delivered("w2", OTHER, sheet="second"), "c"),
    ]
    assert found(make_frames, *rows) == {
        1: ("superseded", "w2.csv"),
        4: ("duplicate", ""),
        5: ("duplicate_conflict", "w2.csv [second]: 6"),
        6: ("duplicate_conflict", "w2.csv: 5"),
    }


# --- deletions ----------------------------------------------------------------------------------------------------


def test_a_deletion_takes_every_earlier_delivery_along(make_frames):
    rows = [delivered("w1"), delivered("w2", OTHER), delivered("w2", file_name="a.csv"), delivered("w2")]
    gone = ("deleted_at_source", "w2.csv")
    assert found(make_frames, *rows, deleted=[4]) == dict.fromkeys((1, 2, 3), gone)


def test_what_comes_again_after_its_deletion_counts(make_frames):
    rows = [delivered("w1"), delivered("w2"), delivered("w2", OTHER), delivered("w3", OTHER)]
    assert found(make_frames, *rows, deleted=[2]) == {
        1: ("deleted_at_source", "w2.csv"),
        4: ("duplicate", ""),
    }


def test_a_deletion_does_not_depend_on_the_names_of_the_files_of_its_wave(make_frames):
    for name in ("a.csv", "z.csv"):
        rows = [delivered("w1", file_name="m.csv"), delivered("w1", file_name=name)]
        assert found(make_frames, *rows, deleted=[2]) == {1: ("deleted_at_source", name)}
        assert found(make_frames, *rows, deleted=[1]) == {2: ("deleted_at_source", "m.csv")}


# --- any deliveries -----------------------------------------------------------------------------------------------

DELIVERIES = st.lists(
    st.tuples(
        st.sampled_from(["w1", "w2", "w3"]), st.sampled_from(["a", "b"]), st.sampled_from([SAME, OTHER, THIRD, None])
    ),
    min_size=1,
    max_size=7,
)


def expected_of(rows):
    """The rule again, said row by row. `rows`: (wave, file, content or None for a deletion) in the order delivered."""
    live = {
        number
        for number, (wave, file, content) in enumerate(rows, start=1)
        if content is not None
        and not any(
            later is None and (w > wave or (w == wave and (f != file or n > number)))
            for n, (w, f, later) in enumerate(rows, start=1)
        )
    }
    by_wave = {
        wave: [(n, rows[n - 1][2]) for n in sorted(live) if rows[n - 1][0] == wave] for wave in ("w1", "w2", "w3")
    }
    waves = [each for each in by_wave.values() if each]
    if not waves:
        return set()
    final = waves[-1][0][1]
    counting = None
    for wave in reversed(waves):
        if any(content != final for _, content in wave):
            break
        counting = wave[0][0]
    return set() if counting is None else {counting}


@given(DELIVERIES, st.randoms(use_true_random=False))
def test_at_most_one_delivery_counts_whatever_the_order_of_the_files(make_frames, rows, random: Random):
    rows = sorted(rows, key=lambda row: row[:2])
    frame_rows = [delivered(wave, content or SAME, f"{wave}{file}.csv") for wave, file, content in rows]
    deleted = [number for number, row in enumerate(rows, start=1) if row[2] is None]
    reasons = found(make_frames, *frame_rows, deleted=deleted)
    assert set(range(1, len(rows) + 1)) - set(reasons) - set(deleted) == expected_of(rows)

    responses, answers = make_frames(*frame_rows)
    order = list(range(len(rows)))
    random.shuffle(order)
    order.sort(key=lambda place: rows[place][0])  # the waves come in their order, their files in any
    shuffled = responses.iloc[order]
    deleted_keys = responses["row_key"].iloc[[number - 1 for number in deleted]]
    gone = withdrawn(shuffled, shuffled[shuffled["row_key"].isin(deleted_keys)])
    live = shuffled[~shuffled["row_key"].isin([*deleted_keys, *gone.index])]
    again = pd.concat([gone, duplicate_reasons(live, answers)])
    numbers = responses.set_index("row_key")["row_n"]
    assert {int(numbers[key]): tuple(row) for key, row in again.iterrows()} == reasons
