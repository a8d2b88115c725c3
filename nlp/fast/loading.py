"""The pinned model loaded with the fast components, once it is sure that they fit it.

The components are spaCy factories of the same settings as spaCy's own, so the model's weights are read into them as
into those. Each keeps spaCy's code beside its own: `nlp(text)` runs the one, `nlp.pipe(texts)` the other.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Callable, Collection, Iterator
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import spacy
from spacy.lang.ja import Japanese, JapaneseTokenizer
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry

from nlp.fast.certainty import StockFallback
from nlp.fast.comparison import differences
from nlp.fast.dependencies import FastDependencyParser
from nlp.fast.entities import FastEntityRecognizer
from nlp.fast.parts_of_speech import FastMorphologizer
from nlp.fast.vectors import FastTok2Vec
from nlp.fast.words import FastJapaneseTokenizer

SPACY: Final = "3.8."
"""The versions of spaCy whose rules the fast components follow."""

STRUCTURE: Final = "fc89b99a2828dd2b"
"""Digest of the layers, sizes, settings and moves that the fast components were written for, of ja_ginza 5.3.0."""

VECTORS: Final = 3e-5
"""By how much a value of a vector may differ: ten times what is seen, which moves scores by less than the LEAD."""

_COMPONENTS: Final = ("tok2vec", "parser", "ner", "morphologizer")
_SETTINGS: Final = ("beam_width", "learn_tokens", "overwrite", "extend", "labels_morph", "labels_pos")
_TOKENIZER: Final = "fast.JapaneseTokenizer.v1"
_CHECKED: Final = (
    "田中さんと東京都庁へ行きましたが、とても混んでいて、家賃のことは相談できませんでした。",
    "2024年4月に株式会社ハローで働き始めた。\n日本語の 勉強も、続けています！",
    "ｱﾊﾟｰﾄの家賃が1,000円上がって困る😀",
)


class MisfitWarning(UserWarning):
    """The fast components were not used, because they do not fit what is installed."""


def load_fast(name: str, exclude: Collection[str] = ()) -> Language:
    """Load a model with the fast components; if they do not fit it, with a MisfitWarning, the stock model.

    `exclude`: components left out, as in `spacy.load`.
    """
    model = spacy.load(name, exclude=[*exclude], config=_overrides())
    reason = _misfit(model)
    if reason is None:
        return model
    warnings.warn(f"{name}: {reason}; spaCy's own components are used, which are slower", MisfitWarning, stacklevel=2)
    return spacy.load(name, exclude=[*exclude])


def fallbacks(model: Language) -> dict[str, int]:
    """How many documents each fast component has left to spaCy's own so far."""
    fast: dict[str, Any] = dict(model.pipeline)
    return {name: component.fallbacks_n for name, component in fast.items() if isinstance(component, StockFallback)}


def structure(model: Language) -> str:
    """Digest of all that the fast components take for granted about the model, save for its weights."""
    return hashlib.sha256("\n".join(_described(model)).encode()).hexdigest()[:16]


def _overrides() -> dict[str, Any]:
    factories = {f"components.{name}.factory": f"fast_{name}" for name in _COMPONENTS}
    return {**factories, "nlp.tokenizer.@tokenizers": _TOKENIZER}


def _misfit(model: Language) -> str | None:
    """Why the fast components must not be used with this model, if they must not."""
    if not version("spacy").startswith(SPACY):
        return f"the fast components are written for spaCy {SPACY}x, not {version('spacy')}"
    if structure(model) != STRUCTURE:
        return "the fast components are written for a model of another structure"
    if not all(_agree(fast, stock) for fast, stock in zip(model.pipe(_CHECKED), _by_stock(model), strict=True)):
        return "the fast components find something else than spaCy's in a sentence to check them by"
    return None


def _agree(fast: Doc, stock: Doc) -> bool:
    return not differences(fast, stock) and bool(np.abs(fast.tensor - stock.tensor).max() < VECTORS)


def _by_stock(model: Language) -> Iterator[Doc]:
    tokenizer: Any = model.tokenizer
    return (model(JapaneseTokenizer.__call__(tokenizer, text)) for text in _CHECKED)


def _described(model: Language) -> Iterator[str]:
    yield " ".join(name for name in model.pipe_names if name in _COMPONENTS)
    component: Any
    for name, component in model.pipeline:
        if name in _COMPONENTS:
            settings = {key: component.cfg.get(key) for key in _SETTINGS}
            moves = getattr(component, "move_names", ())
            yield f"{name} {settings} {moves}"
            for node in component.model.walk():
                sizes = {key: node.maybe_get_dim(key) for key in node.dim_names}
                shapes = {key: node.get_param(key).shape for key in node.param_names if node.has_param(key)}
                values = {key: value for key, value in node.attrs.items() if not callable(value)}
                yield f"{node.name} {sizes} {shapes} {values}"
        elif getattr(component, "split_mode", None):  # it would need the sub-tokens of spaCy's tokenizer
            yield f"{name} {component.split_mode}"


def _make_tokenizer(split_mode: str | None = None) -> Callable[[Language], FastJapaneseTokenizer]:
    return lambda nlp: FastJapaneseTokenizer(nlp.vocab, split_mode)


registry.tokenizers.register(_TOKENIZER, func=_make_tokenizer)


@Language.factory("fast_tok2vec")
def _make_tok2vec(nlp: Language, name: str, model: Any) -> FastTok2Vec:
    return FastTok2Vec(nlp.vocab, model, name)


@Language.factory("fast_parser")
def _make_parser(
    nlp: Language,
    name: str,
    model: Any,
    moves: Any,
    update_with_oracle_cut_size: int,
    learn_tokens: bool,
    min_action_freq: int,
) -> FastDependencyParser:
    parser = FastDependencyParser(
        nlp.vocab,
        model,
        name,
        moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        learn_tokens=learn_tokens,
        min_action_freq=min_action_freq,
    )
    parser.language = nlp
    return parser


@Language.factory("fast_ner")
def _make_ner(
    nlp: Language, name: str, model: Any, moves: Any, update_with_oracle_cut_size: int, incorrect_spans_key: str | None
) -> FastEntityRecognizer:
    recognizer = FastEntityRecognizer(
        nlp.vocab,
        model,
        name,
        moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        incorrect_spans_key=incorrect_spans_key,
    )
    recognizer.language = nlp
    return recognizer


@Japanese.factory("fast_morphologizer")
def _make_morphologizer(nlp: Language, name: str, model: Any) -> FastMorphologizer:
    morphologizer = FastMorphologizer(nlp.vocab, model, name, overwrite=True, extend=True)
    morphologizer.language = nlp
    return morphologizer
