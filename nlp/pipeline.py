"""The one analyser: GiNZA with a pinned model and a pinned dictionary, never another."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Final, cast

from nlp.annotation import DICTIONARY_NAME, NOT_ANALYSABLE, Annotation, Entity, Token
from nlp.characters import FoldedText, fold, line_spans, sentence_spans
from nlp.dictionary import check_in_force, open_dictionary
from nlp.kana_writing import Reading, hiragana, joined, without_ruby
from nlp.marks import mark_spans
from nlp.vocabulary import Vocabulary, own_vocabulary
from warehouse.definitions import UserMistake, fault

if TYPE_CHECKING:
    from spacy.lang.ja import JapaneseTokenizer
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.tokens import Token as Word

MODEL_NAME: Final = "ja_ginza"
PINNED: Final = {"ja-ginza": "5.3.0", "SudachiDict-core": "20260723"}
"""Model and dictionary, at the only versions whose results this programme publishes."""

ANALYSER_VARIABLE: Final = "MONOSASHI_ANALYSER"
"""Environment variable: `stock` has every text analysed by spaCy's own components, for whoever trusts no faster ones.

The results are the same, and so are the ids that name them; `annotations_id` tells them apart.
"""

# Neither changes a token, a part of speech, a dependency or an entity.
UNUSED_COMPONENTS: Final = ("compound_splitter", "bunsetu_recognizer")
_BUNSETU_HEAD: Final = "_bunsetu"  # how the parser marks a relation for the recogniser, which takes it off again

GROUP_TEXTS: Final = 256
PIECE_CHARACTERS: Final = 4_000  # at most 16,000 bytes in UTF-8: the dictionary takes up to 49,149
GROUP_CHARACTERS: Final = 16_000  # what the model holds in memory at once

_CODE = (
    "annotation.py",
    "characters.py",
    "dictionary.py",
    "homophones.py",
    "kana_writing.py",
    "marks.py",
    "pipeline.py",
    "vocabulary.py",
)


def analyser_id(vocabulary: Vocabulary | None = None) -> dict[str, str]:
    """Names and versions that a result depends on: model, dictionary, vocabulary, and this code with its libraries.

    `vocabulary`: a programme's; the tool's own by default, as everywhere here. Raises UserMistake if model or
    dictionary are missing or of another version.
    """
    check_versions()
    here = Path(__file__).parent
    files = [*(here / name for name in _CODE), *sorted((here / "fast").glob("*.py"))]
    code = hashlib.sha256(b"\0".join(file.read_bytes() for file in files))
    code.update(f"spacy {version('spacy')} sudachipy {version('sudachipy')}".encode())
    return {
        "model_name": MODEL_NAME,
        "model_version": PINNED["ja-ginza"],
        "dictionary_version": PINNED["SudachiDict-core"],
        "vocabulary_sha256": (vocabulary or own_vocabulary()).sha256,
        "code_version": code.hexdigest()[:16],
    }


def annotations_id(vocabulary: Vocabulary | None = None) -> dict[str, str]:
    """As `analyser_id`, and whether spaCy's own components are asked for: those answer from no cache of the others."""
    return analyser_id(vocabulary) | ({"components": "stock"} if is_stock() else {})


def check_versions() -> None:
    """Raise UserMistake unless the pinned model and dictionary are installed; there is no other to fall back on."""
    faults = []
    for package, wanted in PINNED.items():
        found = _installed(package)
        if found != wanted:
            wrong = (
                ("インストールされていません", "is not installed")
                if found is None
                else (f"版が違います({found})", f"has another version ({found})")
            )
            expected = (f"{wanted} が必要です(make check)", f"{wanted} is needed (make check)")
            faults.append(fault(package, "", wrong, expected))
    if faults:
        raise UserMistake(faults)


def load_model(vocabulary: Vocabulary | None = None) -> Language:
    """Load the pinned model with its dictionary, once a process (some seconds, about 450 MB).

    Raises UserMistake as `check_versions`, or if the vocabulary's words are not in force.
    """
    return _loaded(vocabulary or own_vocabulary(), is_stock())


def is_stock() -> bool:
    """Whether spaCy's own components are asked for, by the environment. Raises UserMistake for any other wish."""
    wish = os.environ.get(ANALYSER_VARIABLE, "fast")
    if wish not in ("fast", "stock"):
        wrong = ("fast か stock ではありません", "is neither fast nor stock")
        raise UserMistake(
            [fault(ANALYSER_VARIABLE, "", wrong, ("fast (既定) か stock", "fast (the default) or stock"))]
        )
    return wish == "stock"


@cache
def _loaded(vocabulary: Vocabulary, stock: bool) -> Language:
    check_versions()
    import spacy

    from nlp.fast.loading import load_fast

    model = (spacy.load if stock else load_fast)(MODEL_NAME, exclude=list(UNUSED_COMPONENTS))
    cast("JapaneseTokenizer", model.tokenizer).tokenizer = open_dictionary(vocabulary)
    check_in_force(lambda text: [word.norm_ for word in model.make_doc(text)], vocabulary)
    return model


def annotate_batch(texts: Sequence[str], vocabulary: Vocabulary | None = None) -> list[Annotation]:
    """Annotate some texts in this process; a text the analyser cannot take is `not_analysable`, the others go on."""
    vocabulary = vocabulary or own_vocabulary()
    model = load_model(vocabulary)
    try:
        annotations = _annotate_together(model, texts)
    except Exception:
        # Whatever the analyser raises (SudachiError, UnicodeEncodeError, …) must not cost the other texts their turn.
        annotations = [_annotate_alone(model, text) for text in texts]
    return [
        replace(each, tokens=tuple(_with_marks(text, vocabulary.applied(each.tokens))))
        for text, each in zip(texts, annotations, strict=True)
    ]


