"""The masked texts of a published wave, ready to ask coding rules about them again."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pandas as pd

from flows.folders import Folders
from flows.programme import Programme
from flows.theme_texts import WaveTexts
from nlp.annotate import annotate
from nlp.annotation_cache import AnnotationCache
from nlp.coding import CodedText
from nlp.masking import masks_in
from nlp.matching import Answers
from nlp.pipeline import annotations_id
from nlp.themes import ThemesFile

Coder = Callable[[str, str], CodedText]
"""Response id and masked text -> the text, coded by the rules."""


def coder_of(
    found: WaveTexts, themes: ThemesFile, programme: Programme, folders: Folders, texts: pd.DataFrame
) -> Coder:
    """Codes any of `texts` (ANSWERS) by `themes`, as a run does: words of placeholders are nobody's."""
    vocabulary, masking = programme.text_rules.vocabulary, programme.text_rules.masking
    with AnnotationCache(folders.annotations, annotations_id(vocabulary)) as stored:
        annotations = annotate(list(texts["value_text"]), cache=stored, vocabulary=vocabulary)
    mine = found.answers[found.answers["response_id"].isin(texts["response_id"])]
    chosen = mine[mine["missing_kind"].isna() & mine["value_code"].notna()]
    by_response = {str(response): rows for response, rows in chosen.groupby("response_id")}

    @cache
    def answers_of(response_id: str) -> Answers:
        rows = by_response.get(response_id, chosen.iloc[:0])
        return {str(question): frozenset(codes) for question, codes in rows.groupby("question_id")["value_code"]}

    def coded(response_id: str, text: str) -> CodedText:
        hidden = [(mask.start, mask.end) for mask in masks_in(text, masking)]
        return CodedText(
            masking.filled(text), annotations[text], themes, hidden=hidden, answers=answers_of(response_id)
        )

    return coded
