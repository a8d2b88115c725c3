"""Annotation of a text: tokens and entities with offsets in code points, and its compact written form."""

from __future__ import annotations

from dataclasses import dataclass
from sys import intern
from typing import Any, Literal, NamedTuple

AnnotationState = Literal["analysed", "too_long_cut", "not_analysable"]
"""`too_long_cut`: analysed in pieces, because a line was longer than the analyser takes at once."""

DICTIONARY_NAME = "Dictionary_Name"
"""Label of a word that the dictionary, not the model, knows as a person's name (人名)."""


class Token(NamedTuple):
    """One word: text[start:end] is its surface. White space is no token."""

    start: int
    end: int
    surface: str
    lemma: str
    norm: str
    pos: str


class Entity(NamedTuple):
    """A named entity: a label of the model, or `DICTIONARY_NAME`."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class Annotation:
    """What the analyser says about one text."""

    state: AnnotationState
    tokens: tuple[Token, ...] = ()
    entities: tuple[Entity, ...] = ()


NOT_ANALYSABLE = Annotation("not_analysable")


def to_plain(annotation: Annotation, *, words: bool = True) -> dict[str, Any]:
    """Write as columns of plain values (for JSON), without surfaces; `words=False` leaves out lemma and norm too."""
    tokens = annotation.tokens
    plain: dict[str, Any] = {
        "state": annotation.state,
        "starts": [token.start for token in tokens],
        "ends": [token.end for token in tokens],
        "pos": [token.pos for token in tokens],
        "entities": [list(entity) for entity in annotation.entities],
    }
    if words:
        plain["lemmas"] = [token.lemma for token in tokens]
        plain["norms"] = [token.norm for token in tokens]
    return plain


def from_plain(text: str, plain: dict[str, Any]) -> Annotation:
    """Read what `to_plain` wrote; the surfaces come from `text`."""
    starts, ends = plain["starts"], plain["ends"]
    nothing = [""] * len(starts)
    tokens = tuple(
        Token(start, end, intern(text[start:end]), intern(lemma), intern(norm), intern(pos))
        for start, end, lemma, norm, pos in zip(
            starts, ends, plain.get("lemmas", nothing), plain.get("norms", nothing), plain["pos"], strict=True
        )
    )
    return Annotation(plain["state"], tokens, tuple(Entity(*entity) for entity in plain["entities"]))
