"""The report's pictures of words: the network of words that occur together, and the map of words and groups."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import networkx as nx
import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_plots import styled
from warehouse.report_text import group_words, rows
from warehouse.report_text_tables import records

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLOURS = ["#2f6690", "#c98a3d", "#4f8a5b", "#8a5a83", "#b5534c", "#5b7f8c", "#9c8a3c", "#6b6b6b"]
_GROUP, _SMALL, _WORD, _LINE = "#b5534c", "#d3a5a1", "#3b5b78", "#b5bcc4"
_LAYOUT_SEED = 1_901
_NETWORK_TITLE = Text(
    ja="同じ回答に現れる語(全設問)。線はジャッカード係数の上位、色は群れ。配置に意味はありません",
    en="Words in the same responses (all questions). Lines: highest Jaccard; colours: communities; places mean nothing",
)
_AXIS = Text(ja="第{}軸(慣性の {:.1f} %)", en="Axis {} ({:.1f} % of the inertia)")
_SMALL_GROUP = Text(ja="{}(少数)", en="{} (few)")


def plot_network(report: WaveReport, language: Language = "ja") -> Figure | None:
    """The network over all questions: larger dots are words of more responses; None where nothing is joined."""
    from matplotlib.figure import Figure

    edges, nodes = rows(report, "out_word_pair", question_id=ALL), rows(report, "out_word", question_id=ALL)
    if edges.empty:
        return None
    places = _places(edges)
    with styled():
        plot = Figure(figsize=(9.4, 7.4), layout="constrained")
        axes = plot.add_subplot()
        for edge in records(edges):
            (x1, y1), (x2, y2) = places[edge["word_a"]], places[edge["word_b"]]
            axes.plot([x1, x2], [y1, y2], color=_LINE, linewidth=0.6 + 5 * edge["jaccard"], zorder=1)
        for node in records(nodes):
            x, y = places[node["word"]]
            size = 40 + 420 * node["responses_n"] / nodes["responses_n"].max()
            colour = _COLOURS[(node["community"] - 1) % len(_COLOURS)]
            axes.scatter(x, y, s=size, color=colour, alpha=0.85, edgecolor="white", zorder=2)
            words = f"{node['word']} {node['responses_n']:,}"
            axes.annotate(words, (x, y), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8, zorder=3)
        axes.set_axis_off()
        axes.margins(0.08)
        axes.set_title(_NETWORK_TITLE.in_(language), loc="left", fontsize=9)
    return plot


def _places(edges: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Where each word is drawn: what is joined together, the largest first, in rows beside and below each other."""
    whole = nx.Graph()
    whole.add_edges_from(zip(edges["word_a"], edges["word_b"], strict=True))
    parts = sorted(map(sorted, nx.connected_components(whole)), key=lambda part: (-len(part), part))
    width = 1.4 * sqrt(sum(map(len, parts)))
    places: dict[str, tuple[float, float]] = {}
    x = y = row = 0.0
    for part in parts:
        side = sqrt(len(part))
        if x and x + side > width:
            x, y, row = 0.0, y - row, 0.0
        inside = edges[edges["word_a"].isin(part)]
        graph = nx.Graph()
        graph.add_nodes_from(part)
        graph.add_weighted_edges_from(zip(inside["word_a"], inside["word_b"], inside["jaccard"], strict=True))
        drawn = nx.spring_layout(graph, seed=_LAYOUT_SEED, iterations=200, scale=0.36 * side)
        places |= {word: (x + side / 2 + at[0], y - side / 2 + at[1]) for word, at in drawn.items()}
        x, row = x + side, max(row, side)
    return places


def plot_map(report: WaveReport, dimension: str, language: Language = "ja") -> Figure | None:
    """The map of one attribute over all questions, its axes with their shares; None where there is none."""
    from matplotlib.figure import Figure

    points = rows(report, "out_correspondence", question_id=ALL, dimension=dimension)
    if points.empty:
        return None
    shares = rows(report, "out_correspondence_axis", question_id=ALL, dimension=dimension)
    share = dict(zip(shares["axis_n"], shares["value"], strict=True))
    with styled():
        plot = Figure(figsize=(9.4, 6.4), layout="constrained")
        axes = plot.add_subplot()
        axes.axhline(0, color="#dddddd", linewidth=0.8)
        axes.axvline(0, color="#dddddd", linewidth=0.8)
        for point in records(points):
            x, y, is_group = point["axis_1"], point["axis_2"], point["point"] == "group"
            colour = (_SMALL if point["is_small"] else _GROUP) if is_group else _WORD
            axes.plot(x, y, "s" if is_group else ".", color=colour, markersize=6)
            words = group_words(dimension, point["label"], report, language) if is_group else point["label"]
            axes.annotate(
                _SMALL_GROUP.in_(language).format(words) if point["is_small"] else words,
                (x, y),
                xytext=(3, 3),
                textcoords="offset points",
                color=colour,
                fontsize=9 if is_group else 7.5,
            )
        axes.set_xlabel(_AXIS.in_(language).format(1, 100 * share[1]))
        axes.set_ylabel(_AXIS.in_(language).format(2, 100 * share[2]))
        axes.set_aspect("equal", adjustable="datalim")
    return plot
