"""The default programme's definitions: valid, fitting one another, and agreeing with what the sample writes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from expectations.questionnaire import Form
from flows.instruments import Instrument
from flows.programme import ProgrammeFile
from flows.sample import records, wording
from rubrics.criteria import Criterion
from warehouse.definitions import DefinitionReader
from warehouse.indicator_definitions import OrganisationTarget

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Definitions:
    programme: ProgrammeFile
    forms: dict[str, Form]
    instruments: dict[str, Instrument]
    criteria: list[Criterion]
    targets: list[OrganisationTarget]


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    reader = DefinitionReader(REPOSITORY)
    programme = reader.yaml("flows/programme.yml", ProgrammeFile)
    assert programme is not None, reader.faults
    forms = [reader.yaml(f"expectations/{name}.yml", Form) for name in programme.forms]
    instruments = [reader.yaml(f"flows/instruments/{name}.yml", Instrument) for name in programme.instruments]
    criteria = [reader.yaml(f"rubrics/criteria/{name}.yml", Criterion) for name in programme.criteria]
    targets = reader.csv("warehouse/targets.csv", OrganisationTarget)
    assert reader.faults == []
    return Definitions(
        programme,
        {form.id: form for form in forms if form is not None},
        {instrument.id: instrument for instrument in instruments if instrument is not None},
        [criterion for criterion in criteria if criterion is not None],
        targets,
    )


def test_instruments_answer_their_form(definitions: Definitions) -> None:
    for instrument in definitions.instruments.values():
        form = definitions.forms[instrument.form]
        assert set(instrument.answers) == set(form.by_id)
        for question, mapping in instrument.answers.items():
            codes = form.by_id[question].codes
            assert {*mapping.map.values(), *mapping.flags} <= set(codes)
            assert mapping.unmatched is None or mapping.unmatched in codes


def test_no_missing_mark_is_a_choice(definitions: Definitions) -> None:
    """A code of a missing answer that were a choice too could not be told apart."""
    for form in definitions.forms.values():
        for question in form.questions:
            assert not set(form.missing_kinds) & set(question.codes)
            labels = {choice.label.ja for choice in question.choices}
            assert not set(form.missing_kinds) & labels


def test_a_proxy_and_a_gap_say_why(definitions: Definitions) -> None:
    classes = {
        (name, question): mapping
        for name, instrument in definitions.instruments.items()
        for question, mapping in instrument.answers.items()
    }
    assert {mapping.crosswalk for mapping in classes.values()} == {"A", "B", "C", "D"}
    assert all(mapping.reason for mapping in classes.values() if mapping.crosswalk in ("C", "D"))
    assert classes["case_record", "q3_level"].crosswalk == "C"
    assert classes["case_record", "q5_level"].crosswalk == "D"


def test_criteria_anchor_every_choice(definitions: Definitions) -> None:
    for criterion in definitions.criteria:
        for version in (each for each in criterion.versions if each.rule is not None):
            assert version.rule is not None
            question = definitions.forms[version.rule.form].by_id[version.rule.question]
            assert set(version.rule.levels) == set(question.codes)
            assert {level.level for level in version.levels} == set(version.rule.levels.values())


def test_one_organisation_lacks_a_diversity_target(definitions: Definitions) -> None:
    diversity = {each.organisation for each in definitions.targets if each.indicator == "F-O1-1b"}
    assert diversity == {"org-a", "org-b", "org-d", "org-e", "org-f"}
    assert [(each.organisation, each.indicator) for each in definitions.targets if each.version == 2] == [
        ("org-b", "F-O1-1a")
    ]


def test_sample_keeps_the_programmes_calendar(definitions: Definitions) -> None:
    periods = definitions.programme.periods
    assert [wave.id for wave in records.WAVES] == [period.id for period in periods]
    assert [wave.cut_off for wave in records.WAVES] == [period.cut_off.replace(tzinfo=None) for period in periods]
    assert periods[0].starts_at is not None
    assert periods[0].starts_at.replace(tzinfo=None) == records.WAVES[0].start
    for organisation in definitions.programme.organisations:
        assert records.SENDER[organisation.code].active_until == organisation.active[-1].until


def test_sample_and_instruments_agree_on_the_classes(definitions: Definitions) -> None:
    for source in definitions.programme.sources:
        if source.form == "questionnaire" and source.organisation:
            sender = records.SENDER[source.organisation]
            answers = definitions.instruments[source.instrument].answers
            assert {name: mapping.crosswalk for name, mapping in answers.items()} == {
                name: sender.class_of(name) for name in answers
            }


@pytest.mark.parametrize(
    ("instrument", "tables"),
    [
        ("google_forms", wording.GOOGLE_FORMS),
        ("case_list", wording.CASE_LIST),
        ("case_record", wording.CASE_RECORD),
        ("activity_log", {"event_type": wording.EVENT_TYPES, "status": wording.STATUSES}),
        ("activity_log", {"method_status": wording.METHOD_STATUSES}),
    ],
)
def test_every_label_the_sample_writes_leads_back(
    definitions: Definitions, instrument: str, tables: dict[str, dict[str, str]]
) -> None:
    answers = definitions.instruments[instrument].answers
    for question, labels in tables.items():
        crosswalk = {unicodedata.normalize("NFKC", label): code for label, code in answers[question].map.items()}
        for code, label in labels.items():
            for written in (label, wording.half_width(label), wording.full_width(label)):
                assert crosswalk[unicodedata.normalize("NFKC", written)] == code


def test_dates_in_the_japanese_era() -> None:
    assert wording.era_date(date(2024, 4, 1), short=True) == "R6.4.1"
    assert wording.era_date(date(2024, 4, 1), short=False) == "令和6年4月1日"
    assert wording.era_date(date(2019, 5, 3), short=False) == "令和元年5月3日"
    assert wording.serial_number(datetime(2024, 3, 5)) == 45356
