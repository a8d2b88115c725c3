"""ODK Central: every row arrives once, also when the form or its rows change meanwhile."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.sources import odk

_spec = importlib.util.spec_from_file_location("odk_pull", Path(__file__).with_name("odk_pull.py"))
assert _spec
assert _spec.loader
odk_pull = sys.modules["odk_pull"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(odk_pull)
OdkLoopback, V1, V2 = odk_pull.OdkLoopback, odk_pull.V1, odk_pull.V2
answers, client, numbered, pull = odk_pull.answers, odk_pull.client, odk_pull.numbered, odk_pull.pull


@pytest.fixture
def central(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Seven submissions, a page of three at a time."""
    monkeypatch.setattr(odk, "PAGE_ROWS", 3)
    with odk_pull.seven_submissions() as server:
        yield server


# The form and its first pull


def test_versions_in_order_without_groups_and_repeats(central: Any) -> None:
    central.publish("", V2 | {"children": "repeat", "children/name": "string", "last": "string"})
    structure = client(central).structure()
    assert list(structure.versions.items()) == [("v1", list(V1)), ("v2", list(V2)), ("", [*V2, "last"])]
    assert structure.zones == {}
    lists = [json.loads(line) for line in structure.body.splitlines()]
    assert [each["version"] for each in lists[0]] == ["", "v2", "v1"]
    assert [each["type"] for each in lists[1]] == ["string", "structure", "int", "string"]


def test_everything_comes_page_by_page_as_it_was_sent(central: Any) -> None:
    central.reject(numbered(2))
    pulled = pull(central)
    assert [[each.id for each in page.records] for page in pulled.pages] == [
        [numbered(7), numbered(6), numbered(5)],
        [numbered(4), numbered(3), numbered(2)],
        [numbered(1)],
    ]
    assert {id: each.content for id, each in pulled.records.items()} == central.rows()
    assert json.loads(pulled.pages[2].body)["value"] == [central.rows()[numbered(1)]]
    assert {each.state for each in pulled.records.values() if each.id != numbered(2)} == {"present"}
    assert pulled.records[numbered(2)].state == "rejected"
    assert [pulled.records[numbered(n)].version for n in (4, 5)] == ["v1", "v2"]
    orders = [pulled.records[numbered(n)].order for n in range(1, 8)]
    assert orders == sorted(orders)
    assert orders[0] == central.rows()[numbered(1)]["__system"]["submissionDate"]
    assert central.asked("$skip=") == 0


def test_announced_counts_rejected_ones_and_no_deleted_ones(central: Any) -> None:
    central.reject(numbered(2))
    central.delete(numbered(3))
    assert client(central).announced() == 6


def test_a_form_without_submissions() -> None:
    with OdkLoopback() as server:
        puller = client(server)
        assert puller.announced() == 0
        assert [page.records for page in puller.pages({})] == [[]]


def test_a_form_id_that_needs_quoting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odk, "PAGE_ROWS", 1)
    with OdkLoopback(form="調査 票(1)/a") as server:
        ids = [server.insert({"answer": each}) for each in ("x", "y")]
        assert set(pull(server).ids) == set(ids)


def test_the_end_of_a_full_page_and_of_an_empty_one(central: Any) -> None:
    """An empty page has a next link, to the beginning: it must not be followed."""
    central.delete(numbered(7))
    assert len(pull(central).ids) == 6
    assert central.asked("Submissions?$top=3") == 2
    rows = {"value": [], "@odata.nextLink": f"{central.url}/v1/projects/1/forms/survey.svc/Submissions?$top=3"}
    central.inject(lambda _: json.dumps(rows).encode(), page=2)
    assert len(pull(central).pages) == 2


def test_repeats_lie_in_their_row() -> None:
    with OdkLoopback({"1": {"name": "string", "children": "repeat", "children/age": "int"}}) as server:
        id = server.insert({"name": "a", "children": [{"age": 3, "__id": "x"}]})
        assert pull(server).records[id].content["children"] == [{"age": 3, "__id": "x"}]
        assert server.asked("$expand=*") == 1


# The pulls after it


def test_nothing_new_is_nothing_sent(central: Any) -> None:
    known = pull(central).stamps()
    central.forget_requests()
    again = pull(central, known)
    assert central.rows_sent == []
    assert (again.records, sorted(again.ids)) == ({}, sorted(known))
    assert central.asked("Submissions") == central.asked("$select=__id,__system") == 3


def test_only_what_changed_is_sent(central: Any) -> None:
    known = pull(central).stamps()
    central.edit(numbered(2), {"q1": "7"})
    central.reject(numbered(5))
    central.review(numbered(6), "approved")
    central.delete(numbered(4))
    new = central.insert(answers(1))
    central.forget_requests()
    again = pull(central, known)
    assert set(again.records) == {numbered(2), numbered(5), numbered(6), new}
    assert set(central.rows_sent) - {numbered(7)} == set(again.records)
    assert again.unchanged == {numbered(1), numbered(3), numbered(7)}
    assert len(again.ids) == 7
    assert again.records[numbered(2)].content == central.rows()[numbered(2)]
    assert again.records[numbered(2)].order < again.records[numbered(5)].order
    assert (again.records[numbered(5)].state, again.records[numbered(6)].state) == ("rejected", "present")
    assert pull(central, again.stamps(known)).records == {}


