"""The probability that a customer is still active: BG/NBD, or its modified form where that fits better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

MOST_TO_FIT = 100_000
"""Customers the parameters are fitted on; more change them by less than their error."""
FEW_REPEATERS = 300
"""Customers with a second order below which the parameters lean on a prior."""
PRIOR_LOGS = np.log([0.5, 8.0, 1.0, 2.5])
"""Prior of log r, log alpha (weeks), log a, log b, each with standard deviation 1."""


@dataclass(frozen=True)
class BetaGeometric:
    """Parameters of a BG/NBD model, time in weeks.

    Attributes
    ----------
    r, alpha : gamma distribution of order rates over customers
    a, b : beta distribution of the chance to leave after an order
    log_likelihood : of the data fitted, without the prior
    first : whether the chance to leave comes after the first order already
        (MBG/NBD), or only after a second one (BG/NBD)
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    first: bool = False


def log_likelihood(parameters: Numbers, repeats: Numbers, last: Numbers, age: Numbers, *, first: bool = False) -> Numbers:
    """Return each customer's log likelihood.

    Parameters
    ----------
    parameters : r, alpha, a, b, all above 0
    repeats : days with an order after the first, >= 0
    last : weeks from the first to the last of them, 0 where there is none
    age : weeks from the first order to the end of the data
    first : see `BetaGeometric`

    Source
    ------
    Fader, Hardie and Lee 2005, "Counting Your Customers the Easy Way",
    Marketing Science 24(2), equation 6, in the form of their 2019 note; the
    modified form is that of Batislam, Denizel and Filiztekin 2007: the same
    with one more chance to leave.
    """
    from scipy.special import gammaln

    r, alpha, a, b = parameters
    # The gamma functions depend on few whole numbers only.
    counts, place = np.unique(repeats, return_inverse=True)
    chances = counts + first
    orders = gammaln(r + counts) - gammaln(r) + r * np.log(alpha)
    staying = gammaln(a + b) + gammaln(b + chances) - gammaln(b) - gammaln(a + b + chances)
    stayed = -(r + repeats) * np.log(alpha + age)
    left = _odds_left(a, b, repeats + first) - (r + repeats) * np.log(alpha + last)
    result: Numbers = (orders + staying)[place] + np.logaddexp(stayed, left)
    return result


def _odds_left(a: float, b: float, chances: Numbers) -> Numbers:
    """Return the log odds of leaving at the last of some chances against never; minus infinity where there was none."""
    odds = np.log(a) - np.log(b + np.maximum(chances, 1) - 1)
    return np.where(chances > 0, odds, -np.inf)


def fit(repeats: Numbers, last: Numbers, age: Numbers) -> BetaGeometric:
    """Return the likelier of BG/NBD and its modified form; see `fit_form`.

    BG/NBD holds that every customer of one order is still active.  Where most
    never came back that fits badly, and its chance to leave goes to nothing.
    """
    forms = [fit_form(repeats, last, age, first=first) for first in (False, True)]
    return max(forms, key=lambda model: model.log_likelihood)


def fit_form(repeats: Numbers, last: Numbers, age: Numbers, *, first: bool) -> BetaGeometric:
    """Fit one form of the model by maximum likelihood; see `log_likelihood` for the data.

    Fewer than FEW_REPEATERS customers with a second order lean on a prior, so
    that a shop of any size, even without customers, gets usable numbers.  More
    than MOST_TO_FIT customers are thinned evenly, in their order.
    """
    from scipy.optimize import minimize

    step = max(1, -(-len(repeats) // MOST_TO_FIT))
    data = tuple(values[::step] for values in (repeats, last, age))
    weight = 1.0 if int((repeats > 0).sum()) < FEW_REPEATERS else 0.0
    size = max(1, len(data[0]))

    def loss(logs: Numbers) -> float:
        pull = weight * 0.5 * float(((logs - PRIOR_LOGS) ** 2).sum())
        return (pull - float(log_likelihood(np.exp(logs), *data, first=first).sum())) / size

    best = minimize(loss, PRIOR_LOGS, method="L-BFGS-B", bounds=[(-7.0, 7.0)] * 4, options={"ftol": 1e-12, "gtol": 1e-8}).x
    r, alpha, a, b = (float(value) for value in np.exp(best))
    likelihood = float(log_likelihood(np.exp(best), *data, first=first).sum())
    return BetaGeometric(r, alpha, a, b, likelihood, first)


def p_active(model: BetaGeometric, repeats: Numbers, last: Numbers, age: Numbers) -> Numbers:
    """Return the probability that each customer is still active, 0 to 1.

    Source
    ------
    Fader, Hardie and Lee 2008, "Computing P(alive) Using the BG/NBD Model".
    """
    waited = (model.r + repeats) * (np.log(model.alpha + age) - np.log(model.alpha + last))
    odds = _odds_left(model.a, model.b, repeats + model.first) + waited
    # Beyond 700 the exponential overflows; the probability is 0 long before.
    result: Numbers = 1 / (1 + np.exp(np.minimum(odds, 700.0)))
    return result
