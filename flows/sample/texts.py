"""Free text that differs from person to person: several languages, blanks, odd answers, and planted identifiers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from flows.sample import identifiers
from flows.sample import phrases as say

LANGUAGES = ("ja", "easy", "kana", "en", "vi", "pt")
LONG_CHARACTERS = 3_200
VERY_LONG_BYTES = 52_000
SPACED = 0.4
"""Share of the texts in kana that have spaces between words."""

IDENTIFIER_KINDS = {
    "ja": (
        "name",
        "foreign_name",
        "phone",
        "mobile",
        "email",
        "address",
        "postal_code",
        "residence_card",
        "url",
        "sns",
        "titled_name",
        "spread_name",
        "workplace",
        "school",
        "passport",
        "my_number",
        "bank_account",
        "birth_date",
        "plate",
    ),
    "easy": ("phone", "mobile", "email", "residence_card", "kana_name"),
    "kana": ("mobile", "phone", "kana_name"),
    "en": ("latin_name", "mobile", "email", "residence_card", "sns"),
    "vi": ("mobile", "email"),
    "pt": ("mobile", "email", "sns"),
}
FOREIGN = {"en": say.ENGLISH, "vi": say.VIETNAMESE, "pt": say.PORTUGUESE}
LATIN_SENTENCES = {
    "en": "My contact is {}.",
    "vi": "Liên hệ: {}.",
    "pt": "Meu contato é {}.",
}


@dataclass
class Writer:
    """Writes free text and keeps account of the identifiers it planted, by kind."""

    random: Random
    planted: dict[str, set[str]] = field(default_factory=dict)

    def difficulty(self, language: str, areas: tuple[str, ...]) -> str:
        """What a person is in difficulty with (question 3)."""
        return self._finish(language, "trouble", lambda: self._difficulty_ja(areas))

    def change(self, language: str, areas: tuple[str, ...], level: int) -> str:
        """What has changed (question 4); the tone follows the level given."""
        ends = say.BETTER if level >= 4 else say.SAME if level == 3 else say.WORSE
        mood = "better" if level >= 4 else "trouble"
        return self._finish(language, mood, lambda: f"{self._noun(areas)}{self.random.choice(ends)}。")

    def help(self, language: str, level: int) -> str:
        """Which support helped, and how (question 5)."""
        ends = say.HELPED if level >= 4 else say.NOT_HELPED
        mood = "better" if level >= 4 else "trouble"
        pick = self.random.choice
        return self._finish(language, mood, lambda: f"{pick(say.PLACES)}で出会った{pick(say.HELPERS)}{pick(ends)}。")

    def wish(self, language: str) -> str:
        """Wishes (question 6); many people have none."""
        if self.random.random() < 0.25:
            return self.random.choice(say.NOTHING)
        pick = self.random.choice
        return self._finish(
            language, "wish", lambda: f"{pick(say.TIMES)}思っていますが、{pick(say.WISHES).format(pick(say.PLACES))}。"
        )

    def with_identifier(self, text: str, language: str) -> str:
        """Append a sentence that holds an invented direct identifier."""
        kind = self.random.choice(IDENTIFIER_KINDS[language])
        value = identifiers.invent(self.random, kind)
        self.planted.setdefault(kind, set()).add(value)
        sentence = identifiers.SENTENCES[kind]
        if kind != "latin_name":
            sentence = LATIN_SENTENCES.get(language, sentence)
        return f"{text}{' ' if language in LATIN_SENTENCES else ''}{sentence.format(value)}"

    def long(self, areas: tuple[str, ...], characters: int = LONG_CHARACTERS) -> str:
        """A long Japanese text of at least `characters` characters, in paragraphs."""
        sentences: list[str] = []
        written = 0
        while written < characters:
            sentence = self._difficulty_ja(areas) + ("\n" if len(sentences) % 7 == 6 else "")
            sentences.append(sentence)
            written += len(sentence)
        return "".join(sentences)

    def _finish(self, language: str, mood: str, japanese: Callable[[], str]) -> str:
        roll = self.random.random()
        if roll < 0.06:
            return self.random.choice(say.NOTHING)
        if roll < 0.075:
            return self.random.choice(say.ODD)
        text = japanese() if language == "ja" else self._elsewhere(language, mood)
        if self.random.random() < 0.03:
            text = self.with_identifier(text, language)
        return text

    def _noun(self, areas: tuple[str, ...]) -> str:
        return self.random.choice(say.NOUNS[self.random.choice(areas)])

    def _difficulty_ja(self, areas: tuple[str, ...]) -> str:
        pick = self.random.choice
        return f"{pick(say.TIMES)}、{pick(say.PLACES)}で{self._noun(areas)}{pick(say.PROBLEMS)}。{pick(say.DETAILS)}"

    def _elsewhere(self, language: str, mood: str) -> str:
        pick = self.random.choice
        if language == "easy":
            sentence = f"{pick(say.EASY_SUBJECTS)} {pick(say.EASY_OBJECTS)}{pick(say.EASY_ENDS[mood])}"
            return f"{sentence} {pick(say.EASY_TAILS)}".strip()
        if language == "kana":
            text = f"{pick(say.KANA_NOUNS)}{pick(say.KANA_ENDS[mood])}。 {pick(say.KANA_TAILS)}".strip()
            return text if self.random.random() < SPACED else text.replace(" ", "")
        words = FOREIGN[language]
        first, second = self.random.sample(words.sentences[mood], 2)
        blanks = {"time": pick(words.times), "noun": pick(words.nouns), "place": pick(words.places)}
        return f"{first.format(**blanks)} {second.format(**blanks)}"
