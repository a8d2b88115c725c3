"""Pulling: every source of a run at once, so that none makes another wait or fail, and its landing."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from contextvars import Context, copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from multiprocessing.pool import ThreadPool
from pathlib import Path

from flows.failures import where
from flows.findings import Finding
from flows.landing import Landed, LandingStore, Pulled, Received
from flows.snapshots import RepeatedRecord, SnapshotDraft, known_stamps
from flows.sources.credentials import credentials
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

    def pull(context: Context, source: Source, wave: str) -> tuple[list[Landed], list[Finding]]:
        return context.run(pull_one, source, wave)

    def pull_one(source: Source, wave: str) -> tuple[list[Landed], list[Finding]]:
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

    with ThreadPool(AT_ONCE) as pool:  # of daemons: whoever is told to end does not wait for a server that is silent
        pulled = pool.starmap(pull, [(copy_context(), source, wave) for source, wave in sources], chunksize=1)
    return [one for landed, _ in pulled for one in landed], [one for _, findings in pulled for one in findings]


def open_server(source: Source) -> Server:
    """The server of a source, with its credentials. Raises SourceFault if they are nowhere."""
    if source.kobo is not None:
        from flows.sources.kobo import KoboServer

        [token] = credentials(source.kobo.credentials, "token")
        return KoboServer(source.kobo, token)
    if source.odk is not None:
        from flows.sources.odk import OdkServer

        user, password = credentials(source.odk.credentials, "user", "password")
        return OdkServer(source.odk, user, password)
    if source.limesurvey is not None:
        from flows.sources.limesurvey import LimeSurveyServer

        user, password = credentials(source.limesurvey.credentials, "user", "password")
        return LimeSurveyServer(source.limesurvey, user, password)
    raise ValueError(f"{source.id} lies on no server")


def pull_server(source: Source, wave: str, server: Server, store: LandingStore, progress: PullProgress) -> Pulled:
    """Read a form whole and land it as a snapshot, or as nothing new. Closes the server. Raises SourceFault.

    Nothing lands before the whole form has come: a pull that was interrupted leaves no trace behind.
    """
    with closing(server), _workplace(store, source.id) as folder, ExitStack() as drafts:
        before = _last_pull(source, store)
        snapshot_before = store.checked(before.landed.sha256) if before is not None else None
        known = known_stamps(snapshot_before) if server.is_incremental and snapshot_before is not None else {}
        draft, records_n = _whole(server, known, folder, progress, drafts)
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
            announced_n=records_n,
            received_n=records_n,
            form_version=next(iter(list(structure.versions)[::-1]), None),
        )
        landed = store.land(received)
        is_new = before is None or before.landed.sha256 != landed.sha256
        pulled = _pulled(source, landed, changes.counts, notes, structure, folder / "pages", store, is_new=is_new)
        store.note_pull(pulled)
    return pulled


def _last_pull(source: Source, store: LandingStore) -> Pulled | None:
    """The pull before, if it was of this very form: the records of another one are not gone because it is not asked."""
    last = store.last_pull(source.id)
    return last if last is not None and last.origin == source.origin else None


def _whole(
    server: Server, known: dict[str, str], folder: Path, progress: PullProgress, drafts: ExitStack
) -> tuple[SnapshotDraft, int]:
    """Read the form from its beginning until as many records came as the server announces: these, and their number."""
    announced_n = server.announced()
    for attempt in range(TRIES):
        progress.expect(announced_n)
        draft = SnapshotDraft(_emptied(folder / f"try{attempt}"))
        drafts.callback(draft.close)
        try:
            _read(server, known, draft, _emptied(folder / "pages"), progress)
            announced_n = server.announced()
            fault = SourceFault("source_changing", f"{announced_n}, {draft.records_n}")
            if draft.records_n == announced_n:
                return draft, announced_n
        except RepeatedRecord as repeated:
            fault = repeated
    raise fault


def _read(server: Server, known: dict[str, str], draft: SnapshotDraft, pages: Path, progress: PullProgress) -> None:
    for number, page in enumerate(server.pages(known)):
        (pages / f"{number:06}").write_bytes(page.body)
        draft.take(page)
        progress.advance(len(page.records) + len(page.unchanged))


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
        origin=source.origin,
        pulled_at=datetime.now(UTC).isoformat(timespec="seconds"),
        landed=landed,
        changed=changed,
        changes=store.keep(notes)[0] if is_new else None,
        structure=store.keep(structure.body)[0] if is_new else None,
        pages=[store.keep(page)[0] for page in sorted(pages.iterdir())] if is_new else [],
    )


def _last_landed(source: Source, wave: str, store: LandingStore) -> Landed:
    """What a form held at its last pull, for this wave. Raises SourceFault if it was never pulled."""
    last = _last_pull(source, store)
    if last is None:
        raise SourceFault("source_never_pulled")
    now = replace(last.landed, wave=wave, organisation=source.organisation, form=source.form)
    return store.note(replace(now, instrument=source.instrument, file_name=source.place))


@contextmanager
def _workplace(store: LandingStore, source: str) -> Iterator[Path]:
    """An empty folder for one source's pull, on the store's disk; a second pull of the same source waits for it."""
    folder = store.folder / "pulling" / source
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / f"{source}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            yield _emptied(folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
