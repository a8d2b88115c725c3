"""ODK Central: what its recorded answers hold arrives, to the character."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.sources import odk
from flows.sources.server import Record

_spec = importlib.util.spec_from_file_location("odk_pull", Path(__file__).with_name("odk_pull.py"))
assert _spec
assert _spec.loader
odk_pull = sys.modules["odk_pull"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(odk_pull)
OdkLoopback, client, pull = odk_pull.OdkLoopback, odk_pull.client, odk_pull.pull

RECORDED_FORM = "jp_class_survey"


@pytest.fixture(scope="session")
def recorded(shared: Path) -> Callable[[str], Any]:
    """A recorded body, by its name."""
    return lambda name: json.loads((shared / "recordings" / "odk" / name).read_bytes())


@pytest.fixture
def recorded_central(recorded: Callable[[str], Any]) -> Iterator[Any]:
    """The server as it was recorded: two versions, 308 submissions; R0012 was deleted."""
    versions = {
        version: {each["path"][1:]: each["type"] for each in recorded(fields) if each["type"] != "structure"}
        for version, fields in (("2026-10-01", "form_fields_v1.json"), ("2026-11-20", "form_fields.json"))
    }
    with OdkLoopback(versions, form=RECORDED_FORM) as server:
        server.load(recorded("odata_submissions_all.json")["value"])
        yield server


def by_respondent(pulled: Any) -> dict[str, Record]:
    return {each.content["respondent_id"]: each for each in pulled.records.values()}


def test_recorded_bodies_arrive_as_they_are(recorded_central: Any, shared: Path, recorded: Any) -> None:
    body = (shared / "recordings" / "odk" / "odata_submissions_all.json").read_bytes()
    recorded_central.inject(lambda _: body)
    pulled = pull(recorded_central)
    assert [page.body for page in pulled.pages] == [body]
    rows = recorded("odata_submissions_all.json")["value"]
    assert [each.content for each in pulled.pages[0].records] == rows
    assert len(pulled.records) == len(rows) == recorded("odata_top0_count.json")["@odata.count"]


def test_recorded_reviews_edits_and_deletions(recorded_central: Any) -> None:
    records = by_respondent(pull(recorded_central))
    assert "R0012" not in records
    assert [name for name, each in records.items() if each.state == "rejected"] == ["R0008"]
    assert records["R0005"].content["q6_text"] == "訂正しました：先生の名前をまちがえていました。"
    assert records["R0005"].content["q3"]["level"] == 1
    assert records["R0006"].content["q7_text"] == "後から追加"
    assert records["R0006"].id == "uuid:d6c84bab-6383-5f5e-bba9-1b609024fb02"
    assert records["R0006"].version == "2026-10-01"
    assert [records[name].version for name in ("R0200", "R0201")] == ["2026-10-01", "2026-11-20"]


def test_recorded_texts_to_the_character(recorded_central: Any) -> None:
    records = by_respondent(pull(recorded_central))
    texts = {name: each.content["q6_text"] for name, each in records.items()}
    assert (texts["R0083"], texts["R0089"], texts["R0097"], texts["R0029"]) == ("null", "NA", "0", None)
    assert (texts["R0043"], texts["R0103"], texts["R0047"]) == ("-5", "   ", "+81-90-0000-0000")
    assert texts["R0101"] == "一行目\r\n二行目\r三行目"
    assert texts["R0007"] == "とても楽しかった😀👍🏽👨\u200d👩\u200d👧\u200d👦 🇯🇵 ありがとう！"
    assert texts["R0071"] == "\U00020bb7野家の\U00020bb7、髙橋の髙、鷗外の鷗、葛\U000e0100城"
    assert texts["R0067"].startswith("か\u3099くこう")
    assert texts["R0079"] == "عربي \u200fRTL\u200bZWSP\u200dZWJ\ufeffBOM"
    assert (texts["R0107"], texts["R0061"]) == ("\t先頭タブ", "\u3000全角空白で始まる\u3000")
    assert texts["R0073"] == "C:\\temp\\new \\n \\u3042 %00 %s {0} {{x}} ${y}"
    assert len(texts["R0019"]) == 20_000
    assert records["R0003"].content["q1"] is None


def test_the_recorded_walk(recorded_central: Any, recorded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One row came in and one was deleted after page 1: the loopback server pages as the real one did."""
    monkeypatch.setattr(odk, "PAGE_ROWS", 120)
    walk = [recorded(f"odata_page{n}_top120.json") for n in (1, 2, 3)]
    came, gone = "uuid:1e800d50-6688-5575-aa1e-4281097d849a", "uuid:c29dea08-195b-5a92-9497-d49c24af49bb"
    recorded_central.before_page(2, lambda: (recorded_central.insert({}, id=came), recorded_central.delete(gone)))
    pulled = pull(recorded_central)
    assert [json.loads(page.body)["value"] for page in pulled.pages] == [page["value"] for page in walk]
    assert sorted(pulled.ids) == sorted(each["__id"] for page in walk for each in page["value"])
    again = pull(recorded_central, pulled.stamps())
    assert (list(again.records), gone in again.ids, len(again.ids)) == ([came], False, 308)


