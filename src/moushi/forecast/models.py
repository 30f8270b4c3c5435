"""The candidates: statsforecast models and a seasonal naive, applied to one series at a time."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from moushi.forecast.periods import Floats

NAIVE = "seasonal_naive"
LONGEST = 365
"""Periods that a local model sees: older ones cost time and no longer help."""

FEW_SERIES = 100
"""Up to so many series, the slower model of series without a short season competes too."""

FEW_SEASONAL_SERIES = 20
"""The same for series with a short season, where it takes a tenth of a second each time."""


@dataclass(frozen=True)
class Candidate:
    """A model in the contest: its name and the least history it needs, in periods and in seasons."""

    name: str
    least: int = 1
    seasons: int = 0

    def fits(self, periods: int, season: int) -> bool:
        """Tell whether `periods` of history are enough."""
        return periods >= self.least + self.seasons * season


PLAIN = (
    Candidate(NAIVE),
    Candidate("window_average_8", 8),
    Candidate("simple_smoothing", 3),
    Candidate("tsb", 3),
    Candidate("croston_sba", 3),
    Candidate("adida", 4),
    Candidate("imapa", 4),
)
PLAIN_SLOW = (Candidate("theta", 8),)
SEASONAL = (
    Candidate(NAIVE),
    Candidate("seasonal_average_4", 0, 4),
    Candidate("seasonal_average_8", 0, 8),
    Candidate("seasonal_smoothing", 1, 2),
    Candidate("theta", 1, 3),
)
SEASONAL_SLOW = (Candidate("exponential_smoothing", 1, 3),)


def candidates(cycle: int, series: int) -> tuple[Candidate, ...]:
    """Return the models that compete for `series` series with `cycle` periods in their short season."""
    quick, slow, few = (PLAIN, PLAIN_SLOW, FEW_SERIES) if cycle == 1 else (SEASONAL, SEASONAL_SLOW, FEW_SEASONAL_SERIES)
    return quick + slow if series <= few else quick


def forecast(candidate: Candidate, history: Floats, horizon: int, season: int) -> Floats:
    """Return the point forecast of one model for `horizon` periods, never negative.

    Parameters
    ----------
    history : known or filled-in values, oldest first, no NaN, at least one
    season : periods of the season the model is given

    Returns
    -------
    array of `horizon` values; NaN where the history is too short for the model
    """
    if not candidate.fits(len(history), season):
        return np.full(horizon, np.nan)
    if candidate.name == NAIVE:
        span = season if season <= len(history) else 1
        return np.resize(history[-span:], horizon)
    recent = history[-LONGEST:]
    if recent.min() == recent.max():
        # Some models divide by the variance.
        return np.full(horizon, recent[0])
    mean = _model(candidate.name, season).forecast(recent, h=horizon)["mean"]
    result: Floats = np.maximum(np.asarray(mean, dtype=np.float64), 0.0)
    return result


@functools.cache
def _model(name: str, season: int) -> Any:
    from statsforecast import models

    factories: dict[str, Any] = {
        "window_average_8": lambda: models.WindowAverage(8),
        "simple_smoothing": models.SimpleExponentialSmoothingOptimized,
        "tsb": lambda: models.TSB(alpha_d=0.2, alpha_p=0.2),
        "croston_sba": models.CrostonSBA,
        "adida": models.ADIDA,
        "imapa": models.IMAPA,
        "theta": lambda: models.Theta(season),
        "seasonal_average_4": lambda: models.SeasonalWindowAverage(season_length=season, window_size=4),
        "seasonal_average_8": lambda: models.SeasonalWindowAverage(season_length=season, window_size=8),
        "seasonal_smoothing": lambda: models.SeasonalExponentialSmoothingOptimized(season),
        "exponential_smoothing": lambda: models.AutoETS(season, model="ZNZ"),
    }
    return factories[name]()
