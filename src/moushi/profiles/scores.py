"""Quintile scores of recency, frequency and money, and the segments they make."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

SEGMENTS = ("new", "promising", "champions", "loyal", "potential", "need_attention", "cannot_lose", "at_risk", "hibernating", "lost")
"""Segment codes; their names are in the locale files."""


def quintiles(values: Numbers) -> Counts:
    """Return the quintile of each value among all, 1 lowest to 5 highest.

    Parameters
    ----------
    values : one per customer, no nulls

    Returns
    -------
    array of 1 to 5; equal values get equal scores, that of the middle of their
    ranks, so no order of customers decides

    Examples
    --------
    >>> quintiles(np.array([1.0, 2.0, 3.0, 4.0, 5.0])).tolist(), quintiles(np.array([7.0])).tolist()
    ([1, 2, 3, 4, 5], [3])
    """
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    # Twice the rank in the middle of equals, in whole numbers: no rounding decides.
    middle = 2 * np.cumsum(counts) - counts
    scores: Counts = np.minimum(5 * middle // (2 * len(values)) + 1, 5)[place]
    return scores


def segments(recency: Counts, frequency: Counts, money: Counts, orders: Counts) -> npt.NDArray[np.str_]:
    """Return the segment code of each customer.

    Parameters
    ----------
    recency, frequency, money : quintile scores, 1 to 5, 5 best
    orders : days with an order

    Returns
    -------
    array of codes out of SEGMENTS

    Source
    ------
    The usual RFM grid of recency against the mean of frequency and money
    (Hughes 1994 and its software descendants); ours takes customers of one
    order apart first, for whom frequency says nothing yet.
    """
    value = (frequency + money) / 2
    conditions = [
        (orders == 1) & (recency == 5),
        (orders == 1) & (recency == 4),
        (recency >= 4) & (value >= 4),
        (recency >= 3) & (value >= 3.5),
        recency >= 4,
        recency == 3,
        (recency == 1) & (value >= 4.5),
        value >= 3.5,
        (recency == 2) | (value >= 2),
    ]
    return np.select(conditions, SEGMENTS[:-1], default=SEGMENTS[-1])
