"""What an answer's texts say, as named features, each with the words that gave it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

Block = Literal["words", "predicates", "themes"]
BLOCKS: tuple[Block, ...] = ("words", "predicates", "themes")


class Place(NamedTuple):
    """Words of one of an answer's texts: text[start:end], in code points."""

    question_id: str
    start: int
    end: int

    def holds(self, other: Place) -> bool:
        """Whether the other words lie in these."""
        return self.question_id == other.question_id and self.start <= other.start and other.end <= self.end


class Word(NamedTuple):
    """A word by its normal form; `sentence` counts the sentences of its text."""

    place: Place
    norm: str
    sentence: int


class Said(NamedTuple):
    """A predicate: `label` is its lemma with polarity and modality, `nouns` what it is said of (normal form, place)."""

    place: Place
    lemma: str
    label: str
    negated: bool
    modality: tuple[str, ...]
    nouns: tuple[tuple[str, Place], ...]


@dataclass(frozen=True)
class Answer:
    """What is known of one answer's texts, in the order of the questions read; `themes`: (theme, place)."""

    words: tuple[Word, ...]
    predicates: tuple[Said, ...]
    themes: tuple[tuple[str, Place], ...] = ()
    characters_n: int = 0


class Mention(NamedTuple):
    """One occurrence of a feature, and the places of the words that gave it."""

    block: Block
    name: str
    places: tuple[Place, ...]


def mentions(answer: Answer, words_together: int = 1) -> Iterator[Mention]:
    """Every feature of an answer as often as it occurs.

    Of words their normal forms and, with `words_together` 2, pairs of neighbours in a sentence. Of predicates the
    label (払う〜できない), the label with each noun it is said of (家賃/払う〜できない), polarity and modality by
    themselves. Of themes their ids.
    """
    for word in answer.words:
        yield Mention("words", word.norm, (word.place,))
    if words_together == 2:
        for one, other in pairwise(answer.words):
            if (one.place.question_id, one.sentence) == (other.place.question_id, other.sentence):
                yield Mention("words", f"{one.norm} {other.norm}", (one.place, other.place))
    for said in answer.predicates:
        yield Mention("predicates", said.label, (said.place,))
        for noun, place in said.nouns:
            yield Mention("predicates", f"{noun}/{said.label}", (place, said.place))
        for mark in (*said.modality, *(["negated"] if said.negated else [])):
            yield Mention("predicates", f"[{mark}]", (said.place,))
    for theme, place in answer.themes:
        yield Mention("themes", theme, (place,))
