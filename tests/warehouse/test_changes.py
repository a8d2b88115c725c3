"""Two runs compared: what is reported leads from the one to the other, and nothing else differs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import Engine

from warehouse.changes import TABLES_COMPARED, Changes, StoredRun, changes_between, read_changes
from warehouse.definitions import UserMistake
from warehouse.frames import empty_frame, frame_of
from warehouse.load import RunRecord, load_run
from warehouse.tables import TABLES

Frames = dict[str, pd.DataFrame]
MakeRun = Callable[..., RunRecord]
MakeFrames = Callable[..., Frames]
State = dict[str, tuple[str, str, int, dict[str, tuple[tuple[Any, ...], ...]]]]
"""response -> organisation, respondent, day, question -> facts (code, number, text, date, missing, class)."""

DAY = datetime(2024, 3, 31, tzinfo=UTC)
RECORD = {
    "run_id": "r", "wave": "interim", "code_sha256": "c", "lock_sha256": "d", "model_name": None, "model_version": None,
    "dictionary_version": None,
}  # fmt: skip


# --- any two runs -----------------------------------------------------------------------------------------------------


def fact(place: int, values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """A fact with one value, at its place among code, number, text, date and kind of missing; and a class."""
    return st.builds(
        lambda value, mapped: (*(value if each == place else None for each in range(5)), mapped),
        values,
        st.sampled_from("AB"),
    )


missing = fact(4, st.sampled_from(["blank", "unknown"]))
answers = st.fixed_dictionaries(
    {},
    optional={
        "ticks": st.lists(fact(0, st.sampled_from("123")), min_size=1, max_size=3).map(tuple),
        "number": st.tuples(fact(1, st.sampled_from([0.0, 1.0, 0.1, 0.1 + 2**-55, 1e15])) | missing),
        "text": st.tuples(fact(2, st.sampled_from(["困っています", "困っていました", "<text>"])) | missing),
        "day": st.tuples(fact(3, st.sampled_from(["2024-03-31", "2024-04-01"])) | missing),
    },
)
response = st.tuples(st.sampled_from("AB"), st.sampled_from(["p1", "p2", "p3"]), st.integers(0, 2), answers)
states = st.dictionaries(st.sampled_from([f"r{number}" for number in range(6)]), response, max_size=6)


def stored(state: State, rejected: list[str], **tables: pd.DataFrame) -> StoredRun:
    """A run that accepted `state` and rejected some responses."""
    responses = [
        ("r", one, code, "form", "i", "w", who, f"{DAY + timedelta(days=day):%Y-%m-%dT00:00:00.000000Z}", f"{day}", "o",
         "f" * 64, "a.csv", None, 2)
        for one, (code, who, day, _) in state.items()
    ]  # fmt: skip
    facts = [
        ("r", one, question, position, *values)
        for one, (_, _, _, given_answers) in state.items()
        for question, found in given_answers.items()
        for position, values in enumerate(found)
    ]
    findings = [
        ("r", number, "w", "A", "form", "a.csv", None, 9, one, "text", "unknown_code", "critical", "")
        for number, one in enumerate(rejected, start=1)
    ]
    frames = {name: empty_frame(TABLES[name]) for name in TABLES_COMPARED}
    frames["core_response"] = frame_of(TABLES["core_response"], responses)
    frames["core_answer"] = frame_of(TABLES["core_answer"], facts)
    frames["out_finding"] = frame_of(TABLES["out_finding"], findings)
    return StoredRun(RECORD, {**frames, **tables})


def told(facts: tuple[tuple[Any, ...], ...] | None) -> str | None:
    """A question's facts as the report tells them, by plain Python."""
    if facts is None:
        return None
    words = []
    for code, number, text, day, kind, _ in facts:
        words.append(f"<{kind}>" if kind else "<text>" if text else day or code)
        if number is not None:
            words[-1] = str(int(number)) if number == int(number) else repr(number)
    return "|".join(words)


