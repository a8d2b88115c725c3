"""The tables of the report about words: characteristic ones, dependency pairs, the network, the map."""

from __future__ import annotations

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_text import (
    attribute_words,
    group_words,
    groups_in_order,
    places_of_questions,
    question_words,
    rows,
)
from warehouse.report_text_tables import records

KEYWORDS_SHOWN, PAIRS_SHOWN = 8, 12
"""Words of a group, and pairs of a question, that the page shows; the workbook has all."""

_POINTS = {"word": Text(ja="語", en="word"), "group": Text(ja="区分", en="group")}
_SMALL = Text(ja="少数のため位置は不確か", en="too few to be read")


def keywords_of_groups(report: WaveReport, dimension: str, language: Language) -> pd.DataFrame:
    """The groups of an attribute over all questions: category, analysed_n, words (`語 12/80`, the first ones)."""
    found = rows(report, "out_keyword", question_id=ALL, dimension=dimension)
    table = []
    for category in groups_in_order(found, dimension, report):
        of_group = found[found["category"] == category].sort_values(["z", "word"], ascending=[False, True])
        words = [f"{row['word']} {row['responses_n']:,}" for row in records(of_group.head(KEYWORDS_SHOWN))]
        table.append(
            {
                "category": group_words(dimension, category, report, language),
                "analysed_n": int(of_group["analysed_n"].iloc[0]),
                "words": ("、" if language == "ja" else ", ").join(words),
            }
        )
    return pd.DataFrame(table, columns=["category", "analysed_n", "words"])


def keywords_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Every row of out_keyword, in words."""
    found = rows(report, "out_keyword")
    groups = zip(found["dimension"], found["category"], strict=True)
    return found.assign(
        question_id=_questions(found, report, language),
        compared_by=[attribute_words(each, report, language) for each in found["dimension"]],
        category=[group_words(dimension, category, report, language) for dimension, category in groups],
    ).sort_values(["question_id", "compared_by", "category", "z"], ascending=[True, True, True, False])[
        ["question_id", "compared_by", "category", "word", "responses_n", "analysed_n", "other_responses_n",
         "other_analysed_n", "log_odds", "z", "jaccard"]
    ]  # fmt: skip


def pairs_by_question(report: WaveReport, language: Language) -> pd.DataFrame:
    """The programme's most frequent dependency pairs: question_id, pairs (`仕事–が–無い 12`, the first ones)."""
    found = rows(report, "out_predicate", organisation=ALL)
    table = []
    for question in places_of_questions(report, found["question_id"].unique()):
        of_question = found[found["question_id"] == question].sort_values(
            ["responses_n", "argument", "particle", "predicate"], ascending=[False, True, True, True]
        )
        pairs = [f"{pair_words(row)} {row['responses_n']:,}" for row in records(of_question.head(PAIRS_SHOWN))]
        table.append(
            {
                "question_id": question_words(question, report, language),
                "pairs": ("、" if language == "ja" else ", ").join(pairs),
            }
        )
    return pd.DataFrame(table, columns=["question_id", "pairs"])


def pair_words(row: dict[str, str]) -> str:
    """`仕事–が–無い`; without a particle `仕事–無い`."""
    return "–".join(part for part in (row["argument"], row["particle"], row["predicate"]) if part)


def predicates_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """Every row of out_predicate, in words."""
    found = rows(report, "out_predicate")
    return found.assign(
        organisation=[report.organisation_name(each, language) for each in found["organisation"]],
        question_id=_questions(found, report, language),
    )[["organisation", "question_id", "argument", "particle", "predicate", "responses_n"]]


def word_pairs_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """The edges of the networks: question_id, word_a, word_b, responses_n, jaccard."""
    found = rows(report, "out_word_pair")
    ordered = found.assign(question_id=_questions(found, report, language)).sort_values(
        ["question_id", "jaccard", "word_a", "word_b"], ascending=[True, False, True, True]
    )
    return ordered[["question_id", "word_a", "word_b", "responses_n", "jaccard"]]


def network_words_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """The words of the networks: question_id, word, responses_n, community, degree_n."""
    found = rows(report, "out_word")
    ordered = found.assign(question_id=_questions(found, report, language)).sort_values(
        ["question_id", "community", "responses_n", "word"], ascending=[True, True, False, True]
    )
    return ordered[["question_id", "word", "responses_n", "community", "degree_n"]]


def map_table(report: WaveReport, language: Language) -> pd.DataFrame:
    """The points of the maps, with the shares of their axes beside them."""
    found = rows(report, "out_correspondence")
    keys = ["question_id", "dimension"]
    axes = rows(report, "out_correspondence_axis").pivot(index=keys, columns="axis_n", values="value")
    shares = axes.reindex(columns=[1, 2]).set_axis(["axis_1_share", "axis_2_share"], axis="columns")
    table = found.join(shares, on=keys)
    labels = zip(table["point"], table["dimension"], table["label"], strict=True)
    return table.assign(
        question_id=_questions(table, report, language),
        compared_by=[attribute_words(each, report, language) for each in table["dimension"]],
        point=[_POINTS[each].in_(language) for each in table["point"]],
        label=[
            label if point == "word" else group_words(dimension, label, report, language)
            for point, dimension, label in labels
        ],
        remark=[_SMALL.in_(language) if each else "" for each in table["is_small"]],
    )[
        ["question_id", "compared_by", "point", "label", "responses_n", "mass", "inertia", "axis_1", "axis_2",
         "axis_1_share", "axis_2_share", "remark"]
    ]  # fmt: skip


def _questions(found: pd.DataFrame, report: WaveReport, language: Language) -> list[str]:
    return [question_words(each, report, language) for each in found["question_id"]]
