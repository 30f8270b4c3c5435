"""What the last week should have been, from the weeks before it alone.

Two simple rules compete: the median of the last weeks, and the same moved by
what the same week was above or below its neighbours a year before.  The one
with the smaller error over the earlier weeks of all series together is used;
its errors at earlier weeks, each made as the last one is, give the interval.
Work is on the square-root scale, where counts have about the same spread
whatever their level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moushi.chance.tails import student_quantile, student_two_sided
from moushi.strategy.demand import Array

LEVEL_WEEKS = 8
YEAR_WEEKS = 52
YEAR_WEIGHT = 0.5
LEAST_ERRORS = 12
MOST_FREEDOM = 10
"""Degrees of freedom of the interval are capped: sales have heavier tails than the normal."""
COUNT_SPREAD = 0.5
"""Spread of a Poisson count on the square-root scale; no count can be steadier."""


@dataclass(frozen=True)
class Expectation:
    """What was expected of one number, how sure, and how likely a value as far off would be by chance.

    Parameters
    ----------
    expected, low, high : point and 90 % interval, in the units of the series
    p_value : two-sided, 0 to 1
    weeks : earlier weeks whose errors gave the interval
    method : "level", "year" or "forecast"
    """

    expected: float
    low: float
    high: float
    p_value: float
    weeks: int
    method: str

    @property
    def spread(self) -> float:
        """Standard deviation that the interval stands for."""
        return (self.high - self.low) / 3.29


def expect(history: Array, actual: Array, *, counts: bool) -> list[Expectation | None]:
    """Judge the last value of each series by its own past.

    Parameters
    ----------
    history : shape (series, weeks), oldest first, not negative; nan before a series began
    actual : shape (series,), the week to be judged
    counts : True where values are counts of units

    Returns
    -------
    list with one entry per series; None where it is too short
    """
    if not history.size:
        return [None] * len(history)
    scale = np.sqrt(np.maximum(history, 0))
    rules = {"level": _level(scale), "year": _year(scale)}
    errors = {name: scale - rule[:, :-1] for name, rule in rules.items()}
    both = np.isfinite(errors["level"]) & np.isfinite(errors["year"])
    year_wins = both.any() and np.abs(errors["year"][both]).sum() < np.abs(errors["level"][both]).sum()
    found: list[Expectation | None] = []
    for place, now in enumerate(np.sqrt(np.maximum(actual, 0))):
        enough = np.isfinite(rules["year"][place, -1]) and np.isfinite(errors["year"][place]).sum() >= LEAST_ERRORS
        name = "year" if year_wins and enough else "level"
        error = errors[name][place]
        found.append(_judge(float(rules[name][place, -1]), float(now), error[np.isfinite(error)], name, counts))
    return found


def _judge(centre: float, now: float, errors: Array, method: str, counts: bool) -> Expectation | None:
    if not np.isfinite(centre) or len(errors) < LEAST_ERRORS:
        return None
    # Around zero, not around their mean: a rule that is always off is not thereby certain.
    spread = float(np.sqrt(np.mean(errors**2)))
    spread = max(spread, COUNT_SPREAD if counts else 0.02 * centre, 1e-9)
    freedom = min(len(errors) - 1, MOST_FREEDOM)
    reach = student_quantile(0.95, freedom) * spread
    p_value = student_two_sided((now - centre) / spread, freedom)
    return Expectation(centre**2, max(centre - reach, 0.0) ** 2, (centre + reach) ** 2, p_value, len(errors), method)


def _level(scale: Array) -> Array:
    """Return, for each week and the one after the last, the median of the weeks before it."""
    series, weeks = scale.shape
    result = np.full((series, weeks + 1), np.nan)
    if weeks >= LEVEL_WEEKS:
        windows = np.lib.stride_tricks.sliding_window_view(scale, LEVEL_WEEKS, axis=1)
        result[:, LEVEL_WEEKS:] = np.median(windows, axis=2)
    return result


def _year(scale: Array) -> Array:
    """Return the level, moved by half of what the same week a year before differed from its level."""
    level = _level(scale)
    result = np.full_like(level, np.nan)
    if scale.shape[1] > YEAR_WEEKS:
        moved = scale[:, : level.shape[1] - YEAR_WEEKS] - level[:, : level.shape[1] - YEAR_WEEKS]
        result[:, YEAR_WEEKS:] = np.maximum(level[:, YEAR_WEEKS:] + YEAR_WEIGHT * moved, 0)
    return result


def from_samples(samples: Array, actual: float) -> Expectation:
    """Judge a value by samples of an earlier forecast of it."""
    mean, spread = float(samples.mean()), max(float(samples.std()), 1e-9)
    low, high = (float(value) for value in np.quantile(samples, [0.05, 0.95]))
    p_value = student_two_sided((actual - mean) / spread, MOST_FREEDOM)
    return Expectation(mean, low, high, p_value, 0, "forecast")
