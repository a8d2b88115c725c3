"""Credentials: from the environment; what is missing is named whole, what there is is never said."""

from __future__ import annotations

import pytest

from flows.sources.credentials import credentials
from flows.sources.server import SourceFault


@pytest.fixture(autouse=True)
def outside_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)


def test_they_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORG_A_ODK_USER", "reader@example.org")
    monkeypatch.setenv("ORG_A_ODK_PASSWORD", "p w")
    assert credentials("org-a-odk", "user", "password") == ["reader@example.org", "p w"]
    assert credentials("org-a-odk", "password") == ["p w"]


def test_all_that_is_missing_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ORG_A_ODK_USER", raising=False)
    monkeypatch.setenv("ORG_A_ODK_PASSWORD", "")
    with pytest.raises(SourceFault) as caught:
        credentials("org-a-odk", "user", "password")
    assert caught.value.reason_code == "credentials_missing"
    assert caught.value.expected == (
        "ORG_A_ODK_USER (monosashi secret org-a-odk-user)、ORG_A_ODK_PASSWORD (monosashi secret org-a-odk-password)"
    )
    monkeypatch.setenv("ORG_A_ODK_USER", "reader@example.org")
    with pytest.raises(SourceFault) as caught:
        credentials("org-a-odk", "user", "password")
    assert caught.value.expected == "ORG_A_ODK_PASSWORD (monosashi secret org-a-odk-password)"
    assert "reader" not in str(caught.value.expected)
