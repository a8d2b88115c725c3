"""The tables about texts of a real wave against a plain count of its core tables; a word in context, as people ask."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from flows.programme_reader import read_programme
from warehouse.engine import opened
from warehouse.read import published_run, read_table
from warehouse.text_tables import ANALYSED

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
KEY = ["response_id", "question_id"]


@pytest.fixture(scope="module")
def table(sample_warehouse: Any) -> Callable[[str], pd.DataFrame]:
    def read(name: str) -> pd.DataFrame:
        with opened(sample_warehouse.url) as engine:
            return read_table(engine, name, published_run(engine, sample_warehouse.wave))

    return read


@pytest.fixture(scope="module")
def inside(table: Callable[[str], pd.DataFrame]) -> pd.DataFrame:
    """The questionnaire's responses of the period."""
    programme = read_programme(ROOT)
    window, responses = programme.windows["interim"], table("core_response")
    in_time = (responses["answered_at"] >= window.start) & (responses["answered_at"] < window.cut_off)
    return responses[in_time & responses["form_id"].isin(programme.settings.analysed)]


def test_every_response_stands_once_at_every_question(
    table: Callable[[str], pd.DataFrame], inside: pd.DataFrame
) -> None:
    states = table("out_text_state")
    sums = states.groupby(["organisation", "question_id"])["responses_n"].sum().unstack()
    assert (sums.loc["*"] == len(inside)).all()
    for code, of in inside.groupby("organisation").size().items():
        assert (sums.loc[code] == of).all()
    texts = table("core_text").merge(inside["response_id"])
    analysed = texts[texts["state"].isin(ANALYSED)].groupby("question_id")["response_id"].nunique()
    counted = states[(states["organisation"] == "*") & states["state"].isin(ANALYSED)]
    counted = counted.groupby("question_id")["responses_n"].sum()
    assert counted.drop("*").to_dict() == analysed.to_dict()


def test_themes_are_counted_among_those_analysed(table: Callable[[str], pd.DataFrame], inside: pd.DataFrame) -> None:
    texts = table("core_text").merge(inside[["response_id", "organisation"]])
    texts = texts[texts["state"].isin(ANALYSED)]
    themes = table("core_theme").merge(texts[[*KEY, "organisation"]], on=KEY)
    for row in table("out_theme").to_dict("records"):
        of, found = texts, themes[themes["theme_id"] == row["theme_id"]]
        for column in ("organisation", "question_id"):
            if row[column] != "*":
                of, found = of[of[column] == row[column]], found[found[column] == row[column]]
        assert row["analysed_n"] == of["response_id"].nunique()
        assert row["responses_n"] == found["response_id"].nunique()
        assert row["texts_n"] == len(found[KEY].drop_duplicates())


def test_crosstabs_add_up_to_the_counts_of_themes(table: Callable[[str], pd.DataFrame]) -> None:
    cells = table("out_theme_attribute")
    assert set(cells["dimension"]) >= {"organisation", "gender", "nationality", "script"}
    by_organisation = cells[(cells["dimension"] == "organisation") & (cells["theme_id"] != "*")]
    found = by_organisation.groupby(["question_id", "theme_id"])[["responses_n", "analysed_n"]].sum()
    themes = table("out_theme")
    themes = themes[themes["organisation"] == "*"].set_index(["question_id", "theme_id"])
    assert len(found) > 10
    assert found["responses_n"].to_dict() == themes.loc[found.index, "responses_n"].to_dict()
    assert found["analysed_n"].to_dict() == themes.loc[found.index, "analysed_n"].to_dict()


def test_the_ledger_has_each_persons_themes_and_adds_up_to_the_change(
    table: Callable[[str], pd.DataFrame], inside: pd.DataFrame
) -> None:
    ledger, change, voices = table("out_theme_ledger"), table("out_theme_change"), table("out_voice")
    assert set(ledger["response_id_later"].dropna()) <= set(inside["response_id"])
    whole = change[change["organisation"] == "*"].set_index("theme_id")
    for became in ("appeared", "persisted", "disappeared", "silent"):
        counted = ledger[ledger["became"] == became].groupby("theme_id").size()
        assert whole[f"{became}_n"].to_dict() == counted.reindex(whole.index, fill_value=0).to_dict()
    people = table("core_response").merge(inside[["respondent_id"]].dropna().drop_duplicates(), how="outer")
    people = people[people["form_id"].isin(inside["form_id"])]["respondent_id"].nunique()
    assert voices[voices["organisation"] == "*"]["people_n"].sum() == people
    [pairs] = voices[(voices["organisation"] == "*") & (voices["voice"] == "both")]["people_n"]
    assert set(whole["pairs_n"]) == {pairs}


