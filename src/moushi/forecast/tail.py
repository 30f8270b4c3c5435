"""Products with too little history: a share of their pool's forecast, with intervals as wide as such products deserve."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.forecast.intervals import naive_quantiles
from moushi.forecast.judge import JUDGED, Compared
from moushi.forecast.periods import Floats, Whole
from moushi.forecast.scores import pinball

DECAY = 0.85
"""Weight of a week against the one after it."""

PRIOR_WEEKS = 1.0
"""Weeks that the mean product of the pool counts for beside a product's own."""

DISPERSIONS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Tried values of the variance beyond chance, relative to the squared mean."""

DEFAULT_DISPERSION = 4.0

MEANS = np.geomspace(0.001, 100_000, 240)
"""Means at which quantiles are computed."""

SPREAD_WEEKS = 26

MODEL = "share_of_pool"


@dataclass(frozen=True)
class Tail:
    """Forecasts of the pooled products.

    Attributes
    ----------
    mean : (product, period)
    quantiles : (product, period, level of `JUDGED`)
    compared : the same at earlier origins, beside what came
    """

    mean: Floats
    quantiles: Floats
    compared: Compared


def rates(history: Floats) -> Floats:
    """Return units per week of each product.

    Parameters
    ----------
    history : (product, week) units; NaN before the first sale and where
        demand is not known

    Returns
    -------
    (product,) mean of the known weeks, newer ones weighing more, and of
    `PRIOR_WEEKS` weeks of the mean product before the first of them; 0 for all
    where nothing is known
    """
    known = np.isfinite(history)
    weight = np.where(known, DECAY ** np.arange(history.shape[1])[::-1], 0.0)
    total, weeks = (weight * np.nan_to_num(history)).sum(axis=1), weight.sum(axis=1)
    overall = total.sum() / weeks.sum() if weeks.sum() > 0 else 0.0
    prior = PRIOR_WEEKS * DECAY ** known.sum(axis=1)
    result: Floats = (total + prior * overall) / (weeks + prior)
    return result


def shares(history: Floats) -> Floats:
    """Return each product's share of the pool; equal ones where nothing is known."""
    rate = rates(history)
    total = rate.sum()
    return rate / total if total > 0 else np.full(len(rate), 1.0 / max(len(rate), 1))


def dealt(history: Floats, pool: Floats) -> Floats:
    """Return what each product is expected to sell: (product, period).

    The pool's total is taken half from its own forecast, which sees its trend,
    half from the sum of the products' rates, which sees which of them have
    just begun or ended; each product gets its share.
    """
    total = (pool + rates(history).sum()) / 2
    result: Floats = shares(history)[:, None] * total[None, :]
    return result


def count_quantiles(mean: Floats, dispersion: float) -> Floats:
    """Return quantiles of a negative binomial at the levels of `JUDGED`.

    Parameters
    ----------
    mean : any shape, >= 0
    dispersion : variance is mean + dispersion * mean squared

    Notes
    -----
    Interpolated between the means of `MEANS`: each quantile function is a
    staircase in the mean, and thousands of products would wait for its inverse.
    """
    table = _table(dispersion)
    logged = np.log(np.maximum(mean, MEANS[0]))
    return np.stack([np.interp(logged, np.log(MEANS), column) for column in table.T], axis=-1)


@functools.cache
def _table(dispersion: float) -> Floats:
    """Return the quantiles at the means of `MEANS`: (mean, level)."""
    from scipy.stats import nbinom

    size = 1.0 / dispersion
    result: Floats = nbinom.ppf(np.array(JUDGED), size, (size / (size + MEANS))[:, None])
    return result


