"""The documents say what is so: commands, options, links, paths, examples and words are those of the code."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from expectations.questionnaire import MissingKind
from flows.cli import app
from flows.instruments import CrosswalkClass
from flows.programme_reader import read_programme
from warehouse.indicator_definitions import Verdict
from warehouse.report_wording import VERDICTS

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("expectations", "flows", "nlp", "notebooks", "rubrics", "tests", "warehouse", ".ci")
READMES = ("README.md", "README.ja.md")
DOCUMENTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("*.md"))}


def commands_of(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every subcommand by its whole name: `run`, and of a group `instrument draft`."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


OPTIONS = {
    name: {option for parameter in command.params for option in parameter.opts}
    for name, command in commands_of(get_command(app))
}
"""Subcommand -> its options."""
GROUPS = {name.split()[0] for name in OPTIONS if " " in name}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Written so that this file does not hold what it forbids.
MACHINE_PATH = re.compile(
    r"(?<![\w.~}])/(?:work|farm|root|tmp|opt|srv|mnt|home|Users)/[A-Za-z0-9_.]|\b[A-Z]:\\(?:Users|Temp)\b"
)
REGISTRY = re.compile(
    r"(?:pypi|pythonhosted|anaconda|npmjs|golang|crates)\.(?:org|com|io)\b|(?<!\w)--(?:extra-)?index-url[ =]+\S*//",
    re.IGNORECASE,
)


def fenced(text: str, language: str = "") -> list[str]:
    """Contents of the fenced blocks (of one language)."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [content for kind, content in blocks if kind == language or not language]


def code_in(text: str) -> list[str]:
    """Lines of fenced blocks, and code spans outside them."""
    lines = [line for block in fenced(text) for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))]


def commands_in(text: str) -> Iterator[tuple[str, list[str]]]:
    """(subcommand, options) of every `monosashi …` in code; a group's subcommand has two words."""
    for code in code_in(text):
        for name, rest in re.findall(r"(?:^|[\s/])monosashi ([a-z]+)\b([^|;&#]*)", code):
            second = re.match(r" ([a-z]+)\b", rest) if name in GROUPS else None
            yield f"{name} {second[1]}" if second else name, re.findall(r"(?<!\S)--[a-z-]+", rest)


def test_all_documents_are_there() -> None:
    assert set(DOCUMENTS) == {
        *READMES, "CHANGELOG.md", "CONTRIBUTING.md", "DECISIONS.md", "GLOSSARY.md",
    }  # fmt: skip


# --- commands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", READMES)
def test_the_readme_opens_with_the_two_commands(name: str) -> None:
    first = "\n".join(DOCUMENTS[name].splitlines()[:20])
    assert "make run" in first
    assert "make test" in first


