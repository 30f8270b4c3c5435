"""How many more lapsing customers order when contacted: assumed at first, then learned from settled holdouts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from moushi.ledger.facts import FactSheet
from moushi.strategy.demand import Array

PRIOR_CUSTOMERS = 40.0
"""The assumed response weighs as much as this many contacted customers."""


@dataclass(frozen=True)
class Measured:
    """A settled win-back: customers and those who ordered, per arm."""

    treated: int
    treated_ordered: int
    holdout: int
    holdout_ordered: int

    @property
    def difference(self) -> float:
        """Added share of customers who ordered."""
        return self.treated_ordered / self.treated - self.holdout_ordered / self.holdout

    @property
    def variance(self) -> float:
        """Variance of the difference; half a customer is added to each outcome, so that none is certain."""
        return sum(
            (ordered + 0.5) * (size - ordered + 0.5) / (size + 1) ** 3
            for size, ordered in ((self.treated, self.treated_ordered), (self.holdout, self.holdout_ordered))
        )


@dataclass(frozen=True)
class Response:
    """Added response as a beta distribution, and on how many measured customers it rests."""

    mean: float
    customers: float
    measured: int

    def draw(self, random: np.random.Generator, samples: int) -> Array:
        """Draw response rates."""
        if self.mean <= 0 or self.mean >= 1:
            return np.full(samples, min(max(self.mean, 0.0), 1.0))
        drawn: Array = random.beta(self.mean * self.customers, (1 - self.mean) * self.customers, samples)
        return drawn


def measured(facts: Iterable[str]) -> list[Measured]:
    """Return the holdout results in the facts of settled win-back decisions that were carried out."""
    found = []
    for text in facts:
        sheet = FactSheet.load(text)
        names = ("treated", "treated_ordered", "holdout", "holdout_ordered")
        if all(name in sheet.facts for name in names):
            counts = [int(sheet.number(name)) for name in names]
            if counts[0] and counts[2]:
                found.append(Measured(*counts))
    return found


def learn(assumed: float, results: Iterable[Measured]) -> Response:
    """Shrink the assumption toward what was measured, each weighed by its precision.

    Parameters
    ----------
    assumed : added response before anything was measured, 0 to 1
    results : settled win-backs that had both arms

    Notes
    -----
    Normal prior and likelihood on the difference between the arms; the result
    is held within 0 and 1 and turned into a beta with the same mean and
    variance.
    """
    listed = list(results)
    if not 0 < assumed < 1 or not listed:
        return Response(assumed, PRIOR_CUSTOMERS, 0)
    precision = (PRIOR_CUSTOMERS + 1) / (assumed * (1 - assumed))
    total = precision + math.fsum(1 / one.variance for one in listed)
    mean = (precision * assumed + math.fsum(one.difference / one.variance for one in listed)) / total
    mean = min(max(mean, 1e-4), 1 - 1e-4)
    return Response(mean, max(mean * (1 - mean) * total - 1, 1.0), sum(one.treated + one.holdout for one in listed))