def test_a_restored_row_comes_back_though_no_time_moved(central: Any) -> None:
    known = pull(central).stamps()
    central.delete(numbered(3))
    without = pull(central, known)
    assert (without.records, numbered(3) in without.ids) == ({}, False)
    central.restore(numbered(3))
    central.forget_requests()
    again = pull(central, without.stamps(known))
    assert central.rows_sent == list(again.records) == [numbered(3)]
    assert len(again.ids) == 7


def test_a_file_that_came_in_is_a_change(central: Any) -> None:
    known = pull(central).stamps()
    central.say(numbered(4), attachmentsPresent=1, attachmentsExpected=1)
    assert set(pull(central, known).records) == {numbered(4)}


def test_many_old_rows_are_read_by_pages(central: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odk, "SINGLE_ROWS", 2)
    known = pull(central).stamps()
    for n in (1, 2, 3):
        central.say(numbered(n), attachmentsPresent=1)
    central.forget_requests()
    again = pull(central, known)
    assert set(again.records) == {numbered(n) for n in (1, 2, 3)}
    assert (len(again.ids), central.asked("Submissions(")) == (7, 0)


def test_a_row_whose_id_the_server_does_not_give_singly(central: Any) -> None:
    odd = central.insert(answers(), id="R-1 (訂正)")
    central.insert(answers())
    known = pull(central).stamps()
    central.say(odd, attachmentsPresent=1)
    assert set(pull(central, known).records) == {odd}


def test_every_row_gone(central: Any) -> None:
    known = pull(central).stamps()
    for id in known:
        central.delete(id)
    assert pull(central, known).ids == []


# A form that changes while it is read


@pytest.mark.parametrize("deleted", [4, 5, 7])
def test_a_row_inserted_or_deleted_between_pages(central: Any, deleted: int) -> None:
    """Neither skipped nor repeated: the deleted one is still to come, the last one sent, or long sent."""
    central.before_page(2, lambda: (central.insert(answers()), central.delete(numbered(deleted))))
    pulled = pull(central)
    missed = {numbered(4)} if deleted == 4 else set()
    assert sorted(pulled.ids) == sorted({numbered(n) for n in range(1, 8)} - missed)
    again = pull(central, pulled.stamps())
    assert sorted(again.ids) == sorted(central.rows())
    assert len(again.records) == 1


def test_a_row_that_changes_after_it_was_listed_is_given_as_it_is(central: Any) -> None:
    """Listed as changed or as unchanged, it comes once, and the next pull has nothing to add."""
    known = pull(central).stamps()
    central.say(numbered(2), attachmentsPresent=1)
    central.insert(answers())

    def change() -> None:
        central.edit(numbered(2), {"q1": "9"})
        central.edit(numbered(3), {"q1": "8"})
        central.insert(answers())

    central.before_page(4, change)
    again = pull(central, known)
    assert sorted(again.ids) == sorted(central.rows())
    assert {id: each.content for id, each in again.records.items()} == {
        id: central.rows()[id] for id in map(numbered, (2, 3, 8, 9))
    }
    assert pull(central, again.stamps(known)).records == {}


def test_a_row_deleted_after_it_was_listed_is_not_there(central: Any) -> None:
    known = pull(central).stamps()
    central.say(numbered(2), attachmentsPresent=1)
    central.before_page(4, lambda: central.delete(numbered(2)))
    again = pull(central, known)
    assert sorted(again.ids) == sorted(central.rows())


def test_a_dropped_field_is_no_reason_to_read_again_and_one_that_comes_back_is(central: Any) -> None:
    id = central.insert(answers(5, "よかった"))
    known = pull(central).stamps()
    central.publish("v3", {path: kind for path, kind in V2.items() if path != "q3/text"})
    during = central.insert(answers(4, "消えていない"))
    dropped = pull(central, known)
    assert set(dropped.records) == {during}
    assert "text" not in dropped.records[during].content["q3"]
    central.publish("v4", V2)
    back = pull(central, dropped.stamps(known))
    assert back.records[id].content["q3"] == {"level": 5, "text": "よかった"}
    assert back.records[during].content["q3"] == {"level": 4, "text": "消えていない"}
    assert pull(central, back.stamps()).records == {}


def test_a_number_that_becomes_text_is_read_again(central: Any) -> None:
    odd = central.insert(answers("２"))
    first = pull(central)
    assert first.records[odd].content["q3"]["level"] is None
    central.publish("v3", V2 | {"q3/level": "string"})
    second = pull(central, first.stamps())
    assert second.records[odd].content["q3"]["level"] == "２"
    assert second.records[numbered(1)].content["q3"]["level"] == "1"


def test_a_new_question_is_no_reason_to_read_again(central: Any) -> None:
    known = pull(central).stamps()
    central.publish("v3", V2 | {"q8": "string"})
    assert pull(central, known).records == {}
