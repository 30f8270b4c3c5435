"""Days in the shop's time zone: as dates, and as whole numbers since 1970-01-01."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.settings import Settings

EPOCH = date(1970, 1, 1)
DAY_US = 86_400_000_000
NEVER = 2**62


def number_of(day: date) -> int:
    """Return the days from 1970-01-01 to `day`.

    Examples
    --------
    >>> number_of(date(1970, 1, 11))
    10
    """
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the day that is `number` days after 1970-01-01; the inverse of `number_of`."""
    return EPOCH + timedelta(days=number)


def local_day_number(times: ir.Value, settings: Settings) -> ir.IntegerValue:
    """Return the day number, in the shop's time zone, of UTC timestamps."""
    import ibis
    import ibis.expr.datatypes as types

    zoned = types.Timestamp(timezone="UTC")
    micros = ibis.udf.scalar.builtin(_built_in, name="epoch_us", signature=((zoned,), types.int64))(times)
    since, offset_s = steady_since(settings.text("timezone"))
    steady = (micros + offset_s * 1_000_000) // DAY_US
    if since is None:
        return cast("ir.IntegerValue", steady)
    # Casting between two zoned timestamps changes nothing in DuckDB; its function `timezone` gives the local clock.
    clock = ibis.udf.scalar.builtin(_local_clock, name="timezone", signature=((types.string, zoned), types.timestamp))
    exact = clock(settings.text("timezone"), times).date().epoch_days().cast("int64")
    return cast("ir.IntegerValue", exact if since == NEVER else (micros >= since * 1_000_000).ifelse(steady, exact))


def local_day(times: ir.Value, settings: Settings) -> ir.DateValue:
    """Return the day, in the shop's time zone, of UTC timestamps."""
    import ibis

    number = local_day_number(times, settings).cast("int32")
    return cast("ir.DateValue", (ibis.literal(EPOCH, type="date") + number.as_interval("D")).cast("date"))


def monday(day: date) -> date:
    """Return the first day of the week of `day`."""
    return day - timedelta(days=day.weekday())


@functools.cache
def steady_since(zone: str) -> tuple[int | None, int]:
    """Return since when a zone has kept one offset from UTC, and that offset, in seconds.

    The first is None where it always has, and `NEVER` where it still changes.
    Calendars are ten times slower than adding an offset; UTC and China need none.
    """
    found = ZoneInfo(zone)
    months = [datetime(year, month, 1, tzinfo=UTC) for year in range(1900, 2050) for month in range(1, 13)]
    offsets = [_offset_s(found, at) for at in months]
    changes = [place for place in range(1, len(months)) if offsets[place] != offsets[place - 1]]
    if not changes:
        return None, offsets[-1]
    last = int(months[changes[-1]].timestamp())
    return (NEVER if months[changes[-1]].year >= 2010 else last), offsets[-1]


def _offset_s(zone: ZoneInfo, at: datetime) -> int:
    offset = zone.utcoffset(at.astimezone(zone))
    return 0 if offset is None else int(offset.total_seconds())


def _built_in(at: object) -> object:
    """Give the arguments of a function of the engine; Ibis looks at them and never calls this."""


def _local_clock(zone: str, at: object) -> object:
    """Give the arguments of a function of the engine; Ibis looks at them and never calls this."""
