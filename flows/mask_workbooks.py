"""Workbooks of doubtful places: written for the one person who decides, and read back row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from flows.instruments import FileLayout
from flows.mask_review import Review
from flows.rating_cells import height, protect, shown, write_heading, write_text
from flows.sheets import UnreadableTableError, read_sheet
from nlp.mask_decisions import Hashing, MaskDecision, Scope
from nlp.masking_rules import MaskingFile, Verdict
from warehouse.definitions import Fault, Language, Text, UserMistake, fault
from warehouse.excel import excel_bytes

SHEET: Final = "mask"
_HEADING_ROW: Final = 4
_ENTRY: Final = PatternFill("solid", fgColor="FFF8D6")

_WARNING: Final = Text(
    ja="この表には、秘匿していない名前があるかもしれません。確認する人だけが開き、送らず、終わったら消してください。",
    en="This sheet may hold names that are not masked. For the reviewer alone: never send it, delete it after use.",
)
_HOW: Final = Text(
    ja="【 】の中が人を特定するかを見て「決定」を選びます。決めない行は、いまの扱いのままです。",
    en="Look at what stands in 【 】: does it identify somebody? Choose a decision. Rows left open stay as they are.",
)
_DECISIONS: Final[dict[tuple[Verdict, Scope], Text]] = {
    ("mask", "place"): Text(ja="秘匿する", en="mask"),
    ("keep", "place"): Text(ja="残す", en="keep"),
    ("mask", "word"): Text(ja="この語はどこでも秘匿する", en="mask this word everywhere"),
    ("keep", "word"): Text(ja="この語はどこでも残す", en="keep this word everywhere"),
}
_TREATMENT: Final = {True: Text(ja="秘匿", en="masked"), False: Text(ja="残す", en="kept")}
_DECISION: Final = Text(ja="決定", en="Decision")
_COLUMNS: Final = [
    (Text(ja="理由", en="Why"), 30),
    (Text(ja="いまの扱い", en="Now"), 12),
    (Text(ja="語", en="Words"), 24),
    (Text(ja="前後(秘匿後の文)", en="Around it (the masked text)"), 80),
    (Text(ja="同じ語の箇所", en="Places of these words"), 12),
    (_DECISION, 26),
    (Text(ja="回答", en="Response"), 20),
    (Text(ja="設問", en="Question"), 12),
    (Text(ja="控え(変えないでください)", en="Do not change"), 20),
]
_WORDS, _CONTEXT, _DECIDED, _RESPONSE, _QUESTION, _CHECK = 2, 3, 5, 6, 7, 8


def review_workbook(review: Review, rules: MaskingFile, hashing: Hashing, language: Language = "ja") -> bytes:
    """A row a place; only the decisions can be filled in."""
    book = Workbook()
    book.properties.creator = "monosashi"
    book.remove(book.worksheets[0])
    sheet: Worksheet = book.create_sheet(SHEET)
    write_text(sheet.cell(1, 1), _WARNING.in_(language))
    sheet.cell(1, 1).font = Font(bold=True, color="B00020", size=13)
    write_text(sheet.cell(2, 1), _HOW.in_(language))
    labels = {each.id: each.label.in_(language) for each in rules.doubts}
    widths = [width for _, width in _COLUMNS]
    for column, (heading, width) in enumerate(_COLUMNS, start=1):
        write_heading(sheet.cell(_HEADING_ROW, column), heading.in_(language))
        sheet.column_dimensions[get_column_letter(column)].width = width
    for row_n, place in enumerate(review.places, start=_HEADING_ROW + 1):
        values = [
            labels[place.doubt],
            _TREATMENT[place.is_masked].in_(language),
            place.candidate,
            place.in_context,
            str(place.alike_n),
            "",
            place.response_id,
            place.question_id,
        ]
        values.append(
            "|".join(
                (
                    place.doubt,
                    place.place,
                    place.word,
                    _row_check(hashing, place.doubt, place.place, place.word, values),
                )
            )
        )
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(row_n, column)
            write_text(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=column - 1 in (0, _WORDS, _CONTEXT, _DECIDED))
        decision = sheet.cell(row_n, _DECIDED + 1)
        decision.fill, decision.protection = _ENTRY, Protection(locked=False)
        sheet.row_dimensions[row_n].height = height(widths[: _DECIDED + 1], values[: _DECIDED + 1])
    _drop_down(sheet, len(review.places), language)
    sheet.column_dimensions[get_column_letter(_CHECK + 1)].hidden = True
    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    protect(sheet)
    return excel_bytes(book)


def _drop_down(sheet: Worksheet, rows_n: int, language: Language) -> None:
    choices = ",".join(text.in_(language) for text in _DECISIONS.values())
    rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True)
    column = get_column_letter(_DECIDED + 1)
    rule.add(f"{column}{_HEADING_ROW + 1}:{column}{_HEADING_ROW + max(rows_n, 1)}")
    sheet.add_data_validation(rule)


@dataclass
class Decided:
    """What a workbook came to: decisions, the faults of cells that could not be taken, and how many rows are open."""

    decisions: list[MaskDecision] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    open_n: int = 0


def read_decisions(content: bytes, file_name: str, hashing: Hashing, *, by: str, at: datetime) -> Decided:
    """Read a workbook row by row: a row that was altered, or says what is no choice, is a fault of its cell.

    Raises UserMistake if the file is no such workbook.
    """
    try:
        lines = read_sheet(content, file_name, FileLayout(sheet=SHEET)).lines
    except UnreadableTableError:
        raise _no_sheet_of_ours(file_name) from None
    headings = [cell.strip() for cell in lines[_HEADING_ROW - 1]] if len(lines) >= _HEADING_ROW else []
    if _DECISION.ja not in headings[_DECIDED : _DECIDED + 1] and _DECISION.en not in headings[_DECIDED : _DECIDED + 1]:
        raise _no_sheet_of_ours(file_name)
    result = Decided()
    sheet_sha256 = hashlib.sha256(content).hexdigest()
    for row_n, line in enumerate(lines[_HEADING_ROW:], start=_HEADING_ROW + 1):
        cells = [*line, *[""] * len(_COLUMNS)][: len(_COLUMNS)]
        if not any(cell.strip() for cell in cells):
            continue
        said = cells[_DECIDED].strip()
        if not said:
            result.open_n += 1
            continue
        choice = next((key for key, text in _DECISIONS.items() if said in (text.ja, text.en)), None)
        if choice is None:
            wrong = ("選択肢にない決定です", "is no decision of the list")
            expected = ("一覧から選んでください", "choose one of the list")
            result.faults.append(fault(file_name, f"{get_column_letter(_DECIDED + 1)}{row_n}", wrong, expected))
            continue
        doubt, place, word, check = (*cells[_CHECK].strip().split("|"), "", "", "")[:4]
        if check != _row_check(hashing, doubt, place, word, cells):
            wrong = ("行の内容が書き出したときと違います", "is not as it was written")
            expected = ("書き出し直してから決めてください", "write the workbook anew and decide there")
            result.faults.append(fault(file_name, f"{row_n}:{row_n}", wrong, expected))
            continue
        verdict, scope = choice
        result.decisions.append(
            MaskDecision(
                scope=scope,
                what=place if scope == "place" else word,
                doubt=doubt,
                verdict=verdict,
                response_id=cells[_RESPONSE].strip(),
                question_id=cells[_QUESTION].strip(),
                decided_by=by,
                decided_at=at,
                sheet_sha256=sheet_sha256,
            )
        )
    return result


def _row_check(hashing: Hashing, doubt: str, place: str, word: str, cells: Sequence[str]) -> str:
    """Hash of all that a row says, by which it is noticed that it was altered."""
    told = (cells[column] for column in (_WORDS, _CONTEXT, _RESPONSE, _QUESTION))
    return hashing.of("row", doubt, place, word, *(shown(each).strip() for each in told))


def _no_sheet_of_ours(file_name: str) -> UserMistake:
    wrong = ("秘匿化の確認の表ではありません", "is no workbook of doubtful places")
    expected = ("monosashi mask review --wave で書き出した表が必要です", "one written by monosashi mask review --wave")
    return UserMistake([fault(file_name, "", wrong, expected)])
