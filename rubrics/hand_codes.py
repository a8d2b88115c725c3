"""Hand codes: which themes a person finds in a text, without having seen what the coding rules found there."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from rubrics.ledgers import Judgement
from rubrics.ratings import Drawing, Item, Stratum

Code = Literal["present", "absent", "cannot_tell"]

FOUND = "found"
"""The name under which a stratum says whether the rules found anything: one of RULES_FOUND."""
RULES_FOUND = ("theme", "nothing")

POOLED = ("organisation", "question", "script")
"""What strata that are too small are pooled over, in this order; whether the rules found anything never is."""
ANY = "*"


class CodingRound(Drawing):
    """Texts drawn to be coded by hand: a text an item. `themes`: the code book's, in its order."""

    themes: list[str]
    coders: list[str]


class HandCode(Judgement):
    """What one person says of one theme in one text. `code`: `cannot_tell` is neither present nor absent.

    `text_sha256`: the text that was read; `theme_sha256`: the theme in the words of the code book.
    """

    round_id: str
    item_id: str
    response_id: str
    question_id: str
    theme_id: str
    coder: str
    code: Code
    coded_at: AwareDatetime
    text_sha256: str
    theme_sha256: str
    sheet_sha256: str

    @property
    def about(self) -> tuple[object, ...]:
        """One coder's code of a theme in an item."""
        return self.round_id, self.item_id, self.theme_id, self.coder

    @property
    def said(self) -> tuple[object, ...]:
        """The code, of this text and by this code book."""
        return self.code, self.text_sha256, self.theme_sha256

    @property
    def came_in(self) -> str:
        """The coder's workbook."""
        return self.sheet_sha256


def weight_of(item: Item, strata: list[Stratum]) -> float:
    """How many texts an item stands for: those of its stratum, divided by how many of them were drawn.

    An item's stratum is the narrowest that fits: where strata were pooled, `*` fits everything. Raises ValueError for
    an item of none of the strata.
    """
    fitting = [
        (list(each.of.values()).count(ANY), each.weight)
        for each in strata
        if each.weight is not None and all(value in (ANY, item.stratum[name]) for name, value in each.of.items())
    ]
    return min(fitting)[1]