@settings(max_examples=60)
@given(old=states, new=states, data=st.data())
def test_the_reported_changes_lead_from_the_old_responses_to_the_new(old: State, new: State, data: Any) -> None:
    everyone = sorted({*old, *new})
    rejected = [data.draw(st.lists(st.sampled_from(everyone), unique=True)) if everyone else [] for _ in range(2)]
    rejected = [[one for one in found if one not in kept] for found, kept in zip(rejected, (old, new), strict=True)]
    changes = changes_between(stored(old, rejected[0]), stored(new, rejected[1]))
    found = changes.responses.set_index("response_id")
    of_kind = {kind: set(found.index[found["change"] == kind]) for kind in ("new", "returned", "gone", "edited")}
    assert sum(map(len, of_kind.values())) == len(found)
    assert (set(old) - of_kind["gone"]) | of_kind["new"] | of_kind["returned"] == set(new)
    assert of_kind["returned"] == set(new) & set(rejected[0])
    assert of_kind["edited"] == {one for one in set(old) & set(new) if old[one] != new[one]}
    for one in of_kind["gone"]:
        assert found.loc[one, "reason_codes"] == ("unknown_code" if one in rejected[1] else "")
    for one in of_kind["edited"]:
        row = found.loc[one]
        assert (row["organisation_before"], row["organisation_after"]) == (old[one][0], new[one][0])
        assert row["respondent_changed"] == (old[one][1] != new[one][1])
        days = (row["answered_at_before"] - DAY).days, (row["answered_at_after"] - DAY).days
        assert days == (old[one][2], new[one][2])
        of_it = changes.answers[changes.answers["response_id"] == one].set_index("question_id")
        before, after = old[one][3], new[one][3]
        questions = {*before, *after}
        assert set(of_it.index) == {each for each in questions if before.get(each) != after.get(each)}
        assert row["questions_n"] == len(of_it)
        applied = {each: told(facts) for each, facts in before.items()} | {
            each: None if pd.isna(text) else text for each, text in of_it["after"].items()
        }
        assert applied == {each: told(after.get(each)) for each in questions}
    told_texts = changes.answers[["before", "after"]].to_csv()
    assert "困って" not in told_texts


counts = st.none() | st.sampled_from([0, 1, 2**53, 2**53 + 1])
keys = st.tuples(st.sampled_from(["X-1", "X-2"]), st.sampled_from("A*"), st.sampled_from(["*", "part"]))
cell = st.tuples(
    counts, counts, st.integers(0, 1), st.sampled_from([0.5, None]), st.sampled_from(["achieved", "reference"])
)
cells = st.dictionaries(keys, cell, max_size=6)
members = st.dictionaries(
    st.tuples(st.sampled_from(["X-1", "X-2"]), st.sampled_from("A*")),
    st.dictionaries(st.sampled_from([f"r{number}" for number in range(6)]), st.booleans()),
)


def out_tables(of: dict[Any, Any], behind: dict[Any, dict[str, bool]]) -> Frames:
    rows = [
        ("r", indicator, 1, "interim", organisation, dimension, dimension, "pairs", True, numerator, denominator, None,
         "people", None, None, eligible, 0, 0, 0, 0, 0, target, None, verdict, None)
        for (indicator, organisation, dimension), (numerator, denominator, eligible, target, verdict) in of.items()
    ]  # fmt: skip
    people = [
        ("r", indicator, "interim", organisation, "pairs", one, is_in)
        for (indicator, organisation), found in behind.items()
        for one, is_in in found.items()
    ]
    return {
        "out_indicator": frame_of(TABLES["out_indicator"], rows),
        "out_indicator_member": frame_of(TABLES["out_indicator_member"], people),
    }


