"""A survey server of the tests' own: what ODK Central answers, as it was recorded, on loopback.

    with OdkLoopback({"v1": {"q1": "string", "q3/level": "int"}}) as server:
        first = server.insert({"q1": "1 2", "q3": {"level": 3}})
        form = OdkForm(url=server.url, project=server.project, form=server.form, credentials="lab")
        odk = OdkServer(form, server.user, server.password, back_off=0.01)

Rows: `insert`, `edit`, `delete`, `restore`, `review`, `reject`, `say` (sets members of `__system`), `load` (rows as
recorded, with `__id` and `__system`); `publish` adds a form version. The clock is its own: each change is a second
later than the one before. As there, `updatedAt` is set by an edit and a review only, a row is shown through the form's
newest version, newest row first, and a next link goes on after the row sent last, even if that was deleted since.

Faults: `inject(fault, page=k, times=n)` spoils the k-th page request from now on and the n - 1 after it; a function
gets the body and gives another, so `inject(lambda _: recorded, page=k)` replays a recording byte for byte;
`before_page(k, act)` calls `act` before the k-th is answered (to insert, delete, `expire_sessions` ...). A page request
is one for `.../Submissions` or one row of it; a second try counts. `password` and `may_read` can be changed anytime.

Told afterwards: `requests` ("GET /v1/...", decoded), `asked(part)` (how many of them hold a text), `rows_sent` (ids of
the rows sent with their answers), `open_sessions_n`.

How to load it, as test modules are in no package:

    spec = importlib.util.spec_from_file_location("odk_server", Path(__file__).parent / "odk_server.py")
    odk_server = sys.modules["odk_server"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(odk_server)
"""

from __future__ import annotations

import base64
import json
import operator
import re
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, quote, unquote, unquote_plus, urlencode, urlsplit

Fault = int | Literal["cut_short", "hang_up"] | Callable[[bytes], bytes]
"""A status; a body shorter than announced; no answer at all; what becomes of the body."""

_Answer = tuple[int, bytes, Fault | None]
_FIRST_MOMENT = datetime(2026, 11, 23, 13, 54, 12, 732000, UTC)
_FILTERED = {"submissionDate", "updatedAt", "deletedAt", "reviewState", "submitterId"}
_SYSTEM = (
    *("submissionDate", "updatedAt", "submitterId", "submitterName", "attachmentsPresent", "attachmentsExpected"),
    *("status", "reviewState", "deviceId", "edits", "formVersion", "deletedAt"),
)
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}


@dataclass
class _Row:
    serial: int
    content: dict[str, Any]
    system: dict[str, Any]


class _Refusal(Exception):
    def __init__(self, code: float, message: str) -> None:
        super().__init__(message)
        self.status = int(code)
        self.body = _json({"message": message, "code": code})


def _not_found() -> _Refusal:
    return _Refusal(404.1, "Could not find the resource you were looking for.")


def _not_authenticated() -> _Refusal:
    return _Refusal(401.2, "Could not authenticate with the provided credentials.")


