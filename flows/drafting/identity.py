"""Which columns say which response this is, who answered and when: proposed only where just one can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations

from expectations.questionnaire import Form
from flows.drafting.fields import Field, Material
from flows.instruments import Candidate

_RECORD = re.compile(
    r"(回答|記録|受付|通し|整理)(番号|ID|No\.?)$|^(連番|通番)$"
    r"|^(response|record|submission|instance) ?id$|^_uuid$|^KEY$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(利用者|参加者?|相談者|受講者?|回答者|学習者|対象者|会員|個人)(番号|ID|No\.?|コード)($|を|は)"
    r"|^(respondent|participant|client)([ _]?(id|number|code))?$|^(person|member)[ _]?(id|number|code)$",
    re.IGNORECASE,
)
_IDENTIFYING = re.compile(
    r"番号|コード|回$|№|(?<![a-z])(id|no|key|code|uuid|number)(?![a-z])|(?<=[a-z])(id|number|code)$", re.IGNORECASE
)
_OTHER_DAY = re.compile(r"生年|誕生|次回|予定|期限|満了|終了|birth|next|due|expir", re.IGNORECASE)
_CANDIDATES = 3

PSEUDO_ID = "@id"
"""The column that every record of a survey server has (flows/records.py)."""


@dataclass(frozen=True)
class Identity:
    """The columns proposed, and the candidates for what is open."""

    record_id: list[str] = field(default_factory=list)
    respondent: str | None = None
    answered_at: str | None = None
    routing: str | None = None
    open: dict[str, list[Candidate]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """The columns that are taken."""
        return [*self.record_id, *filter(None, [self.respondent, self.answered_at, self.routing])]


def found_identity(material: Material, form: Form) -> Identity:
    """Look for the columns of identity, person and time, and for the form's own routing question."""
    fields = [each for each in material.fields if len(each.columns) == 1]
    routing = form.electronic.routing if form.electronic else None
    routes = [each for each in fields if routing and routing.id in each.titles and set(each.cells) == set(form.routes)]
    found = _of_form(fields, material) if material.is_form else _of_export(fields, material)
    return replace(found, routing=routes[0].columns[0]) if routes else found


def _of_export(fields: list[Field], material: Material) -> Identity:
    record = _sole(each for each in fields if _named(each, _RECORD) and each.is_unique)
    person = _sole(each for each in fields if _named(each, _PERSON) and each.filled_n == each.rows_n > 0)
    time = _sole(each for each in fields if each.kind == "date")
    if time is not None and (time.filled_n < time.rows_n or _named(time, _OTHER_DAY)):
        time = None
    opened: dict[str, list[Candidate]] = {}
    if record is None:
        opened["record_id"] = _identifying(fields, material)
    if person is None:
        numbers = [each for each in fields if _named(each, _IDENTIFYING) and each is not record]
        numbers.sort(key=lambda each: not _named(each, _PERSON))
        opened["respondent"] = [_candidate(each, each.filled_n) for each in numbers[:_CANDIDATES]]
    if time is None:
        dated = sorted((each for each in fields if each.dates_n), key=lambda each: -each.dates_n)
        dated.sort(key=lambda each: _named(each, _OTHER_DAY))
        opened["answered_at"] = [_candidate(each, each.dates_n) for each in dated[:_CANDIDATES]]
    return Identity(
        record_id=[record.columns[0]] if record else [],
        respondent=person.columns[0] if person else None,
        answered_at=time.columns[0] if time else None,
        open=opened,
    )


def _of_form(fields: list[Field], material: Material) -> Identity:
    """A form on a server: every record has an id there. When it was answered may be what was asked, or was recorded."""
    person = _sole(each for each in fields if _named(each, _PERSON))
    days = [each.columns[0] for each in fields if each.kind == "date" and not _named(each, _OTHER_DAY)]
    days += material.system_times
    opened: dict[str, list[Candidate]] = {}
    if person is None:
        numbers = [each for each in fields if _named(each, _IDENTIFYING)]
        opened["respondent"] = [_candidate(each, 0) for each in numbers[:_CANDIDATES]]
    if len(days) != 1:
        opened["answered_at"] = [Candidate(columns=[day], filled_n=0, distinct_n=0, score=0) for day in days]
    return Identity(
        record_id=[PSEUDO_ID],
        respondent=person.columns[0] if person else None,
        answered_at=days[0] if len(days) == 1 else None,
        open=opened,
    )


def _identifying(fields: list[Field], material: Material) -> list[Candidate]:
    """Columns, and pairs of columns, that are named like a number or a time and tell the rows apart best."""
    numbers = [each for each in fields if _named(each, _IDENTIFYING) and each.kind != "ticks"]
    times = [each for each in fields if each.dates_n]
    found = [_together((each.columns[0],), material) for each in numbers]
    found += [_together((a.columns[0], b.columns[0]), material) for a, b in combinations([*numbers, *times], 2)]
    found.sort(key=lambda each: (-each.score, len(each.columns)))
    return found[:_CANDIDATES]


def _together(names: tuple[str, ...], material: Material) -> Candidate:
    rows = list(zip(*(material.columns[name] for name in names), strict=True))
    whole = [row for row in rows if all(row)]
    distinct_n = len(set(whole))
    score = round(distinct_n / max(1, len(rows)), 2)
    return Candidate(columns=list(names), filled_n=len(whole), distinct_n=distinct_n, score=score)


def _candidate(each: Field, speaking_n: int) -> Candidate:
    score = round(speaking_n / max(1, each.rows_n), 2)
    return Candidate(columns=[each.columns[0]], filled_n=each.filled_n, distinct_n=len(each.cells), score=score)


def _named(each: Field, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(title) for title in each.titles)


def _sole(fields: Iterable[Field]) -> Field | None:
    several = list(fields)
    return several[0] if len(several) == 1 else None
