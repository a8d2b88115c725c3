"""A wave whose questionnaires come from three survey servers: the sample's truth, through edits and back."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from ruamel.yaml import YAML

from flows.cells import instant
from flows.instruments import FileLayout
from flows.sample.questionnaires import COMMON_COLUMNS
from flows.spreadsheets import read_table as read_file
from warehouse.engine import opened
from warehouse.read import published_run, read_table

pytestmark = [pytest.mark.flow, pytest.mark.model, pytest.mark.timeout(1_500)]

WAVES = ("baseline", "interim")
JAPAN = ZoneInfo("Asia/Tokyo")
MULTIPLE = {"q1": 8, "q2": 8, "q3_area": 10}
SECRETS = {
    "ORG_A_KOBO_TOKEN": "kobo-token-that-nobody-may-see",
    "ORG_B_ODK_USER": "reader-b@example.org",
    "ORG_B_ODK_PASSWORD": "odk-password-that-nobody-may-see",
    "ORG_C_LIMESURVEY_USER": "reader-c",
    "ORG_C_LIMESURVEY_PASSWORD": "limesurvey-password-that-nobody-may-see",
}


def _loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


kobo, odk, limesurvey = (_loaded(f"{kind}_server") for kind in ("kobo", "odk", "limesurvey"))


# --- what the organisations would have sent, as the servers hold it -----------------------------------------------


def sent(inbox: Path, organisation: str) -> Iterator[dict[str, str]]:
    """The rows of an organisation's questionnaire files of both waves, by question; the files are taken away."""
    names = {column: question for question, column in COMMON_COLUMNS.items()}
    for wave in WAVES:
        for file in sorted((inbox / wave / organisation).glob("questionnaire*")):
            table = read_file(file.read_bytes(), file.name, FileLayout())
            rows = [dict(zip(table.headings, cells, strict=False)) for _, cells in table.rows]
            file.unlink()
            for row in rows:
                answers = {
                    question: row.get(column, row.get(column.replace("-", "_"), ""))
                    for column, question in names.items()
                }
                moment = instant(row["回答日"], JAPAN)
                assert moment is not None
                yield {**answers, "respondent": row["利用者番号"], "at": moment.isoformat()}


def ticks(cell: str) -> list[str]:
    return [mark for mark in re.split("[,、，・/／ ]", cell) if mark]


def collected(row: dict[str, str]) -> dict[str, str]:
    """A row as an app collects it with the XLSForm: codes with spaces between, a start with its offset."""
    answers = {question: " ".join(ticks(cell)) if question in MULTIPLE else cell for question, cell in row.items()}
    return {name: cell for name, cell in answers.items() if cell and name != "at"} | {"start": row["at"]}


def typed(row: dict[str, str]) -> dict[str, Any]:
    """A row as LimeSurvey holds it: an option a column, null where the page was never reached, its clock in UTC."""
    at = datetime.fromisoformat(row["at"]).astimezone(ZoneInfo("UTC"))
    answers: dict[str, Any] = {"submitdate": at.strftime("%Y-%m-%d %H:%M:%S"), "respondent": row["respondent"]}
    for question in COMMON_COLUMNS:
        if question not in MULTIPLE:
            answers[question] = row[question]
            continue
        ticked = ticks(row[question])
        for option in range(1, MULTIPLE[question] + 1):
            nothing = None if ticked == ["77"] else ""
            answers[f"{question}[{option}]"] = "Y" if str(option) in ticked else nothing
    return answers


INSTRUMENT = {
    "id": "limesurvey_common",
    "form": "questionnaire",
    "valid_from": "2023-07-01",
    "approved_by": "test",
    "approved_at": "2023-06-20",
    "file": {},
    "record_id": ["@id"],
    "respondent": "respondent",
    "answered_at": "submitdate",
    "answers": {
        question: {"class": "A", "column": question}
        if question not in MULTIPLE
        else {
            "class": "A",
            "flags": {str(option): f"{question}[{option}]" for option in range(1, MULTIPLE[question] + 1)},
            "ticked": ["Y"],
        }
        for question in COMMON_COLUMNS
    },
}


@dataclass(frozen=True)
class Collected:
    """The programme, its inbox without three organisations' questionnaires, and the servers that hold them."""

    programme: Path
    inbox: Path
    truth: dict[str, Any]
    kobo: Any
    odk: Any
    limesurvey: Any
    submitted: str  # when LimeSurvey's first response was


