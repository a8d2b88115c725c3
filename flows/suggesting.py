"""Suggestions for a rating round once its raters are done: trained on their levels, kept beside them, never a score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.engine import Engine

from flows.answer_features import answer_of, made_with
from flows.folders import Folders
from flows.programme import Programme
from flows.rating_draw import describing
from flows.rating_intake import Intake, OpenRatingRound
from flows.round_folders import rounds_in
from nlp.annotate import annotate
from nlp.annotation import Annotation
from nlp.annotation_cache import AnnotationCache
from nlp.pipeline import annotations_id
from nlp.scripts import SEVERAL, WITH_JAPANESE
from nlp.word_vectors import word_vectors
from rubrics.adjudication import progress_of
from rubrics.criteria import Criterion, CriterionVersion
from rubrics.ledgers import standing
from rubrics.rated import rated
from rubrics.rating_sheet import Task
from rubrics.ratings import Round
from rubrics.suggestion.features import Place
from rubrics.suggestion.review import Review, review_queue
from rubrics.suggestion.suggest import (
    LEVELS_N,
    OF_A_LEVEL_N,
    PEOPLE_N,
    RATED_N,
    Candidate,
    Suggested,
    is_enough,
    suggest,
)
from rubrics.suggestion.suggestions import Suggestion
from warehouse.definitions import Fault, UserMistake, fault
from warehouse.read import published_run, read_table
from warehouse.report_files import write_whole

SUGGESTIONS: Final = "suggestions.jsonl"
REVIEW: Final = "review.xlsx"


@dataclass(frozen=True)
class CriterionSuggestions:
    """Of the answers rated under one criterion in one version; `suggestions` without those being rated elsewhere."""

    criterion: Criterion
    version: CriterionVersion
    suggested: Suggested
    suggestions: list[Suggestion]
    queue: list[Review]


@dataclass(frozen=True)
class RoundSuggestions:
    """`criteria`: those with a model; `too_few`: those rated too little for one.

    Answers without any suggestion: `unread_n` in a language that is not analysed, `open_n` still being rated in
    another round.
    """

    round: Round
    criteria: list[CriterionSuggestions]
    too_few: list[Fault]
    unread_n: int
    open_n: int


def suggest_round(
    programme: Programme, engine: Engine, folders: Folders, round_id: str, workers: int = 1
) -> RoundSuggestions:
    """Train on the levels of a round and suggest one for each of its answers; write `suggestions.jsonl` beside them.

    Raises UserMistake while a rater has answers to do: whoever rates must not see what a model would say. So an answer
    that is in another round whose raters are not done gets no suggestion. Raises UserMistake, too, where no criterion
    has levels enough.
    """
    intake = Intake(programme, engine, folders)
    this = intake.open(round_id)
    _refuse_unfinished(this)
    elsewhere = _being_rated(intake, rounds_in(folders.rating), round_id)
    reader = _Reader(programme, engine, folders, this, workers)
    groups: dict[tuple[str, int], list[Task]] = {}
    for task in this.tasks:
        groups.setdefault((task.criterion.id, task.version.version), []).append(task)
    made, too_few, open_n = [], [], 0
    for criterion, tasks in groups.items():
        candidates = reader.candidates(tasks)
        if not is_enough(candidates):
            too_few.append(_too_few(criterion, candidates))
            continue
        suggested = suggest(
            candidates,
            round_id=round_id,
            criterion=criterion,
            scale=tasks[0].version.scale,
            vectors=reader.vectors(candidates),
            seed=this.round.seed,
            analyser=made_with(reader.vocabulary),
        )
        shown = [
            (candidate, suggestion)
            for candidate, suggestion in zip(candidates, suggested.suggestions, strict=True)
            if (candidate.response_id, criterion[0]) not in elsewhere
        ]
        open_n += len(candidates) - len(shown)
        made.append(
            CriterionSuggestions(
                tasks[0].criterion, tasks[0].version, suggested, [each for _, each in shown], review_queue(shown)
            )
        )
    if not made:
        raise UserMistake(too_few or [_nothing_left(round_id)])
    lines = [suggestion.model_dump_json() for each in made for suggestion in each.suggestions]
    write_whole(this.folder.folder / SUGGESTIONS, "".join(f"{line}\n" for line in lines).encode())
    return RoundSuggestions(this.round, made, too_few, reader.unread_n, open_n)


class _Reader:
    """Reads what the round's tasks are trained on: texts as analysed, levels as a run would count them."""

    def __init__(
        self, programme: Programme, engine: Engine, folders: Folders, this: OpenRatingRound, workers: int
    ) -> None:
        self._programme = programme
        self.vocabulary = programme.text_rules.vocabulary
        run_id = published_run(engine, this.round.wave)
        tables = ("core_response", "core_answer", "core_theme")
        responses, answers, themes = (read_table(engine, name, run_id) for name in tables)
        ledger = this.folder.ledger()
        by_raters = rated(programme.criteria, responses, answers, standing(ledger))
        self._levels = _by_answer(by_raters.scores, "level")
        self._ratings = by_raters.ratings[by_raters.ratings["origin"] == "rater"]
        self._open = {each.task.key for each in this.disagreements(ledger) if each.decision is None}
        self._respondents = _respondents(responses, programme.person_forms)
        self._themes = _themes(themes)
        self._annotations = self._annotated(this.texts.values(), folders, workers)
        self.unread_n = 0

    def candidates(self, tasks: Iterable[Task]) -> list[Candidate]:
        """The answers of which something can be read, in the order of the tasks."""
        found = [self._candidate(task) for task in tasks]
        readable = [each for each in found if each.answer.words]
        self.unread_n += len(found) - len(readable)
        return readable

    def vectors(self, candidates: Iterable[Candidate]) -> dict[str, NDArray[np.float32]]:
        """Vectors of the words and predicates."""
        answers = [each.answer for each in candidates]
        norms = {word.norm for answer in answers for word in answer.words}
        lemmas = {said.lemma for answer in answers for said in answer.predicates}
        return word_vectors(norms | lemmas, self.vocabulary)

    def _annotated(self, texts: Iterable[str], folders: Folders, workers: int) -> dict[str, Annotation]:
        describe = describing(self._programme)
        analysed = [text for text in texts if describe(text)["language"] in WITH_JAPANESE - {SEVERAL}]
        with AnnotationCache(folders.annotations, annotations_id(self.vocabulary)) as cache:
            return annotate(analysed, workers=workers, cache=cache, vocabulary=self.vocabulary)

    def _candidate(self, task: Task) -> Candidate:
        response_id, criterion = task.item.response_id, task.criterion.id
        mine = (self._ratings["response_id"] == response_id) & (self._ratings["criterion_id"] == criterion)
        given = self._ratings[mine]
        themes = [each for name in task.texts for each in self._themes.get((response_id, name), [])]
        return Candidate(
            item_id=task.item.item_id,
            response_id=response_id,
            respondent_id=self._respondents[response_id],
            texts=task.texts,
            answer=answer_of(task.texts, self._annotations, self._programme.text_rules, themes),
            level=self._levels.get((response_id, criterion)),
            ratings={
                rater: None if pd.isna(level) else int(level)
                for rater, level in zip(given["rater"], given["level"], strict=True)
            },
            is_open=task.key in self._open,
        )


