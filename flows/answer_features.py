"""Masked texts as the suggestion model reads them: words, predicates and themes with their places."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from nlp import predicate_endings
from nlp import predicates as predicates_module
from nlp.annotation import Annotation
from nlp.masking import masks_in
from nlp.pipeline import analyser_id
from nlp.predicates import Predicate, predicates
from nlp.text_rules import TextRules
from nlp.vocabulary import Vocabulary
from rubrics.suggestion.features import Answer, Place, Said, Word


def made_with(vocabulary: Vocabulary) -> dict[str, str]:
    """What the features depend on beside the texts: the analyser, and the code that reads its annotations."""
    files = (predicate_endings.__file__, predicates_module.__file__, __file__)
    code = hashlib.sha256(b"\0".join(Path(name).read_bytes() for name in files if name))
    return analyser_id(vocabulary) | {"features_version": code.hexdigest()[:16]}


def answer_of(
    texts: Mapping[str, str],
    annotations: Mapping[str, Annotation],
    rules: TextRules,
    themes: Iterable[tuple[str, Place]] = (),
) -> Answer:
    """What is known of one answer. `texts`: question -> masked text; `annotations`: text -> annotation.

    Words of a placeholder are nobody's words. A text without annotation is in a language that is not analysed: of it
    only the length counts.
    """
    words: list[Word] = []
    said: list[Said] = []
    for question, text in texts.items():
        if (annotation := annotations.get(text)) is None:
            continue
        hidden = [(mask.start, mask.end) for mask in masks_in(text, rules.masking)]

        def is_shown(start: int, end: int, hidden: list[tuple[int, int]] = hidden) -> bool:
            return not any(start < last and first < end for first, last in hidden)

        words += [
            Word(Place(question, token.start, token.end), token.norm, token.sentence)
            for token in annotation.tokens
            if is_shown(token.start, token.end)
        ]
        said += [_said(question, each) for each in predicates(annotation) if is_shown(each.start, each.end)]
    return Answer(tuple(words), tuple(said), tuple(themes), sum(map(len, texts.values())))


def _said(question: str, predicate: Predicate) -> Said:
    return Said(
        Place(question, predicate.start, predicate.end),
        predicate.lemma,
        predicate.label,
        predicate.is_reversed,
        tuple(sorted(predicate.modality)),
        tuple((each.noun, Place(question, each.start, each.end)) for each in predicate.arguments),
    )
