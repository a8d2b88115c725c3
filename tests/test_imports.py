"""The shape of the code: imports run one way, no module imports itself by a detour, no file grows long."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT = {
    "warehouse": set(),
    "nlp": {"warehouse"},
    "rubrics": {"warehouse"},
    "expectations": {"warehouse"},
    "flows": {"expectations", "nlp", "rubrics", "warehouse"},
}
"""Room -> the rooms below it."""

ONLY_IN = {"prefect": "flows", "typer": "flows", "great_expectations": "expectations", "spacy": "nlp", "ginza": "nlp"}
"""Large libraries, each known to one room: the others can be read and tested without them."""

LINES_N = 400
LONGER: dict[str, str] = {}
"""File -> why it may be longer."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))}


def imported(source: str) -> Iterator[str]:
    """What a module imports anywhere in it, also inside functions and for type checking: `a.b` and `a.b.name`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def nearest(name: str, modules: Mapping[str, object]) -> str | None:
    """The module of ours that an imported name lies in."""
    while name not in modules:
        name, dot, _ = name.rpartition(".")
        if not dot:
            return None
    return name


def cycle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """The modules of one cycle, in order; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


GRAPH = {
    name: {found for each in imported(path.read_text(encoding="utf-8")) if (found := nearest(each, MODULES))} - {name}
    for name, path in MODULES.items()
}


def test_every_room_is_looked_at() -> None:
    assert {name.split(".")[0] for name in MODULES} == set(MAY_IMPORT)
    assert GRAPH["flows.commands.options"] > {"flows.folders", "warehouse.definitions"}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_run_one_way(room: str) -> None:
    allowed = {room, *MAY_IMPORT[room]}
    wrong = [
        f"{name} imports {other}"
        for name, others in GRAPH.items()
        for other in sorted(others)
        if name.split(".")[0] == room and other.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_no_module_imports_itself_by_a_detour() -> None:
    assert cycle_in(GRAPH) == []


def test_a_cycle_would_be_found() -> None:
    assert set(cycle_in({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == {"a", "b", "c"}


@pytest.mark.parametrize("library", ONLY_IN)
def test_large_libraries_stay_in_their_room(library: str) -> None:
    users = {
        name.split(".")[0]
        for name, path in MODULES.items()
        if any(each.split(".")[0] == library for each in imported(path.read_text(encoding="utf-8")))
    }
    assert users <= {ONLY_IN[library]}


def test_no_file_grows_long() -> None:
    files = [*MODULES.values(), *sorted((ROOT / "tests").rglob("*.py"))]
    lines_n = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in files}
    assert {name: count for name, count in lines_n.items() if count >= LINES_N and name not in LONGER} == {}
    assert [name for name in LONGER if lines_n.get(name, 0) < LINES_N] == [], "an exception that is none any more"
