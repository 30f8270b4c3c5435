"""How good forecasts were: quantile loss, skill, coverage, bias."""

from __future__ import annotations

import numpy as np

from moushi.forecast.periods import Floats

# Below it a quantity or an amount of money is nothing, and ratios leave the range of floats.
SMALLEST = 1e-9


def pinball(actual: Floats, quantiles: Floats, levels: Floats) -> Floats:
    """Return twice the quantile loss, averaged over the levels; for the median alone it is the absolute error.

    Parameters
    ----------
    actual : (...,), NaN where not known
    quantiles : (..., level)
    """
    gap = actual[..., None] - quantiles
    result: Floats = 2 * np.maximum(levels * gap, (levels - 1) * gap).mean(axis=-1)
    return result


def skill(loss: float, naive_loss: float) -> float | None:
    """Return 1 - loss / naive loss; None where the naive made no error or nothing was compared."""
    if not naive_loss > 0:
        return None
    return 1 - loss / naive_loss


def covered(actual: Floats, low: Floats, high: Floats) -> float | None:
    """Return the share of known actuals inside [low, high]; None where none is known."""
    known = np.isfinite(actual)
    if not known.any():
        return None
    return float(((actual >= low) & (actual <= high))[known].mean())


def significant(values: Floats, digits: int = 6) -> Floats:
    """Return values rounded to `digits` significant digits, and to zero below `SMALLEST`.

    Sums of floats may differ in their last bits between machines and numbers
    of threads; rounded results do not.
    """
    values = np.where(np.abs(values) < SMALLEST, 0.0, values)
    size = np.floor(np.log10(np.where(values == 0, 1.0, np.abs(values))))
    factor = 10.0 ** (digits - 1 - size)
    result: Floats = np.round(values * factor) / factor
    return result
