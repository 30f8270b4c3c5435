"""Tails and quantiles of the distributions that tests need, from special functions alone.

`scipy.stats` has all of them, but takes seconds to import.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def student_quantile(level: float, freedom: float) -> float:
    """Return the quantile of Student's t."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, level))


def student_two_sided(score: float, freedom: float) -> float:
    """Return the probability that Student's t is at least as far from zero as `score`."""
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(score)))


def beta_binomial_quantiles(levels: tuple[float, ...], trials: int, first: float, second: float) -> list[int]:
    """Return quantiles of the successes among `trials` whose probability is beta(first, second) distributed."""
    from scipy.special import betaln, gammaln

    counts = np.arange(trials + 1)
    choose = gammaln(trials + 1) - gammaln(counts + 1) - gammaln(trials - counts + 1)
    mass = np.exp(choose + betaln(counts + first, trials - counts + second) - betaln(first, second))
    reached = np.cumsum(mass)
    return [int(np.searchsorted(reached, min(level, reached[-1]))) for level in levels]


def fisher_exact(good: int, total: int, good_before: int, total_before: int) -> float:
    """Return the two-sided p value of Fisher's exact test that two shares are the same.

    Source
    ------
    Fisher (1935), The Logic of Inductive Inference; two-sided by the sum of
    all tables no likelier than the one seen.
    """
    drawn = good + good_before
    first, last = max(0, drawn - total_before), min(drawn, total)
    counts = np.arange(first, last + 1, dtype=float)
    tables = _log_choose(total, counts) + _log_choose(total_before, drawn - counts)
    mass = np.exp(tables - _log_choose(total + total_before, np.array(float(drawn))))
    seen = mass[good - first]
    # Tables as likely as the one seen differ from it by rounding only.
    return float(min(mass[mass <= seen * (1 + 1e-7)].sum(), 1.0))


def _log_choose(total: int, counts: Array) -> Array:
    from scipy.special import gammaln

    result: Array = gammaln(total + 1) - gammaln(counts + 1) - gammaln(total - counts + 1)
    return result
