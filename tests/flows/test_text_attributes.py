"""By what texts are compared is declared, and checked against the forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.programme_reader import read_programme
from warehouse.definitions import UserMistake


def declared(folder: Path, lines: str) -> Path:
    """The programme with other attributes."""
    path = folder / "flows" / "programme.yml"
    text = path.read_text(encoding="utf-8")
    head, rest = text.split("text_attributes:\n")
    path.write_text(f"{head}{lines}\n{rest.split(chr(10), 1)[1]}", encoding="utf-8")
    return folder


def test_a_programme_may_declare_none(programme_copy: Path) -> None:
    assert read_programme(declared(programme_copy, "")).settings.text_attributes == {}


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        ("text_attributes: {questionnaire: [gender, colour]}", "text_attributes.questionnaire"),
        ("text_attributes: {questionnaire: [q3_text]}", "text_attributes.questionnaire"),
        ("text_attributes: {questionnaire: [q1]}", "text_attributes.questionnaire"),
        ("text_attributes: {questionnaire: [gender, gender]}", "gender"),
        ("text_attributes: {activity_log: [event_type]}", "text_attributes.activity_log"),
        ("text_attributes: {nothing: [gender]}", "text_attributes.nothing"),
    ],
)
def test_what_is_no_attribute_is_refused(programme_copy: Path, lines: str, wrong: str) -> None:
    with pytest.raises(UserMistake) as caught:
        read_programme(declared(programme_copy, lines))
    said = [fault.say("ja") for fault in caught.value.faults]
    assert len(said) == 1
    assert wrong in said[0]
