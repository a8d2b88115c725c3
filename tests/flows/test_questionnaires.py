"""The questionnaire goes out as an XLSForm and comes back as answers of class A, in the codebook's own codes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyxform.xls2xform import convert

from expectations.questionnaire import Form, Question
from expectations.xlsform import sheets_of
from flows.instruments import Instrument
from flows.landing import Landed
from flows.mapping import Mapped, map_table
from flows.programme_reader import read_forms, read_programme
from flows.records import read_snapshot
from flows.snapshots import SnapshotDraft
from flows.sources.server import FormStructure, Page, Record
from warehouse.definitions import DefinitionReader, UserMistake

ROOT = Path(__file__).resolve().parents[2]
JAPAN = ZoneInfo("Asia/Tokyo")
STARTED = datetime(2024, 3, 31, 23, 50, tzinfo=JAPAN)
LANDED = Landed("0" * 64, "source", "baseline", "org-a", "questionnaire", "xlsform", "kobo/source.jsonl", 1, None, "")

Answers = dict[str, list[str]]
"""Question -> codes in the order of tapping, or one text; without those that were left open."""


@pytest.fixture(scope="module")
def form() -> Form:
    found = DefinitionReader(ROOT).yaml("expectations/questionnaire.yml", Form)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    found = DefinitionReader(ROOT).yaml("flows/instruments/xlsform.yml", Instrument)
    assert found is not None
    return found


@dataclass(frozen=True)
class Submission:
    """What one person answered on one occasion."""

    number: int
    occasion: str
    answers: Answers

    @property
    def respondent(self) -> str:
        return f"P{self.number:06}"

    @property
    def fields(self) -> dict[str, str | None]:
        """What the form's own fields hold; several ticks are joined with spaces."""
        answered = {name: " ".join(codes) for name, codes in self.answers.items()}
        return {"respondent": self.respondent, "occasion": self.occasion, **answered}


def answer_of(question: Question, number: int) -> list[str]:
    """An answer that differs from person to person until every choice was taken; every fifth is left open."""
    if number % 5 == 4 and not question.choices:
        return []
    if question.type == "text":
        return [f"{number}人目の\n  自由な記述 1 2 "]
    first, second = (question.codes[each % len(question.codes)] for each in (number, number + 3))
    alone = {choice.code for choice in question.choices if choice.exclusive}
    return [second, first] if question.type == "multi" and not {first, second} & alone else [first]


def submissions_of(form: Form) -> Iterator[Submission]:
    numbers = count()
    choices_n = max(len(each.codes) for each in form.questions)
    for occasion in form.routes:
        for number in (next(numbers) for _ in range(choices_n)):
            asked = [each for each in form.questions if each.asked_if in (None, occasion)]
            given = {each.id: answer_of(each, number) for each in asked}
            yield Submission(number, occasion, {name: answer for name, answer in given.items() if answer})


# --- as the servers give it -----------------------------------------------------------------------------------------


def kobo_record(submission: Submission, groups: dict[str, str]) -> Record:
    """Flat, every answer a string, unanswered ones absent."""
    identity = f"00000000-0000-4000-8000-{submission.number:012}"
    content = {
        "_id": submission.number,
        "formhub/uuid": "0" * 32,
        "start": STARTED.isoformat(timespec="milliseconds"),
        "end": "2024-04-01T00:10:00.000+09:00",
        **{groups.get(name, name): value for name, value in submission.fields.items()},
        "__version__": "v2" if groups else "v1",
        "meta/instanceID": f"uuid:{identity}",
        "meta/rootUuid": f"uuid:{identity}",
        "_uuid": identity,
        "_xform_id_string": "questionnaire",
        "_attachments": [],
        "_status": "submitted_via_web",
        "_geolocation": [None, None],
        "_submission_time": "2024-04-03T01:02:03",
        "_validation_status": {},
        "_submitted_by": None,
    }
    version = "v2" if groups else "v1"
    return Record(f"uuid:{identity}", f"{submission.number:020}", "present", content, version=version)


