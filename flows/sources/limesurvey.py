"""LimeSurvey, through RemoteControl 2. It says no in HTTP 200, keeps no versions and tells of no edit or deletion."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import zip_longest
from threading import Lock
from typing import Any, TypeVar

import requests
from citric import Client
from citric.exceptions import LimeSurveyError, LimeSurveyStatusError, ResponseMismatchError

from flows.sources.connection import patient_adapter, patient_session, refuse_failures
from flows.sources.declared import LimeSurveyForm
from flows.sources.server import FormStructure, Page, Record, SourceFault

ADDRESS = "/index.php/admin/remotecontrol"

PAGE_ROWS = 500

TIMES = ("submitdate", "startdate", "datestamp")
"""Columns that hold the server's own time, without an offset."""

_LOGIN = "get_session_key"
_EXPIRED = "Invalid session key"
_NO_ROWS = "No Data, could not get max id."
_REFUSED = ("Invalid user name or password", "No permission", "Invalid surveyid", "Error: Invalid survey ID")

_turns: defaultdict[str, Lock] = defaultdict(Lock)
_refused: set[int] = set()
"""Logins (their hashes) refused in this process. Three bad ones lock the address for ten minutes, for every login:
where several surveys lie on one server and share a password that is wrong, it is sent once."""

T = TypeVar("T")


class _SessionOver(SourceFault):
    """The session key holds no longer."""

    def __init__(self) -> None:
        super().__init__("source_refused")


class LimeSurveyServer:
    """A survey on a LimeSurvey server (a Server); logs in at the first call.

    A response is known by survey and id; one that was never submitted has the state `incomplete`. In its content null
    stands for a page never reached, "" for a question seen and left.
    """

    is_incremental = False

    def __init__(self, form: LimeSurveyForm, user: str, password: str, *, back_off: float = 0.5) -> None:
        self._survey, self._zone = form.survey, form.time_zone
        self._address = form.url if form.url.endswith("/remotecontrol") else form.url + ADDRESS
        self._login = (user, password)
        self._adapter = patient_adapter(back_off=back_off)
        self._http = patient_session(back_off=back_off)
        self._http.mount(self._address, self._adapter)
        self._http.hooks["response"].append(lambda response, **_: refuse_failures(response))
        self._client: Client | None = None

    def structure(self) -> FormStructure:
        """Read the columns from the field map, named as an export names them. Raises SourceFault."""
        fieldmap = self._asked("get_fieldmap", lambda client: client.get_fieldmap(self._survey))
        columns = _told("get_fieldmap", lambda: [_heading(field) for field in fieldmap.values()])
        if len(set(columns)) != len(columns):  # an export would hold one of the two only
            raise SourceFault("source_unreadable", "question codes that are no other column's")
        return FormStructure(
            body=json.dumps(fieldmap).encode("ascii"),  # without the envelope: its number is another each time
            versions={"": columns},
            zones={column: self._zone for column in TIMES if column in columns},
        )

    def announced(self) -> int:
        """How many responses there are, the incomplete ones too. Raises SourceFault, also if the survey is inactive."""
        summary = self._asked("get_summary", lambda client: client.get_summary(self._survey))
        if summary is None or "full_responses" not in summary:
            raise SourceFault("source_unreadable", "an active survey")
        return _told("get_summary", lambda: int(summary["full_responses"]))

    def pages(self, known: Mapping[str, str]) -> Iterator[Page]:
        """Read all responses, by ranges of ids that leave no gap. Raises SourceFault.

        The last range is open, so that what is added at the end during the walk comes with it.
        """
        ids = _told("export_responses", _ids, self._export(fields=["id"]))
        starts = [1, *ids[PAGE_ROWS::PAGE_ROWS]] if ids else []
        for first, after in zip_longest(starts, starts[1:]):
            body = self._export(first, after - 1 if after else None)
            if records := _told("export_responses", self._records, body):
                yield Page(body, records)

    def close(self) -> None:
        """Give the session key back."""
        if (client := self._client) is not None:
            with suppress(SourceFault), self._sent_once():
                _told("release_session_key", lambda: client.session.release_session_key())
        self._client = None
        self._http.close()

    def _records(self, body: bytes) -> list[Record]:
        return [
            Record(
                id=f"{self._survey}:{row['id']}",
                order=f"{int(row['id']):010}",
                state="present" if row["submitdate"] else "incomplete",
                content=row,
            )
            for row in _rows(body)
        ]

    def _export(self, first: int | None = None, last: int | None = None, fields: list[str] | None = None) -> bytes:
        """An exported file, of all columns if none are named; empty where the survey has no responses at all."""

        def ask(client: Client) -> bytes:
            try:
                return client.export_responses(
                    self._survey,
                    file_format="json",
                    heading_type="code",
                    response_type="short",
                    completion_status="all",
                    from_response_id=first,
                    to_response_id=last,
                    fields=fields,
                )
            except LimeSurveyStatusError as error:
                if str(error) == _NO_ROWS:
                    return b""
                raise

        return self._asked("export_responses", ask)

    def _asked(self, call: str, ask: Callable[[Client], T]) -> T:
        """What a call answers; where the session is over (its time runs from the login) there is one new login."""
        try:
            return _told(call, lambda: ask(self._opened()))
        except _SessionOver:
            self._client = None
        return _told(call, lambda: ask(self._opened()))

    def _opened(self) -> Client:
        if self._client is None:
            with _turns[self._address], self._sent_once():
                self._client = self._logged_in()
        return self._client

    def _logged_in(self) -> Client:
        login = hash((self._address, *self._login))
        if login in _refused:
            raise SourceFault("source_refused")
        try:
            return _told(_LOGIN, lambda: Client(self._address, *self._login, requests_session=self._http))
        except SourceFault as fault:
            if fault.reason_code == "source_refused":
                _refused.add(login)
            raise

    @contextmanager
    def _sent_once(self) -> Iterator[None]:
        """Send nothing again that may have arrived: bad logins count although their answers are lost."""
        tries, self._adapter.tries = self._adapter.tries, 1
        try:
            yield
        finally:
            self._adapter.tries = tries


