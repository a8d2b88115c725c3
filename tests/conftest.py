"""Fixtures that several rooms' tests share."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("monosashi", deadline=None)  # the machine is shared: no test asserts wall-clock time
settings.load_profile("monosashi")
