"""Coding rules may look at answers; they are held to the questionnaire."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flows.programme_reader import read_forms
from flows.theme_check import theme_faults
from nlp.themes import ThemesFile

ROOT = Path(__file__).resolve().parents[2]


def themes(clause: dict[str, Any]) -> ThemesFile:
    rule = {
        "id": "r",
        "version": 1,
        "author": "a",
        "reason": "b",
        "any": [{"all": [{"norm": "家"}, clause]}],
        "examples": {"found": ["家"], "passed_over": ["山"]},
    }
    return ThemesFile.model_validate({"themes": [{"id": "t", "label": {"ja": "題", "en": "theme"}, "rules": [rule]}]})


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ({"question": "q3_level", "in": [1, 5]}, None),
        ({"question": "q3_level", "in": [1, 9]}, "themes.0.rules.0.variable.in: names the choice 9"),
        ({"question": "q99", "in": [1]}, "themes.0.rules.0.variable.question: names a question"),
    ],
)
def test_a_condition_names_a_question_and_choices_there_are(variable: dict[str, Any], said: str | None) -> None:
    faults = [each.say("en") for each in theme_faults(themes({"variable": variable}), read_forms(ROOT))]
    assert len(faults) == (said is not None)
    assert all(said in fault for fault in faults if said)
