"""What a run's result is determined by, and who started it."""

from __future__ import annotations

import getpass
import hashlib
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from flows.findings import Finding
from flows.landing import Landed
from flows.programme import Programme

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("expectations", "flows", "nlp", "rubrics", "warehouse")
LOCK = ROOT / "requirements.lock"
_SHARED_RULES = ("lexicon/*.txt", "lexicon/*.csv", "masking.yml", "homophones.yml", "languages.yml")


@dataclass(frozen=True)
class Provenance:
    """Everything that determines a run's figures. `run_id` is a hash of it: the same inputs are the same run."""

    run_id: str
    wave: str
    programme_id: str
    code_sha256: str
    commit_id: str | None
    is_dirty: bool | None
    lock_sha256: str | None
    analyser: Mapping[str, str]


def provenance(
    programme: Programme,
    wave: str,
    landed: Iterable[Landed],
    gone_without: Iterable[Finding],
    analyser: Mapping[str, str],
) -> Provenance:
    """Collect the provenance of a run of `wave` on these landed files.

    `gone_without`: what could not be landed, and why. The same files without another source are another run.
    """
    code = _code_sha256()
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest() if LOCK.exists() else None
    commit, dirty = _commit()
    identity = {
        "wave": wave,
        "programme": programme.settings.id,
        "inputs": sorted((each.file_name, each.sha256, each.source, each.wave) for each in landed),
        "gone_without": sorted(
            (each.wave, each.file_name, each.reason_code, each.expected or "") for each in gone_without
        ),
        "definitions": sorted((each.name, each.sha256) for each in programme.files),
        "code": code,
        "lock": lock,
        "analyser": dict(analyser),
    }
    run_id = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:16]
    return Provenance(run_id, wave, programme.settings.id, code, commit, dirty, lock, analyser)


def started_by() -> str:
    """The account that started the run."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def _code_sha256() -> str:
    """Hash of our own modules and of the text rules that every programme shares: what commit and dirty tree mean."""
    digest = hashlib.sha256(version("monosashi").encode())
    for package in PACKAGES:
        folder = ROOT / package
        shared = [each for pattern in _SHARED_RULES for each in folder.glob(pattern)]
        for path in sorted([*folder.rglob("*.py"), *shared]):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _commit() -> tuple[str | None, bool | None]:
    """The commit and whether the tree was dirty; (None, None) outside a repository."""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit.strip(), bool(_git("status", "--porcelain", "--untracked-files=no").strip())
    except (OSError, subprocess.SubprocessError):
        return None, None


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=30).stdout  # noqa: S603
