"""The report of a published wave from the warehouse alone, in the words of the definitions the run used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from warehouse.definitions import Text
from warehouse.indicator_definitions import Indicators
from warehouse.out_text_tables import OUT_TEXT
from warehouse.periods import Organisation, Period
from warehouse.read import published_run, read_table
from warehouse.report import SayFinding, WaveReport, reason_code_alone

ModelT = TypeVar("ModelT", bound=BaseModel)

_OUT_TEXTS = [table.name for table in OUT_TEXT if table.name not in ("out_theme", "out_language", "out_theme_ledger")]
"""The tables about texts that a report reads beside those of its own fields; the ledger is of single persons."""

_INDICATORS = "warehouse/indicators.yml"
_PROGRAMME = "flows/programme.yml"
_CRITERIA = "rubrics/criteria/"
_FORMS = "expectations/"


class _Membership(BaseModel):
    """What a report needs of the programme's own file."""

    label: Text
    organisations: list[Organisation]
    periods: list[Period]


def stored_definitions(engine: Engine, run_id: str) -> dict[str, str]:
    """The definitions a run used: file name -> exact text."""
    stored = read_table(engine, "meta_definition", run_id)
    return dict(zip(stored["file_name"], stored["text"], strict=True))


def stored_report(engine: Engine, wave: str, say_finding: SayFinding = reason_code_alone) -> WaveReport:
    """The report of what a wave publishes. Raises UserMistake for a wave that publishes nothing."""
    run_id = published_run(engine, wave)
    definitions = stored_definitions(engine, run_id)
    programme = _read(definitions[_PROGRAMME], _Membership)
    frames = {
        name: read_table(engine, name, run_id)
        for name in (
            *("out_indicator", "out_finding", "out_theme", "out_language"),
            *("out_agreement", "out_confusion", "out_change", "out_level_pair", "out_attrition", "meta_run"),
        )
    }
    return WaveReport(
        programme=programme.label,
        period_id=wave,
        indicators=_read(definitions[_INDICATORS], Indicators).indicators,
        organisations=programme.organisations,
        periods=programme.periods,
        say_finding=say_finding,
        questions=wordings(definitions, "questions"),
        themes=wordings(definitions, "themes"),
        criteria=labels(definitions, _CRITERIA),
        choices=choice_labels(definitions),
        out_texts={name: read_table(engine, name, run_id) for name in _OUT_TEXTS},
        **frames,
    )


def wordings(definitions: Mapping[str, str], listed_under: str) -> dict[str, Text]:
    """The words for what YAML definitions list under a key (`questions`): id -> `wording`, `label` or `name`.

    `definitions`: file name -> text. Where two files have the same id, the first one's wording stands.
    """
    found: dict[str, Text] = {}
    for name, text in definitions.items():
        content = YAML(typ="safe").load(text) if name.endswith((".yml", ".yaml")) else None
        for entry in content.get(listed_under) or [] if isinstance(content, dict) else []:
            wording = entry.get("wording") or entry.get("label") or entry["name"]
            found.setdefault(entry["id"], Text(ja=wording["ja"], en=wording["en"]))
    return found


def choice_labels(definitions: Mapping[str, str]) -> dict[tuple[str, str], Text]:
    """The labels of the choices of every question: (question, code) -> label. Of two files the first one's stands."""
    found: dict[tuple[str, str], Text] = {}
    for name, text in definitions.items():
        content = YAML(typ="safe").load(text) if name.startswith(_FORMS) and name.endswith(".yml") else None
        for question in content.get("questions") or [] if isinstance(content, dict) else []:
            for choice in question.get("choices") or []:
                label = Text(ja=choice["label"]["ja"], en=choice["label"]["en"])
                found.setdefault((question["id"], str(choice["code"])), label)
    return found


def labels(definitions: Mapping[str, str], folder: str) -> dict[str, Text]:
    """The labels of definitions that have a file each, below a folder: id -> label."""
    files = [YAML(typ="safe").load(text) for name, text in definitions.items() if name.startswith(folder)]
    return {each["id"]: Text.model_validate(each["label"]) for each in files}


def _read(text: str, model: type[ModelT]) -> ModelT:
    return model.model_validate(YAML(typ="safe").load(text))
