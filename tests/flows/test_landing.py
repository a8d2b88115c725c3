"""The landing store: it only grows, what is in it is what came, and a kill loses nothing that was landed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.landing import LandingStore, Received
from flows.sources.declared import Source
from flows.sources.files import pull_files

ANSWERS = Received(
    "org-a-survey", "w1", "org-a", "survey", "common", "w1/org-a/survey.csv", b"a,b\n1,2\n", announced_n=1
)


@pytest.fixture
def store(tmp_path: Path) -> LandingStore:
    return LandingStore(tmp_path / "landing")


def everything_in(store: LandingStore) -> dict[str, bytes]:
    return {
        path.relative_to(store.folder).as_posix(): path.read_bytes()
        for path in store.folder.rglob("*")
        if path.is_file()
    }


def test_bytes_are_kept_under_their_hash_and_noted(store: LandingStore) -> None:
    landed = store.land(ANSWERS)
    assert landed.sha256 == hashlib.sha256(ANSWERS.content).hexdigest()
    assert store.read(landed.sha256) == ANSWERS.content
    assert (landed.bytes_n, landed.announced_n, landed.organisation, landed.wave) == (8, 1, "org-a", "w1")
    assert store.manifest() == [landed]
    assert set(everything_in(store)) == {"manifest.jsonl", f"objects/{landed.sha256[:2]}/{landed.sha256}"}


def test_landing_again_changes_nothing(store: LandingStore) -> None:
    first = store.land(ANSWERS)
    before = everything_in(store)
    assert store.land(ANSWERS) == first
    assert LandingStore(store.folder).land(ANSWERS) == first
    assert everything_in(store) == before


def test_a_changed_file_is_landed_beside_the_old_one(store: LandingStore) -> None:
    first = store.land(ANSWERS)
    second = store.land(replace(ANSWERS, content=b"a,b\n1,3\n"))
    assert store.manifest() == [first, second]
    assert store.read(first.sha256) == ANSWERS.content
    assert store.read(second.sha256) == b"a,b\n1,3\n"


@pytest.mark.parametrize(
    "change",
    [{"wave": "w2"}, {"file_name": "w1/org-a/survey2.csv"}, {"source": "other"}, {"instrument": "other"}],
    ids=lambda change: next(iter(change)),
)
def test_the_same_bytes_of_another_file_are_one_object_and_two_lines(
    store: LandingStore, change: dict[str, Any]
) -> None:
    store.land(ANSWERS)
    store.land(replace(ANSWERS, **change))
    assert len(store.manifest()) == 2
    assert len(everything_in(store)) == 2, "one object and the manifest"


def test_what_a_source_belongs_to_is_as_the_programme_says_now(store: LandingStore) -> None:
    """The programme's definition of a source was mended; the bytes are the same, whose they are is not."""
    store.land(ANSWERS)
    again = store.land(replace(ANSWERS, organisation="org-b"))
    assert again.organisation == "org-b"


@settings(max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=6)), max_size=8))
def test_the_store_only_grows(tmp_path_factory: pytest.TempPathFactory, files: list[tuple[str, bytes]]) -> None:
    store = LandingStore(tmp_path_factory.mktemp("landing"))
    for name, content in files:
        before = everything_in(store)
        landed = store.land(replace(ANSWERS, file_name=name, content=content))
        after = everything_in(store)
        assert all(after[path].startswith(earlier) for path, earlier in before.items())
        assert store.read(landed.sha256) == content
    assert len(store.manifest()) == len(set(files))


def test_two_who_land_at_once_note_a_file_once(store: LandingStore) -> None:
    """Each with a store of its own, as two runs have; what the other noted since is known."""
    files = [replace(ANSWERS, file_name=f"{number}.csv") for number in range(20)]
    LandingStore(store.folder).land(files[0])
    with ThreadPoolExecutor(4) as pool:
        for each in [pool.submit(LandingStore(store.folder).land, file) for file in files * 4]:
            each.result()
    assert sorted(line.file_name for line in store.manifest()) == sorted(file.file_name for file in files)
    assert store.land(files[7]) in store.manifest()
    assert len(store.manifest()) == len(files)


