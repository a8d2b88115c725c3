"""A drafted instrument passes no check while anything in it is open or nobody has approved it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows.programme_reader import read_programme
from warehouse.definitions import UserMistake

INTERVIEW: dict[str, Any] = {
    "id": "notes",
    "form": "interview",
    "valid_from": "2024-04-01",
    "approved_by": "評価担当",
    "approved_at": "2024-03-25",
    "record_id": ["番号"],
    "answered_at": "日付",
    "answers": {
        "stakeholder": {"class": "A", "column": "相手"},
        "change_stage": {"class": "D", "reason": "尋ねていない。"},
        "evidence": {"class": "A", "column": "根拠"},
        "engagement_stage": {"class": "B", "column": "段階"},
    },
}
CANDIDATE = {"columns": ["段階"], "filled_n": 40, "distinct_n": 5, "labels_n": 3, "score": 0.4, "unmatched": {"高": 9}}


@pytest.fixture
def faults_of(programme_copy: Path) -> Any:
    """What the check says of an instrument that was changed so: path -> the fault in both languages."""

    def said(without: tuple[str, ...] = (), **changes: Any) -> dict[str, tuple[str, str]]:
        content = INTERVIEW | changes
        content["answers"] = {name: each for name, each in content["answers"].items() if name not in without}
        path = programme_copy / "flows" / "instruments" / "notes.yml"
        with path.open("w", encoding="utf-8") as file:
            YAML().dump({name: value for name, value in content.items() if name not in without}, file)
        settings = programme_copy / "flows" / "programme.yml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("instruments: [", "instruments: [notes, ", 1), encoding="utf-8")
        faults = []
        try:
            read_programme(programme_copy)
        except UserMistake as error:
            faults = error.faults
        assert {fault.file for fault in faults} <= {"flows/instruments/notes.yml"}
        return {fault.path: (fault.say("ja"), fault.say("en")) for fault in faults}

    return said


def test_a_complete_one_passes(faults_of: Any) -> None:
    assert faults_of() == {}


def test_an_open_question_is_said_with_its_candidates_and_what_to_do(faults_of: Any) -> None:
    found = faults_of(without=("engagement_stage",), open={"engagement_stage": [CANDIDATE], "answered_at": []})
    assert set(found) == {"open.engagement_stage"}
    japanese, english = found["open.engagement_stage"]
    assert "「段階」40セル・5種、選択肢 3/4" in japanese
    assert "class: D" in japanese
    assert '"段階" 40 cells, 5 kinds, 3/4 choices' in english
    assert "高" not in japanese


def test_a_question_with_neither_is_not_mapped(faults_of: Any) -> None:
    assert set(faults_of(without=("evidence",))) == {"answers.evidence"}


@pytest.mark.parametrize("key", ["record_id", "answered_at"])
def test_what_identifies_must_be_decided(faults_of: Any, key: str) -> None:
    pair = {"columns": ["番号", "回"], "filled_n": 9, "distinct_n": 9, "score": 1}
    found = faults_of(without=(key,), open={key: [pair]})
    assert set(found) == {f"open.{key}"}
    assert "「番号+回」9セル・9種" in found[f"open.{key}"][0]
    assert "open の項目だけ" not in found[f"open.{key}"][0]


def test_what_identifies_must_be_there_at_all(faults_of: Any) -> None:
    assert set(faults_of(without=("record_id", "answered_at"))) == {"record_id", "answered_at"}


def test_nobody_may_be_who_answered_but_that_has_to_be_said(faults_of: Any) -> None:
    japanese, english = faults_of(open={"respondent": []})["open.respondent"]
    assert "open の項目だけを消してください" in japanese
    assert "delete the entry under `open` alone" in english


def test_a_person_fills_in_who_approved_it_and_when(faults_of: Any) -> None:
    found = faults_of(valid_from=None, approved_by=None, approved_at=None)
    assert set(found) == {"valid_from", "approved_by", "approved_at"}
    assert "承認した人" in found["approved_by"][0]


def test_what_is_decided_is_taken_out_of_what_is_open(faults_of: Any) -> None:
    found = faults_of(open={"engagement_stage": [CANDIDATE], "record_id": []})
    assert set(found) == {"open"}
    assert "open の部分を消してください" in found["open"][0]


def test_a_name_under_open_is_a_question(faults_of: Any) -> None:
    assert set(faults_of(open={"engagement": []})) == {"open.engagement"}


def test_headings_with_nothing_below_them_are_empty(faults_of: Any) -> None:
    assert faults_of(open=None) == {}
    every = ("stakeholder", "change_stage", "evidence", "engagement_stage")
    assert set(faults_of(answers={}, open=None)) == {f"answers.{name}" for name in every}
