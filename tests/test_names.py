"""Nothing of one programme stands in the code: what is asked, of whom and when is read from definitions alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
PROGRAMMES = {"default": ROOT, "fukui_kanko": ROOT / "tests" / "programmes" / "fukui_kanko"}
ROOMS = ("expectations", "flows", "nlp", "rubrics", "warehouse")
SAMPLE = ROOT / "flows" / "sample"  # invents the default programme's answers, so it must know them

ORDINARY = {
    "office": "the role of an organisation, which the default programme also gives it as its code",
    "status": "a subcommand of git; in the activity log, how far a case has come",
    "report": "the folder of reports; in the activity log, a published report",
    "first": "a person's first answer; in the tourism survey, a first visit",
    "questionnaire": "the subcommand for any form that goes out; in the default programme, its one such form",
    "evidence": "the words that a rating rests on; in the interview record, the grounds that were noted",
    "method": "how a p-value was found; in the activity log, a way of reaching people",
    "none": "a condition's and a judge's word; in the questionnaire, no Japanese at all",
    "other": "a way of writing that is none of those named; in the questionnaire, a choice that is none of them",
}
"""Names of a programme that are the code's own words too: word -> what it means here and there."""


def definition(folder: Path, name: str) -> Any:
    return YAML(typ="safe").load((folder / name).read_text(encoding="utf-8"))


def names_of(folder: Path) -> Iterator[str]:
    """Every name that a programme's definitions give to something."""
    programme = definition(folder, "flows/programme.yml")
    yield programme["id"]
    yield from (each["code"] for each in programme["organisations"])
    yield from (each["id"] for each in [*programme["periods"], *programme["sources"]])
    yield from (each for kind in ("forms", "instruments", "criteria") for each in programme[kind])
    for form in programme["forms"]:
        for question in definition(folder, f"expectations/{form}.yml")["questions"]:
            yield question["id"]
            yield from (str(choice["code"]) for choice in question.get("choices", []))
    yield from (each["id"] for each in definition(folder, "expectations/checks.yml")["checks"])
    yield from (each["id"] for each in definition(folder, "nlp/themes.yml")["themes"])
    yield from (each["id"] for each in definition(folder, "warehouse/indicators.yml")["indicators"])


def is_telling(name: str) -> bool:
    """Whether a name can be a programme's alone: an ordinary word cannot, nor can the number of a level or choice."""
    return name not in ORDINARY and not re.fullmatch(r"\d{1,2}", name)


def strings(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of every string in the code: docstrings are none."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def found_in(source: str, names: set[str]) -> list[tuple[int, str]]:
    """(line, name) of names that are a whole string, or that no language's word could be and stand within one."""
    coined = {name for name in names if re.search(r"[a-zA-Z]", name) and re.search(r"[-_\d]", name)}
    return [
        (line, name)
        for line, text in strings(source)
        for name in sorted({text} & names | set(re.findall(r"[\w-]+", text, re.ASCII)) & coined)
    ]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_no_name_of_a_programme_stands_in_the_code(programme: str) -> None:
    names = {name for name in names_of(PROGRAMMES[programme]) if is_telling(name)}
    assert len(names) > 80
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {name}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if not path.is_relative_to(SAMPLE)
        for line, name in found_in(path.read_text(encoding="utf-8"), names)
    ]
    assert found == []


MADE_UP = '''"""org-a"""
first = "org-a"
query = f"x = {first} and q3_level = 1"

def period():
    """q3_level"""
    return "interim"
'''


def test_names_would_be_found() -> None:
    assert found_in(MADE_UP, {"org-a", "q3_level", "interim"}) == [(2, "org-a"), (3, "q3_level"), (7, "interim")]


def test_the_ordinary_words_are_names_of_a_programme() -> None:
    """A word that no programme uses any more needs no exception."""
    assert set(ORDINARY) <= {name for folder in PROGRAMMES.values() for name in names_of(folder)}
