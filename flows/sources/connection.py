"""One way to talk to every server: our own timeouts, bounded retries with back-off, and faults that quote nothing.

What can go wrong on the way ends in the adapter, whatever client is above it: who calls gets an answer that is whole,
or a SourceFault without address, body or secret. What an answer says is the caller's to judge: `read_json` and
`refuse_failures` help.
"""

from __future__ import annotations

import io
import json
import math
import random
import time
from http.client import HTTPResponse
from importlib.metadata import version
from socket import socket
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, InvalidHeader
from urllib3.util import Retry

from flows.sources.server import SourceFault

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
"""The longest silence."""

ANSWER_SECONDS = 300.0
"""The longest that one answer may take from its first byte to its last, however busily it drips."""

ANSWER_BYTES = 256 * 2**20
"""The largest body, unpacked."""

TRIES = 5
PAUSE_SECONDS = 120.0
"""The longest pause between two tries, whatever a server asks for."""

REDIRECTS = 5

_BUSY = frozenset({429, 502, 503, 504})
_PIECE_BYTES = 64 * 2**10


class _Punctual(io.RawIOBase):
    """A socket's bytes until ANSWER_SECONDS are over: a timeout of the socket's own begins anew with every byte."""

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw
        self._until = time.monotonic() + ANSWER_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if time.monotonic() > self._until:
            raise TimeoutError
        return cast("int | None", self._raw.readinto(buffer))

    def close(self) -> None:
        self._raw.close()
        super().close()


class _PunctualResponse(HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Punctual(self.fp.detach()))


class _Connection(HTTPConnection):
    response_class = _PunctualResponse


class _TlsConnection(HTTPSConnection):
    response_class = _PunctualResponse


_PUNCTUAL: dict[Any, Any] = {HTTPConnection: _Connection, HTTPSConnection: _TlsConnection}


class PatientAdapter(HTTPAdapter):
    """Reads whole answers, tries again where that can help, and raises SourceFault where it did not.

    `tries` may be changed between requests: 1 for one that must not be sent twice.
    """

    def __init__(self, back_off: float) -> None:
        super().__init__()
        self._back_off = back_off
        self._name = f"monosashi/{version('monosashi')}"
        self.tries = TRIES

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool of connections to a server: punctual ones."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _PUNCTUAL.get(pool.ConnectionCls, pool.ConnectionCls)
        return pool

    def add_headers(self, request: requests.PreparedRequest, **kwargs: Any) -> None:
        """Say who asks, whatever the client above calls itself."""
        request.headers["User-Agent"] = self._name

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """The server's whole answer, after redirects within the server. Raises SourceFault.

        The caller's `stream` and `timeout` are not asked for: a body is always read here, in our own time.
        """
        how = {"verify": verify, "cert": cert, "proxies": proxies}
        for _ in range(REDIRECTS + 1):
            response = self._persevere(request, how)
            if not response.is_redirect:
                return response
            request = _redirected(request, response)
        raise SourceFault("source_unreadable", "an answer, not redirects without end")

    def _persevere(self, request: requests.PreparedRequest, how: dict[str, Any]) -> requests.Response:
        for tried in range(1, self.tries + 1):
            answer = self._try(request, how)
            if isinstance(answer, SourceFault):
                fault, asked = answer, 0.0
            elif answer.status_code in _BUSY:
                fault, asked = SourceFault("source_unreachable"), _asked_pause(answer)
            else:
                return answer
            if tried < self.tries:
                pause = self._back_off * (2 ** (tried - 1) + random.SystemRandom().random())
                time.sleep(min(max(pause, asked), PAUSE_SECONDS))
        raise fault

    def _try(self, request: requests.PreparedRequest, how: dict[str, Any]) -> requests.Response | SourceFault:
        """One try. A fault is handed back, not raised here: no error hangs on it then that quotes an address."""
        try:
            with super().send(request, stream=True, timeout=(CONNECT_SECONDS, READ_SECONDS), **how) as response:
                return _whole(response)
        except requests.exceptions.SSLError:
            return SourceFault("source_unreadable", "a valid TLS certificate")
        except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
            return SourceFault("source_unreadable", "a whole answer")
        except (requests.RequestException, HTTPError, OSError):
            return SourceFault("source_unreachable")


