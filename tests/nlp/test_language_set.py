import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

RIGHT = {"tuned_on": 0.97, "held_out": 0.91}
WRONG = 0.01
"""Declared minimum and maximum: raise the one and lower the other when the rules get better, never the reverse."""


def _measure() -> Any:
    place = Path(__file__).with_name("language_set.py")
    spec = importlib.util.spec_from_file_location("language_set", place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["language_set"] = module
    spec.loader.exec_module(module)
    return module


language_set = _measure()


def test_the_set_is_large_enough() -> None:
    answers = language_set.labelled("tuned_on", "held_out")
    assert len(answers) >= 300
    assert len({language for language, _ in answers}) >= 15
    assert len(set(answers)) == len(answers)


@pytest.mark.parametrize("part", ["tuned_on", "held_out"])
def test_languages_are_told(part: str) -> None:
    told = language_set.tell(language_set.labelled(part))
    assert told.share_right >= RIGHT[part], told.pairs
    assert told.share_wrong <= WRONG, told.wrong


def test_what_is_told_as_japanese_is() -> None:
    told = language_set.tell(language_set.labelled("tuned_on", "held_out"))
    assert told.japanese_precision >= 0.99, told.wrong


def test_telling_again_tells_the_same() -> None:
    answers = language_set.labelled("held_out")
    assert language_set.tell(answers) == language_set.tell(list(reversed(answers)))
