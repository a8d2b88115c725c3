"""ODK Central: a server or a line that fails loses nothing, repeats nothing and tells nothing."""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from flows.sources import odk

_spec = importlib.util.spec_from_file_location("odk_pull", Path(__file__).with_name("odk_pull.py"))
assert _spec
assert _spec.loader
odk_pull = sys.modules["odk_pull"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(odk_pull)
OdkLoopback, client, fault_of = odk_pull.OdkLoopback, odk_pull.client, odk_pull.fault_of
numbered, pull = odk_pull.numbered, odk_pull.pull


@pytest.fixture
def central(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Seven submissions, a page of three at a time."""
    monkeypatch.setattr(odk, "PAGE_ROWS", 3)
    with odk_pull.seven_submissions() as server:
        yield server


def test_a_session_that_ends_goes_on_at_the_same_page(central: Any) -> None:
    central.before_page(2, central.expire_sessions)
    pulled = pull(central)
    assert (len(pulled.ids), len(central.rows_sent)) == (7, 7)
    assert central.asked("POST /v1/sessions") == 2


def test_a_session_that_is_refused_at_once(central: Any) -> None:
    central.inject(401, page=2, times=2)
    assert fault_of(lambda: pull(central)).reason_code == "source_refused"
    assert central.asked("POST /v1/sessions") == 2


def test_a_password_changed_meanwhile(central: Any) -> None:
    puller = client(central)
    central.before_page(2, lambda: (setattr(central, "password", "new"), central.expire_sessions()))
    assert fault_of(lambda: list(puller.pages({}))).reason_code == "source_refused"


def test_what_passes_is_waited_for(central: Any) -> None:
    for page, fault in enumerate((429, "cut_short", 503, "hang_up", 502), start=1):
        central.inject(fault, page=2 * page)
    assert len(pull(central).ids) == 7
    assert len(pull(central).ids) == 7


@pytest.mark.parametrize(
    ("fault", "reason_code"),
    [
        (429, "source_unreachable"),
        (503, "source_unreachable"),
        (500, "source_unreachable"),
        ("hang_up", "source_unreachable"),
        ("cut_short", "source_unreadable"),
        (403, "source_refused"),
        (404, "source_refused"),
        (400, "source_unreadable"),
        (lambda page: page[: len(page) // 2], "source_unreadable"),
        (lambda _: "<html><body>メンテナンス中です</body></html>".encode(), "source_unreadable"),
        (lambda _: b"", "source_unreadable"),
        (lambda _: b"[]", "source_unreadable"),
        (lambda _: b'{"message":"ok"}', "source_unreadable"),
        (lambda _: b'{"value":[{"q1":"1"}]}', "source_unreadable"),
        (lambda _: b'{"value":[{"__id":["a"],"__system":{}}]}', "source_unreadable"),
        (lambda _: b'{"value":[{"__id":"a","__system":{}}]}', "source_unreadable"),
        (
            lambda page: page.replace(b'nextLink":"http://127.0.0.1', b'nextLink":"http://localhost'),
            "source_unreadable",
        ),
        (lambda page: page.replace(b".svc/Submissions?", b"2.svc/Submissions?"), "source_unreadable"),
    ],
)
def test_a_page_that_stays_wrong(central: Any, fault: Any, reason_code: str) -> None:
    central.inject(fault, page=2, times=9)
    assert fault_of(lambda: pull(central)).reason_code == reason_code
    assert central.asked("GET /v1/projects/1/forms/survey2") == 0


def test_no_goodbye_to_a_server_that_does_not_answer(central: Any) -> None:
    central.inject("hang_up", page=2, times=9)
    fault_of(lambda: pull(central))
    assert central.asked("DELETE") == 0


def test_a_count_that_is_none(central: Any) -> None:
    central.inject(lambda _: b'{"value":[]}')
    assert fault_of(client(central).announced).reason_code == "source_unreadable"


def test_a_page_sent_again_and_again(central: Any) -> None:
    sent: list[bytes] = []
    central.inject(lambda page: sent.append(page) or page)
    central.inject(lambda _: sent[0], page=2, times=9)
    assert fault_of(lambda: pull(central)).reason_code == "source_unreadable"


def test_an_encrypted_row_is_not_taken_for_a_blank_one(central: Any) -> None:
    central.say(numbered(2), status="notDecrypted")
    assert fault_of(lambda: pull(central)).reason_code == "source_unreadable"


@pytest.mark.parametrize("wrong", [{"project": 2}, {"form": "another"}])
def test_a_form_that_is_not_there(central: Any, wrong: dict[str, Any]) -> None:
    puller = client(central, **wrong)
    for act in (puller.structure, puller.announced, lambda: list(puller.pages({}))):
        assert fault_of(act).reason_code == "source_refused"


def test_a_form_one_may_not_read(central: Any) -> None:
    central.may_read = False
    assert fault_of(client(central).structure).reason_code == "source_refused"


def test_a_server_that_is_not_there() -> None:
    with OdkLoopback() as server:
        puller = client(server)
    with closing(puller):
        assert fault_of(puller.announced).reason_code == "source_unreachable"


def test_no_token_and_no_password_is_left_anywhere(
    central: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """pyodk would keep a token in the home folder, and logs what a server answers."""
    monkeypatch.setenv("HOME", str(tmp_path))
    caplog.set_level(logging.DEBUG)
    assert len(pull(central).ids) == 7
    assert (central.open_sessions_n, central.asked("DELETE /v1/sessions/current")) == (0, 1)
    central.password = "changed since"  # noqa: S105
    puller = client(central)
    central.password = "another one"  # noqa: S105
    fault = fault_of(puller.announced)
    assert (fault.reason_code, fault.__cause__, fault.__context__) == ("source_refused", None, None)
    assert list(tmp_path.iterdir()) == []
    assert "changed since" not in caplog.text
    assert "authenticate" not in caplog.text
