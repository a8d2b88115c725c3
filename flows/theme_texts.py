"""The masked texts of a published wave, for questions about coding rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from flows.programme import Programme
from flows.theme_check import THEMES
from nlp.themes import Theme, ThemesFile
from warehouse.changes import run_named
from warehouse.definitions import DefinitionReader, UserMistake, fault
from warehouse.read import published_run, read_table
from warehouse.stored_report import stored_definitions


@dataclass(frozen=True)
class WaveTexts:
    """What a wave's published run holds of people's words. `answers`: ANSWERS, all questions; `analysed`: questions."""

    run_id: str
    wave: str
    answers: pd.DataFrame
    analysed: list[str]

    @property
    def texts(self) -> pd.DataFrame:
        """ANSWERS of the analysed questions."""
        return self.answers[self.answers["question_id"].isin(self.analysed)]


def wave_texts(engine: Engine, wave: str, programme: Programme) -> WaveTexts:
    """Read the texts of what a wave publishes. Raises UserMistake for a wave that publishes nothing."""
    run_id = published_run(engine, wave)
    analysed = [question for questions in programme.settings.analysed.values() for question in questions]
    return WaveTexts(run_id, wave, read_table(engine, "core_answer", run_id), analysed)


def narrowed(texts: pd.DataFrame, question: str | None, organisation: str | None) -> pd.DataFrame:
    """The texts (with organisation) of one question or organisation alone. Raises UserMistake where it has none."""
    for name, asked, column in (
        ("--question", question, "question_id"),
        ("--organisation", organisation, "organisation"),
    ):
        if asked is not None:
            if asked not in set(texts[column]):
                raise no_such(name, asked, sorted(texts[column].unique()))
            texts = texts[texts[column] == asked]
    return texts


def themes_of_run(engine: Engine, run_id: str) -> ThemesFile:
    """The coding rules that a run used."""
    text = stored_definitions(engine, run_id)[THEMES]
    return ThemesFile.model_validate(YAML(typ="safe").load(text))


def themes_of_file(path: Path) -> ThemesFile:
    """Coding rules from a file. Raises UserMistake with all its faults."""
    reader = DefinitionReader(path.parent)
    themes = reader.yaml(path.name, ThemesFile)
    if themes is None:
        raise UserMistake(reader.faults)
    return themes


def themes_named(engine: Engine, name: str) -> ThemesFile:
    """Coding rules by the name of a file, or of a run (its id, or six or more of its first digits)."""
    path = Path(name)
    return themes_of_file(path) if path.is_file() else themes_of_run(engine, run_named(engine, "RULES", name))


def theme_named(themes: ThemesFile, name: str) -> Theme:
    """A theme by its id. Raises UserMistake, naming those there are."""
    theme = next((each for each in themes.themes if each.id == name), None)
    if theme is None:
        raise no_such("THEME", name, [each.id for each in themes.themes])
    return theme


def no_such(what: str, asked: str, known: list[str], limit: int = 30) -> UserMistake:
    """The mistake of asking for a response or theme that is not there, naming what is."""
    names = ", ".join(known[:limit]) + (", …" if len(known) > limit else "")
    return UserMistake(
        [
            fault(
                what,
                asked,
                ("見つかりません", "is not there"),
                (f"あるもの: {names}" if names else "ありません", f"there are {names}" if names else "there is none"),
            )
        ]
    )
