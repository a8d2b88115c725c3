"""Codes of people measure the rules and enter no figure: nothing that a run is made of knows where they lie."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from rubrics.hand_codes import HandCode
from warehouse.tables import TABLES

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("expectations", "flows", "nlp", "rubrics", "warehouse")


def modules() -> dict[str, Path]:
    found = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports_of(name: str) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found & set(MODULES)


def reached_from(name: str) -> set[str]:
    seen, to_do = set[str](), [name]
    while to_do:
        module = to_do.pop()
        if module not in seen:
            seen.add(module)
            to_do += imports_of(module)
    return seen


@pytest.mark.parametrize("start", ["flows.run_wave", "flows.wave", "warehouse.load", "warehouse.compute"])
def test_a_run_does_not_know_hand_codes(start: str) -> None:
    reached = reached_from(start)
    assert len(reached) > 5
    assert not {each for each in reached if each.startswith("flows.coding") or each == "rubrics.hand_codes"}


def test_no_table_holds_codes_of_people() -> None:
    columns = {column for table in TABLES.values() for column in table.columns}
    assert not {"coder", "code"} & columns
    assert not any("hand" in name or "coder" in name for name in TABLES)


def test_a_code_can_only_be_made_from_a_workbook() -> None:
    """The one module that makes codes reads workbooks, and does not know what the rules found."""
    makers = [
        name
        for name, path in MODULES.items()
        if any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == HandCode.__name__
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert makers == ["flows.coding.returns"]
    text = MODULES["flows.coding.returns"].read_text(encoding="utf-8")
    assert "core_theme" not in text
    assert not {each for each in imports_of("flows.coding.returns") if each.startswith("nlp.coding")}
