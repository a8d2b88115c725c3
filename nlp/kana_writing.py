"""How residents write kana: with spaces between words, and as readings beside Chinese characters (ルビ)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from nlp.characters import FoldedText

_JAPANESE: Final = re.compile("[ぁ-ゖァ-ヺー々〆一-鿿]")
_KANA: Final = re.compile("[ぁ-ゖァ-ヺー]")
_SPACES: Final = re.compile("[ \t\u3000]+")
_KANA_SHARE: Final = 0.8  # of the letters: between words of Chinese characters, spaces part sentences
_PART_CHARACTERS: Final = 8.0  # parts longer than this on average are sentences, not words
# A space after one of these may end a sentence that has no full stop, unless a particle carries it on.
_SENTENCE_ENDS: Final = re.compile("(?:です|ます|ません|でした|ました|ください|たい|ない|だ)$")
_CARRIED_ON: Final = re.compile(
    "が|から|けど|けれど|ので|のに|と|か|ね|よ|し|でも|って|という|こと|とき|の|もの|ところ|ため|ひと"
)
_TO_HIRAGANA: Final = {number: number - 0x60 for number in range(ord("ァ"), ord("ヶ") + 1)}
_RUBY: Final = re.compile("(?<=[一-鿿々])[(（《]([ぁ-ゖー]{1,12})[)）》]")


class Reading(NamedTuple):
    """A word at [start, end) and how it is read, in hiragana."""

    start: int
    end: int
    kana: str


def hiragana(text: str) -> str:
    """The text with its katakana as hiragana."""
    return text.translate(_TO_HIRAGANA)


def is_spaced_kana(text: str) -> bool:
    """Whether a line is kana with spaces between words or phrases (しごと が ない, しごとが ありません)."""
    parts = [part for part in _SPACES.split(text.strip()) if _JAPANESE.search(part)]
    letters_n = sum(map(str.isalpha, text))
    if len(parts) < 2 or len(_KANA.findall(text)) < _KANA_SHARE * letters_n:
        return False
    return sum(map(len, parts)) <= _PART_CHARACTERS * len(parts)


def joined(copy: FoldedText) -> FoldedText:
    """Leave out the spaces inside a line of spaced kana, but where they may end a sentence; other lines stay.

    The analyser was trained on Japanese without spaces and cuts it better so (measured by tests.bench.script_variants).
    """
    if not is_spaced_kana(copy.text):
        return copy
    left_out: set[int] = set()
    for match in _SPACES.finditer(copy.text):
        start, end = match.span()
        is_between = _JAPANESE.match(copy.text[start - 1 : start]) and _JAPANESE.match(copy.text, end)
        ends_sentence = _SENTENCE_ENDS.search(copy.text[max(0, start - 8) : start])
        if is_between and (not ends_sentence or _CARRIED_ON.match(copy.text, end)):
            left_out.update(range(*match.span()))
    return copy.only([place for place in range(len(copy.text)) if place not in left_out])


def without_ruby(copy: FoldedText, readings: Callable[[str], list[Reading]]) -> FoldedText:
    """Leave out readings in brackets (更新（こうしん）), where the words before are read so; 仕事（なし） stays.

    `readings` cuts a text into words with their readings. The character before a reading takes it up, so that a word
    ends after its ruby: who hides the word hides its reading too.
    """
    rubies = list(_RUBY.finditer(copy.text))
    if not rubies:
        return copy
    within = {place for ruby in rubies for place in range(*ruby.span())}
    kept = [place for place in range(len(copy.text)) if place not in within]
    place_of = {place: number for number, place in enumerate(kept)}
    words = readings("".join(copy.text[place] for place in kept))
    ends = list(copy.ends)
    for ruby in rubies:
        last = place_of[ruby.start() - 1]
        if any(word.start <= last < word.end and ruby[1] in word.kana for word in _with_compounds(words)):
            ends[ruby.start() - 1] = copy.ends[ruby.end() - 1]
        else:
            kept += range(*ruby.span())
    return FoldedText(copy.text, copy.starts, ends).only(sorted(kept))


def _with_compounds(words: list[Reading]) -> list[Reading]:
    """The words, and the pairs and triples of words that follow each other (日本語 + 教室)."""
    runs = [words[start : start + length] for length in (1, 2, 3) for start in range(len(words) - length + 1)]
    return [Reading(run[0].start, run[-1].end, "".join(word.kana for word in run)) for run in runs]
