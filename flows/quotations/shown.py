"""Quotations and what speaks against them, side by side on the terminal, or as a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from rich.console import Group as Together
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from flows.quotations.evidence import GROUPS, Group
from warehouse.definitions import Language, Text

COLUMNS = {
    "side": Text(ja="側", en="Side"),
    "group": Text(ja="種類", en="Kind"),
    "drawn": Text(ja="抽出", en="Drawn"),
    "response": Text(ja="回答", en="Response"),
    "organisation": Text(ja="団体", en="Organisation"),
    "question": Text(ja="設問", en="Question"),
    "words": Text(ja="本文の言葉", en="Words"),
    "text": Text(ja="本文(秘匿後)", en="Text (masked)"),
    "why": Text(ja="規則・条件・水準", en="Rule, clause or level"),
}
SIDES = (Text(ja="主張を支える引用", en="For the claim"), Text(ja="反証", en="Against it"))
_SILENT = Text(
    ja="どちらとも言えない人: {counts}。述べなくなったことは、解決したことではありません。",
    en="Nothing can be said of: {counts}. Not writing of something is not the same as having solved it.",
)


def drawn_words(group: Group, seed: int, language: Language) -> str:
    """How many of how many, and by which seed."""
    ja = f"{group.of_n}件({group.people_n}回答)から{len(group.shown)}件を無作為に抽出(種 {seed})"
    en = f"{len(group.shown)} of {group.of_n} ({group.people_n} responses), drawn at random (seed {seed})"
    return Text(ja=ja, en=en).in_(language)


def quotation_parts(
    supporting: Sequence[Group], against: Sequence[Group] | None, seed: int, language: Language
) -> Iterator[RenderableType]:
    """Both sides in two columns; one column without a search for what speaks against."""
    sides = [supporting] if against is None else [supporting, against]
    table = Table.grid(expand=True, padding=(0, 3, 0, 0))
    for _ in sides:
        table.add_column(ratio=1, overflow="fold")
    if against is not None:
        table.add_row(*(Line(each.in_(language), style="bold underline") for each in SIDES))
    table.add_row(*(Together(*_lines(groups, seed, language)) for groups in sides))
    yield table


def silent_line(counts: Mapping[str, int], language: Language) -> str:
    """Those of whom nothing can be said either way."""
    return _SILENT.in_(language).format(counts=", ".join(f"{name} {n}" for name, n in counts.items()) or "0")


def _lines(groups: Sequence[Group], seed: int, language: Language) -> Iterator[Line]:
    for group in groups:
        yield Line(GROUPS[group.kind].in_(language), style="bold")
        yield Line(drawn_words(group, seed, language), style="dim")
        for each in group.shown:
            yield Line(f"{each.response_id} {each.organisation} {each.question_id}  [{each.why}]", style="cyan")
            yield Line(f"  {each.marked}")
        yield Line("")


def quotation_table(
    supporting: Sequence[Group], against: Sequence[Group] | None, seed: int, language: Language
) -> pd.DataFrame:
    """A row a quotation, in the columns of COLUMNS."""
    rows = [
        (
            side.in_(language),
            GROUPS[group.kind].in_(language),
            drawn_words(group, seed, language),
            each.response_id,
            each.organisation,
            each.question_id,
            each.words,
            each.text,
            each.why,
        )
        for side, groups in zip(SIDES, (supporting, against or ()), strict=True)
        for group in groups
        for each in group.shown
    ]
    return pd.DataFrame(rows, columns=[text.in_(language) for text in COLUMNS.values()], dtype="str")
