"""Free-text answers as frames: the mask stage, then the analyse stage."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from nlp.annotate import annotated_batches
from nlp.annotation import Annotation, Token
from nlp.annotation_cache import AnnotationCache
from nlp.characters import CleanText, clean
from nlp.coding import find_themes
from nlp.language import NO_LANGUAGE, Triage, is_blank, triage
from nlp.masking import mask_text, masks_in
from nlp.text_rules import TextRules
from nlp.themes import ThemesFile
from nlp.worker import WorkerPool

KEY: Final = ["response_id", "question_id"]
Progress = Callable[[int], None]

_TEXT_COLUMNS: Final = {"language": "str", "state": "str", "characters_n": "int64", "mask_n": "int64"}
_TOKEN_COLUMNS: Final = {
    "token_n": "int64",
    "start": "int64",
    "end": "int64",
    "surface": "str",
    "lemma": "str",
    "norm": "str",
    "pos": "str",
}
_THEME_COLUMNS: Final = {
    "theme_id": "str",
    "rule_id": "str",
    "rule_version": "int64",
    "start": "int64",
    "end": "int64",
    "quote": "str",
}
_MASK_COLUMNS: Final = {"kind": "str", "start": "int64", "end": "int64"}


@dataclass(frozen=True)
class MaskedAnswers:
    """ANSWERS with masked texts, MASKS, and what cleaning took out.

    `cleaned`: response_id, question_id, removed_n (control characters and lone surrogates), for answers with any.
    """

    answers: pd.DataFrame
    masks: pd.DataFrame
    cleaned: pd.DataFrame


@dataclass(frozen=True)
class TextAnalysis:
    """TEXTS, TOKENS and THEMES of the analysed answers, sorted by response, question and place."""

    texts: pd.DataFrame
    tokens: pd.DataFrame
    themes: pd.DataFrame


def mask_answers(
    answers: pd.DataFrame,
    rules: TextRules,
    *,
    workers: int = 1,
    cache: AnnotationCache | None = None,
    progress: Progress | None = None,
    prior: str = "ja",
) -> MaskedAnswers:
    """Clean and mask every free-text answer (column `value_text`) of ANSWERS.

    `progress` is told how many more different texts are done. Of texts with identifiers the cache gets positions
    only; the others need no second look in the analyse stage.
    """
    texts = [text for text in answers["value_text"].unique() if isinstance(text, str)]
    cleaned = {text: clean(text) for text in texts}
    masked = _mask({each.text for each in cleaned.values()}, rules, workers, cache, progress, prior)
    out = answers.copy()
    values = [masked[cleaned[text].text] if isinstance(text, str) else None for text in answers["value_text"]]
    out["value_text"] = pd.Series(values, index=answers.index, dtype="str")
    return MaskedAnswers(out, _mask_rows(out, rules), _cleaned_rows(answers, cleaned))


def analyse_answers(
    answers: pd.DataFrame,
    themes: ThemesFile,
    rules: TextRules,
    *,
    workers: int = 1,
    cache: AnnotationCache | None = None,
    progress: Progress | None = None,
    prior: str = "ja",
) -> TextAnalysis:
    """Analyse masked ANSWERS of the analysed questions: language and state, words, themes.

    A row for every answer that has a text or was left blank; only Japanese texts have words and themes. Placeholders
    are no words. `progress` is told how many more different Japanese texts are done.
    """
    is_asked = answers["value_text"].notna() | answers["missing_kind"].eq("blank")
    asked = answers.loc[is_asked, [*KEY, "value_text"]].assign(value_text=lambda frame: frame["value_text"].fillna(""))
    triages = {text: _triage(text, rules, prior) for text in asked["value_text"].unique()}
    japanese = [text for text, each in triages.items() if each.state == "to_analyse"]
    states: dict[str, str] = {}
    token_rows: list[tuple[Any, ...]] = []
    theme_rows: list[tuple[Any, ...]] = []
    with WorkerPool(workers) as pool:
        for batch in annotated_batches(japanese, pool=pool, cache=cache):
            if batch.is_new and cache is not None:
                cache.store(batch.annotations)
            for text, annotation in batch.annotations.items():
                states[text] = annotation.state
                tokens = _words(text, annotation, rules)
                token_rows += [(text, number, *token) for number, token in enumerate(tokens)]
                matches = find_themes(rules.masking.filled(text), tokens, themes)
                theme_rows += [(text, *match, text[match.start : match.end]) for match in matches]
            if progress is not None:
                progress(len(batch.annotations))
    text_rows = [
        (text, each.language, states.get(text, each.state), len(text), len(masks_in(text, rules.masking)))
        for text, each in triages.items()
    ]
    return TextAnalysis(
        _joined(asked, text_rows, _TEXT_COLUMNS),
        _joined(asked, token_rows, _TOKEN_COLUMNS, by=["token_n"]),
        _joined(asked, theme_rows, _THEME_COLUMNS, by=["theme_id", "rule_id", "start", "end"]),
    )


def _mask(
    texts: Collection[str],
    rules: TextRules,
    workers: int,
    cache: AnnotationCache | None,
    progress: Progress | None,
    prior: str,
) -> dict[str, str]:
    """Clean text -> masked text.

    A masked Japanese text goes to the analyser again, which may see more in it, until nothing changes: so masking is
    the same done twice, and every Japanese text ends up annotated as it will be stored.
    """
    masked = {text: text for text in texts}
    open_ones = {text for text in texts if _triage(text, rules, prior).state == "to_analyse"}
    for text in masked.keys() - open_ones:
        masked[text] = mask_text(text, rules.masking, not_names=rules.not_names)
    if progress is not None:
        progress(len(masked) - len(open_ones))
    with WorkerPool(workers) as pool:
        is_first_round = True
        while open_ones:
            results = _mask_round(
                {masked[text] for text in open_ones}, rules, pool, cache, progress if is_first_round else None
            )
            open_ones = {text for text in open_ones if results[masked[text]] != masked[text]}
            masked |= {text: results[masked[text]] for text in open_ones}
            is_first_round = False
    return masked


def _mask_round(
    texts: Collection[str], rules: TextRules, pool: WorkerPool, cache: AnnotationCache | None, progress: Progress | None
) -> dict[str, str]:
    """Text -> text masked by what the analyser and the rules see in it."""
    results: dict[str, str] = {}
    for batch in annotated_batches(texts, pool=pool, cache=cache, words=False):
        for text, annotation in batch.annotations.items():
            results[text] = mask_text(text, rules.masking, not_names=rules.not_names, annotation=annotation)
        if batch.is_new and cache is not None:
            cache.store(batch.annotations, without_words={text for text in batch.annotations if results[text] != text})
        if progress is not None:
            progress(len(batch.annotations))
    return results


def _triage(text: str, rules: TextRules, prior: str) -> Triage:
    """Triage by what stands beside the placeholders; a text of nothing but placeholders is in no language."""
    own_words = rules.masking.placeholder.sub(" ", text)
    if is_blank(own_words) and not is_blank(text):
        return Triage(NO_LANGUAGE, "other_language")
    return triage(own_words, rules.nothing, prior=prior)


def _words(text: str, annotation: Annotation, rules: TextRules) -> list[Token]:
    """The tokens outside placeholders."""
    masks = masks_in(text, rules.masking)
    return [
        token
        for token in annotation.tokens
        if not any(token.start < mask.end and mask.start < token.end for mask in masks)
    ]


def _mask_rows(answers: pd.DataFrame, rules: TextRules) -> pd.DataFrame:
    texts = answers.loc[answers["value_text"].notna(), [*KEY, "value_text"]]
    rows = [
        (text, mask.kind, mask.start, mask.end)
        for text in texts["value_text"].unique()
        for mask in masks_in(text, rules.masking)
    ]
    return _joined(texts, rows, _MASK_COLUMNS, by=["start"])


def _cleaned_rows(answers: pd.DataFrame, cleaned: Mapping[str, CleanText]) -> pd.DataFrame:
    rows = [(text, each.removed_n) for text, each in cleaned.items() if each.removed_n]
    return _joined(answers[[*KEY, "value_text"]], rows, {"removed_n": "int64"})


def _joined(
    answers: pd.DataFrame, rows: list[tuple[Any, ...]], columns: Mapping[str, str], *, by: Collection[str] = ()
) -> pd.DataFrame:
    """Rows of (text, values …) given to every answer with that text, in a fixed order."""
    frame = pd.DataFrame(rows, columns=["value_text", *columns]).astype({"value_text": "str", **columns})
    joined = answers[[*KEY, "value_text"]].merge(frame, on="value_text").drop(columns="value_text")
    return joined.sort_values([*KEY, *by], ignore_index=True, kind="stable")
