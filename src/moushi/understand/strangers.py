"""Tells texts of another kind than the labelled ones: other goods, another channel.

Source
------
A classifier between two sets of texts as the measure of how they differ:
Ben-David et al., "Analysis of Representations for Domain Adaptation" (NIPS 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from moushi.understand.features import Matrix
from moushi.understand.members import Fitted, support_vectors

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

_APART = 0.9
"""Share of pairs, one text of each set, told apart rightly, from which the sets are of different kinds."""

_MOST = 8000
_COST = 0.25
_SHARPNESS = 4.0


@dataclass(frozen=True)
class Strangers:
    """The difference between labelled texts and those without labels, learned."""

    fitted: Fitted

    def share(self, weighted: Matrix) -> Floats:
        """Return for each text the probability that it is like those without labels."""
        result: Floats = 1 / (1 + np.exp(-_SHARPNESS * self.fitted.decide(weighted)[:, 0].astype(float)))
        return result


def find_strangers(weighted: Matrix, labelled: Rows, others: Rows, seed: int) -> Strangers | None:
    """Learn how texts without labels differ from labelled ones; None where they are much the same.

    Parameters
    ----------
    weighted : features of all texts
    labelled, others : their rows
    seed : for the halves on which the difference is tried
    """
    rows = np.concatenate([_evenly(labelled), _evenly(others)])
    strange = np.isin(rows, others)
    half = np.random.default_rng(seed).permutation(len(rows)) % 2
    told = np.zeros(len(rows))
    for part in (0, 1):
        rest, held = half != part, half == part
        if len(np.unique(strange[rest])) < 2:
            return None
        told[held] = _fitted(weighted[rows[rest]], strange[rest]).decide(weighted[rows[held]])[:, 0]
    return Strangers(_fitted(weighted[rows], strange)) if _apart(told, strange) >= _APART else None


def _evenly(rows: Rows) -> Rows:
    return rows if len(rows) <= _MOST else rows[np.linspace(0, len(rows) - 1, _MOST).astype(np.int64)]


def _fitted(weighted: Matrix, strange: npt.NDArray[np.bool_]) -> Fitted:
    # Both kinds count alike, however many texts there are of each.
    share = strange.mean()
    return support_vectors(weighted, strange.astype(np.int64), _COST, np.where(strange, 0.5 / share, 0.5 / (1 - share)))


def _apart(told: Floats, strange: npt.NDArray[np.bool_]) -> float:
    """Return the share of pairs told apart rightly."""
    from scipy.stats import rankdata

    mine = int(strange.sum())
    ranks = rankdata(told)[strange].sum()
    return float((ranks - mine * (mine + 1) / 2) / (mine * (len(told) - mine)))
