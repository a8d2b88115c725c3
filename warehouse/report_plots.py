"""The report's two plots: shares with their intervals against targets, and each organisation against what is asked."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from io import BytesIO
from typing import TYPE_CHECKING

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_wording import JUDGING, VERDICTS, ShownCell, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VERDICT_COLOURS = {
    "achieved": "#2e7d4f",
    "not_achieved": "#c0392b",
    "undetermined": "#b07d12",
    "reference": "#3a6ea5",
    "not_applicable": "#8a8a8a",
    "suppressed": "#7d6b99",
}
"""The colour of each verdict on a white ground."""

_INK, _FAINT = "#222222", "#999999"
_BAR_ALPHA = 0.5
_LEAST, _MOST = 0.02, 2
"""A bar shows its colour even at nothing, and ends at twice of what is asked."""

_SHARES_TITLE = Text(ja="割合の指標と95%信頼区間(事業全体)", en="Shares with their 95 % intervals (programme)")
_TARGET = Text(ja="目標", en="target")
_OTHER = Text(ja="別の読み方", en="another reading")
_ORGANISATIONS_TITLE = Text(
    ja="団体ごとの達成状況(必要な水準を100%とする)", en="Each organisation against what is asked of it (= 100 %)"
)


@contextmanager
def styled() -> Iterator[None]:
    """Our style, Japanese font included, leaving everybody else's as it was."""
    import matplotlib
    import matplotlib_fontja  # noqa: F401  # makes its font known

    with matplotlib.rc_context(
        {
            "font.family": ["IPAexGothic", "DejaVu Sans"],
            "font.size": 9.0,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.edgecolor": _FAINT,
            "svg.hashsalt": "monosashi",
        }
    ):
        yield


def svg_bytes(plot: Figure) -> bytes:
    """A plot as SVG with its letters as outlines; the same plot gives the same bytes."""
    return _saved(plot, "svg")


def png_bytes(plot: Figure) -> bytes:
    """A plot as PNG at 110 dots an inch."""
    return _saved(plot, "png")


def _saved(plot: Figure, kind: str) -> bytes:
    content = BytesIO()
    with styled():
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        plot.savefig(content, format=kind, metadata=metadata, dpi=110)
    return content.getvalue()


def plot_shares(report: WaveReport, language: Language = "ja") -> Figure | None:
    """Declared shares of the programme with their Wilson intervals, targets, and other readings; None without any."""
    from matplotlib.figure import Figure

    cells = [cell for cell in report.cells if cell.is_whole and cell.organisation == ALL and _share(cell) is not None]
    declared = [cell for cell in cells if cell.row["is_declared"] and cell.interval()]
    if not declared:
        return None
    with styled():
        plot = Figure(figsize=(8.6, 1.15 + 0.62 * len(declared)), layout="constrained")
        axes = plot.add_subplot()
        for place, cell in enumerate(declared):
            others = [other for other in cells if other.indicator is cell.indicator and other is not cell]
            _draw_share(axes, place, cell, others, language)
        axes.set_yticks(range(len(declared)), [_name(cell, language, 20) for cell in declared])
        axes.tick_params(axis="y", length=0)
        axes.set_ylim(len(declared) - 0.4, -0.6)
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
        axes.grid(axis="x", color="#e6e6e6")
        axes.set_axisbelow(True)
        axes.set_title(_SHARES_TITLE.in_(language), loc="left", fontsize=11, color=_INK)
        _legend_of_shares(axes, declared, language)
    return plot


def _share(cell: ShownCell) -> Fraction | None:
    numerator, denominator = cell.number("numerator"), cell.number("denominator")
    if cell.kind != "share" or numerator is None or not denominator:
        return None
    return Fraction(numerator, denominator)


def _draw_share(axes: Axes, place: int, cell: ShownCell, others: list[ShownCell], language: Language) -> None:
    colour = VERDICT_COLOURS[cell.verdict]
    value = float(_share(cell) or 0)
    low, high = float(cell.row["ci_low"]), float(cell.row["ci_high"])
    axes.hlines(place, low, high, color=colour, linewidth=5, alpha=0.35)
    axes.plot(value, place, "o", color=colour, markersize=7)
    for other in others:
        axes.plot(float(_share(other) or 0), place + 0.2, "d", markersize=4, color="white", markeredgecolor=_FAINT)
    if cell.target is not None:
        axes.vlines(float(cell.target), place - 0.32, place + 0.32, color=_INK, linewidth=1.6)
    has_room = high < 0.76
    axes.annotate(
        f"{cell.value(language)}  {cell.verdict_word(language)}",
        (high + 0.015, place) if has_room else (low - 0.015, place),
        ha="left" if has_room else "right",
        va="center",
        color=colour,
        fontsize=8.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )


