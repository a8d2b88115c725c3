"""The tables of the report about change per person, in words for readers and as numbers for the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from warehouse.attrition import LEVEL, NO_ANSWER, NOT_ASKED
from warehouse.definitions import Language, Text
from warehouse.evidence import ORGANISATION
from warehouse.indicators import ALL
from warehouse.paired_change import WITHOUT
from warehouse.report import WaveReport
from warehouse.report_change import (
    BASES,
    METHODS,
    STANDPOINTS,
    STATES,
    CriterionChange,
    category_words,
    dimension_words,
    organisation_words,
    p_words,
    points_words,
    share_words,
    signed,
    undefined_words,
)

_TESTS: dict[str, tuple[Text, Text]] = {
    "sign_test": (
        Text(ja="符号検定(マクネマー、正確)", en="Sign test (exact McNemar)"),
        Text(
            ja="水準が上がった人と下がった人は同じ数か。団体で層別しても同じ結果になる",
            en="As many rose as fell? Stratified by organisation it is the same test",
        ),
    ),
    "signed_rank_test": (
        Text(ja="符号付き順位検定(ウィルコクソン、プラット法)", en="Signed-rank test (Wilcoxon, Pratt’s zeros)"),
        Text(ja="変化の大きさも見て、上下に偏りはないか", en="Are rises and falls alike in size too?"),
    ),
    "marginal_homogeneity_test": (
        Text(ja="周辺同等性の検定(スチュアート・マクスウェル)", en="Marginal homogeneity (Stuart–Maxwell)"),
        Text(ja="水準ごとの人数の分布は前と同じか", en="Are the levels spread as before?"),
    ),
    "stratified_signed_rank_test": (
        Text(ja="団体で層別した符号付き順位検定", en="Signed-rank test within organisations"),
        Text(ja="団体の中で順位を付けても、上下に偏りはないか", en="Are rises and falls alike within organisations?"),
    ),
    "organisations_alike": (
        Text(ja="団体間の違い", en="Organisations alike"),
        Text(
            ja="水準が変わった人のうち上がった人の割合は、団体で同じか",
            en="Of those who moved, did as large a share rise in each organisation?",
        ),
    ),
}
"""Each test's name, and what it asks."""

_STATISTICS = {
    "people": Text(ja="人数", en="People"),
    "improved": Text(ja="改善した割合", en="Share improved"),
    "net_change": Text(ja="改善−悪化の割合", en="Improved less worse"),
    **{name: label for name, (label, _) in _TESTS.items()},
}
UNANSWERED = (NO_ANSWER, NOT_ASKED)
"""Categories that stand last."""

_CHANGE_COLUMNS = [
    "criterion", "standpoint", "organisation", "statistic", "basis", "numerator", "denominator", "estimate", "low",
    "high", "df", "p_value", "method", "undefined_reason",
]  # fmt: skip


def states_table(criterion: CriterionChange, report: WaveReport, language: Language) -> pd.DataFrame:
    """People by state: organisation, then one column a state that anybody is in, then all of them."""
    used = [state for state in STATES if criterion.number("people", state, "numerator")]
    rows = [
        {"organisation": report.organisation_name(code, language)}
        | {STATES[state].in_(language): criterion.number("people", state, "numerator", code) for state in used}
        | {"people_n": criterion.number("people", "improved", "denominator", code)}
        for code in [ALL, *criterion.organisations]
    ]
    return pd.DataFrame(rows)


def bases_table(criterion: CriterionChange, language: Language) -> pd.DataFrame:
    """The share improved by base: basis, numerator, denominator, share (words), and what stands in no base."""
    rows = [
        {
            "basis": label.in_(language),
            "numerator": criterion.number("improved", basis, "numerator"),
            "denominator": criterion.number("improved", basis, "denominator"),
            "share": share_words(criterion.row("improved", basis)),
        }
        for basis, label in BASES.items()
    ]
    return pd.DataFrame(rows)


def cross_table(criterion: CriterionChange, organisation: str = ALL) -> pd.DataFrame:
    """People by level at the start (index) and in the period (columns), over all levels that occur; pairs alone."""
    cells = criterion.level_pairs
    cells = cells[(cells["standpoint"] == ALL) & (cells["organisation"] == organisation)]
    levels = sorted({*cells["level_from"], *cells["level_to"]})
    table = cells.pivot(index="level_from", columns="level_to", values="people_n")
    return table.reindex(index=levels, columns=levels).fillna(0).astype("int64")


