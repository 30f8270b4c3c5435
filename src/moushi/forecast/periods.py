"""The lengths of a period, and the arithmetic between dates and whole periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from moushi.errors import NotEnoughData, Words

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Name = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Frequency:
    """How long a period is and what repeats in it.

    Attributes
    ----------
    name : day, week or month
    cycle : periods of the short season; 1 where there is none
    year : periods of a year
    window : cycles that the recent spread and level are taken from
    """

    name: Name
    cycle: int
    year: float
    window: int


FREQUENCIES: dict[str, Frequency] = {
    "day": Frequency("day", 7, 365.25, 26),
    "week": Frequency("week", 1, 365.25 / 7, 26),
    "month": Frequency("month", 1, 12.0, 24),
}


def to_index(days: Whole, frequency: Frequency, anchor: int = 0) -> Whole:
    """Return the number of the period that begins on each day.

    Parameters
    ----------
    days : days since 1970-01-01
    anchor : for weeks, the weekday on which they begin, as `days % 7`
    """
    if frequency.name == "day":
        return days
    if frequency.name == "week":
        return (days - anchor) // 7
    months: Whole = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months


def to_days(index: Whole, frequency: Frequency, anchor: int = 0) -> Whole:
    """Return the first day of each period, in days since 1970-01-01."""
    if frequency.name == "day":
        return index
    if frequency.name == "week":
        return index * 7 + anchor
    days: Whole = index.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days


def infer(series: npt.NDArray[np.int64], days: Whole) -> Frequency:
    """Return the frequency of sorted rows: the commonest step between neighbours of one series.

    Raises
    ------
    NotEnoughData : if no series has two rows
    """
    steps = np.diff(days)[np.diff(series) == 0]
    if not len(steps):
        raise NotEnoughData(
            where="forecast.fit", found=len(days), unit=Words("rows without any two in one series", "行（没有两行属于同一序列）"), needed=2
        )
    common = float(np.median(steps))
    return FREQUENCIES["day" if common < 4 else "week" if common < 20 else "month"]
