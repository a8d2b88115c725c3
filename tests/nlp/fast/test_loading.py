"""The fast components are used where they fit and nowhere else, and whoever wants none gets none."""

from typing import Any

import pytest
from spacy.language import Language
from spacy.pipeline import DependencyParser

from nlp import pipeline
from nlp.annotation_cache import AnnotationCache
from nlp.fast import loading
from nlp.fast.dependencies import FastDependencyParser
from nlp.fast.loading import STRUCTURE, MisfitWarning, load_fast, structure
from nlp.pipeline import ANALYSER_VARIABLE, MODEL_NAME, analyser_id, annotations_id, is_stock
from warehouse.definitions import UserMistake

SMALL = ["tok2vec", "ner", "morphologizer", "compound_splitter", "bunsetu_recognizer"]


@pytest.mark.model
def test_the_pinned_model_has_the_structure_the_components_are_written_for(fast: Language, stock: Language) -> None:
    assert structure(fast) == structure(stock) == STRUCTURE
    assert isinstance(fast.get_pipe("parser"), FastDependencyParser)


@pytest.mark.model
def test_whatever_is_taken_for_granted_is_in_the_digest(stock: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    parser: Any = stock.get_pipe("parser")
    morphologizer: Any = stock.get_pipe("morphologizer")
    splitter: Any = stock.get_pipe("compound_splitter")
    encode = stock.get_pipe("tok2vec").model.layers[1]
    with monkeypatch.context() as patch:
        patch.setitem(parser.cfg, "beam_width", 2)
        assert structure(stock) != STRUCTURE
    with monkeypatch.context() as patch:
        patch.setitem(morphologizer.cfg, "extend", False)
        assert structure(stock) != STRUCTURE
    with monkeypatch.context() as patch:
        patch.setitem(encode.attrs, "pad", 4)
        assert structure(stock) != STRUCTURE
    with monkeypatch.context() as patch:
        patch.setattr(splitter, "split_mode", "A")
        assert structure(stock) != STRUCTURE
    assert structure(stock) == STRUCTURE


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SPACY", "4.", "written for spaCy 4.x"),
        ("STRUCTURE", "0" * 16, "model of another structure"),
        ("differences", lambda one, other: ["heads"], "find something else"),
    ],
)
def test_components_that_do_not_fit_are_not_used_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: object, reason: str
) -> None:
    monkeypatch.setattr(loading, name, value)
    with pytest.warns(MisfitWarning, match=reason):
        model = load_fast(MODEL_NAME, exclude=["bunsetu_recognizer"])
    assert type(model.get_pipe("parser")) is DependencyParser
    assert "bunsetu_recognizer" not in model.pipe_names


def test_the_environment_asks_for_stock_components(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ANALYSER_VARIABLE, raising=False)
    assert not is_stock()
    assert annotations_id() == analyser_id()
    monkeypatch.setenv(ANALYSER_VARIABLE, "stock")
    assert is_stock()
    monkeypatch.setenv(ANALYSER_VARIABLE, "slow")
    with pytest.raises(UserMistake, match="is neither fast nor stock"):
        is_stock()


@pytest.mark.model
def test_stock_components_take_no_results_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "田中さんは家賃が払えません。"
    monkeypatch.setenv(ANALYSER_VARIABLE, "fast")
    fast_id, fast_annotations = analyser_id(), pipeline.annotate_batch([text])
    with AnnotationCache(None, annotations_id()) as cache:
        cache.store({text: fast_annotations[0]})
        assert cache.find([text])
        key = cache._analyser
    monkeypatch.setenv(ANALYSER_VARIABLE, "stock")
    assert analyser_id() == fast_id
    assert pipeline.annotate_batch([text]) == fast_annotations
    assert type(pipeline.load_model().get_pipe("parser")) is DependencyParser
    with AnnotationCache(None, annotations_id()) as cache:
        assert cache._analyser != key


def test_the_fast_code_is_part_of_the_analysers_id(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = pipeline.Path(pipeline.__file__).parent / "fast"
    assert {path.name for path in folder.glob("*.py")} > {"arc_eager.py", "vectors.py"}
    before = analyser_id()["code_version"]
    read = pipeline.Path.read_bytes
    monkeypatch.setattr(pipeline.Path, "read_bytes", lambda path: read(path) + b"#" * (path.name == "arc_eager.py"))
    assert analyser_id()["code_version"] != before
