"""Where a rating round is kept: its draw, the sheets that went out, and a ledger that only grows."""

from __future__ import annotations

from typing import ClassVar

from flows.rating_inputs import LEDGER
from flows.round_folders import KeptRound
from rubrics.ratings import Rating, Round
from warehouse.definitions import Text


class RoundFolder(KeptRound[Round, Rating]):
    """A rating round and its folder; its ledger is `ratings.jsonl`."""

    drawing_model: ClassVar = Round
    line_model: ClassVar = Rating
    ledger_name: ClassVar = LEDGER
    record: ClassVar = Text(ja="評定の記録", en="record of ratings")
    name: ClassVar = Text(ja="評定の回", en="rating round")
    draw_command: ClassVar = "rate sample"
