"""A Prefect server of our own on the loopback address, for the time of a run or of `serve`. Nothing calls out."""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

START_S = 120.0
"""How long a server may take to answer; making its database on the first start is slow on small machines."""

STOP_S = 20.0
"""How long it may take to end."""

_PR_SET_PDEATHSIG = 1


def quiet_environment(home: Path) -> dict[str, str]:
    """Settings that keep Prefect's files in the data folder, its logs short and at home, and its telemetry off.

    No web page of another place may ask the server. The settings hold for child processes too, which must not take
    modules from the folder they happen to be started in.
    """
    return {
        "PREFECT_HOME": str(home.resolve()),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLI_PROMPT": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
        "PREFECT_SERVER_EPHEMERAL_ENABLED": "false",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": "http://127.0.0.1",
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PYTHONSAFEPATH": "1",
    }


@contextmanager
def prefect_server(home: Path, *, with_services: bool, meanwhile: Callable[[], object] | None = None) -> Iterator[str]:
    """Run a server below `home` and give its API address; it ends with this block, or with this process if killed.

    It hands out the secrets it keeps, and the key to them lies in its database: the folder is its owner's alone, and
    who asks needs a password that only this process and its children know, or PREFECT_SERVER_API_AUTH_STRING
    (`user:password`) where somebody has set it to look at Prefect's own pages.

    `with_services`: the scheduler and its kind, which a single run does not need. Must be entered before `prefect` is
    imported, since Prefect reads its settings then. `meanwhile` is called while the server starts, for imports and
    checks that take as long. Raises RuntimeError if the server does not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    port = _free_port()
    os.environ.update(quiet_environment(home))
    password = os.environ.get("PREFECT_SERVER_API_AUTH_STRING") or f"monosashi:{secrets.token_urlsafe(32)}"
    os.environ["PREFECT_SERVER_API_AUTH_STRING"] = os.environ["PREFECT_API_AUTH_STRING"] = password
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(  # noqa: S603
            [*command, *([] if with_services else ["--no-services"])],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is ours to handle: the server is needed until we have ended
            preexec_fn=partial(end_with_parent, os.getpid()),
        )
    try:
        if meanwhile is not None:
            meanwhile()
        _await_health(server, port)
    except BaseException:
        server.kill()  # while it makes its database it would not listen to anything else
        server.wait()
        raise
    try:
        yield os.environ["PREFECT_API_URL"]
    finally:
        server.terminate()
        try:
            server.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def end_with_parent(parent: int) -> None:
    """Ask the kernel to end this process when its parent does, even by SIGKILL. Only Linux can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the kernel knew
            os.kill(os.getpid(), signal.SIGKILL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(server: subprocess.Popen[bytes], port: int) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with direct.open(f"http://127.0.0.1:{port}/api/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the Prefect server did not start; its log is server.log in the Prefect folder")
