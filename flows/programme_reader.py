"""Reads all definitions of a programme folder, and reports every fault of every file at once."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from expectations.checks import Checks
from expectations.electronic import electronic_faults
from expectations.faults import check_faults
from expectations.questionnaire import Form
from flows.check import (
    PROGRAMME,
    instrument_faults,
    programme_faults,
)
from flows.criteria_check import criterion_faults
from flows.indicator_check import IndicatorCheck
from flows.instruments import Instrument
from flows.open_questions import open_faults
from flows.programme import Programme, ProgrammeFile
from flows.theme_check import THEMES, theme_faults
from nlp.text_rules import read_text_rules
from nlp.themes import ThemesFile
from rubrics.criteria import Criterion
from warehouse.definitions import DefinitionReader, Fault, UserMistake, fault
from warehouse.indicator_definitions import Indicators, OrganisationTarget

DEFAULT_PROGRAMME = Path(__file__).resolve().parent.parent
"""The repository itself is the default programme."""

ModelT = TypeVar("ModelT", bound=BaseModel)


def read_settings(folder: Path) -> ProgrammeFile:
    """Read `flows/programme.yml` alone. Raises UserMistake."""
    reader = DefinitionReader(folder)
    settings = reader.yaml(PROGRAMME, ProgrammeFile)
    if settings is None:
        raise UserMistake(reader.faults)
    return settings


def read_forms(folder: Path) -> dict[str, Form]:
    """Read the programme's forms alone: one can go out before anything else is decided. Raises UserMistake."""
    reader = DefinitionReader(folder)
    forms = _read_all(reader, "expectations/{}.yml", read_settings(folder).forms, Form)
    faults = [*reader.faults, *_misnamed(forms, "expectations/{}.yml"), *electronic_faults(list(forms.values()))]
    if faults:
        raise UserMistake(faults)
    return forms


def read_programme(folder: Path) -> Programme:
    """Read and check a programme. Raises UserMistake with all faults, of single files and between them."""
    reader = DefinitionReader(folder)
    settings = reader.yaml(PROGRAMME, ProgrammeFile)
    if settings is None:
        raise UserMistake(reader.faults)
    forms = _read_all(reader, "expectations/{}.yml", settings.forms, Form)
    instruments = _read_all(reader, "flows/instruments/{}.yml", settings.instruments, Instrument)
    criteria = _read_all(reader, "rubrics/criteria/{}.yml", settings.criteria, Criterion)
    checks = reader.yaml("expectations/checks.yml", Checks)
    themes = reader.yaml(THEMES, ThemesFile)
    text_rules = read_text_rules(reader)
    indicators = reader.yaml("warehouse/indicators.yml", Indicators)
    targets = reader.csv("warehouse/targets.csv", OrganisationTarget)

    faults = [*reader.faults, *_misnamed(forms, "expectations/{}.yml"), *_misnamed(criteria, "rubrics/criteria/{}.yml")]
    faults += _misnamed(instruments, "flows/instruments/{}.yml")
    # What rests on a file that could not be read is left alone: its references would only look wrong.
    has_forms, has_criteria = len(forms) == len(settings.forms), len(criteria) == len(settings.criteria)
    if has_forms:
        faults += instrument_faults(instruments, forms, [each.code for each in settings.organisations])
        faults += open_faults(instruments, forms)
        faults += criterion_faults(criteria, forms)
        faults += electronic_faults(list(forms.values()))
        faults += check_faults(checks.checks, list(forms.values())) if checks is not None else []
    if has_forms and len(instruments) == len(settings.instruments):
        faults += programme_faults(settings, forms, instruments)
    if has_forms and themes is not None:
        faults += theme_faults(themes, forms)
    if has_forms and has_criteria and themes is not None and indicators is not None:
        check = IndicatorCheck(settings, forms, criteria, themes)
        faults += [*check.faults(indicators.indicators, targets), *check.change_faults(indicators.change)]
    if faults or checks is None or themes is None or text_rules is None or indicators is None:
        raise UserMistake(faults)
    return Programme(
        folder=folder,
        settings=settings,
        forms=forms,
        instruments=instruments,
        checks=checks,
        criteria=criteria,
        themes=themes,
        text_rules=text_rules,
        indicators=indicators.indicators,
        change=indicators.change,
        targets=targets,
        files=reader.files,
    )


def _read_all(reader: DefinitionReader, pattern: str, names: list[str], model: type[ModelT]) -> dict[str, ModelT]:
    found = {name: reader.yaml(pattern.format(name), model) for name in names}
    return {name: definition for name, definition in found.items() if definition is not None}


def _misnamed(definitions: dict[str, ModelT], pattern: str) -> list[Fault]:
    """A definition's id is its file's name."""
    return [
        fault(
            pattern.format(name),
            "id",
            ("idがファイル名と違います", "differs from the file's name"),
            (f"{name} にしてください", f"expected {name}"),
        )
        for name, definition in definitions.items()
        if getattr(definition, "id", name) != name
    ]
