"""What a change of coding rules moves, for the terminal: rules, answers, counts of themes, figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text as Line

from flows.theme_diff import ThemeDiff
from warehouse.definitions import Language, Text

SHOWN_N = 40
"""Answers that are shown of each theme and change."""

_CHANGES = {
    "added": Text(ja="追加", en="added"),
    "removed": Text(ja="削除", en="removed"),
    "changed": Text(ja="変更", en="changed"),
    "gained": Text(ja="新たに該当", en="gained"),
    "lost": Text(ja="該当しなくなった", en="lost"),
}
_HEADINGS = {
    "theme_id": Text(ja="テーマ", en="Theme"),
    "rule_id": Text(ja="規則", en="Rule"),
    "change": Text(ja="変化", en="Change"),
    "version": Text(ja="前の版", en="Version before"),
    "version_new": Text(ja="後の版", en="Version after"),
    "response_id": Text(ja="回答", en="Response"),
    "question_id": Text(ja="設問", en="Question"),
    "quote": Text(ja="該当部分", en="Words"),
    "organisation": Text(ja="団体", en="Organisation"),
    "responses_n": Text(ja="前の回答数", en="Responses before"),
    "responses_n_new": Text(ja="後の回答数", en="Responses after"),
    "indicator_id": Text(ja="指標", en="Indicator"),
    "category": Text(ja="区分", en="Category"),
    "reading": Text(ja="読み方", en="Reading"),
    "numerator": Text(ja="前の分子", en="Numerator before"),
    "numerator_new": Text(ja="後の分子", en="Numerator after"),
    "denominator": Text(ja="前の分母", en="Denominator before"),
    "denominator_new": Text(ja="後の分母", en="Denominator after"),
    "verdict_new": Text(ja="後の判定", en="Verdict after"),
}
_TITLES = {
    "rules": Text(ja="規則", en="Rules"),
    "answers": Text(ja="回答", en="Answers"),
    "themes": Text(ja="テーマの件数", en="Counts of themes"),
    "figures": Text(ja="指標", en="Indicators"),
}
_COLUMNS = {
    "rules": ["theme_id", "rule_id", "change", "version", "version_new"],
    "answers": ["theme_id", "change", "response_id", "question_id", "quote"],
    "themes": ["organisation", "question_id", "theme_id", "responses_n", "responses_n_new"],
    "figures": [
        "indicator_id", "organisation", "category", "reading", "numerator", "numerator_new", "denominator",
        "denominator_new", "verdict_new",
    ],
}  # fmt: skip


def diff_report(moved: ThemeDiff, language: Language) -> Iterator[RenderableType]:
    """The parts in order: a line of counts, then a table for whatever moved."""
    counts = moved.answers.groupby("change").size()
    yield Line(
        Text(
            ja=f"規則 {len(moved.rules)}件が違い、テーマが付いた回答 {counts.get('gained', 0)}件、"
            f"外れた回答 {counts.get('lost', 0)}件、動いた指標 {len(moved.figures)}件。",
            en=f"{len(moved.rules)} rules differ; {counts.get('gained', 0)} answers gain a theme, "
            f"{counts.get('lost', 0)} lose one; {len(moved.figures)} figures move.",
        ).in_(language)
    )
    for name, columns in _COLUMNS.items():
        rows: pd.DataFrame = getattr(moved, name)
        if len(rows):
            yield from _table(name, rows[columns], language)


def _table(name: str, rows: pd.DataFrame, language: Language) -> Iterator[RenderableType]:
    shown = rows.groupby(["theme_id", "change"]).head(SHOWN_N) if name == "answers" else rows
    table = Table(title=_TITLES[name].in_(language), box=SIMPLE_HEAD, title_justify="left")
    for column in rows.columns:
        is_number = (
            column.endswith(("_n", "_n_new")) or "numerator" in column or "denominator" in column or "version" in column
        )
        heading = _HEADINGS[str(column)]
        table.add_column(heading.in_(language), justify="right" if is_number else "left", overflow="fold")
    for row in shown.itertuples(index=False):
        table.add_row(*(Line(_said(value, language)) for value in row))
    yield table
    if len(shown) < len(rows):
        left = len(rows) - len(shown)
        yield Line(Text(ja=f"ほか {left}件", en=f"and {left} more").in_(language))


def _said(value: Any, language: Language) -> str:
    if value is None or pd.isna(value):
        return "―"
    return _CHANGES[str(value)].in_(language) if str(value) in _CHANGES else str(value)
