"""The report's plot of agreement over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from warehouse.definitions import Language, Text
from warehouse.report_agreement import RatedCriterion
from warehouse.report_agreement_tables import drift_table
from warehouse.report_plots import styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ALPHA, _RAW, _FLOOR = "#3b5b78", "#b07d12", "#222222"
_LOWEST = -0.25
"""Alpha can fall to -1 and beyond; what lies lower is cut off, and stands in the tables."""

_TITLE = Text(ja="評定した月ごとの一致(評価者全員)", en="Agreement by month of rating (all raters)")
_LABELS = {
    "alpha": Text(ja="αと95%区間", en="α with its 95 % interval"),
    "agreement": Text(ja="一致率", en="raw agreement"),
    "floor": Text(ja="αの下限", en="floor of α"),
}


def plot_drift(criterion: RatedCriterion, language: Language = "ja") -> Figure | None:
    """Alpha with its interval and raw agreement by month of rating; None where there are fewer than two months."""
    from matplotlib.figure import Figure

    drift = drift_table(criterion)
    if len(drift) < 2:
        return None
    with styled():
        plot = Figure(figsize=(2.6 + 0.8 * len(drift), 2.9), layout="constrained")
        axes = plot.add_subplot()
        places = range(len(drift))
        axes.vlines(places, drift["ci_low"], drift["ci_high"], color=_ALPHA, linewidth=5, alpha=0.35)
        axes.plot(places, drift["alpha"], "o-", color=_ALPHA, label=_LABELS["alpha"].in_(language))
        axes.plot(places, drift["agreement"], "d--", color=_RAW, label=_LABELS["agreement"].in_(language))
        for floor in sorted({float(each.at_least) for _, each in criterion.floors if each.statistic == "alpha"}):
            axes.axhline(floor, color=_FLOOR, linewidth=1, linestyle=":", label=_LABELS["floor"].in_(language))
        axes.set_xticks(places, [f"{row.Index}\nn={row.items_n}" for row in drift.itertuples()])
        axes.set_xlim(-0.5, len(drift) - 0.5)
        axes.set_ylim(_LOWEST, 1.05)
        axes.grid(axis="y", color="#e6e6e6")
        axes.set_axisbelow(True)
        axes.set_title(_TITLE.in_(language), loc="left", fontsize=10)
        plot.legend(loc="outside lower left", ncols=3, frameon=False, fontsize=8)
    return plot
