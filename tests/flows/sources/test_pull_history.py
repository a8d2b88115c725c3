"""What a pull makes of the pull before: of the same form only, of the latest one, and only if it is as it was."""

from __future__ import annotations

import importlib.util
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flows.landing import LandingStore
from flows.sources.declared import Source
from flows.sources.pulling import TRIES, PullProgress, pull_sources

ROWS_N = 30


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kobo = _loaded("kobo_server")


def kobo_source(server: Any, **more: Any) -> Source:
    told = {"id": "org-a.survey", "organisation": "org-a", "form": "survey", "instrument": "common", "waves": ["w1"]}
    place = {"url": server.url, "asset": server.asset, "credentials": "org-a-kobo"}
    return Source.model_validate({**told, "kobo": place, **more})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with kobo.KoboLoopback(kobo.generated(ROWS_N)) as server:
        monkeypatch.setenv("ORG_A_KOBO_TOKEN", server.token)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> LandingStore:
    return LandingStore(tmp_path / "landing")


@pytest.fixture
def pull(store: LandingStore, tmp_path: Path) -> Callable[..., Any]:
    """Pull one source into the store; landed lines and findings."""

    def run(source: Source, wave: str = "w1", progress: PullProgress | None = None, **how: Any) -> Any:
        return pull_sources([(source, wave)], store, tmp_path, progress or PullProgress(), **how)

    return run


def states(store: LandingStore, landed: Any) -> list[str]:
    return [json.loads(line)["state"] for line in store.read(landed.sha256).split(b"\n")[1:-1]]


def changed(store: LandingStore) -> dict[str, int]:
    last = store.last_pull("org-a.survey")
    assert last is not None
    return {kind: n for kind, n in last.changed.items() if n}


# --- another form -------------------------------------------------------------------------------------------------


def test_another_form_begins_anew_and_tells_of_no_deletions(server: Any, store: LandingStore, pull: Any) -> None:
    pull(kobo_source(server))
    server.delete(1)
    ([first], _) = pull(kobo_source(server))
    assert states(store, first).count("deleted") == 1
    with kobo.KoboLoopback(token=server.token) as other:
        other.insert({"q1": "1"})
        elsewhere = kobo_source(other)
        landed, [finding] = pull(elsewhere, servers_asked=False)
        assert (landed, finding.reason_code) == ([], "source_never_pulled"), "what came was another form's"
        ([landed], findings) = pull(elsewhere)
    assert findings == []
    assert states(store, landed) == ["present"]
    assert changed(store) == {"new": 1}

    ([back], _) = pull(kobo_source(server))
    assert states(store, back) == ["present"] * (ROWS_N - 1)


def test_what_a_records_identity_does_not_hang_on_may_change(server: Any, store: LandingStore, pull: Any) -> None:
    pull(kobo_source(server))
    server.delete(1)
    ([landed], _) = pull(kobo_source(server, instrument="other", organisation="org-b", waves=["w1", "w2"]))
    assert changed(store) == {"deleted": 1}
    assert (landed.instrument, landed.organisation) == ("other", "org-b")


def test_the_origin_is_the_form_and_its_server() -> None:
    def origin(**place: Any) -> dict[str, Any]:
        told = {"url": "https://survey.example/", "survey": 7, "time_zone": "UTC", "credentials": "one", **place}
        survey = {"id": "s", "form": "f", "instrument": "i", "waves": ["w"], "limesurvey": told}
        return Source.model_validate(survey).origin

    assert origin() == {"kind": "limesurvey", "url": "https://survey.example", "survey": 7}
    assert origin(credentials="another", time_zone="Asia/Tokyo") == origin()
    assert origin(survey=8) != origin() != origin(url="https://other.example")
    assert Source(id="s", form="f", instrument="i", waves=["w"], files="*.csv").origin == {}


# --- what came last -----------------------------------------------------------------------------------------------


def test_only_what_the_server_has_is_counted_as_received(server: Any, store: LandingStore, pull: Any) -> None:
    pull(kobo_source(server))
    server.delete(1)
    ([landed], _) = pull(kobo_source(server))
    assert (landed.announced_n, landed.received_n) == (ROWS_N - 1, ROWS_N - 1)
    assert len(states(store, landed)) == ROWS_N


