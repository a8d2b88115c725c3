"""A LimeSurvey of the tests' own making: RemoteControl 2 over real HTTP on loopback, behaving as a real one does.

JSON-RPC with errors in HTTP 200, an unknown method is HTTP 500 in HTML, three bad logins lock the address for ten
minutes (the right password too), an export is a file in base64, ids are never used twice. Any test may use it:

    with LimeSurveyLoopback({829841: rows}, user="reader", password="secret") as server:
        form = LimeSurveyForm(url=server.url, survey=829841, time_zone="Asia/Tokyo", credentials="org-a-limesurvey")
        new = server.insert({"respondentid": "R0301", "submitdate": "2026-10-02 09:12:30", "Q3": "4"})
        server.edit(3, Q3="5")                                   # moves no time stamp
        server.delete(7)                                         # leaves no trace
        server.expire_session()
        server.fail("export_responses", http(503), at=2)         # the second such call from now
        server.before("export_responses", lambda: server.delete(9), at=3)
        server.wait(minutes=10)                                  # its clock, not ours
        server.called("get_session_key")                         # how often so far

Rows are as in an export (`json`, headings `code`, answers `short`): heading -> value, with `id`. Columns are those of a
survey's first row, or `columns={829841: [...]}` for a survey without rows; `fieldmaps` replays a recorded field map.
Rows go to the first survey unless `survey=` names another. Load this module by its file:

    spec = importlib.util.spec_from_file_location("limesurvey_server", Path(...) / "limesurvey_server.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
"""

from __future__ import annotations

import base64
import json
import re
import secrets
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple

ADDRESS = "/index.php/admin/remotecontrol"
LOGINS_N, LOCKED_MINUTES, SESSION_MINUTES = 3, 10, 120
OWN_COLUMNS = ("id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp")
METHODS = ("get_session_key", "release_session_key", "get_fieldmap", "get_summary", "export_responses")
LOCKED_OUT = "You have exceeded the number of maximum login attempts. Please wait 10 minutes before trying again."
HTML = b"<!doctype html><html><body><h1>Internal Server Error</h1></body></html>"

_HEADING = re.compile(r"(?P<title>[^\[]+)(?:\[(?P<aid>[^\]]*)\])?(?:\[(?P<scale>\d+)\])?")


class Fault(NamedTuple):
    """What goes wrong with one answer: another HTTP status, body, result or error; cut short; or no answer at all."""

    status: int = 200
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    result: Any = None
    error: str | None = None
    cut_result_by: int = 0
    cut_body_by: int = 0
    hangs: bool = False


def http(status: int, *, headers: Mapping[str, str] | None = None) -> Fault:
    """An HTTP status with a page in HTML, as a proxy in front of the server sends it."""
    return Fault(status=status, body=HTML, headers=tuple((headers or {}).items()))


def html() -> Fault:
    """A page in HTML with HTTP 200."""
    return Fault(body=HTML)


def body(content: bytes) -> Fault:
    """Any body with HTTP 200."""
    return Fault(body=content)


def status(text: str) -> Fault:
    """LimeSurvey's usual way to say no: HTTP 200 with a status text as the result."""
    return Fault(result={"status": text})


def error(text: str) -> Fault:
    """Its other way: HTTP 200 with `error`."""
    return Fault(error=text)


def truncated_export(by: int) -> Fault:
    """The envelope is whole, the base64 in it ends too early."""
    return Fault(cut_result_by=by)


def truncated_body(by: int) -> Fault:
    """The connection ends before as many bytes came as announced."""
    return Fault(cut_body_by=by)


def hanging() -> Fault:
    """No answer until the server is closed."""
    return Fault(hangs=True)


class _Survey:
    """One survey's table. `columns`: headings in the export's order."""

    def __init__(
        self, number: int, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], fieldmap: dict[str, Any] | None
    ) -> None:
        self.columns = list(columns)
        self.rows: dict[int, dict[str, Any]] = {row["id"]: dict(row) for row in rows}
        self.last_id = max(self.rows, default=0)
        self.is_active = True
        self.fieldmap = fieldmap or dict(_field(number, n, heading) for n, heading in enumerate(self.columns))
        self.heading_of = dict(zip(self.fieldmap, self.columns, strict=True))


