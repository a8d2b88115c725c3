"""`monosashi languages` on the sample: counts, and the texts for people, without a word of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from flows.language_list import SHOWN_N, language_list
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from nlp.language import needs_person
from warehouse.engine import opened
from warehouse.read import read_table

pytestmark = pytest.mark.flow


@pytest.fixture(scope="module")
def stored(sample_warehouse: Any) -> dict[str, pd.DataFrame]:
    with opened(sample_warehouse.url) as engine:
        return {
            name: read_table(engine, name, sample_warehouse.outcome.run_id) for name in ("core_text", "core_answer")
        }


def test_every_text_of_the_period_is_counted_once(sample_warehouse: Any, stored: dict[str, pd.DataFrame]) -> None:
    with opened(sample_warehouse.url) as engine:
        found = language_list(engine, sample_warehouse.outcome.wave, read_programme(DEFAULT_PROGRAMME))
        language = read_table(engine, "out_language", found.run_id)
    whole = language[language["organisation"] == "*"]
    assert found.counts["texts_n"].sum() == whole["texts_n"].sum()
    by_language = found.counts.groupby("language")["texts_n"].sum().to_dict()
    assert by_language == whole.groupby("language")["texts_n"].sum().to_dict()
    assert {"ja", "vi", "zxx"} <= set(by_language)
    assert {"kanji", "kana", "spaced_kana", "latin", "none"} <= set(found.counts["script"])


def test_the_list_names_the_texts_that_a_person_has_to_look_at(
    sample_warehouse: Any, stored: dict[str, pd.DataFrame]
) -> None:
    with opened(sample_warehouse.url) as engine:
        found = language_list(engine, sample_warehouse.outcome.wave, read_programme(DEFAULT_PROGRAMME))
    listed = found.for_people
    assert not listed.duplicated(["response_id", "question_id"]).any()
    unclear = listed[listed["need"] != "translate"]
    assert unclear["language"].map(needs_person).all()
    assert not listed["language"].isin(["ja", "zxx"]).any()
    texts = stored["core_text"].set_index(["response_id", "question_id"])
    keys = list(zip(listed["response_id"], listed["question_id"], strict=True))
    assert texts.loc[keys, "language"].tolist() == listed["language"].tolist()


def test_the_command_shows_ids_and_no_words(
    monosashi: Callable[..., Any], sample_warehouse: Any, stored: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    file = tmp_path / "list.xlsx"
    said = monosashi("languages", "--warehouse", sample_warehouse.url, "--to", file)
    assert said.status == 0, said.everything
    assert "人の判断が要る回答" in said.out
    book = openpyxl.load_workbook(file)
    cells = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    texts = stored["core_answer"]["value_text"].dropna()
    words = {text for text in texts if len(text) > 6}
    assert words
    assert not any(word in said.everything or word in cells for word in words)
    rows = list(book.worksheets[0].iter_rows(min_row=2, values_only=True))
    with opened(sample_warehouse.url) as engine:
        found = language_list(engine, sample_warehouse.outcome.wave, read_programme(DEFAULT_PROGRAMME))
    assert [row[0] for row in rows] == found.for_people["response_id"].tolist()
    assert said.out.count("q3_text") + said.out.count("q4_text") <= SHOWN_N


def test_a_wave_that_publishes_nothing_is_a_mistake(monosashi: Callable[..., Any], sample_warehouse: Any) -> None:
    said = monosashi("languages", "--warehouse", sample_warehouse.url, "--wave", "final", "--lang", "en")
    assert said.status == 2
    assert "final" in said.err
