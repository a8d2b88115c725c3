"""Periods: cut-off instants in the programme's own time zone, and the membership of organisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, model_validator

from warehouse.definitions import Definition, Text


class Interval(Definition):
    """Days from `from` to `until`, both included; an open end is still running."""

    start: date = Field(alias="from")
    until: date | None = None

    @model_validator(mode="after")
    def _runs_forward(self) -> Interval:
        if self.until is not None and self.until < self.start:
            raise ValueError("until が from より前です | until lies before from")
        return self

    def holds(self, day: date) -> bool:
        """Whether `day` lies in the interval."""
        return self.start <= day and (self.until is None or day <= self.until)

    def overlaps(self, other: Interval) -> bool:
        """Whether the two intervals share a day."""
        return (other.until is None or self.start <= other.until) and (self.until is None or other.start <= self.until)


class Organisation(Definition):
    """An organisation of the programme. `executing` ones are judged one by one, the `office` only files logs."""

    code: str
    label: Text
    role: Literal["executing", "office"] = "executing"
    active: list[Interval]

    def is_active(self, day: date) -> bool:
        """Whether the organisation is a member on `day`."""
        return any(interval.holds(day) for interval in self.active)


class Schedule(Definition):
    """When a wave runs by itself: a cron line, or one instant."""

    cron: str | None = None
    at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Schedule:
        if (self.cron is None) == (self.at is None):
            raise ValueError("cron か at のどちらか1つが必要です | one of cron and at is needed")
        return self


class Period(Definition):
    """A period ends at `cut_off` (not included) and begins at the previous one's, or at `starts_at`.

    `reference` names the period that changes are counted from.
    """

    id: str
    label: Text
    starts_at: AwareDatetime | None = None
    cut_off: AwareDatetime
    reference: str | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True)
class Window:
    """A period as two instants [start, cut_off), its last day in the programme's zone, and its reference period."""

    start: datetime
    cut_off: datetime
    last_day: date
    reference: str | None


def windows(periods: list[Period], time_zone: str) -> dict[str, Window]:
    """Windows of all periods, in order: each starts where the one before it ended unless it says otherwise."""
    zone = ZoneInfo(time_zone)
    start = datetime(1900, 1, 1, tzinfo=zone)
    result: dict[str, Window] = {}
    for period in sorted(periods, key=lambda each: each.cut_off):
        last_day = (period.cut_off.astimezone(zone) - timedelta(microseconds=1)).date()
        result[period.id] = Window(period.starts_at or start, period.cut_off, last_day, period.reference)
        start = period.cut_off
    return result
