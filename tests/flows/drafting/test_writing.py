"""The YAML of a draft: an instrument once it is completed, without anybody's words in it."""

from __future__ import annotations

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from ruamel.yaml import YAML

from expectations.questionnaire import Form
from flows.drafting.crosswalk import drafted
from flows.drafting.exports import read_export
from flows.drafting.writing import instrument_text
from flows.instruments import Instrument
from flows.open_questions import open_faults
from flows.programme_reader import DEFAULT_PROGRAMME, read_forms, read_programme
from flows.spreadsheets import read_table

TOKYO = ZoneInfo("Asia/Tokyo")
MADE_BY_HAND = {
    "org-a/questionnaire.csv": "common",
    "org-b/questionnaire.csv": "common",
    "org-c/questionnaire.xlsx": "common",
    "org-d/google_forms.csv": "google_forms",
    "org-e/case_list.xlsx": "case_list",
    "org-f/case_record.csv": "case_record",
}
FILES = list(MADE_BY_HAND)


@pytest.fixture(scope="module")
def form() -> Form:
    return read_forms(DEFAULT_PROGRAMME)["questionnaire"]


def text_of(path: Path, form: Form) -> str:
    material = read_export(path.read_bytes(), path.name, None, TOKYO)
    return instrument_text(drafted(form, material), form, "new", "org", path.name)


@pytest.mark.parametrize("file", FILES)
def test_a_draft_is_an_instrument_but_for_what_is_open(sample_inbox: Path, form: Form, file: str) -> None:
    text = text_of(sample_inbox / "interim" / file, form)
    instrument = Instrument.model_validate(YAML(typ="safe").load(text))
    assert {*instrument.answers, *instrument.open} >= set(form.by_id)
    open_paths = {fault.path for fault in open_faults({"new": instrument}, {form.id: form})}
    assert open_paths == {f"open.{name}" for name in instrument.open} | {"valid_from", "approved_by", "approved_at"}


@pytest.mark.parametrize("file", FILES)
def test_what_was_written_for_a_question_reads_back(sample_inbox: Path, form: Form, file: str) -> None:
    path = sample_inbox / "interim" / file
    draft = drafted(form, read_export(path.read_bytes(), path.name, None, TOKYO))
    instrument = Instrument.model_validate(YAML(typ="safe").load(text_of(path, form)))
    assert instrument.answers == draft.answers
    assert instrument.open == draft.open
    assert instrument.file == draft.material.layout


def uncommented(text: str) -> str:
    """The file after a person took the templates of `answers` as they are."""
    kept = []
    for line in text.splitlines():
        bare = line.removeprefix("  # ")
        is_template = bare != line and (bare.startswith("  ") or bare.removesuffix(":").isidentifier())
        kept.append("  " + bare if is_template else line)
    return "\n".join(kept)


@pytest.mark.parametrize("file", FILES)
def test_the_templates_are_yaml_in_which_only_question_marks_are_wrong(
    sample_inbox: Path, form: Form, file: str
) -> None:
    text = text_of(sample_inbox / "interim" / file, form)
    answers = YAML(typ="safe").load(uncommented(text))["answers"]
    assert set(answers) == set(form.by_id)
    for name in set(answers) - set(YAML(typ="safe").load(text)["answers"] or {}):
        assert answers[name]["class"] in ("?", "D")
        assert set(map(str, answers[name].get("map", {}).values())) <= {"?", *form.by_id[name].codes}


def test_the_same_file_gives_the_same_text(sample_inbox: Path, form: Form) -> None:
    path = sample_inbox / "interim" / "org-e" / "case_list.xlsx"
    assert text_of(path, form) == text_of(path, form)


@pytest.mark.parametrize("file", FILES)
def test_nobodys_words_or_numbers_stand_in_a_draft(sample_inbox: Path, form: Form, file: str) -> None:
    path = sample_inbox / "interim" / file
    text = text_of(path, form)
    planted = json.loads((sample_inbox / "planted.json").read_text(encoding="utf-8"))
    assert [each for each in planted["identifiers"] if each in text] == []
    hand = read_programme(DEFAULT_PROGRAMME).instruments[MADE_BY_HAND[file]]
    table = read_table(path.read_bytes(), path.name, hand.file)
    closed = {
        column
        for name, answer in hand.answers.items()
        if form.by_id[name].choices
        for column in [*answer.columns, *answer.flags.values()]
    }
    said = {
        cell.strip()
        for heading, column in zip(table.headings, zip(*(row for _, row in table.rows), strict=True), strict=True)
        for cell in column
        if heading not in closed and len(cell.strip()) > 5
    }
    assert len(said) > 10
    assert [cell for cell in said if cell in text] == []
