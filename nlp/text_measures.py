"""The measures of one period's texts, question by question: what the tables about words and themes are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from nlp.attributes import script_members
from nlp.cooccurrence import EDGE_COLUMNS, NODE_COLUMNS, cooccurrence
from nlp.correspondence import POINT_COLUMNS, word_map
from nlp.crosstabs import CELL_COLUMNS, TEST_COLUMNS, theme_crosstabs
from nlp.keyness import KEYNESS_COLUMNS, characteristic_words
from warehouse.indicators import ALL
from warehouse.intervals import wilson_intervals
from warehouse.text_tables import ANALYSED, NOT_ASKED, WITHOUT_WORDS

AXIS_COLUMNS: Final = ["axis_n", "value"]
SCRIPT_COLUMNS: Final = ["question_id", "script", "texts_n", "analysed_n", "coded_n", "value", "ci_low", "ci_high"]
_COLUMNS: Final = {
    "out_theme_attribute": CELL_COLUMNS,
    "out_theme_association": TEST_COLUMNS,
    "out_keyword": KEYNESS_COLUMNS,
    "out_word_pair": EDGE_COLUMNS,
    "out_word": NODE_COLUMNS,
    "out_correspondence": ["dimension", *POINT_COLUMNS],
    "out_correspondence_axis": ["dimension", *AXIS_COLUMNS],
}
"""Tables of measures_by_question -> their columns beside question_id."""


@dataclass(frozen=True)
class Texts:
    """The texts of one period.

    `states`: warehouse.text_tables.text_states with question `*`; `members`: nlp.attributes.members; `scripts`:
    response_id, question_id, script; `themes`: response_id, question_id, theme_id; `words`: response_id, question_id,
    word.
    """

    states: pd.DataFrame
    members: pd.DataFrame
    scripts: pd.DataFrame
    themes: pd.DataFrame
    words: pd.DataFrame

    @property
    def questions(self) -> list[str]:
        """The analysed questions with any analysed text, and `*` for all of them together."""
        analysed = self.states[self.states["state"].isin(ANALYSED)]
        return sorted(analysed["question_id"].unique())

    def analysed_at(self, question: str) -> pd.Series:
        """The responses of which a text was analysed at a question."""
        here = self.states[self.states["question_id"] == question]
        return here.loc[here["state"].isin(ANALYSED), "response_id"]

    def members_at(self, question: str) -> pd.DataFrame:
        """The groups of those whose text was analysed, of dimensions with at least two of them."""
        found = [self.members]
        if question != ALL:
            found.append(script_members(at(self.scripts, question)))
        inside = pd.concat(found)
        inside = inside[inside["response_id"].isin(self.analysed_at(question))]
        return inside[inside.groupby("dimension")["category"].transform("nunique") > 1]


def at(frame: pd.DataFrame, question: str) -> pd.DataFrame:
    """The rows of one question, or all of them for `*`."""
    return frame if question == ALL else frame[frame["question_id"] == question]


def measures_by_question(texts: Texts) -> dict[str, pd.DataFrame]:
    """Crosstabs, characteristic words, networks and maps of each question and of all together, each with question_id.

    The names are those of the tables; the columns are those of the functions that make them.
    """
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in _COLUMNS}
    texts = _numbered(texts)
    for question in texts.questions:
        for name, table in _of_question(texts, question):
            if len(table):
                found[name].append(table.assign(question_id=question))
    return {
        name: pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["question_id", *_COLUMNS[name]])
        for name, tables in found.items()
    }


def _numbered(texts: Texts) -> Texts:
    """The same with numbers for responses, those of the period alone, and categories for what is grouped by."""
    known = pd.Index(texts.states["response_id"].unique())

    def numbered(frame: pd.DataFrame, *grouped_by: str) -> pd.DataFrame:
        inside = frame.assign(response_id=known.get_indexer(frame["response_id"]))
        return inside[inside["response_id"] >= 0].astype(dict.fromkeys(grouped_by, "category"))

    return Texts(
        states=numbered(texts.states),
        members=numbered(texts.members, "dimension", "category"),
        scripts=numbered(texts.scripts),
        themes=numbered(texts.themes, "theme_id"),
        words=numbered(texts.words, "word"),
    )


def _of_question(texts: Texts, question: str) -> Iterator[tuple[str, pd.DataFrame]]:
    members = texts.members_at(question)
    cells, tests = theme_crosstabs(members, at(texts.themes, question))
    yield "out_theme_attribute", cells
    yield "out_theme_association", tests
    inside = at(texts.words, question)
    inside = inside[inside["response_id"].isin(texts.analysed_at(question))]
    words = inside[["response_id", "word"]].drop_duplicates()
    yield "out_keyword", characteristic_words(members, words)
    edges, nodes = cooccurrence(words)
    yield "out_word_pair", edges
    yield "out_word", nodes
    for dimension, of_dimension in members.groupby("dimension", sort=True):
        found = word_map(of_dimension, words)
        if found is not None:
            axes = pd.DataFrame(list(enumerate(found.axes, start=1)), columns=AXIS_COLUMNS)
            yield "out_correspondence", found.points.assign(dimension=dimension)
            yield "out_correspondence_axis", axes.assign(dimension=dimension)


def script_table(texts: Texts) -> pd.DataFrame:
    """How much is read of texts written in each way: SCRIPT_COLUMNS, by question.

    Of `texts_n` answers with words, `analysed_n` were analysed; of these, `coded_n` hold a theme, a share `value` with
    Wilson's 95 % interval (missing where none was analysed).
    """
    states = texts.states[
        (texts.states["question_id"] != ALL) & ~texts.states["state"].isin([*NOT_ASKED, *WITHOUT_WORDS])
    ]
    keys = ["response_id", "question_id"]
    coded = texts.themes[keys].drop_duplicates().assign(is_coded=True)
    every = states.merge(texts.scripts, on=keys).merge(coded, on=keys, how="left")
    is_analysed = every["state"].isin(ANALYSED)
    counts = (
        every.assign(analysed_n=is_analysed, coded_n=every["is_coded"].notna() & is_analysed)
        .groupby(["question_id", "script"], as_index=False)
        .agg(texts_n=("response_id", "size"), analysed_n=("analysed_n", "sum"), coded_n=("coded_n", "sum"))
    )
    of = counts["analysed_n"].where(counts["analysed_n"] > 0)
    low, high = wilson_intervals(counts["coded_n"], of)
    return counts.assign(value=counts["coded_n"] / of, ci_low=low, ci_high=high)
