"""Characters before words: cleaning of the stored text, the folded copy for analysis with its offsets, sentences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Controls (but tab and line feed), soft hyphen, zero-width space, marks of writing direction, word joiner, byte order
# mark. The joiners U+200C and U+200D stay: they spell words in Nepali, Persian and others, and hold emoji together.
_NO_CHARACTERS = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]"
)
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_LONE_SURROGATES = re.compile("[\ud800-\udfff]")
_PROLONGATIONS = frozenset("ー〜～〰ｰ")
# Drawn out for the sound of it (ありがとう〜), at the end of a word of hiragana; 9時〜5時 and コーヒー stay.
_DRAWN_OUT = re.compile(r"(?<=[ぁ-ゖ])(?:[ー〜～〰ｰ]{2,}|[〜～〰])(?![\w〜～〰])")
_TO_SHORTEN = re.compile(r"[ー〜～〰ｰ]{2}|[ぁ-ゖ][〜～〰]")
_MARKS_TOGETHER = 64  # marks on one base that fold together: languages need five, pranks have thousands
_SENTENCE = re.compile(r"[^。．｡！？!?\n]*(?:[。．｡！？!?]+[」』）)】]*|\n|$)")


@dataclass(frozen=True)
class CleanText:
    """A text as it is stored, and how many characters were taken out or replaced because they are none."""

    text: str
    removed_n: int


def clean(text: str) -> CleanText:
    """Take out control characters, replace lone surrogates by U+FFFD, write every line end as a line feed."""
    text, removed_n = _NO_CHARACTERS.subn("", _LINE_ENDS.sub("\n", text))
    text, replaced_n = _LONE_SURROGATES.subn("\ufffd", text)
    return CleanText(text, removed_n + replaced_n)


@dataclass(frozen=True)
class FoldedText:
    """A copy of a text in ordinary characters, and the way back.

    Character i of the copy comes from source[starts[i]:ends[i]]; the pieces follow each other without overlap, and what
    was left out lies between them.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Where folded[start:end], which is not empty, stands in the source, in code points."""
        return self.starts[start], self.ends[end - 1]

    def only(self, kept: Sequence[int]) -> FoldedText:
        """The copy of nothing but the characters at these places."""
        return FoldedText(
            "".join(self.text[place] for place in kept),
            [self.starts[place] for place in kept],
            [self.ends[place] for place in kept],
        )


def fold(text: str) -> FoldedText:
    """Fold half-width katakana, full-width letters and digits, split-off voicing marks and the like (NFKC).

    A cluster of characters that would become longer (㌔, ㈱) stays as it is, and so does full-width punctuation, which
    the model was trained on. A run of prolongations (すごーーい) becomes one, and what draws out the end of a word
    (ありがとう〜〜ーー) is left out. So the copy is never longer than the text.
    """
    if unicodedata.is_normalized("NFKC", text) and not _TO_SHORTEN.search(text):
        return FoldedText(text, range(len(text)), range(1, len(text) + 1))
    drawn_out = {match.start() for match in _DRAWN_OUT.finditer(text)}
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        if start in drawn_out:
            continue
        ordinary = _fold_cluster(text[start:end])
        folded.append(ordinary)
        # a base takes up the marks that it is written together with; what is left of them follows it
        inner = range(end - len(ordinary) + 1, end)
        starts += [start, *inner]
        ends += [*inner, end]
    return FoldedText("".join(folded), starts, ends)


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the sentences: up to 。！？ with what closes after them, or a line feed. Together they are the text."""
    return [match.span() for match in _SENTENCE.finditer(text) if match.group()]


def line_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the lines that hold more than white space, without their line feeds."""
    return [match.span() for match in re.finditer(r"[^\n]+", text) if not match.group().isspace()]


def _fold_cluster(cluster: str) -> str:
    if len(cluster) > 1 and set(cluster) <= _PROLONGATIONS:
        return "ー"
    if len(cluster) == 1 and "\uff01" <= cluster <= "\uff5e" and unicodedata.category(cluster)[0] in "PS":
        return cluster
    ordinary = unicodedata.normalize("NFKC", cluster)
    return ordinary if 0 < len(ordinary) <= len(cluster) else cluster


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Spans of characters that fold together: a base with its marks, or a run of prolongations."""
    start = 0
    for here in range(1, len(text)):
        if not _joins(text[start:here], text[here]):
            yield start, here
            start = here
    if text:
        yield start, len(text)


def _joins(cluster: str, character: str) -> bool:
    if character in _PROLONGATIONS and cluster[-1] in _PROLONGATIONS:
        return True
    if cluster[-1] in _PROLONGATIONS and len(cluster) > 1:
        return False
    if character.isascii() or len(cluster) > _MARKS_TOGETHER:
        return False
    if unicodedata.combining(unicodedata.normalize("NFKD", character)[0]):
        return True
    apart = unicodedata.normalize("NFKC", cluster) + unicodedata.normalize("NFKC", character)
    return unicodedata.normalize("NFKC", cluster + character) != apart
