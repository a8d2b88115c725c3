"""KoboToolbox is read whole, by the rows' own numbers, and as it is; the recordings say what it is like."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flows.sources.declared import KoboAsset
from flows.sources.kobo import PAGE_ROWS, KoboServer
from flows.sources.server import Page, Record, SourceFault


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kobo_server = _loaded("kobo_server")

FOR_EVER = float("inf")

Recorded = Callable[[str], Any]


@pytest.fixture
def server() -> Iterator[Any]:
    """Two and a half pages of generated rows."""
    with kobo_server.KoboLoopback(kobo_server.generated(2500)) as server:
        yield server


@pytest.fixture
def recorded(shared: Path) -> Recorded:
    """The JSON of a recorded answer."""
    return lambda name: json.loads((shared / "recordings" / "kobo" / f"{name}.json").read_bytes())


@pytest.fixture
def recording(shared: Path, recorded: Recorded) -> Iterator[Any]:
    """A server that holds the recorded rows, and gives the recorded form byte by byte."""
    first = recorded("asset_get_v1")
    with kobo_server.KoboLoopback(recorded("data_all"), asset=first["uid"]) as server:
        server.replay("/", (shared / "recordings" / "kobo" / "asset_get_v2.json").read_bytes())
        server.deploy(first["version_id"], first["content"]["survey"])
        yield server


def opened(server: Any, **other: Any) -> KoboServer:
    known = {"url": server.url, "asset": server.asset, "credentials": "org-a-kobo"}
    return KoboServer(KoboAsset(**{**known, **other}), server.token, back_off=0.001)


def pulled(server: Any) -> list[Record]:
    kobo = opened(server)
    records = [record for page in kobo.pages({}) for record in page.records]
    kobo.close()
    return records


def numbers(records: list[Record]) -> list[int]:
    return [record.content["_id"] for record in records]


# --- the recordings


def test_every_recorded_row_arrives_as_it_was(recording: Any, recorded: Recorded) -> None:
    rows = recorded("data_all")
    records = pulled(recording)
    assert [record.content for record in records] == rows
    assert opened(recording).announced() == len(records) == recorded("data_limit_5000")["count"] == 301
    assert [record.id for record in records] == [row["meta/rootUuid"] for row in rows]
    assert sorted(record.order for record in records) == [record.order for record in records]


def test_a_recorded_page_arrives_as_it_was(recording: Any, shared: Path, recorded: Recorded) -> None:
    body = (shared / "recordings" / "kobo" / "data_limit_5000.json").read_bytes()
    recording.replay("/data.json", body)
    [page] = opened(recording).pages({})
    assert page.body == body
    assert [record.content for record in page.records] == recorded("data_all")


def test_texts_arrive_character_by_character(recording: Any) -> None:
    records = {record.content["respondent_id"]: record.content for record in pulled(recording)}
    texts = {name: content.get("q6_text") for name, content in records.items()}
    assert texts["R0011"] == "一行目です。\n二行目です。\n\n四行目（空行のあと）。"
    assert len(texts["R0019"]) == 20_000
    assert texts["R0059"] == "  前後に空白  "
    assert texts["R0061"] == "\u3000全角空白で始まる\u3000"
    assert texts["R0067"].startswith("か\u3099くこう")
    assert texts["R0079"] == "عربي \u200fRTL\u200bZWSP\u200dZWJ\ufeffBOM"
    assert [texts[name] for name in ("R0083", "R0089", "R0097")] == ["null", "NA", "0"]
    assert texts["R0101"] == "一行目\r\n二行目\r三行目"
    assert texts["R0107"] == "\t先頭タブ"
    assert [texts[name] for name in ("R0003", "R0029", "R0103")] == [None] * 3
    assert [texts[name][0] for name in ("R0041", "R0043", "R0047", "R0053")] == ["=", "-", "+", "@"]


def test_an_edited_row_stays_the_same_record(recorded: Recorded) -> None:
    before, after = recorded("submission5_before_edit"), recorded("submission5_after_edit")
    with kobo_server.KoboLoopback([before]) as server:
        [first] = pulled(server)
        server.edit(5, {name: after.get(name) for name in {*before, *after}})
        [second] = pulled(server)
    assert (first.id, first.order) == (second.id, second.order)
    assert first.content == before
    assert second.content == after
    assert before["_uuid"] != after["_uuid"]


def test_only_what_is_not_approved_is_rejected(recording: Any) -> None:
    records = {record.content["respondent_id"]: record.state for record in pulled(recording)}
    assert {name for name, state in records.items() if state == "rejected"} == {"R0008"}
    assert records["R0009"] == records["R0010"] == "present"


def test_the_form_is_told_by_version(recording: Any, shared: Path) -> None:
    structure = opened(recording).structure()
    first, second = structure.versions.values()
    assert list(structure.versions) == ["v6C27M73vjadwi6j66LAJZ", "v6psWXMHtwNsfp36GWG6xj"]
    assert "q3/q3_level" in first
    assert [path for path in second if path not in first] == ["q7_text"]
    assert structure.zones == {"_submission_time": "UTC"}
    assert (shared / "recordings" / "kobo" / "asset_get_v2.json").read_bytes() in structure.body
    answered = {name for record in pulled(recording) for name in record.content if not name.startswith(("_", "meta/"))}
    assert answered - set(second) == {"formhub/uuid", "unknown_field"}
    assert {record.version for record in pulled(recording)} == set(structure.versions)


# --- pages


def test_pages_ask_for_what_comes_after_the_last_row(server: Any) -> None:
    pages: list[Page] = list(opened(server).pages({}))
    assert [len(page.records) for page in pages] == [PAGE_ROWS, PAGE_ROWS, 500]
    assert numbers([record for page in pages for record in page.records]) == list(range(1, 2501))
    assert not any("start=" in target for _, target in server.asked)


def test_a_server_may_give_less_than_is_asked_for(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kobo_server, "MOST_ROWS_N", 300)
    assert numbers(pulled(server)) == list(range(1, 2501))


def test_changes_between_pages_make_no_row_skipped_or_repeated(server: Any) -> None:
    server.before_page(2, lambda: [server.delete(number) for number in (1, 500, 1500)])
    server.before_page(3, lambda: [server.insert({"q1": "1"}), server.delete(2)])
    assert numbers(pulled(server)) == [number for number in range(1, 2502) if number != 1500]
    assert opened(server).announced() == 2501 - 4


def test_a_deleted_last_row_ends_the_walk() -> None:
    with kobo_server.KoboLoopback(kobo_server.generated(1001)) as server:
        server.before_page(2, lambda: server.delete(1001))
        assert len(pulled(server)) == opened(server).announced() == 1000


@pytest.mark.parametrize("rows_n", [0, 1, 1000])
def test_a_form_of_any_size_is_read(rows_n: int) -> None:
    with kobo_server.KoboLoopback(kobo_server.generated(rows_n)) as server:
        assert len(pulled(server)) == opened(server).announced() == rows_n


def _page(*rows: Any, **members: Any) -> bytes:
    return json.dumps({"count": len(rows), "next": None, "previous": None, "results": rows} | members).encode()


NAMES = {"_uuid": "a", "meta/instanceID": "uuid:a", "meta/rootUuid": "uuid:a"}
ROW = {"_id": 1, **NAMES, "_validation_status": {}, "__version__": "v1"}


def test_a_page_that_does_not_agree_is_read_again(server: Any) -> None:
    """A row that comes while the server counts is no fault."""
    server.inject(_page(ROW, count=2), on="page")
    server.inject(_page(count=2), page=2)
    assert len(pulled(server)) == 2500


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (_page(ROW, count=2), "count, next, results"),
        (_page(count=2), "count, next, results"),
        (_page(ROW, next="http://127.0.0.1/"), "count, next, results"),
        (_page(ROW, count="1"), "count"),
        (_page(ROW, count=True), "count"),
        (_page(results={}), "results"),
        (b"[]", "results"),
        (b"null", "results"),
        (_page("row"), "_id"),
        (_page({**ROW, "_id": "1"}), "_id"),
        (_page({**ROW, "_id": 0}), "_id: ascending"),
        (_page(ROW, ROW), "_id: ascending"),
        (_page({**ROW, "_id": 2}, ROW), "_id: ascending"),
        (_page({**ROW, "meta/rootUuid": None}), "meta/rootUuid"),
        (_page({"_id": 1}), "_uuid"),
        (_page({**ROW, "__version__": 1}), "__version__"),
        (_page({**ROW, "_validation_status": "ok"}), "_validation_status"),
    ],
)
def test_an_unexpected_page_is_unreadable(body: bytes, expected: str, server: Any) -> None:
    server.inject(body, times=FOR_EVER)
    with pytest.raises(SourceFault, match="source_unreadable") as caught:
        pulled(server)
    assert caught.value.expected == expected


def test_a_server_that_disregards_the_query_is_unreadable(server: Any) -> None:
    server.inject(_page(ROW, count=2, next="http://127.0.0.1/"), times=FOR_EVER)
    with pytest.raises(SourceFault) as caught:
        pulled(server)
    assert caught.value.expected == "_id: ascending"


# --- records


def test_a_record_is_known_by_its_root_or_by_what_that_will_be() -> None:
    old = {name: value for name, value in ROW.items() if name != "meta/rootUuid"}
    with kobo_server.KoboLoopback([old]) as server:
        [before] = pulled(server)
        server.edit(1, {"_uuid": "b", "meta/rootUuid": "uuid:a"})
        [after] = pulled(server)
    assert before.id == after.id == "uuid:a"


def test_reviews_edits_and_restored_answers_are_seen(server: Any) -> None:
    server.validate(1, "not_approved")
    server.validate(2, "on_hold")
    server.validate(3, "approved")
    server.edit(4, {"q1": "9"})
    first = pulled(server)[:4]
    assert [record.state for record in first] == ["rejected", "present", "present", "present"]
    assert first[3].content["q1"] == "9"
    assert first[3].id != f"uuid:{first[3].content['_uuid']}"
    server.validate(1, None)
    assert pulled(server)[0].state == "present"


def test_a_row_without_a_version_has_none() -> None:
    with kobo_server.KoboLoopback([{name: ROW[name] for name in ROW if name != "__version__"}]) as server:
        assert [record.version for record in pulled(server)] == [""]


# --- the form


def test_fields_are_told_by_their_paths(server: Any) -> None:
    rows = [
        {"type": "start", "name": "start"},
        {"type": "end", "name": "end"},
        {"type": "begin_group", "name": "a"},
        {"type": "select_one level", "name": "level"},
        {"type": "begin group", "$autoname": "b"},
        {"type": "text", "$autoname": "made_up"},
        {"type": "end group"},
        {"type": "begin_repeat", "name": "children"},
        {"type": "begin_group", "name": "child"},
        {"type": "text", "name": "given"},
        {"type": "end_group"},
        {"type": "end_repeat"},
        {"type": "begin_kobomatrix", "name": "grid"},
        {"type": "integer", "name": "column"},
        {"type": "end_kobomatrix"},
        {"type": "text", "name": "last"},
        {"type": "end_group"},
        {"type": "note"},
    ]
    server.deploy("v2", rows)
    versions = opened(server).structure().versions
    assert versions["v2"] == ["start", "end", "a/level", "a/b/made_up", "a/last"]
    assert versions["vLoopback1"] == list(kobo_server.FIELDS)


def test_more_versions_than_a_form_lists_are_found(server: Any) -> None:
    for number in range(150):
        server.deploy(f"v{number:03}", kobo_server.survey(f"q{number}"))
    versions = opened(server).structure().versions
    assert list(versions) == ["vLoopback1", *(f"v{number:03}" for number in range(150))]
    assert versions["v149"] == ["q149"]


@pytest.mark.parametrize(
    ("members", "reason_code"),
    [
        ({"deployment__encrypted": True}, "source_unreadable"),
        ({"effective_permissions": [{"codename": "partial_submissions"}]}, "source_refused"),
        ({"deployed_versions": {"results": [{"uid": "../../users", "date_deployed": ""}]}}, "source_unreadable"),
        ({"content": {"survey": [{"name": "q1"}]}}, "source_unreadable"),
        ({"content": None}, "source_unreadable"),
    ],
)
def test_a_form_that_would_be_read_in_part_is_a_fault(members: Any, reason_code: str, server: Any) -> None:
    server.asset_members = members
    with pytest.raises(SourceFault, match=reason_code):
        opened(server).structure()


# --- faults


def _everything(kobo: KoboServer) -> list[Callable[[], object]]:
    return [kobo.structure, kobo.announced, lambda: list(kobo.pages({}))]


def _refused(kobo: KoboServer) -> None:
    for read in _everything(kobo):
        with pytest.raises(SourceFault, match="source_refused") as caught:
            read()
        assert caught.value.expected is None


def test_who_may_not_read_is_refused(server: Any) -> None:
    _refused(opened(server, asset="aUnknown"))
    server.may_read = False
    _refused(opened(server))
    server.may_read = True
    kobo = opened(server)
    server.token = "another"  # noqa: S105
    _refused(kobo)


@pytest.mark.parametrize("token", ["", "a b", "abc\n", "秘密"])
def test_what_cannot_be_a_token_is_not_sent(token: str, server: Any) -> None:
    server.token = token
    with pytest.raises(SourceFault, match="source_refused") as caught:
        opened(server)
    assert caught.value.args == ("source_refused",)
    assert server.asked == []


@pytest.mark.parametrize("fault", [429, 503, "cut", "cut_chunk", "hang_up"])
def test_a_pull_outlives_what_passes(fault: Any, server: Any) -> None:
    server.inject(fault, page=2, times=2)
    assert numbers(pulled(server)) == list(range(1, 2501))


@pytest.mark.parametrize(
    ("fault", "reason_code"),
    [
        (500, "source_unreachable"),
        (503, "source_unreachable"),
        (400, "source_unreadable"),
        ("html", "source_unreadable"),
        ("cut", "source_unreadable"),
        ("elsewhere", "source_unreadable"),
    ],
)
def test_a_pull_ends_with_what_stays(fault: Any, reason_code: str, server: Any) -> None:
    server.inject(fault, page=2, times=FOR_EVER)
    pages = opened(server).pages({})
    assert len(next(pages).records) == PAGE_ROWS
    with pytest.raises(SourceFault, match=reason_code):
        next(pages)


# --- the tests' own server


def test_generated_rows_are_the_same_each_time() -> None:
    rows = kobo_server.generated(170_000)
    assert rows[169_999] == kobo_server.generated(170_000)[169_999] != kobo_server.generated(170_000, seed=2)[169_999]
    sizes = [len(json.dumps(rows[number], ensure_ascii=False).encode()) for number in range(500)]
    assert 1_100 < sum(sizes) / len(sizes) < 1_400


def test_the_tests_server_answers_as_recorded(recording: Any, recorded: Recorded) -> None:
    """What the tests believe of the server is what was recorded of it."""
    ours = {"limit": "120"}
    for name, query in (
        ("data_page1_limit120", ours),
        ("data_page2_limit120", {**ours, "start": "120"}),
        ("data_suffix_default", {}),
        ("data_query_id_gt", {"query": '{"_id":{"$gt":300}}'}),
        ("data_limit_0", {"limit": "0"}),
        ("data_query_bad", {"query": "{"}),
    ):
        _, answer = recording.answer("/data.json", query)
        expected = recorded(name)
        assert answer.get("results") == expected.get("results"), name
        assert answer.get("count") == expected.get("count"), name
        assert (answer.get("next") is None) == (expected.get("next") is None), name
