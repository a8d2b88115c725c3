"""From what was written into a row of a rating sheet to a rating, or to every reason why it is none."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from rubrics.quotes import spans_of
from rubrics.rating_sheet import NO_EVIDENCE, UNABLE, Task
from rubrics.ratings import RatedText, Rating, Span


@dataclass(frozen=True)
class Entry:
    """The cells of a row that a rater fills in, as text; blank cells are empty. `rated_at`: None if it is no date."""

    level: str = ""
    evidence: str = ""
    no_evidence: str = ""
    rated_at_is_blank: bool = True
    rated_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was rated here yet; a date alone is no rating."""
        return not (self.level.strip() or self.evidence.strip() or self.no_evidence.strip())


@dataclass(frozen=True)
class Wrong:
    """What is wrong with an entry: the column it stands in, the reason's code, and words for the reason."""

    column: str
    reason: str
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What an entry says: a level (None: nobody can tell) on some words, or on none."""

    level: int | None
    evidence: list[Span]
    no_evidence: bool


def judgement_of(entry: Entry, task: Task) -> Judgement | list[Wrong]:
    """What an entry says of a task, or everything that is wrong with it. `entry` is not blank.

    Who cannot tell need not say that there is no evidence.
    """
    wrong: list[Wrong] = []
    level = _level(entry.level, task.version.scale)
    if isinstance(level, Wrong):
        wrong.append(level)
    says_none = _plain(entry.no_evidence) in {_plain(NO_EVIDENCE.ja), _plain(NO_EVIDENCE.en)}
    if entry.no_evidence.strip() and not says_none:
        wrong.append(Wrong("no_evidence", "no_evidence_unknown"))
    spans, missing = spans_of(entry.evidence, task.texts)
    if missing:
        wrong.append(Wrong("evidence", "evidence_not_found", (("lines", ", ".join(map(str, missing))),)))
    if says_none and entry.evidence.strip():
        wrong.append(Wrong("evidence", "evidence_and_none"))
    elif not entry.evidence.strip() and not entry.no_evidence.strip() and level is not None:
        wrong.append(Wrong("evidence", "evidence_missing"))
    if wrong or isinstance(level, Wrong):
        return wrong
    return Judgement(level, spans, no_evidence=not spans)


def _plain(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).strip().casefold()


def _level(cell: str, scale: list[int]) -> int | Wrong | None:
    wanted = (("levels", " / ".join([*map(str, scale), UNABLE.ja, UNABLE.en])),)
    plain = _plain(cell)
    if not plain:
        return Wrong("level", "level_missing", wanted)
    if plain in {_plain(UNABLE.ja), _plain(UNABLE.en)}:
        return None
    return next((level for level in scale if plain == str(level)), Wrong("level", "level_unknown", wanted))


def moment_of(entry: Entry, drawn_at: datetime, now: datetime, zone: tzinfo) -> datetime | Wrong:
    """When it was rated, in UTC: the entry's day or time, else `now`. Not before the day of the draw, nor after today.

    A day is its midnight in the programme's zone `zone`, but for the day of the draw, which begins with the draw.
    """
    if entry.rated_at_is_blank:
        return now
    if entry.rated_at is None:
        return Wrong("rated_at", "rated_at_unreadable")
    days: list[date] = [each.astimezone(zone).date() for each in (drawn_at, entry.rated_at, now)]
    if days != sorted(days):
        return Wrong("rated_at", "rated_at_impossible")
    return min(max(entry.rated_at, drawn_at), now).astimezone(UTC)


def rating_of(
    task: Task, judgement: Judgement, *, round_id: str, rater: str, decides: bool, rated_at: datetime, sheet_sha256: str
) -> Rating:
    """A rating of a task, or (`decides`) a decision of the raters together that `rater` wrote down."""
    read = {each.question_id: each.sha256 for each in task.item.read}
    return Rating(
        round_id=round_id,
        item_id=task.item.item_id,
        response_id=task.item.response_id,
        criterion_id=task.criterion.id,
        criterion_version=task.version.version,
        origin="adjudicated" if decides else "rater",
        rater=rater,
        level=judgement.level,
        rated_at=rated_at,
        evidence=judgement.evidence,
        no_evidence=judgement.no_evidence,
        read=[RatedText(question_id=name, sha256=read[name]) for name in task.texts],
        sheet_sha256=sheet_sha256,
    )
