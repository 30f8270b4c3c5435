from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest

from moushi.engine.days import NEVER, day_of, local_day, local_day_number, number_of, steady_since
from moushi.settings import Settings
from tests.support import LakeContext

TIMES = [
    datetime(1969, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2024, 3, 31, 0, 59, 59, tzinfo=UTC),
    datetime(2024, 3, 31, 1, 0, tzinfo=UTC),
]
TIMES += [
    datetime(year, month, 15, hour, 30, tzinfo=UTC) for year in (1971, 1988, 2010, 2024) for month in (1, 7) for hour in (0, 11, 15, 23)
]


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "Europe/London", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo"])
def test_days_are_those_of_the_shops_clock(tmp_path, zone):
    engine = LakeContext(tmp_path).engine
    settings = Settings(explicit={"timezone": zone}, environment={})
    rows = ibis.memtable(pa.table({"at": pa.array(TIMES, pa.timestamp("us", tz="UTC"))}))
    days = rows.mutate(number=local_day_number(rows["at"], settings), day=local_day(rows["at"], settings))
    found = engine.to_arrow(days.order_by("at"))
    expected = [at.astimezone(ZoneInfo(zone)).date() for at in sorted(TIMES)]
    assert found["number"].to_pylist() == [number_of(day) for day in expected]
    assert found["day"].to_pylist() == expected


def test_zones_that_keep_one_offset_need_no_calendar():
    assert steady_since("UTC") == (None, 0)
    since, offset = steady_since("Asia/Shanghai")
    assert datetime(1991, 9, 1, tzinfo=UTC).timestamp() <= since <= datetime(1991, 11, 1, tzinfo=UTC).timestamp()
    assert offset == 8 * 3600
    assert steady_since("Europe/London")[0] == NEVER


def test_numbers_and_days_are_each_others_inverse():
    for day in (date(1970, 1, 1), date(2024, 2, 29), date(1969, 12, 31)):
        assert day_of(number_of(day)) == day
    assert number_of(date(1970, 1, 2)) == timedelta(days=1).days
