"""A rater's hands in LibreOffice: opens a workbook, types into cells, saves it, and says what it sees.

Run by the Python that LibreOffice's bridge (`uno`) belongs to: libreoffice_hands.py SOFFICE PROFILE JOB, where JOB is a
file of JSON: {"open": path, "type": [[sheet, cell, text], …], "save": [[path, filter], …]}. Answers in JSON: a line a
saved file, sheet -> {protected, visible, open: [cells], lists: {cell: values}}.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.sheet.ValidationType import LIST


def setting(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connected(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(600):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


def opened(desktop, path):
    return desktop.loadComponentFromURL(Path(path).resolve().as_uri(), "_blank", 0, (setting("Hidden", True),))


def typed(cell, text):
    """As from the keyboard: what looks like a number becomes one, but in a cell for text."""
    if FORMATS.getByKey(cell.NumberFormat).FormatString == "@" or "\n" in text:
        cell.setString(text)
    else:
        cell.setFormula(text)


def seen(document):
    found = {}
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last_row, last_column = cursor.RangeAddress.EndRow, cursor.RangeAddress.EndColumn
        open_cells, lists = [], {}
        for row in range(last_row + 1):
            for column in range(last_column + 1):
                cell = sheet.getCellByPosition(column, row)
                name = cell.AbsoluteName.split(".")[-1].replace("$", "")
                if not cell.CellProtection.IsLocked:
                    open_cells.append(name)
                if cell.Validation.Type == LIST:
                    lists[name] = cell.Validation.getFormula1()
        found[sheet.Name] = {
            "protected": sheet.isProtected(),
            "visible": sheet.IsVisible,
            "open": open_cells,
            "lists": lists,
        }
    return found


soffice, profile = sys.argv[1], Path(sys.argv[2]).resolve().as_uri()
job = json.loads(Path(sys.argv[3]).read_text(encoding="utf-8"))
pipe = uuid.uuid4().hex
office = subprocess.Popen(
    [
        soffice,
        "--headless",
        "--norestore",
        "--nologo",
        f"-env:UserInstallation={profile}",
        f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext",
    ]
)
try:
    context = connected(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    document = opened(desktop, job["open"])
    FORMATS = document.getNumberFormats()
    for sheet, name, text in job["type"]:
        typed(document.Sheets.getByName(sheet).getCellRangeByName(name), text)
    for path, kind in job["save"]:
        document.storeToURL(Path(path).resolve().as_uri(), (setting("FilterName", kind),))
    document.close(True)
    for path, _ in job["save"]:
        again = opened(desktop, path)
        sys.stdout.write(json.dumps(seen(again)) + "\n")
        again.close(True)
    desktop.terminate()
    office.wait(timeout=60)
finally:
    office.kill()