def test_what_came_last_serves_another_wave_without_being_read(
    server: Any, store: LandingStore, pull: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ([came], _) = pull(kobo_source(server))
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("a snapshot may be larger than memory"))
    ([again], _) = pull(kobo_source(server), servers_asked=False)
    ([other], findings) = pull(kobo_source(server, instrument="other"), "w2", servers_asked=False)
    assert findings == []
    assert again == came
    assert (other.wave, other.instrument, other.sha256, other.fetched_at) == (
        "w2",
        "other",
        came.sha256,
        came.fetched_at,
    )


def test_a_snapshot_that_was_altered_is_not_built_upon(server: Any, store: LandingStore, pull: Any) -> None:
    ([came], _) = pull(kobo_source(server))
    snapshot = store.path(came.sha256)
    content = snapshot.read_bytes()
    snapshot.write_bytes(content.replace(b'"q1":"1"', b'"q1":"2"'))
    assert snapshot.read_bytes() != content
    landed, [finding] = pull(kobo_source(server))
    assert (landed, finding.reason_code) == ([], "source_failed")
    assert (finding.expected or "").startswith("ValueError in ")
    snapshot.write_bytes(content)
    assert pull(kobo_source(server)) == ([came], [])


# --- two at once, and an end in between ---------------------------------------------------------------------------


def test_a_second_pull_at_the_same_time_follows_the_first(server: Any, store: LandingStore, pull: Any) -> None:
    """What was deleted between the two is known to have been there."""
    second: list[Any] = []
    thread = threading.Thread(target=lambda: second.append(pull(kobo_source(server))))

    def begin() -> None:
        thread.start()
        time.sleep(0.3)  # it waits by now; were it slower, there would be less to find

    server.before_page(1, begin)
    server.before_page(2, lambda: server.delete(3))
    ([first], _) = pull(kobo_source(server))
    thread.join(timeout=60)
    [([landed], _)] = second
    assert states(store, first) == ["present"] * ROWS_N
    assert states(store, landed).count("deleted") == 1
    assert changed(store) == {"deleted": 1}


def test_a_pull_that_is_told_to_end_does_not_wait_for_a_silent_server(server: Any, tmp_path: Path) -> None:
    program = (
        "import signal, sys; from pathlib import Path; from flows.landing import LandingStore\n"
        "from flows.sources.declared import Source; from flows.sources.pulling import PullProgress, pull_sources\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "place, source = Path(sys.argv[2]), Source.model_validate_json(sys.argv[1])\n"
        "pull_sources([(source, 'w1')], LandingStore(place / 'landing'), place, PullProgress())\n"
    )
    asked, ended = threading.Event(), threading.Event()
    server.before_page(1, lambda: (asked.set(), ended.wait(timeout=300)))
    told = kobo_source(server).model_dump_json()
    process = subprocess.Popen([sys.executable, "-c", program, told, str(tmp_path)], stderr=subprocess.PIPE, text=True)
    try:
        assert asked.wait(timeout=120)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=120)  # the server would be silent for longer
    finally:
        ended.set()
        process.kill()
    assert process.returncode == -signal.SIGINT
    assert said.rstrip().endswith("KeyboardInterrupt")
    assert not (tmp_path / "landing/manifest.jsonl").exists()


# --- one record twice ---------------------------------------------------------------------------------------------


def test_a_record_that_moves_while_the_form_is_read_is_read_again(server: Any, store: LandingStore, pull: Any) -> None:
    """Taken away and put back, as a re-import does it: the same record, further down."""
    moved = server.row(3)

    def move() -> None:
        server.delete(3)
        server.insert({name: value for name, value in moved.items() if name != "_id"})

    with kobo.KoboLoopback(kobo.generated(1_100), token=server.token) as large:
        server, moved = large, large.row(3)
        large.before_page(2, move)
        ([landed], findings) = pull(kobo_source(large))
    assert findings == []
    assert states(store, landed) == ["present"] * 1_100


def test_a_server_that_has_a_record_twice_is_read_again_and_refused(
    server: Any, store: LandingStore, pull: Any
) -> None:
    server.insert({name: value for name, value in server.row(3).items() if name != "_id"})
    expected: list[int] = []
    landed, [finding] = pull(kobo_source(server), progress=PullProgress(expect=expected.append))
    assert (landed, finding.reason_code) == ([], "source_unreadable")
    assert finding.expected == "an identity for each record that no other has"
    assert sum(kind == "page" for kind, _ in server.asked) == TRIES
    assert expected == [ROWS_N + 1] * TRIES, "the bar is as long as what is read"
    assert list((store.folder / "pulling").glob("*/")) == [], "no answers are left lying"
