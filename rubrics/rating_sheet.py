"""What a rating sheet asks for: which items under which criterion, in which order, and what its file must still hold.

A criterion in one of its versions is one part of the sheet: the same anchors, the same texts side by side, one
drop-down, and a rater's mind on one thing only. Parts and items come in another order for every rater.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rubrics.criteria import Criterion, CriterionVersion
from rubrics.rating_frame import rated_by, reads_of
from rubrics.ratings import Item, Rating, Round
from rubrics.sampling import shuffled
from warehouse.definitions import Text

Texts = Mapping[tuple[str, str], str]
"""(response id, question) -> masked text."""

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
