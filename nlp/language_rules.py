"""How languages are told, as data: what a script says alone, words that tell, and what is left to the detector."""

from __future__ import annotations

import re
from functools import cache, cached_property
from pathlib import Path
from typing import Final

from pydantic import Field, field_validator

from warehouse.definitions import Definition, DefinitionReader, UserMistake

LANGUAGES: Final = "nlp/languages.yml"
Expressions = list[re.Pattern[str]]


def _check(patterns: list[str]) -> list[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(
                f"正規表現として読めません({pattern}) | no regular expression ({pattern}): {error}"
            ) from None
    return patterns


class TellingWords(Definition):
    """Patterns of words that tell a language from the others of its script; `at_least` different ones must be found."""

    language: str
    script: str
    at_least: int = Field(ge=1)
    patterns: list[str] = Field(min_length=1)

    _patterns_compile = field_validator("patterns")(_check)

    @cached_property
    def expressions(self) -> Expressions:
        """The patterns, ready to be searched for."""
        return [re.compile(pattern, re.IGNORECASE) for pattern in self.patterns]

    def tell(self, text: str) -> bool:
        """Whether enough of them are in the text."""
        return sum(bool(each.search(text)) for each in self.expressions) >= self.at_least


class Romaji(Definition):
    """What tells Japanese in Latin letters: syllables, and endings or particles of Japanese."""

    endings: list[str]
    particles: list[str]
    share: float = Field(gt=0, le=1)


class ChineseCharacters(Definition):
    """What tells texts of Chinese characters alone: Japanese words, and patterns of Chinese ones."""

    ja: list[str]
    zh: list[str]

    _patterns_compile = field_validator("zh")(_check)

    @cached_property
    def chinese(self) -> re.Pattern[str]:
        """Any of the Chinese words."""
        return re.compile("|".join(f"(?:{pattern})" for pattern in self.zh))


class LanguagesFile(Definition):
    """`nlp/languages.yml`; scripts by ISO 15924, languages by BCP 47 (those of `detected` by ISO 639-1)."""

    alone: dict[str, str]
    other_letters: dict[str, str] = {}
    detected: dict[str, tuple[str, ...]]
    confidence: float = Field(gt=0, lt=1)
    words: list[TellingWords]
    romaji: Romaji
    kanji: ChineseCharacters


@cache
def own_languages() -> LanguagesFile:
    """The tool's own rules. Raises UserMistake if they cannot be read."""
    own = DefinitionReader(Path(__file__).resolve().parents[1])
    found = own.yaml(LANGUAGES, LanguagesFile)
    if found is None:
        raise UserMistake(own.faults)
    return found
