"""Findings as rows: for a whole file without a row number, for a row with it."""

from __future__ import annotations

from flows.findings import FINDING_COLUMNS, Finding, findings_frame


def test_findings_as_a_frame() -> None:
    row_finding = Finding("w1", "org-a", "survey", "a.csv", "bad_date", row_n=3, response_id="r", question_id="d")
    frame = findings_frame([Finding("w1", None, None, "a.csv", "file_missing"), row_finding])
    assert list(frame) == FINDING_COLUMNS
    assert frame["row_n"].dtype == "Int64"
    assert frame["row_n"].isna().tolist() == [True, False]
    assert list(findings_frame([])) == FINDING_COLUMNS
