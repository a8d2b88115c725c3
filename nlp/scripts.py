"""Scripts: in which writing system a letter stands, and how an answer as a whole is written."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from typing import Final, Literal

from nlp.characters import line_spans
from nlp.kana_writing import is_spaced_kana

ScriptProfile = Literal["kanji", "kana", "spaced_kana", "romaji", "latin", "other", "none"]
"""How a text is written: `kanji` (with kana or alone), `kana` without kanji, `spaced_kana` with spaces between words,
`romaji` (Japanese in Latin letters), `latin`, `other` (any other script), `none` (no letters)."""

JAPANESE: Final = frozenset({"Hira", "Kana", "Hani"})
SEVERAL: Final = "mul"  # ISO 639: several languages
OPEN_KANJI: Final = "und-Hani"
WITH_JAPANESE: Final = frozenset({"ja", SEVERAL, OPEN_KANJI})
"""Languages of texts that hold, or may hold, Japanese in its own script."""
_KANJI_SHARE: Final = 0.05  # of the Japanese letters: one known character (日本 in a text of kana) makes no kanji text

# First word of a character's Unicode name -> subtag of its script (ISO 15924).
_SCRIPTS: Final = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HEBREW": "Hebr",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MONGOLIAN": "Mong",
    "MYANMAR": "Mymr",
    "SINHALA": "Sinh",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
    "HANGUL": "Hang",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "CJK": "Hani",
    "IDEOGRAPHIC": "Hani",
}


@cache
def script_of(character: str) -> str | None:
    """Script of a letter (ISO 15924, Zzzz if unknown); None for what every script shares (digits, marks, ー alone)."""
    if unicodedata.category(character)[0] != "L":
        return None
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0].split("-")[0], "Zzzz")


def script_counts(text: str) -> Counter[str]:
    """Letters of a text (NFKC) by script."""
    return Counter(script for each in text if (script := script_of(each)) is not None)


def script_profile(text: str, language: str) -> ScriptProfile:
    """How a text (NFKC) in that language is written: its Japanese part, where it has one."""
    counts = script_counts(text)
    if not counts:
        return "none"
    if language == "ja-Latn":
        return "romaji"
    japanese_n = sum(counts[script] for script in JAPANESE)
    script, most_n = max(counts.items(), key=lambda item: (item[1], item[0]))
    is_other = language not in WITH_JAPANESE or not japanese_n
    if script not in JAPANESE and is_other and most_n > japanese_n:
        return "latin" if script == "Latn" else "other"
    if counts["Hani"] > _KANJI_SHARE * japanese_n:
        return "kanji"
    lines = [text[start:end] for start, end in line_spans(text)]
    spaced_n = sum(len(line) for line in lines if is_spaced_kana(line))
    return "spaced_kana" if 2 * spaced_n > sum(map(len, lines)) else "kana"
