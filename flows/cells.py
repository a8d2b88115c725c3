"""Single cells of organisations' files: codes, numbers and dates as they are really written."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Literal
from zoneinfo import ZoneInfo

DateSystem = Literal[1900, 1904]
"""From which day a workbook counts: Excel for Windows 1900, Excel for Mac of old 1904."""

MonthOnly = Literal["first_day", "last_day"]
"""The day that stands for a month where no day was written."""

NOT_REACHED = "\u2060\u2060"
"""A cell of which the source says that its question was never shown. It reads as blank; no file holds it by chance."""

_ERAS = {"明": (1868, 45), "大": (1912, 15), "昭": (1926, 64), "平": (1989, 31), "令": (2019, 99)}
_ERAS |= {"M": _ERAS["明"], "T": _ERAS["大"], "S": _ERAS["昭"], "H": _ERAS["平"], "R": _ERAS["令"]}
"""First year and number of years of each era, by its first letter; 令和 is open."""

_YEAR = r"(?:(?:(?P<era>[明大昭平令MTSHR])[治正和成]?\s*(?P<number>元|\d{1,2}))|(?P<year>\d{4}))\s*[年./・-]\s*"
_WEEKDAY = r"(?:\s*\([月火水木金土日](?:曜日?)?(?:・?[祝休])?\)|\s*[月火水木金土日]曜日?)?"
_DAY = re.compile(rf"{_YEAR}(?P<month>\d{{1,2}})\s*[月./・-]\s*(?P<day>\d{{1,2}})(?:\s*日)?{_WEEKDAY}")
_COMPACT_DAY = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_MONTH = re.compile(rf"{_YEAR}(?P<month>\d{{1,2}})(?:\s*月)?")
_HALF = r"(午前|午後|AM|PM)?"
_OFFSET = r"(Z|JST|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|UTC|GMT)?"
_CLOCK = re.compile(
    rf"(?:T|\s*)\s*{_HALF}\s*(\d{{1,2}}):(\d{{2}})(?::(\d{{2}})(?:\.(\d{{1,6}})\d*)?)?\s*{_HALF}\s*{_OFFSET}"
)
_SPOKEN_CLOCK = re.compile(rf"\s*{_HALF}\s*(\d{{1,2}})\s*時(?:\s*(\d{{1,2}})\s*分(?:\s*(\d{{1,2}})\s*秒)?)?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCHS = {1900: datetime(1899, 12, 30), 1904: datetime(1904, 1, 1)}  # day 60 of the 1900 system never was
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_TWINS = dict.fromkeys(map(ord, "‐–−"), "-") | {ord("〜"): "~", ord("—"): "―"}
"""Marks that NFKC keeps apart and nobody can: the same key gives 〜 in UTF-8 and ～ in cp932, − and －, — and ―."""

_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff"))
_DASHES = dict.fromkeys(map(ord, "‒―ー"), "-")
_WITHOUT_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))


@dataclass(frozen=True)
class DateRules:
    """What a file's dates leave open: from which day serial numbers count, and which day a month stands for."""

    date_system: DateSystem = 1900
    month_only: MonthOnly | None = None


_PLAIN = DateRules()


def folded(cell: str) -> str:
    """A code or label cell in the form it is compared in: NFKC, one spelling of marks that look the same, nothing
    unseen, no space around. Never for free text.
    """
    return unicodedata.normalize("NFKC", cell.translate(_UNSEEN)).translate(_TWINS).strip()


def is_blank(cell: str) -> bool:
    """Whether nothing is written in the cell (spaces of any kind, zero-width ones too, are nothing)."""
    return not cell.translate(_WITHOUT_WIDTH).strip()


def number(cell: str) -> float | None:
    """The number in a cell, or None. Full-width digits, minus signs and thousands separators are understood."""
    text = folded(cell)
    if _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if "_" not in text and value == value and abs(value) != float("inf") else None


