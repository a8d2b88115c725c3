"""One pull of ODK Central, as its tests look at it. Test modules are in no package: loaded by its file."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.sources.declared import OdkForm
from flows.sources.odk import OdkServer
from flows.sources.server import Page, Record, SourceFault

_spec = importlib.util.spec_from_file_location("odk_server", Path(__file__).with_name("odk_server.py"))
assert _spec
assert _spec.loader
odk_server = sys.modules["odk_server"] = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(odk_server)
OdkLoopback = odk_server.OdkLoopback

V1 = {"q1": "string", "q3/level": "int", "q3/text": "string"}
V2 = V1 | {"q7": "string"}


def answers(level: object = 3, text: str | None = None) -> dict[str, Any]:
    return {"q1": "1 2", "q3": {"level": level, "text": text}}


@dataclass
class Pulled:
    """What one pull gave."""

    pages: list[Page]

    @property
    def records(self) -> dict[str, Record]:
        return {each.id: each for page in self.pages for each in page.records}

    @property
    def ids(self) -> list[str]:
        """Every id on every page, as a record or as unchanged."""
        return [id for page in self.pages for id in [*(each.id for each in page.records), *page.unchanged]]

    @property
    def unchanged(self) -> set[str]:
        return {id for page in self.pages for id in page.unchanged}

    def stamps(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """What is known after it: of the records that are still there."""
        kept = {id: stamp for id, stamp in (before or {}).items() if id in self.unchanged}
        return kept | {each.id: each.stamp for each in self.records.values()}


def client(server: Any, **declared: Any) -> OdkServer:
    place = {"url": server.url, "project": server.project, "form": server.form, "credentials": "lab"} | declared
    return OdkServer(OdkForm(**place), server.user, server.password, back_off=0)


def pull(server: Any, known: dict[str, str] | None = None) -> Pulled:
    with closing(client(server)) as puller:
        return Pulled(list(puller.pages(known or {})))


def fault_of(act: Callable[[], object]) -> SourceFault:
    with pytest.raises(SourceFault) as raised:
        act()
    return raised.value


@contextmanager
def seven_submissions() -> Iterator[Any]:
    """A server with seven submissions, four of the first version."""
    with OdkLoopback({"v1": V1, "v2": V2}) as server:
        for level in range(1, 8):
            server.insert(answers(level), version="v1" if level < 5 else None)
        yield server


def numbered(n: int) -> str:
    """The id of the n-th submission of `seven_submissions`."""
    return f"uuid:00000000-0000-4000-8000-{n:012}"
