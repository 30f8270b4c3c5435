"""What the models are shown of one series: gaps filled, closed weekdays taken out, its level and spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.forecast.periods import Floats, Frequency

MASKED_SHARE = 0.1
"""Single zero days are taken for holidays only where fewer than this share of open days are zero."""

DECAY = 0.95
"""Weight of a cycle against the one after it, in the series' own distribution."""


@dataclass(frozen=True)
class Shape:
    """How a series is distributed around its level.

    Attributes
    ----------
    quantiles : of the recent known values, freed of the short season, newer ones weighing more
    mean : of the same values with the same weights
    spread : mean absolute change from one cycle to the next
    known : number of known values behind it
    """

    quantiles: Floats
    mean: float
    spread: float
    known: int


def fill(values: Floats, cycle: int) -> Floats:
    """Return `values` with each unknown one replaced by the mean of the nearest known ones in the same phase.

    Up to two known values before and two after are used; where a phase has
    none, the mean of all known values; all unknown gives zeros.
    """
    unknown = np.flatnonzero(np.isnan(values))
    if not len(unknown):
        return values
    filled = values.copy()
    known = values[~np.isnan(values)]
    fallback = float(known.mean()) if len(known) else 0.0
    for position in unknown:
        phase = np.arange(position % cycle, len(values), cycle)
        usable = phase[~np.isnan(values[phase])]
        before, after = usable[usable < position][-2:], usable[usable > position][:2]
        near = np.concatenate([before, after])
        filled[position] = values[near].mean() if len(near) else fallback
    return filled


def closed_phases(values: Floats, cycle: int) -> npt.NDArray[np.bool_]:
    """Tell which phases of the cycle, counted from the series' start, are always zero of late (a shop shut on Saturdays).

    A phase is closed when its last eight known values, and at least three, are all zero
    while some other phase is not.
    """
    closed = np.zeros(cycle, dtype=bool)
    if cycle == 1 or len(values) < 3 * cycle:
        return closed
    for phase in range(cycle):
        recent = values[phase::cycle]
        recent = recent[~np.isnan(recent)][-8:]
        closed[phase] = len(recent) >= 3 and not recent.any()
    return closed if not closed.all() else np.zeros(cycle, dtype=bool)


def without_holidays(values: Floats, closed: npt.NDArray[np.bool_]) -> Floats:
    """Return `values` with zeros on days that are usually open made unknown, where such zeros are rare.

    They are days when the shop was shut; a model that took them for demand
    would carry the holiday into the coming weeks.
    """
    cycle = len(closed)
    if cycle == 1:
        return values
    open_days = ~closed[np.arange(len(values)) % cycle]
    zero = open_days & (values == 0)
    if not zero.any() or zero.sum() >= MASKED_SHARE * open_days.sum():
        return values
    return np.where(zero, np.nan, values)


def phases(values: Floats, frequency: Frequency) -> Floats:
    """Return the level of each phase of the cycle relative to the mean of all, from the last eight cycles; ones without a cycle."""
    cycle = frequency.cycle
    if cycle == 1 or len(values) < 2 * cycle:
        return np.ones(cycle)
    recent = values[-8 * cycle :]
    offset = len(values) - len(recent)
    level = recent.mean()
    if level <= 0:
        return np.ones(cycle)
    profile = np.array([recent[(phase - offset) % cycle :: cycle].mean() for phase in range(cycle)])
    result: Floats = profile / level
    return result


def shape(values: Floats, profile: Floats, frequency: Frequency, levels: Floats) -> Shape:
    """Return the distribution of the recent known values once the phase profile is divided out."""
    cycle = frequency.cycle
    recent = values[-frequency.window * cycle :]
    offset = len(values) - len(recent)
    factor = profile[(np.arange(len(recent)) + offset) % cycle]
    used = ~np.isnan(recent) & (factor > 0)
    if not used.any():
        return Shape(np.zeros(len(levels)), 0.0, 0.0, 0)
    level = recent[used] / factor[used]
    weight = DECAY ** ((len(recent) - 1 - np.flatnonzero(used)) / cycle)
    mean = float((weight * level).sum() / weight.sum())
    return Shape(weighted_quantiles(level, weight, levels), mean, _spread(recent, cycle), int(used.sum()))


def weighted_quantiles(values: Floats, weights: Floats, levels: Floats) -> Floats:
    """Return quantiles of weighted values, interpolated between the middles of their weights."""
    order = np.argsort(values, kind="stable")
    ordered, weight = values[order], weights[order]
    middle = (np.cumsum(weight) - weight / 2) / weight.sum()
    return np.interp(levels, middle, ordered)


def _spread(recent: Floats, cycle: int) -> float:
    change = np.abs(recent[cycle:] - recent[:-cycle])
    change = change[~np.isnan(change)]
    if len(change):
        return float(change.mean())
    known = recent[~np.isnan(recent)]
    return float(known.mean()) if len(known) else 0.0
