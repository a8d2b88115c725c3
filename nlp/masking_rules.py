"""The masking rules as data: placeholders, patterns, entity labels, and the words that are no names."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import chain
from typing import Final, Literal

from pydantic import model_validator

from warehouse.definitions import Definition

FILLER: Final = "\ufffc"


class EntityRule(Definition):
    """Entities of this label are masked as `kind` if the whole entity fits `pattern`."""

    label: str
    kind: str
    pattern: str


class Pattern(Definition):
    """One regular expression; its group `value`, or else the whole match, is masked as `kind`."""

    id: str
    kind: str
    pattern: str
    ignore_case: bool = False
    capitalised: bool = False
    unless: Literal["role", "not_a_name", "known_words"] | None = None


class Roles(Definition):
    """Words before an honorific that are no names: `alone`, or also as the `ending` of a longer word."""

    alone: list[list[str]]
    ending: list[list[str]]

    @cached_property
    def _alone(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.alone))

    @cached_property
    def _ending(self) -> tuple[str, ...]:
        return tuple(chain.from_iterable(self.ending))

    def hold(self, value: str) -> bool:
        """Whether `value` is a role and not a name."""
        return value in self._alone or value.endswith(self._ending)


class MaskingFile(Definition):
    """`nlp/masking.yml`."""

    placeholders: dict[str, str]
    entities: list[EntityRule]
    fragments: dict[str, str]
    roles: Roles
    chains: list[str]
    patterns: list[Pattern]

    @model_validator(mode="after")
    def _is_sound(self) -> MaskingFile:
        kinds = {"name"} | {rule.kind for rule in self.entities} | {rule.kind for rule in self.patterns}
        if unknown := sorted(kinds - set(self.placeholders)):
            raise ValueError(f"置き換え語のない種類です: {unknown} | kinds without a placeholder: {unknown}")
        if bad := sorted(kind for kind, word in self.placeholders.items() if not re.fullmatch(r"［[^［］\d]+］", word)):
            raise ValueError(f"置き換え語は［…］です: {bad} | placeholders are written ［…］: {bad}")
        if len(set(self.placeholders.values())) < len(self.placeholders):
            raise ValueError("置き換え語が重複しています | a placeholder stands twice")
        sources = {rule.id: rule.pattern for rule in self.patterns}
        sources |= {f"entities.{rule.label}": rule.pattern for rule in self.entities}
        sources |= {f"chains.{number}": source for number, source in enumerate(self.chains)}
        for name, source in sources.items():
            try:
                self.compiled(source)
            except (re.error, KeyError) as error:
                raise ValueError(
                    f"{name}: 正規表現として読めません | {name}: no regular expression ({error})"
                ) from None
        return self

    def compiled(self, source: str, *, ignore_case: bool = False) -> re.Pattern[str]:
        """Compile a pattern with its fragments put in. Raises re.error, or KeyError for an unknown fragment."""
        full = re.sub(r"\{([a-z_]+)\}", lambda match: self.fragments[match[1]], source)
        return re.compile(full, re.IGNORECASE if ignore_case else 0)

    @cached_property
    def compiled_patterns(self) -> list[tuple[Pattern, re.Pattern[str]]]:
        """The patterns, ready to be matched."""
        return [(each, self.compiled(each.pattern, ignore_case=each.ignore_case)) for each in self.patterns]

    @cached_property
    def compiled_entities(self) -> dict[str, tuple[EntityRule, re.Pattern[str]]]:
        """Label -> its rule, ready to be matched."""
        return {each.label: (each, self.compiled(each.pattern)) for each in self.entities}

    @cached_property
    def compiled_chains(self) -> list[re.Pattern[str]]:
        """Shapes of names of several words, ready to be matched."""
        return [self.compiled(each) for each in self.chains]

    @cached_property
    def honorific(self) -> re.Pattern[str]:
        """What follows a name."""
        return self.compiled("{honorific}")

    @cached_property
    def honorific_ending(self) -> re.Pattern[str]:
        """An honorific at the end of a name."""
        return self.compiled("{honorific}$")

    @cached_property
    def placeholder(self) -> re.Pattern[str]:
        """Any placeholder."""
        return re.compile("|".join(re.escape(word) for word in self.placeholders.values()))

    def filled(self, text: str) -> str:
        """The text with every placeholder filled by a character that no rule matches, position by position."""
        return self.placeholder.sub(lambda match: FILLER * len(match.group()), text)

    @cached_property
    def kind_of(self) -> dict[str, str]:
        """Placeholder -> kind."""
        return {word: kind for kind, word in self.placeholders.items()}
