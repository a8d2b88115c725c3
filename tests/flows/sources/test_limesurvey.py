"""LimeSurvey is read whole and as it is; what it says instead of answering becomes a fault that quotes nothing."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flows.sources import connection, limesurvey
from flows.sources.declared import LimeSurveyForm
from flows.sources.limesurvey import LimeSurveyServer
from flows.sources.server import Page, Record, SourceFault

V1 = 829841
FORM = {"time_zone": "Asia/Tokyo", "credentials": "org-a-limesurvey"}
COLUMNS = ["id", "submitdate", "startlanguage", "respondentid", "Q1[1]", "Q1[other]", "Q6text"]


def _loopback() -> ModuleType:
    place = Path(__file__).with_name("limesurvey_server.py")
    spec = importlib.util.spec_from_file_location("limesurvey_server", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


loopback = _loopback()


def _row(number: int) -> dict[str, Any]:
    values = (number, "2026-10-02 09:12:30", "ja", f"R{number:04}", "Y", None, "")
    return dict(zip(COLUMNS, values, strict=True))


@pytest.fixture
def server() -> Iterator[Any]:
    """A survey of seven responses."""
    with loopback.LimeSurveyLoopback({V1: [_row(number) for number in range(1, 8)]}) as server:
        yield server


@pytest.fixture
def reader() -> Iterator[Callable[..., LimeSurveyServer]]:
    """Makes our side of it, impatient, and closes it at the end."""
    made: list[LimeSurveyServer] = []

    def make(server: Any, survey: int = V1, bad: str = "") -> LimeSurveyServer:
        form = LimeSurveyForm(url=server.url, survey=survey, **FORM)
        made.append(LimeSurveyServer(form, "reader", bad or "right", back_off=0.001))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three responses."""
    monkeypatch.setattr(limesurvey, "PAGE_ROWS", 3)


def _records(pages: Iterator[Page]) -> list[Record]:
    return [record for page in pages for record in page.records]


def _numbers(pages: Iterator[Page]) -> list[int]:
    return [record.content["id"] for record in _records(pages)]


def _fault(ask: Callable[[], object]) -> tuple[str, str | None]:
    """The fault of a call; nothing hangs on it that could quote an answer."""
    with pytest.raises(SourceFault) as caught:
        ask()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value.reason_code, caught.value.expected


# The form


def test_headings_of_every_kind_of_column(reader: Callable[..., LimeSurveyServer]) -> None:
    columns = ["id", "submitdate", "Q1[SQ001]", "Q1[other]", "Q2[SQ001][1]", "Q2[SQ001][2]", "Q3[SQ001_SQ002]", "Q4"]
    with loopback.LimeSurveyLoopback({V1: []}, columns={V1: columns}) as server:
        structure = reader(server).structure()
    assert structure.versions == {"": columns}
    assert structure.zones == {"submitdate": "Asia/Tokyo"}


def test_a_question_that_is_called_like_another_column_is_not_read_as_it(
    server: Any, reader: Callable[..., LimeSurveyServer]
) -> None:
    server.surveys[V1].fieldmap["829841X1X99"] = {"fieldname": "829841X1X99", "title": "id", "aid": ""}
    assert _fault(reader(server).structure)[0] == "source_unreadable"


def test_the_address_may_be_the_server_or_its_remotecontrol(
    server: Any, reader: Callable[..., LimeSurveyServer]
) -> None:
    form = LimeSurveyForm(url=f"{server.url}/index.php/admin/remotecontrol", survey=V1, **FORM)
    ours = LimeSurveyServer(form, "reader", "right")
    assert ours.announced() == reader(server).announced() == 7
    ours.close()


# A survey that lives on while it is read


