"""Cells as they are really written: blanks, numbers, and dates of every kind."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.cells import NOT_REACHED, DateRules, day, folded, instant, is_blank, is_month_only, is_serial, number

TOKYO = ZoneInfo("Asia/Tokyo")


def jst(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TOKYO)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("ﾃﾞｷﾅｲ", "デキナイ"),
        ("１２：３０", "12:30"),
        ("　女 ", "女"),
        ("㈱ものさし", "(株)ものさし"),
        ("①", "1"),
        ("髙﨑", "髙﨑"),  # variants of a name's character are no width variants: they stay
        ("永住者\u200b", "永住者"),
        ("か\u200b\u3099 \u200e", "が"),
    ],
)
def test_a_label_is_compared_without_width(cell: str, expected: str) -> None:
    assert folded(cell) == expected


@pytest.mark.parametrize(
    ("in_utf8", "in_cp932"), [("〜19", "～19"), ("P−001", "P－001"), ("—", "―"), ("20‐29", "20-29")]
)
def test_a_label_is_the_same_in_utf8_and_in_cp932(in_utf8: str, in_cp932: str) -> None:
    """Windows reads the bytes of 〜, − and — as other characters than a UTF-8 file of the same words holds."""
    assert folded(in_cp932.encode("cp932").decode("cp932")) == folded(in_utf8)


@given(st.text())
def test_folding_twice_is_folding_once(cell: str) -> None:
    assert folded(folded(cell)) == folded(cell)


@pytest.mark.parametrize("cell", ["", " ", "\t\n", "　", "\u00a0", "\u2003", "\u200b", "\ufeff", " 　\u200b\n"])
def test_nothing_written_is_blank(cell: str) -> None:
    assert is_blank(cell)


@pytest.mark.parametrize("cell", ["null", "NA", "None", "nan", "0", "-", "なし", "特になし", "\u0000"])
def test_a_word_is_not_blank(cell: str) -> None:
    assert not is_blank(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *[
            ("0", 0.0),
            ("１０", 10.0),
            ("1,234", 1234.0),
            ("１，２３４", 1234.0),
            (" 7 ", 7.0),
            ("-3", -3.0),
            ("2.50", 2.5),
        ],
        *[
            ("－３", -3.0),
            ("−3", -3.0),
            ("–3", -3.0),
            ("‐3", -3.0),
            ("+4", 4.0),
            ("１２．５", 12.5),
            ("1,234.5", 1234.5),
        ],
    ],
)
def test_numbers_are_read(cell: str, expected: float) -> None:
    assert number(cell) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "3人",
        "約10",
        "1,2",
        "1,2,3",
        "12,34",
        "▲3",
        "ー3",
        "nan",
        "NaN",
        "inf",
        "-Infinity",
        "1e999",
        "十",
        "0x10",
        "1_000",
    ],
)
def test_what_is_no_number_is_none(cell: str) -> None:
    assert number(cell) is None


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_every_whole_number_is_read_in_three_writings(value: int) -> None:
    full_width = str(value).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    assert number(str(value)) == number(f"{value:,}") == number(full_width) == value


@pytest.mark.parametrize(
    "cell",
    [
        "2024-03-05",
        "2024/3/5",
        "2024.03.05",
        "2024年3月5日",
        "２０２４年３月５日",
        "2024 年 3 月 5 日",
        "20240305",
        "令和6年3月5日",
        "R6.3.5",
        "Ｒ６．３．５",
        "R06/03/05",
        "㋿6年3月5日",
        "令6・3・5",
        "2024ー3ー5",
        "2024−03−05",
        "45356",
        "2024/3/5(火)",
        "2024年3月5日（火曜日）",
        "2024年3月5日 火曜日",
        "令和6年3月5日(火)",
        "R6.3.5㈫",
        "2024年3月5日(火・祝)",
    ],
)
def test_one_day_in_many_writings(cell: str) -> None:
    assert instant(cell, TOKYO) == jst(2024, 3, 5)
    assert day(cell, TOKYO) == date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("令和元年5月3日", date(2019, 5, 3)),
        ("R元.5.3", date(2019, 5, 3)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("㍻元年1月8日", date(1989, 1, 8)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("S63/12/31", date(1988, 12, 31)),
        ("大正15年12月24日", date(1926, 12, 24)),
        ("M45.7.29", date(1912, 7, 29)),
        ("㋿元年５月１日", date(2019, 5, 1)),
        ("㍼64.1.7", date(1989, 1, 7)),
        ("平成31年4月30日(火)", date(2019, 4, 30)),
    ],
)
def test_era_dates(cell: str, expected: date) -> None:
    assert day(cell, TOKYO) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2024-03-05 13:07", jst(2024, 3, 5, 13, 7)),
        ("2024/3/5 13:07:09", jst(2024, 3, 5, 13, 7, 9)),
        ("2024年3月5日 １３：０７", jst(2024, 3, 5, 13, 7)),
        ("R6.3.5 0:00", jst(2024, 3, 5)),
        ("2024-03-05T04:07:09.123456789Z", datetime(2024, 3, 5, 4, 7, 9, 123456, tzinfo=UTC)),
        ("2024-03-05T04:07:09.5+00:00", datetime(2024, 3, 5, 4, 7, 9, 500000, tzinfo=UTC)),
        ("2024-03-05T13:07:09+0900", jst(2024, 3, 5, 13, 7, 9)),
        ("45356.5", jst(2024, 3, 5, 12)),
        ("2024/04/01 3:30:12 午後 GMT+9", jst(2024, 4, 1, 15, 30, 12)),
        ("2024/04/01 12:05:00 午前 GMT+9", jst(2024, 4, 1, 0, 5)),
        ("2024/04/01 12:05:00 午後 GMT+9", jst(2024, 4, 1, 12, 5)),
        ("2024/04/01 9:05:00 午前 GMT-3:30", jst(2024, 4, 1, 21, 35)),
        ("2024/04/01 15:30:12 JST", jst(2024, 4, 1, 15, 30, 12)),
        ("2024/04/01 15:30:12 GMT+09:00", jst(2024, 4, 1, 15, 30, 12)),
        ("2024/04/01 6:30:12 UTC", jst(2024, 4, 1, 15, 30, 12)),
        ("2024/04/01 3:30:12 PM", jst(2024, 4, 1, 15, 30, 12)),
        ("2024/04/01 午後 3:30:12", jst(2024, 4, 1, 15, 30, 12)),
        ("2024/04/01午後3時30分", jst(2024, 4, 1, 15, 30)),
        ("2024年4月1日 午前0時5分", jst(2024, 4, 1, 0, 5)),
        ("2024年4月1日15時30分12秒", jst(2024, 4, 1, 15, 30, 12)),
        ("令和6年4月1日(月) 15時", jst(2024, 4, 1, 15)),
        ("R6.4.1 午後11時59分", jst(2024, 4, 1, 23, 59)),
    ],
)
def test_times_of_day_and_offsets(cell: str, expected: datetime) -> None:
    assert instant(cell, TOKYO) == expected


def test_a_time_without_an_offset_is_the_programmes() -> None:
    assert instant("2024-03-05 00:30", TOKYO) == datetime(2024, 3, 4, 15, 30, tzinfo=UTC)


def test_the_day_is_the_programmes_not_the_sources() -> None:
    assert day("2024-03-31T23:30:00Z", TOKYO) == date(2024, 4, 1)


@given(st.integers(min_value=0, max_value=24 * 60 - 1))
def test_an_excel_serial_keeps_its_minute(minute: int) -> None:
    """Excel writes 15 digits, so a serial lies a hair beside its minute: it may not fall into the one before."""
    assert instant(f"{45356 + minute / 1440:.10f}", TOKYO) == jst(2024, 3, 5) + timedelta(minutes=minute)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "来週",
        "2024-02-30",
        "2024-13-01",
        "2023年2月29日",
        "R6.2.30",
        "20240230",
        "2024-03-05 25:00",
        "2024-03-05 12:60",
        "2024-03-05 頃",
        "2024-03",
        "2024-13",
        "令和6年",
        "令和0年5月1日",
        "平成32年1月1日",
        "4/1/2024",
        "04/01/2024 15:30",
        "1 Apr 2024",
        "24/4/1",
        "24.4.1",
        "6.4.1",
        "240401",
        "2024/4/115:30",
        "2024/4/1 午後13時",
        "2024/4/1 午前12時",
        "2024/4/1 午後12時30分",
        "2024/4/1 午前3:30 午後",
        "2024/4/1 3:30 PDT",
        "2024/4/1 3:30 GMT+99",
        "3/5",
        "1234",
        "2024-03-05T00:00:00+99:99",
    ],
)
def test_an_impossible_or_partial_date_is_none(cell: str) -> None:
    assert instant(cell, TOKYO) is None
    assert day(cell, TOKYO) is None


def test_serial_numbers_count_from_the_files_first_day() -> None:
    """1,462 days lie between the two; a time of day stays where it is."""
    assert day("43894", TOKYO, DateRules(date_system=1904)) == day("45356", TOKYO) == date(2024, 3, 5)
    assert instant("43894.75", TOKYO, rules=DateRules(date_system=1904)) == jst(2024, 3, 5, 18)
    assert day("2024-03-05", TOKYO, DateRules(date_system=1904)) == date(2024, 3, 5)
    assert is_serial("４５３５６")
    assert is_serial("45356.5")
    assert not is_serial("2024-03-05")
    assert not is_serial("1234")


MONTHS = {
    "令和元年5月": (2019, 5),
    "R6.4": (2024, 4),
    "2024年２月": (2024, 2),
    "2023/02": (2023, 2),
    "㍻31年4月": (2019, 4),
}


@pytest.mark.parametrize(("cell", "month"), MONTHS.items())
def test_a_month_is_a_day_only_where_it_is_said_which(cell: str, month: tuple[int, int]) -> None:
    last = {(2019, 5): 31, (2024, 4): 30, (2024, 2): 29, (2023, 2): 28, (2019, 4): 30}[month]
    assert is_month_only(cell)
    assert instant(cell, TOKYO) is None
    assert day(cell, TOKYO, DateRules(month_only="first_day")) == date(*month, 1)
    assert day(cell, TOKYO, DateRules(month_only="last_day")) == date(*month, last)


@pytest.mark.parametrize(
    "cell", ["2024年13月", "2024/0", "令和0年5月", "平成40年1月", "5月", "R6", "2024", "24/4", "2024-03-05"]
)
def test_what_is_no_month_of_a_year(cell: str) -> None:
    assert not is_month_only(cell)


def test_times_of_a_source_in_another_zone() -> None:
    """A time is the source's; a date alone is the day that a person meant, wherever the server stands."""
    utc = ZoneInfo("UTC")
    assert instant("2024-03-31 15:30", TOKYO, utc) == jst(2024, 4, 1, 0, 30)
    assert instant("2024-03-31", TOKYO, utc) == jst(2024, 3, 31)
    assert instant("2024-03-31T15:30:00+09:00", TOKYO, utc) == jst(2024, 3, 31, 15, 30)
    assert instant("45382.5", TOKYO, utc) == jst(2024, 3, 31, 21)