def _legend_of_shares(axes: Axes, declared: list[ShownCell], language: Language) -> None:
    from matplotlib.lines import Line2D

    target = Line2D([], [], color=_INK, marker="|", linestyle="", markersize=11, markeredgewidth=1.6)
    other = Line2D([], [], color="white", marker="d", linestyle="", markeredgecolor=_FAINT, markersize=5)
    marks = {_TARGET.in_(language): target, _OTHER.in_(language): other}
    axes.legend(
        marks.values(), marks.keys(), loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, borderpad=0
    )


def plot_organisations(report: WaveReport, language: Language = "ja") -> Figure | None:
    """Each organisation's declared figures as a share of what is asked of it; None where none is judged."""
    from matplotlib.figure import Figure

    cells = [
        cell
        for cell in report.cells
        if cell.row["is_declared"] and cell.is_whole and cell.organisation != ALL and cell.verdict in JUDGING
    ]
    if not cells:
        return None
    rows = list(dict.fromkeys(cell.indicator.id for cell in cells))
    organisations = sorted({cell.organisation for cell in cells}, key=report.place_of)
    names = {cell.indicator.id: _name(cell, language, 16) for cell in cells}
    with styled():
        plot = Figure(
            figsize=(2.4 + 1.25 * len(organisations), 1.3 + (0.44 if language == "ja" else 0.56) * len(rows)),
            layout="constrained",
        )
        panels = plot.subplots(1, len(organisations), sharey=True, squeeze=False)[0]
        for panel, organisation in zip(panels, organisations, strict=True):
            for cell in cells:
                if cell.organisation == organisation:
                    _draw_bar(panel, rows.index(cell.indicator.id), cell, language)
            panel.axvline(1, color=_INK, linewidth=1.2, zorder=0.5)
            panel.set_xlim(0, _MOST)
            panel.set_xticks([0, 1], ["0", "100 %"])
            panel.tick_params(axis="y", length=0)
            panel.spines["left"].set_visible(False)
            panel.set_title(textwrap.fill(report.organisation_name(organisation, language), 12), fontsize=9)
        panels[0].set_yticks(range(len(rows)), [names[row] for row in rows], fontsize=8)
        panels[0].set_ylim(len(rows) - 0.4, -0.6)
        plot.suptitle(_ORGANISATIONS_TITLE.in_(language), x=0.01, ha="left", fontsize=11, color=_INK)
        _legend_of_verdicts(plot, {cell.verdict for cell in cells}, language)
    return plot


def _draw_bar(panel: Axes, place: int, cell: ShownCell, language: Language) -> None:
    """A bar as long as the share of what is asked that is reached; words where nothing can be drawn."""
    colour = VERDICT_COLOURS[cell.verdict]
    reached = _reached(cell)
    if reached is None or cell.verdict == "undetermined":
        words = cell.verdict_word(language)
        ground = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        panel.annotate(words, (0.06, place), va="center", color=colour, fontsize=7.5, bbox=ground)
        return
    panel.barh(place, min(max(float(reached), _LEAST), _MOST), height=0.6, color=colour, alpha=_BAR_ALPHA)
    panel.annotate(percent(reached, Fraction(1)), (0.06, place), va="center", color=_INK, fontsize=7.5)


def _reached(cell: ShownCell) -> Fraction | None:
    """The figure as a share of what the plan asks; where all items must pass, the items that do."""
    numerator, denominator = cell.number("numerator"), cell.number("denominator")
    if numerator is None or cell.target is None or (cell.kind == "of_own_target" and not denominator):
        return None
    needed = Fraction(1 if denominator is None else denominator)
    if cell.kind != "passing_items":
        needed *= cell.target
    return numerator / needed if needed > 0 else None


def _legend_of_verdicts(plot: Figure, verdicts: set[str], language: Language) -> None:
    from matplotlib.patches import Patch

    marks = [
        Patch(color=VERDICT_COLOURS[code], alpha=_BAR_ALPHA, label=VERDICTS[code].in_(language))
        for code in VERDICTS
        if code in verdicts
    ]
    plot.legend(handles=marks, loc="outside lower right", ncols=len(marks), frameon=False, fontsize=8.5)


def _name(cell: ShownCell, language: Language, width: int) -> str:
    """The id, and the name below it."""
    name = textwrap.fill(cell.indicator.name.in_(language), width if language == "ja" else width * 2)
    return f"{cell.indicator.id}\n{name}"