def _heading(field: Mapping[str, Any]) -> str:
    """A column's heading as an export by codes writes it: `Q1[SQ001]`, with two scales `Q1[SQ001][1]`.

    Source: LimeSurvey, viewHelper::getFieldCode.
    """
    if not field["title"]:
        return str(field["fieldname"])
    part = f"[{field['aid']}]" if field["aid"] else ""
    scale = f"[{int(field['scale_id']) + 1}]" if field.get("scale") else ""
    return f"{field['title']}{part}{scale}"


def _ids(body: bytes) -> list[int]:
    return sorted(int(row["id"]) for row in _rows(body))


def _rows(body: bytes) -> list[dict[str, Any]]:
    return list(json.loads(body)["responses"]) if body else []


def _told(call: str, ask: Callable[..., T], *given: Any) -> T:
    """What `ask` gives. Raises SourceFault; no error hangs on it that quotes an answer, as the server's own may do."""
    try:
        return ask(*given)
    except LimeSurveyStatusError as error:
        fault = _refusal(call, str(error))
    except (
        *(requests.RequestException, LimeSurveyError, ResponseMismatchError),
        *(ValueError, LookupError, TypeError, AttributeError),  # an answer of another shape
    ):
        fault = _unreadable(call)
    raise fault


def _refusal(call: str, status: str) -> SourceFault:
    """What a status text means. A lock-out's is in the server's own language; the minutes to wait are in each."""
    if status.startswith(_EXPIRED):
        return _SessionOver()
    if status.startswith(_REFUSED):
        return SourceFault("source_refused")
    if call == _LOGIN and any(letter.isdigit() for letter in status):
        return SourceFault("source_locked")
    return _unreadable(call)


def _unreadable(call: str) -> SourceFault:
    return SourceFault("source_unreadable", f"RemoteControl 2 (JSON-RPC): {call}")