@pytest.fixture
def servers(programme_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Collected]:
    from flows.sample import write_sample

    inbox = tmp_path / "inbox"
    write_sample(inbox, respondents=120, seed=5, faults=False)
    for file in inbox.glob("final/org-[abc]/questionnaire*"):
        file.unlink()
    rows = {organisation: list(sent(inbox, organisation)) for organisation in ("org-a", "org-b", "org-c")}
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    fields = ["start", "end", "respondent", "occasion", *COMMON_COLUMNS]
    with ExitStack() as stack:
        on_kobo = stack.enter_context(kobo.KoboLoopback(token=SECRETS["ORG_A_KOBO_TOKEN"]))
        on_kobo.deploy("vLoopback1", kobo.survey(*fields))
        on_odk = stack.enter_context(odk.OdkLoopback({"v1": dict.fromkeys(fields, "string")}))
        on_odk.user, on_odk.password = SECRETS["ORG_B_ODK_USER"], SECRETS["ORG_B_ODK_PASSWORD"]
        answers = [{"id": number, **typed(row)} for number, row in enumerate(rows["org-c"], start=1)]
        user, password = SECRETS["ORG_C_LIMESURVEY_USER"], SECRETS["ORG_C_LIMESURVEY_PASSWORD"]
        on_lime = stack.enter_context(limesurvey.LimeSurveyLoopback({7: answers}, user=user, password=password))
        for row in rows["org-a"]:
            on_kobo.insert(collected(row))
        for row in rows["org-b"]:
            on_odk.insert(collected(row))

        places = {
            "org-a": ("xlsform", "kobo", {"url": on_kobo.url, "asset": on_kobo.asset}),
            "org-b": ("xlsform", "odk", {"url": on_odk.url, "project": on_odk.project, "form": on_odk.form}),
            "org-c": ("limesurvey_common", "limesurvey", {"url": on_lime.url, "survey": 7, "time_zone": "UTC"}),
        }
        declare(programme_copy, places)
        truth = json.loads((inbox / "truth.json").read_text())["interim"]
        yield Collected(programme_copy, inbox, truth, on_kobo, on_odk, on_lime, answers[0]["submitdate"])


def declare(programme: Path, places: dict[str, tuple[str, str, dict[str, Any]]]) -> None:
    """Let the questionnaires of these organisations come from servers."""
    yaml, file = YAML(), programme / "flows/programme.yml"
    settings = yaml.load(file.read_text())
    settings["instruments"].append("limesurvey_common")
    for each in settings["sources"]:
        if each["form"] == "questionnaire" and each["organisation"] in places:
            instrument, kind, place = places[each["organisation"]]
            each.pop("files")
            each["instrument"] = instrument
            each[kind] = {**place, "credentials": f"{each['organisation']}-{kind}"}
    with file.open("w") as to:
        yaml.dump(settings, to)
    with (programme / "flows/instruments/limesurvey_common.yml").open("w") as to:
        yaml.dump(INSTRUMENT, to)


# --- what came of it ----------------------------------------------------------------------------------------------


def tables(wave: Any) -> dict[str, pd.DataFrame]:
    with opened(wave.url) as engine:
        run_id = published_run(engine, "interim")
        return {name: read_table(engine, name, run_id) for name in ("out_indicator", "out_finding", "core_response")}


def differing(found: pd.DataFrame, truth: dict[str, Any]) -> list[tuple[str, ...]]:
    """Cells of the truth that were not found as they are there."""
    cells = {}
    for row in found[found["dimension"].isin(["*", "attribute", "part"])].to_dict("records"):
        reading = row["reading"] if row["dimension"] == "*" else f"{row['reading']}:{row['category']}"
        counts = [None if pd.isna(row[name]) else int(row[name]) for name in ("numerator", "denominator")]
        cells[row["organisation"], row["indicator_id"], reading] = [*counts, row["verdict"]]
    return [
        (organisation, indicator, reading)
        for organisation, indicators in truth.items()
        for indicator, readings in indicators.items()
        for reading, cell in readings.items()
        if cells.get((organisation, indicator, reading)) != [cell["numerator"], cell["denominator"], cell["verdict"]]
    ]


