"""Tokens and passwords: from the environment or from Prefect Secret blocks, never in a definition or a message."""

from __future__ import annotations

import os
import re
from typing import Literal

from flows.sources.server import SourceFault
from warehouse.definitions import UserMistake, fault

CredentialPart = Literal["token", "user", "password"]

_BLOCK_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*-(token|user|password)")


def credential(name: str, part: CredentialPart) -> str:
    """One part of a named credential: `org-a-kobo`, `token` is the variable ORG_A_KOBO_TOKEN, else the Secret block
    `org-a-kobo-token`. Raises SourceFault, which names both places, if it is in neither.
    """
    variable, block = f"{name}-{part}".replace("-", "_").upper(), f"{name}-{part}"
    value = os.environ.get(variable) or _stored(block)
    if not value:
        raise SourceFault("credentials_missing", f"{variable} (monosashi secret {block})")
    return value


def _stored(block: str) -> str | None:
    if not os.environ.get("PREFECT_API_URL"):  # outside a run: Prefect would start a server of its own
        return None
    from prefect.blocks.system import Secret

    try:
        return str(Secret.load(block, _sync=True).get())  # type: ignore[call-arg, union-attr]
    except ValueError:  # Prefect's word for a block that is not there
        return None


def store_secret(name: str, value: str) -> None:
    """Keep a token, user or password as a Prefect Secret block. Raises UserMistake on a name no source asks for."""
    if not _BLOCK_NAME.fullmatch(name):
        wrong = ("名前の形が違います", "is no name of a credential's part")
        expected = (
            "sources の credentials に -token、-user、-password のどれかをつけた名前です(例: org-a-kobo-token)",
            "a source's credentials with -token, -user or -password was expected (for example org-a-kobo-token)",
        )
        raise UserMistake([fault("NAME", "", wrong, expected)])
    from prefect.blocks.system import Secret

    Secret(value=value).save(name, overwrite=True, _sync=True)  # type: ignore[call-arg, arg-type]
