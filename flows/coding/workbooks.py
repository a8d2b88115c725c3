"""Coders' workbooks: a text a row with a cell for each theme, the code book beside it, and nothing of what rules found.

Rows come in another order for every coder, and say neither organisation nor period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from flows.entry_sheets import Column, GuideRow, entry_sheet, guide_sheet, manifest_sheet, text_columns
from nlp.code_book import CodeBookEntry
from rubrics.hand_codes import CodingRound
from rubrics.rating_sheet import ITEM
from rubrics.ratings import Item
from rubrics.sampling import shuffled
from rubrics.sheet_manifest import Manifest, Place
from warehouse.definitions import Language, Text
from warehouse.excel import excel_bytes

PRESENT, CANNOT_TELL = "○", "?"
DONE: Final = Text(ja="済", en="done")
DONE_HEADING: Final = Text(ja="読み終えた", en="Read to the end")

_SHEET: Final = Text(ja="コード", en="Codes")
_NAME: Final = Text(ja="文章が述べているテーマ", en="Themes that the texts speak of")
_BOOK: Final = Text(ja="コードブック", en="Code book")
_QUESTION: Final = Text(ja="設問", en="Question")
_TEXT: Final = Text(ja="文章", en="Text")
_STEPS: Final = [
    Text(
        ja=f"黄色いセルだけに記入します。文章が述べているテーマの列に「{PRESENT}」を選びます。述べていなければ空欄のままです。",
        en=f"Fill in the yellow cells only. Choose {PRESENT} in the column of each theme that the text speaks of; "
        "leave the others blank.",
    ),
    Text(
        ja=f"定義を読んでも決められないときは「{CANNOT_TELL}」を選びます。推測で補わず、ほかの行やほかの人と比べません。",
        en=f"Choose {CANNOT_TELL} where the definition does not let you decide. Do not guess, and compare neither with "
        "other rows nor with other people.",
    ),
    Text(
        ja="1つの文章に、いくつ付けてもかまいません。1つも付かない文章もあります。",
        en="A text may hold any number of themes, or none.",
    ),
    Text(
        ja="読み終えた行には、最後の列で必ず「済」を選びます。「済」のない行は、まだ読んでいない行として数えます。",
        en="Choose “done” in the last column of every row that you have read: rows without it count as not yet read.",
    ),
    Text(
        ja="良し悪しではなく、何について述べているかを見ます。［名前］などは、秘匿のために置き換えた箇所です。",
        en="Look at what a text speaks of, not whether it is good or bad. Words in ［ ］ stand for what was masked.",
    ),
    Text(
        ja="回答者の文章です。コードを付けるほかに使わず、渡された人以外に送らないでください。",
        en="These are people’s answers: use them for coding alone, and send them to nobody else.",
    ),
]
_HEADINGS: Final = [
    Text(ja="テーマ", en="Theme"),
    Text(ja="定義", en="Definition"),
    Text(ja="述べている例", en="Speaks of it"),
    Text(ja="述べていない例", en="Does not speak of it"),
]
_BOOK_WIDTHS: Final = (24, 60, 50, 50)


@dataclass(frozen=True)
class CodingRow:
    """A text to be coded."""

    item: Item
    question: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """(item, question)."""
        return self.item.item_id, self.item.read[0].question_id


def coding_workbook(
    round_: CodingRound,
    coder: str,
    rows: Sequence[CodingRow],
    book: Mapping[str, CodeBookEntry],
    language: Language = "ja",
) -> bytes:
    """A coder's workbook: the code book, the sheet of codes, the hidden manifest. The same bytes for the same round."""
    ordered = shuffled({row.item.item_id: row for row in rows}, round_.seed, coder)
    before = [
        Column[CodingRow](ITEM.in_(language), 9, lambda row: row.item.item_id),
        Column[CodingRow](_QUESTION.in_(language), 30, lambda row: row.question),
    ]
    texts = list(text_columns(_TEXT.in_(language), lambda row: row.text, ordered))
    codes = [
        Column[CodingRow](
            entry.label.in_(language),
            11,
            is_entry=True,
            choices=[PRESENT, CANNOT_TELL],
            prompt=_short(entry.definition.in_(language)),
        )
        for entry in book.values()
    ]
    done = Column[CodingRow](DONE_HEADING.in_(language), 11, is_entry=True, choices=[DONE.in_(language)])
    title = _SHEET.in_(language)
    places = [Place(title, name, entry.sha256, len(before), len(before) + len(texts)) for name, entry in book.items()]
    hashes = {row.key: row.item.read[0].sha256 for row in rows}
    manifest = Manifest("coding", round_.round_id, coder, places, hashes)

    made = Workbook()
    made.properties.creator = "monosashi"
    made.remove(made.worksheets[0])
    guide_sheet(made, _BOOK.in_(language), _book_rows(book, language), _BOOK_WIDTHS)
    columns = [*before, *texts, *codes, done]
    entry_sheet(made, title, _NAME.in_(language), columns, ordered, language, frozen_columns_n=len(before) + len(texts))
    manifest_sheet(made, manifest.lines(round_.seed))
    made.security = WorkbookProtection(lockStructure=True)
    return excel_bytes(made)


def _book_rows(book: Mapping[str, CodeBookEntry], language: Language) -> Iterator[GuideRow]:
    yield GuideRow([_BOOK.in_(language)], is_title=True)
    for number, step in enumerate(_STEPS, start=1):
        yield GuideRow([f"{number}. {step.in_(language)}"])
    yield GuideRow([""])
    yield GuideRow([heading.in_(language) for heading in _HEADINGS], is_heading=True)
    for entry in book.values():
        examples = ("\n".join(f"・{each}" for each in some) for some in (entry.holds, entry.sounds_alike))
        yield GuideRow([entry.label.in_(language), entry.definition.in_(language), *examples])


def _short(text: str, longest: int = 250) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
