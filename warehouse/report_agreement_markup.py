"""The page's section about agreement of raters: statistics beside the declared floor, prevalence, who gave what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report_agreement import RATERS, Comparison, RatedCriterion
from warehouse.report_agreement_plot import plot_drift
from warehouse.report_agreement_tables import (
    ACROSS,
    HOW_TO_READ,
    NOT_RATED,
    STATISTICS,
    drift_table,
    interval_words,
    value_words,
)
from warehouse.report_headings import HEADINGS
from warehouse.report_markup import image, markup_table, paragraph, small

AGREEMENT_STYLE = """
h3 { font-size: 1rem; margin: 1.6rem 0 .4rem; } h4 { font-size: .9rem; margin: 1.2rem 0 .3rem; }
.levels { display: flex; align-items: center; gap: .5em; } .levels small { min-width: 5.5em; white-space: nowrap; }
.levels .bar { height: .8rem; min-width: 8rem; } .heats { display: flex; flex-wrap: wrap; gap: 1.5rem; }
.heat { width: auto; margin: .4rem 0; } .heat caption { text-align: left; font-size: .95em; padding-bottom: .2rem; }
.heat td, .heat th { text-align: center; min-width: 2.6em; } .heat td.same { outline: 1px solid #2e7d4f; }
"""

_LIGHT, _DARK = (214, 230, 245), (29, 63, 102)
_SAME, _OTHER = "46, 125, 79", "192, 57, 43"
_STRONGEST = 0.65  # dark text stays legible on it

_DRIFTING = ("alpha", "agreement")

_PREVALENCE = Text(ja="水準の分布(濃いほど高い)", en="Prevalence of levels (darker is higher)")
_LEVEL = Text(ja="水準", en="Level")
_WITH_RATERS = Text(ja="本人・面接者の水準と、評価者の水準", en="The person’s or interviewer’s level, and the raters’")
_TOTAL = Text(ja="計", en="Total")


def agreement_section(criteria: list[RatedCriterion], language: Language) -> list[str]:
    """The section's parts: how to read them, then each criterion; one sentence where nothing was rated."""
    if not criteria:
        return [paragraph(NOT_RATED.in_(language))]
    return [
        *(paragraph(words.in_(language)) for words in HOW_TO_READ),
        *(part for criterion in criteria for part in _criterion(criterion, language)),
    ]


def _criterion(criterion: RatedCriterion, language: Language) -> list[str]:
    raters = [each for each in criterion.pairs if each not in criterion.with_raters]
    parts = [
        f"<h3>{escape(criterion.title(language))}</h3>",
        *(f"<p>{escape(words)}</p>" for words in criterion.floor_words(language)),
        _comparisons(criterion, criterion.between_raters, language),
        _heats(criterion, raters, language),
        image(plot_drift(criterion, language), _drift_text(criterion, language)),
    ]
    if criterion.with_raters:
        parts += [
            f"<h4>{escape(_WITH_RATERS.in_(language))}</h4>",
            _comparisons(criterion, criterion.with_raters, language),
            _heats(criterion, criterion.with_raters, language),
        ]
    return parts


def _comparisons(criterion: RatedCriterion, chosen: list[Comparison], language: Language) -> str:
    """One row a comparison: answers, statistics with their intervals, and how the levels are spread."""
    found = [criterion.estimates(each) for each in chosen]
    named = {name: words.in_(language) for name, words in STATISTICS.items() if any(name in each for each in found)}
    rows = (
        f'<tr><td>{escape(each.label(language))}</td><td class="number">{estimates["agreement"]["items_n"]:,}</td>'
        + "".join(f'<td class="number">{_estimate(name, estimates)}</td>' for name in named)
        + f"<td>{_prevalence(criterion, each, language)}</td></tr>"
        for each, estimates in zip(chosen, found, strict=True)
    )
    counted = [HEADINGS[name].in_(language) for name in ("compared", "items_n")]
    return markup_table([*counted, *named.values(), _PREVALENCE.in_(language)], rows)


def _estimate(statistic: str, estimates: Mapping[str, dict[str, Any]]) -> str:
    if statistic not in estimates:
        return ""
    found = estimates[statistic]
    return escape(value_words(statistic, found)) + small(interval_words(statistic, found))


def _prevalence(criterion: RatedCriterion, of: Comparison, language: Language) -> str:
    """A bar for each who gave levels: as wide a piece as the level's share, darker for higher ones."""
    return "".join(
        f'<div class="levels"><small>{escape(who)}</small><div class="bar">{_pieces(shares, language)}</div></div>'
        for who, shares in criterion.prevalences(of, language).items()
    )


def _pieces(shares: pd.Series, language: Language) -> str:
    shades = _shades(len(shares))
    return "".join(
        f'<i style="width:{100 * share:.2f}%;background:{shade}"'
        f' title="{escape(_LEVEL.in_(language))} {level}: {100 * share:.1f} %"></i>'
        for (level, share), shade in zip(shares.items(), shades, strict=True)
        if share
    )


def _shades(levels_n: int) -> list[str]:
    """Colours from light to dark."""
    steps = [place / max(levels_n - 1, 1) for place in range(levels_n)]
    mixed = [[round(a + (b - a) * step) for a, b in zip(_LIGHT, _DARK, strict=True)] for step in steps]
    return [f"rgb({red},{green},{blue})" for red, green, blue in mixed]


def _heats(criterion: RatedCriterion, pairs: Iterable[Comparison], language: Language) -> str:
    tables = [_heat(criterion.matrix(pair), pair.sides(language), language) for pair in pairs]
    return f'<div class="heats">{"".join(tables)}</div>' if any(tables) else ""


def _heat(matrix: pd.DataFrame, sides: tuple[str, str], language: Language) -> str:
    """How many answers got which two levels, the more the stronger the colour: equal ones green, others red."""
    if matrix.empty:
        return ""
    most = matrix.to_numpy().max()
    total = _TOTAL.in_(language)
    head = "".join(f"<th>{level}</th>" for level in [*matrix.columns, total])
    rows = "".join(
        f"<tr><th>{first}</th>"
        + "".join(_heat_cell(int(row[second]), first == second, most) for second in matrix.columns)
        + f'<td class="number">{row.sum():,}</td></tr>'
        for first, row in matrix.iterrows()
    )
    last = "".join(f'<td class="number">{each:,}</td>' for each in [*matrix.sum(), matrix.to_numpy().sum()])
    caption = escape(ACROSS.in_(language).format(*sides))
    return (
        f'<table class="heat"><caption>{caption}</caption><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{rows}<tr><th>{total}</th>{last}</tr></tbody></table>"
    )


def _heat_cell(items_n: int, is_same: bool, most: int) -> str:
    colour, kind = (_SAME, "same") if is_same else (_OTHER, "differ")
    strength = _STRONGEST * items_n / most
    return f'<td class="{kind}" style="background:rgba({colour}, {strength:.2f})">{items_n:,}</td>'


def _drift_text(criterion: RatedCriterion, language: Language) -> str:
    """The plot's figures as text."""
    of_all = Comparison(RATERS, ALL, ALL)
    by_month = {str(month): criterion.estimates(of_all, str(month)) for month in drift_table(criterion).index}
    return "; ".join(
        f"{month}: "
        + ", ".join(f"{STATISTICS[each].in_(language)} {value_words(each, found[each])}" for each in _DRIFTING)
        for month, found in by_month.items()
    )
