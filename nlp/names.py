"""Names that are known from lists, and words that may be names by where they stand, without any analyser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from nlp.masking_rules import FILLER, MaskingFile

_WORDS: Final = re.compile(
    r"(?P<katakana>[ァ-ヺーヽヾ]+)|(?P<hiragana>[ぁ-ゖー]+)|(?P<han>[一-鿿㐀-䶿々〆\uf900-\ufaff𠮷]+)"
    r"|(?P<spaced>[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ'-]*)"
    r"|(?P<inflected>[가-힣]+|[ऀ-ॣ॰-ॿ]+|[ঀ-৿]+|[஀-௿]+|[඀-෿\u200d]+|[؀-ۿ]+|[Ѐ-ӿ'ʼ’-]+)"
    r"|(?P<unspaced>[ก-๛]+|[က-႟]+)"
)
_VIETNAMESE: Final = re.compile("[ăđơưạ-ỹ]")
_NO_SMALL_NAMES: Final = re.compile("[a-zà-ỹ,] [A-ZÀ-Ỹ][a-zà-ỹ]|[ăđơưạ-ỹ]")
_PARTICLES: Final = frozenset("はがにをともへやでのか")
_ENDING_CHARACTERS: Final = 4  # of a name's endings and particles, in scripts that write them together with it
_NAME_CHARACTERS: Final = 16
_CUE_CHARACTERS: Final = 40  # how far back a cue may reach
_LINK_CHARACTERS: Final = 6

Certainty = Literal["sure", "word", "unknown"]
"""`word`: a name, and an ordinary word too. `unknown`: neither a known name nor a known word."""
_DOUBT: Final[dict[Certainty, str | None]] = {"sure": None, "word": "name_or_word", "unknown": "unknown_katakana"}


class FoundName(NamedTuple):
    """A name at [start, end), or a place that may be one: of which class of doubt."""

    start: int
    end: int
    doubt: str | None


class _Candidate(NamedTuple):
    start: int
    end: int
    certainty: Certainty
    is_hiragana: bool = False


def comparable_name(word: str) -> str:
    """A word as words of the lists of names, and of words that are none, are compared."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


@dataclass(frozen=True)
class KnownNames:
    """Names of the lists: those that are nothing else, those that are words too, and beginnings of inflected ones."""

    sure: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    beginnings: frozenset[str] = frozenset()

    @classmethod
    def of(cls, lines: Iterable[str]) -> KnownNames:
        """Read lists: forms of names parted by spaces, `?` before one that is a word too, `-` after a beginning."""
        forms = [form for line in lines if not line.startswith("#") for form in line.split()]
        words = {comparable_name(form[1:]) for form in forms if form[0] == "?"}
        beginnings = {comparable_name(form[:-1]) for form in forms if form[-1] == "-"}
        sure = {comparable_name(form) for form in forms if form[0] != "?" and form[-1] != "-"}
        return cls(frozenset(sure - words), frozenset(words), frozenset(beginnings))

    def certainty(self, word: str) -> Certainty | None:
        """What is known of a single word."""
        comparable = comparable_name(word)
        return "sure" if comparable in self.sure else "word" if comparable in self.words else None

    def certainty_of_whole(self, word: str) -> Certainty | None:
        """What is known of a word that may be a family name and a given name written together (山口美咲, 김민수)."""
        if (whole := self.certainty(word)) is not None:
            return whole
        for cut in range(1, len(word) if 2 < len(word) <= _NAME_CHARACTERS else 0):
            parts = {self.certainty(word[:cut]), self.certainty(word[cut:])}
            if None not in parts:
                return "sure" if "sure" in parts else "word"
        return None


