"""Ratings as inputs of a run: the ledger of every rating round, read and landed like anything else that comes in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from flows.findings import Finding
from flows.landing import Landed, LandingStore, Received
from flows.round_folders import ROUND
from rubrics.ledgers import standing
from rubrics.ratings import Rating, Round
from warehouse.definitions import UserMistake, fault

LEDGER = "ratings.jsonl"
FORM = "rating"
"""What ratings are landed as, in the place of a form and its instrument."""


@dataclass(frozen=True)
class Ledger:
    """What a round's raters gave: the ratings that stand, in an order that does not depend on when they came."""

    round: Round
    ratings: list[Rating]

    @property
    def content(self) -> bytes:
        """The ratings as canonical JSON Lines: the same ratings are the same bytes."""
        return b"".join(rating.model_dump_json().encode() + b"\n" for rating in self.ratings)


def read_ledgers(folder: Path) -> list[Ledger]:
    """Every round below `folder` that anything was rated in, in order of their ids. Raises UserMistake."""
    found = [_ledger(path.parent) for path in sorted(folder.glob(f"*/{LEDGER}"))]
    return [ledger for ledger in found if ledger.ratings]


def _ledger(folder: Path) -> Ledger:
    name = ROUND
    try:
        drawn = Round.model_validate_json((folder / ROUND).read_bytes())
        name = LEDGER
        lines = (folder / LEDGER).read_bytes().split(b"\n")
        ratings = [Rating.model_validate_json(line) for line in lines[:-1]]  # a line torn by a kill was never told
    except (OSError, ValidationError):
        wrong = ("評定の記録として読めません", "is no record of ratings")
        expected = ("手で直さず、控えから戻してください", "never edit it by hand: restore it from a copy")
        raise UserMistake([fault(f"rating/{folder.name}/{name}", "", wrong, expected)]) from None
    ordered = sorted(standing(ratings), key=lambda each: (each.item_id, each.criterion_id, each.origin, each.rater))
    return Ledger(drawn, ordered)


def land_ledgers(ledgers: Iterable[Ledger], response_ids: Iterable[str], store: LandingStore) -> list[Landed]:
    """Land the ledgers that rate any of these responses: those that a run's figures can rest on."""
    known = set(response_ids)
    return [
        store.land(
            Received(
                source=f"rating-{ledger.round.round_id}",
                wave=ledger.round.wave,
                organisation=None,
                form=FORM,
                instrument=FORM,
                file_name=f"rating/{ledger.round.round_id}/{LEDGER}",
                content=ledger.content,
            )
        )
        for ledger in ledgers
        if any(rating.response_id in known for rating in ledger.ratings)
    ]


def rating_findings(set_aside: Iterable[tuple[Rating, str]], ledgers: Iterable[Ledger]) -> list[Finding]:
    """Ratings that do not count in a run, as findings that name the round, the sheet's item and the reason."""
    waves = {ledger.round.round_id: ledger.round.wave for ledger in ledgers}
    return [
        Finding(
            wave=waves[rating.round_id],
            organisation=None,
            form_id=FORM,
            file_name=f"rating/{rating.round_id}/{LEDGER}",
            reason_code=reason,
            severity="warning",
            expected=f"{rating.item_id} {rating.criterion_id} {rating.rater}",
            response_id=rating.response_id,
        )
        for rating, reason in set_aside
    ]
