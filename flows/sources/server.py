"""What every survey server is to us: a form with its versions, and pages of records, each with an identity for good.

A puller reads; it recodes nothing. What differs between servers ends here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

RecordState = Literal["present", "rejected", "incomplete", "deleted"]
"""`rejected` by a reviewer there; `incomplete`: never submitted; `deleted` there, known from earlier."""


@dataclass(frozen=True)
class Record:
    """One submission as the server gives it.

    `id` stays the same through edits. `order` (text) is the server's order, in which later records come last. `stamp`
    changes whenever the server says that the record did; empty where it says nothing. `version`: the form version it
    was filled in with, a key of FormStructure.versions. `content`: the parsed JSON.
    """

    id: str
    order: str
    state: RecordState
    content: Mapping[str, Any]
    stamp: str = ""
    version: str = ""


@dataclass(frozen=True)
class Page:
    """One answer of the server: its bytes as received, its records, and the ids it need not send again."""

    body: bytes
    records: list[Record]
    unchanged: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class FormStructure:
    """The form as the server describes it. `body`: as received.

    `versions`: form version -> paths of its fields (`group/leaf`), in order, first version first; where the server
    keeps no versions, one named "". `zones`: field whose times carry no offset -> the zone they are in.
    """

    body: bytes
    versions: Mapping[str, list[str]]
    zones: Mapping[str, str]


class Server(Protocol):
    """A form on a survey server."""

    is_incremental: bool
    """Whether `pages` leaves out what is known; else it gives everything each time."""

    def structure(self) -> FormStructure:
        """Read the form. Raises SourceFault."""

    def announced(self) -> int:
        """How many records the server says it has now (of every state but `deleted`). Raises SourceFault."""

    def pages(self, known: Mapping[str, str]) -> Iterator[Page]:
        """Read the records: all of them, or those whose stamp is not the known one (id -> stamp). Raises SourceFault.

        Every id that the server has is on exactly one page, as a record or as unchanged.
        """

    def close(self) -> None:
        """Log out; a failure to do so is none."""


class SourceFault(Exception):
    """A source could not be read. `reason_code` and `expected` go into the finding; no address, answer or secret."""

    def __init__(self, reason_code: str, expected: str | None = None) -> None:
        super().__init__(reason_code)
        self.reason_code = reason_code
        self.expected = expected
