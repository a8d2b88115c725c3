"""The masking rules as data: placeholders, patterns, entity labels, cues of persons, classes of doubt."""

from __future__ import annotations

import re
from functools import cached_property
from itertools import chain
from typing import Final, Literal

from pydantic import model_validator

from warehouse.definitions import Definition, Text

FILLER: Final = "\ufffc"
_FRAGMENT: Final = re.compile(r"\{([a-z_]+)\}")

Verdict = Literal["mask", "keep"]


class EntityRule(Definition):
    """Entities of this label are masked as `kind` if the whole entity fits `pattern`."""

    label: str
    kind: str
    pattern: str


class Pattern(Definition):
    """One regular expression; its group `value`, or else the whole match, is masked as `kind`.

    `doubt`: the class of doubt that what only this pattern finds belongs to.
    """

    id: str
    kind: str
    pattern: str
    ignore_case: bool = False
    capitalised: bool = False
    unless: Literal["role", "generic", "not_a_name", "known_words"] | None = None
    doubt: str | None = None


class Doubt(Definition):
    """A class of places that the rules are not sure of, and what becomes of them until somebody has looked."""

    id: str
    default: Verdict
    label: Text
    reason: str


class Words(Definition):
    """Words that are no names: `alone` if they are all of a value, `ending` also as the end of a longer one."""

    alone: list[list[str]]
    ending: list[list[str]]

    @cached_property
    def _alone(self) -> frozenset[str]:
        return frozenset(chain.from_iterable(self.alone))

    @cached_property
    def _ending(self) -> tuple[str, ...]:
        return tuple(chain.from_iterable(self.ending))

    def hold(self, value: str) -> bool:
        """Whether `value` is one of them."""
        return value in self._alone or value.endswith(self._ending)


class Cues(Definition):
    """What stands beside a person: regular expressions, matched up to a word's beginning and from its end on.

    `before` tells a person by itself; `start` (for no hiragana) and `subject` only together with
    `predicate` (わたしは … です); `after` by itself;
    `deed` is what only a person does or has done to them; `and_` links one name to the next. `place` after a word, or
    `place_before`, makes it the name of a place or a thing. `lead` and `title` may touch a name in Chinese characters
    (担当田中, 田中社長). `particle`: what a name in hiragana may touch.
    """

    before: list[str]
    start: str
    subject: list[str]
    predicate: list[str]
    after: list[str]
    deed: list[str]
    and_: str
    place: list[str]
    place_before: list[str]
    lead: list[str]
    title: list[str]
    particle: str


class MaskingFile(Definition):
    """`nlp/masking.yml`."""

    placeholders: dict[str, str]
    entities: list[EntityRule]
    fragments: dict[str, str]
    roles: Words
    generic: Words
    cues: Cues
    doubts: list[Doubt]
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
        doubts = {rule.doubt for rule in self.patterns if rule.doubt} | set(DOUBTS_OF_NAMES)
        if unknown := sorted(doubts - {each.id for each in self.doubts}):
            raise ValueError(f"疑いの種類が定義されていません: {unknown} | classes of doubt not declared: {unknown}")
        sources = {rule.id: rule.pattern for rule in self.patterns}
        sources |= {f"entities.{rule.label}": rule.pattern for rule in self.entities}
        sources |= {f"chains.{number}": source for number, source in enumerate(self.chains)}
        for name, found in self.cues:
            sources |= {f"cues.{name}.{n}": each for n, each in enumerate([found] if isinstance(found, str) else found)}
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
        for _ in range(len(self.fragments) + 1):  # fragments hold fragments, at most so deep
            source = _FRAGMENT.sub(lambda match: self.fragments[match[1]], source)
        return re.compile(source, re.IGNORECASE if ignore_case else 0)

    @cached_property
    def compiled_cues(self) -> dict[str, re.Pattern[str]]:
        """The cues, ready to be matched: those of what stands before end where they are matched up to."""
        cues = self.cues
        after = {
            "predicate": cues.predicate,
            "after": cues.after,
            "deed": cues.deed,
            "and_": [cues.and_],
            "place": cues.place,
            "title": ["{honorific}", *cues.title],
            "ends_word": ["{honorific}", *cues.title, cues.particle, "です|だ|って"],
        }
        before = {
            "before": cues.before,
            "start": [cues.start],
            "subject": cues.subject,
            "place_before": cues.place_before,
            "lead": cues.lead,
            "particle": [cues.particle],
        }
        sources = {name: f"(?:{'|'.join(each)})" for name, each in after.items()}
        sources |= {name: f"(?:{'|'.join(each)})$" for name, each in before.items()}
        sources["self_in_hiragana"] = (  # what people say they are, in one expression for long texts
            f"(?:{'|'.join(cues.subject)})(?P<value>[ぁ-ゖー]{{2,10}}?)(?={sources['predicate']})"
        )
        return {name: self.compiled(source, ignore_case=True) for name, source in sources.items()}

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
    def default_of(self) -> dict[str, Verdict]:
        """Class of doubt -> what becomes of its places until somebody has looked."""
        return {each.id: each.default for each in self.doubts}

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

    @cached_property
    def kind_of(self) -> dict[str, str]:
        """Placeholder -> kind."""
        return {word: kind for kind, word in self.placeholders.items()}

    def filled(self, text: str) -> str:
        """The text with placeholders filled by a character that no rule has in it, so that none sees through them."""
        return self.placeholder.sub(lambda match: FILLER * len(match.group()), text)


DOUBTS_OF_NAMES: Final = ("name_or_word", "unknown_katakana", "katakana_alone", "unknown_hiragana")
"""Classes of doubt that the search for names itself tells apart; every file declares them."""
