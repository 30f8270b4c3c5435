"""One series at one origin: what each model expects, and how the series spreads around its level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from moushi.forecast.history import Shape, closed_phases, fill, phases, shape, without_holidays
from moushi.forecast.models import Candidate, forecast
from moushi.forecast.periods import Floats, Frequency


@dataclass(frozen=True)
class Plan:
    """What every series is asked, the same in every process.

    Attributes
    ----------
    frequency, horizon : length of a period, periods ahead
    candidates : models, the naive first
    naive_season : season of the naive, in periods
    levels : quantile levels, rising
    offsets : periods before the end at which the models are fitted; 0, the end
        itself, comes first
    yearly : per offset the yearly profile to try, if there is one
    """

    frequency: Frequency
    horizon: int
    candidates: tuple[Candidate, ...]
    naive_season: int
    levels: tuple[float, ...]
    offsets: tuple[int, ...]
    yearly: tuple[tuple[int, Floats] | None, ...]

    @property
    def variants(self) -> int:
        """Ways in which the series is shown to the models: as it is, and freed of the yearly season."""
        return 2 if any(profile is not None for profile in self.yearly) else 1

    @property
    def least(self) -> int:
        """Periods of history needed at an origin."""
        return max(8, 2 * self.frequency.cycle)

    @property
    def width(self) -> int:
        """Numbers per variant in the vector that `study` returns."""
        return len(self.candidates) * self.horizon + self.horizon + len(self.levels) + 3


def study(values: Floats, end: int, plan: Plan, offset: int) -> Floats:
    """Return the vector of one series at one origin.

    Parameters
    ----------
    values : the whole series, NaN where unknown
    end : number of its last period
    offset : position in `plan.offsets`

    Returns
    -------
    per variant: forecasts (models x horizon), level factors (horizon),
    quantiles of the level, its mean, its spread, number of known values.
    NaN where the history is too short for this origin.
    """
    cut = len(values) - plan.offsets[offset]
    if cut < (plan.least if plan.offsets[offset] else 1):
        return np.full(plan.variants * plan.width, np.nan)
    seen = values[:cut]
    start = end - len(values) + 1
    naive = forecast(plan.candidates[0], fill(seen, plan.frequency.cycle), plan.horizon, plan.naive_season)
    parts = []
    for variant in range(plan.variants):
        season = _season(plan, offset, start, cut) if variant else np.ones(cut + plan.horizon)
        parts.append(_variant(seen, season, plan, naive))
    return np.concatenate(parts)


def _season(plan: Plan, offset: int, start: int, cut: int) -> Floats:
    profile = plan.yearly[offset]
    if profile is None:
        return np.full(cut + plan.horizon, np.nan)
    first, factors = profile
    return factors[start - first : start - first + cut + plan.horizon]


def _variant(seen: Floats, season: Floats, plan: Plan, naive: Floats) -> Floats:
    if np.isnan(season[0]):
        return np.full(plan.width, np.nan)
    cycle, cut = plan.frequency.cycle, len(seen)
    level = seen / season[:cut]
    closed = closed_phases(level, cycle)
    level = without_holidays(level, closed)
    filled = fill(level, cycle)
    ahead = season[cut:]
    open_ahead = ~closed[np.arange(cut, cut + plan.horizon) % cycle]
    shown = filled[~closed[np.arange(cut) % cycle]]
    means = [naive]
    for candidate in plan.candidates[1:]:
        mean = np.zeros(plan.horizon)
        mean[open_ahead] = forecast(candidate, shown, int(open_ahead.sum()), int((~closed).sum()))
        means.append(mean * ahead)
    profile = np.where(closed, 0.0, phases(filled, plan.frequency))
    around: Shape = shape(level, profile, plan.frequency, np.array(plan.levels))
    factors = profile[np.arange(cut, cut + plan.horizon) % cycle] * ahead
    tail = [around.mean, around.spread * float(ahead.mean()), float(around.known)]
    return np.concatenate([*means, factors, around.quantiles, tail])


def naive_season(frequency: Frequency, longest: int) -> int:
    """Return the season of the naive: the short one, or the same period a year ago where two years are known."""
    if frequency.cycle > 1:
        return frequency.cycle
    year = round(frequency.year)
    return year if longest >= 2 * year else 1
