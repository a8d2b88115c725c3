"""Homophones: words of kana whose neighbours tell what is meant (こうしん after びざ is 更新, not 行進)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, model_validator

from nlp.annotation import Annotation, Token
from warehouse.definitions import Definition, Fault, fault

Words = Annotated[tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]

NEAR_WORDS: Final = 5


class Neighbours(Definition):
    """Words about a word, by surface or norm: one right before it, right after it, or within five words of it.

    `previous_tag`: beginnings of the part of speech of the word before (形容詞). Neighbours are of the same sentence.
    """

    previous: Words = ()
    next: Words = ()
    near: Words = ()
    previous_tag: Words = ()

    def stand_about(self, tokens: Sequence[Token], number: int) -> bool:
        """Whether one of the neighbours is there for the token of that number."""
        before = _same_sentence(tokens, number, range(number - 1, max(-1, number - 1 - NEAR_WORDS), -1))
        after = _same_sentence(tokens, number, range(number + 1, min(len(tokens), number + 1 + NEAR_WORDS)))
        return (
            any(_is_one(token, self.previous) or token.tag.startswith(self.previous_tag) for token in before[:1])
            or any(_is_one(token, self.next) for token in after[:1])
            or any(_is_one(token, self.near) for token in (*before, *after))
        )

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return not (self.previous or self.next or self.near or self.previous_tag)


class HomophoneExamples(Definition):
    """Sentences in which the rule must tell its word, and sentences in which it must leave the word alone."""

    changed: tuple[str, ...] = Field(min_length=1)
    kept: tuple[str, ...] = Field(min_length=1)


class Homophone(Definition):
    """A rule: its word counts as `norm` where one of `when` and none of `unless` stands about it.

    The word is told by how it is written (`surface`: こうしん) or, if it inflects, by the norm that the dictionary
    gives it (`given`: はらう, which it leaves in kana because of 祓う).
    """

    id: str
    version: int = Field(ge=1)
    author: str
    reason: str
    surface: Words = ()
    given: Words = ()
    norm: str
    when: Neighbours = Neighbours()
    unless: Neighbours = Neighbours()
    examples: HomophoneExamples

    @model_validator(mode="after")
    def _has_a_condition(self) -> Homophone:
        if self.when.is_empty and self.unless.is_empty:
            raise ValueError("when か unless が必要です | when or unless is needed")
        if bool(self.surface) == bool(self.given):
            raise ValueError("surface, given のどちらか1つが必要です | one of surface and given is needed")
        return self

    def tells(self, tokens: Sequence[Token], number: int) -> bool:
        """Whether the rule tells the token of that number."""
        token = tokens[number]
        is_word = token.norm in self.given if self.given else spelling(token) in self.surface
        if not is_word or token.norm == self.norm:
            return False
        fits = self.when.is_empty or self.when.stand_about(tokens, number)
        return fits and not self.unless.stand_about(tokens, number)


class HomophonesFile(Definition):
    """`nlp/homophones.yml`."""

    homophones: tuple[Homophone, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> HomophonesFile:
        ids = [each.id for each in self.homophones]
        if repeated := sorted({each for each in ids if ids.count(each) > 1}):
            raise ValueError(f"規則のidが重複しています: {repeated} | a rule's id stands twice: {repeated}")
        return self

    @cached_property
    def examples(self) -> list[str]:
        """Every example sentence, to be annotated for `example_faults`."""
        return [text for each in self.homophones for text in (*each.examples.changed, *each.examples.kept)]


def spelling(token: Token) -> str:
    """The token's surface without spaces inside it (にほんご きょうしつ)."""
    return "".join(token.surface.split())


def told_apart(tokens: Sequence[Token], homophones: Iterable[Homophone]) -> list[Token]:
    """Tokens with lemma and norm as the first rule that fits each one says, and that rule's id (`norm_rule`).

    The rules see their neighbours as the dictionary gave them, so their order among words does not matter.
    """
    told = list(tokens)
    rules = tuple(homophones)
    words = {word for rule in rules for word in (*rule.surface, *rule.given)}
    for number, token in enumerate(tokens):
        if token.norm in words or spelling(token) in words:  # hardly ever: asking every rule would cost a tenth of all
            fitting = (rule for rule in rules if rule.tells(tokens, number))
            if rule := next(fitting, None):
                told[number] = token._replace(lemma=rule.norm, norm=rule.norm, norm_rule=rule.id)
    return told


def example_faults(file: str, homophones: HomophonesFile, annotations: Mapping[str, Annotation]) -> list[Fault]:
    """Faults of rules that do not tell their word in an example they must, or tell it where they must not."""
    missed = ("変えるはずの例文で変わりません", "does not tell its word in an example it must")
    blind = ("変えないはずの例文で変わります", "tells its word in an example it must leave alone")
    mend = ("規則か例文を直してください", "mend the rule or the example")
    faults = []
    for number, rule in enumerate(homophones.homophones):
        for part, wrong, must_tell in (("changed", missed, True), ("kept", blind, False)):
            for place, sentence in enumerate(getattr(rule.examples, part)):
                told = any(token.norm_rule == rule.id for token in annotations[sentence].tokens)
                if told != must_tell:
                    faults.append(fault(file, f"homophones.{number}.examples.{part}.{place}", wrong, mend))
    return faults


def _same_sentence(tokens: Sequence[Token], number: int, places: Iterable[int]) -> list[Token]:
    return [tokens[place] for place in places if tokens[place].sentence == tokens[number].sentence]


def _is_one(token: Token, words: Sequence[str]) -> bool:
    return token.norm in words or spelling(token) in words
