"""Our Prefect server hands out the secrets it keeps: to us alone."""

from __future__ import annotations

import json
import os
import stat
import urllib.error
import urllib.request
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.flow

EVERYTHING = json.dumps({"include_secrets": True}).encode()
SECRET = "what-nobody-else-may-see"  # noqa: S105 - of nobody


def asked(address: str, path: str, body: bytes | None = None, **headers: str) -> Any:
    request = urllib.request.Request(f"{address}/{path}", body, {"Content-Type": "application/json"} | headers)  # noqa: S310 - loopback
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=60)


@pytest.fixture
def stored(prefect_api: str) -> str:
    from flows.sources.credentials import store_secret

    store_secret("somebody-kobo-token", SECRET)
    return prefect_api


def basic(password: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(password.encode()).decode()}"}


@pytest.mark.parametrize("headers", [{}, basic("monosashi:"), basic("admin:pass")], ids=["none", "empty", "other"])
def test_a_stranger_on_this_machine_is_refused(stored: str, headers: dict[str, str]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        asked(stored, "block_documents/filter", EVERYTHING, **headers)
    assert refused.value.code == 401
    assert SECRET not in refused.value.read().decode()


def test_we_are_answered_and_no_web_page_may_read_it(stored: str) -> None:
    ours = basic(os.environ["PREFECT_SERVER_API_AUTH_STRING"])
    with asked(stored, "block_documents/filter", EVERYTHING, Origin="https://elsewhere.example", **ours) as answer:
        assert SECRET in answer.read().decode(), "this is what the password guards"
        assert answer.headers["Access-Control-Allow-Origin"] is None
    with asked(stored, "health") as answer:
        assert answer.status == 200


def test_its_folder_is_its_owners_alone(prefect_api: str) -> None:
    home = Path(os.environ["PREFECT_HOME"])
    assert (home / "prefect.db").exists()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
