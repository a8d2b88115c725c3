"""On real answers, fewer of them: what people wrote tells how satisfied they were, and the words shown are theirs."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from rubrics.suggestion.evaluate import figures, held_out
from rubrics.suggestion.explain import reasons
from rubrics.suggestion.ordinal import OrdinalSuggester

BENCH = Path(__file__).resolve().parents[2] / "bench" / "suggestions.py"


@pytest.fixture(scope="module")
def bench() -> Any:
    """The benchmark, which reads the answers and makes their features."""
    spec = importlib.util.spec_from_file_location("bench_suggestions", BENCH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.model
def test_the_reasons_people_wrote_tell_their_level(bench: Any, shared: Path) -> None:
    some = bench.answers_with_reasons(shared / "data" / "fukui_kanko", [bench.TRAINING]).iloc[::3]
    answers, vectors = bench.read_answers(list(some["text"]))
    levels, people = some["level"].tolist(), list(some["respondent"])
    model = OrdinalSuggester(bench.SCALE, vectors)
    found = figures(levels, held_out(model, answers, levels, people).levels, bench.SCALE)
    assert found.n == 240
    assert (found.qwk or 0) > 0.2, "a constant level would have 0"
    model.fit(answers, levels, people)
    for text, answer in zip(some["text"], answers, strict=True):
        for each in reasons(model, answer):
            assert text[each.place.start : each.place.end].strip() != ""
