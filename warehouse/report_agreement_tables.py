"""The tables of the report about agreement of raters, in words for readers and as numbers for the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report_agreement import RATERS, UNDEFINED, Comparison, RatedCriterion

STATISTICS = {
    "alpha": Text(ja="α", en="α"),
    "kappa": Text(ja="κ", en="κ"),
    "ac2": Text(ja="AC2", en="AC2"),
    "agreement": Text(ja="一致率", en="Raw agreement"),
    "within_one": Text(ja="1段階以内", en="Within one level"),
    "ratable": Text(ja="判断できた", en="Could be judged"),
}
"""The statistics in words, in the order they are shown."""

ACROSS = Text(ja="縦: {}、横: {}(回答の数)", en="{} down, {} across (answers)")
"""Over a table of the levels that two gave."""

NOT_RATED = Text(
    ja="評定されていません(この時点までの回答に、評価者が水準を付けたものはありません)。",
    en="Not rated: no answer up to this period was given a level by raters.",
)
HOW_TO_READ = (
    Text(
        ja="同じ回答を別々に評定した評価者が、同じ水準を付けたかを示します。一致率は、2人の水準が等しかった割合です。"
        "α(クリッペンドルフ、順序尺度)、κ(コーエン、2次の重み、2人のみ)、AC2(グウェット、2次の重み)は偶然の一致を"
        "差し引いた係数で、1は完全な一致、0は偶然と同じ、負は偶然より食い違うことを示します。",
        en="Whether raters who rated the same answer apart from each other gave it the same level. Raw agreement is "
        "the share of pairs of equal levels. α (Krippendorff, ordinal), κ (Cohen, quadratic weights, of two) and AC2 "
        "(Gwet, quadratic weights) take off what agrees by chance: 1 is perfect agreement, 0 agreement as by chance, "
        "below 0 less than that.",
    ),
    Text(
        ja="一致率が高くてもαやκが低いことがあります。ほとんどの回答が同じ水準なら、読まずにその水準を付けても"
        "一致するからです。水準の分布を見てください。AC2は分布の偏りに左右されにくいので、AC2だけが高いときは、"
        "差の付く回答が少なく、評価者が水準を見分けられるかをまだ確かめられていません。",
        en="Raw agreement can be high and α or κ low: where nearly all answers have one level, giving that level "
        "unread agrees as well. Look at the prevalence of the levels. AC2 is less moved by it; where AC2 alone is "
        "high, too few answers differ to see whether raters can tell the levels apart.",
    ),
    Text(
        ja="かっこ内は、回答を引き直して求めた95%区間です。食い違いが1件もなければ幅はありませんが、確かだという意味では"
        "ありません。回答数を見てください。「–」は定義できないもので、0ではありません"
        "(どの評定も同じ水準、2人が水準を付けた回答が2件未満など)。",
        en="In brackets 95 % intervals from drawing the answers anew. Without any disagreement an interval has no "
        "width, which does not make it certain: look at the number of answers. “–” is undefined, which is not zero "
        "(one level only, fewer than two answers with levels from two).",
    ),
)
"""What the figures mean, and what they do not."""

_SHARES = ("agreement", "within_one", "ratable")
_AGREEMENT_COLUMNS = [
    "criterion", "criterion_version", "compared", "rated_month", "statistic", "estimate", "low", "high", "items_n",
    "ratings_n",
]  # fmt: skip
_CONFUSION_COLUMNS = ["criterion", "criterion_version", "side_a", "level_a", "side_b", "level_b", "items_n"]


def value_words(statistic: str, found: Mapping[str, Any]) -> str:
    """A statistic as people write it: `0.71`, `85.0 %`; a dash where it is undefined."""
    return UNDEFINED if pd.isna(found["value"]) else _number(statistic, found["value"], " %")


def interval_words(statistic: str, found: Mapping[str, Any]) -> str:
    """Its interval: `(0.55–0.84)`, `(76.7–92.0 %)`; nothing where there is none."""
    low, high = found["ci_low"], found["ci_high"]
    return "" if pd.isna(low) else f"({_number(statistic, low)}–{_number(statistic, high, ' %')})"


def _number(statistic: str, value: float, percent: str = "") -> str:
    return f"{100 * value:.1f}{percent}" if statistic in _SHARES else f"{value:.2f}"


def drift_table(criterion: RatedCriterion) -> pd.DataFrame:
    """All raters together by month, ascending: items_n, alpha, ci_low, ci_high, agreement (NaN where undefined)."""
    of_all = Comparison(RATERS, ALL, ALL).rows(criterion.agreement)
    by_month = of_all[of_all["rated_month"] != ALL].set_index("rated_month").sort_index()
    alpha = by_month[by_month["statistic"] == "alpha"].rename(columns={"value": "alpha"})
    raw = by_month.loc[by_month["statistic"] == "agreement", "value"]
    return alpha[["items_n", "alpha", "ci_low", "ci_high"]].assign(agreement=raw)


def agreement_table(criteria: Iterable[RatedCriterion], language: Language) -> pd.DataFrame:
    """Every estimate of one rated criterion or more: criterion, criterion_version, compared, rated_month, statistic,
    estimate, low, high, items_n, ratings_n."""
    places = {name: place for place, name in enumerate(STATISTICS)}
    tables = [
        pair.rows(each.agreement)
        .assign(criterion=each.name.in_(language), compared=pair.label(language))
        .assign(place=lambda rows: rows["statistic"].map(places))
        .sort_values(["rated_month", "place"])
        for each in criteria
        for pair in each.comparisons
    ]
    names = {"value": "estimate", "ci_low": "low", "ci_high": "high"}
    table = pd.concat(tables, ignore_index=True).rename(columns=names)
    words = {name: each.in_(language) for name, each in STATISTICS.items()}
    return table.assign(statistic=table["statistic"].map(words))[_AGREEMENT_COLUMNS]


def confusion_table(criteria: Iterable[RatedCriterion], language: Language) -> pd.DataFrame:
    """Every cell: criterion, criterion_version, side_a, level_a, side_b, level_b, items_n; empty without any."""
    tables = [
        each.cells(pair).assign(criterion=each.name.in_(language), side_a=side_a, side_b=side_b)
        for each in criteria
        for pair in each.pairs
        for side_a, side_b in [pair.sides(language)]
    ]
    return pd.concat(tables, ignore_index=True)[_CONFUSION_COLUMNS] if tables else pd.DataFrame()
