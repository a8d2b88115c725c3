"""Pulling and landing, over real HTTP: a break leaves no trace, and no source makes another wait or fail."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from flows.landing import LandingStore
from flows.snapshots import CHANGES
from flows.sources import pulling
from flows.sources.declared import Source
from flows.sources.pulling import PullProgress, pull_sources

ROWS_N = 2_300  # three pages


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kobo, odk, limesurvey = (_loaded(f"{kind}_server") for kind in ("kobo", "odk", "limesurvey"))


def source(kind: str, name: str = "org-a", **place: Any) -> Source:
    told = {"id": f"{name}-{kind}", "organisation": name, "form": "survey", "instrument": "common", "waves": ["w1"]}
    return Source.model_validate({**told, kind: {**place, "credentials": f"{name}-{kind}"}})


@pytest.fixture
def kobo_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A form of some pages on KoboToolbox, whose token is known."""
    with kobo.KoboLoopback(kobo.generated(ROWS_N)) as server:
        monkeypatch.setenv("ORG_A_KOBO_TOKEN", server.token)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> LandingStore:
    return LandingStore(tmp_path / "landing")


@pytest.fixture
def pull(store: LandingStore, tmp_path: Path) -> Callable[..., Any]:
    """Pull sources into the store; landed lines and findings."""

    def run(*sources: Source, **how: Any) -> Any:
        return pull_sources([(each, "w1") for each in sources], store, tmp_path, PullProgress(), **how)

    return run


def kobo_source(server: Any, name: str = "org-a") -> Source:
    return source("kobo", name, url=server.url, asset=server.asset)


def records(store: LandingStore, landed: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in store.read(landed.sha256).split(b"\n")[1:-1]]


def kept(store: LandingStore) -> tuple[set[str], list[dict[str, Any]], list[dict[str, Any]]]:
    """Everything that landed: the objects, and the two lists without their times."""
    objects = {path.name for path in (store.folder / "objects").rglob("*") if path.is_file()}
    manifest, pulls = (
        [json.loads(line) for line in (store.folder / name).read_text().splitlines()]
        for name in ("manifest.jsonl", "pulls.jsonl")
    )
    for line in [*manifest, *pulls, *(line["landed"] for line in pulls)]:
        line.pop("fetched_at", None), line.pop("pulled_at", None)
    return objects, manifest, pulls


# --- one form -----------------------------------------------------------------------------------------------------


def test_a_form_lands_whole_and_a_second_pull_finds_nothing_new(
    kobo_server: Any, store: LandingStore, pull: Any
) -> None:
    ([landed], findings) = pull(kobo_source(kobo_server))
    assert findings == []
    assert (landed.announced_n, landed.received_n, landed.form_version) == (ROWS_N, ROWS_N, "vLoopback1")
    assert landed.file_name == "kobo/org-a-kobo.jsonl"
    assert [each["record"] for each in records(store, landed)] == kobo_server.rows(0, ROWS_N)
    first = store.last_pull("org-a-kobo")
    assert first is not None
    assert first.changed == dict.fromkeys(CHANGES, 0) | {"new": ROWS_N}
    assert [len(json.loads(store.read(page))["results"]) for page in first.pages] == [1000, 1000, 300]
    before = kept(store)

    ([again], _) = pull(kobo_source(kobo_server))
    assert again == landed
    objects, manifest, pulls = kept(store)
    assert (objects, manifest) == before[:2]
    assert [sum(line["changed"].values()) for line in pulls] == [ROWS_N, 0]


def test_an_edit_is_a_new_version_and_the_old_one_is_kept(kobo_server: Any, store: LandingStore, pull: Any) -> None:
    ([first], _) = pull(kobo_source(kobo_server))
    kobo_server.edit(7, {"q3/q3_level": "5", "q6_text": "書き直しました"})
    kobo_server.validate(8, "not_approved")
    kobo_server.delete(9)
    ([second], _) = pull(kobo_source(kobo_server))
    last = store.last_pull("org-a-kobo")
    assert last is not None
    assert last.changed == dict.fromkeys(CHANGES, 0) | {"edited": 1, "rejected": 1, "deleted": 1}
    old, new = (records(store, each) for each in (first, second))
    assert [each["id"] for each in new] == [each["id"] for each in old]
    assert old[6]["record"]["q6_text"] != "書き直しました"
    assert new[6]["record"]["q6_text"] == "書き直しました"
    assert [each["state"] for each in new[6:9]] == ["present", "rejected", "deleted"]
    assert new[8]["record"] == old[8]["record"]
    notes = [json.loads(line) for line in store.read(last.changes or "").splitlines()]
    assert [each["what"] for each in notes] == ["edited", "rejected", "deleted"]
    assert {"q3/q3_level", "q6_text"} <= set(notes[0]["fields"])
    assert "_validation_status/uid" in notes[1]["fields"]

    kobo_server.validate(8, "approved")
    pull(kobo_source(kobo_server))
    last = store.last_pull("org-a-kobo")
    assert last is not None
    assert last.changed == dict.fromkeys(CHANGES, 0) | {"restored": 1}


