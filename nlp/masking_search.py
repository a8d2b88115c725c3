"""Where identifiers stand in a text: by patterns, by the analyser's entities and words, by names from lists."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from nlp.annotation import Annotation, Token
from nlp.characters import FoldedText, fold
from nlp.masking_rules import FILLER, Pattern
from nlp.names import NameSearch, comparable_name
from nlp.text_rules import TextRules

# What may begin a token run before an honorific without being part of the name.
_NO_PART_OF_NAME: Final = frozenset(
    {"ADV", "PRON", "ADP", "AUX", "VERB", "ADJ", "SCONJ", "CCONJ", "DET", "NUM", "PUNCT"}
)
_NEVER_A_NAME: Final = frozenset({"ADP", "AUX", "SCONJ", "CCONJ", "PUNCT", "DET"})
_PART_OF_NAME: Final = frozenset({"PROPN", "NOUN", "X", "INTJ"})
_HIRAGANA: Final = re.compile("[ぁ-ゖー]+")
_LIKE_A_NAME: Final = re.compile("[ぁ-ねは-ゑん-ゖー]{3,6}")  # without の and を inside
# Letters that show nothing: joiners, variation selectors, fillers of Hangul, tags.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u180b-\u180e\u200c\u200d\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e01ef]"
)
# Characters set apart one by one (た な か): two of Chinese, or three of any.
_SPREAD: Final = re.compile(
    r"(?<!\S)(?:[一-鿿々\uf900-\ufaff] {1,2}[一-鿿々\uf900-\ufaff](?: {1,2}[一-鿿々\uf900-\ufaffぁ-ゖァ-ヺー])*"
    r"|\w(?: {1,2}[\w@.ー-]){2,})(?!\S)"
)
# An analyser that does not know a word of hiragana makes it of such parts.
_PARTS_OF_UNKNOWN: Final = ("感動詞", "助動詞", "名詞-固有名詞", "接頭辞")


class Found(NamedTuple):
    """A stretch of a text that was found, of which kind, and of which class of doubt (None: sure)."""

    start: int
    end: int
    kind: str
    doubt: str | None = None


class Search:
    """Finds identifiers by the rules. Compiled once for many texts."""

    def __init__(self, rules: TextRules) -> None:
        self._rules = rules.masking
        self._not_names = rules.not_names
        self._names = NameSearch(
            rules.masking, rules.names, not_names=rules.not_names, katakana_words=rules.katakana_words
        )
        self._cue = rules.masking.compiled_cues

    def find(self, text: str, annotation: Annotation | None) -> list[Found]:
        """All that is found, overlapping as it may; placeholders already there are left alone."""
        filled = self._rules.filled(text.replace(FILLER, "\ufffd"))  # one that a person wrote (a picture) hides nothing
        copy = _ordinary_copy(filled)
        found: list[Found] = []
        for each in (copy, _tightened(copy)):
            if each is not None:
                found += self._by_pattern(filled, each, annotation)
                found += (
                    Found(*each.source_span(*name[:2]), "name", name.doubt) for name in self._names.find(each.text)
                )
        if annotation is not None:
            found += list(self._by_entity(filled, annotation, found))
            found += self._hiragana_before_honorific(filled, annotation)
            found += self._unknown_hiragana(copy, annotation)
        found += self._whole_chains(copy, found)
        return [each for each in found if FILLER not in filled[each.start : each.end]]

    def _by_pattern(self, text: str, copy: FoldedText, annotation: Annotation | None) -> Iterator[Found]:
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
                found = Found(*copy.source_span(start, start + len(value)), pattern.kind, pattern.doubt)
                if pattern.unless in ("role", "generic") and annotation is not None and not _HIRAGANA.fullmatch(value):
                    found = _begun_at_name(found, annotation)
                    value = _in_ordinary(text[found.start : found.end])
                if not self._is_excepted(pattern, value, found, annotation):
                    yield found

    def _is_excepted(self, pattern: Pattern, value: str, found: Found, annotation: Annotation | None) -> bool:
        if pattern.unless == "role":
            return self._rules.roles.hold(value)
        if pattern.unless == "generic":
            return self._rules.generic.hold(value)
        if pattern.unless == "not_a_name":
            return self._is_no_name(value) or all(map(self._is_no_name, value.split(" ")))
        if pattern.unless == "known_words" and annotation is not None:
            parts = re.split("[・=]", value)
            common = {token.surface for token in _within(found, annotation.tokens) if token.pos == "NOUN"}
            if len(parts) > 2:  # レ・ティ・フォン: three words of a syllable each are no enumeration
                common = {word for word in common if len(word) > 2}
            return all(part in common or self._is_known_word(part) for part in parts)
        return False

    def _is_role_or_known(self, value: str) -> bool:
        return self._rules.roles.hold(value) or all(self._is_known_word(part) for part in re.split("[・=]", value))

    def _is_known_word(self, value: str) -> bool:
        return self._is_no_name(value) or self._names.is_ordinary_katakana(value)

    def _is_no_name(self, value: str) -> bool:
        return comparable_name(value) in self._not_names

    def _by_entity(self, text: str, annotation: Annotation, found: list[Found]) -> Iterator[Found]:
        """Entities whose label has a rule. Other kinds than names count where no pattern found any of it."""
        for entity in annotation.entities:
            if entity.label not in self._rules.compiled_entities:
                continue
            rule, expression = self._rules.compiled_entities[entity.label]
            surface = text[entity.start : entity.end]
            if rule.kind == "name":
                surface = self._rules.honorific_ending.sub("", surface)
            value = _in_ordinary(surface)
            if not expression.fullmatch(value):
                continue
            start, end = _stripped(surface, entity.start)
            if rule.kind == "name":
                yield from self._person(text, value, start, self._names.without_title(text, start, end))
            elif not any(each.start < end and start < each.end for each in found if each.kind == rule.kind):
                yield Found(start, end, rule.kind)

    def _person(self, text: str, value: str, start: int, end: int) -> Iterator[Found]:
        """A person that the analyser sees; of hiragana it makes names where it knows no word."""
        if self._is_role_or_known(value) or self._is_a_place(text, start, end):
            return
        certainty = self._names.certainty(value)
        if not _HIRAGANA.fullmatch(value) or certainty == "sure":
            yield Found(start, end, "name")
        elif certainty is None and _LIKE_A_NAME.fullmatch(value):
            yield Found(start, end, "name", "unknown_hiragana")

    def _is_a_place(self, text: str, start: int, end: int) -> bool:
        """Whether it is, or is part of, the name of a place or a thing (田中市場, ハローワーク福井)."""
        inside = range(start + 2, end + 1)
        return any(self._names.is_place_after(text, place) for place in inside) or any(
            self._names.is_place_before(text, place) for place in (start, *inside)
        )

    def _hiragana_before_honorific(self, text: str, annotation: Annotation) -> Iterator[Found]:
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
                yield Found(start, end, "name")

    def _unknown_hiragana(self, copy: FoldedText, annotation: Annotation) -> Iterator[Found]:
        """Hiragana that people say they are (わたしは … です), and that the analyser knows no word of."""
        for match in self._cue["self_in_hiragana"].finditer(copy.text):
            found = Found(*copy.source_span(*match.span("value")), "name", "unknown_hiragana")
            if any(part.tag.startswith(_PARTS_OF_UNKNOWN) for part in _within(found, annotation.tokens)):
                yield found

    def _whole_chains(self, copy: FoldedText, found: Iterable[Found]) -> Iterator[Found]:
        """Names of several words of which one was found."""
        names = [each for each in found if each.kind == "name" and self._is_masked(each)]
        name_at = {place: name for name in sorted(names, key=_is_sure) for place in range(name.start, name.end)}
        for expression in self._rules.compiled_chains if names else []:
            for match in expression.finditer(copy.text):
                start, end = copy.source_span(*match.span())
                parts = [name_at[place] for place in range(start, end) if place in name_at]
                if parts:
                    yield Found(start, end, "name", None if any(map(_is_sure, parts)) else parts[0].doubt)

    def _is_masked(self, each: Found) -> bool:
        return each.doubt is None or self._rules.default_of[each.doubt] == "mask"


def _is_sure(found: Found) -> bool:
    return found.doubt is None


def _ordinary_copy(text: str) -> FoldedText:
    """The text in ordinary characters, without what cannot be seen."""
    folded = fold(text)
    copy = replace(folded, text=folded.text.translate(_ordinary()))
    if not _INVISIBLE.search(copy.text):
        return copy
    return copy.only([place for place, each in enumerate(copy.text) if not _INVISIBLE.match(each)])


def _tightened(copy: FoldedText) -> FoldedText | None:
    """The copy with characters that are set apart one by one put together; None where there are none."""
    spread = [range(*match.span()) for match in _SPREAD.finditer(copy.text)]
    if not spread:
        return None
    left_out = {place for places in spread for place in places if copy.text[place] == " "}
    return copy.only([place for place in range(len(copy.text)) if place not in left_out])


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


def _begun_at_name(found: Found, annotation: Annotation) -> Found:
    """Without the words at its beginning that are no part of a name (昨日田中 → 田中)."""
    tokens = _within(found, annotation.tokens)
    while len(tokens) > 1 and tokens[0].pos in _NO_PART_OF_NAME:
        tokens = tokens[1:]
    return found._replace(start=tokens[0].start) if tokens and tokens[0].start > found.start else found


def _within(found: Found, tokens: Iterable[Token]) -> list[Token]:
    return [token for token in tokens if found.start <= token.start and token.end <= found.end]


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
