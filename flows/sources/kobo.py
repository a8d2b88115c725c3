"""KoboToolbox, through its API v2. It keeps no time of an edit and no trace of a deletion, so all is read each time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from flows.sources.connection import patient_session, read_json
from flows.sources.declared import KoboAsset
from flows.sources.server import FormStructure, Page, Record, RecordState, SourceFault

PAGE_ROWS = 1000
"""The server's own limit, which it sets without a word."""

READINGS = 3
"""How often a page is read whose count and rows do not agree: the server takes them one after the other."""

T = TypeVar("T")

_NOT_APPROVED = "validation_status_not_approved"
_TOKEN = re.compile(r"[!-~]+")
_VERSION = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True)
class _Answer:
    """A page as the server gives it: `count` rows match the query, `is_last` says that all of them are here."""

    body: bytes
    count: int
    rows: list[Any]
    is_last: bool

    @property
    def agrees(self) -> bool:
        return bool(self.rows or not self.count) and self.is_last == (len(self.rows) >= self.count)


class KoboServer:
    """One form (asset) of a KoboToolbox server: flows.sources.server.Server.

    A record is a submission. It is known by `meta/rootUuid`, which edits keep; where an old server has not filled that
    in, by `_uuid`, which is what it will be filled with. Its version is `__version__`. "Not approved" is `rejected`;
    "approved" and "on hold" are `present`.
    """

    is_incremental = False

    def __init__(self, asset: KoboAsset, token: str, *, back_off: float = 0.5) -> None:
        """`back_off`: seconds before a second try. Raises SourceFault if the token cannot be one."""
        if not _TOKEN.fullmatch(token):
            raise SourceFault("source_refused")
        self._asset = f"{asset.url}/api/v2/assets/{asset.asset}"
        self._session = patient_session(back_off=back_off)
        self._session.headers["Authorization"] = f"Token {token}"

    def structure(self) -> FormStructure:
        """Read the fields of every version that was ever deployed. Raises SourceFault.

        `body`: the form, then each version but its current one, a line each. Left out are fields within repeats, whose
        answers lie in lists, and those of a question matrix, which only the deployment makes. That a version by itself
        is described as the form describes its current one (`content`) is so in the server's source; none was recorded.
        """
        body, asset = self._read("/", {"format": "json"})
        bodies = [body]
        versions: dict[str, list[str]] = {}
        deployed = self._deployed(_member(asset, "deployed_versions", dict))
        _refuse_parts(asset)
        for name in deployed:
            described = asset
            if name != asset.get("version_id"):
                body, described = self._read(f"/versions/{name}/", {"format": "json"})
                bodies.append(body)
            versions[name] = _field_paths(_member(_member(described, "content", dict), "survey", list))
        return FormStructure(b"\n".join(bodies), versions, zones={"_submission_time": "UTC"})

    def announced(self) -> int:
        """How many submissions there are: rejected ones too. Raises SourceFault."""
        return self._data({"limit": 1}).count

    def pages(self, known: Mapping[str, str]) -> Iterator[Page]:
        """Read all submissions by their `_id`, from the first on. Raises SourceFault.

        Each page asks for what comes after the last row received, so that neither a submission nor a deletion during
        the walk makes it skip a row or repeat one.
        """
        last = 0
        while True:
            answer = self._data({"query": f'{{"_id":{{"$gt":{last}}}}}', "sort": '{"_id":1}', "limit": PAGE_ROWS})
            numbers = [last, *(_member(row, "_id", int) for row in answer.rows)]
            if any(before >= after for before, after in pairwise(numbers)):
                raise SourceFault("source_unreadable", "_id: ascending")
            yield Page(answer.body, [_record(row) for row in answer.rows])
            if answer.is_last:
                return
            last = numbers[-1]

    def close(self) -> None:
        """Let go of the connection: a token needs no logging out."""
        self._session.close()

    def _deployed(self, listed: Mapping[str, Any]) -> list[str]:
        """The deployed versions, first one first. A form lists a hundred, and a link to where it lists the next."""
        found: dict[str, str] = {}
        while True:
            known_n = len(found)
            for each in _member(listed, "results", list):
                name = _member(each, "uid", str)
                if not _VERSION.fullmatch(name):
                    raise SourceFault("source_unreadable", "uid")
                found[name] = _member(each, "date_deployed", str)
            following = listed.get("next")
            if following is None or len(found) == known_n:
                return sorted(found, key=lambda name: found[name])
            _, asset = self._read("/", dict(parse_qsl(urlsplit(str(following)).query)))
            listed = _member(asset, "deployed_versions", dict)

    def _data(self, query: Mapping[str, str | int]) -> _Answer:
        """A page of submissions, in which count, rows and the link to the next page agree. Raises SourceFault."""
        for _ in range(READINGS):
            body, data = self._read("/data.json", query)
            rows = _member(data, "results", list)
            answer = _Answer(body, _member(data, "count", int), rows, is_last=data.get("next") is None)
            if answer.agrees:
                return answer
        raise SourceFault("source_unreadable", "count, next, results")

    def _read(self, path: str, query: Mapping[str, str | int]) -> tuple[bytes, Any]:
        response = self._session.get(self._asset + path, params=query)
        return response.content, read_json(response)


def _record(row: Mapping[str, Any]) -> Record:
    root = "meta/rootUuid" if "meta/rootUuid" in row else "_uuid"
    status = _member(row, "_validation_status", dict) if row.get("_validation_status") else {}
    state: RecordState = "rejected" if status.get("uid") == _NOT_APPROVED else "present"
    return Record(
        id="uuid:" + _member(row, root, str).removeprefix("uuid:"),
        order=f"{row['_id']:020}",
        state=state,
        content=row,
        version=_member(row, "__version__", str) if "__version__" in row else "",
    )


def _refuse_parts(asset: Mapping[str, Any]) -> None:
    """Raise SourceFault where rows or answers would be missing without a word: encryption, a partial permission."""
    if asset.get("deployment__encrypted"):
        raise SourceFault("source_unreadable", "deployment__encrypted: false")
    granted = {each.get("codename") for each in asset.get("effective_permissions") or [] if isinstance(each, dict)}
    if "partial_submissions" in granted and "view_submissions" not in granted:
        raise SourceFault("source_refused", "view_submissions")


def _field_paths(survey: list[Any]) -> list[str]:
    """Paths (`group/leaf`) of the questions in a form's rows, in order, those within repeats left out."""
    paths: list[str] = []
    within: list[tuple[str, str]] = []
    for row in survey:
        kind, _, place = _member(row, "type", str).replace(" ", "_").partition("_")
        name = row.get("name") or row.get("$autoname")
        if kind == "end" and place:
            within = within[:-1]
        elif kind == "begin" and place:
            within.append((place, str(name)))
        elif name and all(place not in ("repeat", "kobomatrix") for place, _ in within):
            paths.append("/".join([*(group for _, group in within), str(name)]))
    return paths


def _member(value: Any, name: str, kind: type[T]) -> T:
    """A member of a JSON object. Raises SourceFault, which names it, unless it is there and of its kind."""
    found = value.get(name) if isinstance(value, dict) else None
    if type(found) is not kind:
        raise SourceFault("source_unreadable", name)
    return found