def test_an_edit_taken_back_is_the_first_content_again_and_the_latest(
    kobo_server: Any, store: LandingStore, pull: Any
) -> None:
    kobo_server.validate(1, "on_hold")
    ([first], _) = pull(kobo_source(kobo_server))
    kobo_server.validate(1, "approved")
    ([second], _) = pull(kobo_source(kobo_server))
    kobo_server.validate(1, "on_hold")
    ([third], _) = pull(kobo_source(kobo_server))
    assert first.sha256 == third.sha256 != second.sha256
    ([landed], _) = pull(kobo_source(kobo_server), servers_asked=False)
    assert landed == third


def test_records_that_come_and_go_while_the_form_is_read(kobo_server: Any, store: LandingStore, pull: Any) -> None:
    kobo_server.before_page(
        2, lambda: (kobo_server.delete(3), kobo_server.insert({"q1": "1"}), kobo_server.delete(1500))
    )
    ([landed], findings) = pull(kobo_source(kobo_server))
    assert findings == []
    assert [each["record"]["_id"] for each in records(store, landed)] == [
        row["_id"] for row in kobo_server.rows(0, ROWS_N + 1)
    ]


def test_a_form_that_never_holds_still_is_a_finding(
    kobo_server: Any, store: LandingStore, pull: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for page in range(2, 30):
        kobo_server.before_page(page, lambda: kobo_server.delete(kobo_server.rows(0, 1)[0]["_id"]))
    landed, [finding] = pull(kobo_source(kobo_server))
    assert landed == []
    assert finding.reason_code == "source_changing"
    assert sum(kind == "page" for kind, _ in kobo_server.asked) >= 3 * pulling.TRIES


# --- interrupted --------------------------------------------------------------------------------------------------


@pytest.fixture
def undisturbed(kobo_server: Any, tmp_path: Path) -> Any:
    store = LandingStore(tmp_path / "undisturbed")
    pull_sources([(kobo_source(kobo_server), "w1")], store, tmp_path, PullProgress())
    return kept(store)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_pull_that_broke_off_at_any_page_leaves_nothing_and_is_simply_repeated(
    page: int, kobo_server: Any, undisturbed: Any, store: LandingStore, pull: Any
) -> None:
    kobo_server.inject("html", page=page, times=1)
    landed, [finding] = pull(kobo_source(kobo_server))
    assert (landed, finding.reason_code) == ([], "source_unreadable")
    assert not (store.folder / "manifest.jsonl").exists()
    assert list((store.folder / "pulling").glob("*/")) == []
    pull(kobo_source(kobo_server))
    assert kept(store) == undisturbed


@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_pull_killed_at_any_page_and_repeated_lands_the_same(
    page: int, kobo_server: Any, undisturbed: Any, store: LandingStore, pull: Any, tmp_path: Path
) -> None:
    told = kobo_source(kobo_server).model_dump_json()
    program = (
        "import sys; from pathlib import Path; from flows.landing import LandingStore\n"
        "from flows.sources.declared import Source; from flows.sources.pulling import PullProgress, pull_sources\n"
        "place = Path(sys.argv[2])\n"
        "source = Source.model_validate_json(sys.argv[1])\n"
        "pull_sources([(source, 'w1')], LandingStore(place / 'landing'), place, PullProgress())\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, told, str(tmp_path)])
    kobo_server.before_page(page, process.kill)
    assert process.wait(timeout=120) == -signal.SIGKILL
    assert not (store.folder / "manifest.jsonl").exists()
    pull(kobo_source(kobo_server))
    assert kept(store) == undisturbed


# --- several forms ------------------------------------------------------------------------------------------------


def test_no_source_waits_for_another(kobo_server: Any, pull: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    came = threading.Event()
    waited: list[bool] = []
    with kobo.KoboLoopback(kobo.generated(5)) as slow:
        monkeypatch.setenv("ORG_B_KOBO_TOKEN", slow.token)
        slow.before_page(1, lambda: waited.append(came.wait(timeout=30)))  # silent until the other one has all
        kobo_server.before_page(3, came.set)
        landed, findings = pull(kobo_source(slow, "org-b"), kobo_source(kobo_server))
    assert waited == [True]
    assert [each.organisation for each in landed] == ["org-b", "org-a"]
    assert findings == []


@pytest.mark.flow
def test_a_source_that_fails_is_a_finding_and_the_others_come(
    prefect_api: str, kobo_server: Any, pull: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "answers.csv").write_text("id\n1\n")
    files = Source(id="org-f", organisation="org-f", form="survey", instrument="common", waves=["w1"], files="*.csv")
    monkeypatch.setenv("ORG_B_KOBO_TOKEN", "not-the-token")
    monkeypatch.delenv("ORG_C_KOBO_TOKEN", raising=False)
    broken = source("limesurvey", "org-d", url="http://127.0.0.1:9", survey=1, time_zone="Asia/Tokyo")
    monkeypatch.setenv("ORG_D_LIMESURVEY_USER", "reader")
    monkeypatch.setenv("ORG_D_LIMESURVEY_PASSWORD", "right")
    monkeypatch.setattr("flows.sources.limesurvey.LimeSurveyServer.announced", lambda _: 1 / 0)  # a failure of ours
    landed, findings = pull(
        kobo_source(kobo_server, "org-b"), kobo_source(kobo_server, "org-c"), broken, files, kobo_source(kobo_server)
    )
    assert [each.organisation for each in landed] == ["org-f", "org-a"]
    assert [(each.organisation, each.reason_code) for each in findings] == [
        ("org-b", "source_refused"),
        ("org-c", "credentials_missing"),
        ("org-d", "source_failed"),
    ]
    assert findings[1].expected == "ORG_C_KOBO_TOKEN (monosashi secret org-c-kobo-token)"
    assert "not-the-token" not in str(findings)
    assert (findings[2].expected or "").startswith("ZeroDivisionError in ")


def test_what_came_last_can_be_used_without_asking_a_server(kobo_server: Any, store: LandingStore, pull: Any) -> None:
    landed, [finding] = pull(kobo_source(kobo_server), servers_asked=False)
    assert (landed, finding.reason_code) == ([], "source_never_pulled")
    assert kobo_server.asked == []
    ([came], _) = pull(kobo_source(kobo_server))
    asked_n = len(kobo_server.asked)
    kobo_server.delete(1)
    ([landed], findings) = pull(kobo_source(kobo_server), servers_asked=False)
    assert (landed, findings, len(kobo_server.asked)) == (came, [], asked_n)


def test_every_kind_of_server_lands_edits_deletions_and_returns(
    store: LandingStore, pull: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"id": n, "submitdate": f"2026-10-0{n} 09:00:00", "Q6": f"text {n}"} for n in (1, 2, 3)]
    with (
        odk.OdkLoopback({"v1": {"q6": "string"}}) as odk_server,
        limesurvey.LimeSurveyLoopback({7: rows}, user="reader", password="right") as lime_server,  # noqa: S106
    ):
        ids = [odk_server.insert({"q6": f"text {n}"}) for n in (1, 2, 3)]
        for name, value in {
            "ORG_A_ODK_USER": odk_server.user,
            "ORG_A_ODK_PASSWORD": odk_server.password,
            "ORG_A_LIMESURVEY_USER": "reader",
            "ORG_A_LIMESURVEY_PASSWORD": "right",
        }.items():
            monkeypatch.setenv(name, value)
        sources = [
            source("odk", url=odk_server.url, project=odk_server.project, form=odk_server.form),
            source("limesurvey", url=lime_server.url, survey=7, time_zone="Asia/Tokyo"),
        ]

        def changes() -> list[dict[str, int]]:
            landed, findings = pull(*sources)
            assert findings == []
            assert len(landed) == 2
            found = [store.last_pull(each.id) for each in sources]
            return [{kind: n for kind, n in each.changed.items() if n} for each in found if each]

        assert changes() == [{"new": 3}, {"new": 3}]
        assert changes() == [{}, {}]
        odk_server.edit(ids[0], {"q6": "other"})
        lime_server.edit(1, Q6="other")
        odk_server.delete(ids[1])
        lime_server.delete(2)
        assert changes() == [{"edited": 1, "deleted": 1}] * 2
        odk_server.restore(ids[1])
        odk_server.reject(ids[2])
        assert changes() == [{"restored": 1, "rejected": 1}, {}]


# --- secrets ------------------------------------------------------------------------------------------------------


@pytest.mark.flow
def test_a_token_may_lie_in_a_prefect_secret_block(
    prefect_api: str, kobo_server: Any, pull: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.sources.credentials import store_secret

    monkeypatch.delenv("ORG_A_KOBO_TOKEN")
    store_secret("org-a-kobo-token", kobo_server.token)
    assert "ORG_A_KOBO_TOKEN" not in os.environ
    landed, findings = pull(kobo_source(kobo_server))
    assert (len(landed), findings) == (1, [])