@pytest.mark.usefixtures("small_pages")
def test_what_is_added_during_the_walk_comes_with_it(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    server.before("export_responses", lambda: server.insert({"respondentid": "R0008"}), at=3)
    ours = reader(server)
    assert _numbers(ours.pages({})) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert ours.announced() == 8


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("deleted", [1, 4, 7])
def test_a_deletion_during_the_walk_skips_no_other(
    server: Any, reader: Callable[..., LimeSurveyServer], deleted: int
) -> None:
    server.before("export_responses", lambda: server.delete(deleted), at=3)
    came = set(_numbers(reader(server).pages({})))
    assert came | {deleted} == {1, 2, 3, 4, 5, 6, 7}
    assert (deleted in came) == (deleted == 1)


@pytest.mark.usefixtures("small_pages")
def test_holes_cost_no_pages_and_lose_nothing(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    for number in (2, 3, 4, 5):
        server.delete(number)
    server.surveys[V1].last_id = 90_000
    server.insert({"respondentid": "R0008"})
    pages = list(reader(server).pages({}))
    assert [[record.content["id"] for record in page.records] for page in pages] == [[1, 6, 7], [90_001]]


def test_an_edit_without_a_time_stamp_arrives(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    ours = reader(server)
    before = _records(ours.pages({}))
    server.edit(3, Q6text="訂正")
    after = _records(ours.pages({record.id: record.stamp for record in before}))
    assert [new.id for old, new in zip(before, after, strict=True) if old != new] == [f"{V1}:3"]
    assert after[2].content["Q6text"] == "訂正"
    assert after[2].content["submitdate"] == before[2].content["submitdate"]


def test_a_survey_without_responses_is_empty(reader: Callable[..., LimeSurveyServer]) -> None:
    with loopback.LimeSurveyLoopback({V1: []}) as server:
        ours = reader(server)
        assert ours.structure().versions[""][0] == "id"
        assert (ours.announced(), list(ours.pages({}))) == (0, [])


def test_a_survey_emptied_during_the_walk_is_empty(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    server.before("export_responses", server.surveys[V1].rows.clear, at=2)
    assert list(reader(server).pages({})) == []


def test_a_deactivated_survey_is_not_taken_for_an_empty_one(
    server: Any, reader: Callable[..., LimeSurveyServer]
) -> None:
    server.deactivate()
    ours = reader(server)
    assert _fault(ours.announced) == ("source_unreadable", "an active survey")
    server.fail("get_summary", loopback.Fault(result={"token_count": 7}))
    assert _fault(ours.announced) == ("source_unreadable", "an active survey")
    assert _fault(lambda: list(ours.pages({})))[0] == "source_unreadable"


# Logging in


def test_a_bad_login_is_tried_once(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    assert _fault(reader(server, bad="wrong").structure) == ("source_refused", None)
    assert server.called("get_session_key") == 1


def test_a_bad_login_that_sources_share_is_sent_once(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(_fault, reader(server, bad="shared").announced) for _ in range(4)]
    assert [each.result() for each in asked] == [("source_refused", None)] * 4
    assert server.called("get_session_key") == 1
    assert reader(server).announced() == 7


def test_a_lock_out_is_told_and_ends(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    for bad in ("one", "another", "a third"):
        assert _fault(reader(server, bad=bad).announced) == ("source_refused", None)
    assert _fault(reader(server).announced) == ("source_locked", None)
    assert server.called("get_session_key") == 4
    server.wait(minutes=10)
    assert reader(server).announced() == 7


def test_a_lock_out_is_known_in_any_language(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    server.fail("get_session_key", loopback.status("10分間待ってください。"))
    assert _fault(reader(server).announced) == ("source_locked", None)


@pytest.mark.parametrize("lost", ["truncated_body", "busy", "silent"])
def test_a_login_whose_answer_is_lost_is_not_sent_again(
    server: Any, reader: Callable[..., LimeSurveyServer], monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    monkeypatch.setattr(connection, "READ_SECONDS", 0.1)
    faults = {"truncated_body": loopback.truncated_body(5), "busy": loopback.http(503), "silent": loopback.hanging()}
    server.fail("get_session_key", faults[lost])
    expected = "source_unreadable" if lost == "truncated_body" else "source_unreachable"
    assert _fault(reader(server, bad="wrong").announced)[0] == expected
    assert server.called("get_session_key") == 1


@pytest.mark.usefixtures("small_pages")
def test_a_session_that_ends_during_the_walk_is_opened_again(
    server: Any, reader: Callable[..., LimeSurveyServer]
) -> None:
    for page in (2, 4):
        server.before("export_responses", server.expire_session, at=page)
    assert _numbers(reader(server).pages({})) == [1, 2, 3, 4, 5, 6, 7]
    assert server.called("get_session_key") == 3


def test_a_session_that_never_holds_is_refused(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    ours = reader(server)
    assert ours.announced() == 7
    server.fail("export_responses", loopback.status("Invalid session key"), times=9)
    assert _fault(lambda: list(ours.pages({}))) == ("source_refused", None)
    assert server.called("export_responses") == 2
    assert server.called("get_session_key") == 2


def test_a_password_changed_during_the_walk_is_tried_once(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    ours = reader(server)
    assert ours.announced() == 7
    server.login = ("reader", "changed")
    server.expire_session()
    assert _fault(lambda: list(ours.pages({}))) == ("source_refused", None)
    assert server.called("get_session_key") == 2


def test_closing_gives_the_session_back(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    ours = reader(server)
    ours.announced()
    assert server.open_sessions == 1
    ours.close()
    assert server.open_sessions == 0


def test_closing_fails_in_silence_and_opens_nothing(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    reader(server).close()
    assert server.calls == []
    ours = reader(server)
    ours.announced()
    server.fail("release_session_key", loopback.http(503))
    ours.close()
    assert server.called("release_session_key") == 1


# Answers that are none


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: Any, reader: Callable[..., LimeSurveyServer], status: int) -> None:
    server.fail("export_responses", loopback.http(status), at=3, times=2)
    assert _numbers(reader(server).pages({})) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.usefixtures("small_pages")
def test_a_page_cut_short_on_the_way_is_asked_again(server: Any, reader: Callable[..., LimeSurveyServer]) -> None:
    server.fail("export_responses", loopback.truncated_body(40), at=3)
    assert _numbers(reader(server).pages({})) == [1, 2, 3, 4, 5, 6, 7]


def _never(kind: str) -> Any:
    return {
        "busy": loopback.http(503),
        "HTML 500": loopback.http(500),
        "silent": loopback.hanging(),
        "no permission": loopback.status("No permission"),
        "unknown status": loopback.status("回答R0007は壊れています"),
        "error": loopback.error('invalid input syntax: "回答R0007"'),
        "HTML": loopback.html(),
        "empty": loopback.body(b""),
        "no envelope": loopback.body(b"[1]"),
        "another envelope": loopback.body(b'{"id": 0, "result": "", "error": null}'),
        "body cut": loopback.truncated_body(7),
        "base64 cut": loopback.truncated_export(7),
        "file cut": loopback.truncated_export(8),
        "no base64": loopback.Fault(result=[1, 2]),
        "no responses": loopback.Fault(result="e30="),
        "another file": loopback.Fault(result="eyJyZXNwb25zZXMiOiBbW11dfQ=="),
    }[kind]


UNREADABLE = "RemoteControl 2 (JSON-RPC): export_responses"
NEVER = [
    ("busy", "source_unreachable", None),
    ("HTML 500", "source_unreachable", None),
    ("silent", "source_unreachable", None),
    ("no permission", "source_refused", None),
    ("unknown status", "source_unreadable", UNREADABLE),
    ("error", "source_unreadable", UNREADABLE),
    ("HTML", "source_unreadable", UNREADABLE),
    ("empty", "source_unreadable", UNREADABLE),
    ("no envelope", "source_unreadable", UNREADABLE),
    ("another envelope", "source_unreadable", UNREADABLE),
    ("body cut", "source_unreadable", "a whole answer"),
    ("base64 cut", "source_unreadable", UNREADABLE),
    ("file cut", "source_unreadable", UNREADABLE),
    ("no base64", "source_unreadable", UNREADABLE),
    ("no responses", "source_unreadable", UNREADABLE),
    ("another file", "source_unreadable", UNREADABLE),
]


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(("kind", "reason_code", "expected"), NEVER)
def test_an_answer_that_is_none_is_told_without_quoting_it(
    server: Any,
    reader: Callable[..., LimeSurveyServer],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    reason_code: str,
    expected: str | None,
) -> None:
    monkeypatch.setattr(connection, "READ_SECONDS", 0.05)
    server.fail("export_responses", _never(kind), at=3, times=9)
    pages = reader(server).pages({})
    assert len(next(pages).records) == 3
    assert _fault(lambda: next(pages)) == (reason_code, expected)


@pytest.mark.parametrize("ask", ["structure", "announced", "pages"])
def test_a_survey_that_is_not_there_is_refused(server: Any, reader: Callable[..., LimeSurveyServer], ask: str) -> None:
    ours = reader(server, survey=1)
    calls: dict[str, Callable[[], object]] = {
        "structure": ours.structure,
        "announced": ours.announced,
        "pages": lambda: list(ours.pages({})),
    }
    assert _fault(calls[ask]) == ("source_refused", None)


def test_no_server_is_unreachable(server: Any) -> None:
    form = LimeSurveyForm(url="http://127.0.0.1:9", survey=V1, **FORM)
    assert _fault(LimeSurveyServer(form, "reader", "right", back_off=0.001).announced) == ("source_unreachable", None)
