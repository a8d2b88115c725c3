"""The measures of free text as a report shows them: which rows, and the words for what they hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from warehouse.definitions import Language, Text
from warehouse.indicators import ALL
from warehouse.report import WaveReport
from warehouse.report_change import category_words, dimension_words
from warehouse.tables import TABLES
from warehouse.text_tables import ANALYSED, NOT_ASKED, SCRIPT, WITHOUT_WORDS

ALL_QUESTIONS = Text(ja="全設問", en="All questions")
ANY_THEME = Text(ja="いずれかのテーマ", en="Any theme")
_WRITING = Text(ja="書き方", en="Way of writing")

SCRIPTS: dict[str, Text] = {
    "kanji": Text(ja="漢字かな交じり", en="kanji and kana"),
    "kana": Text(ja="かなだけ", en="kana alone"),
    "spaced_kana": Text(ja="分かち書きのかな", en="kana with spaces"),
    "romaji": Text(ja="ローマ字の日本語", en="Japanese in Latin letters"),
    "latin": Text(ja="ラテン文字(他言語)", en="Latin letters (other languages)"),
    "other": Text(ja="その他の文字", en="other scripts"),
    "none": Text(ja="文字なし", en="no letters"),
}
"""Ways of writing, in words."""

STATE_GROUPS: dict[str, Text] = {
    "analysed": Text(ja="分析した", en="Analysed"),
    "not_analysable": Text(ja="書いたが分析していない", en="Written, not analysed"),
    "nothing": Text(ja="「特になし」など", en="“Nothing to say”"),
    "blank": Text(ja="空欄・無回答", en="Left blank"),
    "not_asked": Text(ja="尋ねていない", en="Not asked"),
    "unmapped": Text(ja="様式に設問がない(区分D)", en="No such question on the form (class D)"),
}
"""What became of those who answered, in words, from those read to those never asked."""

VOICES: dict[str, Text] = {
    "both": Text(ja="2回とも書き、分析できた(比べられる人)", en="Words at both answers (compared)"),
    "silent": Text(ja="最初は書き、当期は空欄か「特になし」", en="Words at first, blank or “nothing” now"),
    "new_voice": Text(ja="最初は空欄か「特になし」、当期は書いた", en="Blank or “nothing” at first, words now"),
    "not_analysable": Text(
        ja="どちらかを分析できない、または2回とも書いていない", en="One of them not analysable, or no words at either"
    ),
    "not_asked_again": Text(ja="2回とも尋ねた設問がない", en="No question asked at both"),
    "lost": Text(ja="当期の回答なし", en="No answer in the period"),
    "newcomer": Text(ja="当期が最初の回答", en="First answer in the period"),
}
"""What can be compared of people, in words."""


def state_group(state: str) -> str:
    """The group of STATE_GROUPS that a state belongs to."""
    if state in ANALYSED:
        return "analysed"
    return state if state in (*WITHOUT_WORDS, *NOT_ASKED) else "not_analysable"


def rows(report: WaveReport, table: str, **where: str) -> pd.DataFrame:
    """The period's rows of a table about texts that hold these values; none where the run did not fill it."""
    frame = report.out_texts.get(table, pd.DataFrame(columns=list(TABLES[table].columns)))
    chosen = frame["period"] == report.period_id
    for column, value in where.items():
        chosen &= frame[column] == value
    return frame[chosen].reset_index(drop=True)


def question_words(question: str, report: WaveReport, language: Language) -> str:
    """A question's wording; `*` is all of them."""
    if question == ALL:
        return ALL_QUESTIONS.in_(language)
    wording = report.questions.get(question)
    return wording.in_(language) if wording else question


def theme_words(theme: str, report: WaveReport, language: Language) -> str:
    """A theme's label; `*` is any theme at all."""
    if theme == ALL:
        return ANY_THEME.in_(language)
    label = report.themes.get(theme)
    return label.in_(language) if label else theme


def group_words(dimension: str, category: str, report: WaveReport, language: Language) -> str:
    """A group in words: an organisation, an answer, a way of writing."""
    if dimension == SCRIPT:
        return SCRIPTS[category].in_(language) if category in SCRIPTS else category
    return category_words(dimension, category, report, language)


def attribute_words(dimension: str, report: WaveReport, language: Language) -> str:
    """What texts are compared by, in words."""
    return _WRITING.in_(language) if dimension == SCRIPT else dimension_words(dimension, report, language)


def places_of_questions(report: WaveReport, questions: Iterable[str]) -> list[str]:
    """Questions as they stand in the forms, all of them together (`*`) first."""
    order = {ALL: -1} | {name: place for place, name in enumerate(report.questions)}
    return sorted(questions, key=lambda each: (order.get(each, len(order)), each))


def groups_in_order(frame: pd.DataFrame, dimension: str, report: WaveReport) -> list[str]:
    """The categories of a dimension as they are declared; what is declared nowhere last."""
    found = list(frame.loc[frame["dimension"] == dimension, "category"].unique())
    declared = [code for question, code in report.choices if question == dimension]
    order: dict[Any, int] = {code: place for place, code in enumerate([*declared, *SCRIPTS])}
    return sorted(found, key=lambda each: (order.get(each, len(order)), report.place_of(each), each))


def dimensions_in_order(frame: pd.DataFrame, report: WaveReport) -> list[str]:
    """The dimensions of a table: what is no question (the organisation) first, then as the forms ask."""
    order = {name: place for place, name in enumerate(report.questions, start=1)}
    return sorted(frame["dimension"].unique(), key=lambda each: (order.get(each, 0), each))
