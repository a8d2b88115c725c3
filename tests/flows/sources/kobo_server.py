"""A survey server of the tests' own: what KoboToolbox's API v2 answers, as it was recorded, on loopback.

    with KoboLoopback(generated(170_000), token="any") as server:
        asset = KoboAsset(url=server.url, asset=server.asset, credentials="lab")
        kobo = KoboServer(asset, server.token, back_off=0.01)

Rows: a sequence in the order of `_id`, each as the server gives it (`generated(n)` makes them when they are asked for,
so that none are kept); then `insert`, `edit`, `delete` and `validate`. As there, an edit keeps `_id` and
`meta/rootUuid` and changes `_uuid`, a new row comes last, a page has 100 rows unless said otherwise and never more than
1,000, and a missing token or permission is 404. `deploy(version, survey(paths))` changes the form; `replay(path, body)`
answers a path with these bytes. `token`, `may_read` and `asset_members` (more members of the form) may be changed.

Faults: `inject(fault, page=k, times=n)` spoils the k-th page request from now on and the n - 1 after it; a second try
counts. `before_page(k, act)` calls `act` before the k-th is answered. A page request is one for rows with a `query`;
`on` takes the others: "count" (rows without one), "form", "version", "other". Told afterwards: `asked` (kind and target
of every request), `headers` (of the last one).
"""

from __future__ import annotations

import json
import random
import ssl
import sys
import threading
import uuid
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any, Literal, Self, cast
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

Row = dict[str, Any]

Fault = (
    int
    | bytes
    | tuple[int, Mapping[str, str], bytes]
    | Literal[
        "html", "cut", "cut_chunks", "cut_chunk", "hang_up", "silence", "drip", "drip_head", "elsewhere", "around"
    ]
)
"""A status, a body, or a status with headers and body; or: a page of HTML; a body shorter than announced, without its
last chunk, with half a chunk; no answer, with and without an end; an answer by single bytes without end, from its body
or from its head on; a redirect to another host, and to the very same address."""

TOKEN = "a-token-of-no-one"  # noqa: S105
DEFAULT_ROWS_N = 100
MOST_ROWS_N = 1000
VERSIONS_N = 100

SENTENCES = tuple(
    f"{what}{how}。{so}。"
    for what in ("会話の練習", "漢字の時間", "防災の授業", "市役所の手続きの練習", "先生の説明", "子どもの学校の話")
    for how in ("がわかりやすくてよかったです", "は少し難しかったです", "は仕事で毎日使っています")
    for so in ("夜のクラスがあると助かります", "友だちができました", "でも電話はまだこわいです", "また参加したいです")
)

FIELDS: Mapping[str, Sequence[str] | int] = {
    "respondent_id": "",
    "org_code": ("ORG-A", "ORG-B", "組織Ｄ"),
    "wave": ("1", "2"),
    "date": tuple(f"2026-{month:02}-{day:02}" for month in range(4, 10) for day in range(1, 29)),
    "nationality": ("CHN", "VNM", "PHL", "BRA", "NPL", "KOR", "IDN", "MMR", "USA", "OTH"),
    "residence_status": ("pr", "titp", "ssw", "student", "dependent", "engineer", "ltr", "other"),
    "gender": ("m", "f", "x", "na"),
    "age_band": ("10s", "20s", "30s", "40s", "50s", "60plus"),
    "japanese_level": ("n1", "n2", "n3", "n4", "n5", "none"),
    "q1": ("1", "1 2", "2 1", "3 5 6", "7"),
    "q2": ("4", "2 6", "1 2 7", "5"),
    "q3/q3_level": tuple("12345"),
    "q3/q3_text": 2,
    "q4/q4_level": tuple("12345"),
    "q5/q5_level": tuple("12345"),
    "q6_text": 5,
}
"""Field of a generated row -> what it is picked from, or of how many SENTENCES it is made; "": the row's number."""


