"""What a rating sheet asks for: which items under which criterion, in which order, and what its file must still hold.

A criterion in one of its versions is one part of the sheet: the same anchors, the same texts side by side, one
drop-down, and a rater's mind on one thing only. Parts and items come in another order for every rater.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rubrics.criteria import Criterion, CriterionVersion
from rubrics.rating_frame import rated_by, reads_of
from rubrics.ratings import Item, Rating, Round
from rubrics.sampling import shuffled
from warehouse.definitions import Text

Texts = Mapping[tuple[str, str], str]
"""(response id, question) -> masked text."""

Kind = Literal["rating", "adjudication"]
"""What a sheet is for: one rater's ratings, or the decisions on which the raters differ."""

UNABLE = Text(ja="判断できない", en="cannot tell")
NO_EVIDENCE = Text(ja="根拠なし", en="no evidence")
ITEM = Text(ja="番号", en="Item")
ENTRIES = {
    "level": Text(ja="水準", en="Level"),
    "evidence": Text(ja="根拠(文章から貼り付け)", en="Evidence (pasted from the text)"),
    "no_evidence": Text(ja="根拠がないとき", en="If there is no evidence"),
    "rated_at": Text(ja="評価した日(空欄可)", en="Rated on (may stay blank)"),
}
"""The headings of the cells to be filled in."""

MANIFEST = "manifest"
"""Title of the hidden sheet that says what the file is."""

_FORMAT = "1"


@dataclass(frozen=True)
class Task:
    """An item to be rated under a criterion, with the texts that this criterion reads (question -> masked text)."""

    item: Item
    criterion: Criterion
    version: CriterionVersion
    texts: dict[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """(item, criterion)."""
        return self.item.item_id, self.criterion.id

    def same_words(self, hashes: Mapping[tuple[str, str], str]) -> bool:
        """Whether every text was the same when its hash was written down; `hashes`: (item, question) -> sha256."""
        read = {each.question_id: each.sha256 for each in self.item.read}
        return all(hashes.get((self.item.item_id, name)) == read[name] for name in self.texts)


@dataclass(frozen=True)
class Part:
    """A part of a sheet, with a title of its own: the tasks of one criterion in one version, in a rater's order."""

    title: str
    criterion: Criterion
    version: CriterionVersion
    tasks: list[Task]

    @property
    def questions(self) -> list[str]:
        """The questions whose texts are shown, in the rubric's order."""
        return [name for name in reads_of(self.version) if any(name in task.texts for task in self.tasks)]


def version_for(
    round_: Round, criteria: Mapping[str, Criterion], item: Item, criterion_id: str
) -> CriterionVersion | None:
    """By which version of a criterion an item of a round is to be rated, as the criteria stand; None if by none.

    A version that the round was not drawn for is none: whoever changes a rubric draws a new round.
    """
    if criterion_id not in round_.criteria or criterion_id not in criteria:
        return None
    version = rated_by([criteria[criterion_id]], item.form_id, item.answered_on).get(criterion_id)
    return version if version is not None and version.version in round_.criteria[criterion_id] else None


def tasks_of(round_: Round, criteria: Mapping[str, Criterion], texts: Texts) -> list[Task]:
    """Everything that is to be rated in a round, item by item, by the criteria as they stand.

    `texts`: those that are still as they were drawn; an item that lacks one is passed over.
    """
    tasks = []
    for item in round_.items:
        hashes = {each.question_id for each in item.read}
        for name in round_.criteria:
            version = version_for(round_, criteria, item, name)
            wanted = [each for each in reads_of(version) if each in hashes] if version else []
            if version and wanted and all((item.response_id, each) in texts for each in wanted):
                mine = {each: texts[item.response_id, each] for each in wanted}
                tasks.append(Task(item, criteria[name], version, mine))
    return tasks


def parts_of(tasks: Iterable[Task], seed: int, rater: str, language: Literal["ja", "en"]) -> list[Part]:
    """The parts of a rater's sheet. Neither their order nor their titles tell which version of a criterion is older."""
    grouped: dict[str, list[Task]] = {}
    for task in tasks:
        grouped.setdefault(f"{task.criterion.id} {task.version.version}", []).append(task)
    title = Text(ja="評価", en="Rating").in_(language)
    return [
        Part(
            f"{title}{number}",
            mine[0].criterion,
            mine[0].version,
            shuffled({task.item.item_id: task for task in mine}, seed, rater, mine[0].criterion.id),
        )
        for number, mine in enumerate(shuffled(grouped, seed, rater, "parts"), start=1)
    ]


def version_sha256(criterion: Criterion, version: CriterionVersion) -> str:
    """Hash of a criterion in one version, words and all: who changed an anchor changed the rubric."""
    said = [criterion.id, *(each.model_dump_json() for each in (criterion.label, criterion.description, version))]
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def ratings_sha256(ratings: Iterable[Rating]) -> str:
    """Hash of what raters said of one item: who decides between them has read this and nothing else."""
    said = sorted(each.model_dump_json(include={"rater", "level", "evidence"}) for each in ratings)
    return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Place:
    """Where a part lies: its sheet, what it is rated by, the columns of its texts (from 0, `until` not included)."""

    title: str
    criterion_id: str
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
            ["part", each.title, each.criterion_id, each.version_sha256, str(each.texts_from), str(each.texts_until)]
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
        (kind, version), (round_id,), (rater, *_) = named["monosashi"][0], named["round"][0], [*named["rater"][0], ""]
        if kind not in ("rating", "adjudication") or version != _FORMAT:
            return None
        return Manifest(
            kind="rating" if kind == "rating" else "adjudication",
            round_id=round_id,
            rater=rater,
            parts=[
                Place(title, criterion, sha256, int(first), int(until))
                for title, criterion, sha256, first, until in named.get("part", [])
            ],
            texts={(item, question): sha256 for item, question, sha256 in named.get("text", [])},
            rated={(item, criterion): sha256 for item, criterion, sha256 in named.get("rated", [])},
        )
    except (KeyError, ValueError, TypeError, IndexError):
        return None


def is_whole(lines: list[list[str]], seed: int) -> bool:
    """Whether a manifest's lines are as they were written for a round with this seed."""
    written = [line for line in lines if line]
    return bool(written) and written[-1] == ["seal", _seal(written[:-1], seed)]


def _seal(lines: list[list[str]], seed: int) -> str:
    said = "\n".join("\t".join(line).rstrip("\t") for line in lines)
    return hashlib.sha256(f"{seed}\n{said}".encode("utf-8", "surrogatepass")).hexdigest()