class LimeSurveyLoopback:
    """The server; a context manager. `url` is its address, `surveys` its tables by survey id."""

    def __init__(
        self,
        surveys: Mapping[int, Sequence[Mapping[str, Any]]],
        *,
        user: str = "reader",
        password: str = "right",  # noqa: S107
        columns: Mapping[int, Sequence[str]] | None = None,
        fieldmaps: Mapping[int, dict[str, Any]] | None = None,
    ) -> None:
        self.surveys = {
            number: _Survey(
                number,
                (columns or {}).get(number) or list(next(iter(rows), dict.fromkeys(OWN_COLUMNS))),
                rows,
                (fieldmaps or {}).get(number),
            )
            for number, rows in surveys.items()
        }
        self.login = (user, password)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        """Every call that arrived: method, parameters without the session key or the login."""
        self._sessions: dict[str, float] = {}
        self._failed_logins: list[float] = []
        self._minutes = 0.0
        self._plans: dict[str, list[tuple[int, Fault | Callable[[], object]]]] = {}
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._server = _HttpServer(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> LimeSurveyLoopback:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # What happens at the server

    def insert(self, row: Mapping[str, Any], *, survey: int | None = None) -> int:
        """Add a response at the end, null where the row says nothing (without `submitdate`: incomplete); its id."""
        with self._lock:
            table = self._survey(survey)
            table.last_id += 1
            table.rows[table.last_id] = {**dict.fromkeys(table.columns), **row, "id": table.last_id}
            return table.last_id

    def edit(self, number: int, *, survey: int | None = None, **values: Any) -> None:
        """Change a response as the API does: no time stamp moves."""
        with self._lock:
            self._survey(survey).rows[number].update(values)

    def delete(self, number: int, *, survey: int | None = None) -> None:
        """Delete a response: no trace is left, its id is not used again."""
        with self._lock:
            del self._survey(survey).rows[number]

    def deactivate(self, *, survey: int | None = None) -> None:
        """End a survey: its table of responses is put away."""
        self._survey(survey).is_active = False

    def expire_session(self) -> None:
        """Let every session key given out expire."""
        self._sessions.clear()

    def wait(self, *, minutes: float) -> None:
        """Move the server's clock on."""
        self._minutes += minutes

    def fail(self, method: str, fault: Fault, *, at: int = 1, times: int = 1) -> None:
        """Spoil the answer to the `at`-th call of a method from now, and `times` - 1 more after it."""
        planned = self._plans.setdefault(method, [])
        planned.extend((self.called(method) + at + n, fault) for n in range(times))

    def before(self, method: str, happens: Callable[[], object], *, at: int = 1) -> None:
        """Let something happen just before the `at`-th call of a method from now is answered."""
        self._plans.setdefault(method, []).append((self.called(method) + at, happens))

    def called(self, method: str) -> int:
        """How often a method was called so far."""
        return sum(name == method for name, _ in self.calls)

    @property
    def open_sessions(self) -> int:
        """How many session keys are still good."""
        return len(self._sessions)

    # What it answers

    def answer(self, request: Mapping[str, Any]) -> tuple[Fault, bytes]:
        """What goes wrong with the answer to a request, if anything, and the answer."""
        method, given = request["method"], list(request["params"])
        with self._lock:
            self.calls.append((method, () if method == "get_session_key" else tuple(given[1:])))
            number = self.called(method)
            planned = [what for at, what in self._plans.get(method, []) if at == number]
            for happens in planned:
                if not isinstance(happens, Fault):
                    happens()
            fault = next((each for each in planned if isinstance(each, Fault)), Fault())
            if method not in METHODS:
                return http(500), b""
            result = fault.result if fault.result is not None else getattr(self, f"_{method}")(*given)
            if fault.cut_result_by:
                result = result[: -fault.cut_result_by]
            envelope = {"id": request["id"], "result": None if fault.error else result, "error": fault.error}
        return fault, _php_json(envelope).encode("ascii")

    def _get_session_key(self, user: str, password: str, plugin: str = "Authdb") -> Any:
        recent = [at for at in self._failed_logins if self._minutes - at < LOCKED_MINUTES]
        if len(recent) >= LOGINS_N:
            return {"status": LOCKED_OUT}
        if (user, password) != self.login:
            self._failed_logins = [*recent, self._minutes]
            return {"status": "Invalid user name or password"}
        self._failed_logins = []
        key = secrets.token_urlsafe(24)
        self._sessions[key] = self._minutes
        return key

    def _release_session_key(self, key: str) -> Any:
        self._sessions.pop(key, None)
        return "OK"

    def _get_fieldmap(self, key: str, number: int, language: str | None = None) -> Any:
        if not self._knows(key):
            return {"status": "Invalid session key"}
        if number not in self.surveys:
            return {"status": "Error: Invalid survey ID"}
        return self.surveys[number].fieldmap

    def _get_summary(self, key: str, number: int, name: str = "all") -> Any:
        if not self._knows(key):
            return {"status": "Invalid session key"}
        if number not in self.surveys:
            return {"status": "Invalid surveyid"}
        if not self.surveys[number].is_active:
            return []
        rows = self.surveys[number].rows.values()
        complete_n = sum(row["submitdate"] is not None for row in rows)
        return {
            "completed_responses": complete_n,
            "incomplete_responses": len(rows) - complete_n,
            "full_responses": len(rows),
        }

    def _export_responses(
        self,
        key: str,
        number: int,
        kind: str,
        language: str | None = None,
        completion: str = "all",
        heading: str = "code",
        answers: str = "short",
        first: int | None = None,
        last: int | None = None,
        fields: list[str] | None = None,
        options: dict[str, Any] | None = None,
    ) -> Any:
        if not self._knows(key):
            return {"status": "Invalid session key"}
        if number not in self.surveys:
            return {"status": "No permission"}
        survey = self.surveys[number]
        if not survey.is_active:
            return {"status": "No Data, survey table does not exist."}
        if not survey.rows:
            return {"status": "No Data, could not get max id."}
        if (kind, heading, answers, options) != ("json", "code", "short", None):
            raise NotImplementedError("this server exports json with the headings' codes and short answers only")
        headings = [survey.heading_of[name] for name in (survey.fieldmap if fields is None else fields)]
        is_asked = {"all": (True, False), "complete": (True,), "incomplete": (False,)}[completion]
        rows = [
            {heading: row[heading] for heading in headings}
            for each, row in sorted(survey.rows.items())
            if (first or 1) <= each <= (last or survey.last_id) and (row["submitdate"] is not None) in is_asked
        ]
        return base64.b64encode(export_bytes(rows)).decode("ascii")

    def _knows(self, key: str) -> bool:
        since = self._sessions.get(key)
        return since is not None and self._minutes - since < SESSION_MINUTES

    def _survey(self, number: int | None) -> _Survey:
        return self.surveys[next(iter(self.surveys)) if number is None else number]


def export_bytes(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The file that an export of rows is, byte for byte as the real server writes it."""
    return f'{{"responses": [{",".join(map(_php_json, rows))}]}}'.encode("ascii")


def _php_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def _field(survey: int, n: int, heading: str) -> tuple[str, dict[str, Any]]:
    """A column as the field map describes it: its name in the table, and what its heading is made of."""
    parts = _HEADING.fullmatch(heading)
    if heading in OWN_COLUMNS or parts is None:
        return heading, {"fieldname": heading, "type": heading, "sid": survey, "qid": "", "aid": "", "title": ""}
    name = f"{survey}X1X{n}"
    field = {
        "fieldname": name,
        "type": "T",
        "sid": survey,
        "qid": n,
        "aid": parts["aid"] or "",
        "title": parts["title"],
    }
    if parts["scale"]:
        field |= {"scale": f"Scale {parts['scale']}", "scale_id": int(parts["scale"]) - 1}
    return name, field


class _HttpServer(ThreadingHTTPServer):
    loopback: LimeSurveyLoopback
    daemon_threads = False  # closing waits for every answer, so that no socket is left open

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that went away be; anything else is a fault of the test and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _HttpServer

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != ADDRESS:
            self._send(404, HTML, "text/html")
            return
        fault, answer = self.server.loopback.answer(json.loads(request))
        if fault.hangs:
            self.server.loopback._closing.wait(timeout=30)
            return
        kind = "application/json" if fault.body is None else "text/html; charset=utf-8"
        self._send(fault.status, answer if fault.body is None else fault.body, kind, fault)

    def do_GET(self) -> None:
        self._send(200, HTML, "text/html; charset=utf-8")

    def _send(self, status: int, content: bytes, kind: str, fault: Fault | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for name, value in fault.headers if fault is not None else ():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) - fault.cut_body_by] if fault is not None else content)

    def log_message(self, format: str, *given: Any) -> None:
        """Say nothing: a test's output is pytest's."""
