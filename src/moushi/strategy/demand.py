"""Demand as samples, drawn from a forecast's quantiles.

Quantiles say nothing about how the periods of a forecast move together.
Independent periods would understate the spread of their sum, equal ones
overstate it; errors of a forecast share its level, so periods are joined by a
one-factor Gaussian copula with correlation `PERIOD_CORRELATION`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEVELS = np.array([0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95])
PERIOD_CORRELATION = 0.5
SAMPLES = 2_000


def generator(seed: int, subject: str) -> np.random.Generator:
    """Return the random generator of a subject: it does not depend on what else is computed."""
    digest = hashlib.blake2b(subject.encode(), digest_size=8).digest()
    return np.random.default_rng([seed, int.from_bytes(digest, "big")])


def sample_periods(
    quantiles: Array, random: np.random.Generator, *, samples: int = SAMPLES, correlation: float = PERIOD_CORRELATION
) -> Array:
    """Draw demand per period from its quantiles.

    Parameters
    ----------
    quantiles : shape (periods, 7), values at `LEVELS`, not falling
    samples : how many draws
    correlation : between any two periods, 0 to 1

    Returns
    -------
    Array of shape (samples, periods), not negative

    Notes
    -----
    Between quantiles the inverse distribution is linear; beyond the outermost
    two it goes on for as much as between the outermost and its neighbour.
    """
    from scipy.special import ndtr

    periods = len(quantiles)
    common = random.standard_normal((samples, 1))
    own = random.standard_normal((samples, periods))
    level = ndtr(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)
    at = np.concatenate([[0.0], LEVELS, [1.0]])
    lowest = np.maximum(2 * quantiles[:, :1] - quantiles[:, 1:2], 0)
    highest = 2 * quantiles[:, -1:] - quantiles[:, -2:-1]
    values = np.concatenate([lowest, quantiles, highest], axis=1)
    drawn = [np.interp(level[:, p], at, values[p]) for p in range(periods)]
    return np.maximum(np.column_stack(drawn), 0) if drawn else np.zeros((samples, 0))


@dataclass(frozen=True)
class Demand:
    """Sampled demand of a product over the days after `as_of`.

    Parameters
    ----------
    per_day : shape (samples, periods), units per day in each period
    starts, ends : shape (periods,), days after as_of at which each period
        begins and ends; the first also holds before it, the last after it
    """

    per_day: Array
    starts: Array
    ends: Array

    @classmethod
    def from_quantiles(cls, quantiles: Array, starts: Array, days: int, random: np.random.Generator) -> Demand:
        """Sample demand from a forecast; periods must follow each other in time."""
        return cls(sample_periods(quantiles, random) / days, starts, starts + days)

    @property
    def samples(self) -> int:
        """How many draws there are."""
        return len(self.per_day)

    def until(self, days: Array | float) -> Array:
        """Return the units demanded from as_of to `days` after it, per sample."""
        starts, ends = self.starts.copy(), self.ends.copy()
        starts[0], ends[-1] = min(starts[0], 0.0), np.inf
        # A period that began before as_of counts from as_of on.
        starts = np.maximum(starts, 0.0)
        limit = np.broadcast_to(np.asarray(days, dtype=float), (self.samples,))[:, None]
        covered = np.clip(np.minimum(ends, limit) - starts, 0, None)
        total: Array = (self.per_day * covered).sum(axis=1)
        return total

    def daily_mean(self, days: float) -> float:
        """Return the mean units per day over the next `days`."""
        return float(self.until(days).mean() / days) if days > 0 else float(self.per_day[:, 0].mean())
