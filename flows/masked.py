"""The masked answers of a wave: by the rules, and by what people decided, an input that is landed like others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from flows.landing import Landed, LandingStore
from flows.mapping import Mapped
from flows.mask_ledger import MaskLedger
from flows.wave import Wave
from nlp.analysis import mask_answers
from nlp.annotation_cache import AnnotationCache


@dataclass(frozen=True)
class Masked:
    """ANSWERS with masked texts, MASKS, the places in doubt (as in `MaskedAnswers`), and the decisions, landed."""

    answers: pd.DataFrame
    masks: pd.DataFrame
    doubtful: pd.DataFrame
    landed: list[Landed]

    def undecided_n(self, response_ids: Collection[str]) -> int:
        """Places in doubt in these responses that nobody has decided about."""
        own = self.doubtful[self.doubtful["response_id"].isin(response_ids)]
        return int((~own["is_decided"]).sum())


def mask_wave(this: Wave, mapped: Mapped, cache: AnnotationCache) -> Masked:
    """Mask every text of the wave's answers. Raises UserMistake where decisions cannot be read."""
    ledger = MaskLedger(this.folders.mask)
    masked = mask_answers(
        mapped.answers,
        this.programme.text_rules,
        decisions=ledger.decided(),
        workers=this.workers,
        cache=cache,
        progress=this.progress.advance,
    )
    landed = ledger.land(this.name, LandingStore(this.folders.landing))
    return Masked(masked.answers, masked.masks, masked.doubtful, landed)