@pytest.mark.parametrize("name", READMES)
def test_every_subcommand_stands_in_the_readme(name: str) -> None:
    assert set(OPTIONS) <= {command for command, _ in commands_in(DOCUMENTS[name])}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_command_or_option_is_made_up(name: str) -> None:
    found = list(commands_in(DOCUMENTS[name]))
    assert {command for command, _ in found} <= set(OPTIONS)
    assert [
        (command, option) for command, options in found for option in options if option not in OPTIONS[command]
    ] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_exists(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    named = {target for code in code_in(DOCUMENTS[name]) for target in re.findall(r"(?:^|\s)make ([a-z]+)", code)}
    assert named <= targets
    make = [code for code in code_in(DOCUMENTS[name]) if code.startswith("make ")]
    variables = {variable for code in make for variable in re.findall(r"\b([A-Z]+)=", code)}
    assert variables <= set(re.findall(r"^([A-Z]+) \?=", makefile, re.MULTILINE))


# --- files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(name: str) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", DOCUMENTS[name])
    files = [target.split("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_path_into_a_room_exists(name: str) -> None:
    rooms = "|".join(map(re.escape, ROOMS))
    code = "\n".join(code_in(DOCUMENTS[name]))
    paths = {path.rstrip("./") for path in re.findall(rf"(?<![\w/.-])((?:{rooms})/[\w./*-]+)", code)}
    examples = {block.split()[1] for block in fenced(DOCUMENTS[name], "yaml")}
    assert [path for path in sorted(paths - examples) if not list(ROOT.glob(path))] == []


# --- examples -----------------------------------------------------------------------------------------------------


def definitions(folder: Path) -> Path:
    """A copy of the default programme's definitions."""
    for room in ("expectations", "flows", "nlp", "rubrics", "warehouse"):
        for path in (ROOT / room).rglob("*"):
            if path.suffix in (".yml", ".csv", ".txt"):
                copy = folder / path.relative_to(ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, copy)
    return folder


@pytest.mark.parametrize("name", READMES)
def test_the_examples_are_definitions_without_a_fault(name: str, tmp_path: Path) -> None:
    """The instrument becomes a new file, the indicator is added to the others, as the README says."""
    folder = definitions(tmp_path)
    [instrument] = [block for block in fenced(DOCUMENTS[name], "yaml") if block.startswith("# flows/instruments/")]
    [indicator] = [block for block in fenced(DOCUMENTS[name], "yaml") if block.startswith("# warehouse/indicators.yml")]
    path = instrument.splitlines()[0].removeprefix("# ")
    (folder / path).write_text(instrument, encoding="utf-8")
    programme = folder / "flows" / "programme.yml"
    listed = programme.read_text(encoding="utf-8").replace("instruments: [", f"instruments: [{Path(path).stem}, ")
    programme.write_text(listed, encoding="utf-8")
    with (folder / "warehouse" / "indicators.yml").open("a", encoding="utf-8") as file:
        file.write("\n" + indicator)
    before, after = read_programme(ROOT), read_programme(folder)
    assert len(after.instruments) == len(before.instruments) + 1
    assert len(after.indicators) == len(before.indicators) + 1


@pytest.mark.parametrize("name", READMES)
def test_the_servers_in_the_examples_can_take_the_place_of_the_files(name: str, tmp_path: Path) -> None:
    """The part of an instrument becomes a whole one: what it does not show has class D."""
    folder, yaml = definitions(tmp_path), YAML()
    yaml.preserve_quotes = True
    blocks = {block.splitlines()[0]: yaml.load(block) for block in fenced(DOCUMENTS[name], "yaml")}
    instrument = blocks["# part of an instrument for LimeSurvey"]
    sources = {each["id"]: each for each in blocks["# flows/programme.yml"]["sources"]}
    asked = read_programme(ROOT).forms[instrument["form"]].questions
    rest = {question.id: {"class": "D", "reason": "test"} for question in asked}
    instrument |= {"valid_from": "2023-07-01", "approved_by": "test", "approved_at": "2023-07-01"}
    instrument["answers"] = rest | instrument["answers"]
    with (folder / "flows" / "instruments" / f"{instrument['id']}.yml").open("w", encoding="utf-8") as file:
        yaml.dump(instrument, file)
    programme = folder / "flows" / "programme.yml"
    settings = yaml.load(programme.read_text(encoding="utf-8"))
    settings["instruments"].append(instrument["id"])
    settings["sources"] = [sources.pop(each["id"], each) for each in settings["sources"]]
    assert sources == {}, "they are the programme's own, with another place"
    with programme.open("w", encoding="utf-8") as file:
        yaml.dump(settings, file)
    kinds = [source.kind for source in read_programme(folder).settings.sources]
    assert {kind: kinds.count(kind) for kind in ("kobo", "odk", "limesurvey")} == {"kobo": 1, "odk": 1, "limesurvey": 1}


def test_both_readmes_give_the_same_examples() -> None:
    english, japanese = (fenced(DOCUMENTS[name], "yaml") for name in READMES)
    assert english == japanese


# --- words --------------------------------------------------------------------------------------------------------


def test_the_glossary_explains_what_tables_hold() -> None:
    explained = set(re.findall(r"`([^`]+)`", DOCUMENTS["GLOSSARY.md"]))
    assert {*get_args(Verdict), *get_args(MissingKind), "suppressed"} <= explained
    assert {f"class: {name}" for name in get_args(CrosswalkClass)} <= explained


def test_the_glossary_has_each_verdict_in_the_reports_words() -> None:
    rows = [line for line in DOCUMENTS["GLOSSARY.md"].splitlines() if line.startswith("|")]
    for code, words in VERDICTS.items():
        assert any(f"`{code}`" in row and words.ja in row and words.en in row for row in rows), code


def test_every_direct_dependency_has_its_reason() -> None:
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    names = {match[0] for each in wanted if (match := re.match(r"[\w.-]+", each))}
    explained = set(re.findall(r"`([\w.-]+)`", DOCUMENTS["DECISIONS.md"]))
    assert names - explained == set()


def test_the_changelog_has_this_version_and_says_what_each_entry_alters() -> None:
    versions = re.split(r"^## ", DOCUMENTS["CHANGELOG.md"], flags=re.MULTILINE)[1:]
    assert any(version.startswith(f"[{PROJECT['version']}]") for version in versions)
    entries = [entry for version in versions for entry in re.split(r"^- ", version, flags=re.MULTILINE)[1:]]
    assert entries
    assert [entry for entry in entries if "Alters:" not in entry] == []


# --- what stands in no file ---------------------------------------------------------------------------------------


def tracked() -> list[Path]:
    """Files that git tracks, or would if they were added."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        names = subprocess.run(listing, capture_output=True, check=True).stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository: what it tracks is not known")
    return [path for name in names if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("forbidden", [MACHINE_PATH, REGISTRY], ids=["path of a machine", "host of a registry"])
def test_no_tracked_file_names_a_machine_or_a_registry(forbidden: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{number}"
        for path in tracked()
        for number, line in enumerate(path.read_bytes().decode("utf-8", "replace").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("/".join(["", "home", "somebody", "file"]), MACHINE_PATH),
        ("in /" + "tmp/results", MACHINE_PATH),
        ("C:" + "\\Users\\somebody", MACHINE_PATH),
        ("https://" + "pypi" + ".org/simple", REGISTRY),
        ("--index-" + "url http://somewhere/simple", REGISTRY),
    ],
)
def test_they_would_be_found(text: str, forbidden: re.Pattern[str]) -> None:
    assert forbidden.search(text)


@pytest.mark.parametrize("text", ["data/work/a", "${TMPDIR:-/tmp}/x", "/usr/lib/postgresql", "--no-emit-index-url \\"])
def test_what_is_no_machines_is_let_be(text: str) -> None:
    assert not MACHINE_PATH.search(text)
    assert not REGISTRY.search(text)
