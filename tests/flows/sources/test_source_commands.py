"""`secret` and `pull` as people run them: what is said of each source, and that no secret lies open anywhere."""

from __future__ import annotations

import importlib.util
import re
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

pytestmark = [pytest.mark.flow, pytest.mark.timeout(600)]

TOKEN = "kobo-token-that-nobody-may-see"  # noqa: S105 - of nobody
Run = Callable[..., Any]


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kobo = _loaded("kobo_server")


@pytest.fixture
def server() -> Iterator[Any]:
    with kobo.KoboLoopback(kobo.generated(3), token=TOKEN) as server:
        yield server


@pytest.fixture
def places(programme_copy: Path, tmp_path: Path, server: Any) -> list[object]:
    """Options: a programme of one source on KoboToolbox and one on LimeSurvey, an empty inbox, a data folder."""
    yaml, file = YAML(), programme_copy / "flows/programme.yml"
    settings = yaml.load(file.read_text())
    kept = [each for each in settings["sources"] if each["id"] in ("org-a-questionnaire", "org-b-questionnaire")]
    on_kobo, on_limesurvey = settings["sources"] = kept
    for each in kept:
        each.pop("files")
        each["instrument"] = "xlsform"
    on_kobo["kobo"] = {"url": server.url, "asset": server.asset, "credentials": "org-a-kobo"}
    nowhere = {"url": "http://127.0.0.1:9", "survey": 7, "time_zone": "UTC", "credentials": "org-b-limesurvey"}
    on_limesurvey["limesurvey"] = nowhere
    with file.open("w") as to:
        yaml.dump(settings, to)
    (tmp_path / "inbox").mkdir()
    return ["--programme", programme_copy, "--inbox", tmp_path / "inbox", "--data", tmp_path / "data"]


@pytest.fixture
def secret(monosashi: Run, tmp_path: Path) -> Run:
    """Give the command a secret on standard input."""

    def run(name: str, value: str) -> Any:
        file = tmp_path / "typed"
        file.write_text(value)
        with file.open() as typed:
            return monosashi("secret", name, "--data", tmp_path / "data", "--lang", "en", stdin=typed)

    return run


def test_a_secret_is_stored_and_used_and_lies_nowhere_in_plain(
    monosashi: Run, secret: Run, places: list[object], server: Any, tmp_path: Path
) -> None:
    said = secret("org-a-kobo-token", f"{TOKEN}\r\n")
    assert (said.status, said.out, said.err) == (0, "org-a-kobo-token is stored.\n", "")

    pulled = monosashi("pull", "interim", *places, "--lang", "en")
    assert pulled.status == 2, "the other source has no credentials"
    assert re.search(r"^org-a-questionnaire +interim +kobo/org-a-questionnaire\.jsonl +3 +new 3 *$", pulled.out, re.M)
    assert server.headers["Authorization"] == f"Token {TOKEN}"
    missing = "ORG_B_LIMESURVEY_USER (monosashi secret org-b-limesurvey-user)、ORG_B_LIMESURVEY_PASSWORD"
    assert f"The token or password of limesurvey/org-b-questionnaire.jsonl is missing ({missing}" in pulled.out
    assert "Traceback" not in pulled.everything

    files = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert {"prefect.db", "server.log", "pulls.jsonl"} <= {file.name for file in files}
    assert [file for file in files if TOKEN.encode() in file.read_bytes()] == []
    assert TOKEN not in pulled.everything
    database = sqlite3.connect(tmp_path / "data/prefect/prefect.db")
    parameters = [row[0] for row in database.execute("SELECT parameters FROM flow_run")]
    kept = database.execute("SELECT data FROM block_document WHERE name = 'org-a-kobo-token'").fetchall()
    database.close()
    assert len(parameters) == len(kept) == 1
    assert "kobo" not in parameters[0]
    folder = tmp_path / "data/prefect"  # the key to them lies there too
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("name", "value", "fragment"),
    [
        ("org-a-kobo-token", "", "org-a-kobo-token: is empty: nothing was stored"),
        ("org-a-kobo-token", " \r\n", "org-a-kobo-token: is empty: nothing was stored"),
        (TOKEN.upper(), "x", "NAME: is no name of a credential's part"),
    ],
)
def test_what_cannot_be_a_secret_is_said(secret: Run, name: str, value: str, fragment: str) -> None:
    said = secret(name, value)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(fragment), "a secret given for a name is not repeated"
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("name", "fragment"),
    [("../org-a", "sources.0.id: "), ("org-b-questionnaire", "sources: org-b-questionnaire stands twice")],
)
def test_a_source_has_a_name_of_its_own_that_a_folder_can_have(
    monosashi: Run, programme_copy: Path, name: str, fragment: str
) -> None:
    file = programme_copy / "flows/programme.yml"
    text = file.read_text()
    assert text.count("id: org-a-questionnaire") == 1
    file.write_text(text.replace("id: org-a-questionnaire", f"id: {name}"))
    said = monosashi("check", "--programme", programme_copy, "--lang", "en")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"flows/programme.yml: {fragment}")