def results_table(criterion: CriterionChange, language: Language) -> pd.DataFrame:
    """The programme's tests in words: test, what it asks, the people it rests on, its result."""
    rows = []
    for name, (label, asks) in _TESTS.items():
        row = criterion.row(name)
        if row is not None:
            shown = {"test": label.in_(language), "asks": asks.in_(language)}
            rows.append(shown | {"people_n": int(row["denominator"]), "result": result_words(row, language)})
    return pd.DataFrame(rows)


def result_words(row: Mapping[str, Any], language: Language) -> str:
    """`p = 0.012(正確)`, with the degrees of freedom where there are any; or why there is no result."""
    if pd.isna(row["p_value"]):
        return undefined_words(row["undefined_reason"], language)
    method = METHODS[row["method"]]
    degrees = "" if pd.isna(row["df"]) else f"χ²({int(row['df'])}) = {row['value']:.2f}, "
    return Text(
        ja=f"{degrees}{p_words(row['p_value'])}({method.ja})", en=f"{degrees}{p_words(row['p_value'])} ({method.en})"
    ).in_(language)


def net_change_words(criterion: CriterionChange, language: Language) -> str:
    """Those who rose less those who fell, of the pairs, with the interval."""
    row = criterion.row("net_change")
    if row is None or pd.isna(row["value"]):
        return "–"
    rose, fell = (criterion.number("people", state, "numerator") for state in ("improved", "worse"))
    of = row["denominator"]
    return Text(
        ja=f"改善 {rose}人、悪化 {fell}人。差は完全ペア {of}人の {points_words(row)} ポイント(95%区間はタンゴ法)。",
        en=f"{rose} improved, {fell} worse: a difference of {points_words(row)} points of {of} pairs (95 % interval "
        "after Tango).",
    ).in_(language)


def without_table(criterion: CriterionChange, report: WaveReport, language: Language) -> pd.DataFrame:
    """The programme, and it without each organisation: organisation, pairs, share improved, net change, sign test."""
    rows = []
    codes = [ALL, *(WITHOUT + code for code in criterion.organisations)]
    for code in codes:
        improved = criterion.row("improved", "complete_pairs", code)
        net, test = criterion.row("net_change", organisation=code), criterion.row("sign_test", organisation=code)
        if improved is not None and test is not None:
            rows.append(
                {
                    "organisation": organisation_words(code, report, language),
                    "people_n": int(improved["denominator"]),
                    "share": share_words(improved),
                    "net_change": points_words(net),
                    "result": result_words(test, language),
                }
            )
    return pd.DataFrame(rows) if len(rows) > 1 else pd.DataFrame()


def standpoints_table(criterion: CriterionChange, language: Language) -> pd.DataFrame:
    """Pairs of each standpoint alone: standpoint, people_n, share improved; empty where there is one only."""
    rows = []
    for standpoint in [ALL, *criterion.standpoints] if criterion.standpoints else []:
        row = criterion.row("improved", standpoint=standpoint)
        if row is not None:
            shown = {"standpoint": STANDPOINTS[standpoint].in_(language), "people_n": int(row["denominator"])}
            rows.append(shown | {"share": share_words(row)})
    return pd.DataFrame(rows)


def attrition_tests_table(criterion: CriterionChange, report: WaveReport, language: Language) -> pd.DataFrame:
    """Whether those lost differ: compared_by, kept and lost (those with an answer), result; the first row is of all."""
    rows = [
        {
            "compared_by": _compared_by(row["dimension"], report, language),
            "kept": f"{row['kept_n']:,}",
            "lost": f"{row['lost_n']:,}",
            "result": "" if row["dimension"] == ALL else _independence_words(row, language),
        }
        for row in _records(criterion, report)
        if row["category"] == ALL
    ]
    return pd.DataFrame(rows)