class Generated(Sequence[Row]):
    """Rows that are made anew each time they are looked at, always the same for a seed."""

    def __init__(self, rows_n: int, seed: int, fields: Mapping[str, Sequence[str] | int]) -> None:
        self._rows_n, self._seed, self._fields = rows_n, seed, fields

    def __len__(self) -> int:
        return self._rows_n

    def __getitem__(self, index: Any) -> Any:
        if not 0 <= index < self._rows_n:
            raise IndexError(index)
        dice = random.Random(self._seed * 1_000_003 + index)  # noqa: S311
        answers: Row = {}
        for field, choices in self._fields.items():
            if isinstance(choices, int):
                if dice.random() < 0.8:
                    answers[field] = "".join(dice.choices(SENTENCES, k=choices))
            else:
                answers[field] = dice.choice(choices) if choices else f"R{index + 1:06}"
        return complete(index + 1, answers)


def generated(rows_n: int, *, seed: int = 1, fields: Mapping[str, Sequence[str] | int] = FIELDS) -> Generated:
    """So many rows of about 1.2 KB with Japanese free text, none of them kept. A field without choices is numbered."""
    return Generated(rows_n, seed, fields)


def complete(number: int, answers: Mapping[str, Any], version: str = "vLoopback1") -> Row:
    """A row as the server gives it: some answers and all that it adds."""
    name = str(uuid.UUID(int=number * 0x9E3779B97F4A7C15 % 2**128))
    return {
        "_id": number,
        "formhub/uuid": "3f1306730000000000000000000000ff",
        **answers,
        "__version__": version,
        "meta/instanceID": f"uuid:{name}",
        "_xform_id_string": "aLoopback",
        "_uuid": name,
        "meta/rootUuid": f"uuid:{name}",
        "_attachments": [],
        "_status": "submitted_via_web",
        "_geolocation": [None, None],
        "_submission_time": (datetime(2026, 4, 1) + timedelta(seconds=number)).isoformat(),
        "_validation_status": {},
        "_submitted_by": "loopback",
    }


def survey(*paths: str) -> list[Row]:
    """The rows of a form with these fields (`leaf` or `group/leaf`), in order."""
    rows: list[Row] = []
    for path in paths:
        *groups, leaf = path.split("/")
        rows += [{"type": "begin_group", "name": group} for group in groups]
        rows += [{"type": "text", "name": leaf}, *({"type": "end_group"} for _ in groups)]
    return rows


