"""A programme's vocabulary: words that the pinned dictionary lacks, and homophones that their neighbours tell apart."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, TypeAdapter

from nlp.annotation import Token
from nlp.homophones import Homophone, HomophonesFile, spelling, told_apart
from warehouse.definitions import Definition, DefinitionReader, UserMistake, fault

OWN_FOLDER: Final = Path(__file__).resolve().parents[1]
USER_DICTIONARY: Final = "nlp/lexicon/user_dictionary.csv"
HOMOPHONES: Final = "nlp/homophones.yml"

# Parts of speech with their connection numbers, as the dictionary's authors give them for words of a user.
_KINDS: Final = {"noun": (5146, "一般"), "action": (5133, "サ変可能")}


class Word(Definition):
    """A row of the user dictionary: how a word is written, and the form under which all its spellings count.

    `reading` is in katakana; an `action` is a noun that する follows (めんせつする). The higher its `cost`, the less
    the word is seen inside others: 9,000 lets a word of kana stand alone, 16,000 hardly (いばしょ, which is also in
    高い場所 たかいばしょ), 3,000 puts it above what the dictionary itself says of the same kana.
    """

    surface: str = Field(min_length=1, max_length=60, pattern=r"^\S+$")
    norm: str = Field(min_length=1, max_length=60)
    reading: str = Field(pattern="^[ァ-ヺー]+$", max_length=60)
    kind: Literal["noun", "action"] = "noun"
    cost: int = Field(9_000, ge=-32_767, le=32_767)


@dataclass(frozen=True)
class Vocabulary:
    """Words and homophones, hashable by content: what a programme adds to the pinned dictionary."""

    words: tuple[Word, ...] = ()
    homophones: tuple[Homophone, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of the content, whatever the layout of the files it came from."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def __hash__(self) -> int:
        return hash(self.sha256)

    def to_json(self) -> str:
        """The vocabulary on one line, as a worker process gets it."""
        return _ADAPTER.dump_json(self).decode()

    @classmethod
    def from_json(cls, line: str | bytes) -> Vocabulary:
        """Read what `to_json` wrote."""
        return _ADAPTER.validate_json(line)

    def source(self) -> bytes:
        """The words as the dictionary's compiler takes them (Sudachi's CSV of 18 columns, UTF-8)."""
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        for word in self.words:
            number, kind = _KINDS[word.kind]
            looked_up = unicodedata.normalize("NFKC", word.surface).lower()  # as the analyser writes before it looks
            speech = ("名詞", "普通名詞", kind, "*", "*", "*")
            forms = (word.reading, word.norm, *"*****")
            writer.writerow((looked_up, number, number, word.cost, word.surface, *speech, *forms))
        return lines.getvalue().encode()

    def applied(self, tokens: Sequence[Token]) -> list[Token]:
        """The tokens of a text with what the vocabulary knows better: lemmas of its words, norms of homophones."""
        known = (token._replace(lemma=token.norm) if spelling(token) in self._by_surface else token for token in tokens)
        return told_apart(list(known), self.homophones)

    @cached_property
    def _by_surface(self) -> dict[str, Word]:
        return {word.surface: word for word in self.words}


_ADAPTER: Final = TypeAdapter(Vocabulary)


def read_vocabulary(reader: DefinitionReader, own: DefinitionReader) -> Vocabulary:
    """Read a programme's user dictionary and homophones, each its own or else the tool's; faults go to the readers."""
    words = _reader_of(reader, own, USER_DICTIONARY).csv(USER_DICTIONARY, Word)
    surfaces = [word.surface for word in words]
    for surface in sorted({each for each in surfaces if surfaces.count(each) > 1}):
        wrong = (f"同じ表記が2回あります({surface})", f"a spelling stands twice ({surface})")
        _reader_of(reader, own, USER_DICTIONARY).faults.append(
            fault(USER_DICTIONARY, surface, wrong, ("1行にしてください", "keep one row"))
        )
    found = _reader_of(reader, own, HOMOPHONES).yaml(HOMOPHONES, HomophonesFile)
    return Vocabulary(tuple(words), tuple(found.homophones) if found else ())


@cache
def own_vocabulary() -> Vocabulary:
    """The tool's own vocabulary. Raises UserMistake if it cannot be read."""
    own = DefinitionReader(OWN_FOLDER)
    vocabulary = read_vocabulary(own, own)
    if own.faults:
        raise UserMistake(own.faults)
    return vocabulary


def _reader_of(reader: DefinitionReader, own: DefinitionReader, name: str) -> DefinitionReader:
    return reader if (reader.folder / name).is_file() else own
