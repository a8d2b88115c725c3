"""The summary as a table for the terminal: legible at 100 columns, in colour where there is one."""

from __future__ import annotations

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text as Line

from warehouse.definitions import Language
from warehouse.report_headings import HEADINGS

_STYLES = {
    "achieved": "bold green",
    "not_achieved": "bold red",
    "undetermined": "yellow",
    "reference": "cyan",
    "not_applicable": "dim",
    "suppressed": "dim",
}


def terminal_table(summary: pd.DataFrame, title: str, language: Language = "ja") -> Table:
    """`indicator_summary` as a table; below a name its coverage and the readings with another verdict."""
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", pad_edge=False, show_edge=False, expand=True)
    table.add_column(HEADINGS["indicator_id"].in_(language), no_wrap=True)
    table.add_column(HEADINGS["name"].in_(language), ratio=9, overflow="fold")
    table.add_column(HEADINGS["value"].in_(language), ratio=5, overflow="fold")
    table.add_column(HEADINGS["target"].in_(language), ratio=4, overflow="fold")
    table.add_column(HEADINGS["verdict"].in_(language), ratio=4, overflow="fold", min_width=10)
    for row in summary.to_dict("records"):
        table.add_row(
            Line(row["indicator_id"]),
            _lines(row["name"], {row["coverage"]: "dim", row["alternatives"]: "yellow"}),
            _lines(row["value"], {row["interval"]: "dim"}),
            Line(row["target"]),
            _lines(row["verdict"], {row["shortfall"]: "not bold"}, _STYLES[row["verdict_code"]]),
        )
    return table


def _lines(first: str, below: dict[str, str], style: str = "") -> Line:
    """The first text, and below it the others that are not empty, in their styles."""
    lines = Line(first, style=style)
    for text, style in below.items():
        if text:
            lines.append(f"\n{text}", style=style)
    return lines
