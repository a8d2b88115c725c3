"""The statistical detector of languages (lingua), loaded only for the scripts that need it.

Its models take 190 MB for Latin letters and 90 MB for the others together, and a second to load; the small models take
22 MB, but are sure of wrong answers (tests.bench.language).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lingua import LanguageDetector

LONGEST: Final = 1_000  # characters that are looked at to tell a language: more of them change nothing


def detected(text: str, among: tuple[str, ...]) -> tuple[str, float]:
    """The likeliest of some languages (ISO 639-1) and its share of the likelihood of them all."""
    values = _detector(among).compute_language_confidence_values(text)
    best = max(values, key=lambda each: (each.value, each.language.name))
    return best.language.iso_code_639_1.name.lower(), best.value


@cache
def _detector(among: tuple[str, ...]) -> LanguageDetector:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    codes = [getattr(IsoCode639_1, name.upper()) for name in sorted(among)]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
