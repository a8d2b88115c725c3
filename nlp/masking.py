"""Masking: direct identifiers in free text become placeholders, before anything is stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from nlp.annotation import Annotation
from nlp.masking_rules import MaskingFile, Verdict
from nlp.masking_search import Found, Search
from nlp.text_rules import TextRules

_KINDS_IN_DOUBT: Final = frozenset({"name", "unread"})


class Mask(NamedTuple):
    """A stretch of text and the kind of identifier it is (or, in a masked text, stands for)."""

    start: int
    end: int
    kind: str


class DoubtfulPlace(NamedTuple):
    """A stretch of the source that may identify somebody, and its class of doubt.

    `verdict` is what a person decided, or None; `is_masked` what became of it.
    """

    start: int
    end: int
    kind: str
    doubt: str
    verdict: Verdict | None
    is_masked: bool


class Decisions(Protocol):
    """What people decided about doubtful places."""

    def verdict(self, source: str, start: int, end: int) -> Verdict | None:
        """The decision about a place of a text, or about its words wherever they stand."""


class NoDecisions:
    """Nobody has decided anything."""

    def verdict(self, source: str, start: int, end: int) -> Verdict | None:
        """None."""
        return None


@dataclass(frozen=True)
class MaskedText:
    """A clean text and what of it is masked: places of the source, in order and without overlap."""

    source: str
    masks: tuple[Mask, ...] = ()
    doubtful: tuple[DoubtfulPlace, ...] = ()

    def shown(self, rules: MaskingFile) -> str:
        """The masked text."""
        return _replace(self.source, self.masks, rules)

    def around(self, place: DoubtfulPlace, rules: MaskingFile, *, reach: int) -> tuple[str, str, str]:
        """What stands at a place, and up to `reach` characters of the masked text before and after it."""
        before = [mask for mask in self.masks if mask.end <= place.start]
        after = [
            Mask(mask.start - place.end, mask.end - place.end, mask.kind)
            for mask in self.masks
            if place.end <= mask.start
        ]
        return (
            _replace(self.source[: place.start], before, rules)[-reach:],
            self.source[place.start : place.end],
            _replace(self.source[place.end :], after, rules)[:reach],
        )

    @property
    def kept(self) -> list[tuple[int, int]]:
        """Places that a person decided to keep."""
        return [(each.start, each.end) for each in self.doubtful if each.verdict == "keep"]


class Masker:
    """Masks texts by the rules, and by what people decided where those are in doubt."""

    def __init__(self, rules: TextRules, decisions: Decisions | None = None) -> None:
        self._rules = rules.masking
        self._search = Search(rules)
        self._decisions: Decisions = decisions or NoDecisions()

    def mask(self, text: str | MaskedText, annotation: Annotation | None = None) -> MaskedText:
        """Mask a clean text (`characters.clean`) until the rules find no more; masking again changes nothing.

        `annotation` is the analyser's of the text as `shown` so far, for Japanese texts.
        """
        masked = MaskedText(text) if isinstance(text, str) else text
        more = self._once(masked, annotation)
        while more.masks != masked.masks:
            masked, more = more, self._once(more, None)
        return more

    def _once(self, masked: MaskedText, annotation: Annotation | None) -> MaskedText:
        shown, places = masked.shown(self._rules), _source_places(masked, self._rules)
        kept = masked.kept

        def is_kept(each: Found) -> bool:
            start, end = places[each.start], places[each.end - 1] + 1
            return each.kind in _KINDS_IN_DOUBT and any(first <= start and end <= last for first, last in kept)

        found = [each for each in self._search.find(shown, annotation) if not is_kept(each)]
        masks = list(masked.masks)
        decided = [each for each in masked.doubtful if each.is_masked or each.verdict]
        for each in without_overlap(found, shown, self._rules):
            start, end = places[each.start], places[each.end - 1] + 1
            is_masked = True
            if each.doubt is not None:
                verdict = self._decisions.verdict(masked.source, start, end)
                is_masked = (verdict or self._rules.default_of[each.doubt]) == "mask"
                decided.append(DoubtfulPlace(start, end, each.kind, each.doubt, verdict, is_masked))
            if is_masked:
                masks.append(Mask(start, end, each.kind))
        return MaskedText(masked.source, tuple(sorted(masks)), tuple(sorted(set(decided))))


def mask_text(text: str, rules: TextRules, annotation: Annotation | None = None) -> str:
    """The masked form of a clean text, by the rules alone."""
    return Masker(rules).mask(text, annotation).shown(rules.masking)


def masks_in(text: str, rules: MaskingFile) -> list[Mask]:
    """The placeholders of a masked text: where they stand and of which kind they are."""
    return [Mask(*match.span(), rules.kind_of[match.group()]) for match in rules.placeholder.finditer(text)]


def without_overlap(found: list[Found], text: str, rules: MaskingFile) -> list[Found]:
    """Keep the longest whole, then the one of the earlier rule; of the others what sticks out, if it says anything.

    What is in doubt is sure where it overlaps something sure of its kind. Doubtful places that would be left are listed
    where nothing else was found.
    """
    sure = [each for each in found if each.doubt is None]
    sure_at = {(place, each.kind) for each in sure for place in range(each.start, each.end)}
    others = [_made_sure(each, sure_at) for each in found if each.doubt is not None]
    is_left = {doubt for doubt, default in rules.default_of.items() if default == "keep"}
    masks = sorted(
        [*sure, *(each for each in others if each.doubt not in is_left)],
        key=lambda each: (each.start - each.end, each.doubt is not None),
    )
    owner: list[Found | None] = [None] * len(text)
    for mask in masks:
        for place in range(mask.start, mask.end):
            owner[place] = owner[place] or mask
    kept: list[Found] = []
    for place, its_owner in enumerate(owner):
        if its_owner is None:
            continue
        if kept and kept[-1].end == place and kept[-1][2:] == its_owner[2:]:
            kept[-1] = kept[-1]._replace(end=place + 1)
        else:
            kept.append(Found(place, place + 1, its_owner.kind, its_owner.doubt))
    kept = [each for each in kept if any(letter.isalnum() for letter in text[each.start : each.end])]
    left = [each for each in others if each.doubt in is_left and not any(owner[each.start : each.end])]
    return sorted([*kept, *left])


def _made_sure(each: Found, sure_at: Collection[tuple[int, str]]) -> Found:
    is_sure = any((place, each.kind) in sure_at for place in range(each.start, each.end))
    return each._replace(doubt=None) if is_sure else each


def _replace(text: str, masks: Iterable[Mask], rules: MaskingFile) -> str:
    parts: list[str] = []
    done = 0
    for mask in masks:
        parts += [text[done : mask.start], rules.placeholders[mask.kind]]
        done = mask.end
    return "".join([*parts, text[done:]])


def _source_places(masked: MaskedText, rules: MaskingFile) -> list[int]:
    """Where each character of the masked text stands in the source; a placeholder's all where the mask begins."""
    places: list[int] = []
    done = 0
    for mask in masked.masks:
        places += range(done, mask.start)
        places += [mask.start] * len(rules.placeholders[mask.kind])
        done = mask.end
    return [*places, *range(done, len(masked.source))]
