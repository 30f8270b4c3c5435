"""Dates are read as written, in the shop's zone, with the order of day and month decided for the column."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moushi.collect.dates import parse_days, parse_times, recognise


def read(text: str, *formats: str, zone: str = "UTC") -> datetime | None:
    return parse_times(pa.array([text]), formats or ("ymd",), zone)[0].as_py()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", datetime(2024, 3, 5)),
        ("2024/3/5 7:08", datetime(2024, 3, 5, 7, 8)),
        ("2018.02.26 19:58", datetime(2018, 2, 26, 19, 58)),
        ("20240305", datetime(2024, 3, 5)),
        ("20240305143015", datetime(2024, 3, 5, 14, 30, 15)),
        ("2024-03-05T10:00:00Z", datetime(2024, 3, 5, 10)),
        ("2024-03-05 10:00:00.25+08:00", datetime(2024, 3, 5, 2, 0, 0, 250000)),
        ("2024-01-01 10:00:00 -0500", datetime(2024, 1, 1, 15)),
        ("2024年3月5日", datetime(2024, 3, 5)),
        ("2024年3月5日 下午3点05分", datetime(2024, 3, 5, 15, 5)),
        ("２０２４-０３-０５", datetime(2024, 3, 5)),
        ("Mar 5, 2024 12:07 AM", datetime(2024, 3, 5, 0, 7)),
        ("5. März 2024", datetime(2024, 3, 5)),
        ("5 de marzo de 2024", datetime(2024, 3, 5)),
        ("Tue, 05 Mar 2024 10:00:00 GMT", datetime(2024, 3, 5, 10)),
        ("5-Mar-69", datetime(1969, 3, 5)),
        ("5-Mar-68", datetime(2068, 3, 5)),
        ("2024-02-29", datetime(2024, 2, 29)),
    ],
)
def test_a_written_time_is_read(text: str, expected: datetime) -> None:
    assert read(text) == expected.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-13-01", "2024-03-05 25:00", "2024-03-05 13:00 AM nonsense", "abc", "17850", "0000-01-01"]
)
def test_what_is_no_date_is_not_read(text: str) -> None:
    assert read(text) is None


def test_spreadsheet_days_and_epochs_are_read() -> None:
    assert read("45356.5", "excel") == datetime(2024, 3, 5, 12, tzinfo=UTC)
    assert read("1709600000", "seconds") == datetime(2024, 3, 5, 0, 53, 20, tzinfo=UTC)
    assert read("1709600000000", "milliseconds") == datetime(2024, 3, 5, 0, 53, 20, tzinfo=UTC)


def test_days_of_a_spreadsheet_are_on_the_shops_clock_and_epochs_are_not() -> None:
    assert read("45356", "excel", zone="Asia/Shanghai") == datetime(2024, 3, 4, 16, tzinfo=UTC)
    assert read("1709600000", "seconds", zone="Asia/Shanghai") == datetime(2024, 3, 5, 0, 53, 20, tzinfo=UTC)


def test_a_time_that_does_not_exist_is_the_moment_of_the_change() -> None:
    # New York put its clocks from 2:00 to 3:00 on 10 March 2024, at 7:00 UTC.
    assert read("2024-03-10 02:30", zone="America/New_York") == datetime(2024, 3, 10, 7, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first() -> None:
    assert read("2024-11-03 01:30", zone="America/New_York") == datetime(2024, 11, 3, 5, 30, tzinfo=UTC)


def test_days_are_those_written_whatever_the_zone() -> None:
    assert parse_days(pa.array(["31/12/2023 23:59", None, "x"]), ("dmy",)).to_pylist() == [date(2023, 12, 31), None, None]


def test_one_value_over_twelve_decides_for_the_whole_column() -> None:
    assert recognise(pa.array(["03/04/19", "05/04/19", "13/04/19"])).formats == ("dmy",)
    assert recognise(pa.array(["03/04/19", "05/04/19", "04/13/19"])).formats == ("mdy",)


def test_a_column_that_is_only_in_order_one_way_is_read_that_way() -> None:
    days = [date(2024, 1, 1) + timedelta(days=9 * number) for number in range(40)]
    early = [day for day in days if day.day <= 12] * 4
    written = recognise(pa.array([f"{day:%m/%d/%Y}" for day in sorted(early)]))
    assert written.formats == ("mdy",)


def test_nothing_that_decides_is_said_to_be_ambiguous() -> None:
    assert recognise(pa.array(["03/04/2019", "05/06/2019"])).ambiguous
    assert recognise(pa.array(["03/04/2019"]), month_first=True).formats == ("mdy",)


def test_mixed_ways_of_writing_are_all_found() -> None:
    written = recognise(pa.array(["2024-01-31", "31.01.2024", "2024年2月1日", "45356"] * 30))
    assert set(written.formats) == {"ymd", "dmy", "excel"}
    assert written.share == 1.0


@pytest.mark.parametrize("values", [["17850", "12583"], ["abc", "def"], ["1", "2"], ["9.99", "1.5"], []])
def test_identifiers_words_and_money_are_no_plain_dates(values: list[str]) -> None:
    assert not set(recognise(pa.array(values, pa.string())).formats) & {"ymd", "dmy", "mdy", "yymd"}


@given(st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2150, 1, 1)), st.integers(-12, 14))
def test_any_time_written_with_its_offset_is_read_back(moment: datetime, hours: int) -> None:
    aware = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    assert read(aware.isoformat()) == aware.astimezone(UTC)


@given(st.dates(min_value=date(1970, 1, 1), max_value=date(2060, 1, 1)))
def test_any_day_is_read_back_in_each_order(day: date) -> None:
    for name, pattern in (("dmy", "%d.%m.%Y"), ("mdy", "%m/%d/%Y"), ("ymd", "%Y年%m月%d日")):
        assert parse_days(pa.array([day.strftime(pattern)]), (name,))[0].as_py() == day
