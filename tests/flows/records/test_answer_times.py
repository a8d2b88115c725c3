"""The moment of an answer: whatever way a server or an export writes it, the day and the period are Japan's."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError

from flows.mapping import Mapped
from warehouse.periods import Period, windows
from warehouse.text_tables import responses_in

PERIODS = [
    Period.model_validate({"id": name, "label": {"ja": name, "en": name}, "cut_off": cut_off})
    for name, cut_off in (("baseline", "2024-04-01T00:00:00+09:00"), ("interim", "2024-10-01T00:00:00+09:00"))
]


def when(result: Mapped) -> tuple[list[str], list[str]]:
    """The day of each response and the period it lies in."""
    responses = result.responses
    periods = {
        response_id: name
        for name, window in windows(PERIODS, "Asia/Tokyo").items()
        for response_id in responses_in(responses, window)[0]["response_id"]
    }
    return responses["answered_on"].tolist(), [periods[each] for each in responses["response_id"]]


SERVERS: dict[str, tuple[str, dict[str, str], tuple[dict[str, Any], dict[str, Any]]]] = {
    "kobo": (
        "_submission_time",
        {"_submission_time": "UTC"},
        ({"_submission_time": "2024-03-31T14:59:59"}, {"_submission_time": "2024-03-31T15:30:00"}),
    ),
    "kobo by the device's clock": (
        "end",
        {"_submission_time": "UTC"},
        ({"end": "2024-03-31T23:59:59.123+09:00"}, {"end": "2024-04-01T00:30:00.000+09:00"}),
    ),
    "odk": (
        "__system/submissionDate",
        {},
        (
            {"__system": {"submissionDate": "2024-03-31T14:59:59.999Z"}},
            {"__system": {"submissionDate": "2024-03-31T15:30:00.000Z"}},
        ),
    ),
    "limesurvey in Japan": (
        "submitdate",
        {"submitdate": "Asia/Tokyo"},
        ({"submitdate": "2024-03-31 23:59:59"}, {"submitdate": "2024-04-01 00:30:00"}),
    ),
    "limesurvey in Germany": (
        "submitdate",
        {"submitdate": "Europe/Berlin", "datestamp": "UTC"},
        ({"submitdate": "2024-03-31 16:59:59"}, {"submitdate": "2024-03-31 17:30:00"}),  # summer time began that day
    ),
}


@pytest.mark.parametrize("server", SERVERS)
def test_a_servers_time_belongs_to_the_day_and_period_in_japan(survey, server: str):
    column, zones, contents = SERVERS[server]
    records = [survey.record(content, f"{number}", "") for number, content in enumerate(contents)]
    instrument = survey.instrument({"q": "q"}, answered_at=column)
    lines = survey.snapshot({"": ["q", "end"]}, *records, kind=server.partition(" ")[0], zones=zones)
    result = survey.mapped(lines, instrument, survey.form(q="text"))
    assert when(result) == (["2024-03-31", "2024-04-01"], ["baseline", "interim"])
    assert result.responses["answered_at"][1] == pd.Timestamp("2024-03-31T15:30:00Z")
    leaf = column.rpartition("/")[2]
    assert result.responses["answered_at_origin"].tolist() == [
        content.get("__system", content)[leaf] for content in contents
    ], "the origin stays as it was written"


@pytest.mark.parametrize(
    ("zone", "cells"),
    [
        ("UTC", ("2024-03-31T14:59:59", "2024-03-31T15:30:00")),
        ("UTC", ("2024/3/31 23:59+09:00", "令和6年3月31日 15:30")),
        ("America/New_York", ("2024-03-31 10:59:59", "2024-03-31 11:30:00")),
        (None, ("2024-03-31 15:30:00", "2024-04-01 00:30")),
        ("Pacific/Kiritimati", ("2024-03-31", "2024-04-01")),  # a day is a day, wherever its server stands
        ("Pacific/Honolulu", ("45382", "45383")),
    ],
)
def test_an_exports_times_are_in_the_zone_its_instrument_names(survey, zone: str | None, cells: tuple[str, str]):
    instrument = survey.instrument({"q": "q"}, record_id=["no"], answered_at="at", answered_at_zone=zone)
    content = "no,at,q\n" + "".join(f"{number},{cell},x\n" for number, cell in enumerate(cells))
    result = survey.mapped_file(content.encode(), "w1/export.csv", instrument, survey.form(q="text"))
    assert when(result) == (["2024-03-31", "2024-04-01"], ["baseline", "interim"])
    assert result.responses["answered_at_origin"].tolist() == list(cells)


def test_a_serial_number_with_a_time_is_in_that_zone_too(survey):
    instrument = survey.instrument({"q": "q"}, record_id=["no"], answered_at="at", answered_at_zone="UTC")
    content = b"no,at,q\n1,45382.625,x\n"  # 2024-03-31 15:00
    result = survey.mapped_file(content, "w1/export.csv", instrument, survey.form(q="text"))
    assert result.responses["answered_on"].tolist() == ["2024-04-01"]


def test_the_zone_is_that_of_the_field_a_column_turns_out_to_be(survey):
    content = {"sent_at": "2024-03-31T15:30:00", "_submission_time": "2024-03-31T15:30:00"}
    for zones, day in [({"a/sent_at": "UTC"}, "2024-04-01"), ({"_submission_time": "UTC"}, "2024-03-31")]:
        record = survey.record({"a/sent_at": content["sent_at"]})
        lines = survey.snapshot({"v1": ["a/sent_at", "q"]}, record, zones=zones)
        result = survey.mapped(lines, survey.instrument({"q": "q"}, answered_at="sent_at"), survey.form(q="text"))
        assert result.responses["answered_on"].tolist() == [day]


def test_a_zone_that_does_not_exist_is_a_fault_of_the_instrument(survey):
    with pytest.raises(ValidationError, match="タイムゾーン"):
        survey.instrument({"q": "q"}, answered_at_zone="Japan/Tokyo")
