"""A snapshot is one canonical file, however its records were paged, and tells what changed since the one before."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.snapshots import CHANGES, RepeatedRecord, SnapshotDraft, changed_fields, known_stamps
from flows.sources.server import FormStructure, Page, Record, SourceFault

FORM = FormStructure(body=b"{}", versions={"v1": ["q3/text"], "v2": ["q3/text", "q7"]}, zones={"_time": "UTC"})
TEXTS = st.text(st.characters(codec=None), max_size=8)  # any code point, lone surrogates and line separators too
STATES = st.sampled_from(["present", "rejected", "incomplete"])
FORM_CONTENTS = st.dictionaries(st.integers(0, 20), st.tuples(STATES, TEXTS), max_size=12)


def record(number: int, text: str, state: str = "present", stamp: str = "") -> Record:
    return Record(f"uuid:{number}", f"{number:04}", state, {"q3": {"text": text}, "n": number}, stamp, "v1")  # type: ignore[arg-type]


def snapshot(folder: Path, name: str, pages: list[Page], before: Path | None = None) -> tuple[Path, dict[str, int]]:
    work = folder / name
    work.mkdir()
    draft = SnapshotDraft(work)
    for page in pages:
        draft.take(page)
    to = folder / f"{name}.jsonl"
    changes = draft.write("kobo", FORM, before, to, folder / f"{name}.changes.jsonl")
    draft.close()
    return to, changes.counts


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_bytes().split(b"\n")[:-1]]


def whole(contents: dict[int, tuple[str, str]]) -> list[Page]:
    return [Page(b"", [record(number, text, state)]) for number, (state, text) in contents.items()]


def paged(records: list[Record], cuts: list[int]) -> list[Page]:
    places = sorted({min(cut, len(records)) for cut in cuts} | {0, len(records)})
    return [Page(b"", records[start:end]) for start, end in pairwise(places)]


@given(contents=FORM_CONTENTS, cuts=st.lists(st.integers(0, 12)), order=st.randoms())
def test_paging_does_not_change_a_byte(tmp_path_factory, contents, cuts, order):
    folder = tmp_path_factory.mktemp("snapshot")
    records = [record(number, text, state) for number, (state, text) in contents.items()]
    one, _ = snapshot(folder, "one", [Page(b"", records)])
    order.shuffle(records)
    many, _ = snapshot(folder, "many", paged(records, cuts))
    assert many.read_bytes() == one.read_bytes()


@given(contents=FORM_CONTENTS)
def test_every_text_arrives_character_by_character_in_the_servers_order(tmp_path_factory, contents):
    found, counts = snapshot(tmp_path_factory.mktemp("snapshot"), "s", whole(contents))
    header, *rows = lines(found)
    assert header["versions"] == {"v1": ["q3/text"], "v2": ["q3/text", "q7"]}
    assert header["zones"] == {"_time": "UTC"}
    assert [(row["id"], row["state"], row["record"]["q3"]["text"]) for row in rows] == [
        (f"uuid:{number}", *contents[number]) for number in sorted(contents)
    ]
    assert counts == dict.fromkeys(CHANGES, 0) | {"new": len(contents)}


@given(before=FORM_CONTENTS, now=FORM_CONTENTS)
def test_what_changed_is_counted_and_named(tmp_path_factory, before, now):
    folder = tmp_path_factory.mktemp("snapshot")
    first, _ = snapshot(folder, "first", whole(before))
    second, counts = snapshot(folder, "second", whole(now), first)
    expected = {f"uuid:{number}": kind for number in before | now if (kind := change(before, now, number))}
    noted = lines(folder / "second.changes.jsonl")
    assert {row["id"]: row["what"] for row in noted} == expected
    assert counts == {kind: list(expected.values()).count(kind) for kind in CHANGES}
    assert all(row["fields"] == ["q3/text"] for row in noted if row["what"] == "edited")
    states = {row["id"]: row["state"] for row in lines(second)[1:]}
    assert states == {f"uuid:{number}": now[number][0] if number in now else "deleted" for number in before | now}


def change(before: dict[int, tuple[str, str]], now: dict[int, tuple[str, str]], number: int) -> str | None:
    """What happened to a record, worked out from the two contents alone."""
    if number not in before:
        return "new"
    if number not in now:
        return "deleted"
    (old_state, old_text), (state, text) = before[number], now[number]
    if old_state != state:
        return "restored" if state == "present" else state
    return "edited" if old_text != text else None


def test_a_deleted_record_stays_with_its_last_answers_and_may_return(tmp_path):
    first, _ = snapshot(tmp_path, "first", [Page(b"", [record(1, "a"), record(2, "b")])])
    second, counts = snapshot(tmp_path, "second", [Page(b"", [record(2, "b")])], first)
    assert counts["deleted"] == 1
    assert [(row["state"], row["record"]["q3"]["text"]) for row in lines(second)[1:]] == [
        ("deleted", "a"),
        ("present", "b"),
    ]
    third, counts = snapshot(tmp_path, "third", [Page(b"", [record(2, "b")])], second)
    assert third.read_bytes() == second.read_bytes()
    assert not any(counts.values()), "a deletion is told once"
    fourth, counts = snapshot(tmp_path, "fourth", [Page(b"", [record(1, "a"), record(2, "b")])], third)
    assert counts == dict.fromkeys(CHANGES, 0) | {"restored": 1}
    assert fourth.read_bytes() == first.read_bytes()


def test_what_need_not_be_sent_again_is_kept_from_before(tmp_path):
    first, _ = snapshot(tmp_path, "first", [Page(b"", [record(1, "a", stamp="t1"), record(2, "b", stamp="t1")])])
    assert known_stamps(first) == {"uuid:1": "t1", "uuid:2": "t1"}
    page = Page(b"", [record(2, "c", stamp="t2")], unchanged=["uuid:1"])
    second, counts = snapshot(tmp_path, "second", [page], first)
    assert counts == dict.fromkeys(CHANGES, 0) | {"edited": 1}
    assert [row["record"]["q3"]["text"] for row in lines(second)[1:]] == ["a", "c"]
    gone, _ = snapshot(tmp_path, "gone", [Page(b"", [], unchanged=["uuid:2"])], second)
    assert known_stamps(gone) == {"uuid:2": "t2"}, "what is deleted is asked for again if it returns"


def test_a_record_received_twice_or_unchanged_from_nowhere_is_a_fault(tmp_path):
    with pytest.raises(RepeatedRecord):
        snapshot(tmp_path, "twice", [Page(b"", [record(1, "a")]), Page(b"", [record(1, "a")])])
    with pytest.raises(SourceFault, match="source_unreadable"):
        snapshot(tmp_path, "nowhere", [Page(b"", [], unchanged=["uuid:9"])])


def test_fields_that_differ_are_named_by_their_path():
    before = {"q3": {"level": 2, "text": "a"}, "q4": None, "same": [1]}
    now = {"q3": {"level": 3, "text": "a"}, "same": [1], "q5": "x"}
    assert changed_fields(before, now) == ["q3/level", "q4", "q5"]
