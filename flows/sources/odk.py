"""ODK Central, read through OData: every row the server lists, in full only where it changed since the last pull."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import requests
from pyodk._utils.session import Session
from pyodk.errors import PyODKError

from flows.sources.connection import patient_adapter, read_json, refuse_failures
from flows.sources.declared import OdkForm
from flows.sources.server import FormStructure, Page, Record, SourceFault

PAGE_ROWS = 1000
"""Rows asked for at once; the server has no limit of its own."""

SINGLE_ROWS = 50
"""The most rows that are asked for one by one; for more, the whole form is read."""

Rows = list[dict[str, Any]]

_IN_FULL = {"$expand": "*"}  # repeats lie inside their row, not in tables of their own
_WITHOUT_ANSWER = frozenset({"structure", "repeat"})
_GIVEN_SINGLY = re.compile(r"(uuid:)?[A-Za-z0-9-]+")
"""Ids whose row the server gives by itself; tools that make ids of their own have others too."""

logging.getLogger("pyodk").setLevel(logging.CRITICAL)  # its errors quote whatever a server answers


class OdkServer:
    """A form on an ODK Central server: flows.sources.server.Server."""

    is_incremental = True

    def __init__(self, form: OdkForm, user: str, password: str, *, back_off: float = 0.5) -> None:
        """`back_off`: seconds before a second try."""
        self._session = Session(form.url, "v1", user, password)  # no cache_path: the token is written nowhere
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, patient_adapter(back_off=back_off))
        self._form = self._session.urljoin(Session.urlformat("projects/{}/forms/{}", form.project, form.form))
        self._table = f"{self._form}.svc/Submissions"
        self._widened_n: int | None = None

    def structure(self) -> FormStructure:
        """The published versions, first one first. `body`: the list of them, then the fields of each, a line each."""
        body, published = self._read(f"{self._form}/versions")
        bodies, fields = [body], {}
        for version in sorted(_objects(published, "version", "publishedAt"), key=lambda each: str(each["publishedAt"])):
            name = version["version"] or ""
            body, described = self._read(f"{self._form}/versions/{Session.urlquote(name or '___')}/fields?odata=true")
            bodies.append(body)
            fields[name] = _leaves(_objects(described, "path", "type"))
        self._widened_n = _widened_n(list(fields.values()))
        return FormStructure(b"\n".join(bodies), {name: list(each) for name, each in fields.items()}, zones={})

    def announced(self) -> int:
        """Rows listed: rejected ones too, deleted ones not."""
        _, answer = self._read(f"{self._table}?{urlencode({'$top': 0, '$count': 'true'})}")
        count = answer.get("@odata.count") if isinstance(answer, dict) else None
        if not isinstance(count, int):
            raise SourceFault("source_unreadable", "@odata.count")
        return count

    def pages(self, known: Mapping[str, str]) -> Iterator[Page]:
        """Every row; or those that are not as known, and then the listing that told so, with the ids of the rest.

        The listing is always whole, as neither a deletion nor a restored row moves any time there.
        """
        if not known:
            for body, rows in self._walk(_IN_FULL):
                yield Page(body, [self._record(row) for row in rows])
            return
        listing: list[tuple[bytes, list[str]]] = []
        changed: dict[str, str] = {}
        newest_known = ""
        for body, rows in self._walk({"$select": "__id,__system"}):
            listing.append((body, [row["__id"] for row in rows]))
            for row in rows:
                if known.get(row["__id"]) == self._stamp(row):
                    newest_known = max(newest_known, _moment(row))
                else:
                    changed[row["__id"]] = _moment(row)
        given: set[str] = set()
        for body, rows in self._changed(changed, newest_known):
            records = [self._record(row) for row in rows if row["__id"] not in given]
            records = [each for each in records if known.get(each.id) != each.stamp]
            given.update(each.id for each in records)
            yield Page(body, records)
        for body, ids in listing:
            yield Page(body, [], [each for each in ids if each not in changed and each not in given])

    def close(self) -> None:
        """Log out."""
        if "Authorization" in self._session.headers:
            with suppress(SourceFault):
                self._session.delete("sessions/current")
        self._session.close()

    def _changed(self, changed: Mapping[str, str], newest_known: str) -> Iterator[tuple[bytes, Rows]]:
        """Changed rows (id -> when) in full: those later than all the known ones at once, a few others one by one."""
        earlier = [id for id, moment in changed.items() if moment < newest_known]
        if not newest_known or len(earlier) > SINGLE_ROWS or not all(map(_GIVEN_SINGLY.fullmatch, earlier)):
            yield from self._walk(_IN_FULL)
            return
        if len(earlier) < len(changed):
            later = f"__system/submissionDate ge {newest_known} or __system/updatedAt ge {newest_known}"
            yield from self._walk({"$filter": later, **_IN_FULL})
        for id in earlier:
            response = self._ask(f"{self._table}('{id}')?{urlencode(_IN_FULL)}")
            if response.status_code != 404:  # deleted since it was listed
                yield response.content, _rows(read_json(response))

    def _walk(self, query: Mapping[str, str]) -> Iterator[tuple[bytes, Rows]]:
        """Pages of rows, newest first, each row once. The server's link goes on after the last row, come what may."""
        seen: set[str] = set()
        asked = urlencode({"$top": PAGE_ROWS, **query})
        while True:
            body, answer = self._read(f"{self._table}?{asked}")
            rows = [row for row in _rows(answer) if row["__id"] not in seen]
            seen.update(row["__id"] for row in rows)
            yield body, rows
            link = answer.get("@odata.nextLink")
            if link is None or not answer["value"]:  # an empty page's link leads back to the beginning
                return
            if not rows:
                raise SourceFault("source_unreadable", "@odata.nextLink")
            asked = self._query(str(link))

    def _query(self, link: str) -> str:
        """What a next link asks for; it is asked at our own address. Raises SourceFault if the link leads elsewhere."""
        there, here = urlsplit(link), urlsplit(self._table)
        if (there.hostname, unquote(there.path)) != (here.hostname, unquote(here.path)):
            raise SourceFault("source_unreadable", "@odata.nextLink")
        return there.query

    def _record(self, row: dict[str, Any]) -> Record:
        system = row["__system"]
        if system.get("status") is not None:  # encrypted: all its answers would look blank
            raise SourceFault("source_unreadable", "__system/status: null")
        return Record(
            id=row["__id"],
            order=system["submissionDate"],
            state="rejected" if system.get("reviewState") == "rejected" else "present",
            content=row,
            stamp=self._stamp(row),
            version=system.get("formVersion") or "",
        )

    def _stamp(self, row: Mapping[str, Any]) -> str:
        """Everything the server says about a row besides its answers, shortened; it may name the sender."""
        if self._widened_n is None:
            self.structure()
        said = json.dumps([row["__system"], self._widened_n], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:20]

    def _read(self, address: str) -> tuple[bytes, Any]:
        response = self._ask(address)
        return response.content, read_json(response)

    def _ask(self, address: str) -> requests.Response:
        """The answer of an address; logs in once more where the session has ended. Raises SourceFault."""
        response = self._get(address)
        if response.status_code == 401:
            self._session.headers.pop("Authorization", None)
            response = self._get(address)
        return response

    def _get(self, address: str) -> requests.Response:
        try:
            return self._session.get(address)
        except PyODKError as error:  # from the login, with what was answered
            answers = [each for each in error.args if isinstance(each, requests.Response)]
        except requests.exceptions.JSONDecodeError:
            answers = []
        except SourceFault:
            self._session.headers.pop("Authorization", None)  # nobody there to log out from
            raise
        for each in answers:
            refuse_failures(each)
        raise SourceFault("source_unreadable", "token")


