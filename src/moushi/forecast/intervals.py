"""Quantiles: the series' own distribution around its forecast, corrected by what earlier origins missed."""

from __future__ import annotations

import math

import numpy as np

from moushi.forecast.periods import Floats, Whole

PULL = 0.6
"""Share of a forecast's departure from the recent level (on a log scale) that its quantiles follow."""

PRIOR_KNOWN = 8.0
"""Known values that the pool's distribution counts for beside a series' own."""

RELIABLE = 13
"""Known values from which a series helps to describe the pool's distribution."""

PRIOR_RESIDUALS = 200.0
"""Residuals that no correction at all counts for: few residuals correct little."""

ENOUGH_RESIDUALS = 150
"""Neighbouring periods ahead are pooled until so many residuals are there."""

CLASS_SERIES = 150
"""Series per scale class; at most `CLASSES` of them."""

CLASSES = 3

CLASS_SHARE = 0.3
"""How far a class's correction counts against that of all series."""


WIDENING = 0.1
"""How much wider than their residuals say the quantiles of a small pool are: its windows share their errors."""

SMALL_POOL = 100
"""Series above which that widening fades."""


def relative_shape(quantiles: Floats, means: Floats, known: Floats, levels: Floats) -> Floats:
    """Return the distribution of each series over its own mean, drawn towards the pool's where little is known.

    Parameters
    ----------
    quantiles : (series, level) of the series' own recent values
    means, known : (series,) their mean, and how many they are

    Returns
    -------
    (series, level).  Where no series is long enough to describe a pool, and for
    series of which nothing is known, an exponential distribution stands for it:
    as wide as demand of an unknown kind deserves.
    """
    usable = (means > 0) & (known > 0)
    own = np.divide(quantiles, means[:, None], out=np.zeros_like(quantiles), where=usable[:, None])
    reliable = usable & (known >= RELIABLE)
    widest = -np.log1p(-levels)
    pool = own[reliable].mean(axis=0) if reliable.any() else widest
    count = np.where(usable, known, 0.0)[:, None]
    result: Floats = (count * own + PRIOR_KNOWN * pool) / (count + PRIOR_KNOWN)
    return np.where(count > 0, result, widest)


def base_quantiles(shape: Floats, centre: Floats, level: Floats) -> Floats:
    """Return quantiles before correction: the relative distribution at a level between the recent and the forecast one.

    Parameters
    ----------
    shape : (series, level of quantile)
    centre : (series, period) forecast mean
    level : (series, period) recent mean, at that period's place in the season
    """
    usable = (level > 0) & (centre > 0)
    ratio = np.divide(centre, level, out=np.ones_like(centre), where=usable)
    placed = np.where(usable, level * ratio**PULL, centre)
    result: Floats = placed[:, :, None] * shape[:, None, :]
    return result


def naive_quantiles(centre: Floats, spread: Floats, season: int, levels: Floats) -> Floats:
    """Return the quantiles that come with a seasonal naive: normal, never negative, wider with every season ahead.

    Parameters
    ----------
    centre : (series, period) the naive's point forecast, which is its median
    spread : (series,) mean absolute change from one season to the next
    season : periods of the naive's season

    Source
    ------
    Hyndman, Athanasopoulos, Forecasting: principles and practice, 5.5, with the
    standard deviation from the mean absolute change (times sqrt(pi / 2)).
    """
    from scipy.special import ndtri

    seasons = np.sqrt(np.arange(centre.shape[1]) // season + 1)
    deviation = spread[:, None] * math.sqrt(math.pi / 2) * seasons
    result: Floats = np.maximum(centre[:, :, None] + deviation[:, :, None] * ndtri(levels), 0.0)
    return result


def widened(quantiles: Floats, levels: Floats) -> Floats:
    """Return quantiles spread out from their median, for pools too small to see how far a whole window can be off.

    Parameters
    ----------
    quantiles : (series, period, level)
    """
    factor = 1 + WIDENING * min(1.0, SMALL_POOL / len(quantiles))
    middle = quantiles[:, :, [int(np.argmin(np.abs(levels - 0.5)))]]
    result: Floats = middle + factor * (quantiles - middle)
    return result


def scale_classes(level: Floats) -> Whole:
    """Return the class of each series: thirds by level, fewer where there are few series."""
    count = int(min(CLASSES, max(1, len(level) // CLASS_SERIES)))
    rank = np.argsort(np.argsort(level, kind="stable"), kind="stable")
    classes: Whole = np.minimum(rank * count // max(len(level), 1), count - 1)
    return classes


def corrections(residuals: Floats, classes: Whole, levels: Floats) -> Floats:
    """Return what has to be added to each quantile, in units of a series' spread.

    Parameters
    ----------
    residuals : (origin, series, period, level) actual less base quantile, over
        the spread; NaN where not known
    classes : (series,) scale class

    Returns
    -------
    (class, period, level): the quantile of the residuals at its own level, so
    that the corrected quantile would have been passed as often as it says;
    drawn towards 0 where residuals are few

    Source
    ------
    Conformalized quantile regression (Romano, Patterson, Candes 2019), here per
    quantile level, over rolling origins and pooled over similar series.
    """
    pool = _per_period(residuals, levels)
    count = int(classes.max()) + 1
    if count == 1:
        return pool[None]
    singly = [_per_period(residuals[:, classes == number], levels) for number in range(count)]
    return np.stack([CLASS_SHARE * own + (1 - CLASS_SHARE) * pool for own in singly])


def _per_period(residuals: Floats, levels: Floats) -> Floats:
    horizon = residuals.shape[2]
    result = np.zeros((horizon, len(levels)))
    counts = np.isfinite(residuals[..., 0]).sum(axis=(0, 1))
    for period in range(horizon):
        low, high = _neighbours(counts, period)
        pooled = residuals[:, :, low:high].reshape(-1, len(levels))
        pooled = pooled[np.isfinite(pooled[:, 0])]
        if len(pooled):
            trust = len(pooled) / (len(pooled) + PRIOR_RESIDUALS)
            result[period] = trust * _own_quantiles(pooled, levels)
    return result


def _own_quantiles(residuals: Floats, levels: Floats) -> Floats:
    return np.array([np.quantile(residuals[:, i], level) for i, level in enumerate(levels)])


def _neighbours(counts: Whole, period: int) -> tuple[int, int]:
    """Return the narrowest range around `period`, at least one to each side, that holds enough residuals."""
    for width in range(1, len(counts) + 1):
        low, high = max(0, period - width), min(len(counts), period + width + 1)
        if counts[low:high].sum() >= ENOUGH_RESIDUALS:
            break
    return low, high
