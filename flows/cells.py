"""Single cells of organisations' files: codes, numbers and dates as they are really written."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_ERAS = {"明": (1868, 45), "大": (1912, 15), "昭": (1926, 64), "平": (1989, 31), "令": (2019, 99)}
_ERAS |= {"M": _ERAS["明"], "T": _ERAS["大"], "S": _ERAS["昭"], "H": _ERAS["平"], "R": _ERAS["令"]}
"""First year and number of years of each era, by its first letter; 令和 is open."""

_ERA_DATE = re.compile(
    r"(明治|大正|昭和|平成|令和|[MTSHR])\s*(元|\d{1,2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?:\s*日)?"
)
_DATE = re.compile(r"(\d{4})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})(?:\s*日)?(?:\s*\([月火水木金土日]\))?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?\s*(Z|[+-]\d{2}:?\d{2})?")
_EXCEL_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EXCEL_EPOCH = datetime(1899, 12, 30)  # day 60 of the 1900 system is a day that never was
_WITHOUT_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


def folded(cell: str) -> str:
    """A code or label cell in the form it is compared in: NFKC, no space around. Never for free text."""
    return unicodedata.normalize("NFKC", cell).strip()


def is_blank(cell: str) -> bool:
    """Whether nothing is written in the cell (spaces of any kind, zero-width ones too, are nothing)."""
    return not cell.translate(_WITHOUT_WIDTH).strip()


def number(cell: str) -> float | None:
    """The number in a cell, or None. Full-width digits and thousands separators are understood."""
    text = folded(cell)
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if "_" not in text and value == value and abs(value) != float("inf") else None


def instant(cell: str, zone: ZoneInfo) -> datetime | None:
    """The date, or date and time, in a cell; None if there is none or it cannot be.

    Understood: 2024-03-05, 2024/3/5, 2024年3月5日, 20240305, R6.3.5, 令和元年5月3日, Excel's serial numbers (1900
    system), each of the first forms with a time. A time without an offset is the programme's, a date is its midnight.
    """
    text = folded(cell).upper()
    if _EXCEL_SERIAL.fullmatch(text):
        return (_EXCEL_EPOCH + timedelta(seconds=round(float(text) * 86_400))).replace(tzinfo=zone)
    found = _ERA_DATE.match(text) or _DATE.match(text) or _COMPACT_DATE.match(text)
    if found is None:
        return None
    parts = found.groups()
    year = int(parts[0]) if len(parts) == 3 else _era_year(parts[0], 1 if parts[1] == "元" else int(parts[1]))
    if year is None:
        return None
    rest = text[found.end() :]
    clock = _TIME.fullmatch(rest) if rest else None
    if rest and clock is None:
        return None
    try:
        moment = datetime(year, int(parts[-2]), int(parts[-1]), tzinfo=zone)
        moment = moment if clock is None else _with_time(moment, clock)
        moment.astimezone(zone), moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the calendar's ends have no counterpart in other zones
        return None
    return moment


def _era_year(era: str, number: int) -> int | None:
    """The year of an era, or None past the era's last one."""
    first, last = _ERAS[era[0]]
    return first - 1 + number if 1 <= number <= last else None


def _with_time(moment: datetime, clock: re.Match[str]) -> datetime:
    hour, minute, second, fraction, offset = clock.groups()
    moment = moment.replace(
        hour=int(hour), minute=int(minute), second=int(second or 0), microsecond=int((fraction or "0").ljust(6, "0"))
    )
    if offset is None:
        return moment
    return datetime.fromisoformat(moment.replace(tzinfo=None).isoformat() + ("+00:00" if offset == "Z" else offset))


def day(cell: str, zone: ZoneInfo) -> date | None:
    """The day in a cell, in the programme's zone."""
    moment = instant(cell, zone)
    return None if moment is None else moment.astimezone(zone).date()
