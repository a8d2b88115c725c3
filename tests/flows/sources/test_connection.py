"""The way to a server: nothing holds a pull for ever, half an answer is none, and no fault quotes anything."""

from __future__ import annotations

import gzip
import importlib.util
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import requests

from flows.sources import connection
from flows.sources.connection import PatientAdapter, patient_adapter, patient_session, read_json
from flows.sources.server import SourceFault


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kobo_server = _loaded("kobo_server")

BODY = json.dumps({"answers": ["一つ目", "二つ目"] * 500}, ensure_ascii=False).encode()
FOR_EVER = float("inf")

Get = Callable[[], requests.Response]


@pytest.fixture
def server() -> Iterator[Any]:
    """A server that answers BODY, with and without faults."""
    with kobo_server.KoboLoopback() as server:
        server.replay("/thing", BODY)
        yield server


@pytest.fixture
def session(server: Any) -> Iterator[requests.Session]:
    """A session with a token."""
    with patient_session(back_off=0.001) as session:
        session.headers["Authorization"] = f"Token {server.token}"
        yield session


@pytest.fixture
def get(server: Any, session: requests.Session) -> Get:
    """Ask for BODY."""
    return lambda: session.get(f"{server.url}/api/v2/assets/{server.asset}/thing")


def test_an_answer_comes_whole_and_says_who_asks(server: Any, session: requests.Session, get: Get) -> None:
    session.headers["User-Agent"] = "a client's own"
    assert get().content == BODY
    assert server.headers["User-Agent"].startswith("monosashi/")


def test_a_streaming_client_reads_the_same(server: Any, session: requests.Session) -> None:
    address = f"{server.url}/api/v2/assets/{server.asset}/thing"
    with session.get(address, stream=True, timeout=None) as response:
        assert b"".join(response.iter_content(7)) == BODY


@pytest.mark.parametrize("fault", [429, 502, 503, 504, "cut", "cut_chunks", "cut_chunk", "hang_up"])
def test_what_passes_is_tried_again(fault: Any, server: Any, get: Get) -> None:
    server.inject(fault, times=2, on="other")
    assert get().content == BODY
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("fault", "reason_code"),
    [
        (429, "source_unreachable"),
        (503, "source_unreachable"),
        ("hang_up", "source_unreachable"),
        ("cut", "source_unreadable"),
        ("cut_chunks", "source_unreadable"),
        ("cut_chunk", "source_unreadable"),
    ],
)
def test_what_does_not_pass_is_a_fault(fault: Any, reason_code: str, server: Any, get: Get) -> None:
    server.inject(fault, times=FOR_EVER, on="other")
    with pytest.raises(SourceFault) as caught:
        get()
    assert caught.value.reason_code == reason_code
    assert len(server.asked) == connection.TRIES


def test_a_request_may_ask_not_to_be_sent_twice(server: Any, session: requests.Session, get: Get) -> None:
    adapter = session.get_adapter(server.url)
    assert isinstance(adapter, PatientAdapter)
    adapter.tries = 1
    server.inject(503, on="other")
    with pytest.raises(SourceFault):
        get()
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [200, 301, 400, 404, 500])
def test_other_answers_are_the_callers(status: int, server: Any, get: Get) -> None:
    server.inject(status, on="other")
    assert get().status_code == status
    assert len(server.asked) == 1


def test_a_server_may_ask_for_a_pause(server: Any, get: Get) -> None:
    server.inject((429, {"Retry-After": "1"}, b""), on="other")
    begun = time.monotonic()
    assert get().content == BODY
    assert time.monotonic() - begun >= 1


