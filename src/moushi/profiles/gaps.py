"""How long each customer usually waits between orders, and who is overdue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

PRIOR_GAP_DAYS = 45.0
"""Mean gap assumed before any is seen."""
PRIOR_GAPS = 5.0
"""Gaps that this assumption is worth."""
FEW_CUSTOMERS = 30
"""Customers with a gap below which the spread between customers is assumed, not fitted."""
ASSUMED_SHAPE = 2.5
LEAST_SHAPE = 1.2
"""Below it, the mean gap would hardly be finite."""

LATE_QUANTILE = 0.9
RECENT_DAYS = 90.0


@dataclass(frozen=True)
class GapPrior:
    """How order rates spread over customers: a gamma distribution.

    Attributes
    ----------
    shape : above 1; the larger, the more alike customers are
    days : scale; the mean gap of the population is days / (shape - 1)
    """

    shape: float
    days: float

    @property
    def mean_days(self) -> float:
        """Mean gap of a customer of whom nothing is known."""
        return self.days / (self.shape - 1)


def fit_gap_prior(gaps: Numbers, days: Numbers) -> GapPrior:
    """Fit the spread of order rates over customers.

    Parameters
    ----------
    gaps : gaps between ordering days seen, per customer, >= 0
    days : their sum, in days

    Returns
    -------
    GapPrior : fitted by maximum likelihood; from PRIOR_GAP_DAYS and the pooled mean where
        fewer than FEW_CUSTOMERS customers have a gap

    Notes
    -----
    Gaps are exponential with a rate that is gamma distributed over customers,
    so that a customer's gaps enter by number and sum alone.

    Source
    ------
    Empirical Bayes as in the gamma-exponential (Pareto II) model of
    inter-purchase times; Gupta 1991, "Stochastic Models of Interpurchase Time".
    """
    seen = gaps > 0
    pooled = (days[seen].sum() + PRIOR_GAPS * PRIOR_GAP_DAYS) / (gaps[seen].sum() + PRIOR_GAPS)
    if seen.sum() < FEW_CUSTOMERS:
        return GapPrior(ASSUMED_SHAPE, float(pooled) * (ASSUMED_SHAPE - 1))
    return _fitted(gaps[seen], days[seen], float(pooled))


def _fitted(gaps: Numbers, days: Numbers, pooled: float) -> GapPrior:
    from scipy.optimize import minimize
    from scipy.special import gammaln

    def loss(parameters: Numbers) -> float:
        shape, scale = LEAST_SHAPE + np.exp(parameters[0]), np.exp(parameters[1])
        likelihood = shape * np.log(scale) + gammaln(shape + gaps) - gammaln(shape) - (shape + gaps) * np.log(scale + days)
        # A faint pull keeps the shape finite where all customers are alike.
        return float(-likelihood.mean() + 0.5 * ((parameters[0] - np.log(ASSUMED_SHAPE - LEAST_SHAPE)) / 3.0) ** 2 / len(gaps))

    start = np.array([np.log(ASSUMED_SHAPE - LEAST_SHAPE), np.log(pooled * (ASSUMED_SHAPE - 1))])
    best = minimize(loss, start, method="L-BFGS-B", bounds=[(-4.0, 6.0), (-3.0, 12.0)]).x
    return GapPrior(float(LEAST_SHAPE + np.exp(best[0])), float(np.exp(best[1])))


def expected_gap(prior: GapPrior, gaps: Numbers, days: Numbers) -> Numbers:
    """Return each customer's expected gap in days: its own gaps, shrunk to the population's.

    Examples
    --------
    >>> expected_gap(GapPrior(3.0, 60.0), np.array([0.0, 4.0]), np.array([0.0, 120.0])).tolist()
    [30.0, 30.0]
    """
    result: Numbers = (prior.days + days) / (prior.shape + gaps - 1)
    return result


def late_after(prior: GapPrior, gaps: Numbers, days: Numbers, quantile: float = LATE_QUANTILE) -> Numbers:
    """Return the days within which the next order comes with probability `quantile`, if the customer is still active."""
    result: Numbers = (prior.days + days) * ((1 - quantile) ** (-1 / (prior.shape + gaps)) - 1)
    return result


def lapsing(recency_days: Numbers, gaps: Numbers, expected: Numbers, late: Numbers) -> npt.NDArray[np.bool_]:
    """Say who is later than expected though it was active until recently.

    A customer is lapsing once it has waited longer than all but a tenth of its
    expected gaps, and for not longer than another expected gap (at least 90
    days): after that it is lost, not lapsing.  Customers of one order have no
    rhythm to fall out of.
    """
    overdue = recency_days - late
    return (gaps > 0) & (overdue > 0) & (overdue <= np.maximum(expected, RECENT_DAYS))