def _rows(answer: Any) -> Rows:
    """The rows of an OData answer. Raises SourceFault unless each has an id and says when it came."""
    rows = _objects(answer.get("value") if isinstance(answer, dict) else None, "__id", "__system")
    for row in rows:
        if not isinstance(row["__id"], str) or not isinstance(row["__system"], dict):
            raise SourceFault("source_unreadable", "__id, __system")
        if not isinstance(row["__system"].get("submissionDate"), str):
            raise SourceFault("source_unreadable", "__system/submissionDate")
    return rows


def _objects(answer: Any, *names: str) -> Rows:
    """A list of objects that all have some members. Raises SourceFault if it is anything else."""
    if not isinstance(answer, list) or not all(isinstance(each, dict) and {*names} <= {*each} for each in answer):
        raise SourceFault("source_unreadable", ", ".join(names))
    return answer


def _moment(row: Mapping[str, Any]) -> str:
    """When a row came in or was last edited or reviewed (UTC, comparable as text)."""
    return str(max(row["__system"]["submissionDate"], row["__system"].get("updatedAt") or ""))


def _leaves(fields: Rows) -> dict[str, str]:
    """path -> type of the fields that hold one answer a submission: no groups, nothing inside a repeat."""
    repeats = tuple(f"{each['path']}/" for each in fields if each["type"] == "repeat")
    leaves = [each for each in fields if each["type"] not in _WITHOUT_ANSWER and not each["path"].startswith(repeats)]
    return {each["path"].removeprefix("/"): each["type"] for each in leaves}


def _widened_n(versions: Sequence[Mapping[str, str]]) -> int:
    """How often publishing a version made the server tell more of rows it already had.

    It shows every row through the newest version: an answer is gone while its field is, and where a number became a
    text, what was no number appears. Such rows have to be read again. A field that is gone is no reason to.
    """
    widened_n, types, before = 0, dict[str, str](), frozenset[str]()
    for fields in versions:
        came_back = (types.keys() & fields.keys()) - before
        widened_n += bool(came_back) or any(types.get(path, kind) != kind for path, kind in fields.items())
        types |= fields
        before = frozenset(fields)
    return widened_n
