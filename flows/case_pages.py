"""Writes the page of a programme's worked cases and rubrics."""

from __future__ import annotations

from pathlib import Path

from flows.cases import Spec, case_definitions
from flows.folders import Folders
from flows.programme import Programme
from rubrics.case_outcomes import Outcome
from rubrics.case_page import case_page
from warehouse.definitions import Language
from warehouse.report_files import write_whole

PAGE = "cases.html"


def write_case_page(
    programme: Programme, spec: Spec, outcomes: list[Outcome], folders: Folders, language: Language
) -> Path:
    """Write the page of the cases and the rubrics they rest on; return its path."""
    rubrics = [file for file in programme.files if file.name.startswith("rubrics/criteria/")]
    page = case_page(
        programme.settings.label,
        {name: cases.topic for name, cases in spec.topics.items()},
        outcomes,
        case_definitions(programme),
        {period.id: period.label for period in programme.settings.periods},
        [*rubrics, *spec.files],
        language,
    )
    folder = folders.report / "audit"
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / PAGE, page.encode("utf-8"))
    return folder / PAGE