def _whole(response: requests.Response) -> requests.Response:
    """The response with its body read; urllib3 raises where it is shorter than announced.

    Raises SourceFault if it is too large, which no second try would change.
    """
    pieces, bytes_n = [], 0
    for piece in response.iter_content(_PIECE_BYTES):
        bytes_n += len(piece)
        if bytes_n > ANSWER_BYTES:
            raise SourceFault("source_unreadable", f"<= {ANSWER_BYTES // 2**20} MiB")
        pieces.append(piece)
    response._content = b"".join(pieces)  # where requests itself keeps a body that was read
    return response


def _asked_pause(response: requests.Response) -> float:
    """Seconds until the server wants to be asked again; 0 where it does not say, or not legibly."""
    try:
        return Retry().parse_retry_after(response.headers.get("Retry-After", "0"))
    except (InvalidHeader, ValueError, OverflowError):
        return 0.0


def _redirected(request: requests.PreparedRequest, response: requests.Response) -> requests.PreparedRequest:
    """The same request to where the server points. Raises SourceFault where that is not the same server.

    Credentials go to no other host, port or scheme; a request with a body is never turned into one without.
    """
    redirected = request.copy()
    try:
        redirected.prepare_url(urljoin(str(request.url), response.headers["Location"]), None)
        is_elsewhere = _origin(redirected) != _origin(request)
    except ValueError:
        is_elsewhere = True
    if is_elsewhere or (request.method != "GET" and response.status_code not in (307, 308)):
        raise SourceFault("source_unreadable", "an answer of the server itself, not a redirect to another place")
    return redirected


def _origin(request: requests.PreparedRequest) -> tuple[str, str | None, int | None]:
    parts = urlsplit(str(request.url))
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def patient_adapter(*, back_off: float = 0.5) -> PatientAdapter:
    """An adapter for any session, for requests that only read. `back_off`: seconds of the first pause between tries.

    Raises SourceFault from every request of the session: `source_unreachable` (no connection, silence, 429 and
    502-504 to the last try), `source_unreadable` (cut short to the last try, too large, a redirect elsewhere).
    """
    return PatientAdapter(back_off)


class _PatientSession(requests.Session):
    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """The request made ready. Raises SourceFault where no request can be made of its address."""
        try:
            return super().prepare_request(request)
        except (requests.RequestException, UnicodeError):
            fault = SourceFault("source_unreachable")
        raise fault


def patient_session(*, back_off: float = 0.5) -> requests.Session:
    """A session that reaches servers through `patient_adapter` alone, and takes no password from a .netrc."""
    session = _PatientSession()
    session.mount("https://", patient_adapter(back_off=back_off))
    session.mount("http://", patient_adapter(back_off=back_off))
    session.auth = lambda request: request  # else a .netrc would override the credentials in our own headers
    return session


def refuse_failures(response: requests.Response) -> None:
    """Raise SourceFault unless the answer is HTTP 200: what 401, 403 and 404 mean, servers do not tell apart."""
    if response.status_code in (401, 403, 404):
        raise SourceFault("source_refused")
    if response.status_code >= 500:
        raise SourceFault("source_unreachable")
    if response.status_code != 200:
        raise SourceFault("source_unreadable", "HTTP 200")


def read_json(response: requests.Response) -> Any:
    """The JSON of an answer, read strictly: UTF-8, no name twice in one object, no number without end.

    Raises SourceFault, also if the answer is not HTTP 200.
    """
    refuse_failures(response)
    try:
        text = response.content.decode("utf-8")
        return json.loads(text, object_pairs_hook=_object, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        fault = SourceFault("source_unreadable", "JSON")
    raise fault


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number