class OdkLoopback:
    """An ODK Central server with one form; a context manager."""

    def __init__(
        self,
        versions: Mapping[str, Mapping[str, str]] | None = None,
        *,
        project: int = 1,
        form: str = "survey",
        user: str = "lab@example.org",
        password: str = "correct horse",  # noqa: S107 - the loopback server's own
    ) -> None:
        self.project, self.form, self.user, self.password = project, form, user, password
        self._path = f"/v1/projects/{project}/forms/" + quote(form, safe="*'()")
        self.may_read = True
        self.requests: list[str] = []
        self.rows_sent: list[str] = []
        self._now = _FIRST_MOMENT
        self._versions: dict[str, tuple[str, dict[str, str]]] = {}
        for version, fields in (versions or {"1": {"answer": "string"}}).items():
            self.publish(version, fields)
        self._rows: dict[str, _Row] = {}
        self._tokens: set[str] = set()
        self._pages_n = 0
        self._acts: dict[int, Callable[[], object]] = {}
        self._faults: dict[int, Fault] = {}
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"loopback": self}))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The server's address, without a path."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def publish(self, version: str, fields: Mapping[str, str]) -> None:
        """A form version: path (`group/leaf`) -> type; rows are shown through the newest from now on."""
        self._versions[version] = (self._tick(), dict(fields))

    def insert(self, content: Mapping[str, Any], *, id: str | None = None, version: str | None = None) -> str:
        """A submission; its `__id`. `version`: the newest one unless said otherwise."""
        serial = len(self._rows) + 1
        instance = id or f"uuid:00000000-0000-4000-8000-{serial:012}"
        system = dict.fromkeys(_SYSTEM) | {
            "submissionDate": self._tick(),
            **{"submitterId": "5", "submitterName": self.user},
            **{"attachmentsPresent": 0, "attachmentsExpected": 0, "edits": 0},
            "formVersion": list(self._versions)[-1] if version is None else version,
        }
        self._rows[instance] = _Row(serial, dict(content), system)
        return instance

    def load(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Submissions as they were recorded, newest first; the clock goes on after the newest of them."""
        for row in reversed(list(rows)):
            content = {name: value for name, value in row.items() if not name.startswith("__")}
            self._rows[row["__id"]] = _Row(len(self._rows) + 1, content, dict(row["__system"]))
            stamps = (row["__system"][name] for name in ("submissionDate", "updatedAt"))
            self._now = max([self._now, *(datetime.fromisoformat(each) for each in stamps if each)])

    def edit(self, id: str, answers: Mapping[str, Any]) -> None:
        """Change answers at the top level of a submission."""
        row = self._rows[id]
        row.content |= answers
        row.system |= {"updatedAt": self._tick(), "edits": row.system["edits"] + 1, "reviewState": "edited"}

    def review(self, id: str, state: str | None) -> None:
        """Set the review state of a submission."""
        self._rows[id].system |= {"updatedAt": self._tick(), "reviewState": state}

    def reject(self, id: str) -> None:
        """Reject a submission: it stays listed."""
        self.review(id, "rejected")

    def delete(self, id: str) -> None:
        """Delete a submission: it is listed no more, and nothing else changes."""
        self._rows[id].system["deletedAt"] = self._tick()

    def restore(self, id: str) -> None:
        """Take a deletion back."""
        self._rows[id].system["deletedAt"] = None

    def say(self, id: str, **system: Any) -> None:
        """Set members of `__system`, as a file that comes in does (`attachmentsPresent`): no time moves."""
        self._rows[id].system |= system

    def rows(self) -> dict[str, dict[str, Any]]:
        """Every row it lists, as it shows it: `__id` -> row, newest first."""
        listed = [id for id, row in self._rows.items() if row.system["deletedAt"] is None]
        return {id: self._shown(id) for id in sorted(listed, key=self._place, reverse=True)}

    def inject(self, fault: Fault, *, page: int = 1, times: int = 1) -> None:
        """Spoil page requests, counted from now on."""
        for number in range(page, page + times):
            self._faults[self._pages_n + number] = fault

    def before_page(self, page: int, act: Callable[[], object]) -> None:
        """Do something before a page request is answered, counted from now on."""
        self._acts[self._pages_n + page] = act

    def expire_sessions(self) -> None:
        """Every token is worth nothing from now on."""
        self._tokens.clear()

    def asked(self, part: str) -> int:
        """How many requests hold a text."""
        return sum(part in each for each in self.requests)

    def forget_requests(self) -> None:
        """Begin the account of requests anew."""
        self.requests.clear()
        self.rows_sent.clear()

    @property
    def open_sessions_n(self) -> int:
        """How many logins are not logged out."""
        return len(self._tokens)

    def answer(self, method: str, target: str, headers: Message, body: bytes) -> _Answer:
        """Status and body of a request, and how the sending of it goes wrong. For the handler."""
        with self._lock:
            self.requests.append(f"{method} {unquote_plus(target)}")
            try:
                return self._answer(method, urlsplit(target).path, urlsplit(target).query, headers, body)
            except _Refusal as refusal:
                return refusal.status, refusal.body, None

    def _answer(self, method: str, path: str, query: str, headers: Message, body: bytes) -> _Answer:
        if (method, path) == ("POST", "/v1/sessions"):
            return 200, self._log_in(body), None
        table = f"{self._path}.svc/Submissions"
        is_page = method == "GET" and path.startswith(table)
        fault = self._next_page() if is_page else None
        kind, _, token = headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            raise _Refusal(401.3, "This authentication method is only available over HTTPS")
        if token not in self._tokens:
            raise _not_authenticated()
        if (method, path) == ("DELETE", "/v1/sessions/current"):
            self._tokens.discard(token)
            return 200, _json({"success": True}), None
        if not self.may_read:
            raise _Refusal(403.1, "The authentication you provided does not have rights to perform that action.")
        if isinstance(fault, int):
            return fault, _json({"message": "Something went wrong.", "code": fault + 0.1}), None
        if is_page:
            page = self._page(unquote(path.removeprefix(table)), query)
            return 200, fault(page) if callable(fault) else page, fault
        return 200, self._described(path), None

    def _log_in(self, body: bytes) -> bytes:
        if json.loads(body) != {"email": self.user, "password": self.password}:
            raise _not_authenticated()
        token = secrets.token_urlsafe(48)
        self._tokens.add(token)
        return _json({"token": token, "csrf": "", "expiresAt": _text(self._now + timedelta(days=1))})

    def _described(self, path: str) -> bytes:
        if path == f"{self._path}/versions":
            versions = [
                {"xmlFormId": self.form, "version": version, "publishedAt": moment, "hash": f"{number:032}"}
                for number, (version, (moment, _)) in enumerate(self._versions.items())
            ]
            return _json(versions[::-1])
        named = re.fullmatch(re.escape(self._path) + "/versions/([^/]+)/fields", path)
        version = "" if named is None or named[1] == "___" else unquote(named[1])
        if named is None or version not in self._versions:
            raise _not_found()
        fields: dict[str, str] = {}
        for leaf, kind in self._versions[version][1].items():
            groups = leaf.split("/")[:-1]
            above = ["/".join(groups[: n + 1]) for n in range(len(groups))]
            fields |= {each: fields.get(each, "structure") for each in above} | {leaf: kind}
        return _json([{"path": f"/{each}", "name": each.split("/")[-1], "type": kind} for each, kind in fields.items()])

    def _next_page(self) -> Fault | None:
        self._pages_n += 1
        act = self._acts.pop(self._pages_n, None)
        if act is not None:
            act()
        return self._faults.pop(self._pages_n, None)

    def _page(self, key: str, query: str) -> bytes:
        context = f"{self.url}{self._path}.svc"
        head = {"@odata.context": f"{context}/$metadata#Submissions"}
        asked = dict(parse_qsl(query))
        select = set(asked["$select"].split(",")) if "$select" in asked else None
        if key:
            named = re.fullmatch(r"\('((?:uuid:)?[a-z0-9-]+)'\)", key)
            row = None if named is None else self._rows.get(named[1])
            if named is None or row is None or row.system["deletedAt"] is not None:
                raise _not_found()
            return self._sent([named[1]], select, "$expand" in asked, head)
        listed = [id for id, row in self._rows.items() if _passes(row.system, asked.get("$filter"))]
        ids = sorted(listed, key=self._place, reverse=True)
        after = ids
        if "$skiptoken" in asked:
            last = json.loads(base64.b64decode(asked["$skiptoken"][2:]))["instanceId"]
            after = [id for id in ids if last is None or self._place(id) < self._place(last)]
        skip = 0 if "$skiptoken" in asked else int(asked.get("$skip", 0))
        page = after[skip:][: int(asked["$top"]) if "$top" in asked else None]
        if len(after) > len(page) and asked.get("$top") != "0":
            token = "01" + base64.b64encode(_json({"instanceId": page[-1] if page else None})).decode()
            kept = [(name, value) for name, value in parse_qsl(query) if name not in ("$skip", "$skiptoken")]
            head["@odata.nextLink"] = f"{context}/Submissions?{urlencode([*kept, ('$skiptoken', token)])}"
        count = {"@odata.count": len(ids)} if asked.get("$count") == "true" else {}
        return self._sent(page, select, "$expand" in asked, head | count)

    def _sent(self, ids: list[str], select: set[str] | None, expand: bool, head: Mapping[str, Any]) -> bytes:
        rows = [self._shown(id) for id in ids]
        if select is None:
            self.rows_sent += ids
        else:
            rows = [{name: value for name, value in row.items() if name in select} for row in rows]
        if not expand:
            rows = [{name: value for name, value in row.items() if not isinstance(value, list)} for row in rows]
        return _json({"value": rows, **head})

    def _place(self, id: str) -> tuple[str, int]:
        return self._rows[id].system["submissionDate"], self._rows[id].serial

    def _shown(self, id: str) -> dict[str, Any]:
        row = self._rows[id]
        shown: dict[str, Any] = {}
        fields = list(self._versions.values())[-1][1]
        repeats = tuple(f"{path}/" for path, kind in fields.items() if kind == "repeat")
        for path, kind in fields.items():
            if path.startswith(repeats):
                continue
            *groups, leaf = path.split("/")
            source: Any = row.content
            target = shown
            for group in groups:
                source = (source or {}).get(group)
                target = target.setdefault(group, {})
            target[leaf] = _typed((source or {}).get(leaf), kind)
        return {**shown, "__id": id, "__system": dict(row.system)}

    def _tick(self) -> str:
        self._now += timedelta(seconds=1)
        return _text(self._now)


class _Handler(BaseHTTPRequestHandler):
    loopback: OdkLoopback
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body in one packet: no waiting for an acknowledgement

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer, fault = self.loopback.answer(self.command, self.path, self.headers, body)
        if fault == "hang_up":
            self.close_connection = True
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if fault == "cut_short":
            answer = answer[: len(answer) // 2]
            self.close_connection = True
        self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = _reply

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _passes(system: Mapping[str, Any], expression: str | None) -> bool:
    """Whether a row passes a `$filter` of comparisons joined by `or`; deleted rows only where it asks for them."""
    if "deletedAt" not in (expression or "") and system["deletedAt"] is not None:
        return False
    return expression is None or any(_compares(system, *each.split(" ")) for each in expression.split(" or "))


def _compares(system: Mapping[str, Any], field: str, comparison: str, literal: str) -> bool:
    name = field.removeprefix("__system/")
    if name not in _FILTERED:
        raise _Refusal(501.5, f"Fields not supported by this server: {field}")
    if not literal:
        raise _Refusal(400.18, "The OData filter expression you provided could not be parsed.")
    wanted = None if literal == "null" else literal.strip("'")
    if comparison in ("eq", "ne"):
        return bool((system[name] == wanted) == (comparison == "eq"))
    return system[name] is not None and _COMPARED[comparison](system[name], wanted)


def _typed(value: Any, kind: str) -> Any:
    """An answer as the form's newest version shows it: whole numbers where it is one, text where it has become text."""
    if value is None:
        return None
    if kind == "int":
        return int(value) if re.fullmatch(r"-?[0-9]+", str(value)) else None
    return str(value) if kind == "string" else value


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