class KoboLoopback:
    """The server; runs while it is entered."""

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]] = (),
        *,
        token: str = TOKEN,
        asset: str = "aLoopback",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.token, self.asset, self.may_read = token, asset, True
        self.asset_members: Row = {}
        self.asked: list[tuple[str, str]] = []
        self.headers: Mapping[str, str] = {}
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self._base, self._new = rows, list[Row]()
        self._last: int = rows[len(rows) - 1]["_id"] if rows else 0
        self._changed: dict[int, Row | None] = {}
        self._versions: dict[str, list[Row]] = {"vLoopback1": survey(*FIELDS)}
        self._replayed: dict[str, bytes] = {}
        self._faults: list[tuple[str, Fault | Callable[[], object], int, float]] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.loopback = self
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    # --- what it holds

    def insert(self, answers: Mapping[str, Any]) -> int:
        """A new row; its `_id`. Answers may hold what the server adds, too."""
        with self.lock:
            self._last += 1
            self._new.append({**complete(self._last, answers, list(self._versions)[-1]), **answers})
            return self._last

    def edit(self, number: int, answers: Row) -> None:
        """Other answers in a row; None takes one away."""
        row = self.row(number)
        name = str(uuid.uuid5(uuid.NAMESPACE_OID, row["_uuid"]))
        row |= {"meta/deprecatedID": row["meta/instanceID"], "meta/instanceID": f"uuid:{name}", "_uuid": name}
        row |= answers
        self._changed[number] = {field: answer for field, answer in row.items() if answer is not None}

    def validate(self, number: int, status: Literal["approved", "not_approved", "on_hold"] | None) -> None:
        """What a reviewer says of a row."""
        said = {"timestamp": 1795443189, "uid": f"validation_status_{status}", "by_whom": "loopback", "label": status}
        self._changed[number] = self.row(number) | {"_validation_status": said if status else {}}

    def delete(self, number: int) -> None:
        """Take a row away, without a trace."""
        self.row(number)
        self._changed[number] = None

    def row(self, number: int) -> Row:
        """A row as it is now."""
        return next(dict(row) for row in self.rows(number - 1, 1) if row["_id"] == number)

    def rows(self, after: int, limit: int, start: int = 0) -> list[Row]:
        """Rows that come after an `_id`."""
        with self.lock:
            first = self._place(after)
            rows = (self._base[index] for index in range(first, len(self._base)))
            new = (row for row in self._new if row["_id"] > after)
            now = (self._changed.get(row["_id"], row) for part in (rows, new) for row in part)
            return list(islice((row for row in now if row is not None), start, start + limit))

    def count(self, after: int = 0) -> int:
        """How many rows come after an `_id`."""
        gone = sum(row is None and number > after for number, row in self._changed.items())
        return len(self._base) - self._place(after) + sum(row["_id"] > after for row in self._new) - gone

    def _place(self, after: int) -> int:
        return bisect_right(self._base, after, key=lambda row: row["_id"])

    def deploy(self, version: str, rows: list[Row]) -> None:
        """A new version of the form (or the rows of one there is)."""
        self._versions[version] = rows

    def replay(self, path: str, body: bytes) -> None:
        """Answer a path (below the form: "/", "/data.json", …) with these bytes."""
        self._replayed[path] = body

    # --- what goes wrong

    def inject(self, fault: Fault, *, page: int = 1, times: float = 1, on: str = "page") -> None:
        """Spoil the k-th request of a kind from now on, and the n - 1 after it."""
        self._faults.append((on, fault, self._asked_n(on) + page, times))

    def before_page(self, page: int, act: Callable[[], object]) -> None:
        """Do something before the k-th page request from now on is answered."""
        self._faults.append(("page", act, self._asked_n("page") + page, 1))

    def due(self, kind: str) -> Fault | None:
        """The fault for the request that was just noted; acts are called."""
        now, found = self._asked_n(kind), None
        for on, fault, first, times in self._faults:
            if on == kind and first <= now < first + times:
                if callable(fault):
                    fault()
                else:
                    found = fault
        return found

    def _asked_n(self, kind: str) -> int:
        return sum(each == kind for each, _ in self.asked)

    # --- what it answers

    def answer(self, path: str, query: Mapping[str, str]) -> tuple[int, Any]:
        """(status, bytes or what becomes JSON) of a path below the form."""
        if path in self._replayed:
            return 200, self._replayed[path]
        if path in ("/data.json", "/data/"):
            return self._data(path, query)
        if path == "/":
            return 200, self._form(query)
        version = path.removeprefix("/versions/").strip("/")
        if version in self._versions:
            return 200, {"uid": version, "content": {"schema": "1", "survey": self._versions[version]}}
        return 404, {"detail": "Not found."}

    def _data(self, path: str, query: Mapping[str, str]) -> tuple[int, Any]:
        wanted = query.get("limit", str(DEFAULT_ROWS_N))
        if not wanted.isdecimal() or wanted == "0":
            return 400, {"limit": "A positive integer is required"}
        limit, start = min(int(wanted), MOST_ROWS_N), int(query.get("start", 0))
        try:
            asked = json.loads(query.get("query", "{}"))
        except ValueError:
            return 400, {"query": "Value must be valid JSON."}
        after = asked["_id"]["$gt"] if asked else 0
        count, rows = self.count(after), self.rows(after, limit, start)
        more = urlencode({**query, "limit": limit, "start": start + limit})
        link = f"{self.url}/api/v2/assets/{self.asset}{path}?{more}" if start + limit < count else None
        return 200, {"count": count, "next": link, "previous": None, "results": rows}

    def _form(self, query: Mapping[str, str]) -> Row:
        address = f"{self.url}/api/v2/assets/{self.asset}/"
        offset = int(query.get("offset", 0))
        begun = datetime(2026, 4, 1)
        listed = [
            {"uid": name, "date_deployed": f"{(begun + timedelta(seconds=at)).isoformat()}Z"}
            for at, name in enumerate(self._versions)
        ][::-1]
        more = urlencode({"format": "json", "limit": VERSIONS_N, "offset": offset + VERSIONS_N})
        deployed = {
            "count": len(listed),
            "next": f"{address}?{more}" if offset + VERSIONS_N < len(listed) else None,
            "results": listed[offset : offset + VERSIONS_N],
        }
        current = list(self._versions)[-1]
        return {
            "url": f"{address}?format=json",
            "uid": self.asset,
            "version_id": current,
            "deployed_version_id": current,
            "deployed_versions": deployed,
            "content": {"schema": "1", "survey": self._versions[current]},
            **self.asset_members,
        }


