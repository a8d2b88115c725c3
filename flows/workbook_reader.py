"""Reads a workbook (XLSX, XLS, ODS) in a process of its own: a damaged or boundless one ends its reader, not a run.

Asked on standard input (a line of JSON, then the file's bytes), it answers on standard output with `Answer` as JSON.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, TypedDict
from xml.etree import ElementTree
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from flows.file_kinds import FileKind, counts_from_1904

MEMORY_BYTES = 4 * 1024**3
"""The most memory a reader may take. Calamine makes a full rectangle: one cell far out asks for more."""

_WORTH_A_LOOK = (b"<f>", b"<f ", b":f>", b":f ", b't="e"', b"t='e'", b"hidden=")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


class Answer(TypedDict, total=False):
    """A sheet, or the reason why there is none. Rows count from 1, columns from 0, ends are included."""

    reason_code: str
    title: str
    lines: list[list[str]]
    date_system: int
    without_value: list[tuple[int, int]]
    others: list[tuple[str, bool]]
    merged: list[tuple[int, int, int, int]]
    hidden_rows: list[int]
    hidden_columns: list[int]


def read(content: bytes, kind: FileKind, wanted: str | None, around: bool) -> Answer:
    """Read one sheet, the first where none is named, with what its values alone do not say.

    `without_value`: cells with a formula whose result was never stored. `others`: the other sheets with data and
    whether they are hidden, looked up if `around`. `merged`: first row, first column, last row, last column. Of hidden
    rows and columns, of formulas and of errors only XLSX tells.
    """
    workbook = CalamineWorkbook.from_filelike(BytesIO(content))
    names = [each.name for each in workbook.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if wanted is not None and wanted not in names:
        return Answer(reason_code="sheet_missing", others=_with_data(workbook, names))
    title = wanted if wanted is not None else names[0]
    sheet = workbook.get_sheet_by_name(title)
    answer = Answer(
        title=title,
        lines=[_line(values) for values in sheet.to_python(skip_empty_area=False)],
        date_system=1904 if kind == "XLS" and counts_from_1904(content) else 1900,
        without_value=[],
        others=_with_data(workbook, [name for name in names if name != title]) if around else [],
        merged=[(top + 1, left, low + 1, right) for (top, left), (low, right) in sheet.merged_cell_ranges or []],
        hidden_rows=[],
        hidden_columns=[],
    )
    if kind == "XLSX":
        _add_from_xml(answer, content)
    return answer


def _line(values: list[Any]) -> list[str]:
    while values and values[-1] == "":
        values.pop()
    return [value if type(value) is str else as_text(value) for value in values]


def as_text(value: object) -> str:
    """A cell as its spreadsheet would write it into a CSV file: 15 digits, ISO dates, TRUE and FALSE."""
    match value:
        case float() if value.is_integer():
            return str(int(value))
        case float():
            return format(value, ".15g")
        case bool():
            return str(value).upper()
        case datetime() if value.time() == time(0):
            return value.date().isoformat()
        case datetime():
            return value.isoformat(sep=" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(value)


def _with_data(workbook: CalamineWorkbook, names: list[str]) -> list[tuple[str, bool]]:
    hidden = {each.name: each.visible != SheetVisibleEnum.Visible for each in workbook.sheets_metadata}
    return [(name, hidden[name]) for name in names if workbook.get_sheet_by_name(name).start is not None]


def _add_from_xml(answer: Answer, content: bytes) -> None:
    """What Calamine passes over in XLSX: formulas without a value and errors (blank to it), the hidden, the epoch."""
    with ZipFile(BytesIO(content)) as parts:
        book = ElementTree.fromstring(parts.read("xl/workbook.xml"))  # noqa: S314 - our memory is limited
        properties = book.find("{*}workbookPr")
        if properties is not None and properties.get("date1904") in ("1", "true"):
            answer["date_system"] = 1904
        xml = parts.read(_part_of(answer["title"], book, parts))
    if any(mark in xml for mark in _WORTH_A_LOOK):
        _SheetXml(answer).read(xml)


class _SheetXml:
    """Notes of a sheet's XML. Of its many elements few matter: no tree is built."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._row_n = self._column = 0
        self._type = ""
        self._has_formula = self._has_value = self._in_value = False
        self._value = ""

    def read(self, xml: bytes) -> None:
        """Go through a sheet's XML. Raises ExpatError."""
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.Parse(xml, True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "c":
                found = _REFERENCE.fullmatch(attributes.get("r", ""))
                self._column = _column(found[1]) if found else self._column + 1
                self._type, self._value = attributes.get("t", ""), ""
                self._has_formula = self._has_value = False
            case "v":
                self._has_value = self._in_value = True
            case "f":
                self._has_formula = True
            case "row":
                self._row_n, self._column = int(attributes.get("r", self._row_n + 1)), -1
                if attributes.get("hidden") in ("1", "true"):
                    self._answer["hidden_rows"].append(self._row_n)
            case "col" if attributes.get("hidden") in ("1", "true"):
                self._answer["hidden_columns"] += range(int(attributes["min"]) - 1, int(attributes["max"]))

    def _characters(self, text: str) -> None:
        if self._in_value:
            self._value += text

    def _end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v":
                self._in_value = False
            case "c" if self._type == "e":
                self._put(self._value)
            case "c" if self._has_formula and not self._value and not (self._has_value and self._type == "str"):
                self._put("")  # an empty text would be a result
                self._answer["without_value"].append((self._row_n, self._column))

    def _put(self, value: str) -> None:
        lines = self._answer["lines"]
        lines.extend([] for _ in range(self._row_n - len(lines)))
        line = lines[self._row_n - 1]
        line.extend("" for _ in range(self._column + 1 - len(line)))
        line[self._column] = value


def _part_of(title: str, book: ElementTree.Element, parts: ZipFile) -> str:
    """The part of the archive in which a sheet lies. Raises KeyError or StopIteration if there is none."""
    sheet = next(each for each in book.iterfind("{*}sheets/{*}sheet") if each.get("name") == title)
    reference = next(value for name, value in sheet.attrib.items() if name.endswith("}id"))
    relations = ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    target = next(each.attrib["Target"] for each in relations if each.get("Id") == reference)
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _serve() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    request = json.loads(sys.stdin.buffer.readline())
    try:
        answer = read(sys.stdin.buffer.read(), request["kind"], request["sheet"], request["around"])
    except MemoryError:
        answer = Answer(reason_code="sheet_too_large")
    except BaseException:  # of Rust, too; whatever it is, the file cannot be read
        answer = Answer(reason_code="unreadable_file")
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    _serve()