class NameSearch:
    """Finds known names, and words that stand where a name would."""

    def __init__(
        self,
        rules: MaskingFile,
        names: KnownNames,
        *,
        not_names: Collection[str] = frozenset(),
        katakana_words: Collection[str] = frozenset(),
    ) -> None:
        """`not_names` and `katakana_words` as `comparable_name` gives them."""
        self._cue = rules.compiled_cues
        self._names = names
        self._not_names = not_names
        self._katakana_words = katakana_words

    def find(self, text: str) -> Iterator[FoundName]:
        """Names in a text of ordinary characters, in order; what touches a placeholder's filler is left alone."""
        candidates = list(self._candidates(text))
        found = {each: _DOUBT[each.certainty] for each in candidates if self._is_found(text, each)}
        starts, ends = {each.start for each in found}, {each.end for each in found}
        for each in [*candidates, *reversed(candidates)]:
            if each not in found and self._is_linked(text, each, starts, ends):
                found[each] = _DOUBT[each.certainty]
                starts.add(each.start)
                ends.add(each.end)
        for each in candidates:
            doubt = found.get(each, "katakana_alone" if each.certainty == "unknown" else "")
            if doubt != "":
                yield FoundName(each.start, each.end, doubt)

    def _is_found(self, text: str, each: _Candidate) -> bool:
        return each.certainty == "sure" or self._is_cued(text, each)

    def certainty(self, word: str) -> Certainty | None:
        """What the lists know of a word."""
        return self._names.certainty(word)

    def is_place_after(self, text: str, place: int) -> bool:
        """Whether the text goes on there as the name of a place or a thing does (田中|市場)."""
        return self._cue["place"].match(text, place) is not None

    def is_place_before(self, text: str, place: int) -> bool:
        """Whether what stands before is followed by the name of a place (ハローワーク|福井)."""
        return self._is_before(self._cue["place_before"], text, place)

    def without_title(self, text: str, start: int, end: int) -> int:
        """Where a name ends that goes on as a title, inside text[start:end] and beyond it (石田|部|長)."""
        for place in range(start + 1, end):
            title = self._cue["title"].match(text, place)
            if title is not None and title.end() >= end:
                return place
        return end

    def is_ordinary_katakana(self, word: str) -> bool:
        """Whether a run of katakana is an ordinary word, or made of several."""
        known = self._katakana_words
        reached = {0}
        for start in range(len(word)):
            if start in reached:
                reached |= {end for end in range(start + 2, len(word) + 1) if word[start:end] in known}
        return len(word) in reached

    # --- candidates

    def _candidates(self, text: str) -> Iterator[_Candidate]:
        ways: dict[str, Callable[[str, int, int], Iterator[_Candidate]]] = {
            "katakana": self._in_katakana,
            "hiragana": self._in_hiragana,
            "han": self._in_han,
            "spaced": self._in_spaced,
            "inflected": self._inflected,
            "unspaced": self._unspaced,
        }
        for match in _WORDS.finditer(text):
            for each in ways[match.lastgroup or ""](text, *match.span()):
                if self.is_place_after(text, each.end) or self.is_place_before(text, each.start):
                    continue
                if comparable_name(text[each.start : each.end]) not in self._not_names:
                    yield each
                elif each.certainty != "unknown":
                    yield each._replace(certainty="word")

    def _in_katakana(self, text: str, start: int, end: int) -> Iterator[_Candidate]:
        word = text[start:end]
        certainty = self._names.certainty(word)
        touches = _is_han(text[end : end + 1]) and not self._cue["title"].match(text, end)
        touches |= _is_han(text[start - 1 : start]) and not self._is_before(self._cue["lead"], text, start)
        if certainty is not None:
            if certainty == "sure" or not touches:
                yield _Candidate(start, end, certainty)
        elif len(word) > 1 and not touches and not self.is_ordinary_katakana(word):
            yield _Candidate(start, end, "unknown")

    def _in_hiragana(self, text: str, start: int, end: int) -> Iterator[_Candidate]:
        """A known name between the run's ends, particles and honorifics, the longest from each place on."""
        place = start
        before = text[start - 1 : start]
        is_ending = (before.isalpha() or before == FILLER) and text[start] in _PARTICLES  # ジョナサン|はまだ
        while place < end:
            if (place == start and not is_ending) or self._is_before(self._cue["particle"], text, place):
                for stop in range(min(end, place + _NAME_CHARACTERS), place + 1, -1):
                    certainty = self._names.certainty(text[place:stop])
                    if certainty and (stop == end or self._cue["ends_word"].match(text, stop)):
                        yield _Candidate(place, stop, certainty, is_hiragana=True)
                        place = stop - 1
                        break
            place += 1

    def _in_han(self, text: str, start: int, end: int) -> Iterator[_Candidate]:
        """A known name that is the whole run, but for words that lead to it and titles (担当田中社長)."""
        for first in range(start, end):
            if first > start and not self._is_before(self._cue["lead"], text, first):
                continue
            for stop in range(min(end, first + 6), first, -1):
                certainty = self._names.certainty_of_whole(text[first:stop])
                if certainty == "word" and self._is_inflected(text, stop):
                    certainty = None
                if certainty and (stop == end or self._cue["title"].match(text, stop)):
                    yield _Candidate(first, stop, certainty)
                    return

    def _in_spaced(self, text: str, start: int, end: int) -> Iterator[_Candidate]:
        """A known name; without a capital no syllable of Vietnamese, and no word in a text that knows capitals."""
        word = text[start:end].rstrip("'-")
        for part in [word] if self._names.certainty(word) else re.split("['-]", word):
            certainty = self._names.certainty(part)
            if certainty is None or (part.islower() and _VIETNAMESE.search(part)):
                continue
            if certainty == "sure" or not part.islower() or not _NO_SMALL_NAMES.search(text):
                first = start + word.index(part)
                yield _Candidate(first, first + len(part), certainty)

    def _inflected(self, text: str, start: int, end: int) -> Iterator[_Candidate]:
        """A known name that the word begins with."""
        for stop in range(end, max(start + 1, end - _ENDING_CHARACTERS - 1), -1):
            word = text[start:stop]
            if self._names.certainty_of_whole(word) == "sure" and (stop - start > 2 or stop == end):
                yield _Candidate(start, stop, "sure")
                return
            if word[0].isupper() and comparable_name(word) in self._names.beginnings:
                yield _Candidate(start, end, "sure")
                return

    def _unspaced(self, text: str, start: int, end: int) -> Iterator[_Candidate]:
        """Known names anywhere in a run that is written without spaces, the longest from each place on."""
        place = start
        while place < end:
            for stop in range(min(end, place + _NAME_CHARACTERS), place + 2, -1):
                if self._names.certainty(text[place:stop]) == "sure":
                    yield _Candidate(place, stop, "sure")
                    place = stop - 1
                    break
            place += 1

    def _is_inflected(self, text: str, end: int) -> bool:
        """Whether hiragana follows that is no particle (優|しい)."""
        return "ぁ" <= text[end : end + 1] <= "ゖ" and not self._cue["ends_word"].match(text, end)

    # --- cues

    def _is_cued(self, text: str, each: _Candidate) -> bool:
        if self._is_before(self._cue["before"], text, each.start) or self._cue["after"].match(text, each.end):
            return True
        if each.certainty == "unknown" and self._is_before(self._cue["lead"], text, each.start):
            return True
        if self._cue["predicate"].match(text, each.end) and (
            self._is_before(self._cue["subject"], text, each.start)
            or (not each.is_hiragana and self._is_before(self._cue["start"], text, each.start))
        ):
            return True
        is_short_kana = each.is_hiragana and each.end - each.start < 3
        return not is_short_kana and self._cue["deed"].match(text, each.end) is not None

    def _is_linked(self, text: str, each: _Candidate, starts: Collection[int], ends: Collection[int]) -> bool:
        """Whether a word is told together with a name before or after it (ズンとフォン)."""
        before = range(max(0, each.start - _LINK_CHARACTERS), each.start)
        after = range(each.end + 1, each.end + _LINK_CHARACTERS + 1)
        link = self._cue["and_"]
        return any(end in ends and link.fullmatch(text, end, each.start) for end in before) or any(
            start in starts and link.fullmatch(text, each.end, start) for start in after
        )

    def _is_before(self, cue: re.Pattern[str], text: str, place: int) -> bool:
        return cue.search(text[max(0, place - _CUE_CHARACTERS) : place]) is not None


def _is_han(character: str) -> bool:
    return bool(character) and ("一" <= character <= "鿿" or character == "々")
