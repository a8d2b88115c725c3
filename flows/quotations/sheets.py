"""Workbooks in which a reviewer looks at quotations before they leave the house: written, and read back row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.workbook.protection import WorkbookProtection

from flows.entry_sheets import HEADING_ROW, Column, GuideRow, entry_sheet, guide_sheet, manifest_sheet, text_columns
from flows.file_kinds import KINDS
from flows.instruments import FileLayout
from flows.quotations.evidence import Quotation
from flows.returned_sheets import as_seen, columns_of
from flows.round_folders import PSEUDONYM
from flows.sheets import Sheet, UnreadableTableError, read_sheet
from rubrics.quotes import span_of
from rubrics.ratings import Span, text_sha256
from rubrics.sheet_manifest import MANIFEST
from warehouse.definitions import Fault, Language, Text, UserMistake, fault
from warehouse.excel import excel_bytes

Place = tuple[str, str]

_FORMAT: Final = ["monosashi", "quotations", "1"]
_SHEET: Final = Text(ja="引用", en="Quotations")
_CHECKED: Final = Text(ja="確かめた", en="checked")
_GUIDE: Final = Text(ja="手引き", en="Guide")
_COLUMNS: Final = {
    "response": Text(ja="回答", en="Response"),
    "question": Text(ja="設問", en="Question"),
    "text": Text(ja="本文(秘匿後)", en="Text (masked)"),
    "shown": Text(ja="いっしょに示すもの", en="Shown beside it"),
    "excerpt": Text(ja="引用する部分(空欄は全文)", en="Part to quote (blank: all of it)"),
    "checked": Text(ja="秘匿を確かめたか", en="Masking looked at"),
    "reviewer": Text(ja="確かめた人(仮名)", en="Looked at by (pseudonym)"),
}
_STEPS: Final = [
    Text(
        ja="本文を最後まで読み、だれのことか分かる言葉が残っていないかを確かめます。周りの人なら分かる、も含みます。",
        en="Read each text to its end: is there anything left that tells who it is, be it only to those around them?",
    ),
    Text(
        ja="残っていれば空欄のままにするか、「引用する部分」に、出してよい部分だけを本文から貼り付けます。",
        en="If there is, leave the row blank, or paste the part that may go out from the text.",
    ),
    Text(
        ja="出してよい行に「確かめた」を選び、確かめた人の仮名を書きます。空欄の行は公開しません。",
        en="Choose “checked” in rows that may go out, and write your pseudonym. Blank rows are not released.",
    ),
    Text(
        ja="取り込むときに、同意・秘匿・人数を調べ直します。",
        en="Consent, masking and numbers are looked at once more when the workbook is taken in.",
    ),
]

REASONS: Final[dict[str, tuple[Text, Text]]] = {
    "reviewer_missing": (
        Text(ja="確かめた人の仮名がありません", en="does not say who looked at it"),
        Text(ja="英小文字・数字・- で20字まで", en="a pseudonym of lower-case letters, digits and - was expected"),
    ),
    "checked_unknown": (
        Text(ja="「確かめた」以外のものが書かれています", en="something else than “checked” is written there"),
        Text(ja="「確かめた」を選ぶか、空欄にしてください", en="choose “checked” or leave it blank"),
    ),
    "row_unknown": (
        Text(ja="この表の行ではありません", en="is no row of this workbook"),
        Text(
            ja="回答と設問の列は書き換えないでください", en="leave the columns of responses and questions as they were"
        ),
    ),
    "text_altered": (
        Text(
            ja="本文が書き出したときと違うか、公開中の文章が変わりました",
            en="its text is not the one that is published",
        ),
        Text(ja="書き出し直してください", en="write the workbook anew"),
    ),
    "excerpt_unknown": (
        Text(ja="引用する部分が、この行の本文にありません", en="the part to quote does not stand in this row’s text"),
        Text(ja="本文の一部をそのまま貼り付けてください", en="paste words as they stand in the text"),
    ),
}


@dataclass(frozen=True)
class Candidate:
    """A quotation that may be released, and what is to stand beside it (heading -> value)."""

    quotation: Quotation
    beside: Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """A quotation that a reviewer asks to release: text[start:end], and where in the workbook it stands."""

    place: Place
    start: int
    end: int
    checked_by: str
    row_n: int


@dataclass(frozen=True)
class Reviewed:
    """What a workbook came to. `faults` name the cell and the response, never the text."""

    wave: str
    theme_id: str
    asked: list[Asked]
    faults: list[Fault]
    blank_n: int


def release_workbook(wave: str, theme_id: str, candidates: Sequence[Candidate], language: Language) -> bytes:
    """A row a quotation: what would go out is closed, the reviewer's cells are open."""
    heads = {name: text.in_(language) for name, text in _COLUMNS.items()}
    columns = [
        Column[Candidate](heads["response"], 20, lambda each: each.quotation.response_id),
        Column[Candidate](heads["question"], 12, lambda each: each.quotation.question_id),
        *text_columns(heads["text"], lambda each: each.quotation.text, candidates),
        Column[Candidate](heads["shown"], 30, lambda each: "\n".join(f"{k}: {v}" for k, v in each.beside.items())),
        Column[Candidate](heads["excerpt"], 44, number_format="@", is_entry=True),
        Column[Candidate](heads["checked"], 12, is_entry=True, choices=[_CHECKED.in_(language)]),
        Column[Candidate](heads["reviewer"], 16, number_format="@", is_entry=True),
    ]
    book = Workbook()
    book.properties.creator = "monosashi"
    book.remove(book.worksheets[0])
    steps = [GuideRow([f"{number}. {step.in_(language)}"]) for number, step in enumerate(_STEPS, start=1)]
    guide_sheet(book, _GUIDE.in_(language), steps, (60, 60))
    entry_sheet(book, _SHEET.in_(language), _SHEET.in_(language), columns, candidates, language, frozen_columns_n=2)
    texts = [
        ["text", each.quotation.response_id, each.quotation.question_id, text_sha256(each.quotation.text)]
        for each in candidates
    ]
    manifest_sheet(book, [_FORMAT, ["wave", wave], ["theme", theme_id], *texts])
    book.security = WorkbookProtection(lockStructure=True)
    return excel_bytes(book)


