"""Checks beyond the codebook: each names a Great Expectations expectation and what its failure leads to."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from warehouse.definitions import Definition, Text

Severity = Literal["critical", "warning"]
Effect = Literal["reject_row", "stop_wave", "note"]
"""`reject_row` leaves the row out, `stop_wave` ends the wave, `note` keeps the row and says so."""


class Check(Definition):
    """One check of a form. Its id is the reason code of what it finds; `message` says what happened and what to do.

    `arguments` are the expectation's own: columns as in `expectations.wide.wide_frame`, a `row_condition` as a mapping.
    `question` is where the report puts the finding, `reason` why the check exists.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    form: str
    severity: Severity
    effect: Effect
    expectation: Annotated[str, Field(pattern=r"^expect_[a-z_]+$")]
    arguments: dict[str, Any]
    question: str | None = None
    message: Text
    reason: Text

    @model_validator(mode="after")
    def _severity_fits_effect(self) -> Check:
        if (self.effect == "note") != (self.severity == "warning"):
            raise ValueError(
                "note は warning、reject_row と stop_wave は critical です | "
                "a note is a warning, reject_row and stop_wave are critical"
            )
        return self


class Checks(Definition):
    """The file `expectations/checks.yml`."""

    checks: list[Check]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Checks:
        ids = [check.id for check in self.checks]
        if len(ids) != len(set(ids)):
            raise ValueError("checkのidが重複しています | a check's id stands twice")
        return self
