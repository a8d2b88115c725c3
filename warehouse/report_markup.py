"""Pieces of the report's page: tables, plots and paragraphs as HTML, every text escaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.report_headings import headings
from warehouse.report_plots import svg_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NONE = Text(ja="ありません。", en="There are none.")


def joined(parts: Iterable[str]) -> str:
    """Pieces one below the other, the empty ones left out."""
    return "\n".join(part for part in parts if part)


def paragraph(text: str) -> str:
    """A remark."""
    return f'<p class="faint">{escape(text)}</p>'


def small(text: str) -> str:
    """A smaller line in a cell; nothing for no text."""
    return f"<small>{escape(text)}</small>" if text else ""


def markup_table(titles: Iterable[str], rows: Iterable[str]) -> str:
    """A table of rows that are markup already."""
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{joined(rows)}\n</tbody></table></div>'


def plain_table(table: pd.DataFrame, language: Language) -> str:
    """A table as it is, with its columns' headings; a remark where it has no rows."""
    if table.empty:
        return paragraph(NONE.in_(language))
    columns = [str(column) for column in table.columns]
    rows = (
        f"<tr>{''.join(_cell(column, value) for column, value in zip(columns, row, strict=True))}</tr>"
        for row in table.itertuples(index=False)
    )
    return markup_table(headings(columns, language), rows)


def number_cell(value: object) -> str:
    """A cell with a whole number, empty for a null."""
    return f'<td class="number">{"" if pd.isna(value) else f"{value:,}"}</td>'  # type: ignore[call-overload]


def image(plot: Figure | None, description: str) -> str:
    """A plot inside the page, with words for those who do not see it; nothing for no plot."""
    if plot is None:
        return ""
    content = b64encode(svg_bytes(plot)).decode("ascii")
    return f'<figure><img alt="{escape(description)}" src="data:image/svg+xml;base64,{content}"></figure>'


def _cell(column: str, value: object) -> str:
    if not isinstance(value, str):
        return number_cell(value)
    kind = ' class="short"' if column in ("severity", "organisation", "reason_code") else ""
    return f"<td{kind}>{escape(value)}</td>"