def test_every_pair_of_words_is_in_the_texts(table: Callable[[str], pd.DataFrame]) -> None:
    pairs = table("out_predicate")
    assert len(pairs) > 20
    assert (pairs["responses_n"] > 1).all()
    norms = set(table("core_token")["norm"])
    assert pairs["argument"].isin(norms).mean() > 0.5, "the others are compounds"
    assert any("〜" in each for each in pairs["predicate"])


# --- keyword in context -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kwic(monosashi: Callable[..., Any], sample_warehouse: Any) -> Callable[..., Any]:
    def ask(*arguments: object) -> Any:
        return monosashi("kwic", *arguments, "--wave", "interim", "--warehouse", sample_warehouse.url)

    return ask


def test_every_place_of_a_word_is_shown_with_its_response(
    kwic: Callable[..., Any], table: Callable[[str], pd.DataFrame], inside: pd.DataFrame, tmp_path: Path
) -> None:
    tokens = table("core_token").merge(inside["response_id"])
    texts = table("core_answer").set_index(KEY)["value_text"]
    norm = tokens[tokens["pos"] == "NOUN"]["norm"].value_counts().index[0]
    said = kwic(norm, "--to", tmp_path / "lines.xlsx", "--width", 8)
    assert said.status == 0, said.err
    expected = tokens[tokens["norm"] == norm]
    assert f"{len(expected)}か所({expected['response_id'].nunique()}件の回答)" in said.out
    sheet = load_workbook(tmp_path / "lines.xlsx")["KWIC"]
    titles, *lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert titles == ["団体", "設問", "回答ID", "開始", "終了", "前の文脈", "語", "後の文脈"]
    assert {tuple(line[1:5]) for line in lines} == {
        (row.question_id, row.response_id, row.start, row.end) for row in expected.itertuples()
    }
    for _, question, response, start, end, _, keyword, after in lines:
        text = texts[response, question]
        assert text[start:end] == keyword
        assert text[end : end + 8].replace("\n", " ").startswith((after or "").rstrip(" "))
    after = [line[7] or "" for line in lines]
    assert after == sorted(after)


def test_a_phrase_is_found_in_texts_that_were_not_analysed(
    kwic: Callable[..., Any], table: Callable[[str], pd.DataFrame], inside: pd.DataFrame
) -> None:
    texts = table("core_text").merge(inside["response_id"])
    unread = texts[texts["state"] == "other_language"].merge(table("core_answer"), on=KEY)
    word = str(unread["value_text"].iloc[0]).split()[0]
    said = kwic(word, "--phrase", "--lang", "en", "--question", unread["question_id"].iloc[0], "--sort", "left")
    assert said.status == 0, said.err
    assert unread["response_id"].iloc[0] in said.out
    assert " places in " in said.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["仕事", "--lemma", "--phrase"], "同時に使っています"),
        (["仕事", "--sort", "up"], "right か left"),
        (["仕事", "--question", "nothing"], "見つかりません"),
        (["仕事", "--organisation", "nobody"], "見つかりません"),
        (["仕事", "--to", "lines.csv"], ".xlsx のファイルではありません"),
        (["　"], "探す語がありません"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(kwic: Callable[..., Any], arguments: list[str], words: str) -> None:
    said = kwic(*arguments)
    assert said.status == 2
    assert words in said.err
    assert "Traceback" not in said.everything


def test_a_word_that_nobody_wrote_has_no_place(kwic: Callable[..., Any]) -> None:
    said = kwic("飛行機雲")
    assert said.status == 0
    assert said.out.startswith("0か所(0件の回答)")
