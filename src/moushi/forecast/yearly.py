"""The yearly season, learnt from all series together: one series is too noisy, a shop is not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from moushi.forecast.panel import Panel
from moushi.forecast.periods import Floats, Frequency

LEAST_YEARS = 1.7
"""History from which a yearly season can be told from a trend."""

WAVES = 6
RIDGE = 0.01


def yearly_profile(panel: Panel, offset: int, horizon: int) -> tuple[int, Floats] | None:
    """Return the yearly profile as it could be known `offset` periods before the end.

    Returns
    -------
    (first, factors) : factors from period `first` on, up to `horizon` periods
        after the last series' end; 1 on average.  None where history is too short.

    Notes
    -----
    The mean of the series, each divided by its own mean, is smoothed over a
    cycle; its logarithm is fitted by a line and six waves of a year, the waves
    with a light ridge.  Only the waves are kept.
    """
    frequency = panel.frequency
    first = int(min(end - len(values) + 1 for end, values in zip(panel.ends, panel.values, strict=True)))
    last = int(panel.ends.min()) - offset
    span = last - first + 1
    if span < LEAST_YEARS * frequency.year:
        return None
    level = _smooth(_mean_level(panel, first, span), frequency.cycle)
    usable = np.isfinite(level) & (level > 0)
    if usable.sum() < LEAST_YEARS * frequency.year * 0.8:
        return None
    count = int(panel.ends.max()) + horizon - first + 1
    return first, _waves(level, usable, count, frequency)


def _mean_level(panel: Panel, first: int, span: int) -> Floats:
    total, count = np.zeros(span), np.zeros(span)
    for end, values in zip(panel.ends, panel.values, strict=True):
        start = int(end) - len(values) + 1 - first
        seen = values[: max(0, span - start)]
        known = ~np.isnan(seen)
        mean = seen[known].mean() if known.any() else 0.0
        if mean > 0:
            positions = start + np.flatnonzero(known)
            total[positions] += seen[known] / mean
            count[positions] += 1
    result: Floats = np.divide(total, count, out=np.full(span, np.nan), where=count > 0)
    return result


def _smooth(level: Floats, cycle: int) -> Floats:
    if cycle == 1:
        return level
    kernel = np.ones(cycle)
    known = np.isfinite(level)
    weight = np.convolve(known.astype(np.float64), kernel, "same")
    total = np.convolve(np.where(known, level, 0.0), kernel, "same")
    result: Floats = np.divide(total, weight, out=np.full(len(level), np.nan), where=weight > 0)
    return result


def _waves(level: Floats, usable: npt.NDArray[np.bool_], count: int, frequency: Frequency) -> Floats:
    time = np.arange(count)
    angle = 2 * np.pi * np.outer(time / frequency.year, np.arange(1, WAVES + 1))
    waves = np.hstack([np.sin(angle), np.cos(angle)])
    design = np.column_stack([np.ones(count), time / frequency.year, waves])
    seen = design[: len(level)][usable]
    penalty = np.diag([0.0, 0.0] + [RIDGE * len(seen)] * waves.shape[1])
    solved = np.linalg.solve(seen.T @ seen + penalty, seen.T @ np.log(level[usable]))
    result: Floats = np.exp(waves @ solved[2:])
    return result
