"""Tokens and passwords: from the environment or from Prefect Secret blocks, never in a definition or a message."""

from __future__ import annotations

import os
import re
from typing import Literal

from flows.sources.server import SourceFault
from warehouse.definitions import UserMistake, fault

CredentialPart = Literal["token", "user", "password"]

_BLOCK_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*-(token|user|password)")


def credentials(name: str, *parts: CredentialPart) -> list[str]:
    """Parts of a named credential: `org-a-kobo`, `token` is the variable ORG_A_KOBO_TOKEN, else the Secret block
    `org-a-kobo-token`. Raises SourceFault, which names both places of each that is in neither.
    """
    blocks = [f"{name}-{part}" for part in parts]
    values = [os.environ.get(_variable(block)) or _stored(block) for block in blocks]
    missing = [block for block, value in zip(blocks, values, strict=True) if not value]
    if missing:
        named = [f"{_variable(block)} (monosashi secret {block})" for block in missing]
        raise SourceFault("credentials_missing", "、".join(named))
    return [value for value in values if value]


def _variable(block: str) -> str:
    return block.replace("-", "_").upper()


def _stored(block: str) -> str | None:
    if not os.environ.get("PREFECT_API_URL"):  # outside a run: Prefect would start a server of its own
        return None
    from prefect.blocks.system import Secret

    try:
        return str(Secret.load(block, _sync=True).get())  # type: ignore[call-arg, union-attr]
    except ValueError:  # Prefect's word for a block that is not there
        return None


def refuse_unfit(name: str, value: str) -> None:
    """Raise UserMistake on a name that no source can ask for, and where there is nothing to keep."""
    if not _BLOCK_NAME.fullmatch(name):
        wrong = ("名前の形が違います", "is no name of a credential's part")
        expected = (
            "sources の credentials に -token、-user、-password のどれかをつけた名前です(例: org-a-kobo-token)",
            "a source's credentials with -token, -user or -password was expected (for example org-a-kobo-token)",
        )
        raise UserMistake([fault("NAME", "", wrong, expected)])
    if not value.strip():
        wrong = ("保存するものが空です", "is empty: nothing was stored")
        expected = ("標準入力か画面から入れてください", "it was expected on standard input or typed in")
        raise UserMistake([fault(name, "", wrong, expected)])


def store_secret(name: str, value: str) -> None:
    """Keep a token, user or password as a Prefect Secret block."""
    from prefect.blocks.system import Secret

    Secret(value=value).save(name, overwrite=True, _sync=True)  # type: ignore[call-arg, arg-type]
