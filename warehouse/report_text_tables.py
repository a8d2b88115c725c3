"""The tables of the report about free text: denominators, themes, crosstabs, ways of writing, change, copies."""

from __future__ import annotations

from typing import Any

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_change import p_words, share_words
from warehouse.report_change_tables import result_words
from warehouse.report_text import (
    SCRIPTS,
    STATE_GROUPS,
    VOICES,
    attribute_words,
    group_words,
    places_of_questions,
    question_words,
    rows,
    state_group,
    theme_words,
)

_OF_N = Text(ja="{}\n(分析 {:,}件)", en="{}\n(analysed {:,})")
COPIES_SHOWN = 20
"""Copied answers on the page; the workbook has all."""

Row = dict[str, Any]


def records(frame: pd.DataFrame) -> list[Row]:
    """The rows of a frame, each by its columns' names."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def fraction_words(numerator: int, denominator: int) -> str:
    """`12/80 (15.0 %)`; a dash where there is nothing to be a share of."""
    return f"{numerator:,}/{denominator:,} ({100 * numerator / denominator:.1f} %)" if denominator else "–"


# --- who wrote, and what of it was analysed -----------------------------------------------------------------------


def states_by_question(report: WaveReport, organisation: str = ALL) -> pd.DataFrame:
    """Responses by question (index, `*` first) and group of states (columns, in their order), those that occur."""
    found = rows(report, "out_text_state", organisation=organisation)
    counted = found.assign(group=found["state"].map(state_group)).groupby(["question_id", "group"])["responses_n"].sum()
    wide = counted.unstack(fill_value=0).astype("int64")
    names = [name for name in STATE_GROUPS if name in wide.columns]
    return wide.reindex(index=places_of_questions(report, wide.index), columns=names)


def states_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """The programme's responses by question and what became of them: one column a group of states, then all."""
    wide = states_by_question(report)
    table = wide.set_axis([STATE_GROUPS[name].in_(language) for name in wide.columns], axis="columns")
    table.insert(0, "question_id", [question_words(name, report, language) for name in wide.index])
    return table.assign(responses_n=wide.sum(axis="columns")).reset_index(drop=True)


def all_states_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Every row of out_text_state: organisation, question_id, basis (the group of states), state, responses_n."""
    found = rows(report, "out_text_state")
    return pd.DataFrame(
        {
            "organisation": [report.organisation_name(each, language) for each in found["organisation"]],
            "question_id": [question_words(each, report, language) for each in found["question_id"]],
            "basis": [STATE_GROUPS[state_group(each)].in_(language) for each in found["state"]],
            "state": found["state"],
            "responses_n": found["responses_n"],
        }
    )


# --- themes -------------------------------------------------------------------------------------------------------


def themes_of(report: WaveReport, organisation: str = ALL) -> pd.DataFrame:
    """Rows of out_theme of the period and one organisation."""
    found = report.out_theme
    return found[(found["period"] == report.period_id) & (found["organisation"] == organisation)]


def themes_by_frequency(report: WaveReport) -> list[str]:
    """The themes, those that most people write of first."""
    whole = themes_of(report)
    whole = whole[whole["question_id"] == ALL].sort_values(["responses_n", "theme_id"], ascending=[False, True])
    return list(whole["theme_id"])


def themes_by_question(report: WaveReport, language: Language = "ja") -> pd.DataFrame:
    """The programme's responses by theme, the questions beside each other: theme_id, then `12/80 (15.0 %)` each."""
    found = themes_of(report)
    cells = {(row["theme_id"], row["question_id"]): row for row in records(found)}
    analysed = {row["question_id"]: row["analysed_n"] for row in records(found)}
    table = {"theme_id": [theme_words(each, report, language) for each in themes_by_frequency(report)]}
    for question in places_of_questions(report, analysed):
        title = _OF_N.in_(language).format(question_words(question, report, language), analysed[question])
        of_question = [cells[theme, question] for theme in themes_by_frequency(report)]
        table[title] = [fraction_words(row["responses_n"], row["analysed_n"]) for row in of_question]
    return pd.DataFrame(table)


def crosstab_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Every cell of out_theme_attribute, in words."""
    found = rows(report, "out_theme_attribute")
    return _compared(found, report, language).assign(
        theme_id=[theme_words(each, report, language) for each in found["theme_id"]]
    )[
        ["question_id", "compared_by", "category", "theme_id", "responses_n", "analysed_n", "share_value", "ci_low",
         "ci_high", "expected_count", "residual"]
    ]  # fmt: skip


def association_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Every test of out_theme_association, in words."""
    found = rows(report, "out_theme_association")
    table = found.assign(
        question_id=[question_words(each, report, language) for each in found["question_id"]],
        compared_by=[attribute_words(each, report, language) for each in found["dimension"]],
        theme_id=[theme_words(each, report, language) for each in found["theme_id"]],
        result=[result_words(row, language) for row in records(found)],
    )
    return table[
        ["question_id", "compared_by", "theme_id", "responses_n", "analysed_n", "result", "p_value", "p_adjusted",
         "cramers_v"]
    ]  # fmt: skip


