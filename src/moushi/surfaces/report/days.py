"""The shop's days: a time in UTC is a day only in a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import ibis.expr.types as ir


def local_day(at: ir.TimestampValue, zone: ZoneInfo, first: datetime, last: datetime) -> ir.DateValue:
    """Return the day of a UTC time in `zone`, as an expression every engine has.

    Parameters
    ----------
    at : UTC times
    first, last : times between which all of `at` lie

    Notes
    -----
    Ibis has no conversion between zones that all engines share, so the zone's
    offsets between `first` and `last` are written out: two a year at most.
    """
    import ibis

    steps = offsets(zone, first, last)
    if all(offset == timedelta(0) for _, offset in steps):
        return at.date()
    shifted = at + _interval(steps[0][1])
    if len(steps) > 1:
        branches = [(at >= ibis.literal(begin), at + _interval(offset)) for begin, offset in reversed(steps[1:])]
        shifted = ibis.cases(*branches, else_=shifted)
    return shifted.date()


def _interval(offset: timedelta) -> ir.IntervalScalar:
    import ibis

    return ibis.interval(seconds=int(offset.total_seconds()))


def offsets(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[datetime, timedelta]]:
    """Return the zone's offsets to UTC between two times: from when (UTC), and how much.

    Examples
    --------
    >>> summer = offsets(ZoneInfo("Europe/London"), datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC))
    >>> [(begin.isoformat(), offset.seconds) for begin, offset in summer]
    [('2024-01-01T00:00:00+00:00', 0), ('2024-03-31T01:00:00+00:00', 3600)]
    """
    steps = [(first, _offset(zone, first))]
    at = first
    while at < last:
        after = min(at + timedelta(days=1), last)
        if _offset(zone, after) != steps[-1][1]:
            steps.append((_change(zone, at, after), _offset(zone, after)))
        at = after
    return steps


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta(0)


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """Return the first second at which the offset is that of `after`, by halving."""
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == _offset(zone, after):
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def monday(day: date) -> date:
    """Return the first day of the week of `day`."""
    return day - timedelta(days=day.weekday())