@settings(max_examples=60)
@given(before=cells, after=cells, behind=st.tuples(members, members), states=st.tuples(states, states))
def test_just_the_cells_that_differ_are_reported_with_all_who_differ_behind_them(
    before: dict[Any, Any], after: dict[Any, Any], behind: tuple[Any, Any], states: tuple[State, State]
) -> None:
    old, new = (
        stored(state, [], **out_tables(of, who)) for state, of, who in zip(states, (before, after), behind, strict=True)
    )
    changes = changes_between(old, new)
    reported = {
        (row["indicator_id"], row["organisation"], row["dimension"]): [
            tuple(None if pd.isna(row[f"{name}_{when}"]) else row[f"{name}_{when}"]
                  for name in ("numerator", "denominator", "eligible_n", "target", "verdict"))
            for when in ("before", "after")
        ]
        for row in changes.cells.to_dict("records")
    }  # fmt: skip
    nothing = (None,) * 5
    assert reported == {
        key: [before.get(key, nothing), after.get(key, nothing)]
        for key in {*before, *after}
        if before.get(key) != after.get(key)
    }
    edited = set(changes.responses.loc[changes.responses["change"] == "edited", "response_id"])
    expected = set()
    for figure in {(indicator, organisation) for indicator, organisation, _ in reported}:
        was, now = (side.get(figure, {}) for side in behind)
        for one in {*was, *now}:
            kind = "removed" if one not in now else "added" if one not in was else "edited" if one in edited else ""
            kind = "flipped" if one in was and one in now and was[one] != now[one] else kind
            expected |= {(*figure, one, kind)} if kind else set()
    found = changes.cell_members
    assert expected == set(
        zip(found["indicator_id"], found["organisation"], found["response_id"], found["change"], strict=True)
    )
    changed = set(changes.responses["response_id"])
    assert set(found.loc[found["link"] == "response", "response_id"]) == changed & set(found["response_id"])
    assert set(changes.cells["due_to"]) <= {"responses", "coverage"}  # the rules are the same


# --- runs in a warehouse ----------------------------------------------------------------------------------------------

FIRST, SECOND, OTHER = "aaaaaa0000000001", "aaaaaabbbb000002", "cccccc0000000003"


@pytest.fixture
def loaded(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> Engine:
    """Two runs of one wave, of three and of four people, and a run of another wave."""
    load_run(engine, run_record(FIRST), small_frames(people=3))
    frames = small_frames(people=4)
    frames["core_answer"].loc[0, "value_code"] = "5"
    frames["core_response"]["file_sha256"] = "e" * 64
    frames["out_indicator"] = frames["out_indicator"].assign(verdict="not_achieved")
    later = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)
    load_run(engine, run_record(SECOND, first_loaded_at=later), frames)
    load_run(engine, run_record(OTHER, wave="final"), small_frames(period="final"))
    return engine


def test_the_run_that_the_wave_publishes_now_is_the_later_one(loaded: Engine) -> None:
    changes = read_changes(loaded, "aaaaaa00")
    assert (changes.since["run_id"], changes.until["run_id"]) == (FIRST, SECOND)
    assert dict(zip(changes.responses["response_id"], changes.responses["change"], strict=True)) == {
        "r0": "edited",
        "r3": "new",
    }
    [answer] = changes.answers.to_dict("records")
    assert (answer["question_id"], answer["before"], answer["after"]) == ("q1", "1", "5")
    [moved] = changes.cells.to_dict("records")
    assert (moved["numerator_before"], moved["numerator_after"]) == (2, 2)
    assert (moved["denominator_before"], moved["denominator_after"]) == (3, 4)
    assert (moved["verdict_before"], moved["verdict_after"]) == ("achieved", "not_achieved")
    assert (moved["added_n"], moved["edited_n"], moved["linked_n"], moved["due_to"]) == (1, 1, 1, "responses")
    assert changes.cell_members["response_id"].tolist() == ["r0", "r3"]
    back = read_changes(loaded, SECOND, FIRST)
    assert set(back.responses["change"]) == {"edited", "gone"}
    assert back.cells["denominator_after"].tolist() == [3]


def test_a_run_compared_with_itself_has_no_changes(loaded: Engine) -> None:
    for changes in (read_changes(loaded, SECOND), read_changes(loaded, FIRST, FIRST)):
        assert all(table.empty for table in changes.tables.values())


