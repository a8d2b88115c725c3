"""A Prefect server of our own on the loopback address, for the time of a run or of `serve`. Nothing calls out."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 120.0
"""How long a server may take to answer; making its database on the first start is slow on small machines."""

_PR_SET_PDEATHSIG = 1


def quiet_environment(home: Path) -> dict[str, str]:
    """Settings that keep Prefect's files in the data folder, its logs short, and its telemetry off."""
    return {
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@contextmanager
def prefect_server(home: Path, *, with_services: bool) -> Iterator[str]:
    """Run a server below `home` and give its API address; it ends with this block, or with this process if killed.

    `with_services`: the scheduler and its kind, which a single run does not need. Must be entered before `prefect` is
    imported, since Prefect reads its settings then. Raises RuntimeError if the server does not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    os.environ.update(quiet_environment(home))
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(  # noqa: S603
            [*command, *([] if with_services else ["--no-services"])],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
    try:
        _await_health(server, port)
        yield os.environ["PREFECT_API_URL"]
    finally:
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def _die_with_parent() -> None:
    """In the child: ask the kernel to end it when its parent ends, even by SIGKILL."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(server: subprocess.Popen[bytes], port: int) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            with direct.open(f"http://127.0.0.1:{port}/api/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("the Prefect server did not start; its log is server.log in the Prefect folder")
