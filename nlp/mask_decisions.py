"""What people decided about places where masking is in doubt, kept without the words: as keyed hashes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import AwareDatetime

from nlp.masking_rules import Verdict
from nlp.names import comparable_name
from warehouse.definitions import Definition

Scope = Literal["place", "word"]
"""A decision is about one place of one text, or about its words wherever they are in doubt."""


class MaskDecision(Definition):
    """One decision of a person. `what`: the hash of the place or the word, which tells neither without the secret.

    `response_id` and `question_id`: where it was seen. `sheet_sha256`: the workbook it came in.
    """

    scope: Scope
    what: str
    doubt: str
    verdict: Verdict
    response_id: str
    question_id: str
    decided_by: str
    decided_at: AwareDatetime
    sheet_sha256: str


@dataclass(frozen=True)
class Hashing:
    """Hashes under a secret: whoever has not got it cannot try names out."""

    secret: bytes = field(repr=False)

    def place(self, source: str, start: int, end: int) -> str:
        """A place of a clean text; in another text, or in the same when it was edited, it is another."""
        return self.of("place", str(start), str(end), source)

    def word(self, word: str) -> str:
        """A word, in capitals or not."""
        return self.of("word", comparable_name(word))

    def of(self, *parts: str) -> str:
        """Any texts together."""
        text = "".join(f"{len(part)}:{part}" for part in parts).encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:32]


def standing(decisions: Iterable[MaskDecision]) -> list[MaskDecision]:
    """The decisions that stand, the last about each place and word, in an order that does not depend on when."""
    last = {(each.scope, each.what): each for each in decisions}
    return [last[key] for key in sorted(last)]


@dataclass(frozen=True)
class DecidedPlaces:
    """Decisions as masking asks for them: one about a place goes before one about its words."""

    hashing: Hashing
    verdicts: Mapping[tuple[Scope, str], Verdict]

    @classmethod
    def of(cls, hashing: Hashing, decisions: Iterable[MaskDecision]) -> DecidedPlaces:
        """Those that stand."""
        return cls(hashing, {(each.scope, each.what): each.verdict for each in standing(decisions)})

    def verdict(self, source: str, start: int, end: int) -> Verdict | None:
        """The decision about a place of a text, or about its words wherever they stand."""
        if not self.verdicts:
            return None
        of_place = self.verdicts.get(("place", self.hashing.place(source, start, end)))
        return of_place or self.verdicts.get(("word", self.hashing.word(source[start:end])))