def odk_record(submission: Submission, form: Form) -> Record:
    """Nested, unanswered ones null; several ticks may begin with a space."""
    identity = f"uuid:00000000-0000-4000-8000-{submission.number:012}"
    several = {each.id for each in form.questions if each.type == "multi"}
    fields = {name: f" {value}" if name in several else value for name, value in submission.fields.items()}
    content = {
        "start": STARTED.isoformat(timespec="milliseconds"),
        "end": "2024-04-01T00:10:00.000+09:00",
        "introduction": None,
        **dict.fromkeys(form.by_id),
        **fields,
        "meta": {"instanceID": identity},
        "__id": identity,
        "__system": {"submissionDate": "2024-04-03T01:02:03.004Z", "reviewState": None, "formVersion": "1"},
    }
    return Record(identity, f"{submission.number:020}", "present", content, version="1")


def mapped(
    kind: str, versions: dict[str, list[str]], records: list[Record], form: Form, instrument: Instrument, folder: Path
) -> Mapped:
    """The records as they are landed, read and mapped."""
    snapshot = folder / "snapshot.jsonl"
    draft = SnapshotDraft(folder)
    draft.take(Page(b"", records))
    draft.write(kind, FormStructure(b"", versions, {}), None, snapshot, folder / "changes.jsonl")
    draft.close()
    return map_table(read_snapshot(snapshot.read_bytes(), instrument), LANDED, instrument, form, JAPAN)


def fields_of(form: Form) -> list[str]:
    """The fields of the form that goes out, in order: what a server says of its structure."""
    assert form.electronic is not None
    return [row["name"] for row in sheets_of(form, form.electronic).rows["survey"]]


def assert_came_back(found: Mapped, form: Form) -> None:
    """Every answer is of class A and what was tapped or written; what was not asked is no blank."""
    assert found.findings == []
    submissions = list(submissions_of(form))
    assert list(found.responses["respondent_id"]) == [each.respondent for each in submissions]
    assert set(found.responses["answered_at"]) == {STARTED.astimezone(UTC)}
    assert set(found.responses["answered_on"]) == {"2024-03-31"}
    assert found.responses["response_id"].is_unique
    assert set(found.answers["crosswalk_class"]) == {"A"}
    by_cell = found.answers.groupby(["response_id", "question_id"], sort=False)
    taken: dict[str, set[str]] = {each.id: set() for each in form.questions}
    for response_id, submission in zip(found.responses["response_id"], submissions, strict=True):
        for question in form.questions:
            rows = by_cell.get_group((response_id, question.id))
            given = submission.answers.get(question.id)
            if given is None:
                kind = "blank" if question.asked_if in (None, submission.occasion) else "not_asked"
                assert list(rows["missing_kind"]) == [kind], (submission.number, question.id)
                continue
            column = "value_text" if question.type == "text" else "value_code"
            assert list(rows[column]) == given, (submission.number, question.id)
            assert rows["missing_kind"].isna().all()
            taken[question.id] |= set(given)
    assert all(set(each.codes) <= taken[each.id] for each in form.questions), "every choice came back once"
    assert set(found.answers["missing_kind"].dropna()) == {"blank", "not_asked"}


@pytest.mark.parametrize("is_grouped", [False, True])
def test_what_kobo_sends_is_of_class_a(form: Form, instrument: Instrument, tmp_path: Path, is_grouped: bool) -> None:
    """Also where an organisation has put questions into groups: names stay, paths do not."""
    fields = fields_of(form)
    groups = {name: f"page_{number // 4}/{name}" for number, name in enumerate(fields[3:])} if is_grouped else {}
    versions = {"v1": fields} | ({"v2": [groups.get(name, name) for name in fields]} if is_grouped else {})
    records = [kobo_record(each, groups if each.number % 2 else {}) for each in submissions_of(form)]
    assert_came_back(mapped("kobo", versions, records, form, instrument, tmp_path), form)


def test_what_odk_central_sends_is_of_class_a(form: Form, instrument: Instrument, tmp_path: Path) -> None:
    versions = {"1": [*fields_of(form), "meta/instanceID"]}
    records = [odk_record(each, form) for each in submissions_of(form)]
    assert_came_back(mapped("odk", versions, records, form, instrument, tmp_path), form)


