"""When a decision is certain: how far its score must lead, and who decides where it does not.

The fast components add and multiply the same numbers as spaCy's, in another order, so their scores differ in the last
digits. A label is an argmax over scores: as long as the best leads the next by more than scores can differ, both
pipelines choose the same. Where the lead is smaller, the document goes to spaCy's own component: a near tie is decided
by the stock pipeline, never by rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from nlp.fast.documents import Booleans, Floats, Integers

LEAD: Final = np.float32(1e-3)
"""The least lead that is certain. The largest difference of a lead seen in the tests must stay under a tenth of it."""


def best_of(scores: Floats) -> tuple[Integers, Booleans]:
    """The first best column of every row, and whether it leads every other by `LEAD`. Overwrites that score.

    Columns of minus infinity are not allowed; where none is allowed, nothing is certain.
    """
    rows = np.arange(len(scores))
    best = scores.argmax(axis=1)
    top = scores[rows, best]
    scores[rows, best] = -np.inf
    return best, (top > -np.inf) & (scores.max(axis=1) + LEAD <= top)


class StockFallback:
    """What a fast component shares: documents that spaCy's own component annotates instead, and how many they were."""

    language: Language
    fallbacks_n: int = 0

    def by_stock(self, stock: Any, docs: Sequence[Doc]) -> None:
        """Annotate documents by the stock component, from vectors that the stock tok2vec makes."""
        if docs:
            self.fallbacks_n += len(docs)
            tok2vec: Any = self.language.get_pipe("tok2vec")
            tok2vec.set_annotations(docs, tok2vec.predict(docs))
            stock.set_annotations(docs, stock.predict(docs))
