"""Free-text answers as frames: the mask stage, then the analyse stage."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final

import pandas as pd

from nlp.annotate import annotated_batches
from nlp.annotation import Annotation, Token
from nlp.annotation_cache import AnnotationCache
from nlp.characters import CleanText, clean
from nlp.coding import Span, find_themes
from nlp.dependency_pairs import PAIR_COLUMNS, pairs_of
from nlp.language import NO_LANGUAGE, Triage, is_blank, triage
from nlp.masking import Decisions, MaskedText, Masker, masks_in
from nlp.masking_rules import FILLER
from nlp.predicates import Predicate, predicates
from nlp.text_rules import TextRules
from nlp.themes import ThemesFile
from nlp.worker import WorkerPool

KEY: Final = ["response_id", "question_id"]
Progress = Callable[[int], None]

_TEXT_COLUMNS: Final = {
    "language": "str",
    "script": "str",
    "state": "str",
    "characters_n": "int64",
    "mask_n": "int64",
}
_TOKEN_COLUMNS: Final = {
    "token_n": "int64",
    "start": "int64",
    "end": "int64",
    "surface": "str",
    "lemma": "str",
    "norm": "str",
    "pos": "str",
    "norm_rule": "str",
}
_token_values = attrgetter(*list(_TOKEN_COLUMNS)[1:])
_THEME_COLUMNS: Final = {
    "theme_id": "str",
    "rule_id": "str",
    "rule_version": "int64",
    "start": "int64",
    "end": "int64",
    "clause": "str",
    "quote": "str",
}
_NO_CHOICES: Final = "{}"
_TEXT_IN_CONTEXT: Final = ["value_text", "context"]
_TEXT_AS_ASKED: Final = ["value_text", "asked_in"]
_MASK_COLUMNS: Final = {"kind": "str", "start": "int64", "end": "int64"}
_DOUBTFUL_COLUMNS: Final = {"doubt": "str", "is_masked": "bool", "is_decided": "bool"}


@dataclass(frozen=True)
class MaskedAnswers:
    """ANSWERS with masked texts, MASKS, what cleaning took out, and where the rules are in doubt.

    `cleaned`: response_id, question_id, removed_n (control characters and lone surrogates), for answers with any.
    `doubtful`: response_id, question_id, doubt (its class), is_masked, is_decided (by a person), a row a place.
    """

    answers: pd.DataFrame
    masks: pd.DataFrame
    cleaned: pd.DataFrame
    doubtful: pd.DataFrame


@dataclass(frozen=True)
class TextAnalysis:
    """TEXTS, TOKENS and THEMES of the analysed answers, sorted by response, question and place.

    `pairs`: response_id, question_id, argument, particle, predicate: the dependency pairs, each once a text.
    """

    texts: pd.DataFrame
    tokens: pd.DataFrame
    themes: pd.DataFrame
    pairs: pd.DataFrame


def mask_answers(
    answers: pd.DataFrame,
    rules: TextRules,
    *,
    decisions: Decisions | None = None,
    workers: int = 1,
    cache: AnnotationCache | None = None,
    progress: Progress | None = None,
) -> MaskedAnswers:
    """Clean and mask every free-text answer (column `value_text`) of ANSWERS.

    `decisions`: what people decided where the rules are in doubt. `progress` is told how many more different texts are
    done. Of texts with identifiers the cache gets positions only; the others need no second look in the analyse stage.
    """
    texts = [text for text in answers["value_text"].unique() if isinstance(text, str)]
    cleaned = {text: clean(text) for text in texts}
    masked = mask_texts(
        {each.text for each in cleaned.values()},
        rules,
        decisions=decisions,
        workers=workers,
        cache=cache,
        progress=progress,
    )
    of = {text: masked[each.text] for text, each in cleaned.items()}
    shown = {text: each.shown(rules.masking) for text, each in of.items()}
    out = answers.copy()
    values = [shown[text] if isinstance(text, str) else None for text in answers["value_text"]]
    out["value_text"] = pd.Series(values, index=answers.index, dtype="str")
    return MaskedAnswers(out, _mask_rows(out, rules), _cleaned_rows(answers, cleaned), _doubtful_rows(answers, of))


def analyse_answers(
    answers: pd.DataFrame,
    themes: ThemesFile,
    rules: TextRules,
    *,
    workers: int = 1,
    cache: AnnotationCache | None = None,
    progress: Progress | None = None,
    asked_in: Mapping[str, str] | None = None,
    chosen: pd.DataFrame | None = None,
) -> TextAnalysis:
    """Analyse masked ANSWERS of the analysed questions: language, script and state, words, themes.

    A row for every answer that has a text or was left blank; only Japanese sentences have words and themes.
    Placeholders are no words. `progress` is told how many more different texts are done. `asked_in`: response -> the
    language of its questionnaire, if known, for texts whose characters do not tell. `chosen`: ANSWERS of the same
    responses, for rules with conditions on what they chose.
    """
    is_asked = answers["value_text"].notna() | answers["missing_kind"].eq("blank")
    asked = answers.loc[is_asked, [*KEY, "value_text"]].assign(value_text=lambda frame: frame["value_text"].fillna(""))
    context_of = _contexts(chosen, themes)
    of_each = [context_of.get(response_id, _NO_CHOICES) for response_id in asked["response_id"]]
    asked["context"] = pd.Series(of_each, index=asked.index, dtype="str")
    contexts = {text: list(found.unique()) for text, found in asked.groupby("value_text")["context"]}
    priors = [(asked_in or {}).get(response_id, "") for response_id in asked["response_id"]]
    asked["asked_in"] = pd.Series(priors, index=asked.index, dtype="str")
    pairs = asked[_TEXT_AS_ASKED].drop_duplicates().itertuples(index=False, name=None)
    triages = {(text, prior): _triage(text, rules, prior or None) for text, prior in pairs}
    foreign = {text: each.foreign for (text, _), each in triages.items() if each.state == "to_analyse"}
    states: dict[str, str] = {}
    token_rows: list[tuple[Any, ...]] = []
    theme_rows: list[tuple[Any, ...]] = []
    pair_rows: list[tuple[Any, ...]] = []
    with WorkerPool(workers, rules.vocabulary) as pool:
        for batch in annotated_batches(foreign, pool=pool, cache=cache):
            if batch.is_new and cache is not None:
                cache.store(batch.annotations)
            for text, annotation in batch.annotations.items():
                states[text] = annotation.state
                hidden = [*((mask.start, mask.end) for mask in masks_in(text, rules.masking)), *foreign[text]]
                tokens = _words(annotation, hidden)
                token_rows += [(text, number, *_token_values(token)) for number, token in enumerate(tokens)]
                said = predicates(annotation)
                theme_rows += _theme_rows(text, annotation, themes, hidden, contexts[text], said)
                pair_rows += [(text, *pair) for pair in pairs_of(said, hidden)]
            if progress is not None:
                progress(len(batch.annotations))
    text_rows = [
        (
            *as_asked,
            each.language,
            each.script,
            states[as_asked[0]] if each.state == "to_analyse" else each.state,
            len(as_asked[0]),
            len(masks_in(as_asked[0], rules.masking)),
        )
        for as_asked, each in triages.items()
    ]
    pairs = asked[_TEXT_AS_ASKED].itertuples(index=False, name=None)
    is_analysed = [triages[pair].state == "to_analyse" for pair in pairs]
    analysed = asked[pd.Series(is_analysed, index=asked.index, dtype="bool")]
    by_place = ["theme_id", "rule_id", "start", "end"]
    return TextAnalysis(
        _joined(asked, text_rows, _TEXT_COLUMNS, on=_TEXT_AS_ASKED),
        _joined(analysed, token_rows, _TOKEN_COLUMNS, by=["token_n"]),
        _joined(analysed, theme_rows, _THEME_COLUMNS, by=by_place, on=_TEXT_IN_CONTEXT),
        _joined(analysed, pair_rows, dict.fromkeys(PAIR_COLUMNS, "str"), by=PAIR_COLUMNS),
    )


def mask_texts(
    texts: Collection[str],
    rules: TextRules,
    *,
    decisions: Decisions | None = None,
    workers: int = 1,
    cache: AnnotationCache | None = None,
    progress: Progress | None = None,
) -> dict[str, MaskedText]:
    """Clean text -> what is masked of it.

    A masked Japanese text goes to the analyser again, which may see more in it, until nothing changes: so masking is
    the same done twice, and every Japanese text ends up annotated as it will be stored.
    """
    masker = Masker(rules, decisions)
    # what may be Japanese: a name of Chinese characters alone is seen by the analyser
    open_ones = {text for text in texts if _triage(text, rules, prior="ja").state == "to_analyse"}
    masked = {text: MaskedText(text) if text in open_ones else masker.mask(text) for text in texts}
    if progress is not None:
        progress(len(masked) - len(open_ones))
    with WorkerPool(workers, rules.vocabulary) as pool:
        is_first_round = True
        while open_ones:
            again = _mask_round(
                [masked[text] for text in open_ones],
                rules,
                masker,
                pool,
                cache,
                progress if is_first_round else None,
            )
            open_ones = {text for text in open_ones if again[text].masks != masked[text].masks}
            masked |= again
            is_first_round = False
    return masked


def _mask_round(
    texts: Collection[MaskedText],
    rules: TextRules,
    masker: Masker,
    pool: WorkerPool,
    cache: AnnotationCache | None,
    progress: Progress | None,
) -> dict[str, MaskedText]:
    """Source -> what is masked of it by what the analyser and the rules see in it as it is masked so far."""
    sources: dict[str, list[MaskedText]] = {}
    for each in texts:
        sources.setdefault(each.shown(rules.masking), []).append(each)
    results: dict[str, MaskedText] = {}
    for batch in annotated_batches(sources, pool=pool, cache=cache, words=False):
        unstored: set[str] = set()
        for shown, annotation in batch.annotations.items():
            for each in sources[shown]:
                results[each.source] = masker.mask(each, annotation)
                if results[each.source].masks != each.masks:
                    unstored.add(shown)
        if batch.is_new and cache is not None:
            cache.store(batch.annotations, without_words=unstored)
        if progress is not None:
            progress(len(batch.annotations))
    return results


def _triage(text: str, rules: TextRules, prior: str | None = None) -> Triage:
    """Triage by what stands beside the placeholders; a text of nothing but placeholders is in no language."""
    own_words = rules.masking.placeholder.sub(lambda match: " " * len(match.group()), text)
    if is_blank(own_words) and not is_blank(text):
        return Triage(NO_LANGUAGE, "other_language", "none")
    return triage(own_words, rules.nothing, rules.languages, prior=prior)


def _words(annotation: Annotation, hidden: Collection[Span]) -> list[Token]:
    """The tokens outside placeholders and sentences in other languages."""
    return [
        token
        for token in annotation.tokens
        if not any(token.start < end and start < token.end for start, end in hidden)
    ]


def _mask_rows(answers: pd.DataFrame, rules: TextRules) -> pd.DataFrame:
    texts = answers.loc[answers["value_text"].notna(), [*KEY, "value_text"]]
    rows = [
        (text, mask.kind, mask.start, mask.end)
        for text in texts["value_text"].unique()
        for mask in masks_in(text, rules.masking)
    ]
    return _joined(texts, rows, _MASK_COLUMNS, by=["start"])


def _doubtful_rows(answers: pd.DataFrame, masked: Mapping[str, MaskedText]) -> pd.DataFrame:
    rows = [
        (text, place.doubt, place.is_masked, place.verdict is not None)
        for text, each in masked.items()
        for place in each.doubtful
    ]
    return _joined(answers[[*KEY, "value_text"]], rows, _DOUBTFUL_COLUMNS, by=["doubt"])


def _cleaned_rows(answers: pd.DataFrame, cleaned: Mapping[str, CleanText]) -> pd.DataFrame:
    rows = [(text, each.removed_n) for text, each in cleaned.items() if each.removed_n]
    return _joined(answers[[*KEY, "value_text"]], rows, {"removed_n": "int64"})


def _contexts(chosen: pd.DataFrame | None, themes: ThemesFile) -> dict[str, str]:
    """Response -> what it chose at the questions that rules look at, as canonical JSON."""
    questions = {clause.variable.question for _, rule in themes.rules() for clause in rule.clauses() if clause.variable}
    if chosen is None or not questions:
        return {}
    seen = chosen[chosen["question_id"].isin(questions) & chosen["missing_kind"].isna()]
    codes = seen.groupby(["response_id", "question_id"])["value_code"].agg(sorted).reset_index()
    return {
        str(response_id): json.dumps(dict(zip(rows["question_id"], rows["value_code"], strict=True)), sort_keys=True)
        for response_id, rows in codes.groupby("response_id")
    }


def _theme_rows(
    text: str,
    annotation: Annotation,
    themes: ThemesFile,
    hidden: Collection[Span],
    contexts: Collection[str],
    said: Sequence[Predicate],
) -> Iterator[tuple[Any, ...]]:
    """(text, context, match …, quote) for every context that the text was written in."""
    shown = text
    for start, end in hidden:
        shown = shown[:start] + FILLER * (end - start) + shown[end:]
    for context in contexts:
        answers = {question: frozenset(codes) for question, codes in json.loads(context).items()}
        for match in find_themes(shown, annotation, themes, hidden=hidden, answers=answers, said=said):
            yield text, context, *match, text[match.start : match.end]


def _joined(
    answers: pd.DataFrame,
    rows: list[tuple[Any, ...]],
    columns: Mapping[str, str],
    *,
    by: Collection[str] = (),
    on: Collection[str] = ("value_text",),
) -> pd.DataFrame:
    """Rows of (text, values …) given to every answer with that text, in a fixed order."""
    keys = list(on)
    frame = pd.DataFrame(rows, columns=[*keys, *columns]).astype(dict.fromkeys(keys, "str") | dict(columns))
    joined = answers[[*KEY, *keys]].merge(frame, on=keys).drop(columns=keys)
    return joined.sort_values([*KEY, *by], ignore_index=True, kind="stable")