def test_indicators_follow_the_servers_through_edits_deletions_and_back(
    servers: Collected, run_sample: Callable[..., Any], tmp_path: Path
) -> None:
    def run(**how: Any) -> Any:
        return run_sample(servers.inbox, tmp_path / "data", programme=servers.programme, **how)

    first = run()
    found = tables(first)
    assert differing(found["out_indicator"], servers.truth) == []
    assert sum(len(readings) for each in servers.truth.values() for readings in each.values()) > 300
    said = sorted(found["out_finding"]["reason_code"])
    assert not [code for code in said if code.endswith("_at_source")], said
    assert set(found["core_response"]["file_name"]) >= {
        "kobo/org-a-questionnaire.jsonl",
        "odk/org-b-questionnaire.jsonl",
        "limesurvey/org-c-questionnaire.jsonl",
    }
    assert run().outcome.run_id == first.outcome.run_id, "nothing changed at any server"

    edited = servers.kobo.row(1)
    servers.kobo.edit(1, {"q3_level": "1" if edited["q3_level"] != "1" else "5"})
    [gone, refused, *_] = servers.odk.rows()
    servers.odk.delete(gone)
    servers.odk.reject(refused)
    servers.limesurvey.edit(1, submitdate=None)
    second = run()
    changed = tables(second)
    left_out = ["deleted_at_source", "incomplete_at_source", "rejected_at_source"]  # one reason each
    assert sorted(changed["out_finding"]["reason_code"]) == sorted([*said, *left_out])
    assert len(changed["core_response"]) == len(found["core_response"]) - 3
    assert differing(changed["out_indicator"], servers.truth), "the figures follow"

    servers.kobo.edit(1, {"q3_level": edited["q3_level"]})
    servers.odk.restore(gone)
    servers.odk.review(refused, "approved")
    servers.limesurvey.edit(1, submitdate=servers.submitted)
    third = run()
    assert third.outcome.out_sha256 == first.outcome.out_sha256
    assert third.outcome.run_id != first.outcome.run_id, "what came is not quite what came before"

    held = [file for file in (tmp_path / "data").rglob("*") if file.is_file()]
    assert held
    for file in held:
        content = file.read_bytes()
        assert not [name for name, value in SECRETS.items() if "USER" not in name and value.encode() in content], file


def test_an_organisation_whose_server_fails_has_not_reported_and_the_others_have(
    servers: Collected, run_sample: Callable[..., Any], tmp_path: Path
) -> None:
    servers.kobo.may_read = False
    wave = run_sample(servers.inbox, tmp_path / "data", programme=servers.programme)
    found = tables(wave)
    assert list(wave.outcome.mistakes["reason_code"]) == ["source_refused"]
    assert wave.outcome.lines("en")[0].startswith("The server of kobo/org-a-questionnaire.jsonl refuses: ")
    organisations = set(
        found["core_response"].loc[found["core_response"]["form_id"] == "questionnaire", "organisation"]
    )
    assert organisations == {"org-b", "org-c", "org-d", "org-e", "org-f"}
    cells = found["out_indicator"][found["out_indicator"]["organisation"] == "org-a"]
    people = cells[cells["indicator_id"].isin(["F-O2-2"]) & cells["is_declared"]]
    assert len(people)
    assert people[["numerator", "denominator"]].isna().all(axis=None), "not reported is not zero"

    servers.kobo.may_read = True
    servers.kobo.inject("html", times=9)
    again = run_sample(servers.inbox, tmp_path / "data", programme=servers.programme).outcome
    assert list(again.mistakes["reason_code"]) == ["source_unreadable"]
    assert again.run_id != wave.outcome.run_id, "what it says is not the same"


def test_a_time_before_midnight_utc_is_the_next_day_in_japan() -> None:
    """What the servers above were given: 15:30 UTC on 31 March belongs to 1 April."""
    at = datetime(2024, 4, 1, 0, 30, tzinfo=JAPAN)
    assert (
        typed(dict.fromkeys(COMMON_COLUMNS, "") | {"at": at.isoformat(), "respondent": "P"})["submitdate"]
        == "2024-03-31 15:30:00"
    )
    assert at - datetime.fromisoformat("2024-03-31T15:30:00+00:00") == timedelta(0)
