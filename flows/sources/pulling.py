"""Pulling: every source of a run at once, so that none makes another wait or fail, and its landing."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flows.failures import where
from flows.findings import Finding
from flows.landing import Landed, LandingStore, Pulled, Received
from flows.snapshots import SnapshotDraft, known_stamps
from flows.sources.credentials import credential
from flows.sources.declared import Source
from flows.sources.files import pull_files
from flows.sources.server import FormStructure, Server, SourceFault

TRIES = 3
"""How often a form is read from its beginning if it changes while it is being read."""

AT_ONCE = 8
"""The most servers that are read at the same time."""


@dataclass(frozen=True)
class PullProgress:
    """Told how many records are to come (`expect`) and how many came (`advance`); both from several threads."""

    expect: Callable[[int], None] = lambda _: None
    advance: Callable[[int], None] = lambda _: None


def pull_sources(
    sources: Sequence[tuple[Source, str]],
    store: LandingStore,
    inbox: Path,
    progress: PullProgress,
    *,
    servers_asked: bool = True,
) -> tuple[list[Landed], list[Finding]]:
    """Pull and land (source, wave) pairs; what comes is in their order. A source that fails is a finding.

    `servers_asked` False takes what a server's form held at its last pull, and asks no server.
    """

    def pull(source: Source, wave: str) -> tuple[list[Landed], list[Finding]]:
        if source.server is None:
            received, findings = pull_files(source, wave, inbox)
            return [store.land(each) for each in received], findings
        try:
            if servers_asked:
                return [pull_server(source, wave, open_server(source), store, progress).landed], []
            return [_last_landed(source, wave, store)], []
        except SourceFault as error:
            reason_code, expected = error.reason_code, error.expected
        except Exception as error:  # a failure of ours in one puller is no reason to lose the other sources
            reason_code, expected = "source_failed", where(error)
        return [], [Finding(wave, source.organisation, source.form, source.place, reason_code, expected=expected)]

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        tasks = [pool.submit(copy_context().run, pull, source, wave) for source, wave in sources]
        pulled = [each.result() for each in tasks]
    return [one for landed, _ in pulled for one in landed], [one for _, findings in pulled for one in findings]


def open_server(source: Source) -> Server:
    """The server of a source, with its credentials. Raises SourceFault if they are nowhere."""
    if source.kobo is not None:
        from flows.sources.kobo import KoboServer

        return KoboServer(source.kobo, credential(source.kobo.credentials, "token"))
    if source.odk is not None:
        from flows.sources.odk import OdkServer

        name = source.odk.credentials
        return OdkServer(source.odk, credential(name, "user"), credential(name, "password"))
    if source.limesurvey is not None:
        from flows.sources.limesurvey import LimeSurveyServer

        name = source.limesurvey.credentials
        return LimeSurveyServer(source.limesurvey, credential(name, "user"), credential(name, "password"))
    raise ValueError(f"{source.id} lies on no server")


def pull_server(source: Source, wave: str, server: Server, store: LandingStore, progress: PullProgress) -> Pulled:
    """Read a form whole and land it as a snapshot, or as nothing new. Closes the server. Raises SourceFault.

    Nothing lands before the whole form has come: a pull that was interrupted leaves no trace behind.
    """
    before = store.last_pull(source.id)
    snapshot_before = store.path(before.landed.sha256) if before is not None else None
    known = known_stamps(snapshot_before) if server.is_incremental and snapshot_before is not None else {}
    with closing(server), _workplace(store, source.id) as folder, ExitStack() as drafts:
        draft, announced_n = _whole(server, known, folder, progress, drafts)
        structure = server.structure()  # last, so that it knows every version that a record may name
        snapshot, notes = folder / "snapshot.jsonl", folder / "changes.jsonl"
        changes = draft.write(source.kind, structure, snapshot_before, snapshot, notes)
        received = Received(
            source=source.id,
            wave=wave,
            organisation=source.organisation,
            form=source.form,
            instrument=source.instrument,
            file_name=source.place,
            content=snapshot,
            announced_n=announced_n,
            received_n=draft.records_n,
            form_version=next(iter(list(structure.versions)[::-1]), None),
        )
        landed = store.land(received)
        is_new = before is None or before.landed.sha256 != landed.sha256
        pulled = _pulled(source, landed, changes.counts, notes, structure, folder / "pages", store, is_new=is_new)
    store.note_pull(pulled)
    return pulled


def _whole(
    server: Server, known: dict[str, str], folder: Path, progress: PullProgress, drafts: ExitStack
) -> tuple[SnapshotDraft, int]:
    """Read the form from its beginning until as many records came as the server announces."""
    progress.expect(server.announced())
    for attempt in range(TRIES):
        pages = _emptied(folder / "pages")
        draft = SnapshotDraft(_emptied(folder / f"try{attempt}"))
        drafts.callback(draft.close)
        for number, page in enumerate(server.pages(known)):
            (pages / f"{number:06}").write_bytes(page.body)
            draft.take(page)
            progress.advance(len(page.records) + len(page.unchanged))
        announced_n = server.announced()
        if draft.records_n == announced_n:
            return draft, announced_n
    raise SourceFault("source_changing", f"{announced_n}, {draft.records_n}")


def _pulled(
    source: Source,
    landed: Landed,
    changed: dict[str, int],
    notes: Path,
    structure: FormStructure,
    pages: Path,
    store: LandingStore,
    *,
    is_new: bool,
) -> Pulled:
    """The line about this pull; what came is kept as received if it held anything new."""
    return Pulled(
        source=source.id,
        pulled_at=datetime.now(UTC).isoformat(timespec="seconds"),
        landed=landed,
        changed=changed,
        changes=store.keep(notes)[0] if is_new else None,
        structure=store.keep(structure.body)[0] if is_new else None,
        pages=[store.keep(page)[0] for page in sorted(pages.iterdir())] if is_new else [],
    )


def _last_landed(source: Source, wave: str, store: LandingStore) -> Landed:
    """What a form held at its last pull, for this wave. Raises SourceFault if it was never pulled."""
    last = store.last_pull(source.id)
    if last is None:
        raise SourceFault("source_never_pulled")
    return store.land(
        Received(
            source=source.id,
            wave=wave,
            organisation=source.organisation,
            form=source.form,
            instrument=source.instrument,
            file_name=source.place,
            content=store.read(last.landed.sha256),
            announced_n=last.landed.announced_n,
            received_n=last.landed.received_n,
            form_version=last.landed.form_version,
        )
    )


@contextmanager
def _workplace(store: LandingStore, source: str) -> Iterator[Path]:
    """An empty folder for one source's pull, on the store's disk; a second pull of the same source waits for it."""
    folder = store.folder / "pulling" / source
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _emptied(folder)
        shutil.rmtree(folder)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