def test_a_cell_that_was_never_reached_is_blank_and_keeps_its_mark() -> None:
    assert is_blank(NOT_REACHED)
    assert folded(NOT_REACHED) == NOT_REACHED


@given(st.datetimes(min_value=datetime(1952, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(TOKYO)))
def test_what_a_machine_writes_comes_back(moment: datetime) -> None:
    """From 1952 on: until then Japan had summer time, with hours that never were."""
    assert instant(moment.isoformat(), TOKYO) == moment


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(9998, 12, 31)))
def test_every_day_there_is_comes_back(value: date) -> None:
    assert day(f"{value.year:04d}年{value.month}月{value.day}日", TOKYO) == value
    assert day(f"{value:%Y%m%d}" if value.year >= 1000 else value.isoformat(), TOKYO) == value


@given(st.text(alphabet="0123456789年月日時分-/. :TZ+元RHS午前後GMJPA(月)", max_size=20))
def test_any_scribble_is_a_moment_or_none_and_never_an_error(cell: str) -> None:
    moment = instant(cell, TOKYO)
    assert moment is None or moment.tzinfo is not None


@pytest.mark.parametrize("cell", ["0001-01-01", "9999-12-31 23:59:59", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_the_calendar_can_be_told_in_utc_or_are_none(cell: str) -> None:
    """A moment that has no UTC counterpart cannot be stored: it is no date rather than the end of the run."""
    moment = instant(cell, TOKYO)
    assert moment is None or moment.astimezone(UTC).year in (1, 9999)
    day(cell, TOKYO)