def test_the_manifest_is_not_read_again_for_every_file(store: LandingStore, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        store.land(replace(ANSWERS, file_name=f"{number}.csv"))
    parsed: list[str | bytes] = []
    monkeypatch.setattr("flows.landing.json.loads", lambda text, loads=json.loads: parsed.append(text) or loads(text))
    again = LandingStore(store.folder)
    for number in range(50, 150):
        again.land(replace(ANSWERS, file_name=f"{number}.csv"))
    assert len(again.manifest()) == 150
    assert len(parsed) < 2 * 100 + 2 * 150


def test_an_altered_object_is_refused(store: LandingStore) -> None:
    landed = store.land(ANSWERS)
    assert store.checked(landed.sha256).read_bytes() == ANSWERS.content
    store.folder.joinpath("objects", landed.sha256[:2], landed.sha256).write_bytes(b"a,b\n1,9\n")
    for look in (store.read, store.checked):
        with pytest.raises(ValueError, match="altered") as caught:
            look(landed.sha256)
        assert "1,9" not in str(caught.value)


@pytest.mark.parametrize("kept", [0, 1, 20, -2, -1])
def test_a_line_torn_by_a_kill_is_landed_again(store: LandingStore, kept: int) -> None:
    """The last line is cut anywhere: the store opens, earlier lines stay, and the file is noted anew, once."""
    first = store.land(ANSWERS)
    second = store.land(replace(ANSWERS, content=b"second"))
    manifest = store.folder / "manifest.jsonl"
    whole = manifest.read_bytes()
    start = whole.index(b"\n") + 1
    manifest.write_bytes(whole[:start] + whole[start:][:kept])
    assert [line.sha256 for line in store.manifest()][:1] == [first.sha256]
    assert store.land(replace(ANSWERS, content=b"second")).sha256 == second.sha256
    assert [line.sha256 for line in store.manifest()] == [first.sha256, second.sha256]
    third = store.land(replace(ANSWERS, content=b"third"))
    assert [line.sha256 for line in store.manifest()] == [first.sha256, second.sha256, third.sha256]


def test_an_object_without_a_line_is_noted_at_the_next_try(store: LandingStore) -> None:
    landed = store.land(ANSWERS)
    store.folder.joinpath("manifest.jsonl").unlink()
    assert store.land(ANSWERS).sha256 == landed.sha256
    assert len(store.manifest()) == 1


def test_a_temporary_file_of_a_kill_does_no_harm(store: LandingStore) -> None:
    landed = store.land(ANSWERS)
    store.folder.joinpath("objects", landed.sha256[:2], "tmpkilled").write_bytes(b"half")
    assert store.read(landed.sha256) == ANSWERS.content
    assert store.land(ANSWERS) == landed


def test_japanese_names_are_readable_in_the_manifest(store: LandingStore) -> None:
    store.land(replace(ANSWERS, file_name="w1/団体A/調査票.csv"))
    assert "w1/団体A/調査票.csv" in store.folder.joinpath("manifest.jsonl").read_text(encoding="utf-8")


def test_a_file_whose_name_is_no_unicode_is_landed_too(store: LandingStore, tmp_path: Path) -> None:
    """A cp932 name out of a Windows archive: it can be pulled, landed, and found again as landed."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    Path(os.fsdecode(os.fsencode(inbox) + b"/\x92\xb2\x8d\xb8.csv")).write_bytes(b"a,b\n1,2\n")
    source = Source(id="s", organisation="org-a", form="survey", instrument="common", waves=["w1"], files="*.csv")
    [received], findings = pull_files(source, "w1", inbox)
    first = store.land(received)
    assert store.land(received) == first
    assert [line.file_name for line in store.manifest()] == [first.file_name]
    assert first.file_name.encode("utf-8")
    assert not findings


def test_only_the_owner_can_look_inside(store: LandingStore) -> None:
    store.land(ANSWERS)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((store.folder / "manifest.jsonl").stat().st_mode) == 0o600


def test_a_manifest_line_is_one_json_object(store: LandingStore) -> None:
    store.land(ANSWERS)
    [line] = store.folder.joinpath("manifest.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["announced_n"] == 1
