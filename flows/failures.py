"""Failures of ours, in words fit for a log: what an exception says may quote data, where it was raised may not."""

from __future__ import annotations

import traceback
from pathlib import Path

from flows.provenance import ROOT


class StageFailure(Exception):
    """A stage failed for a reason of ours: names the stage, the error's type and where it was raised."""


def where(error: BaseException) -> str:
    """An error's type and its places in our code, without its message."""
    places = [
        f"{frame.name} line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if (path := Path(frame.filename)).is_relative_to(ROOT) and ".venv" not in path.parts
    ]
    return f"{type(error).__name__} in {' > '.join(places)}"
