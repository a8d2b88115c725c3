"""The code book: what people who code by hand are told of each theme, and its hash, as it was when they coded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.themes import Theme, ThemesFile
from warehouse.definitions import Text


@dataclass(frozen=True)
class CodeBookEntry:
    """A theme for coders: what it takes in, sentences that hold it, and sentences that only sound like it."""

    theme_id: str
    label: Text
    definition: Text
    holds: list[str]
    sounds_alike: list[str]

    @property
    def sha256(self) -> str:
        """Hash of the words that decide what the theme is; examples may be added without making it another."""
        said = [self.theme_id, *(each.model_dump_json() for each in (self.label, self.definition))]
        return hashlib.sha256("\n".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def code_book(themes: ThemesFile, chosen: Iterable[str], examples_n: int = 4) -> dict[str, CodeBookEntry]:
    """Entries of the chosen themes that there are, by their ids, in the order of the file.

    A theme without a definition is defined by the reasons of its rules. Examples are the first ones of each rule, up
    to `examples_n` of them.
    """
    wanted = set(chosen)
    return {theme.id: _entry(theme, examples_n) for theme in themes.themes if theme.id in wanted}


def _entry(theme: Theme, examples_n: int) -> CodeBookEntry:
    reasons = "。".join(rule.reason for rule in theme.rules)
    return CodeBookEntry(
        theme.id,
        theme.label,
        theme.definition or Text(ja=reasons, en=reasons),
        _first([rule.examples.found for rule in theme.rules], examples_n),
        _first([rule.examples.passed_over for rule in theme.rules], examples_n),
    )


def _first(lists: list[list[str]], at_most: int) -> list[str]:
    """The first of each list, then the second of each …"""
    longest = max(map(len, lists), default=0)
    in_turn = [each[place] for place in range(longest) for each in lists if place < len(each)]
    return list(dict.fromkeys(in_turn))[:at_most]
