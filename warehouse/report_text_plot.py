"""The report's plots about themes: who was read, how many write of each theme, and how the same people changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_plots import styled
from warehouse.report_text import STATE_GROUPS, places_of_questions, question_words, rows, theme_words
from warehouse.report_text_tables import records, states_by_question, themes_by_frequency, themes_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_STATE_COLOURS = {
    "analysed": "#2f6690",
    "not_analysable": "#c98a3d",
    "nothing": "#b8c9d9",
    "blank": "#dfe5ea",
    "not_asked": "#f1f1f1",
    "unmapped": "#b9a9c9",
}
_DOT, _FAINT = "#2f6690", "#999999"
_APPEARED, _DISAPPEARED, _PERSISTED = "#2f6690", "#c98a3d", "#8f9aa5"
_UNCOMPARED = {
    "silent_n": (Text(ja="最初に述べ、当期は無記入", en="wrote of it, now silent"), "#e3c9a3"),
    "not_analysable_n": (Text(ja="どちらかを比べられない", en="one answer cannot be compared"), "#dcd6e4"),
    "unanswered_n": (Text(ja="最初に述べ、当期は回答なし", en="wrote of it, no answer now"), "#dddddd"),
}
_COLUMNS_N = 3
"""Panels side by side."""
_THEMES_N = 20
"""Themes in a plot: the most frequent; the tables have all."""

_STATES_TITLE = Text(ja="自由記述を尋ねた回答の内訳(事業全体)", en="What became of the responses (programme)")
_THEMES_TITLE = Text(
    ja="テーマのある回答の割合と95%信頼区間(分母は分析した回答)",
    en="Share of responses with a theme and 95 % interval (of those analysed)",
)
_CHANGE_TITLE = Text(
    ja="同じ人の2回の回答でのテーマ(人数)。左: 述べなくなった・比べられない、右: 新たに述べた・2回とも",
    en="Themes in the same people’s two answers. Left: no longer mentioned or not comparable; right: new, or at both",
)
_MARKS = {
    "persisted_n": Text(ja="2回とも述べた", en="at both"),
    "appeared_n": Text(ja="当期だけ述べた", en="now alone"),
    "disappeared_n": Text(ja="最初だけ述べた(解決とは限らない)", en="at first alone (not: resolved)"),
}


def plot_text_states(report: WaveReport, language: Language = "ja") -> Figure | None:
    """One bar a question: responses by what became of them, as shares with their numbers; None without texts."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    table = states_by_question(report)
    if table.empty:
        return None
    with styled():
        plot = Figure(figsize=(9.4, 1.4 + 0.44 * len(table)), layout="constrained")
        axes = plot.add_subplot()
        for place, counts in enumerate(table.to_dict("records")):
            total, start = sum(counts.values()), 0.0
            for name, number in counts.items():
                width = number / total
                axes.barh(place, width, left=start, height=0.68, color=_STATE_COLOURS[str(name)])
                if width >= 0.04:
                    ink = "white" if name == "analysed" else "#222222"
                    axes.annotate(f"{number:,}", (start + width / 2, place), ha="center", va="center", color=ink)
                start += width
        _name_rows(axes, [_short(question_words(each, report, language), 26, language) for each in table.index])
        axes.set_xlim(0, 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
        axes.set_title(_STATES_TITLE.in_(language), loc="left", fontsize=10)
        marks = [Patch(color=_STATE_COLOURS[name], label=STATE_GROUPS[name].in_(language)) for name in table.columns]
        plot.legend(handles=marks, loc="outside lower left", ncols=3, frameon=False, fontsize=8)
    return plot


def plot_themes(report: WaveReport, language: Language = "ja") -> Figure | None:
    """A panel a question, all together first: each theme's share with Wilson's interval; None without themes."""
    from matplotlib.figure import Figure

    themes = themes_by_frequency(report)[:_THEMES_N]
    found = themes_of(report)
    questions = places_of_questions(report, found["question_id"].unique())
    if not themes:
        return None
    if len(questions) == 2:
        questions = questions[:1]  # a single question is all of them
    lines = -(-len(questions) // _COLUMNS_N)
    columns = min(_COLUMNS_N, len(questions))
    with styled():
        height = lines * (0.75 + 0.23 * len(themes)) + 0.5
        plot = Figure(figsize=(3.2 + 2.6 * columns, height), layout="constrained")
        panels = list(plot.subplots(lines, columns, sharey=True, sharex=True, squeeze=False).flat)
        for panel, question in zip(panels, questions, strict=False):
            of_question = found[found["question_id"] == question]
            _draw_shares(panel, of_question.set_index("theme_id").reindex(themes))
            analysed_n = int(of_question["analysed_n"].iloc[0])
            words = _short(question_words(question, report, language), 18, language)
            panel.set_title(f"{words}\nn = {analysed_n:,}", loc="left", fontsize=8.5)
        for panel in panels[len(questions) :]:
            panel.set_visible(False)
        _name_rows(panels[0], [_short(theme_words(each, report, language), 16, language) for each in themes])
        panels[0].set_xlim(left=0)
        panels[0].xaxis.set_major_formatter(lambda value, _: f"{value * 100:.0f} %")
        plot.suptitle(_THEMES_TITLE.in_(language), x=0.01, ha="left", fontsize=10)
    return plot


def _draw_shares(panel: Axes, shares: pd.DataFrame) -> None:
    for place, row in enumerate(records(shares)):
        panel.hlines(place, row["ci_low"], row["ci_high"], color=_DOT, linewidth=4, alpha=0.35)
        panel.plot(row["value"], place, "o", color=_DOT, markersize=4.5)
    panel.grid(axis="x", color="#e6e6e6")
    panel.set_axisbelow(True)


def plot_theme_change(report: WaveReport, language: Language = "ja") -> Figure | None:
    """A line a theme: to the right who writes of it now, to the left who no longer does or cannot be compared."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch

    found = rows(report, "out_theme_change", organisation=ALL)
    spoken = found["appeared_n"] + found["disappeared_n"] + found["persisted_n"]
    shown = found.assign(spoken=spoken).sort_values(["spoken", "theme_id"], ascending=[False, True]).head(_THEMES_N)
    if not spoken.sum():
        return None
    with styled():
        plot = Figure(figsize=(9.4, 1.7 + 0.3 * len(shown)), layout="constrained")
        axes = plot.add_subplot()
        for place, row in enumerate(shown.to_dict("records")):
            _draw_bars(axes, place, [(row["persisted_n"], _PERSISTED), (row["appeared_n"], _APPEARED)], side=1)
            gone = [
                (row["disappeared_n"], _DISAPPEARED),
                *((row[name], colour) for name, (_, colour) in _UNCOMPARED.items()),
            ]
            _draw_bars(axes, place, gone, side=-1)
        axes.axvline(0, color="#222222", linewidth=1)
        _name_rows(axes, [_short(theme_words(each, report, language), 16, language) for each in shown["theme_id"]])
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        axes.set_title(_CHANGE_TITLE.in_(language), loc="left", fontsize=9)
        colours = {"persisted_n": _PERSISTED, "appeared_n": _APPEARED, "disappeared_n": _DISAPPEARED}
        marks = [Patch(color=colours[name], label=label.in_(language)) for name, label in _MARKS.items()]
        marks += [Patch(color=colour, label=label.in_(language)) for label, colour in _UNCOMPARED.values()]
        plot.legend(handles=marks, loc="outside lower left", ncols=3, frameon=False, fontsize=8)
    return plot


def _draw_bars(axes: Axes, place: int, parts: list[tuple[int, str]], side: int) -> None:
    start = 0
    for number, colour in parts:
        axes.barh(place, side * number, left=side * start, height=0.66, color=colour)
        start += number


def _name_rows(axes: Axes, names: list[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _short(words: str, width: int, language: Language) -> str:
    """So many full-width characters, or twice as many Latin ones."""
    limit = width if language == "ja" else 2 * width
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"
