"""One way to talk to every server: our own timeouts, bounded retries with back-off, and faults that quote nothing."""

from __future__ import annotations

from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

CONNECT_SECONDS = 10
READ_SECONDS = 60
RETRIES = 4


class _PatientAdapter(HTTPAdapter):
    """An adapter that never waits for ever, whatever the client above it leaves out."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        return super().send(request, *args, **kwargs)


def patient_adapter(*, back_off: float = 0.5) -> HTTPAdapter:
    """An adapter with our timeouts, which tries again where a second try can help (our requests only read)."""
    return _PatientAdapter(
        max_retries=Retry(
            total=RETRIES,
            backoff_factor=back_off,
            backoff_jitter=back_off,
            status_forcelist={429, 502, 503, 504},
            allowed_methods=None,
            raise_on_status=False,
        )
    )
