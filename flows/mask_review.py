"""Doubtful places of a published wave, read again from the landing store for a person who is to decide about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from rich.table import Table
from sqlalchemy.engine import Engine

from flows.landing import Landed, LandingStore
from flows.mapped_files import map_landed
from flows.mask_ledger import MaskLedger
from flows.programme import Programme
from nlp.analysis import KEY, mask_texts
from nlp.annotation_cache import AnnotationCache
from nlp.characters import clean
from nlp.mask_decisions import Hashing
from nlp.masking import DoubtfulPlace, MaskedText
from nlp.masking_rules import MaskingFile
from warehouse.definitions import Language
from warehouse.read import published_run, read_table

_REACH: Final = 60  # characters of the masked text shown on either side


@dataclass(frozen=True)
class ReviewPlace:
    """A place to decide about: what stands there, and the masked text around it. Never to be logged or stored."""

    response_id: str
    question_id: str
    doubt: str
    is_masked: bool
    candidate: str
    before: str
    after: str
    place: str
    word: str
    alike_n: int

    @property
    def in_context(self) -> str:
        """The masked text around the place, the place marked."""
        return f"{self.before}【{self.candidate}】{self.after}"


@dataclass(frozen=True)
class Review:
    """What a wave leaves to be decided, and how many places of each class are there, decided ones too."""

    run_id: str
    places: list[ReviewPlace]
    counts: pd.DataFrame  # doubt, is_masked, places_n, decided_n


def review_of(
    engine: Engine,
    wave: str,
    programme: Programme,
    store: LandingStore,
    ledger: MaskLedger,
    cache: AnnotationCache,
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Review:
    """Map and mask again, in memory, what the wave's published run was made from, and find what is in doubt.

    Answers of its accepted responses only. Raises UserMistake for a wave that publishes nothing.
    """
    run_id, masked = masked_again(engine, wave, programme, store, ledger, cache, workers=workers, progress=progress)
    found = [(response, question, text, place) for (response, question), text in masked for place in text.doubtful]
    counts = pd.DataFrame(
        [(place.doubt, place.is_masked, place.verdict is not None) for _, _, _, place in found],
        columns=["doubt", "is_masked", "is_decided"],
    )
    counts = counts.groupby(["doubt", "is_masked"])["is_decided"].agg(places_n="size", decided_n="sum").reset_index()
    return Review(run_id, _places(found, programme.text_rules.masking, ledger.hashing()), counts)


def masked_again(
    engine: Engine,
    wave: str,
    programme: Programme,
    store: LandingStore,
    ledger: MaskLedger,
    cache: AnnotationCache,
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> tuple[str, list[tuple[tuple[str, str], MaskedText]]]:
    """Map and mask again, in memory, what a wave's published run was made from: ((response, question), masked text).

    By what is decided now, and of accepted responses only. Raises UserMistake for a wave that publishes nothing.
    """
    run_id = published_run(engine, wave)
    inputs = read_table(engine, "meta_input", run_id)
    landed = [_landed(row) for _, row in inputs.iterrows() if row["instrument_id"] in programme.instruments]
    answers = map_landed(programme, landed, store).answers
    accepted = set(read_table(engine, "core_response", run_id)["response_id"])
    answers = answers[answers["response_id"].isin(accepted) & answers["value_text"].notna()]
    answers = answers[[*KEY, "value_text"]].drop_duplicates()
    sources = {text: clean(text).text for text in answers["value_text"].unique()}
    masked = mask_texts(
        set(sources.values()),
        programme.text_rules,
        decisions=ledger.decided(),
        workers=workers,
        cache=cache,
        progress=progress,
    )
    return run_id, [
        ((str(row["response_id"]), str(row["question_id"])), masked[sources[row["value_text"]]])
        for row in answers.sort_values(KEY).to_dict("records")
    ]


def counts_table(review: Review, rules: MaskingFile, language: Language) -> Table:
    """How many places of each class there are, what becomes of them, and how many are decided."""
    table = Table(title="秘匿化に確信のないところ" if language == "ja" else "Places where masking is in doubt")
    for heading in (
        ("理由", "いまの扱い", "箇所", "決定済み") if language == "ja" else ("Why", "Now", "Places", "Decided")
    ):
        table.add_column(heading)
    labels = {each.id: each.label.in_(language) for each in rules.doubts}
    treatments = {True: "秘匿", False: "残す"} if language == "ja" else {True: "masked", False: "kept"}
    for row in review.counts.to_dict("records"):
        treatment = treatments[bool(row["is_masked"])]
        table.add_row(labels[row["doubt"]], treatment, str(row["places_n"]), str(row["decided_n"]))
    return table


def _places(
    found: list[tuple[str, str, MaskedText, DoubtfulPlace]], rules: MaskingFile, hashing: Hashing
) -> list[ReviewPlace]:
    """Those nobody has decided, by their class and words, so that what is alike stands together."""
    words = Counter(hashing.word(text.source[place.start : place.end]) for _, _, text, place in found)
    order = {each.id: number for number, each in enumerate(rules.doubts)}
    places = []
    for response_id, question_id, text, place in found:
        if place.verdict is not None:
            continue
        before, candidate, after = text.around(place, rules, reach=_REACH)
        word = hashing.word(text.source[place.start : place.end])
        places.append(
            ReviewPlace(
                response_id,
                question_id,
                place.doubt,
                place.is_masked,
                " ".join(candidate.split()),
                " ".join(before.split()),
                " ".join(after.split()),
                hashing.place(text.source, place.start, place.end),
                word,
                words[word],
            )
        )
    return sorted(places, key=lambda each: (order[each.doubt], each.candidate, each.response_id, each.question_id))


def _landed(row: pd.Series[Any]) -> Landed:
    organisation = row["organisation"]
    return Landed(
        sha256=str(row["sha256"]),
        source="",
        wave=str(row["wave"]),
        organisation=organisation if isinstance(organisation, str) else None,
        form=str(row["form_id"]),
        instrument=str(row["instrument_id"]),
        file_name=str(row["file_name"]),
        bytes_n=int(row["bytes_n"]),
        announced_n=None,
        fetched_at="",
    )
