"""A rating round without a warehouse: its sheets as real workbooks, filled in and read back."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from flows.intake import Returned
from flows.programme import Programme
from flows.programme_reader import read_programme
from flows.rating_returns import Expected, read_returned
from flows.rating_workbooks import decision_workbook, rating_workbook
from flows.returned_sheets import manifest_in, refusal_of_file
from rubrics.adjudication import disagreements
from rubrics.criteria import Criterion
from rubrics.rating_sheet import parts_of, tasks_of
from rubrics.ratings import Item, RatedText, Rating, Round, text_sha256
from rubrics.sheet_manifest import Kind
from warehouse.definitions import Language

ROOT = Path(__file__).resolve().parents[3]
HANDS = Path(__file__).parent / "libreoffice_hands.py"
FORM = "questionnaire"
DRAWN = datetime(2024, 10, 5, 3, tzinfo=UTC)
NOW = datetime(2024, 10, 20, 3, tzinfo=UTC)

TEXTS = {
    ("r1", "q3_text"): "=家賃が払えない。\n家賃が高い。",
    ("r1", "q6_text"): "-3人家族です。\t相談したい。",
    ("r2", "q3_text"): "@仕事がない。ｶﾞｽが止まった。_x0041_ 👩\u200d👩",
    ("r3", "q3_text"): "+81の電話が使えない。",
    ("r3", "q6_text"): "ありがとう" + "👍" * 17_000 + "。おわり",
    ("r4", "q6_text"): "I cannot read the letters. 家賃が払えない。",
}
"""(response, question) -> text: as formulas begin, in half width, looking like an escape, longer than a cell."""

DAYS = {"r1": "2024-02-01", "r2": "2024-09-01", "r3": "2024-09-02", "r4": "2024-09-03"}
ORGANISATIONS = {"r1": "org-a", "r2": "org-b", "r3": "org-a", "r4": "org-c"}


def _criterion(name: str, *versions: dict[str, Any]) -> Criterion:
    def words(text: str) -> dict[str, str]:
        return {"ja": f"{text}(日本語)", "en": text}

    def levels(scale: list[int]) -> list[dict[str, Any]]:
        said = [f"anchor {name}", f"sign {name}", f"example {name}", f"counter {name}"]
        return [
            {
                "level": level,
                "anchor": words(f"{said[0]} {level}"),
                "signs": [words(f"{said[1]} {level}")],
                "example": words(f"{said[2]} {level}"),
                "counter_example": words(f"{said[3]} {level}"),
            }
            for level in scale
        ]

    made = [
        {
            "version": number,
            "effective_from": version["since"],
            "reference": "r",
            "levels": levels(version["scale"]),
            "rating": {"form": FORM, "reads": version["reads"], "blind_to": version["blind_to"]},
            "precedence": ["adjudicated", "rater"],
        }
        for number, version in enumerate(versions, start=1)
    ]
    return Criterion.model_validate(
        {"id": name, "label": words(f"={name}"), "description": words(f"about {name}"), "versions": made}
    )


@dataclass
class Desk:
    """The raters' desk: sheets are written, filled in and read back as the commands do it."""

    programme: Programme
    round: Round
    texts: dict[tuple[str, str], str]
    ledger: list[Rating] = field(default_factory=list)

    @property
    def tasks(self) -> Any:
        return tasks_of(self.round, self.programme.criteria, self.texts)

    def sheet(self, rater: str, language: Language = "ja") -> bytes:
        """A rater's sheet."""
        parts = parts_of(self.tasks, self.round.seed, rater, language)
        return rating_workbook(self.programme, self.round, rater, parts, language)

    def decisions(self, language: Language = "ja") -> bytes:
        """The sheet of what the raters differ on."""
        differing = disagreements(self.tasks, self.ledger)
        parts = parts_of([each.task for each in differing], self.round.seed, "", language)
        return decision_workbook(self.programme, self.round, parts, differing, language)

    def read(
        self,
        content: bytes,
        file_name: str = "a.xlsx",
        kind: Kind = "rating",
        by: str = "",
        sha256: str = "5" * 64,
    ) -> Returned:
        """Read a sheet; a refusal of the whole file is its only one."""
        found = manifest_in(content, file_name)
        assert found is not None
        manifest, lines = found
        refusal = refusal_of_file(manifest, lines, kind, self.round, self.round.raters)
        if refusal is not None:
            return Returned(refusals=[refusal])
        expected = Expected(
            self.round,
            self.programme.criteria,
            {task.key: task for task in self.tasks},
            self.programme.zone,
            NOW,
            {each.task.key: each for each in disagreements(self.tasks, self.ledger)},
        )
        return read_returned(content, file_name, manifest, expected, rater=by or manifest.rater, sheet_sha256=sha256)


