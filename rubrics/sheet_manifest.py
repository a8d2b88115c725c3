"""What a sheet's file says of itself: for which round and whom it was written, by what it is judged, on which texts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Kind = Literal["rating", "adjudication", "coding"]
"""What a sheet is for: one rater's ratings, the decisions on which the raters differ, or one coder's codes."""

MANIFEST: Final = "manifest"
"""Title of the hidden sheet that says what the file is."""

_FORMAT = "1"


@dataclass(frozen=True)
class Place:
    """Where something is judged: its sheet, by what (a criterion, a theme) in which words, the columns of its texts.

    Columns count from 0, `texts_until` is not included.
    """

    title: str
    judged_by: str
    version_sha256: str
    texts_from: int
    texts_until: int


@dataclass(frozen=True)
class Manifest:
    """What a sheet's file says of itself. `texts`: (item, question) -> sha256; `rated`: (item, criterion) -> sha256."""

    kind: Kind
    round_id: str
    rater: str
    parts: list[Place]
    texts: dict[tuple[str, str], str]
    rated: dict[tuple[str, str], str] = field(default_factory=dict)

    def lines(self, seed: int) -> list[list[str]]:
        """As rows of cells. The last one is a seal: a line that was altered since is noticed."""
        lines = [["monosashi", self.kind, _FORMAT], ["round", self.round_id], ["rater", self.rater]]
        lines += [
            ["part", each.title, each.judged_by, each.version_sha256, str(each.texts_from), str(each.texts_until)]
            for each in self.parts
        ]
        lines += [["text", *key, sha256] for key, sha256 in self.texts.items()]
        lines += [["rated", *key, sha256] for key, sha256 in self.rated.items()]
        return [*lines, ["seal", _seal(lines, seed)]]


def manifest_of(lines: list[list[str]]) -> Manifest | None:
    """Read a manifest; None if these lines are none. Whether it is whole, `is_whole` tells."""
    named: dict[str, list[list[str]]] = {}
    for name, *values in (line for line in lines if line):
        named.setdefault(name, []).append(values)
    try:
        (said, version), (round_id,), (rater, *_) = named["monosashi"][0], named["round"][0], [*named["rater"][0], ""]
        kind = next((each for each in _KINDS if each == said), None)
        if kind is None or version != _FORMAT:
            return None
        return Manifest(
            kind=kind,
            round_id=round_id,
            rater=rater,
            parts=[
                Place(title, judged_by, sha256, int(first), int(until))
                for title, judged_by, sha256, first, until in named.get("part", [])
            ],
            texts={(item, question): sha256 for item, question, sha256 in named.get("text", [])},
            rated={(item, criterion): sha256 for item, criterion, sha256 in named.get("rated", [])},
        )
    except (KeyError, ValueError, TypeError, IndexError):
        return None


_KINDS: tuple[Kind, ...] = get_args(Kind)


def is_whole(lines: list[list[str]], seed: int) -> bool:
    """Whether a manifest's lines are as they were written for a round with this seed."""
    written = [line for line in lines if line]
    return bool(written) and written[-1] == ["seal", _seal(written[:-1], seed)]


def _seal(lines: list[list[str]], seed: int) -> str:
    said = "\n".join("\t".join(line).rstrip("\t") for line in lines)
    return hashlib.sha256(f"{seed}\n{said}".encode("utf-8", "surrogatepass")).hexdigest()
