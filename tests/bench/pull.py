"""What pulling a large form costs: `python -m tests.bench.pull [RESPONSES]`. The server is a process of its own.

Three pulls: everything, nothing new, and after edits; wall-clock seconds, and the peak memory of the pulling process.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console

RESPONSES = 170_000
EDITS = 1_000


def measure(responses: int = RESPONSES) -> None:
    """Serve, pull three times, print."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, responses), daemon=True)
    server.start()
    url, asset, os.environ["BENCH_TOKEN"] = ours.recv()
    try:
        with tempfile.TemporaryDirectory() as folder:
            _pull_three_times(Path(folder), url, asset, ours)
    finally:
        server.terminate()


def _serve(connection: Connection, responses: int) -> None:
    place = Path(__file__).resolve().parents[1] / "flows/sources/kobo_server.py"
    spec = importlib.util.spec_from_file_location("kobo_server", place)
    assert spec
    assert spec.loader
    kobo: Any = importlib.util.module_from_spec(spec)
    sys.modules["kobo_server"] = kobo
    spec.loader.exec_module(kobo)
    with kobo.KoboLoopback(kobo.generated(responses)) as server:
        connection.send((server.url, server.asset, server.token))
        while connection.recv() == "edit":
            for number in range(1, EDITS + 1):
                server.edit(number * (responses // EDITS), {"q3/q3_level": "1", "q6_text": "書き直しました。"})
            connection.send("edited")


def _pull_three_times(folder: Path, url: str, asset: str, server: Connection) -> None:
    from flows.landing import LandingStore
    from flows.progress import StageProgress
    from flows.sources.declared import Source
    from flows.sources.pulling import PullProgress, pull_sources
    from warehouse.definitions import Text

    told = {"id": "bench", "organisation": "o", "form": "f", "instrument": "i", "waves": ["w"]}
    source = Source.model_validate({**told, "kobo": {"url": url, "asset": asset, "credentials": "bench"}})
    store = LandingStore(folder / "landing")
    print(f"{'pull':14}{'records':>10}{'new':>9}{'edited':>9}{'seconds':>9}{'peak MiB':>10}")
    for name in ("everything", "nothing new", "edits"):
        if name == "edits":
            server.send("edit")
            server.recv()
        started = time.monotonic()
        with StageProgress(Console(stderr=True), "en") as progress, progress.stage("pull", Text(ja="受信", en=name)):
            told_to = PullProgress(progress.expect_more, progress.advance)
            [landed], findings = pull_sources([(source, "w")], store, folder, told_to)
        assert not findings
        seconds = time.monotonic() - started
        last = store.last_pull("bench")
        assert last is not None
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        changed = last.changed
        print(f"{name:14}{landed.received_n:10}{changed['new']:9}{changed['edited']:9}{seconds:9.1f}{peak:10.0f}")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else RESPONSES)
