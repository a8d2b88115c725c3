"""Release: what a reviewer checked goes out if every condition holds, into one file and the register."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from flows.quotations.conditions import CONDITIONS, Conditions, known_statements
from flows.quotations.evidence import Quotation
from flows.quotations.register import Register, Released
from flows.quotations.sheets import Asked, Candidate, Reviewed
from rubrics.ratings import text_sha256
from rubrics.sampling import shuffled
from warehouse.definitions import Language, Text
from warehouse.quotations import Shown, says

OUTGOING = {
    "release": Text(ja="引用番号", en="Quotation"),
    "theme": Text(ja="テーマ", en="Theme"),
    "words": Text(ja="引用", en="Words"),
}


@dataclass(frozen=True)
class Sifted:
    """Quotations that may be released, drawn from all that may; and why the others may not: response -> conditions."""

    of_n: int
    drawn: list[Quotation]
    failing: dict[tuple[str, str], list[str]]


def sift(conditions: Conditions, quotations: Sequence[Quotation], n: int, seed: int) -> Sifted:
    """Draw `n` at random of those that fail no condition."""
    failing = {each.place: conditions.failing(each.place) for each in quotations}
    free = {each.name: each for each in quotations if not failing[each.place]}
    refused = {place: wrong for place, wrong in failing.items() if wrong}
    return Sifted(len(free), shuffled(free, seed, "release")[:n], refused)


def candidates(conditions: Conditions, quotations: Sequence[Quotation], language: Language) -> list[Candidate]:
    """Quotations with what is to stand beside them."""
    return [
        Candidate(each, conditions.in_words(shown, language))
        for each in quotations
        if (shown := conditions.shown(each.response_id)) is not None
    ]


def refused_lines(failing: dict[tuple[str, str], list[str]], language: Language) -> list[str]:
    """By condition, the responses that fail it."""
    lines = []
    for name, text in CONDITIONS.items():
        responses = sorted({response for (response, _), wrong in failing.items() if name in wrong})
        if responses:
            lines.append(f"{text.in_(language)} ({len(responses)}): {', '.join(responses)}")
    return lines


@dataclass(frozen=True)
class Release:
    """Who releases what a workbook asks for, to which file, and what for."""

    by: str
    purpose: str
    file_name: str
    sheet_sha256: str


def let_out(
    conditions: Conditions,
    reviewed: Reviewed,
    theme: Text,
    this: Release,
    register: Register,
    content_of: Callable[[pd.DataFrame], bytes],
    language: Language,
) -> tuple[list[Released], bytes, dict[tuple[str, str], list[str]]]:
    """Write into the register what fails no condition; give it, the file's content, and what fails which.

    The register grows before anything is out: what is in a file is in the register.
    """
    failing = {each.place: conditions.failing(each.place) for each in reviewed.asked}
    free = [each for each in reviewed.asked if not failing[each.place]]
    contents: list[bytes] = []

    def made(before_n: int) -> list[Released]:
        names = [f"Q-{number:04}" for number in range(before_n + 1, before_n + len(free) + 1)]
        contents.append(content_of(_table(conditions, free, names, theme, language)))
        sha256 = hashlib.sha256(contents[0]).hexdigest()
        now = datetime.now(UTC).replace(microsecond=0)
        return [
            _line(conditions, reviewed, each, name, this, sha256, now) for each, name in zip(free, names, strict=True)
        ]

    released = register.write(made) if free else []
    refused = {place: wrong for place, wrong in failing.items() if wrong}
    return released, contents[0] if contents else b"", refused


def _table(
    conditions: Conditions, asked: Sequence[Asked], names: Sequence[str], theme: Text, language: Language
) -> pd.DataFrame:
    heads = [text.in_(language) for text in OUTGOING.values()]
    rows = []
    for each, name in zip(asked, names, strict=True):
        words = conditions.texts[each.place][each.start : each.end]
        beside = conditions.in_words(_shown(conditions, each), language)
        rows.append(dict(zip(heads, (name, theme.in_(language), words), strict=True)) | beside)
    return pd.DataFrame(rows, dtype="str").fillna("–")


def _line(
    conditions: Conditions,
    reviewed: Reviewed,
    asked: Asked,
    name: str,
    this: Release,
    file_sha256: str,
    now: datetime,
) -> Released:
    shown = _shown(conditions, asked)
    response, question = asked.place
    return Released(
        release_id=name,
        released_at=now,
        released_by=this.by,
        checked_by=asked.checked_by,
        purpose=this.purpose,
        file_name=this.file_name,
        file_sha256=file_sha256,
        wave=reviewed.wave,
        run_id=conditions.run_id,
        theme_id=reviewed.theme_id,
        response_id=response,
        question_id=question,
        text_sha256=text_sha256(conditions.texts[asked.place]),
        start=asked.start,
        end=asked.end,
        attributes=[f"{each}:coarse" if each in shown.coarse else each for each in shown.values],
        sharing_n=shown.sharing_n,
        k=conditions.rules.k,
        sheet_sha256=this.sheet_sha256,
    )


def _shown(conditions: Conditions, asked: Asked) -> Shown:
    """What stands beside a quotation that fails no condition."""
    shown = conditions.shown(asked.place[0])
    if shown is None:
        raise ValueError("a quotation that fails a condition")
    return shown


def standing_now(conditions: Conditions, released: Sequence[Released]) -> dict[str, str]:
    """Of each quotation released from the wave: `agrees`, or the condition that it fails by now (release -> which)."""
    known = known_statements(conditions.engine, conditions.programme)
    now: dict[str, str] = {}
    for each in released:
        text = conditions.texts.get((each.response_id, each.question_id))
        is_there = text is not None and text_sha256(text) == each.text_sha256
        said = says(known, each.response_id)
        now[each.release_id] = said if said != "agrees" or is_there else "gone"
    return now