def test_the_recorded_pages_byte_by_byte(recorded_central: Any, shared: Path) -> None:
    bodies = [(shared / "recordings" / "odk" / f"odata_page{n}_top120.json").read_bytes() for n in (1, 2, 3)]
    for n, body in enumerate(bodies, start=1):
        recorded_central.inject(lambda _, body=body: body, page=n)
    pulled = pull(recorded_central)
    assert [page.body for page in pulled.pages] == bodies
    assert len(set(pulled.ids)) == len(pulled.ids) == 308


def test_a_next_link_whose_row_was_deleted(recorded_central: Any, recorded: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(odk, "PAGE_ROWS", 10)
    then = [each["__id"] for each in recorded("odata_nextlink_after_cursor_row_deleted.json")["value"]]
    last = list(recorded_central.rows())[7]
    recorded_central.insert({})
    recorded_central.insert({})
    recorded_central.before_page(2, lambda: recorded_central.delete(last))
    assert [each.id for each in pull(recorded_central).pages[1].records] == then


def test_the_recorded_filter(recorded_central: Any, recorded: Any) -> None:
    """What came or changed since a moment: with the same rows changed, the same rows are given."""
    since = {each["__id"]: each for each in recorded("odata_filter_since_or_updated.json")["value"]}
    rows = recorded("odata_submissions_all.json")["value"]
    everything = pull(recorded_central)
    known = {id: stamp for id, stamp in everything.stamps().items() if id not in since}
    again = pull(recorded_central, known)
    expected = {each["__id"]: each for each in rows if each["__id"] in since}
    assert len(expected) == len(since) - 1  # R0301 came in later
    assert {id: each.content for id, each in again.records.items()} == expected
    assert recorded_central.asked("__system/updatedAt ge") == 1
    assert sorted(again.ids) == sorted(everything.ids)


def test_the_recorded_form_changes(recorded: Any) -> None:
    """A field dropped and, later, back with a number turned into text: rows as they were recorded at either time."""
    during = recorded("odata_after_v3_dropped_field.json")["value"]
    after = recorded("odata_after_v4_type_change.json")["value"]
    v2 = {each["path"][1:]: each["type"] for each in recorded("form_fields.json") if each["type"] != "structure"}
    with OdkLoopback({"2026-11-20": v2}, form=RECORDED_FORM) as server:
        server.load(after)
        first = pull(server)
        server.publish("2026-11-23", {path: kind for path, kind in v2.items() if path != "q5/text"})
        assert list(server.rows().values()) == during
        second = pull(server, first.stamps())
        assert (second.records, len(second.unchanged)) == ({}, 3)
        server.publish("2026-11-24", v2 | {"wave": "string"})
        third = pull(server, second.stamps(first.stamps()))
        assert [each.content for each in third.records.values()] == after
        assert [list(each) == list(v2) for each in client(server).structure().versions.values()] == [True, False, True]
