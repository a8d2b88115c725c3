"""A programme: its organisations, periods and sources, and all its other definitions together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from expectations.checks import Checks
from expectations.questionnaire import Form
from flows.instruments import Instrument
from flows.sources.declared import Source
from nlp.text_rules import TextRules
from nlp.themes import ThemesFile
from rubrics.criteria import Criterion
from warehouse.definitions import Definition, DefinitionFile, Text
from warehouse.indicator_definitions import ChangeRules, Indicator, OrganisationTarget
from warehouse.periods import Organisation, Period, Window, windows
from warehouse.quotations import QuotationRules


class ProgrammeFile(Definition):
    """`flows/programme.yml`: organisations with their intervals, periods, sources, and the other definition files."""

    id: str
    label: Text
    time_zone: str
    organisations: list[Organisation]
    periods: list[Period]
    forms: list[str]  # expectations/<form>.yml
    instruments: list[str]  # flows/instruments/<instrument>.yml
    criteria: list[str]  # rubrics/criteria/<criterion>.yml
    sources: list[Source]
    analysed: dict[str, list[str]] = Field(default={})  # form -> its text questions that are analysed
    text_attributes: dict[str, list[str]] = Field(default={})  # form -> its questions that texts are compared by
    quotations: QuotationRules | None = None

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError):
            raise ValueError(
                "知らないタイムゾーンです(例: Asia/Tokyo) | unknown time zone (for example Asia/Tokyo)"
            ) from None
        return value


@dataclass(frozen=True)
class Programme:
    """All definitions of a programme, read and checked, with the files they came from."""

    folder: Path
    settings: ProgrammeFile
    forms: dict[str, Form]
    instruments: dict[str, Instrument]
    checks: Checks
    criteria: dict[str, Criterion]
    themes: ThemesFile
    text_rules: TextRules
    indicators: list[Indicator]
    change: ChangeRules
    targets: list[OrganisationTarget]
    files: list[DefinitionFile]

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which periods are decided and times without one are read."""
        return ZoneInfo(self.settings.time_zone)

    @cached_property
    def windows(self) -> dict[str, Window]:
        """Windows of the periods, in order."""
        return windows(self.settings.periods, self.settings.time_zone)

    @property
    def person_forms(self) -> list[str]:
        """The forms that people fill in, not organisations."""
        return [form.id for form in self.forms.values() if form.subject == "person"]

    def waves_up_to(self, wave: str) -> list[str]:
        """The waves a run of `wave` reads: itself and those before it."""
        order = list(self.windows)
        return order[: order.index(wave) + 1]

    def active_executing(self, period: str) -> list[str]:
        """Codes of the executing organisations that are members on the period's last day, in the programme's order."""
        day = self.windows[period].last_day
        return [each.code for each in self.settings.organisations if each.role == "executing" and each.is_active(day)]
