"""Masking: direct identifiers in free text become placeholders, before anything is stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from nlp.annotation import Annotation, Token
from nlp.characters import FoldedText, fold
from nlp.masking_rules import FILLER, MaskingFile, Pattern

# What may begin a token run before an honorific without being part of the name.
_NO_PART_OF_NAME: Final = frozenset(
    {"ADV", "PRON", "ADP", "AUX", "VERB", "ADJ", "SCONJ", "CCONJ", "DET", "NUM", "PUNCT"}
)
_NEVER_A_NAME: Final = frozenset({"ADP", "AUX", "SCONJ", "CCONJ", "PUNCT", "DET"})
_PART_OF_NAME: Final = frozenset({"PROPN", "NOUN", "X", "INTJ"})
_HIRAGANA: Final = re.compile("[ぁ-ゖー]+")


class Mask(NamedTuple):
    """A stretch of text and the kind of identifier it is (or, in a masked text, stands for)."""

    start: int
    end: int
    kind: str


def mask_text(
    text: str, rules: MaskingFile, *, not_names: Collection[str] = frozenset(), annotation: Annotation | None = None
) -> str:
    """Replace direct identifiers by placeholders, until the rules find no more; so masking again changes nothing.

    `text` is clean (`characters.clean`); `annotation` is the analyser's, for Japanese texts; `not_names` holds words
    as `comparable_name` gives them.
    """
    finder = _Finder(rules, not_names)
    masks = finder.find(text, annotation)
    while masks:
        text = _replace(text, masks, rules)
        masks = finder.find(text, None)
    return text


def masks_in(text: str, rules: MaskingFile) -> list[Mask]:
    """The placeholders of a masked text: where they stand and of which kind they are."""
    return [Mask(*match.span(), rules.kind_of[match.group()]) for match in rules.placeholder.finditer(text)]


def comparable_name(word: str) -> str:
    """A word as words of lexicon/not_names.txt are compared."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


class _Finder:
    """Finds identifiers by the rules."""

    def __init__(self, rules: MaskingFile, not_names: Collection[str]) -> None:
        self._rules = rules
        self._not_names = not_names

    def find(self, text: str, annotation: Annotation | None) -> list[Mask]:
        """Masks in the text, in order and without overlap; placeholders already there are left alone."""
        filled = self._rules.filled(text.replace(FILLER, "\ufffd"))  # one that a person wrote (a picture) hides nothing
        folded = fold(filled)
        copy = FoldedText(folded.text.translate(_ordinary()), folded.edges)
        found = list(self._by_pattern(filled, copy, annotation))
        if annotation is not None:
            found += self._by_entity(filled, annotation)
            found += self._hiragana_before_honorific(filled, annotation)
        found += self._whole_chains(copy, found)
        return _without_overlap([mask for mask in found if FILLER not in filled[mask.start : mask.end]], filled)

    def _by_pattern(self, text: str, copy: FoldedText, annotation: Annotation | None) -> Iterator[Mask]:
        for pattern, expression in self._rules.compiled_patterns:
            if pattern.unless == "known_words" and annotation is None:
                continue
            for match in expression.finditer(copy.text):
                start, end = match.span(0 if match.groupdict().get("value") is None else "value")
                value = match.string[start:end]
                start += len(value) - len(value.lstrip())
                value = _with_capitals(value.strip()) if pattern.capitalised else value.strip()
                if not value:
                    continue
                mask = Mask(*copy.source_span(start, start + len(value)), pattern.kind)
                if pattern.unless == "role" and annotation is not None:
                    mask = _begun_at_name(mask, annotation)
                    value = _in_ordinary(text[mask.start : mask.end])
                if not self._is_excepted(pattern, value, mask, annotation):
                    yield mask

    def _is_excepted(self, pattern: Pattern, value: str, mask: Mask, annotation: Annotation | None) -> bool:
        if pattern.unless == "role":
            return self._rules.roles.hold(value)
        if pattern.unless == "not_a_name":
            return self._is_no_name(value) or all(map(self._is_no_name, value.split(" ")))
        if pattern.unless == "known_words" and annotation is not None:
            parts = re.split("[・=]", value)
            common = {token.surface for token in _within(mask, annotation.tokens) if token.pos == "NOUN"}
            if len(parts) > 2:  # レ・ティ・フォン: three words of a syllable each are no enumeration
                common = {word for word in common if len(word) > 2}
            return all(part in common or self._is_no_name(part) for part in parts)
        return False

    def _is_role_or_known(self, value: str) -> bool:
        return self._rules.roles.hold(value) or all(self._is_no_name(part) for part in re.split("[・=]", value))

    def _is_no_name(self, value: str) -> bool:
        return comparable_name(value) in self._not_names

    def _by_entity(self, text: str, annotation: Annotation) -> Iterator[Mask]:
        """Entities whose label has a rule."""
        for entity in annotation.entities:
            if entity.label not in self._rules.compiled_entities:
                continue
            rule, expression = self._rules.compiled_entities[entity.label]
            surface = text[entity.start : entity.end]
            if rule.kind == "name":
                surface = self._rules.honorific_ending.sub("", surface)
            value = _in_ordinary(surface)
            if not expression.fullmatch(value) or (rule.kind == "name" and self._is_role_or_known(value)):
                continue
            yield Mask(*_stripped(surface, entity.start), rule.kind)

    def _hiragana_before_honorific(self, text: str, annotation: Annotation) -> Iterator[Mask]:
        """Names in hiragana, which only the analyser's words set apart from what stands before them."""
        tokens = annotation.tokens
        for number in range(1, len(tokens)):
            if not self._rules.honorific.fullmatch(tokens[number].surface) or tokens[number - 1].pos in _NEVER_A_NAME:
                continue
            first = number - 1
            while first > 0 and tokens[first - 1].pos in _PART_OF_NAME and tokens[first - 1].end == tokens[first].start:
                if not _HIRAGANA.fullmatch(tokens[first - 1].surface):
                    break
                first -= 1
            start, end = tokens[first].start, tokens[number - 1].end
            if _HIRAGANA.fullmatch(text[start:end]) and not self._rules.roles.hold(text[start:end]):
                yield Mask(start, end, "name")

    def _whole_chains(self, copy: FoldedText, found: Iterable[Mask]) -> Iterator[Mask]:
        """Names of several words of which one was found."""
        names = [mask for mask in found if mask.kind == "name"]
        for expression in self._rules.compiled_chains if names else []:
            for match in expression.finditer(copy.text):
                start, end = copy.source_span(*match.span())
                if any(name.start < end and start < name.end for name in names):
                    yield Mask(start, end, "name")