@pytest.mark.parametrize("asked", ["86400", "9" * 5000, "Fri, 31 Dec 2199 23:59:59 GMT"])
def test_no_pause_is_longer_than_ours(asked: str, server: Any, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PAUSE_SECONDS", 0.01)
    server.inject((503, {"Retry-After": asked}, b""), times=2, on="other")
    assert get().content == BODY


def test_an_illegible_pause_is_none(server: Any, get: Get) -> None:
    server.inject((503, {"Retry-After": "soon"}, b""), on="other")
    assert get().content == BODY


def test_silence_ends(server: Any, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "READ_SECONDS", 0.05)
    server.inject("silence", times=FOR_EVER, on="other")
    with pytest.raises(SourceFault, match="source_unreachable"):
        get()
    assert len(server.asked) == connection.TRIES


@pytest.mark.parametrize("fault", ["drip", "drip_head"])
def test_dripping_ends(fault: str, server: Any, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
    server.inject(fault, times=FOR_EVER, on="other")
    with pytest.raises(SourceFault, match="source_unreachable"):
        get()
    assert len(server.asked) == connection.TRIES


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_body_is_bounded_unpacked(is_packed: bool, server: Any, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_BYTES", 100_000)
    body, headers = b" " * 1_000_000, {}
    if is_packed:
        body, headers = gzip.compress(body), {"Content-Encoding": "gzip"}
        assert len(body) < connection.ANSWER_BYTES
    server.inject((200, headers, body), times=FOR_EVER, on="other")
    with pytest.raises(SourceFault, match="source_unreadable"):
        get()
    assert len(server.asked) == 1
    monkeypatch.setattr(connection, "ANSWER_BYTES", 1_000_000)
    assert len(get().content) == 1_000_000


def test_a_redirect_within_the_server_is_followed(server: Any, get: Get) -> None:
    server.replay("/moved", b"[]")
    server.inject((301, {"Location": f"/api/v2/assets/{server.asset}/moved"}, b""), on="other")
    assert read_json(get()) == []
    assert server.headers["Authorization"] == f"Token {server.token}"


def test_redirects_end(server: Any, get: Get) -> None:
    server.inject("around", times=FOR_EVER, on="other")
    with pytest.raises(SourceFault, match="source_unreadable"):
        get()
    assert len(server.asked) == connection.REDIRECTS + 1


@pytest.mark.parametrize(
    "place", ["http://localhost:{port}/", "https://127.0.0.1:{port}/", "http://[", "ftp://x/", "//x"]
)
def test_no_redirect_leads_elsewhere(place: str, server: Any, get: Get) -> None:
    port = server.url.rpartition(":")[2]
    server.inject((307, {"Location": place.format(port=port)}, b""), times=FOR_EVER, on="other")
    with pytest.raises(SourceFault, match="source_unreadable"):
        get()
    assert len(server.asked) == 1


def test_another_port_is_another_server(server: Any, get: Get) -> None:
    with kobo_server.KoboLoopback() as other:
        server.inject((302, {"Location": other.url}, b""), times=FOR_EVER, on="other")
        with pytest.raises(SourceFault, match="source_unreadable"):
            get()
        assert other.asked == []


def test_a_netrc_does_not_replace_the_token(
    server: Any, get: Get, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert requests.utils.get_netrc_auth(server.url) == ("someone", "else")
    server.inject((307, {"Location": f"/api/v2/assets/{server.asset}/thing?again"}, b""), on="other")
    assert get().content == BODY
    assert server.headers["Authorization"] == f"Token {server.token}"


def test_a_client_of_its_own_gets_the_same_adapter(server: Any) -> None:
    with requests.Session() as session:
        session.mount("http://", patient_adapter(back_off=0.001))
        server.inject(503, times=FOR_EVER, on="form")
        with pytest.raises(SourceFault, match="source_unreachable"):
            session.get(f"{server.url}/api/v2/assets/{server.asset}/", timeout=None)


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.mark.parametrize("address", ["http://127.0.0.1:{port}/secret", "http://secret..x/", "http://secret x/"])
def test_a_fault_quotes_nothing(address: str, session: requests.Session) -> None:
    with pytest.raises(SourceFault, match="source_unreachable") as caught:
        session.get(address.format(port=_closed_port()), headers={"X-Secret": "secret"})
    error = caught.value
    assert error.__context__ is None
    assert "secret" not in repr(error) + repr(error.args) + str(error.expected)


@pytest.mark.parametrize("fault", ["cut", 503, "elsewhere", "around", "html", b'{"secret": 1, "secret": 2}'])
def test_faults_of_answers_quote_nothing_either(fault: Any, server: Any, get: Get) -> None:
    server.inject(fault, times=FOR_EVER, on="other")
    with pytest.raises(SourceFault) as caught:
        read_json(get())
    assert caught.value.__context__ is None
    assert "secret" not in repr(caught.value.args) + str(caught.value.expected)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<!DOCTYPE html>",
        b'{"a": 1',
        b'{"a": 1} {"b": 2}',
        b'{"a": 1, "a": 1}',
        b'[{"b": {"a": 1, "a": 2}}]',
        b"[NaN]",
        b"[-Infinity]",
        b"[1e999]",
        '["あ"]'.encode("cp932"),
        '["あ"]'.encode()[:-3],
        b"[" * 100_000,
        b"9" * 5000,
    ],
)
def test_json_is_read_strictly(body: bytes, server: Any, get: Get) -> None:
    server.inject(body, on="other")
    with pytest.raises(SourceFault, match="source_unreadable") as caught:
        read_json(get())
    assert caught.value.expected == "JSON"


def test_json_comes_exactly(server: Any, get: Get) -> None:
    text = "\r\n\r\t \u200f\u200b\ufeffか\u3099が \U0001f600 \\n null"
    server.inject(json.dumps({"text": text, "n": 12.5, "escaped": "\ud800"}).encode(), on="other")
    assert read_json(get()) == {"text": text, "n": 12.5, "escaped": "\ud800"}


@pytest.mark.parametrize(
    ("status", "reason_code"),
    [
        (401, "source_refused"),
        (403, "source_refused"),
        (404, "source_refused"),
        (400, "source_unreadable"),
        (204, "source_unreadable"),
        (500, "source_unreachable"),
    ],
)
def test_what_a_status_means(status: int, reason_code: str, server: Any, get: Get) -> None:
    server.inject(status, on="other")
    with pytest.raises(SourceFault, match=reason_code):
        read_json(get())


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by itself."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    place = tmp_path / "loopback.pem"
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    place.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + signed.public_bytes(pem)  # of no one
    )
    return place


def test_https_is_as_patient(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with kobo_server.KoboLoopback(tls=context) as server, patient_session(back_off=0.001) as session:
        server.replay("/thing", BODY)
        session.headers["Authorization"] = f"Token {server.token}"
        address = f"{server.url}/api/v2/assets/{server.asset}/thing"
        with pytest.raises(SourceFault, match="source_unreadable") as caught:
            session.get(address)
        assert caught.value.expected == "a valid TLS certificate"
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        server.inject("cut", on="other")
        assert session.get(address).content == BODY
        monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.1)
        server.inject("drip", times=FOR_EVER, on="other")
        with pytest.raises(SourceFault, match="source_unreachable"):
            session.get(address)
