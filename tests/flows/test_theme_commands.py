"""Why an answer holds a theme, and what a change of the rules moves, on a published wave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
THEMES = ROOT / "nlp" / "themes.yml"


def table(wave: Any, name: str) -> pd.DataFrame:
    with opened(wave.url) as engine:
        return read_table(engine, name, published_run(engine, wave.wave))


@pytest.fixture(scope="module")
def ask(monosashi: Callable[..., Any], sample_warehouse: Any) -> Callable[..., Any]:
    def asked(*arguments: object) -> Any:
        where = ("--wave", "interim", "--warehouse", sample_warehouse.url, "--data", sample_warehouse.data)
        return monosashi("theme", *arguments, *where)

    return asked


def changed_rules(path: Path, change: Callable[[list[dict[str, Any]]], None]) -> Path:
    """The programme's rules with a change, as a file."""
    yaml = YAML(typ="safe")
    content = yaml.load(THEMES.read_text(encoding="utf-8"))
    change(content["themes"])
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)
    return path


def test_why_shows_the_words_of_every_match(ask: Callable[..., Any], sample_warehouse: Any) -> None:
    match = table(sample_warehouse, "core_theme").iloc[0]
    said = ask("why", match["response_id"], match["theme_id"])
    assert said.status == 0, said.err
    assert f"○ {match['theme_id']} / {match['rule_id']}" in said.out
    assert f"「{match['quote']}」[{match['start']}:{match['end']}]" in said.out
    assert f"○ {match['clause']}" in said.out


def test_why_not_shows_the_clauses_that_did_not_hold(ask: Callable[..., Any], sample_warehouse: Any) -> None:
    themes, texts = table(sample_warehouse, "core_theme"), table(sample_warehouse, "core_text")
    analysed = texts[texts["state"] == "analysed"]
    theme = themes["theme_id"].iloc[0]
    without = analysed[~analysed["response_id"].isin(themes.loc[themes["theme_id"] == theme, "response_id"])]
    said = ask("why", without["response_id"].iloc[0], theme)
    assert said.status == 0, said.err
    assert f"× {theme} / " in said.out
    assert f"○ {theme} / " not in said.out


def test_why_says_that_an_unread_text_was_not_read(ask: Callable[..., Any], sample_warehouse: Any) -> None:
    texts, answers = table(sample_warehouse, "core_text"), table(sample_warehouse, "core_answer")
    with_text = answers.loc[answers["value_text"].notna(), ["response_id", "question_id"]]
    unread = texts[~texts["state"].isin(["analysed", "too_long_cut"])].merge(with_text)
    theme = table(sample_warehouse, "core_theme")["theme_id"].iloc[0]
    said = ask("why", unread["response_id"].iloc[0], theme, "--lang", "en")
    assert f"(state: {unread['state'].iloc[0]})" in said.out


@pytest.mark.parametrize(("response", "theme"), [("nobody", None), (None, "nothing")])
def test_why_knows_what_there_is(
    ask: Callable[..., Any], sample_warehouse: Any, response: str | None, theme: str | None
) -> None:
    match = table(sample_warehouse, "core_theme").iloc[0]
    said = ask("why", response or match["response_id"], theme or match["theme_id"])
    assert said.status == 2
    assert "見つかりません" in said.err
    assert "Traceback" not in said.everything


def test_the_same_rules_move_nothing(ask: Callable[..., Any], sample_warehouse: Any) -> None:
    said = ask("diff", sample_warehouse.outcome.run_id, THEMES)
    assert said.status == 0, said.err
    assert "規則 0件が違い、テーマが付いた回答 0件、外れた回答 0件、動いた指標 0件" in said.out


def test_a_rule_taken_out_loses_just_its_answers_and_moves_the_figures(
    ask: Callable[..., Any], sample_warehouse: Any, tmp_path: Path
) -> None:
    themes = table(sample_warehouse, "core_theme")
    counts = themes.drop_duplicates(["response_id", "question_id", "theme_id"]).groupby("theme_id").size()
    theme = counts.idxmax()

    def without(definitions: list[dict[str, Any]]) -> None:
        definitions.remove(next(each for each in definitions if each["id"] == theme))

    other = changed_rules(tmp_path / "themes.yml", without)
    said = ask("diff", THEMES, other, "--lang", "en")
    assert said.status == 0, said.err
    assert f"0 answers gain a theme, {counts.max()} lose one" in said.out
    assert "removed" in said.out
    assert "lost" in said.out
    moved = int(said.out.split("figures move")[0].split(";")[-1])
    breakdowns = table(sample_warehouse, "out_indicator")
    assert moved == int(((breakdowns["category"] == theme) & breakdowns["dimension"].str.startswith("theme:")).sum())


def test_rules_that_are_none_are_said_with_their_faults(ask: Callable[..., Any], tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("themes: [{id: a, label: {ja: あ, en: a}, rules: []}]", encoding="utf-8")
    said = ask("diff", THEMES, wrong)
    assert said.status == 2
    assert "themes.0.rules" in said.err
    said = ask("diff", THEMES, "abcdef012345")
    assert said.status == 2
    assert "この実行はありません" in said.err