def test_one_organisation_alone(loaded: Engine) -> None:
    own = read_changes(loaded, FIRST, organisation="A")
    assert (len(own.responses), len(own.cells), len(own.cell_members)) == (2, 1, 2)
    with pytest.raises(UserMistake, match="--organisation: B: is not in the warehouse; there are A"):
        read_changes(loaded, FIRST, organisation="B")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        (
            ("ffffff",),
            f"--since: ffffff: is no run .*{SECOND} .interim.*{FIRST} .interim.*{OTHER} .final 2024-04-01T00:00:00Z",
        ),
        (("aaaaa",), "--since: aaaaa: is no run"),
        (("aaaaaa",), f"--since: aaaaaa: fits several runs.*{SECOND} .interim 2024-05-01T12:30:00Z.*{FIRST}"),
        (("aaaaaa%",), "--since: aaaaaa%: is no run"),
        ((FIRST, "dddddd"), "--until: dddddd: is no run"),
        ((FIRST, OTHER), f"--until: {OTHER}: .*{FIRST}: interim, {OTHER}: final.*one wave"),
        ((FIRST, None, "spring"), "--wave: spring: is not in the warehouse; there are final, interim"),
        ((FIRST, None, "final"), f"--since: {FIRST}: is no run"),
    ],
)
def test_what_is_not_there_is_answered_with_what_is(loaded: Engine, asked: tuple[Any, ...], answer: str) -> None:
    with pytest.raises(UserMistake, match=answer):
        read_changes(loaded, *asked)


def test_a_run_that_was_never_finished_is_none(engine: Engine, run_record: MakeRun, small_frames: MakeFrames) -> None:
    load_run(engine, run_record(FIRST), small_frames())
    unfinished = {name: frame for name, frame in small_frames(2).items() if not name.startswith("out_")}
    load_run(engine, run_record(SECOND), unfinished)
    with pytest.raises(UserMistake, match=rf"is no run .*digits: {FIRST} \(interim 2024-04-01T00:00:00Z\)$"):
        read_changes(engine, SECOND)


# --- why a response is gone, and whose file it was --------------------------------------------------------------------


def gone(findings: list[tuple[Any, ...]]) -> Changes:
    """r1 of a.csv is gone; findings of (file, row, response, reason, severity)."""
    person = ("A", "p1", 0, {"ticks": (("1", None, None, None, None, "A"),)})
    rows = [
        ("r", number, "w", "A", "form", name, None, row, one, None, reason, severity, "")
        for number, (name, row, one, reason, severity) in enumerate(findings, start=1)
    ]
    later = stored({}, [], out_finding=frame_of(TABLES["out_finding"], rows))
    return changes_between(stored({"r1": person}, []), later)


@pytest.mark.parametrize(
    ("findings", "reasons"),
    [
        ([], ""),
        ([("a.csv", 2, "r1", "bad_date", "critical"), ("a.csv", 2, "r1", "text_too_long", "warning")], "bad_date"),
        ([("a.csv", 2, "r1", "superseded", "warning")], "superseded"),
        ([("a.csv", None, None, "columns_changed", "critical")], "columns_changed"),
        ([("b.csv", None, None, "columns_changed", "critical"), ("a.csv", 1, None, "columns_added", "warning")], ""),
        (
            [("a.csv", 2, "r1", "bad_date", "critical"), ("a.csv", 2, "r1", "bad_number", "critical")],
            "bad_date bad_number",
        ),
    ],
)
def test_why_a_response_is_gone(findings: list[tuple[Any, ...]], reasons: str) -> None:
    changes = gone(findings)
    assert changes.responses[["change", "reason_codes"]].to_numpy().tolist() == [["gone", reasons]]
    assert changes.findings["reason_code"].tolist() == reasons.split()
    assert set(changes.findings["response_id"]) <= {"r1"}


def test_an_edit_in_a_file_that_is_the_same_is_marked() -> None:
    """Only a definition or the code can have made it."""
    before = {"r1": ("A", "p1", 0, {"ticks": (("1", None, None, None, None, "A"),)})}
    after = {"r1": ("A", "p1", 0, {"ticks": (("1", None, None, None, None, "B"),)})}
    [same] = changes_between(stored(before, []), stored(after, [])).responses.to_dict("records")
    assert (same["change"], same["same_bytes"]) == ("edited", True)
    other = stored(after, [])
    other.tables["core_response"]["file_sha256"] = "e" * 64
    changes = changes_between(stored(before, []), other)
    assert changes.responses["same_bytes"].tolist() == [False]
    [answer] = changes.answers.to_dict("records")
    assert (answer["before"], answer["after"]) == ("1", "1")
    assert (answer["crosswalk_class_before"], answer["crosswalk_class_after"]) == ("A", "B")
