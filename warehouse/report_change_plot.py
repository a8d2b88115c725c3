"""The report's plot of what became of people, organisation by organisation."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_change import STATES, CriterionChange
from warehouse.report_plots import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = {
    "improved": "#2e7d4f",
    "at_ceiling": "#8fbf9d",
    "unchanged": "#e3d9b8",
    "worse": "#c0392b",
    "too_short": "#c8d6e5",
    "not_measured": "#b9a9c9",
    "lost": "#9a9a9a",
    "no_baseline": "#d9d9d9",
}
_MEASURED = ("improved", "at_ceiling", "unchanged", "worse")
_ON_DARK = {"improved", "worse", "lost"}
_NARROWEST = 0.035
"""Share of a bar below which a number has no room in it."""

_TITLE = Text(
    ja="開始時からの変化(回答した人全員、人数。白線の右は比べられない人)",
    en="Change since the start (everybody who answered; right of the white line: cannot be compared)",
)


def plot_states(criterion: CriterionChange, report: WaveReport, language: Language = "ja") -> Figure | None:
    """One bar a row, the programme first: everybody reached, by state, as shares with the numbers of people."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    codes = [ALL, *criterion.organisations]
    used = [state for state in STATES if criterion.number("people", state, "numerator")]
    if not used:
        return None
    with styled():
        plot = Figure(figsize=(9.4, 1.5 + 0.42 * len(codes)), layout="constrained")
        axes = plot.add_subplot()
        for place, code in enumerate(codes):
            _draw_bar(axes, place, {state: criterion.number("people", state, "numerator", code) for state in used})
        names = [textwrap.shorten(report.organisation_name(code, language), 28, placeholder="…") for code in codes]
        axes.set_yticks(range(len(codes)), names)
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(codes) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
        axes.set_title(_TITLE.in_(language), loc="left", fontsize=10)
        marks = [Patch(color=_COLOURS[state], label=STATES[state].in_(language)) for state in used]
        plot.legend(handles=marks, loc="outside lower left", ncols=4, frameon=False, fontsize=8)
    return plot


def _draw_bar(axes: Axes, place: int, people: dict[str, int]) -> None:
    total, start = sum(people.values()), 0.0
    for state, number in people.items():
        width = number / total if total else 0.0
        axes.barh(place, width, left=start, height=0.68, color=_COLOURS[state])
        if width >= _NARROWEST:
            ink = "white" if state in _ON_DARK else "#222222"
            axes.annotate(f"{number:,}", (start + width / 2, place), ha="center", va="center", color=ink, fontsize=8)
        start += width
    measured = sum(number for state, number in people.items() if state in _MEASURED)
    if total and 0 < measured < total:
        axes.vlines(measured / total, place - 0.42, place + 0.42, color="white", linewidth=3)
