"""The labelled short answers of language_set.yml, and how well triage tells their languages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ruamel.yaml import YAML

from nlp.language import triage

Part = Literal["tuned_on", "held_out"]


@dataclass(frozen=True)
class Told:
    """How often each language (true, told) was told, and the answers told wrong."""

    pairs: Counter[tuple[str, str]]
    wrong: list[tuple[str, str, str]]

    @property
    def share_right(self) -> float:
        """Answers whose language is told, of all."""
        return sum(count for (true, told), count in self.pairs.items() if true == told) / self.pairs.total()

    @property
    def share_wrong(self) -> float:
        """Answers taken for another language; the rest are left open, for people."""
        return len(self.wrong) / self.pairs.total()

    @property
    def japanese_precision(self) -> float:
        """Japanese answers among those told as Japanese."""
        told = sum(count for (_, told), count in self.pairs.items() if told == "ja")
        return self.pairs["ja", "ja"] / told


def labelled(*parts: Part) -> list[tuple[str, str]]:
    """(language, answer) of the parts of the set."""
    content = YAML(typ="safe").load(Path(__file__).with_name("language_set.yml").read_text(encoding="utf-8"))
    return [(language, str(text)) for part in parts for language, texts in content[part].items() for text in texts]


def tell(answers: list[tuple[str, str]], *, prior: str | None = None) -> Told:
    """Tell the language of every answer."""
    told = [(language, triage(text, (), prior=prior).language, text) for language, text in answers]
    wrong = [each for each in told if each[0] != each[1] and not each[1].startswith("und")]
    return Told(Counter((true, found) for true, found, _ in told), wrong)
