"""How far a round has come, and where its raters differ and have to decide together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rubrics.ledgers import standing
from rubrics.rating_sheet import Task
from rubrics.ratings import Rating


@dataclass(frozen=True)
class Disagreement:
    """A task on which raters differ: one gave another level, or could not tell. `decision`: what they decided, if."""

    task: Task
    ratings: list[Rating]
    decision: Rating | None


def disagreements(tasks: Iterable[Task], ledger: list[Rating]) -> list[Disagreement]:
    """The tasks that two or more raters rated and not alike, decided or not, in order of criterion and item.

    `ledger`: all ratings of the round as they were written down. Ratings by another version of the rubric, or of other
    words, count for nothing here.
    """
    given: dict[tuple[str, str], list[Rating]] = {}
    for rating in standing(ledger):
        given.setdefault((rating.item_id, rating.criterion_id), []).append(rating)
    found = []
    for task in sorted(tasks, key=lambda each: (each.criterion.id, each.version.version, each.item.item_id)):
        mine = [each for each in given.get(task.key, []) if _is_of(each, task)]
        by_raters = sorted((each for each in mine if each.origin == "rater"), key=lambda each: each.rater)
        if len({each.level for each in by_raters}) > 1:
            decided = [each for each in mine if each.origin == "adjudicated"]
            found.append(Disagreement(task, by_raters, decided[-1] if decided else None))
    return found


def _is_of(rating: Rating, task: Task) -> bool:
    hashes = {(rating.item_id, each.question_id): each.sha256 for each in rating.read}
    return rating.criterion_version == task.version.version and task.same_words(hashes)


@dataclass(frozen=True)
class Progress:
    """One rater's progress under one criterion, in tasks."""

    rater: str
    criterion_id: str
    rated: int
    unable: int
    to_do: int


def progress_of(raters: Iterable[str], tasks: Iterable[Task], ledger: list[Rating]) -> list[Progress]:
    """How many tasks each rater has rated, could not tell, and has yet to rate, by criterion."""
    by_criterion: dict[str, list[Task]] = {}
    for task in tasks:
        by_criterion.setdefault(task.criterion.id, []).append(task)
    stands = {
        (each.rater, each.item_id, each.criterion_id): each for each in standing(ledger) if each.origin == "rater"
    }
    found = []
    for rater in raters:
        for name, mine in by_criterion.items():
            ratings = [(task, stands.get((rater, *task.key))) for task in mine]
            levels = [each.level for task, each in ratings if each is not None and _is_of(each, task)]
            unable = levels.count(None)
            found.append(Progress(rater, name, len(levels) - unable, unable, len(mine) - len(levels)))
    return found
