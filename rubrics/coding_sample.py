"""Drawing texts to be coded by hand: half of them where the rules found a theme, half where they found nothing.

Texts in which nothing was found are most of a wave, and the only place where what the rules miss can be seen: a draw in
proportion would hold too few of the others to say how right they are. Every text has a known chance of being drawn, so
that figures are weighted back to all texts (Horvitz & Thompson 1952).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rubrics.hand_codes import ANY, FOUND, POOLED, RULES_FOUND
from rubrics.ratings import Item, RatedText, Stratum, text_sha256
from rubrics.sampling import Key, Unit, draw, shuffled


@dataclass(frozen=True)
class WrittenText:
    """A masked text that the rules have read. `is_found`: whether they found any of the round's themes in it."""

    response_id: str
    form_id: str
    question_id: str
    answered_on: str
    organisation: str
    script: str
    text: str
    is_found: bool

    @property
    def stratum(self) -> dict[str, str]:
        """What it is drawn by."""
        values = (self.organisation, self.question_id, self.script)
        return {FOUND: RULES_FOUND[not self.is_found], **dict(zip(POOLED, values, strict=True))}


def draw_texts(written: Iterable[WrittenText], size: int | None, seed: int) -> tuple[list[Item], list[Stratum]]:
    """Draw `size` texts (all of them without a size), numbered in an order that says nothing of them; and the strata.

    Every text belongs to one stratum of which at least one is drawn: the strata's populations sum to all texts, and so
    do the weights of the items. The same texts, size and seed give the same drawing. Raises ValueError for a size
    below 2.
    """
    if size is not None and size < 2:
        raise ValueError("two halves need two texts or more")
    by_name = {f"{each.response_id}\0{each.question_id}": each for each in written}
    units = [Unit(name, tuple(each.stratum.items()), (each.response_id,)) for name, each in by_name.items()]
    found, others = ([unit for unit in units if (FOUND, side) in unit.stratum] for side in RULES_FOUND)
    sizes = _half_sizes(len(found), len(others), size)
    drawn: dict[str, WrittenText] = {}
    strata: list[Stratum] = []
    for half, half_size in zip((found, others), sizes, strict=True):
        mine, of_half = draw(_pooled(half, half_size), half_size, seed)
        drawn |= {unit.unit_id: by_name[unit.unit_id] for unit in mine}
        strata += of_half
    return [
        Item(
            item_id=f"T-{number:04}",
            response_id=each.response_id,
            form_id=each.form_id,
            answered_on=each.answered_on,
            read=[RatedText(question_id=each.question_id, sha256=text_sha256(each.text))],
            stratum=each.stratum,
        )
        for number, each in enumerate(shuffled(drawn, seed, "number"), start=1)
    ], strata


def _half_sizes(found_n: int, others_n: int, size: int | None) -> tuple[int, int]:
    """Half of the size each; what one half has not got, the other gives."""
    if size is None or size >= found_n + others_n:
        return found_n, others_n
    others = min(others_n, size - min(found_n, (size + 1) // 2))
    return size - others, others


def _pooled(units: Sequence[Unit], size: int) -> list[Unit]:
    """Units whose strata are large enough to have one drawn in proportion, but for one that takes up what is left."""
    strata: dict[Key, Key] = {unit.stratum: unit.stratum for unit in units}
    for name in POOLED:
        population = Counter(strata[unit.stratum] for unit in units)
        small = {key for key, count in population.items() if count * size < len(units)}
        strata = {key: _without(now, name) if now in small else now for key, now in strata.items()}
    return [replace(unit, stratum=strata[unit.stratum]) for unit in units]


def _without(key: Key, name: str) -> Key:
    return tuple((each, ANY if each == name else value) for each, value in key)
