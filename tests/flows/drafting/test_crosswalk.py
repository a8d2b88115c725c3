"""Drafting from the six organisations' files: what is found is what was made by hand, and nothing else."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from expectations.questionnaire import Form
from flows.answers import facts_of
from flows.drafting.crosswalk import Draft, drafted
from flows.drafting.exports import read_export
from flows.instruments import Instrument
from flows.programme_reader import DEFAULT_PROGRAMME, read_programme
from flows.sample import write_sample
from flows.spreadsheets import read_table, told_apart

TOKYO = ZoneInfo("Asia/Tokyo")
FILES = {
    "common": ("org-a/questionnaire.csv", "org-b/questionnaire.csv", "org-c/questionnaire.xlsx"),
    "google_forms": ("org-d/google_forms.csv",),
    "case_list": ("org-e/case_list.xlsx",),
    "case_record": ("org-f/case_record.csv",),
}
WAVES = ("baseline", "interim", "final")


@dataclass(frozen=True)
class Case:
    """A file of the sample, its draft, and the instrument that was made for it by hand."""

    path: Path
    draft: Draft
    hand: Instrument
    form: Form


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Case]]:
    inbox = tmp_path_factory.mktemp("inbox")
    write_sample(inbox, respondents=600, seed=1)
    programme = read_programme(DEFAULT_PROGRAMME)
    form = programme.forms["questionnaire"]
    return {
        name: [
            Case(
                path,
                drafted(form, read_export(path.read_bytes(), path.name, None, TOKYO)),
                programme.instruments[name],
                form,
            )
            for wave in WAVES
            for file in files
            if (path := inbox / wave / file).exists()
        ]
        for name, files in FILES.items()
    }


def found_in(cases: list[Case]) -> Iterator[tuple[Case, str]]:
    yield from ((case, question) for case in cases for question in case.draft.answers)


@pytest.mark.parametrize("name", FILES)
def test_every_mapping_of_a_draft_is_the_one_made_by_hand(cases: dict[str, list[Case]], name: str) -> None:
    for case, question in found_in(cases[name]):
        draft, hand = case.draft.answers[question], case.hand.answers[question]
        assert draft.crosswalk == hand.crosswalk, (case.path, question)
        assert set(draft.columns) <= set(hand.columns), (case.path, question)
        by_hand = {unicodedata.normalize("NFKC", label): code for label, code in hand.map.items()}
        assert draft.map.items() <= by_hand.items(), (case.path, question)
        assert set(draft.separators) <= set(hand.separators), (case.path, question)


@pytest.mark.parametrize("name", FILES)
def test_a_drafts_mapping_reads_the_file_as_the_one_made_by_hand(cases: dict[str, list[Case]], name: str) -> None:
    for case, question in found_in(cases[name]):
        table = read_table(case.path.read_bytes(), case.path.name, case.draft.material.layout)
        cells = {
            heading: [row[index] for _, row in table.rows] for index, heading in enumerate(told_apart(table.headings))
        }
        asked = case.form.by_id[question]
        draft, hand = (
            facts_of(asked, mapping, cells, len(table.rows), case.form, TOKYO)
            for mapping in (case.draft.answers[question], case.hand.answers[question])
        )
        assert draft == hand, (case.path, question)


@pytest.mark.parametrize(
    ("name", "fewest", "most_open"),
    [("common", 15, 2), ("google_forms", 1, 16), ("case_list", 1, 16), ("case_record", 1, 16)],
)
def test_how_much_is_found(cases: dict[str, list[Case]], name: str, fewest: int, most_open: int) -> None:
    """Of 17 questions. The common questionnaire is recognised; of own forms only the labels that are the same."""
    for case in cases[name]:
        assert len(case.draft.answers) >= fewest, case.path
        assert sum(question in case.draft.open for question in case.form.by_id) <= most_open, case.path
        assert {*case.draft.answers, *case.draft.open} >= set(case.form.by_id)


def test_the_right_column_is_mostly_among_the_candidates(cases: dict[str, list[Case]]) -> None:
    first_n = listed_n = all_n = 0
    for case in (each for several in cases.values() for each in several):
        for question in set(case.draft.open) & set(case.form.by_id):
            hand = case.hand.answers[question]
            right = {*hand.columns, *hand.flags.values()}
            places = [n for n, each in enumerate(case.draft.open[question]) if right & set(each.columns)]
            if right:
                all_n, listed_n, first_n = all_n + 1, listed_n + bool(places), first_n + (places[:1] == [0])
    assert listed_n >= 0.85 * all_n
    assert first_n >= 0.7 * all_n


def test_a_candidate_holds_no_choice_that_is_not_the_questionnaires(cases: dict[str, list[Case]]) -> None:
    """What is half matched is right as far as it goes."""
    for case in (each for several in cases.values() for each in several):
        for question in set(case.draft.open) & set(case.form.by_id):
            hand = case.hand.answers[question]
            for each in case.draft.open[question]:
                if each.columns[0] in hand.columns and hand.map and hand.crosswalk == "B":
                    by_hand = {unicodedata.normalize("NFKC", label): code for label, code in hand.map.items()}
                    assert each.map.items() <= by_hand.items(), (case.path, question)


@pytest.mark.parametrize("name", FILES)
def test_the_layout_is_the_one_made_by_hand(cases: dict[str, list[Case]], name: str) -> None:
    def folded(marks: list[str]) -> set[str]:
        return {unicodedata.normalize("NFKC", mark) for mark in marks}

    for case in cases[name]:
        draft, hand = case.draft.material.layout, case.hand.file
        assert (draft.sheet, draft.heading_rows, draft.separator) == (hand.sheet, hand.heading_rows, hand.separator)
        for kind in ("ditto", "total_rows", "deleted_rows"):
            assert folded(getattr(draft, kind)) <= folded(getattr(hand, kind)), (case.path, kind)
    if name == "case_list":
        assert all(case.draft.material.layout.ditto == ["〃"] for case in cases[name])


@pytest.mark.parametrize("name", FILES)
def test_what_identifies_is_the_one_made_by_hand_or_a_candidate(cases: dict[str, list[Case]], name: str) -> None:
    for case in cases[name]:
        identity, hand = case.draft.identity, case.hand
        candidates = {key: [each.columns for each in found] for key, found in identity.open.items()}
        if identity.record_id:
            assert identity.record_id == hand.record_id
        else:
            assert {frozenset(hand.record_id)} & set(map(frozenset, candidates["record_id"])), case.path
        if identity.respondent:
            assert identity.respondent in hand.respondent_columns
        else:
            assert any(each[0] in hand.respondent_columns for each in candidates["respondent"]), case.path
        if identity.answered_at:
            assert identity.answered_at in hand.answered_at_columns
        else:
            assert candidates["answered_at"][0][0] in hand.answered_at_columns, case.path


def test_without_faults_what_identifies_is_certain(tmp_path: Path) -> None:
    write_sample(tmp_path, respondents=300, seed=3, faults=False)
    form = read_programme(DEFAULT_PROGRAMME).forms["questionnaire"]
    path = tmp_path / "final" / "org-a" / "questionnaire.csv"
    identity = drafted(form, read_export(path.read_bytes(), path.name, None, TOKYO)).identity
    assert (identity.record_id, identity.respondent, identity.answered_at) == (["回答番号"], "利用者番号", "回答日")
    assert identity.open == {}
