"""Triage before analysis: is there an answer at all, and in which language is it? Rules of script only."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

TriageState = Literal["blank", "nothing", "other_language", "to_analyse"]
"""`nothing`: an answer that says there is none (特になし). Only `to_analyse` goes to the Japanese analyser."""

NO_LANGUAGE = "zxx"  # ISO 639: no linguistic content

# First word of a character's Unicode name -> subtag of its script (ISO 15924).
_SCRIPTS = {
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
_VIETNAMESE = re.compile(r"[ĂăĐđƠơƯư\u1ea0-\u1ef9]|\b(?:tôi|không|của|và|là)\b", re.IGNORECASE)
_CHINESE = re.compile("[我你您她们們这這吗嗎呢很没沒啊]|谢谢|謝謝|不是|可以|因为|因為|所以|什么|什麼")
# Kana make a text Japanese, unless letters of another script outnumber all its Japanese ones by more than this:
# hiragana are grammar, katakana may be the one name of a place in an English sentence.
_FOREIGN_PER_JAPANESE = {"Hira": 8, "Kana": 2}


@dataclass(frozen=True)
class Triage:
    """A text's language (BCP 47; `und-` and the script where the script does not tell) and what becomes of it."""

    language: str
    state: TriageState


def triage(text: str, nothing: Collection[str], *, prior: str = "ja") -> Triage:
    """Tell blank answers, answers that say "nothing", Japanese ones and others apart.

    `nothing` holds wordings as `comparable` gives them. A text of Chinese characters alone has the language `prior`,
    that of the questionnaire, unless it holds what Japanese does not write.
    """
    language = _language(unicodedata.normalize("NFKC", text), prior)
    if is_blank(text):
        return Triage(NO_LANGUAGE, "blank")
    words = comparable(text)
    if words in nothing or (not words and language == NO_LANGUAGE and not _has_symbol(text)):
        return Triage(language, "nothing")
    return Triage(language, "to_analyse" if language == "ja" else "other_language")


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: white space (also U+3000), zero-width and control characters, fillers."""
    return all(unicodedata.category(each)[0] in "ZC" or each in "\u115f\u1160\u2800\u3164\uffa0" for each in text)


def comparable(text: str) -> str:
    """The text's letters and digits in ordinary form and lower case, without marks and spaces between them."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(each for each in folded if unicodedata.category(each)[0] in "LMN")


def _has_symbol(text: str) -> bool:
    """Whether the text holds a symbol that may say something, such as an emoji."""
    return any(unicodedata.category(each) == "So" for each in text)


def _language(text: str, prior: str) -> str:
    scripts = Counter(script for each in text if (script := _script(each)) is not None)
    if not scripts:
        return NO_LANGUAGE
    hiragana, katakana, kanji = (scripts.pop(script, 0) for script in ("Hira", "Kana", "Hani"))
    foreign = max(scripts.values(), default=0)
    if hiragana or katakana:
        most = _FOREIGN_PER_JAPANESE["Hira" if hiragana else "Kana"] * (hiragana + katakana + kanji)
        if foreign <= most:
            return "ja"
    if kanji >= foreign:
        return "zh" if _is_chinese(text) else prior
    script = max(sorted(scripts), key=lambda each: scripts[each])
    if script == "Hang":
        return "ko"
    if script == "Latn" and _VIETNAMESE.search(text):
        return "vi"
    return f"und-{script}"


def _is_chinese(text: str) -> bool:
    """Whether a text without kana holds words of Chinese, or characters outside Japanese character sets."""
    return bool(_CHINESE.search(text)) or any(_script(each) == "Hani" and _is_unused(each) for each in text)


@cache
def _is_unused(character: str) -> bool:
    try:
        character.encode("cp932")
    except UnicodeEncodeError:
        return True
    return False


@cache
def _script(character: str) -> str | None:
    """Script of a letter; None for what every script shares (digits, marks, the prolongation mark's like)."""
    if unicodedata.category(character)[0] != "L":
        return None
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0].split("-")[0], "Zzzz")
