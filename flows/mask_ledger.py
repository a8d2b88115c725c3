"""Where decisions about doubtful places are kept: a folder of its owner's alone, with the secret of their hashes."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from flows.landing import Landed, LandingStore, Received
from nlp.mask_decisions import DecidedPlaces, Hashing, MaskDecision, standing
from warehouse.definitions import UserMistake, fault

LEDGER, SECRET = "decisions.jsonl", "secret"
FORM = "mask_decisions"
"""What decisions are landed as, in the place of a form and its instrument."""

_SECRET_BYTES = 32


class MaskLedger:
    """`data/mask/`: `decisions.jsonl`, to which lines are added, and `secret`. Neither holds a word of a text."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hashing(self) -> Hashing:
        """The hashes of this folder; its secret is made with the first. Raises UserMistake where it was lost."""
        path = self._folder / SECRET
        if not path.exists():
            if (self._folder / LEDGER).exists():
                raise _unreadable(SECRET)
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(_SECRET_BYTES))
        try:
            return Hashing(bytes.fromhex(path.read_text(encoding="ascii").strip()))
        except (OSError, ValueError):
            raise _unreadable(SECRET) from None

    def decisions(self) -> list[MaskDecision]:
        """All decisions, in the order they were taken in. Raises UserMistake."""
        path = self._folder / LEDGER
        if not path.exists():
            return []
        try:
            lines = path.read_bytes().split(b"\n")
            return [MaskDecision.model_validate_json(line) for line in lines[:-1]]  # a line torn by a kill was not told
        except (OSError, ValidationError):
            raise _unreadable(LEDGER) from None

    def decided(self) -> DecidedPlaces | None:
        """The decisions as masking asks for them; None without any. Raises UserMistake."""
        decisions = self.decisions()
        return DecidedPlaces.of(self.hashing(), decisions) if decisions else None

    def append(self, decisions: Iterable[MaskDecision]) -> int:
        """Write down the decisions that do not stand so already; return how many."""
        self.hashing()  # the folder, and the secret the decisions were made under
        with os.fdopen(os.open(self._folder / LEDGER, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            known = {_essence(each) for each in standing(self.decisions())}
            new = [each for each in standing(decisions) if _essence(each) not in known]
            file.seek(file.read().rfind(b"\n") + 1)  # over a line torn by a kill
            file.truncate()
            file.write(b"".join(each.model_dump_json().encode() + b"\n" for each in new))
            file.flush()
            os.fsync(file.fileno())
        return len(new)

    def land(self, wave: str, store: LandingStore) -> list[Landed]:
        """Land the decisions that stand, if there are any: they are an input of the run that masks by them."""
        lines = [each.model_dump_json().encode() + b"\n" for each in standing(self.decisions())]
        if not lines:
            return []
        return [
            store.land(
                Received(
                    source=FORM,
                    wave=wave,
                    organisation=None,
                    form=FORM,
                    instrument=FORM,
                    file_name=f"mask/{LEDGER}",
                    content=b"".join(lines),
                )
            )
        ]


def _essence(decision: MaskDecision) -> tuple[str, str, str]:
    return decision.scope, decision.what, decision.verdict


def _unreadable(name: str) -> UserMistake:
    wrong = ("秘匿化の確認の記録として読めません", "is no record of decisions about masking")
    expected = ("手で直さず、控えから戻してください", "never edit it by hand: restore it from a copy")
    return UserMistake([fault(f"mask/{name}", "", wrong, expected)])
