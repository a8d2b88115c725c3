"""What a real LimeSurvey sent arrives as it is: every response, every character, null and "" apart."""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flows.sources import limesurvey
from flows.sources.declared import LimeSurveyForm
from flows.sources.limesurvey import LimeSurveyServer
from flows.sources.server import Page, Record

V1, V2 = 829841, 672683


def _loopback() -> ModuleType:
    place = Path(__file__).with_name("limesurvey_server.py")
    spec = importlib.util.spec_from_file_location("limesurvey_server", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


loopback = _loopback()


@contextmanager
def _reading(survey: int, rows: list[dict[str, Any]], **more: Any) -> Iterator[LimeSurveyServer]:
    """Our side of a server that holds recorded responses."""
    with loopback.LimeSurveyLoopback({survey: rows}, **more) as server:
        form = LimeSurveyForm(url=server.url, survey=survey, time_zone="Asia/Tokyo", credentials="org-a-limesurvey")
        with closing(LimeSurveyServer(form, "reader", "right")) as ours:
            yield ours


def _records(pages: Iterator[Page]) -> list[Record]:
    return [record for page in pages for record in page.records]


@pytest.fixture(scope="session")
def recorded(shared: Path) -> Callable[[str], bytes]:
    """A recorded body of a real server."""
    return lambda name: (shared / "recordings" / "limesurvey" / name).read_bytes()


def _rows(body: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(body)["responses"]
    return rows


EXPORTS = [
    ("export_json_code_short.json", V1, 202, 6),
    ("export_json_page_1_100.json", V1, 99, 3),
    ("export_json_page_101_200.json", V1, 100, 3),
    ("export_json_page_201_300.json", V1, 3, 0),
    ("export_json_incomplete.json", V1, 6, 6),
    ("export_json_v2survey.json", V2, 100, 4),
    ("export_json_web_respondents.json", V2, 2, 1),
]


@pytest.mark.parametrize(("name", "survey", "records_n", "incomplete_n"), EXPORTS)
def test_every_recorded_response_arrives_as_it_is(
    recorded: Callable[[str], bytes],
    name: str,
    survey: int,
    records_n: int,
    incomplete_n: int,
) -> None:
    rows = _rows(recorded(name))
    with _reading(survey, rows) as ours:
        pages = list(ours.pages({}))
        assert ours.announced() == records_n
    assert b"".join(page.body for page in pages) == recorded(name)
    records = _records(iter(pages))
    assert [record.content for record in records] == rows
    assert [record.id for record in records] == [f"{survey}:{row['id']}" for row in rows]
    assert [record.order for record in records] == sorted(record.order for record in records)
    assert [record.state == "incomplete" for record in records] == [row["submitdate"] is None for row in rows]
    assert sum(record.state == "incomplete" for record in records) == incomplete_n
    assert {(record.version, record.stamp) for record in records} == {("", "")}


def test_recorded_responses_are_the_same_however_they_are_paged(
    recorded: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limesurvey, "PAGE_ROWS", 100)
    rows = _rows(recorded("export_json_code_short.json"))
    with _reading(V1, rows) as ours:
        pages = list(ours.pages({}))
    assert [len(page.records) for page in pages] == [100, 100, 2]
    assert [record.content for page in pages for record in page.records] == rows


def test_special_texts_arrive_character_by_character(recorded: Callable[[str], bytes]) -> None:
    rows = _rows(recorded("export_json_code_short.json"))
    sent = {row["respondentid"]: row["Q6text"] for row in rows}
    with _reading(V1, rows) as ours:
        records = _records(ours.pages({}))
    text: dict[str, str] = {record.content["respondentid"]: record.content["Q6text"] for record in records}
    assert {name: [*map(ord, each or "")] for name, each in text.items()} == {
        name: [*map(ord, each or "")] for name, each in sent.items()
    }
    assert "\N{GRINNING FACE}" in text["R0007"]
    assert "\N{ZERO WIDTH JOINER}" in text["R0007"]
    assert text["R0011"].count("\n") == 3
    assert "２０２６年" in text["R0013"]
    assert len(text["R0019"]) == 20_000
    assert text["R0029"] == ""
    assert "&lt;script&gt;" in text["R0031"]
    assert "\t" in text["R0037"]
    assert text["R0041"].startswith("=")
    assert (text["R0043"], text["R0083"], text["R0089"], text["R0097"]) == ("-5", "null", "NA", "0")
    assert text["R0047"].startswith("+81")
    assert text["R0053"].startswith("@")
    assert text["R0059"] == f"  {text['R0059'].strip()}  "
    assert text["R0061"] == f"\u3000{text['R0061'].strip()}\u3000"
    assert unicodedata.normalize("NFC", text["R0067"]) != text["R0067"]
    assert text["R0071"][0] == "\U00020bb7"
    assert "\\u3042" in text["R0073"]
    assert {"\u200f", "\u200b", "\ufeff"} < set(text["R0079"])
    assert text["R0101"].split("\r\n")[1].count("\r") == 1
    assert text["R0103"] == "   "
    assert text["R0107"].startswith("\t")


def test_a_page_never_reached_is_not_a_question_left_out(recorded: Callable[[str], bytes]) -> None:
    rows = _rows(recorded("export_json_web_respondents.json"))
    with _reading(V2, rows) as ours:
        complete, left = _records(ours.pages({}))
    assert (complete.content["Q2[1]"], complete.state) == ("", "present")
    assert (left.content["gender"], left.content["Q2[1]"], left.state) == ("", None, "incomplete")


def test_columns_of_the_recorded_field_map_are_those_of_the_export(recorded: Callable[[str], bytes]) -> None:
    rows = _rows(recorded("export_json_code_short.json"))
    fieldmap = json.loads(recorded("get_fieldmap.json"))["result"]
    with _reading(V1, rows, fieldmaps={V1: fieldmap}) as ours:
        structure = ours.structure()
        assert ours.structure().body == structure.body
    assert structure.versions == {"": list(rows[0])}
    assert json.loads(structure.body) == fieldmap
    assert structure.zones == dict.fromkeys(("submitdate", "startdate", "datestamp"), "Asia/Tokyo")


def test_the_tests_own_server_says_no_as_the_real_one_does(recorded: Callable[[str], bytes]) -> None:
    with loopback.LimeSurveyLoopback({V1: [{"id": 1, "submitdate": None}]}) as server:

        def said(number: int, method: str, *given: object) -> bytes:
            return bytes(server.answer({"id": number, "method": method, "params": given})[1])

        assert said(3, "get_summary", "no key", V1) == recorded("error_bad_session.json")
        assert said(2, "get_session_key", "reader", "wrong") == recorded("error_bad_login.json")
        key = json.loads(said(1, "get_session_key", "reader", "right"))["result"]
        assert said(41, "export_responses", key, 1, "json") == recorded("error_export_bad_survey.json")
        summary = json.loads(said(5, "get_summary", key, V1))["result"]
        assert summary.keys() <= json.loads(recorded("get_summary.json"))["result"].keys()
        said(6, "release_session_key", key)
        assert said(55, "get_summary", key, V1) == recorded("error_after_release.json")
        for _ in range(3):
            said(2, "get_session_key", "reader", "wrong")
        assert said(4, "get_session_key", "reader", "right") == recorded("error_login_lockout.json")
    assert loopback.export_bytes([]) == recorded("export_json_page_beyond.json")
