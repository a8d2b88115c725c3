"""Finding the words that a rater pasted as evidence in the text they were taken from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from rubrics.ratings import Span

_QUOTES = "\"'“”‘’「」『』＂"


def spans_of(evidence: str, texts: Mapping[str, str]) -> tuple[list[Span], list[int]]:
    """The pasted lines as spans of the texts, in the order of the texts; and the numbers (from 1) of those not found.

    `texts`: question -> masked text, in the order in which they are looked through. Every line is a quotation of its
    own; the same one twice is one.
    """
    spans, missing = [], []
    for number, line in enumerate(evidence.splitlines(), start=1):
        if line.strip():
            span = span_of(line, texts)
            spans += [span] if span is not None and span not in spans else []
            missing += [number] if span is None else []
    order = list(texts)
    return sorted(spans, key=lambda span: (order.index(span.question_id), span.start, span.end)), missing


def span_of(line: str, texts: Mapping[str, str]) -> Span | None:
    """Where a pasted line stands: the first place in the first text that holds it; None if none does.

    Nothing is guessed: what is pasted may differ by white space around it, quotation marks around it, kinds of white
    space within it (a line end is one), and characters that NFKC makes the same. An exact match goes before others.
    """
    wordings = [line.strip(), *([bare] if (bare := line.strip().strip(_QUOTES).strip()) != line.strip() else [])]
    for wording in filter(None, wordings):
        for find in (_exactly, _nearly):
            for question, text in texts.items():
                if (place := find(wording, text)) is not None:
                    start, end = place
                    return Span(question_id=question, start=start, end=end, quote=text[start:end])
    return None


def _exactly(wording: str, text: str) -> tuple[int, int] | None:
    start = text.find(wording)
    return None if start < 0 else (start, start + len(wording))


def _nearly(wording: str, text: str) -> tuple[int, int] | None:
    """The first stretch of whole characters that is the same as the wording under `same`."""
    wanted = _decomposed(wording)[0]
    whole, sources = _decomposed(text)
    at = whole.find(wanted) if wanted else -1
    while at >= 0:
        start, end = sources[at], sources[at + len(wanted) - 1] + 1
        if _same(text[start:end]) == _same(wording) and not _goes_on(text[end:]):
            return start, end
        at = whole.find(wanted, at + 1)
    return None


def _goes_on(text: str) -> bool:
    """Whether a text begins with a mark that is written together with the character before it, as ﾞ is."""
    return bool(text) and unicodedata.combining(unicodedata.normalize("NFKD", text[0])[0]) > 0


def _same(text: str) -> str:
    """A text with one space for every stretch of white space, in the form of NFKC."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _decomposed(text: str) -> tuple[str, list[int]]:
    """The text in the form of NFKD, white space as one space, and for every character of it the place it comes from.

    Decomposed, half-width ｶﾞ and full-width ガ are the same, character by character.
    """
    characters: list[str] = []
    sources: list[int] = []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character):
            is_space = part.isspace()
            if not (is_space and characters and characters[-1] == " "):
                characters.append(" " if is_space else part)
                sources.append(place)
    return "".join(characters), sources
