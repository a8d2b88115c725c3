"""The second programme on the real data, through the whole flow: one month, every stage."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model]

MONTH = "202305"
FOLDER = Path(__file__).resolve().parent / "fukui_kanko"


@pytest.fixture(scope="module")
def month(run_sample: Callable[..., Any], shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    inbox = shared / "data" / "fukui_kanko"
    return run_sample(inbox, tmp_path_factory.mktemp("fukui"), wave=MONTH, programme=FOLDER)


@pytest.fixture(scope="module")
def tables(month: Any) -> dict[str, pd.DataFrame]:
    names = ("out_indicator", "core_answer", "core_theme", "core_token", "core_text", "core_mask")
    with opened(month.url) as engine:
        run_id = published_run(engine, MONTH)
        return {name: read_table(engine, name, run_id) for name in names}


def test_every_row_is_accepted_and_the_figures_are_those_of_a_plain_count(
    month: Any, tables: dict[str, pd.DataFrame], shared: Path
) -> None:
    with (shared / "data" / "fukui_kanko" / f"{MONTH}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert (month.outcome.accepted_n, month.outcome.rejected_n) == (len(rows), 0)
    satisfied = sum(row["満足度"] in ("満足", "とても満足") for row in rows)
    scores = [int(row["NPS"]) for row in rows]
    promoters = sum(score >= 9 for score in scores) - sum(score <= 6 for score in scores)
    table = tables["out_indicator"]
    whole = table[(table["organisation"] == "*") & (table["dimension"] == "*") & table["is_declared"]]
    figures = set(zip(whole["numerator"], whole["denominator"], strict=True))
    assert {(satisfied, len(rows)), (promoters, len(rows))} <= figures
    by_theme = table[table["dimension"].str.startswith("theme:")]
    assert by_theme["category"].nunique() > 10
    assert (by_theme["numerator"] <= by_theme["denominator"]).all()


def test_every_theme_and_word_is_a_quotation_of_the_stored_text(tables: dict[str, pd.DataFrame]) -> None:
    answers = tables["core_answer"].dropna(subset="value_text")
    texts = dict(
        zip(zip(answers["response_id"], answers["question_id"], strict=True), answers["value_text"], strict=True)
    )
    for name, column in (("core_theme", "quote"), ("core_token", "surface")):
        found = tables[name]
        assert len(found) > 5_000
        for row in found.itertuples(index=False):
            assert texts[row.response_id, row.question_id][row.start : row.end] == getattr(row, column)


def test_every_text_is_accounted_for(tables: dict[str, pd.DataFrame]) -> None:
    states = tables["core_text"]["state"].value_counts()
    assert set(states.index) <= {"analysed", "blank", "nothing", "other_language", "too_long_cut", "not_analysable"}
    assert states["analysed"] > 4_000
    assert states.get("not_analysable", 0) == 0
