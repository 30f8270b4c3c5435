"""Days on which a shop was shut a year ago, such as the days from Christmas to New Year."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from moushi.forecast.history import MASKED_SHARE, closed_phases
from moushi.forecast.panel import Panel
from moushi.forecast.periods import Floats, Whole

LEAST_DAYS = 2
"""Days in a row, usually open, that make a shutdown; single ones are mostly movable feasts."""


def closure_probability(panel: Panel, days: Whole) -> Floats:
    """Return how probable it is that the shop is shut on each day.

    Parameters
    ----------
    panel : daily series of one shop; a day on which all of them are zero is one
        on which it was shut
    days : any shape, days since 1970-01-01

    Returns
    -------
    array like `days`: 0 where no shutdown covered the same date in an earlier
    year, else (years shut + 1) / (years known + 2), the rule of succession
    """
    result = np.zeros(days.shape)
    if panel.frequency.name != "day":
        return result
    first, total = _total(panel)
    shut = _shutdowns(total)
    if not shut.any():
        return result
    for position, day in np.ndenumerate(days):
        years = [shut[index] for index in _same_date(int(day)) - first if 0 <= index < len(total)]
        if any(years):
            result[position] = (sum(years) + 1) / (len(years) + 2)
    return result


def with_closures(mean: Floats, quantiles: Floats, levels: Floats, probability: Floats) -> tuple[Floats, Floats]:
    """Mix a forecast with the chance of a shut day: zero with that probability, else as forecast.

    Parameters
    ----------
    mean, probability : (series, period)
    quantiles : (series, period, level)
    """
    mixed = quantiles.copy()
    for place in zip(*np.nonzero(probability), strict=True):
        shut = probability[place]
        within = (levels - shut) / (1 - shut)
        mixed[place] = np.where(within > 0, np.interp(within, levels, quantiles[place]), 0.0)
    return mean * (1 - probability), mixed


def _total(panel: Panel) -> tuple[int, Floats]:
    first = int(min(end - len(values) + 1 for end, values in zip(panel.ends, panel.values, strict=True)))
    total = np.full(int(panel.ends.max()) - first + 1, np.nan)
    for end, values in zip(panel.ends, panel.values, strict=True):
        start = int(end) - len(values) + 1 - first
        place = slice(start, start + len(values))
        total[place] = np.where(np.isnan(values), total[place], np.nan_to_num(total[place]) + np.nan_to_num(values))
    return first, total


def _shutdowns(total: Floats) -> npt.NDArray[np.bool_]:
    """Tell which days lie in a run of zero days that holds at least `LEAST_DAYS` usually open ones."""
    closed = closed_phases(total, 7)
    usually_open = ~closed[np.arange(len(total)) % 7]
    zero = total == 0
    shut = np.zeros(len(total), dtype=bool)
    if (zero & usually_open).sum() >= MASKED_SHARE * usually_open.sum():
        return shut
    edges = np.flatnonzero(np.diff(np.concatenate([[0], zero.astype(np.int8), [0]])))
    for low, high in zip(edges[::2], edges[1::2], strict=True):
        shut[low:high] = usually_open[low:high].sum() >= LEAST_DAYS
    return shut


def _same_date(day: int) -> Whole:
    """Return the same date in earlier years, nearest first (29 February: the day after the 28th)."""
    month = np.datetime64(day, "D").astype("datetime64[M]")
    within = day - int(month.astype("datetime64[D]").astype(np.int64))
    earlier = month - 12 * np.arange(1, 51)
    dates: Whole = earlier.astype("datetime64[D]").astype(np.int64) + within
    return dates
