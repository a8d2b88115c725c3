"""Drafting from real open data: nothing is found that was not meant."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.drafting.crosswalk import drafted
from flows.drafting.exports import read_export
from flows.programme_reader import read_programme

FUKUI = Path(__file__).resolve().parents[2] / "programmes" / "fukui_kanko"


@pytest.mark.parametrize("month", ["202305", "202606"])
def test_of_the_tourism_survey_most_is_found_and_nothing_wrong(shared: Path, month: str) -> None:
    programme = read_programme(FUKUI)
    [form] = programme.forms.values()
    [hand] = programme.instruments.values()
    path = shared / "data" / "fukui_kanko" / f"{month}.csv"
    draft = drafted(form, read_export(path.read_bytes(), path.name, None, ZoneInfo("Asia/Tokyo")))
    for name, answer in draft.answers.items():
        by_hand = {unicodedata.normalize("NFKC", label): code for label, code in hand.answers[name].map.items()}
        assert set(answer.columns) <= set(hand.answers[name].columns), name
        assert answer.map.items() <= by_hand.items(), name
        assert answer.separators == hand.answers[name].separators, name
    assert len(draft.answers) >= 14
    assert (draft.identity.respondent, draft.identity.answered_at) == ("会員ID", "回答日時")
    assert draft.open["record_id"][0].columns == hand.record_id
    assert draft.material.layout.ditto == []