@pytest.fixture(scope="session")
def default_programme() -> Programme:
    return read_programme(ROOT)


@pytest.fixture
def desk(default_programme: Programme) -> Desk:
    """Four answers under two criteria, one of them in two versions: 4 + 3 tasks."""
    blind = ["wave", "organisation"]
    money = _criterion(
        "money",
        {"since": "2023-01-01", "reads": ["q3_text"], "scale": [1, 2, 3], "blind_to": blind},
        {"since": "2024-04-01", "reads": ["q6_text", "q3_text"], "scale": [0, 5], "blind_to": blind},
    )
    talk = _criterion("talk", {"since": "2023-01-01", "reads": ["q6_text"], "scale": [1, 2], "blind_to": blind})
    items = [
        Item(
            item_id=f"R-{number:04}",
            response_id=response,
            form_id=FORM,
            answered_on=DAYS[response],
            read=[
                RatedText(question_id=question, sha256=text_sha256(text))
                for (owner, question), text in TEXTS.items()
                if owner == response
            ],
            stratum={"organisation": ORGANISATIONS[response], "stage": "interim", "language": "ja", "script": "kana"},
        )
        for number, response in enumerate(["r2", "r4", "r1", "r3"], start=1)
    ]
    drawn = Round(
        round_id="spring",
        programme_id=default_programme.settings.id,
        wave="interim",
        run_id="0" * 16,
        seed=3,
        drawn_at=DRAWN,
        criteria={"money": [1, 2], "talk": [1]},
        raters=["ann", "bo"],
        items=items,
    )
    return Desk(replace(default_programme, criteria={"money": money, "talk": talk}), drawn, dict(TEXTS))


COLUMNS = {
    "item": "番号",
    "level": "水準",
    "evidence": "根拠(文章から貼り付け)",
    "no_evidence": "根拠がないとき",
    "rated_at": "評価した日(空欄可)",
}


@dataclass(frozen=True)
class Filled:
    """A sheet in a spreadsheet's hands."""

    book: openpyxl.Workbook

    def part(self, criterion: str) -> list[Worksheet]:
        """The sheets of a criterion, by the name in their first row."""
        return [sheet for sheet in self.book.worksheets if str(sheet["A1"].value).startswith(f"={criterion}")]

    def cell(self, item: str, criterion: str, column: str) -> Any:
        """A cell by what it is for."""
        for sheet in self.part(criterion):
            headings = {str(cell.value): cell.column for cell in sheet[2]}
            for row in range(3, sheet.max_row + 1):
                if sheet.cell(row, 1).value == item:
                    return sheet.cell(row, headings[COLUMNS[column]])
        raise KeyError(item, criterion)

    def enter(self, item: str, criterion: str, **cells: Any) -> None:
        """Fill in a row: level, evidence, no_evidence, rated_at."""
        for column, value in cells.items():
            cell = self.cell(item, criterion, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"

    def content(self) -> bytes:
        saved = io.BytesIO()
        self.book.save(saved)
        return saved.getvalue()


@pytest.fixture
def filled() -> Callable[..., bytes]:
    """Fill in a sheet as a person would: {(item, criterion): {column: value}}; then whatever else happens to it."""

    def fill(
        content: bytes,
        entries: Mapping[tuple[str, str], Mapping[str, Any]],
        also: Callable[[Filled], None] | None = None,
    ) -> bytes:
        sheet = Filled(openpyxl.load_workbook(io.BytesIO(content)))
        for (item, criterion), cells in entries.items():
            sheet.enter(item, criterion, **cells)
        if also is not None:
            also(sheet)
        return sheet.content()

    return fill


@pytest.fixture
def opened() -> Callable[[bytes], Filled]:
    """Open a sheet."""
    return lambda content: Filled(openpyxl.load_workbook(io.BytesIO(content)))


@pytest.fixture(scope="session")
def libreoffice() -> list[str]:
    """The Python that can speak to LibreOffice, and LibreOffice; skips where either or the bridge is missing."""
    python, soffice = shutil.which("python3", path=os.defpath), shutil.which("soffice")
    if soffice is None or python is None:
        pytest.skip("LibreOffice is not at hand (.ci/install_libreoffice installs it)")
    if subprocess.run([python, "-c", "import uno"], capture_output=True, check=False).returncode:
        pytest.skip("LibreOffice's Python bridge is not at hand (.ci/install_libreoffice installs it)")
    return [python, str(HANDS), soffice]