def _annotate_alone(model: Language, text: str) -> Annotation:
    try:
        return _annotate_together(model, [text])[0]
    except Exception:
        return NOT_ANALYSABLE


@dataclass(frozen=True)
class _Piece:
    """A line of a text, or a part of a long line, folded for the analyser."""

    text_n: int
    offset: int
    folded: FoldedText
    is_cut: bool


def _annotate_together(model: Language, texts: Sequence[str]) -> list[Annotation]:
    pieces = [piece for text_n, text in enumerate(texts) for piece in _pieces(text_n, text, partial(_readings, model))]
    tokens: list[list[Token]] = [[] for _ in texts]
    entities: list[list[Entity]] = [[] for _ in texts]
    for group in _groups(pieces):
        for piece, doc in zip(group, model.pipe([p.folded.text for p in group], batch_size=len(group)), strict=True):
            before = tokens[piece.text_n]
            before.extend(_tokens(texts[piece.text_n], piece, doc, before))
            entities[piece.text_n].extend(_entities(piece, doc))
    cut = {piece.text_n for piece in pieces if piece.is_cut}
    return [
        Annotation("too_long_cut" if text_n in cut else "analysed", tuple(tokens[text_n]), tuple(entities[text_n]))
        for text_n in range(len(texts))
    ]


def _pieces(text_n: int, text: str, readings: Callable[[str], list[Reading]]) -> Iterator[_Piece]:
    """Lines, since a line feed ends a sentence; a long line is cut at sentence ends, or else wherever it must be."""
    for start, end in line_spans(text):
        is_cut = end - start > PIECE_CHARACTERS
        for piece_start, piece_end in _cut(text[start:end]) if is_cut else [(0, end - start)]:
            folded = fold(text[start + piece_start : start + piece_end])
            yield _Piece(text_n, start + piece_start, joined(without_ruby(folded, readings)), is_cut)


def _readings(model: Language, text: str) -> list[Reading]:
    return [
        Reading(word.idx, word.idx + len(word), hiragana("".join(word.morph.get("Reading", []))))
        for word in model.make_doc(text)
    ]


def _with_marks(text: str, tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens, where those inside a mark of feeling (emoji, ｗｗｗ) are symbols and no words."""
    spans = mark_spans(text)
    for token in tokens:
        if any(start <= token.start and token.end <= end for start, end in spans):
            yield token._replace(pos="SYM", lemma=token.surface, norm=token.surface)
        else:
            yield token


def _cut(line: str) -> Iterator[tuple[int, int]]:
    """Cut a long line into spans of at most PIECE_CHARACTERS, whole sentences together as far as they fit."""
    start = end = 0
    for sentence_start, sentence_end in sentence_spans(line):
        if sentence_end - start > PIECE_CHARACTERS and end > start:
            yield start, end
            start = sentence_start
        while sentence_end - start > PIECE_CHARACTERS:
            yield start, start + PIECE_CHARACTERS
            start += PIECE_CHARACTERS
        end = sentence_end
    if end > start:
        yield start, end


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Consecutive pieces that the model takes together: few enough and short enough for its memory."""
    group: list[_Piece] = []
    characters_n = 0
    for piece in pieces:
        if group and (len(group) == GROUP_TEXTS or characters_n + len(piece.folded.text) > GROUP_CHARACTERS):
            yield group
            group, characters_n = [], 0
        group.append(piece)
        characters_n += len(piece.folded.text)
    if group:
        yield group


def _tokens(text: str, piece: _Piece, doc: Doc, before: Sequence[Token]) -> list[Token]:
    """The words of a piece that follows the text's tokens `before`: heads and sentences are counted on from those."""
    numbers = {word.i: len(before) + number for number, word in enumerate(word for word in doc if not word.is_space)}
    sentence = before[-1].sentence if before else -1
    tokens = []
    for words in ([word for word in span if word.i in numbers] for span in doc.sents):
        sentence += bool(words)
        for word in words:
            start, end = _span(piece, word.idx, word.idx + len(word))
            head = _head(word)
            tokens.append(
                Token(
                    start,
                    end,
                    intern(text[start:end]),
                    intern(word.lemma_),
                    intern(word.norm_),
                    intern(word.pos_),
                    intern(word.tag_),
                    intern("".join(word.morph.get("Inflection", []))),
                    intern(word.dep_.removesuffix(_BUNSETU_HEAD) if head != word.i else "ROOT"),
                    numbers[head],
                    sentence,
                )
            )
    return tokens


def _head(word: Word) -> int:
    """The word it depends on, over any white space between; itself where there is none above it."""
    head = word.head
    while head.is_space and head.head.i != head.i:
        head = head.head
    return word.i if head.is_space else head.i


def _entities(piece: _Piece, doc: Doc) -> Iterator[Entity]:
    for entity in doc.ents:
        yield Entity(entity.label_, *_span(piece, entity.start_char, entity.end_char))
    for word in doc:
        if "人名" in word.tag_:
            yield Entity(DICTIONARY_NAME, *_span(piece, word.idx, word.idx + len(word)))


def _span(piece: _Piece, start: int, end: int) -> tuple[int, int]:
    source_start, source_end = piece.folded.source_span(start, end)
    return piece.offset + source_start, piece.offset + source_end


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
