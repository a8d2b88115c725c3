"""Excel files whose bytes depend on nothing but what the workbook holds."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from openpyxl import Workbook

_MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip archive can hold


def excel_bytes(book: Workbook) -> bytes:
    """The workbook as a file, without the moment it was saved, neither in its properties nor in its archive."""
    saved, result = BytesIO(), BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive, zipfile.ZipFile(result, "w") as timeless:
        for entry in archive.infolist():
            content = archive.read(entry)
            if entry.filename == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>1980-01-01T00:00:00Z", content)
            timeless.writestr(zipfile.ZipInfo(entry.filename, _EPOCH), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()