def forecast_tail(history: Floats, pool: Floats, earlier: list[tuple[int, int, Floats]]) -> Tail:
    """Forecast the products of a pool.

    Parameters
    ----------
    history : (product, week) units as for `rates`, up to the last whole week
    pool : (period,) forecast of the pool's total
    earlier : per judged origin its number, the weeks it lies before the end,
        and the pool's forecast there (NaN where there was none); latest first

    Notes
    -----
    The dispersion is the one with the least quantile loss at the origins that
    lie further back; at the earliest it is assumed.
    """
    parts = []
    for place, (origin, offset, forecast) in enumerate(earlier):
        dispersion = _dispersion(
            [_at_origin(history, far, ahead) for _, far, ahead in earlier[place + 1 :] if far > offset], offset, history
        )
        parts.append(_judged(history, origin, offset, forecast, dispersion))
    dispersion = _dispersion([_at_origin(history, far, ahead) for _, far, ahead in earlier], 0, history)
    mean = dealt(history, pool)
    return Tail(mean, count_quantiles(mean, dispersion), _joined(parts))


@dataclass(frozen=True)
class _AtOrigin:
    mean: Floats
    actual: Floats
    offset: int


def _at_origin(history: Floats, offset: int, pool: Floats) -> _AtOrigin:
    past = _until(history, offset)
    mean = dealt(past, pool)
    actual = np.full(mean.shape, np.nan)
    came = history[:, past.shape[1] :][:, : len(pool)] if offset <= history.shape[1] else history[:, :0]
    begun = _begun(past, pool)
    actual[:, : came.shape[1]] = np.where(begun[:, None], came, np.nan)
    return _AtOrigin(mean, actual, offset)


def _begun(past: Floats, pool: Floats) -> npt.NDArray[np.bool_]:
    """Tell which products had been sold by then; none where the pool could not be forecast."""
    known: Whole = np.isfinite(past).sum(axis=1)
    return (known > 0) & bool(np.isfinite(pool).all())


def _until(history: Floats, offset: int) -> Floats:
    return history[:, : max(0, history.shape[1] - offset)]


def _dispersion(seen: list[_AtOrigin], now: int, history: Floats) -> float:
    """Return the dispersion with the least loss on what was known `now` weeks before the end."""
    if not seen or not history.size:
        return DEFAULT_DISPERSION
    losses = []
    for dispersion in DISPERSIONS:
        loss = 0.0
        for part in seen:
            ahead = np.arange(1, part.mean.shape[1] + 1)
            actual = np.where(ahead <= part.offset - now, part.actual, np.nan)
            loss += float(np.nansum(pinball(actual, count_quantiles(part.mean, dispersion), np.array(JUDGED))))
        losses.append(loss)
    return DISPERSIONS[int(np.argmin(losses))] if max(losses) > 0 else DEFAULT_DISPERSION


def _judged(history: Floats, origin: int, offset: int, pool: Floats, dispersion: float) -> Compared:
    part = _at_origin(history, offset, pool)
    past = _until(history, offset)
    naive = np.repeat(_last_known(past)[:, None], len(pool), axis=1)
    ahead = np.arange(1, len(pool) + 1)
    begun = _begun(past, pool)
    return Compared(
        actual=part.actual,
        mean=part.mean,
        quantiles=count_quantiles(part.mean, dispersion),
        naive_quantiles=naive_quantiles(naive, _spread(past), 1, np.array(JUDGED)),
        due=(ahead <= offset)[None, :] & begun[:, None],
        origin=np.full(len(pool), origin),
    )


def _last_known(past: Floats) -> Floats:
    known = np.isfinite(past)
    if not past.shape[1]:
        return np.zeros(len(past))
    place: Whole = past.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    return np.where(known.any(axis=1), np.nan_to_num(past[np.arange(len(past)), place]), 0.0)


def _spread(past: Floats) -> Floats:
    """Return the mean absolute change from week to week of the last half year; 0 where none is known."""
    change = np.abs(np.diff(past[:, -SPREAD_WEEKS:], axis=1))
    known = np.isfinite(change)
    result: Floats = np.where(known, change, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return result


def _joined(parts: list[Compared]) -> Compared:
    names = ("actual", "mean", "quantiles", "naive_quantiles", "due")
    columns = {name: np.concatenate([getattr(part, name) for part in parts], axis=1) for name in names}
    return Compared(**columns, origin=np.concatenate([part.origin for part in parts]))
