"""The tables about a wave's free text: from what was accepted and analysed to frames, ready to be published."""

from __future__ import annotations

import pandas as pd

from expectations.validate import Validation
from flows.wave import Wave
from nlp.analysis import TextAnalysis
from nlp.attributes import members
from nlp.copies import copied_answers
from nlp.dependency_pairs import pair_counts
from nlp.terms import content_words, term_counts
from nlp.text_measures import Texts, measures_by_question, script_table
from nlp.theme_change import ThemeChange, theme_change
from warehouse.tables import TABLES
from warehouse.text_tables import (
    language_table,
    responses_in,
    state_table,
    text_states,
    theme_table,
    with_any_question,
)


def text_measures(this: Wave, valid: Validation, analysis: TextAnalysis) -> dict[str, pd.DataFrame]:
    """Every out_ table about texts and themes, by name, without run_id. They are of the responses of the period; a
    change is of each person's first answer and that of the period."""
    settings, rules, window = this.programme.settings, this.programme.text_rules, this.programme.windows[this.name]
    every = text_states(valid.responses, valid.answers, analysis.texts, settings.analysed)
    own, owners = responses_in(valid.responses, window)
    states = with_any_question(every[every["response_id"].isin(own["response_id"])])
    texts = Texts(
        states=states,
        members=members(valid.responses, valid.answers, settings.text_attributes),
        scripts=analysis.texts[["response_id", "question_id", "script"]],
        themes=analysis.themes,
        words=content_words(analysis.tokens, rules.stop_words),
    )
    change = _change(this, valid, every, analysis)
    frames = {
        "out_text_state": state_table(states),
        "out_language": language_table(analysis.texts, owners),
        "out_theme": theme_table(analysis.themes, states),
        "out_script": script_table(texts),
        **measures_by_question(texts),
        "out_predicate": pair_counts(analysis.pairs, owners, rules.stop_words),
        "out_term": term_counts(analysis.tokens, own, rules.stop_words),
        "out_text_copy": copied_answers(_written(valid, states)),
        "out_theme_ledger": change.ledger,
        "out_theme_change": change.change,
        "out_voice": change.voices,
    }
    return {name: _ready(name, frame, this.name) for name, frame in frames.items()}


def _change(this: Wave, valid: Validation, states: pd.DataFrame, analysis: TextAnalysis) -> ThemeChange:
    """The change of themes on forms that people fill in; without rows in a period that is compared with none."""
    window = this.programme.windows[this.name]
    of_people = valid.responses[valid.responses["form_id"].isin(this.programme.person_forms)]
    compared = of_people if window.reference is not None else of_people.iloc[:0]
    return theme_change(compared, states, analysis.themes, window)


def _written(valid: Validation, states: pd.DataFrame) -> pd.DataFrame:
    """The texts of the period's responses at analysed questions, with who wrote them."""
    asked = states[["response_id", "question_id"]]
    texts = valid.answers.loc[valid.answers["value_text"].notna(), ["response_id", "question_id", "value_text"]]
    people = valid.responses[["response_id", "respondent_id", "organisation"]]
    return texts.merge(asked, on=["response_id", "question_id"]).merge(people, on="response_id")


def _ready(table: str, frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """With its period, and with numbers of twelve decimals: what lies beyond them differs between machines."""
    numbers = [each.name for each in TABLES[table].fields if each.kind == "number"]
    return frame.assign(period=period, **{name: frame[name].astype("float64").round(12) for name in numbers})
