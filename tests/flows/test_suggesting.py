"""Suggestions for a round of the sample: only when its raters are done, beside their ratings, and nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.folders import Folders
from flows.programme import Programme
from flows.programme_reader import read_programme
from rubrics.ratings import Rating, Round
from rubrics.suggestion.suggestions import Suggestion
from warehouse.content import out_content_sha256
from warehouse.definitions import UserMistake
from warehouse.engine import opened
from warehouse.read import read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

ROOT = Path(__file__).resolve().parents[2]
CRITERION, NAME = "difficulty", "round-1"
NOW = datetime(2025, 1, 10, tzinfo=UTC)
DIFFER_EVERY = 9


@dataclass(frozen=True)
class Rounds:
    """A published wave with a round drawn from it, and what it takes to suggest."""

    wave: Any
    engine: Any
    programme: Programme
    folders: Folders
    round: Round

    @property
    def folder(self) -> Path:
        return self.folders.rating / self.round.round_id

    def tasks(self) -> list[Any]:
        """What the raters have to rate."""
        from flows.rating_intake import Intake

        return Intake(self.programme, self.engine, self.folders).open(self.round.round_id).tasks

    def rate(self, *, but_the_last_of: str = "") -> None:
        """Write what raters a and b gave: 2 where something is denied, else 4; every so often b gave another."""
        lines = []
        tasks = self.tasks()
        for number, task in enumerate(tasks):
            level = 2 if re.search("ない|なく|ません", "".join(task.texts.values())) else 4
            other = 1 + level % 5 if number % DIFFER_EVERY == 0 else level
            for rater, given in (("a", level), ("b", other)):
                if rater == but_the_last_of and number == len(tasks) - 1:
                    continue
                rating = Rating(
                    round_id=self.round.round_id,
                    item_id=task.item.item_id,
                    response_id=task.item.response_id,
                    criterion_id=task.criterion.id,
                    criterion_version=task.version.version,
                    origin="rater",
                    rater=rater,
                    level=given,
                    rated_at=NOW,
                    no_evidence=True,
                    read=[each for each in task.item.read if each.question_id in task.texts],
                    sheet_sha256="0" * 64,
                )
                lines.append(rating.model_dump_json())
        (self.folder / "ratings.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


@pytest.fixture(scope="module")
def rounds(run_sample: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rounds]:
    from flows.rating_draw import draw_round
    from flows.rating_rounds import RoundFolder
    from flows.sample import write_sample

    inbox, data = tmp_path_factory.mktemp("inbox"), tmp_path_factory.mktemp("data")
    write_sample(inbox, respondents=150, seed=4)
    wave = run_sample(inbox, data)
    programme, folders = read_programme(ROOT), Folders(data)
    with opened(wave.url) as engine:
        drawn = draw_round(
            engine,
            programme,
            round_id=NAME,
            wave="interim",
            criteria=[CRITERION],
            raters=["a", "b"],
            size=None,
            seed=5,
        )
        RoundFolder.create(folders.rating, drawn)
        yield Rounds(wave, engine, programme, folders, drawn)


@pytest.fixture(scope="module")
def found(rounds: Rounds) -> Any:
    from flows.suggesting import suggest_round

    rounds.rate()
    return suggest_round(rounds.programme, rounds.engine, rounds.folders, NAME)


def written(rounds: Rounds) -> list[Suggestion]:
    lines = (rounds.folder / "suggestions.jsonl").read_text(encoding="utf-8").splitlines()
    return [Suggestion.model_validate_json(line) for line in lines]


def test_nobody_sees_a_suggestion_while_a_rater_has_answers_to_do(rounds: Rounds) -> None:
    from flows.suggesting import suggest_round

    rounds.rate(but_the_last_of="b")
    with pytest.raises(UserMistake, match="round-1 b: has 1 answers to rate yet"):
        suggest_round(rounds.programme, rounds.engine, rounds.folders, NAME)
    assert not (rounds.folder / "suggestions.jsonl").exists()


def test_suggestions_lie_beside_the_ratings_and_nowhere_else(rounds: Rounds, found: Any) -> None:
    from flows.suggesting import suggest_round

    ledger = (rounds.folder / "ratings.jsonl").read_bytes()
    figures = out_content_sha256(rounds.engine, rounds.wave.outcome.run_id)
    suggestions = (rounds.folder / "suggestions.jsonl").read_bytes()
    again = suggest_round(rounds.programme, rounds.engine, rounds.folders, NAME)
    assert (rounds.folder / "suggestions.jsonl").read_bytes() == suggestions, "the same data, the same suggestions"
    assert [each.queue for each in again.criteria] == [each.queue for each in found.criteria]
    assert (rounds.folder / "ratings.jsonl").read_bytes() == ledger
    assert out_content_sha256(rounds.engine, rounds.wave.outcome.run_id) == figures
    assert (rounds.folder / "suggestions.jsonl").stat().st_mode & 0o077 == 0
    assert b"suggest" not in (rounds.wave.data / "warehouse.sqlite").read_bytes()


def test_each_quotes_the_masked_text_as_it_stands(rounds: Rounds, found: Any) -> None:
    suggestions = written(rounds)
    texts = {
        (task.item.item_id, task.criterion.id, question): text
        for task in rounds.tasks()
        for question, text in task.texts.items()
    }
    assert len(suggestions) > 60
    spans = [(each, span) for each in suggestions for span in each.spans]
    assert len(spans) > len(suggestions)
    assert all(span.holds(texts[each.item_id, each.criterion_id, span.question_id]) for each, span in spans)
    assert {each.criterion_id for each in suggestions} == {CRITERION}


def test_the_raters_agreement_stands_beside_the_models(rounds: Rounds, found: Any) -> None:
    for criterion in found.criteria:
        compared = {each.between: each for each in criterion.suggested.agreement}
        assert list(compared) == [("a", "b"), ("model", "a"), ("model", "b"), ("model", "level")]
        assert compared["a", "b"].items_n == len(criterion.suggested.suggestions)
        assert compared["a", "b"].qwk.value > 0.6
        assert compared["model", "a"].qwk.value > 0.5, "whether something is denied is among the features"


def test_undecided_answers_come_first_in_the_queue(found: Any) -> None:
    for criterion in found.criteria:
        whys = [each.why for each in criterion.queue]
        differing = sum(len(set(each.candidate.ratings.values())) > 1 for each in criterion.queue)
        assert differing > 0
        assert set(whys[:differing]) == {"raters_differ"}
        assert "raters_differ" not in whys[differing:]


def test_too_little_rated_makes_no_model(rounds: Rounds, found: Any) -> None:
    from flows.rating_draw import draw_round
    from flows.rating_rounds import RoundFolder
    from flows.suggesting import suggest_round

    small = draw_round(
        rounds.engine,
        rounds.programme,
        round_id="small",
        wave="interim",
        criteria=[CRITERION],
        raters=["a", "b"],
        size=12,
        seed=6,
    )
    folder = RoundFolder.create(rounds.folders.rating, small)
    few = Rounds(rounds.wave, rounds.engine, rounds.programme, rounds.folders, small)
    few.rate()
    with pytest.raises(UserMistake, match="is rated too little for a model"):
        suggest_round(rounds.programme, rounds.engine, rounds.folders, "small")
    assert not (folder.folder / "suggestions.jsonl").exists()

    few.rate(but_the_last_of="a")  # still being rated: what is in it gets no suggestion in the round that is done
    shown = suggest_round(rounds.programme, rounds.engine, rounds.folders, NAME)
    being_rated = {task.item.response_id for task in few.tasks()}
    assert 0 < shown.open_n <= len(being_rated)
    assert being_rated.isdisjoint(each.response_id for each in written(rounds))
    assert being_rated.isdisjoint(each.candidate.response_id for of in shown.criteria for each in of.queue)
    few.rate()


def test_the_command_says_how_far_model_and_raters_agree(
    rounds: Rounds, found: Any, monosashi: Callable[..., Any]
) -> None:
    places = ["--data", str(rounds.folders.data), "--warehouse", rounds.wave.url]
    said = monosashi("rate", "suggest", NAME, *places, "--lang", "en")
    assert said.status == 0, said.everything
    assert "a × b" in said.out
    assert "model × level agreed or decided" in said.out
    assert "raters differ, undecided" in said.out
    texts = [text for task in rounds.tasks() for text in task.texts.values() if len(text) > 8]
    assert not any(text in said.everything for text in texts)
    book = openpyxl.load_workbook(rounds.folder / "review.xlsx")
    sheet = book.worksheets[1]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    queue = found.criteria[0].queue
    assert [row[1] for row in rows] == [each.candidate.item_id for each in queue]
    assert rows[0][2] == "raters differ, undecided"
    assert sheet.max_column == 9 + len({name for each in queue for name in each.candidate.texts})


def test_neither_file_can_be_taken_in_as_a_sheet(
    rounds: Rounds, found: Any, monosashi: Callable[..., Any], tmp_path: Path
) -> None:
    ledger = (rounds.folder / "ratings.jsonl").read_bytes()
    as_sheet = tmp_path / "a.xlsx"
    as_sheet.write_bytes((rounds.folder / "suggestions.jsonl").read_bytes())
    places = ["--data", str(rounds.folders.data), "--warehouse", rounds.wave.url, "--lang", "en"]
    for file in (rounds.folder / "suggestions.jsonl", as_sheet, rounds.folder / "review.xlsx"):
        assert file.exists()
        assert monosashi("rate", "import", str(file), *places).status == 2
        assert monosashi("rate", "adjudicate", NAME, str(file), "--by", "a", *places).status == 2
    assert (rounds.folder / "ratings.jsonl").read_bytes() == ledger


def test_a_wave_run_again_counts_the_raters_and_not_the_model(
    rounds: Rounds, found: Any, run_sample: Callable[..., Any], tmp_path: Path
) -> None:
    """With the ledger in it, the run is the same whether suggestions of the best level lie beside it or not."""
    suggestions = rounds.folder / "suggestions.jsonl"
    best = [json.loads(line) | {"level": 5} for line in suggestions.read_text(encoding="utf-8").splitlines()]
    suggestions.write_text("".join(json.dumps(line) + "\n" for line in best), encoding="utf-8")
    beside = run_sample(rounds.wave.inbox, rounds.wave.data)
    suggestions.unlink()
    without = run_sample(rounds.wave.inbox, rounds.wave.data)
    assert beside.outcome.out_sha256 == without.outcome.out_sha256
    assert beside.outcome.run_id != rounds.wave.outcome.run_id, "the raters' ledger is an input"
    inputs = read_table(rounds.engine, "meta_input", beside.outcome.run_id)
    assert len(inputs) > 0
    assert not any("suggest" in str(value) for column in inputs for value in inputs[column])
