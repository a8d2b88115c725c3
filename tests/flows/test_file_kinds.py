"""What a file really is: web systems call HTML .xls, people rename workbooks to .csv, and passwords are in the way."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import PurePath

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from xlwt.CompoundDoc import XlsDoc

from flows.file_kinds import kind_of
from flows.instruments import FileLayout
from flows.sheets import UnreadableTableError, read_sheet

ROWS = [["番号", "記述"], ["1", "髙﨑①㈱"], ["2", "null"]]
FileOf = Callable[..., bytes]


def fault(content: bytes, file_name: str) -> tuple[str, str | None]:
    with pytest.raises(UnreadableTableError) as caught:
        read_sheet(content, file_name, FileLayout())
    return caught.value.reason_code, caught.value.expected


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods", ".csv"])
@pytest.mark.parametrize("name", ["a.xlsx", "a.XLSM", "a.xls", "a.ods", "a.csv", "a.tsv", "a.txt"])
def test_a_name_that_ends_otherwise_than_its_bytes_is_told(file_of: FileOf, ending: str, name: str) -> None:
    content, kind = file_of(ROWS, ending), ending[1:].upper()
    promised = {".xlsm": "XLSX", ".tsv": "CSV", ".txt": "CSV"}
    suffix = PurePath(name).suffix.lower()
    if promised.get(suffix, suffix[1:].upper()) == kind:
        assert read_sheet(content, name, FileLayout()).lines
    else:
        assert fault(content, name) == ("other_format", kind)


WEB_PAGE = (
    '<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body><table><tr><td>番号</td></tr></table></body></html>'
)
SPREADSHEET_XML = '<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (WEB_PAGE.encode(), "HTML"),
        (WEB_PAGE.encode("cp932"), "HTML"),
        (b"\xef\xbb\xbf\r\n  <!DOCTYPE HTML>" + WEB_PAGE.encode(), "HTML"),
        (('<?xml version="1.0"?>\n' + WEB_PAGE).encode(), "HTML"),
        (b"<TABLE border=1><TR><TD>1", "HTML"),
        (SPREADSHEET_XML.encode(), "XML"),
        (b"%PDF-1.7\n", "PDF"),
        ("番号\t記述\r\n1\tx\r\n".encode("cp932"), "CSV"),
        ("<番号>,<table>の感想\n1,x\n".encode(), "CSV"),
        (b"a,b\n1,<html>\n", "CSV"),
    ],
)
def test_what_web_systems_call_xls(content: bytes, kind: str) -> None:
    assert kind_of(content) == kind
    assert fault(content, "answers.xls") == ("other_format", kind)


@pytest.mark.parametrize(("part", "kind"), [("xl/workbook.bin", "XLSB"), ("word/document.xml", "ZIP")])
def test_other_archives(part: str, kind: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(part, "x")
    assert fault(content.getvalue(), "answers.xlsx") == ("other_format", kind)


# --- passwords ----------------------------------------------------------------------------------------------------


def old_workbook() -> bytes:
    """The stream of an XLS workbook, not yet in its compound file."""
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, "番号")
    stream: bytes = book.get_biff_data()
    return stream


def in_compound_file(stream: bytes, name: str = "Workbook") -> bytes:
    content = io.BytesIO()
    XlsDoc().save(content, stream)
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18)
    assert content.getvalue().count(entry) == 1
    renamed = name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(name) + 2)
    return content.getvalue().replace(entry, renamed)


def test_a_password_on_an_old_workbook() -> None:
    stream = old_workbook()
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    file_pass = struct.pack("<HHHHH", 0x2F, 6, 0, 0x1234, 0x5678)
    assert kind_of(in_compound_file(stream)) == "XLS"
    protected = in_compound_file(stream[:first] + file_pass + stream[first:])
    assert fault(protected, "answers.xls") == ("password_protected", None)


@pytest.mark.parametrize("name", ["answers.xlsx", "answers.xls", "answers.csv"])
def test_a_password_on_a_new_workbook(name: str) -> None:
    """An encrypted XLSX is no archive: it lies in a compound file, like an XLS."""
    assert fault(in_compound_file(old_workbook(), "EncryptedPackage"), name) == ("password_protected", None)


def test_a_password_on_an_open_document(file_of: FileOf) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file_of(ROWS, ".ods"))) as plain, zipfile.ZipFile(content, "w") as archive:
        for name in plain.namelist():
            part = plain.read(name)
            if name == "META-INF/manifest.xml":
                part = part.replace(b"</manifest:manifest>", b"<manifest:encryption-data/></manifest:manifest>")
            archive.writestr(name, part)
    assert fault(content.getvalue(), "answers.ods") == ("password_protected", None)


# --- damage -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", [".xlsx", ".xls", ".ods"])
def test_half_a_file_is_damaged_and_not_of_another_kind(file_of: FileOf, ending: str) -> None:
    whole = file_of([["番号", "記述"], *[[n, f"記述{n}"] for n in range(400)]], ending)
    reason_code, expected = fault(whole[: len(whole) // 2], f"a{ending}")
    assert (reason_code, expected) == ("unreadable_file", ending[1:].upper())


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
def test_an_archive_of_nobody_knows_what_is_damaged(name: str) -> None:
    kind = "XLSX" if name == "a.xlsx" else "CSV"
    assert fault(b"PK\x03\x04" + "これは表ではない".encode() * 20, name) == ("unreadable_file", kind)


def test_an_empty_file_is_empty() -> None:
    for name in ("a.csv", "a.xlsx", "a.xls", "a.ods"):
        assert fault(b"", name) == ("file_empty", None)


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<?xml "]))
def test_any_bytes_have_a_kind(content: bytes, start: bytes) -> None:
    assert kind_of(start + content)