def named_in(content: bytes, file_name: str) -> tuple[str, str, dict[Place, str]]:
    """Wave, theme and hashes of the texts that a workbook says it holds. Raises UserMistake if it is none of ours."""
    try:
        if PurePath(file_name).suffix.lower() not in KINDS:
            raise _no_workbook(file_name)
        lines = [line for line in read_sheet(content, file_name, FileLayout(sheet=MANIFEST)).lines if any(line)]
        if lines[0][: len(_FORMAT)] != _FORMAT:
            raise _no_workbook(file_name)
        named = {line[0]: line[1] for line in lines[1:] if line[0] != "text"}
        hashes = {(line[1], line[2]): line[3] for line in lines if line[0] == "text"}
        return named["wave"], named["theme"], hashes
    except (UnreadableTableError, IndexError, KeyError):
        raise _no_workbook(file_name) from None


def read_reviewed(content: bytes, file_name: str, texts: Mapping[Place, str]) -> Reviewed:
    """What a reviewer asks to release, row by row. `texts`: those that are published now."""
    wave, theme_id, hashes = named_in(content, file_name)
    sheet = next(
        (found for title in (_SHEET.ja, _SHEET.en) if (found := _sheet(content, file_name, title)) is not None), None
    )
    at = {} if sheet is None else columns_of(sheet, _COLUMNS)
    if sheet is None or len(at) < len(_COLUMNS):
        raise _no_workbook(file_name)
    rows_n = Counter(
        (line[at["response"]].strip(), line[at["question"]].strip()) for line in sheet.lines[HEADING_ROW:] if any(line)
    )
    asked, faults, blank_n = [], [], 0
    for row_n, line in enumerate(sheet.lines[HEADING_ROW:], start=HEADING_ROW + 1):
        cells = [*line, *[""] * (max(at.values()) + 1 - len(line))]
        if not any(cells):
            continue
        place = (cells[at["response"]].strip(), cells[at["question"]].strip())
        if not cells[at["checked"]].strip():
            blank_n += 1
            continue
        text = texts.get(place, "")
        span = _span(cells[at["excerpt"]], place[1], text)
        wrong = list(_wrong(cells, at, place, text, hashes, span))
        if rows_n[place] > 1:
            wrong.append((at["response"], "row_twice"))
        if wrong or span is None:
            faults += [_fault(file_name, sheet_column, row_n, reason, place, hashes) for sheet_column, reason in wrong]
        else:
            asked.append(Asked(place, span.start, span.end, cells[at["reviewer"]].strip(), row_n))
    return Reviewed(wave, theme_id, asked, faults, blank_n)


def _wrong(
    cells: Sequence[str], at: Mapping[str, int], place: Place, text: str, hashes: Mapping[Place, str], span: Span | None
) -> Iterator[tuple[int, str]]:
    """Everything that is wrong with a row: (column, reason)."""
    if place not in hashes:
        yield at["response"], "row_unknown"
        return
    if cells[at["checked"]].strip() not in (_CHECKED.ja, _CHECKED.en):
        yield at["checked"], "checked_unknown"
    if not PSEUDONYM.fullmatch(cells[at["reviewer"]].strip()):
        yield at["reviewer"], "reviewer_missing"
    shown = cells[at["question"] + 1 : at["shown"]]
    if hashes[place] != text_sha256(text) or as_seen(shown) != as_seen([text]):
        yield at["text"], "text_altered"
    elif span is None:
        yield at["excerpt"], "excerpt_unknown"


def _span(excerpt: str, question: str, text: str) -> Span | None:
    """The part to be quoted: all of the text, or the words that were pasted; None where they do not stand there."""
    if not excerpt.strip():
        return Span(question_id=question, start=0, end=len(text), quote=text) if text else None
    return span_of(excerpt, {question: text})


def _sheet(content: bytes, file_name: str, title: str) -> Sheet | None:
    try:
        return read_sheet(content, file_name, FileLayout(sheet=title))
    except UnreadableTableError:
        return None


def _fault(file_name: str, column: int, row_n: int, reason: str, place: Place, hashes: Mapping[Place, str]) -> Fault:
    who = f" ({' '.join(place)})" if place in hashes else ""
    wrong, expected = REASONS[reason]
    return Fault(file_name, f"{get_column_letter(column + 1)}{row_n}{who}", wrong, expected)


def _no_workbook(file_name: str) -> UserMistake:
    wrong = ("引用を確かめる表ではありません", "is no workbook of quotations")
    expected = ("monosashi quotes sheet で書き出した表が必要です", "one written by monosashi quotes sheet was expected")
    return UserMistake([fault(file_name, "", wrong, expected)])