class _Server(ThreadingHTTPServer):
    loopback: KoboLoopback

    def handle_error(self, *_: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that hangs up is none
            super().handle_error(*_)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        loopback = cast(_Server, self.server).loopback
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        home = f"/api/v2/assets/{loopback.asset}"
        path = parts.path.removeprefix(home) if parts.path.startswith(f"{home}/") else ""
        kinds = {"/": "form", "/data.json": "page" if "query" in query else "count"}
        kind = kinds.get(path, "version" if path.startswith("/versions/") else "other")
        with loopback.lock:
            loopback.asked.append((kind, unquote(self.path)))
            loopback.headers = dict(self.headers)
            fault = loopback.due(kind)
        said = self.headers.get("Authorization")
        if said is not None and said != f"Token {loopback.token}":
            status, found = 401, {"detail": "Invalid token."}
        elif said is None or not loopback.may_read or not path:
            status, found = 404, {"detail": "Not found."}
        else:
            status, found = loopback.answer(path, query)
        body = (
            found if isinstance(found, bytes) else json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
        )
        if fault is None:
            self._send(status, body)
        else:
            self._spoil(fault, body, loopback.closing)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(body))} | dict(headers or {}))
        self.wfile.write(body)

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _spoil(self, fault: Fault, body: bytes, closing: threading.Event) -> None:
        whole: dict[Any, tuple[int, Mapping[str, str], bytes]] = {
            "html": (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Log in</title>"),
            "elsewhere": (302, {"Location": "http://localhost:9/"}, b""),
            "around": (302, {"Location": self.path}, b""),
        }
        if isinstance(fault, bytes):
            self._send(200, fault)
        elif isinstance(fault, int):
            self._send(fault, b"{}")
        elif isinstance(fault, tuple) or fault in whole:
            status, headers, body = fault if isinstance(fault, tuple) else whole[fault]
            self._send(status, body, headers)
        else:
            self.close_connection = True
        half = body[: len(body) // 2]
        if fault == "silence":
            closing.wait(30)
        elif fault == "cut":
            self._head(200, {"Content-Length": str(len(body))})
            self.wfile.write(half)
        elif fault in ("cut_chunks", "cut_chunk"):
            self._head(200, {"Transfer-Encoding": "chunked"})
            announced_n = len(half) if fault == "cut_chunks" else len(body)
            self.wfile.write(b"%x\r\n%b\r\n" % (announced_n, half))
        elif fault in ("drip", "drip_head"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            if fault == "drip":
                self.wfile.write(b"1\r\nContent-Length: 1000000\r\n\r\n")
            while not closing.wait(0.005):
                self.wfile.write(b"a")
