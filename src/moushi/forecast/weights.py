"""How much each model counts, from its errors at earlier origins."""

from __future__ import annotations

import warnings

import numpy as np

from moushi.forecast.periods import Floats

POWER = 4.0
"""Weights fall with this power of the error."""

PRIOR_POINTS = 16.0
"""Compared periods that the pool's error counts for beside a series' own."""

WORST = 1.15
"""Models whose error over the whole pool is more than this multiple of the best model's are left out."""


def model_weights(errors: Floats) -> Floats:
    """Return the weights of models per series.

    Parameters
    ----------
    errors : (model, series, compared period) absolute errors divided by the
        series' spread; NaN where nothing could be compared

    Returns
    -------
    (series, model) weights, summing to 1 per series

    Notes
    -----
    A series' mean error per model is drawn towards the pool's, as if the pool
    were `PRIOR_POINTS` further periods; the weight is its power `-POWER`.
    Without any comparison all models weigh the same.
    """
    compared = np.isfinite(errors)
    count = compared.sum(axis=2)
    total = np.where(compared, errors, 0.0).sum(axis=2)
    pool = total.sum(axis=1) / np.maximum(count.sum(axis=1), 1)
    unseen = count.sum(axis=1) == 0
    if unseen.all():
        return np.full((errors.shape[1], errors.shape[0]), 1.0 / errors.shape[0])
    pool = np.where(unseen, pool[~unseen].max(), pool)
    loss = (total + PRIOR_POINTS * pool[:, None]) / (count + PRIOR_POINTS)
    best = np.maximum(loss.min(axis=0), 1e-12)
    raw = (np.maximum(loss, 1e-12) / best) ** -POWER
    kept = np.where((pool <= WORST * pool.min())[:, None], raw, 0.0)
    result: Floats = (kept / kept.sum(axis=0)).T
    return result


def combine(forecasts: Floats, weights: Floats) -> Floats:
    """Return the weighted mean of the models that could forecast.

    Parameters
    ----------
    forecasts : (model, series, period), NaN where a model could not
    weights : (series, model)

    Returns
    -------
    (series, period); NaN where no model could
    """
    able = np.isfinite(forecasts)
    # A model left out still counts where no other could forecast.
    given = np.where(able, (weights.T + 1e-9)[:, :, None], 0.0)
    total = given.sum(axis=0)
    summed = (np.where(able, forecasts, 0.0) * given).sum(axis=0)
    result: Floats = np.divide(summed, total, out=np.full(summed.shape, np.nan), where=total > 0)
    return result


def mean_known(values: Floats) -> float:
    """Return the mean of the known values, NaN if there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return float(np.nanmean(values))