def _compared(found: pd.DataFrame, report: WaveReport, language: Language) -> pd.DataFrame:
    """Question, attribute and group in words; shares named as such."""
    groups = zip(found["dimension"], found["category"], strict=True)
    return found.rename(columns={"value": "share_value"}).assign(
        question_id=[question_words(each, report, language) for each in found["question_id"]],
        compared_by=[attribute_words(each, report, language) for each in found["dimension"]],
        category=[group_words(dimension, category, report, language) for dimension, category in groups],
    )


# --- ways of writing ----------------------------------------------------------------------------------------------


def scripts_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """question_id, script, texts_n, analysed (of the texts with words), coded (of those analysed), interval."""
    order = list(SCRIPTS)
    found = rows(report, "out_script")
    questions = places_of_questions(report, found["question_id"].unique())
    place = [questions.index(each) for each in found["question_id"]]
    script = [order.index(each) if each in order else len(order) for each in found["script"]]
    ordered = found.assign(place=place, of_script=script).sort_values(["place", "of_script"])
    return pd.DataFrame(
        {
            "question_id": question_words(row["question_id"], report, language),
            "script": group_words("script", row["script"], report, language),
            "texts_n": row["texts_n"],
            "analysed": fraction_words(row["analysed_n"], row["texts_n"]),
            "coded": fraction_words(row["coded_n"], row["analysed_n"]),
            "interval": "" if pd.isna(row["value"]) else f"{100 * row['ci_low']:.1f}–{100 * row['ci_high']:.1f} %",
        }
        for row in records(ordered)
    )


# --- change -------------------------------------------------------------------------------------------------------


def voices_table(report: WaveReport, language: Language, organisation: str | None = ALL) -> pd.DataFrame:
    """organisation (of None: every one), voice, people_n, characters_first and characters_later (medians, in words)."""
    found = rows(report, "out_voice") if organisation is None else rows(report, "out_voice", organisation=organisation)
    order = list(VOICES)
    place = found["organisation"].map(report.place_of)
    ordered = found.assign(place=place, of_voice=found["voice"].map(order.index)).sort_values(["place", "of_voice"])
    table = pd.DataFrame(
        {
            "organisation": [report.organisation_name(each, language) for each in ordered["organisation"]],
            "voice": [VOICES[each].in_(language) for each in ordered["voice"]],
            "people_n": ordered["people_n"].to_numpy(),
            "characters_first": [_median_words(each) for each in ordered["characters_first"]],
            "characters_later": [_median_words(each) for each in ordered["characters_later"]],
        }
    )
    return table if organisation is None else table.drop(columns="organisation")


def _median_words(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:g}"


def theme_change_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """The programme's themes: who writes of them at which answer, the difference with its interval, the test."""
    found = rows(report, "out_theme_change", organisation=ALL)
    moved = found["appeared_n"] + found["disappeared_n"] + found["persisted_n"]
    ordered = found.assign(moved=moved).sort_values(["moved", "theme_id"], ascending=[False, True])
    counts = [
        "pairs_n", "persisted_n", "appeared_n", "disappeared_n", "silent_n", "not_analysable_n", "unanswered_n",
    ]  # fmt: skip
    table = ordered[counts].reset_index(drop=True)
    table.insert(0, "theme_id", [theme_words(each, report, language) for each in ordered["theme_id"]])
    return table.assign(
        difference_share=[share_words(row) for row in records(ordered)],
        adjusted=["–" if pd.isna(each) else p_words(each) for each in ordered["p_adjusted"]],
    )


def all_theme_change_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Every row of out_theme_change, in words."""
    found = rows(report, "out_theme_change")
    return found.rename(columns={"value": "share_value"}).assign(
        organisation=[report.organisation_name(each, language) for each in found["organisation"]],
        theme_id=[theme_words(each, report, language) for each in found["theme_id"]],
    )[
        ["organisation", "theme_id", "pairs_n", "persisted_n", "appeared_n", "disappeared_n", "absent_n", "silent_n",
         "not_analysable_n", "unanswered_n", "share_value", "ci_low", "ci_high", "p_value", "p_adjusted"]
    ]  # fmt: skip


# --- copies -------------------------------------------------------------------------------------------------------


def copies_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Answers that several gave in the same words, those of most people first; `response_id` to look one up by."""
    found = rows(report, "out_text_copy").sort_values(
        ["people_n", "organisation", "question_id", "text_sha256"], ascending=[False, True, True, True]
    )
    return pd.DataFrame(
        {
            "organisation": [report.organisation_name(each, language) for each in found["organisation"]],
            "question_id": [question_words(each, report, language) for each in found["question_id"]],
            "people_n": found["people_n"].to_numpy(),
            "organisations_n": found["organisations_n"].to_numpy(),
            "characters_n": found["characters_n"].to_numpy(),
            "response_id": found["response_id"].to_numpy(),
        }
    )