def _by_answer(scores: pd.DataFrame, column: str) -> dict[tuple[str, str], int]:
    keys = zip(scores["response_id"], scores["criterion_id"], strict=True)
    return dict(zip(keys, scores[column].tolist(), strict=True))


def _respondents(responses: pd.DataFrame, person_forms: list[str]) -> dict[str, str]:
    """Response -> who must not stand on both sides of a trial: the person; where nobody is known, only itself."""
    is_person = responses["form_id"].isin(person_forms) & responses["respondent_id"].notna()
    whose = responses["respondent_id"].where(is_person, responses["response_id"])
    return dict(zip(responses["response_id"], whose, strict=True))


def _themes(themes: pd.DataFrame) -> dict[tuple[str, str], list[tuple[str, Place]]]:
    found: dict[tuple[str, str], list[tuple[str, Place]]] = {}
    columns = (themes[name] for name in ("response_id", "question_id", "theme_id", "start", "end"))
    for response_id, question, theme, start, end in zip(*columns, strict=True):
        found.setdefault((response_id, question), []).append((theme, Place(question, int(start), int(end))))
    return found


def _to_do(this: OpenRatingRound) -> dict[str, int]:
    """Rater -> how many answers are still to be rated, for those who have any."""
    found: dict[str, int] = {}
    for each in progress_of(this.round.raters, this.tasks, this.folder.ledger()):
        found[each.rater] = found.get(each.rater, 0) + each.to_do
    return {rater: to_do for rater, to_do in found.items() if to_do}


def _refuse_unfinished(this: OpenRatingRound) -> None:
    faults = [
        fault(
            "ROUND",
            f"{this.round.round_id} {rater}",
            (f"まだ評価していない回答が {to_do} あります", f"has {to_do} answers to rate yet"),
            ("モデルの提案は、全員の評価が終わってから見られます", "suggestions are shown when every rater is done"),
        )
        for rater, to_do in _to_do(this).items()
    ]
    if faults:
        raise UserMistake(faults)


def _being_rated(intake: Intake, rounds: Iterable[str], besides: str) -> set[tuple[str, str]]:
    """(response, criterion) of what is to be rated in other rounds whose raters are not all done."""
    others = [intake.open(name) for name in rounds if name != besides]
    return {(task.item.response_id, task.criterion.id) for each in others if _to_do(each) for task in each.tasks}


def _nothing_left(round_id: str) -> Fault:
    wrong = ("評価した文章が残っていません", "has no text left as it was rated")
    return fault("ROUND", round_id, wrong, ("新しい評定の回をつくってください", "draw a new round"))


def _too_few(criterion: tuple[str, int], candidates: list[Candidate]) -> Fault:
    levels = [each.level for each in candidates if each.level is not None]
    people_n = len({each.respondent_id for each in candidates if each.level is not None})
    counts = ", ".join(f"{level}: {levels.count(level)}" for level in sorted(set(levels))) or "-"
    return fault(
        "ROUND",
        f"{criterion[0]} {criterion[1]}",
        (
            f"モデルをつくるには評定が足りません(水準のある回答 {len(levels)}、{people_n}人、水準ごと {counts})",
            f"is rated too little for a model ({len(levels)} answers with a level, of {people_n} people; {counts})",
        ),
        (
            f"水準の決まった回答 {RATED_N}、{PEOPLE_N}人、そして {OF_A_LEVEL_N} 以上ある水準が {LEVELS_N} つ必要です",
            f"{RATED_N} answers with a level, {PEOPLE_N} people, and {LEVELS_N} levels with {OF_A_LEVEL_N} are needed",
        ),
    )
