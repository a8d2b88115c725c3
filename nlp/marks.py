"""Marks of feeling that are no words: emoji, faces made of characters (^_^), laughter (ｗｗｗ, （笑）)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BRACKETED: Final = re.compile(r"[mｍo\\\\/ヽ＼٩]?[(（][^()（）\n]{1,14}[)）][mｍo\\\\/ノﾉ彡۶؛;；]*")
_WORDS: Final = re.compile(r"[一-鿿々]|[ぁ-ゖ]{2}|[ァ-ヺ]{3}|[A-Za-zＡ-Ｚａ-ｚ]{2}|\d{2}")
_BARE_FACES: Final = re.compile(
    r"(?<![A-Za-z0-9.])(?:[TＴ][_＿][TＴ]|;_;|；；|\^[_.-]?\^;*|[:;]-?[)(DPp]|orz|OTL)(?!\w)"
)
_LAUGHTER: Final = re.compile(r"(?<![A-Za-zＡ-Ｚａ-ｚ.])[wｗＷ]+(?![\w.])|[(（](?:笑|笑い|泣|涙|爆|苦笑|汗)[)）]")
_FACE_PARTS: Final = frozenset("^＾_＿;；:：´`｀・･ω∀Дд皿▽△□◇○◎*＊>＞<＜≧≦￣ー-－=＝TＴoOｏＯ。.'\"~〜ﾟ゜°Σ∇ε3艸益")
_EMOJI_JOINERS: Final = frozenset("\u200d\ufe0f\ufe0e\u20e3")


def mark_spans(text: str) -> list[tuple[int, int]]:
    """Spans of the marks of feeling in a text, in order; spans that touch are one."""
    spans = [match.span() for pattern in (_BARE_FACES, _LAUGHTER) for match in pattern.finditer(text)]
    spans += [match.span() for match in _BRACKETED.finditer(text) if _is_face(match.group())]
    spans += [(place, place + 1) for place, each in enumerate(text) if _is_emoji(each)]
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _is_face(bracketed: str) -> bool:
    """Whether what stands in brackets is drawn and not written."""
    inside = re.split("[)）]", re.split("[(（]", bracketed, maxsplit=1)[1], maxsplit=1)[0]
    drawn_n = sum(each in _FACE_PARTS or unicodedata.category(each)[0] == "S" for each in inside)
    return not _WORDS.search(inside) and drawn_n >= 2 and drawn_n >= len(inside.replace(" ", "")) / 2


def _is_emoji(character: str) -> bool:
    if character in _EMOJI_JOINERS:
        return True
    is_symbol = ord(character) > 0x2190 and unicodedata.category(character) in ("So", "Sk")
    return is_symbol and unicodedata.is_normalized("NFKC", character)  # ㈱ and ℃ are short for words
