"""How well masking does on sentences in which people marked what identifies somebody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import pandas as pd

from nlp.analysis import mask_texts
from nlp.characters import clean
from nlp.masking import Mask, MaskedText
from nlp.text_rules import TextRules
from warehouse.intervals import wilson

_MARKED: Final = re.compile("《([a-z_]+):(.*?)》", re.DOTALL)


class MarkedSentence(NamedTuple):
    """A clean text, the style it is written in, and what in it identifies somebody."""

    style: str
    text: str
    marks: tuple[Mask, ...]


def marked_sentences(by_style: Mapping[str, Iterable[str]]) -> Iterator[MarkedSentence]:
    """Sentences by their style, as they are written: `わたしは《name:リン》です。`."""
    for style, sentences in by_style.items():
        for sentence in sentences:
            yield _parsed(style, clean(sentence).text)


def score(
    sentences: Iterable[MarkedSentence], rules: TextRules, *, workers: int = 1
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What became of every mark, and of every mask.

    Marks: style, kind, is_hidden (all its letters are masked), is_exact (by masks of its own kind alone), text, masked.
    Masks: style, kind, doubt (None: sure), is_right (it masks a letter of a mark), letters_n, beyond_n (of
    none), text, masked.
    """
    sentences = list(sentences)
    masked = mask_texts({each.text for each in sentences}, rules, workers=workers)
    marks: list[tuple[object, ...]] = []
    masks: list[tuple[object, ...]] = []
    for each in sentences:
        result = masked[each.text]
        kind_at = {place: mask.kind for mask in result.masks for place in _letters(each.text, mask)}
        marked_at = {place for mark in each.marks for place in _letters(each.text, mark)}
        shown = result.shown(rules.masking)
        for mark in each.marks:
            kinds = {kind_at.get(place) for place in _letters(each.text, mark)}
            marks.append((each.style, mark.kind, None not in kinds, kinds == {mark.kind}, each.text, shown))
        for mask in result.masks:
            places = _letters(each.text, mask)
            beyond_n = len(places - marked_at)
            doubt = _doubt_of(mask, result)
            masks.append(
                (each.style, mask.kind, doubt, beyond_n < len(places), beyond_n, len(places), each.text, shown)
            )
    return (
        pd.DataFrame(marks, columns=["style", "kind", "is_hidden", "is_exact", "text", "masked"]),
        pd.DataFrame(masks, columns=["style", "kind", "doubt", "is_right", "beyond_n", "letters_n", "text", "masked"]),
    )


def summary(marks: pd.DataFrame, masks: pd.DataFrame, by: str) -> pd.DataFrame:
    """Recall of the marks and precision of the masks by `by` (kind or style), and in all (`*`), with Wilson intervals.

    Columns: `by`, marks_n, hidden_n, recall, recall_low, recall_high, exact_n, masks_n, right_n, precision,
    precision_low, precision_high. A share of nothing is missing.
    """
    values = sorted({*marks[by], *masks[by]})
    rows = []
    for value in [*values, "*"]:
        own_marks = marks if value == "*" else marks[marks[by] == value]
        own_masks = masks if value == "*" else masks[masks[by] == value]
        hidden_n, right_n = int(own_marks["is_hidden"].sum()), int(own_masks["is_right"].sum())
        rows.append(
            {by: value, "marks_n": len(own_marks), "hidden_n": hidden_n}
            | _share("recall", hidden_n, len(own_marks))
            | {"exact_n": int(own_marks["is_exact"].sum()), "masks_n": len(own_masks), "right_n": right_n}
            | _share("precision", right_n, len(own_masks))
        )
    return pd.DataFrame(rows)


def _share(name: str, numerator: int, denominator: int) -> dict[str, float | None]:
    if denominator == 0:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = wilson(numerator, denominator)
    return {name: numerator / denominator, f"{name}_low": low, f"{name}_high": high}


def _parsed(style: str, sentence: str) -> MarkedSentence:
    parts: list[str] = []
    marks: list[Mask] = []
    done = 0
    for match in _MARKED.finditer(sentence):
        parts.append(sentence[done : match.start()])
        start = sum(map(len, parts))
        parts.append(match[2])
        marks.append(Mask(start, start + len(match[2]), match[1]))
        done = match.end()
    return MarkedSentence(style, "".join([*parts, sentence[done:]]), tuple(marks))


def _letters(text: str, mask: Mask) -> set[int]:
    return {place for place in range(mask.start, mask.end) if text[place].isalnum()}


def _doubt_of(mask: Mask, result: MaskedText) -> str | None:
    return next((each.doubt for each in result.doubtful if (each.start, each.end) == (mask.start, mask.end)), None)
