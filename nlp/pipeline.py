"""The one analyser: GiNZA with a pinned model and a pinned dictionary, never another."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, Final

from nlp.annotation import DICTIONARY_NAME, NOT_ANALYSABLE, Annotation, Entity, Token
from nlp.characters import FoldedText, fold, line_spans, sentence_spans
from warehouse.definitions import UserMistake, fault

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL_NAME: Final = "ja_ginza"
PINNED: Final = {"ja-ginza": "5.3.0", "SudachiDict-core": "20260723"}
"""Model and dictionary, at the only versions whose results this programme publishes."""

# Neither changes a token, a part of speech or an entity. The parser stays although only its sentence ends count here:
# the entity recogniser does not cross them.
UNUSED_COMPONENTS: Final = ("compound_splitter", "bunsetu_recognizer")

GROUP_TEXTS: Final = 64
PIECE_CHARACTERS: Final = 4_000  # at most 16,000 bytes in UTF-8: the dictionary takes up to 49,149
GROUP_CHARACTERS: Final = 16_000  # what the model holds in memory at once

_CODE = ("annotation.py", "characters.py", "pipeline.py")


def analyser_id() -> dict[str, str]:
    """Names and versions that a result depends on: model, dictionary, and this code with the libraries below it.

    Raises UserMistake if model or dictionary are missing or of another version.
    """
    check_versions()
    here = Path(__file__).parent
    code = hashlib.sha256(b"\0".join((here / name).read_bytes() for name in _CODE))
    code.update(f"spacy {version('spacy')} sudachipy {version('sudachipy')}".encode())
    return {
        "model_name": MODEL_NAME,
        "model_version": PINNED["ja-ginza"],
        "dictionary_version": PINNED["SudachiDict-core"],
        "code_version": code.hexdigest()[:16],
    }


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


@cache
def load_model() -> Language:
    """Load the pinned model, once a process (some seconds, about 450 MB). Raises UserMistake as `check_versions`."""
    check_versions()
    import spacy

    return spacy.load(MODEL_NAME, exclude=list(UNUSED_COMPONENTS))


def annotate_batch(texts: Sequence[str]) -> list[Annotation]:
    """Annotate some texts in this process; a text the analyser cannot take is `not_analysable`, the others go on."""
    model = load_model()
    try:
        return _annotate_together(model, texts)
    except Exception:
        # Whatever the analyser raises (SudachiError, UnicodeEncodeError, …) must not cost the other texts their turn.
        return [_annotate_alone(model, text) for text in texts]


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
    pieces = [piece for text_n, text in enumerate(texts) for piece in _pieces(text_n, text)]
    tokens: list[list[Token]] = [[] for _ in texts]
    entities: list[list[Entity]] = [[] for _ in texts]
    for group in _groups(pieces):
        for piece, doc in zip(group, model.pipe([p.folded.text for p in group], batch_size=len(group)), strict=True):
            tokens[piece.text_n].extend(_tokens(texts[piece.text_n], piece, doc))
            entities[piece.text_n].extend(_entities(piece, doc))
    cut = {piece.text_n for piece in pieces if piece.is_cut}
    return [
        Annotation("too_long_cut" if text_n in cut else "analysed", tuple(tokens[text_n]), tuple(entities[text_n]))
        for text_n in range(len(texts))
    ]


def _pieces(text_n: int, text: str) -> Iterator[_Piece]:
    """Lines, since a line feed ends a sentence; a long line is cut at sentence ends, or else wherever it must be."""
    for start, end in line_spans(text):
        if end - start <= PIECE_CHARACTERS:
            yield _Piece(text_n, start, fold(text[start:end]), is_cut=False)
            continue
        for piece_start, piece_end in _cut(text[start:end]):
            piece = text[start + piece_start : start + piece_end]
            yield _Piece(text_n, start + piece_start, fold(piece), is_cut=True)


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


def _tokens(text: str, piece: _Piece, doc: Doc) -> Iterator[Token]:
    for word in doc:
        if not word.is_space:
            start, end = _span(piece, word.idx, word.idx + len(word))
            yield Token(start, end, intern(text[start:end]), intern(word.lemma_), intern(word.norm_), intern(word.pos_))


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
