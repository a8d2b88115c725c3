"""The report of a published wave from the warehouse alone, in the words of the definitions the run used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import BaseModel
from ruamel.yaml import YAML
from sqlalchemy.engine import Engine

from warehouse.definitions import Text
from warehouse.indicator_definitions import Indicators
from warehouse.periods import Organisation, Period
from warehouse.read import published_run, read_table
from warehouse.report import SayFinding, WaveReport, reason_code_alone

ModelT = TypeVar("ModelT", bound=BaseModel)

_INDICATORS = "warehouse/indicators.yml"
_PROGRAMME = "flows/programme.yml"
_WORDINGS = ("label", "wording")


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
        for name in ("out_indicator", "out_finding", "out_theme", "out_language", "meta_run")
    }
    return WaveReport(
        programme=programme.label,
        period_id=wave,
        indicators=_read(definitions[_INDICATORS], Indicators).indicators,
        organisations=programme.organisations,
        periods=programme.periods,
        say_finding=say_finding,
        labels=wordings(text for name, text in definitions.items() if name.endswith((".yml", ".yaml"))),
        **frames,
    )


def wordings(texts: Iterable[str]) -> dict[str, Text]:
    """The wording of everything in YAML definitions that has an `id` and a `label` or `wording`, by its id."""
    found: dict[str, Text] = {}
    for text in texts:
        for entry in _mappings(YAML(typ="safe").load(text)):
            wording = next((entry[name] for name in _WORDINGS if isinstance(entry.get(name), dict)), None)
            if isinstance(entry.get("id"), str) and wording is not None and set(wording) == {"ja", "en"}:
                found.setdefault(entry["id"], Text.model_validate(wording))
    return found


def _mappings(node: Any) -> Iterator[dict[str, Any]]:
    """All mappings of a document, from the outside in."""
    if isinstance(node, dict):
        yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    for child in children:
        yield from _mappings(child)


def _read(text: str, model: type[ModelT]) -> ModelT:
    return model.model_validate(YAML(typ="safe").load(text))
