"""Failures in words fit for a terminal or a log: what an exception says may quote data, where it was raised may not."""

from __future__ import annotations

import errno
import traceback
from pathlib import Path

from flows.provenance import ROOT
from warehouse.definitions import Language, Text, UserMistake

_OURS = Text(
    ja="内部の不具合です。上の表示を添えて管理者に知らせてください。",
    en="A failure of ours: please report it with the lines above.",
)


class StageFailure(Exception):
    """A stage failed for a reason of ours: names the stage, the error's type and where it was raised."""


def said(error: Exception, language: Language) -> list[str]:
    """The lines to show for an error: what a user can mend, or the type and place of a failure of ours."""
    if isinstance(error, UserMistake):
        return [each.say(language) for each in error.faults]
    return [str(error) if isinstance(error, StageFailure) else where(error), _OURS.in_(language)]


def where(error: BaseException) -> str:
    """An error's type, what the system or SQLite calls it (ENOSPC), and its places in our code; not its message."""
    called = getattr(error, "sqlite_errorname", None) or errno.errorcode.get(getattr(error, "errno", None) or 0)
    places = [
        f"{frame.name} line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if (path := Path(frame.filename)).is_relative_to(ROOT) and ".venv" not in path.parts
    ]
    return f"{' '.join(filter(None, [type(error).__name__, called]))} in {' > '.join(places)}"
