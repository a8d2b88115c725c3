"""A run calls nobody, and what it notes on the side holds no answer, no name and no respondent."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model]

IN_A_ROOM_WITHOUT_DOORS = """
import fcntl, json, pathlib, socket, struct, subprocess, sys

with socket.socket() as any_socket:  # ip link set lo up
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 0x1 | 0x40))

def unanswered():
    counts = {}
    for name in ("snmp", "snmp6"):
        lines = pathlib.Path("/proc/net", name).read_text().splitlines()
        if name == "snmp":
            for heads, values in zip(lines[::2], lines[1::2]):
                counts |= dict(zip(heads.split(), values.split()))
        else:
            counts |= dict(line.split() for line in lines)
    return int(counts["OutNoRoutes"]) + int(counts.get("Ip6OutNoRoutes", 0))

status = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
called = unanswered()
try:
    socket.create_connection(("192.0.2.1", 80), timeout=5)
except OSError:
    pass
pathlib.Path(sys.argv[1]).write_text(json.dumps({"status": status, "called": called, "control": unanswered()}))
"""
"""Runs a command where there is a loopback address and no way out, and counts the packets that wanted out."""


@dataclass(frozen=True)
class Alone:
    """What came of runs in a network of their own, and where they kept things."""

    count: dict[str, int]
    inbox: Path
    data: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.data / 'warehouse.sqlite'}"


@pytest.fixture(scope="module")
def room() -> list[str]:
    """The command that runs another one in a network of its own."""
    for command in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    pytest.skip("unshare may not make a network of its own here")


@pytest.fixture(scope="module")
def alone(room: list[str], environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Alone:
    from flows.sample import write_sample

    folder = tmp_path_factory.mktemp("alone")
    inbox, data = folder / "inbox", folder / "data"
    write_sample(inbox, respondents=60, seed=8)
    command = [str(Path(sys.executable).parent / "monosashi"), "run", "interim", "--inbox", str(inbox)]
    wrapped = [*room, sys.executable, "-c", IN_A_ROOM_WITHOUT_DOORS, str(folder / "count"), *command]
    subprocess.run([*wrapped, "--data", str(data)], check=True, env=environment, timeout=500)
    return Alone(json.loads((folder / "count").read_text()), inbox, data)


def test_a_run_calls_nobody(alone: Alone) -> None:
    assert alone.count["status"] == 0
    assert alone.count["control"] > alone.count["called"] == 0


def test_what_is_noted_on_the_side_holds_no_answer_and_nobody(alone: Alone, monosashi: Callable[..., Any]) -> None:
    """After a run that failed too: Prefect keeps the messages of errors."""
    landed = hashlib.sha256((alone.inbox / "interim/org-d/google_forms.csv").read_bytes()).hexdigest()
    path = alone.data / "landing" / "objects" / landed[:2] / landed
    path.write_bytes(path.read_bytes() + b"\n")
    assert monosashi("run", "interim", "--inbox", alone.inbox, "--data", alone.data).status == 1

    kept = [path for room in ("prefect", "quality") for path in (alone.data / room).rglob("*") if path.is_file()]
    assert {"prefect.db", "server.log", "index.html"} <= {path.name for path in kept}
    secrets = identifiers_of(alone) | texts_of(alone) | respondents_of(alone)
    assert len(secrets) > 200
    leaks = [
        (path.name, secret)
        for path in kept
        for content in [path.read_bytes()]
        for secret in secrets
        if secret.encode() in content
    ]
    assert leaks == []
    with sqlite3.connect(alone.data / "prefect" / "prefect.db") as database:
        failures = database.execute("SELECT message FROM flow_run_state WHERE type = 'FAILED'").fetchall()
    database.close()
    assert len(failures) == 1
    assert "map: ValueError in run line" in failures[0][0]


def identifiers_of(alone: Alone) -> set[str]:
    return set(json.loads((alone.inbox / "planted.json").read_text())["identifiers"])


def respondents_of(alone: Alone) -> set[str]:
    with opened(alone.url) as engine:
        responses = read_table(engine, "core_response", published_run(engine, "interim"))
    return set(responses["respondent_id"].dropna())


def texts_of(alone: Alone) -> set[str]:
    """Free text as it came and as it is stored, where it is long enough to tell."""
    with opened(alone.url) as engine:
        answers = read_table(engine, "core_answer", published_run(engine, "interim"))
    content = (alone.inbox / "interim/org-a/questionnaire.csv").read_bytes().decode("utf-8-sig")
    came = {row["問3-3"] for row in csv.DictReader(io.StringIO(content, newline=""))}
    return {text for text in came | set(answers["value_text"].dropna()) if len(text) > 8}


@pytest.mark.postgres
def test_the_password_of_the_warehouse_is_kept_nowhere(
    monosashi: Callable[..., Any], alone: Alone, postgres_url: str, tmp_path: Path
) -> None:
    """It is among the run's parameters for whoever gives it in the URL; Prefect keeps those."""
    password = make_url(postgres_url).password
    assert password
    shutil.copytree(alone.data / "cache", tmp_path / "cache")
    said = monosashi("run", "interim", "--inbox", alone.inbox, "--data", tmp_path, "--warehouse", postgres_url)
    assert said.status == 0, said.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 20
    assert [path for path in files if str(password).encode() in path.read_bytes()] == []
    assert str(password) not in said.everything
