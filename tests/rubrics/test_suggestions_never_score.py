"""No path leads from a suggestion to a score, a rating or an indicator."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from flows.rating_inputs import LEDGER, ROUND, read_ledgers
from flows.rating_rounds import RoundFolder
from flows.suggesting import SUGGESTIONS
from rubrics.criteria import Origin
from rubrics.ratings import Rating, Round
from rubrics.suggestion.suggestions import CarryingSpan, Suggestion
from warehouse.definitions import UserMistake

ROOT = Path(__file__).resolve().parents[2]
BARRED = ("rubrics.suggestion", "flows.suggesting", "flows.suggestion_words", "flows.suggestion_workbook")
MAKES_FIGURES = ("flows.run_wave", "flows.scored", "flows.rating_inputs", "rubrics.scoring", "rubrics.rated")

SUGGESTION = Suggestion(
    round_id="round-1",
    item_id="R-0001",
    response_id="r1",
    criterion_id="difficulty",
    criterion_version=1,
    level=5,
    probabilities={1: 0.1, 5: 0.9},
    spans=[CarryingSpan(question_id="q3_text", start=0, end=2, quote="家賃", adds=0.4)],
    model_id="0" * 16,
    trained_on=60,
    agreement=[],
)
DRAWN = Round.model_validate(
    {
        "round_id": "round-1",
        "programme_id": "p",
        "wave": "interim",
        "run_id": "r",
        "seed": 1,
        "drawn_at": "2025-01-10T00:00:00Z",
        "criteria": {"difficulty": [1]},
        "raters": ["a", "b"],
        "items": [],
    }
)


@pytest.fixture(scope="module")
def graph() -> Mapping[str, set[str]]:
    """Module -> the modules it imports anywhere in it."""
    spec = importlib.util.spec_from_file_location("import_graph", ROOT / "tests" / "test_imports.py")
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Mapping[str, set[str]] = module.GRAPH
    return found


def reached(graph: Mapping[str, set[str]], starts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    ahead = list(starts)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += graph[name]
    return found


def is_barred(name: str) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in BARRED)


# --- what makes figures does not know of suggestions ------------------------------------------------------------------


def test_what_makes_figures_reaches_no_suggestion(graph: Mapping[str, set[str]]) -> None:
    warehouse = [name for name in graph if name.split(".")[0] == "warehouse"]
    assert [name for name in sorted(reached(graph, [*MAKES_FIGURES, *warehouse])) if is_barred(name)] == []


def test_the_command_does_reach_them_so_the_search_can_find(graph: Mapping[str, set[str]]) -> None:
    assert {"flows.suggesting", "rubrics.suggestion.suggest"} <= reached(graph, ["flows.cli"])


def test_suggestions_import_nothing_that_writes_figures_or_ratings(graph: Mapping[str, set[str]]) -> None:
    writes = {"warehouse.load", "warehouse.compute", "flows.run_wave", "flows.scored", "flows.publishing"}
    starts = [name for name in graph if is_barred(name)]
    assert len(starts) > len(BARRED)
    assert writes & reached(graph, starts) == set()


def test_only_what_writes_the_file_knows_its_name() -> None:
    rooms = ("expectations", "flows", "nlp", "rubrics", "warehouse")
    files = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    knowing = {path.relative_to(ROOT).as_posix() for path in files if SUGGESTIONS in path.read_text(encoding="utf-8")}
    assert knowing == {"flows/suggesting.py"}


# --- a suggestion is no rating ----------------------------------------------------------------------------------------


def test_a_level_has_human_origins_only() -> None:
    assert set(get_args(Origin)) == {"self_report", "interviewer", "rater", "adjudicated"}


@pytest.mark.parametrize("origin", ["model", "suggestion", "self_report", "", None])
def test_a_rating_of_another_origin_is_refused(origin: str | None) -> None:
    given = {
        "round_id": "round-1",
        "item_id": "R-0001",
        "response_id": "r1",
        "criterion_id": "difficulty",
        "criterion_version": 1,
        "origin": "rater",
        "rater": "a",
        "level": 5,
        "rated_at": "2025-01-10T00:00:00Z",
        "no_evidence": True,
        "read": [],
        "sheet_sha256": "0" * 64,
    }
    Rating.model_validate(given)
    with pytest.raises(ValidationError, match="origin"):
        Rating.model_validate(given | {"origin": origin})


def test_a_suggestion_cannot_be_read_as_a_rating() -> None:
    with pytest.raises(ValidationError):
        Rating.model_validate_json(SUGGESTION.model_dump_json())
    shared = {name: value for name, value in SUGGESTION.model_dump().items() if name in Rating.model_fields}
    with pytest.raises(ValidationError):
        Rating.model_validate(shared)


def test_a_suggestions_file_is_refused_as_a_ledger(tmp_path: Path) -> None:
    folder = RoundFolder.create(tmp_path, DRAWN)
    (folder.folder / LEDGER).write_text(SUGGESTION.model_dump_json() + "\n", encoding="utf-8")
    with pytest.raises(UserMistake, match="is no record of ratings"):
        folder.ledger()
    with pytest.raises(UserMistake, match="is no record of ratings"):
        read_ledgers(tmp_path)


def test_a_suggestions_file_alone_is_no_ledger(tmp_path: Path) -> None:
    folder = RoundFolder.create(tmp_path, DRAWN)
    (folder.folder / SUGGESTIONS).write_text(SUGGESTION.model_dump_json() + "\n", encoding="utf-8")
    assert folder.ledger() == []
    assert read_ledgers(tmp_path) == []


# --- a run is the same with and without -------------------------------------------------------------------------------


@pytest.mark.flow
@pytest.mark.model
@pytest.mark.timeout(1_200)
def test_a_run_is_the_same_with_suggestions_lying_about(
    run_sample: Callable[..., Any], sample_inbox: Path, sample_warehouse: Any, tmp_path: Path
) -> None:
    """Of every answer a suggestion of the best level: if one were read, levels and figures would change."""
    from warehouse.engine import opened
    from warehouse.read import read_table

    with opened(sample_warehouse.url) as engine:
        scores = read_table(engine, "core_score", sample_warehouse.outcome.run_id)
    rows = scores[["response_id", "criterion_id", "criterion_version"]].drop_duplicates().itertuples(index=False)
    folder = tmp_path / "rating" / "round-1"
    folder.mkdir(parents=True)
    (folder / ROUND).write_text(DRAWN.model_dump_json(), encoding="utf-8")
    lines = [
        SUGGESTION.model_copy(
            update={
                "response_id": response_id,
                "criterion_id": criterion_id,
                "criterion_version": int(version),
                "item_id": f"R-{number:04}",
            }
        ).model_dump()
        for number, (response_id, criterion_id, version) in enumerate(rows)
    ]
    assert len(lines) > 100
    (folder / SUGGESTIONS).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    beside = run_sample(sample_inbox, tmp_path)
    assert beside.outcome.out_sha256 == sample_warehouse.outcome.out_sha256
    assert beside.outcome.run_id == sample_warehouse.outcome.run_id
    with opened(beside.url) as engine:
        again = read_table(engine, "core_score", beside.outcome.run_id)
        assert again.drop(columns="run_id").equals(scores.drop(columns="run_id"))
        assert read_table(engine, "core_rating", beside.outcome.run_id).empty
