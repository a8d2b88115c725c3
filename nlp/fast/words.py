"""The Japanese tokenizer with what it makes of a morpheme remembered.

Most of spaCy's time goes into turning the same few thousand morphemes into tag, lemma, norm and features again and
again. What is remembered hangs on everything Sudachi says about the morpheme, so it holds for words of a user
dictionary, for unknown words and for numerals that Sudachi joins, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from spacy.attrs import LEMMA, NORM, POS, TAG
from spacy.lang import ja
from spacy.lang.ja import DetailedToken, JapaneseTokenizer
from spacy.tokens import Doc, MorphAnalysis
from spacy.vocab import Vocab

MORPHEMES: Final = 100_000
"""Morphemes remembered; beyond that the memory starts anew."""

_ja: Any = ja  # its functions have no types
_ATTRIBUTES: Final = [TAG, LEMMA, NORM, POS]
_WHITE_SPACE: Final = re.compile(r"\s")
_SPACE: Final = "空白"


@dataclass(frozen=True, slots=True)
class _Word:
    """What the tokenizer makes of a morpheme; `pos` by the tag of the next word, which has a say in it."""

    surface: str
    tag: str
    values: tuple[int, int, int]
    morph: MorphAnalysis
    pos: dict[str | None, tuple[int, int | None]] = field(default_factory=dict)


class FastJapaneseTokenizer(JapaneseTokenizer):
    """spaCy's JapaneseTokenizer, without the sub-tokens that `compound_splitter` would need to split at."""

    def __init__(self, vocab: Vocab, split_mode: str | None = None) -> None:
        super().__init__(vocab, split_mode)
        self.need_subtokens = False
        self._words: dict[tuple[Any, ...], _Word] = {}
        self._words_of: Any = None

    def __call__(self, text: str) -> Doc:
        """Tokenize a text. Raises what spaCy's tokenizer raises."""
        if self.need_subtokens:
            return super().__call__(text)
        words = self._find(text)
        spaces = [False] * len(words)
        if "".join([word.surface for word in words]) != text or _WHITE_SPACE.search(text):
            aligned, spaces = _ja.get_dtokens_and_spaces(_with_spaces_merged(words), text)
            words = [word if isinstance(word, _Word) else self._word(word) for word in aligned]
        doc = Doc(self.vocab, words=[word.surface for word in words], spaces=spaces)
        if words:
            values = [(*word.values, pos) for word, pos in zip(words, _parts_of_speech(words), strict=True)]
            array: Any = np.array(values, dtype=np.uint64)
            doc.from_array(_ATTRIBUTES, array)
            for token, word in zip(doc, words, strict=True):  # from_array would look every one of them up
                token.morph = word.morph
        return doc

    def _find(self, text: str) -> list[_Word]:
        known = self._words
        if self.tokenizer is not self._words_of or len(known) > MORPHEMES:  # part of speech ids are the dictionary's
            known.clear()
            self._words_of = self.tokenizer
        words = []
        for morpheme in self.tokenizer.tokenize(text):
            surface = morpheme.surface()
            if surface:
                key = (
                    surface,
                    morpheme.part_of_speech_id(),
                    morpheme.dictionary_form(),
                    morpheme.normalized_form(),
                    morpheme.reading_form(),
                )
                word = known.get(key)
                if word is None:
                    word = known[key] = self._word(*self._get_dtokens([morpheme], need_sub_tokens=False))
                words.append(word)
        return words

    def _word(self, token: DetailedToken) -> _Word:
        add = self.vocab.strings.add
        features = {}
        if token.inf:
            features["Inflection"] = token.inf
        if token.reading:
            features["Reading"] = re.sub("[=|]", "_", token.reading)
        values = add(token.tag), add(token.lemma or token.surface), add(token.norm)
        return _Word(token.surface, token.tag, values, MorphAnalysis(self.vocab, features))


def _with_spaces_merged(words: list[_Word]) -> list[_Word]:
    """Without the white space that follows white space, of which Sudachi makes a morpheme a character."""
    is_space = [word.tag == _SPACE and word.surface.isspace() for word in words]
    return [
        word for word, here, before in zip(words, is_space, [False, *is_space], strict=False) if not (here and before)
    ]


def _parts_of_speech(words: list[_Word]) -> list[int]:
    """What spaCy's rules say of each word and the tag after it, which may settle the next word too."""
    found = []
    settled = None
    for word, tag in zip(words, [*(word.tag for word in words[1:]), None], strict=False):
        if settled:
            found.append(settled)
            settled = None
            continue
        rule = word.pos.get(tag)
        if rule is None:
            rule = word.pos[tag] = _ja.resolve_pos(word.surface, word.tag, tag)
        found.append(rule[0])
        settled = rule[1]
    return found