def test_an_answer_counts_whatever_the_routing_says(form: Form, instrument: Instrument, tmp_path: Path) -> None:
    """What was answered was asked; and without an answer to the routing nobody knows who was led past."""
    first, again = form.routes
    records = [
        kobo_record(Submission(1, again, {"q1": ["8"]}), {}),
        kobo_record(Submission(2, first, {}), {}),
        kobo_record(Submission(3, "", {}), {}),
    ]
    answers = mapped("kobo", {"v1": fields_of(form)}, records, form, instrument, tmp_path).answers
    reasons, change = (answers[answers["question_id"] == name] for name in ("q1", "q4_level"))
    assert list(reasons["value_code"].fillna("")) == ["8", "", ""]
    assert list(reasons["missing_kind"].fillna("")) == ["", "blank", "blank"]
    assert list(change["missing_kind"]) == ["blank", "not_asked", "blank"]


# --- the command ------------------------------------------------------------------------------------------------------

Run = Callable[..., Any]


def test_the_command_writes_a_form_that_pyxform_takes(monosashi: Run, tmp_path: Path, form: Form) -> None:
    said = monosashi("questionnaire", "xlsform", cwd=tmp_path)
    again = monosashi("questionnaire", "xlsform", "--form", form.id, "--to", tmp_path / "again.XLSX", "--lang", "en")
    assert (said.status, said.err, again.status, again.err) == (0, "", 0, "")
    written = tmp_path / f"{form.id}.xlsx"
    assert written.read_bytes() == (tmp_path / "again.XLSX").read_bytes()
    warnings: list[str] = []
    xform = convert(written, warnings=warnings).xform
    assert warnings == []
    assert form.electronic is not None
    version = sheets_of(form, form.electronic).version
    assert f'version="{version}"' in xform
    assert f"版 {version}、設問17" in said.out
    assert f"version {version}, 17 questions" in again.out


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["--form", "no_such"], ["--form: no_such: is no form", "questionnaire"]),
        (["--form", "activity_log"], ["expectations/activity_log.yml: electronic: is missing"]),
        (["--to", "form.csv"], ["--to: form.csv: ", ".xlsx"]),
        (["--to", "no/such/folder/form.xlsx"], ["--to: no/such/folder/form.xlsx: cannot be written"]),
        (["--programme", ROOT / "tests/programmes/fukui_kanko"], ["--form: was not given"]),
    ],
)
def test_mistakes_are_said(monosashi: Run, tmp_path: Path, arguments: list[Any], fragments: list[str]) -> None:
    said = monosashi("questionnaire", "xlsform", *arguments, "--lang", "en", cwd=tmp_path)
    assert (said.status, said.out) == (2, ""), said.everything
    assert "Traceback" not in said.err
    assert all(fragment in said.err for fragment in fragments), said.err
    assert list(tmp_path.iterdir()) == []


def test_the_check_names_what_cannot_go_out(programme_copy: Path) -> None:
    path = programme_copy / "expectations/questionnaire.yml"
    text = path.read_text(encoding="utf-8")
    for before, after in (
        ("asked_if: first", "asked_if: third"),
        (", easy: 女の 人}", "}"),
        ("    id: respondent\n", "    id: Q1\n"),
    ):
        assert before in text
        text = text.replace(before, after, 1)
    path.write_text(text, encoding="utf-8")
    with (programme_copy / "flows/instruments/interview.yml").open("a", encoding="utf-8") as file:
        file.write("routing: 面談番号\n")
    with pytest.raises(UserMistake) as of_the_forms:
        read_forms(programme_copy)
    with pytest.raises(UserMistake) as of_everything:
        read_programme(programme_copy)
    places = ["questions.gender.choices.female.label.easy", "questions.q1.asked_if", "questions.q1.id"]
    assert [each.path for each in of_the_forms.value.faults] == places
    assert [each.path for each in of_everything.value.faults] == [*places, "routing"]
