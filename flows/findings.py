"""Findings: problems of files, rows and fields, told by reason code, never with an answer in them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import pandas as pd

FINDING_COLUMNS = [
    "wave", "organisation", "form_id", "file_name", "sheet", "row_n", "response_id", "question_id", "reason_code",
    "severity", "expected",
]  # fmt: skip

FILE_LEVEL = frozenset(
    {
        "file_missing",
        "file_empty",
        "encoding_unreadable",
        "unreadable_file",
        "quote_broken",
        "password_protected",
        "other_format",
        "sheet_too_large",
        "sheet_missing",
        "headings_missing",
        "columns_changed",
        "ambiguous_column",
        "undeclared_file",
        "source_unreachable",
        "source_refused",
        "source_locked",
        "source_unreadable",
        "source_changing",
        "source_failed",
        "source_never_pulled",
        "credentials_missing",
    }
)
"""Reasons that concern a whole file: what it holds is not in the figures, and the command ends with status 2."""


@dataclass(frozen=True)
class Finding:
    """One problem: where, which field, which reason, what was expected."""

    wave: str
    organisation: str | None
    form_id: str | None
    file_name: str
    reason_code: str
    severity: Literal["critical", "warning"] = "critical"
    expected: str | None = None
    sheet: str | None = None
    row_n: int | None = None
    response_id: str | None = None
    question_id: str | None = None


def findings_frame(findings: list[Finding]) -> pd.DataFrame:
    """Findings as a frame with FINDING_COLUMNS; `row_n` is Int64, missing for a whole file."""
    frame = pd.DataFrame([asdict(each) for each in findings], columns=FINDING_COLUMNS)
    return frame.astype({"row_n": "Int64"})
