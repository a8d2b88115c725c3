"""A copy of a workbook with the cells marked that the linter speaks of, for the people who are to mend them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from flows.linter import LintLine
from warehouse.definitions import Language

_FILLS = {"critical": "FFC7CE", "warning": "FFEB9C"}
_AUTHOR = "monosashi"


def annotated(xlsx: bytes, lines: Sequence[LintLine], language: Language) -> bytes:
    """The workbook with a coloured cell and a comment at the first cell of every place. Formulas stay formulas.

    Raises ValueError if the workbook cannot be written again.
    """
    import openpyxl
    from openpyxl.cell import Cell
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    try:
        workbook = openpyxl.load_workbook(io.BytesIO(xlsx))
        for line in reversed(lines):  # the gravest comes last, and its colour stays
            if line.sheet is None:
                continue
            for place in line.cells:
                cell = workbook[line.sheet][_first_cell(place)]
                if not isinstance(cell, Cell):
                    continue  # hidden within a merged one, which has a place of its own
                text = f"{line.what.in_(language)}\n{line.remedy.in_(language)}"
                before = f"\n\n{cell.comment.text}" if cell.comment is not None else ""
                cell.comment = Comment(text + before, _AUTHOR, height=160, width=320)
                cell.fill = PatternFill("solid", fgColor=_FILLS[line.severity])
        content = io.BytesIO()
        workbook.save(content)
    except Exception as error:  # of any kind: the file need not be as its writer thinks
        raise ValueError(type(error).__name__) from None
    return content.getvalue()


def _first_cell(place: str) -> str:
    """F12 of F12, B5 of B5:B8, A12 of 12:12, F1 of F:G."""
    first = place.partition(":")[0]
    return f"A{first}" if first.isdigit() else f"{first}1" if first.isalpha() else first
