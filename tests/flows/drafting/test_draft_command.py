"""The command `monosashi instrument draft`, in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_it_writes_the_draft_and_says_what_to_do(
    monosashi: Run, sample_inbox: Path, programme_copy: Path, tmp_path: Path
) -> None:
    file = sample_inbox / "interim" / "org-e" / "case_list.xlsx"
    arguments = ("instrument", "draft", file, "--organisation", "org-e", "--programme", programme_copy)
    said = monosashi(*arguments)
    assert (said.status, said.err) == (0, "")
    path = programme_copy / "flows" / "instruments" / "org-e-questionnaire.yml"
    assert path.exists()
    for fragment in (str(path), "未決", "基本情報/在留資格", "相談者番号 + 面談回", "monosashi check"):
        assert fragment in said.out
    again = monosashi(*arguments, "--lang", "en")
    assert (again.status, again.out) == (2, "")
    assert "is there already" in again.err
    elsewhere = tmp_path / "draft.yml"
    english = monosashi(*arguments, "--to", elsewhere, "--id", "other", "--lang", "en")
    assert english.status == 0
    assert "open" in english.out
    assert "id: other\n" in elsewhere.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "options", "fragment"),
    [
        ("interim/org-e/case_list.xlsx", ("--organisation", "org-x"), "expected one of org-a"),
        ("interim/org-e/case_list.xlsx", ("--organisation", "org-e", "--form", "?"), "expected one of questionnaire"),
        ("interim/org-e/case_list.xlsx", ("--organisation", "org-e", "--sheet", "?"), "sheet"),
        ("interim/org-e/none.xlsx", ("--organisation", "org-e"), "is missing"),
        ("planted.json", ("--organisation", "org-e"), "LimeSurvey"),
        (
            "interim/org-e/case_list.xlsx",
            ("--organisation", "org-e", "--to", "nowhere/at/all.yml"),
            "cannot be written",
        ),
    ],
)
def test_mistakes_are_said(
    monosashi: Run, sample_inbox: Path, programme_copy: Path, file: str, options: tuple[str, ...], fragment: str
) -> None:
    said = monosashi(
        "instrument", "draft", sample_inbox / file, *options, "--programme", programme_copy, "--lang", "en"
    )
    assert (said.status, said.out) == (2, ""), said.everything
    assert "Traceback" not in said.err
    assert fragment in said.err
