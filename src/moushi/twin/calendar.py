"""What the calendar does to demand: weekdays, the year, festivals with their pre-heat and after-dip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from moushi.twin.shape import Market, Shape
from moushi.twin.streams import Floats

# First day of the lunar year, 2015 to 2035.
LUNAR_NEW_YEAR = {
    day.year: day
    for day in (
        date(2015, 2, 19),
        date(2016, 2, 8),
        date(2017, 1, 28),
        date(2018, 2, 16),
        date(2019, 2, 5),
        date(2020, 1, 25),
        date(2021, 2, 12),
        date(2022, 2, 1),
        date(2023, 1, 22),
        date(2024, 2, 10),
        date(2025, 1, 29),
        date(2026, 2, 17),
        date(2027, 2, 6),
        date(2028, 1, 26),
        date(2029, 2, 13),
        date(2030, 2, 3),
        date(2031, 1, 23),
        date(2032, 2, 11),
        date(2033, 1, 31),
        date(2034, 2, 19),
        date(2035, 2, 8),
    )
}


@dataclass(frozen=True)
class Window:
    """Days around an event on which demand is multiplied.

    Attributes
    ----------
    event : "lunar_new_year", "618", "double_11", "double_12", "black_friday" or "christmas"
    part : "pre_heat", "event" or "after"
    first, last : days from the event's day, both inclusive
    factor : of demand
    """

    event: str
    part: str
    first: int
    last: int
    factor: float


_CHINESE = (
    Window("lunar_new_year", "pre_heat", -24, -9, 1.30),
    Window("lunar_new_year", "event", -4, 5, 0.40),
    Window("lunar_new_year", "after", 6, 10, 0.80),
    Window("618", "pre_heat", -17, -3, 1.15),
    Window("618", "event", -2, 2, 2.10),
    Window("618", "after", 3, 12, 0.80),
    Window("double_11", "pre_heat", -11, -9, 1.50),
    Window("double_11", "pre_heat", -8, -2, 1.05),
    Window("double_11", "event", -1, 0, 2.80),
    Window("double_11", "after", 1, 12, 0.72),
    Window("double_12", "event", -1, 0, 1.50),
)
_WESTERN = (
    Window("black_friday", "pre_heat", -10, -5, 0.92),
    Window("black_friday", "pre_heat", -4, -1, 1.35),
    Window("black_friday", "event", 0, 3, 2.40),
    Window("black_friday", "after", 4, 10, 0.80),
    Window("christmas", "pre_heat", -20, -4, 1.40),
    Window("christmas", "event", -1, 2, 0.35),
    Window("christmas", "after", 3, 6, 0.85),
)


def windows(market: Market) -> tuple[Window, ...]:
    """Return the event windows that a market knows."""
    return _CHINESE if market.language == "zh" else _WESTERN


def event_day(event: str, year: int) -> date:
    """Return the day of an event in a year."""
    if event == "lunar_new_year":
        return LUNAR_NEW_YEAR[year]
    if event == "black_friday":
        november = date(year, 11, 1)
        first_thursday = (3 - november.weekday()) % 7
        return november + timedelta(days=first_thursday + 21 + 1)
    month, day = {"618": (6, 18), "double_11": (11, 11), "double_12": (12, 12), "christmas": (12, 24)}[event]
    return date(year, month, day)


def events_on(market: Market, day: date) -> Iterator[Window]:
    """Yield the windows that hold a day; a window may reach over the turn of the year."""
    for window in windows(market):
        for year in (day.year, day.year + 1):
            if window.event == "lunar_new_year" and year not in LUNAR_NEW_YEAR:
                continue
            offset = (day - event_day(window.event, year)).days
            if window.first <= offset <= window.last:
                yield window


def event_factor(market: Market, day: date) -> float:
    """Return by how much events multiply a day's demand."""
    factor = 1.0
    for window in events_on(market, day):
        factor *= window.factor
    return factor


def day_factors(market: Market, monday: date) -> Floats:
    """Return the factors of a week's seven days: weekday times events, 1 on an ordinary day's mean."""
    weekday = np.array(market.weekday) / np.mean(market.weekday)
    events = np.array([event_factor(market, monday + timedelta(days=i)) for i in range(7)])
    return np.asarray(weekday * events)


def year_factor(amplitude: Floats | float, peak_week: Floats | float, monday: date) -> Floats:
    """Return the yearly wave at a week: 1 on the year's mean, highest in `peak_week`."""
    week = (monday - date(monday.year, 1, 1)).days / 7
    return np.asarray(1 + np.asarray(amplitude) * np.cos(2 * np.pi * (week - np.asarray(peak_week)) / 52.18))


def trend(shape: Shape, week: int) -> float:
    """Return the whole shop's slow growth: 5 % a year."""
    return float(np.exp(0.05 * week / 52))


def in_event(market: Market, monday: date) -> bool:
    """Tell whether a week holds an event that sells, so that promotions are many."""
    days = [monday + timedelta(days=i) for i in range(7)]
    return any(window.part == "event" and window.factor > 1 for day in days for window in events_on(market, day))