def _without_overlap(masks: list[Mask], text: str) -> list[Mask]:
    """Keep the longest whole, then the one of the earlier rule; of the others what sticks out, if it says anything."""
    owner: list[Mask | None] = [None] * len(text)
    for mask in sorted(masks, key=lambda each: each.start - each.end):
        for place in range(mask.start, mask.end):
            owner[place] = owner[place] or mask
    kept: list[Mask] = []
    for place, its_owner in enumerate(owner):
        if its_owner is None:
            continue
        if kept and kept[-1].end == place and kept[-1].kind == its_owner.kind:
            kept[-1] = kept[-1]._replace(end=place + 1)
        else:
            kept.append(Mask(place, place + 1, its_owner.kind))
    return [mask for mask in kept if any(each.isalnum() for each in text[mask.start : mask.end])]


def _replace(text: str, masks: Iterable[Mask], rules: MaskingFile) -> str:
    parts: list[str] = []
    done = 0
    for mask in masks:
        parts += [text[done : mask.start], rules.placeholders[mask.kind]]
        done = mask.end
    return "".join([*parts, text[done:]])


def _with_capitals(value: str) -> str:
    """The words at the beginning that have a capital, with the particles of names between them (da Silva)."""
    words = value.split(" ")
    capitals_n = 0
    for number, word in enumerate(words, start=1):
        if word[:1].isupper():
            capitals_n = number
        elif not (capitals_n and word in ("da", "de", "do", "dos", "das", "del", "la", "van", "bin", "binti")):
            break
    return " ".join(words[:capitals_n])


def _begun_at_name(mask: Mask, annotation: Annotation) -> Mask:
    """The mask without the words at its beginning that are no part of a name (昨日田中 → 田中)."""
    tokens = _within(mask, annotation.tokens)
    while len(tokens) > 1 and tokens[0].pos in _NO_PART_OF_NAME:
        tokens = tokens[1:]
    return mask._replace(start=tokens[0].start) if tokens and tokens[0].start > mask.start else mask


def _within(mask: Mask, tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if mask.start <= token.start and token.end <= mask.end]


def _in_ordinary(surface: str) -> str:
    return fold(surface).text.translate(_ordinary()).strip()


def _stripped(surface: str, start: int) -> tuple[int, int]:
    left = len(surface) - len(surface.lstrip())
    return start + left, start + len(surface.rstrip())


@cache
def _ordinary() -> dict[int, str]:
    """One character for one: every digit, hyphen, space and full-width mark as its ordinary form."""
    table = {0xFF01 + number: chr(0x21 + number) for number in range(94)}
    table |= {ord("･"): "・", ord("•"): "・", ord("’"): "'", ord("‘"): "'", ord("−"): "-", ord("⁃"): "-"}
    for number in range(0x80, 0x20000):
        character = chr(number)
        category = unicodedata.category(character)
        if category == "Nd":
            table[number] = str(unicodedata.digit(character))
        elif category == "Pd":
            table[number] = "-"
        elif category == "Zs":
            table[number] = " "
    return table