def attrition_table(criterion: CriterionChange, report: WaveReport, language: Language) -> pd.DataFrame:
    """Those kept beside those lost by category: compared_by, category, kept, lost (number and share), difference,
    standardised_difference; the categories as the definitions list them."""
    order = {place: number for number, place in enumerate(report.choices)}
    records = _records(criterion, report)
    dimensions = list(dict.fromkeys(row["dimension"] for row in records))

    def place(row: Mapping[str, Any]) -> tuple[int, bool, int, int, str]:
        dimension, category = row["dimension"], row["category"]
        is_organisation = dimension == ORGANISATION
        organisation = report.place_of(category) if is_organisation else 0
        known = order.get((dimension, category), len(order))
        return dimensions.index(dimension), category in UNANSWERED, known, organisation, category

    rows = [
        {
            "compared_by": _compared_by(row["dimension"], report, language),
            "category": category_words(row["dimension"], row["category"], report, language),
            "kept": _number_and_share(row["kept_n"], row["kept_share"]),
            "lost": _number_and_share(row["lost_n"], row["lost_share"]),
            "difference": signed(100 * row["share_difference"], 1),
            "standardised_difference": signed(row["standardised_difference"], 2),
        }
        for row in sorted(records, key=place)
        if row["category"] != ALL
    ]
    return pd.DataFrame(rows)


def _records(criterion: CriterionChange, report: WaveReport) -> list[dict[str, Any]]:
    """The rows of out_attrition: all, by level, by organisation, then by attribute as the forms ask for them."""
    order = [ALL, LEVEL, ORGANISATION, *report.questions]
    rows = [{str(name): value for name, value in row.items()} for row in criterion.attrition.to_dict("records")]
    return sorted(rows, key=lambda row: order.index(row["dimension"]) if row["dimension"] in order else len(order))


def _compared_by(dimension: str, report: WaveReport, language: Language) -> str:
    if dimension == ALL:
        return Text(ja="開始時に水準がある人", en="People with a level at the start").in_(language)
    return dimension_words(dimension, report, language)


def _number_and_share(number: int, share: float) -> str:
    return f"{number:,}" if pd.isna(share) else f"{number:,} ({100 * share:.1f} %)"


def _independence_words(row: Mapping[str, Any], language: Language) -> str:
    if pd.isna(row["p_value"]):
        return undefined_words(row["undefined_reason"], language)
    adjusted, strength = p_words(row["p_adjusted"]), f"V = {row['cramers_v']:.2f}"
    words = result_words(row, language)
    return Text(ja=f"{words}、調整後 {adjusted}、{strength}", en=f"{words}, adjusted {adjusted}, {strength}").in_(
        language
    )


# --- for the workbook ---------------------------------------------------------------------------------------------


def change_table(criteria: Iterable[CriterionChange], report: WaveReport, language: Language) -> pd.DataFrame:
    """Every row of out_change: _CHANGE_COLUMNS, codes in words, numbers as they are."""
    rows = pd.concat([each.change.assign(criterion=each.name.in_(language)) for each in criteria], ignore_index=True)
    names = {"value": "estimate", "ci_low": "low", "ci_high": "high"}
    basis = {key: label.in_(language) for key, label in (STATES | BASES).items()}
    return rows.rename(columns=names).assign(
        standpoint=[STANDPOINTS[each].in_(language) for each in rows["standpoint"]],
        organisation=[organisation_words(each, report, language) for each in rows["organisation"]],
        statistic=[_STATISTICS[each].in_(language) for each in rows["statistic"]],
        basis=[basis[each] for each in rows["basis"]],
        method=["" if pd.isna(each) else METHODS[each].in_(language) for each in rows["method"]],
        undefined_reason=[
            "" if pd.isna(each) else undefined_words(each, language) for each in rows["undefined_reason"]
        ],
    )[_CHANGE_COLUMNS]


def level_pairs_table(criteria: Iterable[CriterionChange], report: WaveReport, language: Language) -> pd.DataFrame:
    """Every cell: criterion, standpoint, organisation, level_from, level_to, people_n."""
    rows = pd.concat(
        [each.level_pairs.assign(criterion=each.name.in_(language)) for each in criteria], ignore_index=True
    )
    return rows.assign(
        standpoint=[STANDPOINTS[each].in_(language) for each in rows["standpoint"]],
        organisation=[organisation_words(each, report, language) for each in rows["organisation"]],
    )[["criterion", "standpoint", "organisation", "level_from", "level_to", "people_n"]]


def all_attrition_table(criteria: Iterable[CriterionChange], report: WaveReport, language: Language) -> pd.DataFrame:
    """The tests and then the categories of each criterion's attrition, with the criterion before them."""
    tables = [
        table.assign(criterion=each.name.in_(language))
        for each in criteria
        for table in (attrition_tests_table(each, report, language), attrition_table(each, report, language))
    ]
    columns = [
        "criterion",
        "compared_by",
        "category",
        "kept",
        "lost",
        "difference",
        "standardised_difference",
        "result",
    ]
    return pd.concat(tables, ignore_index=True)[columns].fillna("")
