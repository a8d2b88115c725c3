"""What a file really is, told by its first bytes: endings of names are often wrong."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Literal
from zipfile import BadZipFile, ZipFile

FileKind = Literal["CSV", "XLSX", "XLS", "ODS", "XLSB", "HTML", "XML", "PDF", "ZIP", "protected", "damaged"]
"""`CSV` is any text, `protected` needs a password; a `damaged` archive does not even tell what it is an archive of."""

KINDS: dict[str, FileKind] = {".xlsx": "XLSX", ".xlsm": "XLSX", ".xls": "XLS", ".ods": "ODS"}
"""What the endings of workbooks promise; every other ending promises CSV."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOF = re.compile(rb"\x09\x08(?:\x10\x00\x00\x06|\x08\x00\x00\x05)\x05\x00")  # BIFF8 and BIFF5, a workbook's globals
_FILE_PASS, _FILE_PASS_WITHIN = 0x2F, 4
_DATE_MODE, _DATE_MODE_WITHIN = 0x22, 64
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:(!doctype html|(?:html|head|meta|table|body)\b|!--)|\?xml\b)", re.I)


def kind_of(content: bytes) -> FileKind:
    """Tell what the bytes are."""
    if content.startswith(b"PK\x03\x04"):
        return _kind_of_archive(content)
    if content.startswith(_OLE):
        is_protected = (
            "EncryptedPackage".encode("utf-16-le") in content
            or _record(content, _FILE_PASS, _FILE_PASS_WITHIN) is not None
        )
        return "protected" if is_protected else "XLS"
    if content.startswith(b"%PDF"):
        return "PDF"
    found = _MARKUP.match(content)
    return "CSV" if found is None else "HTML" if found[1] or b"<html" in content[:2_000].lower() else "XML"


def counts_from_1904(xls: bytes) -> bool:
    """Whether an XLS workbook says that its days count from 1904."""
    return _record(xls, _DATE_MODE, _DATE_MODE_WITHIN) == b"\x01\x00"


def _kind_of_archive(content: bytes) -> FileKind:
    try:
        with ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if "xl/workbook.bin" in names:
                return "XLSB"
            if any(name.startswith("xl/") for name in names):
                return "XLSX"
            is_ods = "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")
            if is_ods and b"encryption-data" in archive.read("META-INF/manifest.xml"):
                return "protected"
            return "ODS" if is_ods else "ZIP"
    except (BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError):
        if b"opendocument.spreadsheet" in content[:200]:
            return "ODS"
        return "XLSX" if b"[Content_Types].xml" in content or b"xl/" in content else "damaged"


def _record(xls: bytes, wanted: int, within: int) -> bytes | None:
    """What a record of this kind holds, if it is among the first ones of an XLS workbook."""
    found = _BOF.search(xls)
    at = found.start() if found else len(xls)
    for _ in range(within):
        kind, size = int.from_bytes(xls[at : at + 2], "little"), int.from_bytes(xls[at + 2 : at + 4], "little")
        if kind == wanted:
            return xls[at + 4 : at + 4 + size]
        at += 4 + size
    return None