def instant(
    cell: str, zone: ZoneInfo, times_zone: ZoneInfo | None = None, rules: DateRules = _PLAIN
) -> datetime | None:
    """The date, or date and time, in a cell; None if there is none or it cannot be.

    Understood: 2024-03-05, 2024/3/5, 2024年3月5日(火), 20240305, R6.3.5, 令和元年5月3日, Excel's serial numbers, each
    but the last with a time (13:07:09, 午後1時7分, 1:07:09 午後 GMT+9), and months where `rules` say which day they
    mean. A date is the programme's midnight, a time without an offset that of `times_zone` (else the programme's).
    Never guessed: years of two digits, days before months, and 午前12時, which is noon to some and midnight to others.
    """
    times_zone = times_zone or zone
    text = folded(cell).upper().translate(_DASHES)
    if _SERIAL.fullmatch(text):
        since = timedelta(seconds=round(float(text) * 86_400))
        return (_EPOCHS[rules.date_system] + since).replace(tzinfo=times_zone if since.seconds else zone)
    found = _DAY.match(text) or _COMPACT_DAY.match(text)
    if found is None:
        return _month(text, zone, rules.month_only)
    rest = text[found.end() :]
    if rest[:1].isdigit() and text[found.end() - 1].isdigit():
        return None  # 2024/4/115:30 may be the 1st or the 11th
    try:
        moment = datetime(_year(found), int(found["month"]), int(found["day"]), tzinfo=zone)
        moment = _at(moment, rest, times_zone) if rest else moment
        moment.astimezone(zone), moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the calendar's ends have no counterpart in other zones
        return None
    return moment


def day(cell: str, zone: ZoneInfo, rules: DateRules = _PLAIN) -> date | None:
    """The day in a cell, in the programme's zone."""
    moment = instant(cell, zone, rules=rules)
    return None if moment is None else moment.astimezone(zone).date()


def is_month_only(cell: str) -> bool:
    """Whether a cell names a month and no day (令和元年5月, 2024/3)."""
    return _month(folded(cell).upper().translate(_DASHES), ZoneInfo("UTC"), "first_day") is not None


def is_serial(cell: str) -> bool:
    """Whether a cell would be read as one of Excel's serial numbers of a day."""
    return _SERIAL.fullmatch(folded(cell)) is not None


def _month(text: str, zone: ZoneInfo, means: MonthOnly | None) -> datetime | None:
    found = _MONTH.fullmatch(text) if means is not None else None
    if found is None:
        return None
    try:
        first = datetime(_year(found), int(found["month"]), 1, tzinfo=zone)
    except (ValueError, OverflowError):
        return None
    return first if means == "first_day" else first.replace(day=monthrange(first.year, first.month)[1])


def _year(found: re.Match[str]) -> int:
    """The year a date names. Raises ValueError past an era's last one."""
    parts = found.groupdict()
    if parts["year"]:
        return int(parts["year"])
    first, last = _ERAS[parts["era"]]
    number = 1 if parts["number"] == "元" else int(parts["number"])
    if not 1 <= number <= last:
        raise ValueError("no such year of the era")
    return first - 1 + number


def _at(moment: datetime, clock: str, zone: ZoneInfo) -> datetime:
    """The day's moment that `clock` says, in `zone` if it has no offset. Raises ValueError if it says none."""
    found = _CLOCK.fullmatch(clock)
    spoken = _SPOKEN_CLOCK.fullmatch(clock)
    if found is not None:
        before, hour, minute, second, fraction, after, offset = found.groups()
    elif spoken is not None:
        before, hour, minute, second, fraction, after, offset = *spoken.groups(), None, None, None
    else:
        raise ValueError("no time of day")
    if (before and after) or ((before or after) and int(hour) > (12 if found is not None else 11)):
        raise ValueError("no hour of half a day")
    half = before or after
    hours = int(hour) if half is None else int(hour) % 12 + 12 * (half in ("午後", "PM"))
    moment = moment.replace(
        hour=hours, minute=int(minute or 0), second=int(second or 0), microsecond=int((fraction or "0").ljust(6, "0"))
    )
    return moment.replace(tzinfo=zone if offset is None else _zone_of(offset))


def _zone_of(offset: str) -> timezone:
    """Z, JST, GMT+9, +0900, -05:30 … as a zone. Raises ValueError on an offset of a day or more."""
    if offset == "JST":
        return timezone(timedelta(hours=9))
    digits = offset.lstrip("UTCGMZ").replace(":", "")
    if not digits:
        return UTC
    hours, minutes = (digits[1:], "0") if len(digits) <= 3 else (digits[1:-2], digits[-2:])
    distance = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-distance if digits[0] == "-" else distance)
