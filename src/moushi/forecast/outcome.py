"""From the contest to a forecast: choose the view, weigh the models, set the quantiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.forecast.contest import Contest
from moushi.forecast.intervals import base_quantiles, corrections, naive_quantiles, relative_shape, scale_classes, widened
from moushi.forecast.models import NAIVE
from moushi.forecast.periods import Floats
from moushi.forecast.weights import combine, mean_known, model_weights

YEARLY_GAIN = 0.98
"""The yearly season is used where it brings the error under this share of the error without it."""


@dataclass(frozen=True)
class Outcome:
    """What is expected at one origin, knowing only what came before it.

    Attributes
    ----------
    mean : (series, period), >= 0
    quantiles : (series, period, level), >= 0, rising with the level
    weights : (series, model)
    yearly : whether the series were freed of the yearly season
    """

    mean: Floats
    quantiles: Floats
    weights: Floats
    yearly: bool


def conclude(contest: Contest, origin: int = 0) -> Outcome:
    """Return the forecast at `origin` (0 is the end of the data)."""
    known = _known(contest, origin)
    variant = _variant(contest, origin, known)
    weights = model_weights(_errors(contest, variant, known))
    centres = np.stack([combine(forecasts, weights) for forecasts in contest.forecasts[variant].swapaxes(0, 1)])
    centres = _with_unknown(centres, contest.known[variant])
    quantiles = _quantiles(contest, variant, origin, centres, known)
    return Outcome(centres[origin], quantiles, weights, bool(variant))


def conclude_naive(contest: Contest, origin: int = 0) -> Outcome:
    """Return what the seasonal naive says at `origin`, with its usual quantiles."""
    number = [candidate.name for candidate in contest.plan.candidates].index(NAIVE)
    mean = contest.forecasts[0, number, origin]
    weights = np.zeros((len(mean), len(contest.plan.candidates)))
    weights[:, number] = 1.0
    levels = np.array(contest.plan.levels)
    quantiles = naive_quantiles(mean, contest.spreads[0, origin], contest.plan.naive_season, levels)
    return Outcome(mean, quantiles, weights, yearly=False)


def evaluated(contest: Contest) -> list[int]:
    """Return the origins that can be judged: those with two earlier ones to learn from."""
    return list(range(1, len(contest.plan.offsets) - 2))


def _known(contest: Contest, origin: int) -> Floats:
    """Return the actuals with those that came after `origin` made unknown."""
    offsets = np.array(contest.plan.offsets)
    ahead = np.arange(1, contest.plan.horizon + 1)
    before = ahead[None, :] <= (offsets - offsets[origin])[:, None]
    return np.where(before[:, None, :], contest.actuals, np.nan)


def _scale(contest: Contest, variant: int) -> Floats:
    """Return the spread of each series at each origin; its mean, then 1, where it never changes."""
    spread, mean = contest.spreads[variant], contest.means[variant]
    result: Floats = np.where(spread > 0, spread, np.where(mean > 0, mean, 1.0))
    return result


def _errors(contest: Contest, variant: int, known: Floats) -> Floats:
    gaps = np.abs(contest.forecasts[variant] - known[None]) / _scale(contest, 0)[None, :, :, None]
    result: Floats = gaps.transpose(0, 2, 1, 3).reshape(gaps.shape[0], gaps.shape[2], -1)
    return result


def _variant(contest: Contest, origin: int, known: Floats) -> int:
    if contest.plan.variants == 1 or np.isnan(contest.forecasts[1, :, origin]).all():
        return 0
    both = [_errors(contest, variant, known)[1:] for variant in (0, 1)]
    comparable = np.isfinite(both[0]) & np.isfinite(both[1])
    plain, freed = (mean_known(np.where(comparable, errors, np.nan)) for errors in both)
    return int(freed < YEARLY_GAIN * plain)


def _with_unknown(centres: Floats, known: Floats) -> Floats:
    """Give series of which nothing is known the middle of the others' forecasts."""
    blank = known == 0
    if not blank.any():
        return centres
    result = centres.copy()
    for origin, unseen in enumerate(blank):
        others = centres[origin][known[origin] > 0]
        if len(others):
            result[origin][unseen] = np.median(others, axis=0)
    return result


def _quantiles(contest: Contest, variant: int, origin: int, centres: Floats, known: Floats) -> Floats:
    levels = np.array(contest.plan.levels)
    bases, scales = zip(*(_base(contest, variant, i, centres[i], levels) for i in range(len(centres))), strict=True)
    classes = scale_classes(np.nan_to_num(contest.means[variant, origin]))
    earlier = [i for i in range(len(centres)) if contest.plan.offsets[i] > contest.plan.offsets[origin]]
    quantiles: Floats = bases[origin]
    if earlier:
        residuals = np.stack([_residuals(known[i], bases[i], scales[i]) for i in earlier])
        moved = corrections(residuals, classes, levels)[classes]
        quantiles = quantiles + scales[origin][..., None] * moved
    return np.sort(np.maximum(widened(quantiles, levels), 0.0), axis=2)


def _base(contest: Contest, variant: int, origin: int, centre: Floats, levels: Floats) -> tuple[Floats, Floats]:
    factor = contest.factors[variant, origin]
    mean, known = np.nan_to_num(contest.means[variant, origin]), np.nan_to_num(contest.known[variant, origin])
    own = np.nan_to_num(contest.quantiles[variant, origin])
    shape = relative_shape(own, mean, known, levels)
    spread = np.nan_to_num(contest.spreads[variant, origin])
    return base_quantiles(shape, centre, mean[:, None] * np.nan_to_num(factor)), spread[:, None] * factor


def _residuals(actual: Floats, base: Floats, scale: Floats) -> Floats:
    usable: npt.NDArray[np.bool_] = np.isfinite(actual) & (scale > 0)
    gap = actual[..., None] - base
    result: Floats = np.divide(gap, scale[..., None], out=np.full(gap.shape, np.nan), where=usable[..., None])
    return result
