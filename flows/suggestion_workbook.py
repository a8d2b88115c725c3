"""The review queue as an Excel workbook: which answers to look at again first, why, and what the model saw in them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from flows.programme import Programme
from flows.rating_cells import height, line_by_line, pieces, write_heading, write_text
from flows.suggesting import CriterionSuggestions, RoundSuggestions
from flows.suggestion_words import ABOUT, WHY, agreement_rows
from rubrics.rating_frame import reads_of
from rubrics.rating_sheet import ITEM, UNABLE
from rubrics.suggestion.review import Review
from warehouse.definitions import Language, Text
from warehouse.excel import excel_bytes

_HEADINGS: Final = (
    (Text(ja="順", en="No."), 6),
    (ITEM, 9),
    (Text(ja="見直す理由", en="Why look again"), 26),
    (Text(ja="疑わしさ", en="Doubt"), 9),
    (Text(ja="評価者の水準", en="Raters' levels"), 18),
    (Text(ja="決まった水準", en="Level"), 9),
    (Text(ja="モデルの提案", en="Suggested"), 9),
    (Text(ja="水準ごとの確率", en="Probability of each level"), 26),
    (Text(ja="提案の根拠になった言葉", en="Words that carried the suggestion"), 40),
)
_TEXT_WIDTH, _ABOUT_WIDTHS = 60, (34, 10, 26, 26)


def review_workbook(programme: Programme, found: RoundSuggestions, language: Language = "ja") -> bytes:
    """A sheet on what this is and how far the model agrees, then a sheet a criterion in the order to look again."""
    book = Workbook()
    book.properties.creator = "monosashi"
    about: Worksheet = book.worksheets[0]
    about.title = Text(ja="説明", en="About").in_(language)
    _about(about, found, language)
    for number, each in enumerate(found.criteria, start=1):
        sheet = book.create_sheet(Text(ja=f"見直し{number}", en=f"Review{number}").in_(language))
        _queue(sheet, programme, each, language)
    return excel_bytes(book)


def _about(sheet: Worksheet, found: RoundSuggestions, language: Language) -> None:
    rows = [[ABOUT.in_(language)], []]
    for each in found.criteria:
        rows += [[each.criterion.label.in_(language)], *agreement_rows(each, language), []]
    for row_n, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell: Any = sheet.cell(row_n, place)
            write_text(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            cell.font = Font(bold=len(row) == 1 and row_n > 1)
        if len(row) == 1:
            sheet.merge_cells(start_row=row_n, end_row=row_n, start_column=1, end_column=len(_ABOUT_WIDTHS))
            sheet.row_dimensions[row_n].height = height([sum(_ABOUT_WIDTHS)], row)
    for place, width in enumerate(_ABOUT_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width


def _queue(sheet: Worksheet, programme: Programme, of: CriterionSuggestions, language: Language) -> None:
    form = programme.forms[of.version.form]
    questions = [name for name in reads_of(of.version) if any(name in each.candidate.texts for each in of.queue)]
    headings = [(text.in_(language), width) for text, width in _HEADINGS]
    headings += [(form.by_id[name].wording.in_(language), _TEXT_WIDTH) for name in questions]
    widths = [width for _, width in headings]
    for place, (heading, width) in enumerate(headings, start=1):
        write_heading(sheet.cell(1, place), heading)
        sheet.column_dimensions[get_column_letter(place)].width = width
    for number, review in enumerate(of.queue, start=1):
        values = [
            *_cells(number, review, language),
            *(_beginning(review.candidate.texts.get(name, "")) for name in questions),
        ]
        for place, value in enumerate(values, start=1):
            cell: Any = sheet.cell(number + 1, place)
            write_text(cell, value)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        sheet.row_dimensions[number + 1].height = height(widths, values)
    sheet.freeze_panes = "C2"


def _cells(number: int, review: Review, language: Language) -> Iterable[str]:
    candidate, suggestion = review.candidate, review.suggestion
    probabilities = (f"{level}: {share:.0%}" for level, share in suggestion.probabilities.items())
    return (
        str(number),
        candidate.item_id,
        WHY[review.why].in_(language),
        f"{review.doubt:.2f}",
        "\n".join(f"{rater}: {_level(level, language)}" for rater, level in sorted(candidate.ratings.items())),
        "" if candidate.level is None else str(candidate.level),
        str(suggestion.level),
        "  ".join(probabilities),
        line_by_line(f"{'＋' if span.adds > 0 else '−'} {span.quote}" for span in suggestion.spans),
    )


def _level(level: int | None, language: Language) -> str:
    return UNABLE.in_(language) if level is None else str(level)


def _beginning(text: str) -> str:
    """As much of a text as a cell holds, and a sign where there is more."""
    first, *more = pieces(text)
    return f"{first}…" if more else first
