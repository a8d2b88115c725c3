"""Annotation of a text: tokens and entities with offsets in code points, and its compact written form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain, count, groupby, repeat
from operator import add, sub
from sys import intern
from typing import Any, Literal, NamedTuple, TypeVar

T = TypeVar("T")

AnnotationState = Literal["analysed", "too_long_cut", "not_analysable"]
"""`too_long_cut`: analysed in pieces, because a line was longer than the analyser takes at once."""

DICTIONARY_NAME = "Dictionary_Name"
"""Label of a word that the dictionary, not the model, knows as a person's name (人名)."""


class Token(NamedTuple):
    """One word: text[start:end] is its surface. White space is no token.

    `tag` is the dictionary's part of speech, `inflection` its conjugation ("五段-ラ行;未然形-一般"), `dep` the relation
    (Universal Dependencies) to the token numbered `head` among the annotation's tokens, itself where it depends on
    none; `sentence` counts the text's sentences from 0. `norm_rule` is the homophone rule that set lemma and norm.
    """

    start: int
    end: int
    surface: str
    lemma: str
    norm: str
    pos: str
    tag: str = ""
    inflection: str = ""
    dep: str = ""
    head: int = -1
    sentence: int = 0
    norm_rule: str | None = None


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
    """Write as columns of plain values (for JSON), without surfaces; `words=False` leaves out lemma and norm too.

    A combination of pos, tag, inflection and dep is written once, as one of `kinds`; a head as its distance; what most
    tokens have in common (no gap before, lemma as surface, norm as lemma) only where it is otherwise.
    """
    tokens = annotation.tokens
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(map(_kind, tokens)))}
    gaps = [token.start - end for token, end in zip(tokens, [0, *(token.end for token in tokens)], strict=False)]
    plain: dict[str, Any] = {
        "state": annotation.state,
        "lengths": [token.end - token.start for token in tokens],
        "gaps": [[number, gap] for number, gap in enumerate(gaps) if gap],
        "kinds": list(kinds),
        "kind": [kinds[_kind(token)] for token in tokens],
        "heads": [token.head - number for number, token in enumerate(tokens)],
        "sentences": [[number, len(list(some))] for number, some in groupby(token.sentence for token in tokens)],
        "entities": [list(entity) for entity in annotation.entities],
    }
    if words:
        plain["lemmas"] = [[number, each.lemma] for number, each in enumerate(tokens) if each.lemma != each.surface]
        plain["norms"] = [[number, each.norm] for number, each in enumerate(tokens) if each.norm != each.lemma]
        plain["norm_rules"] = [[number, token.norm_rule] for number, token in enumerate(tokens) if token.norm_rule]
    return plain


def from_plain(text: str, plain: dict[str, Any]) -> Annotation:
    """Read what `to_plain` wrote; the surfaces come from `text`."""
    lengths: list[int] = plain["lengths"]
    steps = _with_exceptions(lengths, ((number, lengths[number] + gap) for number, gap in plain["gaps"]))
    ends = list(accumulate(steps))
    starts = list(map(sub, ends, lengths))
    surfaces = [intern(text[start:end]) for start, end in zip(starts, ends, strict=True)]
    lemmas = norms = [""] * len(lengths)
    if "lemmas" in plain:
        lemmas = _with_exceptions(surfaces, ((number, intern(lemma)) for number, lemma in plain["lemmas"]))
        norms = _with_exceptions(lemmas, ((number, intern(norm)) for number, norm in plain["norms"]))
    kinds = [_known_kind(kind) for kind in plain["kinds"]]
    columns = zip(
        starts,
        ends,
        surfaces,
        lemmas,
        norms,
        *zip(*map(kinds.__getitem__, plain["kind"]), strict=True),
        map(add, count(), plain["heads"]),
        chain.from_iterable(repeat(number, some) for number, some in plain["sentences"]),
        _with_exceptions([None] * len(lengths), plain.get("norm_rules", ())),
        strict=False,  # the count goes on
    )
    # Token(*values) for each would take twice as long as all the rest: most of a run that finds all in the cache.
    tokens = tuple(map(tuple.__new__, repeat(Token), columns)) if lengths else ()
    return Annotation(plain["state"], tokens, tuple(Entity(*entity) for entity in plain["entities"]))


def _with_exceptions(values: Sequence[T], exceptions: Iterable[Sequence[Any]]) -> list[T]:
    """The values, but for those numbered."""
    changed = list(values)
    for number, value in exceptions:
        changed[number] = value
    return changed


def _kind(token: Token) -> str:
    return "\t".join((token.pos, token.tag, token.inflection, token.dep))


@cache
def _known_kind(kind: str) -> tuple[str, ...]:
    """What `_kind` joined; a language has some thousands of them."""
    return tuple(map(intern, kind.split("\t")))
