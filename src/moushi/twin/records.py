"""Rows of the twin's memory: order lines and reviews as packed arrays, a few bytes each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from moushi.twin.shape import ASPECTS

Rows = npt.NDArray[Any]

SALE, CANCELLED, RETURN, FEE, TRIAL = range(5)

# order: number that names its day; at: seconds since 1970; unit, discount: cents
LINE = np.dtype(
    [
        ("order", np.int64),
        ("line", np.int8),
        ("kind", np.int8),
        ("market", np.int8),
        ("customer", np.int32),
        ("product", np.int32),
        ("quantity", np.int32),
        ("at", np.uint32),
        ("unit", np.int32),
        ("discount", np.int32),
    ]
)

# felt: per aspect in 1/64; number: of the review within its week
REVIEW = np.dtype(
    [
        ("order", np.int64),
        ("market", np.int8),
        ("customer", np.int32),
        ("product", np.int32),
        ("at", np.uint32),
        ("stars", np.int8),
        ("felt", np.int8, (len(ASPECTS),)),
    ]
)
FELT_UNIT = 64


@dataclass(frozen=True)
class Week:
    """What happened in a week; never changed once made, so that forks share it.

    Attributes
    ----------
    lines : LINE, in time order
    reviews : REVIEW, in time order
    demand : units wanted per product and market, whether or not in stock
    expected : mean of that demand
    sold : units sold per product and market
    on_hand : units at the end of each day, per day, product and market
    on_order : units ordered and not in at the end of each day
    money : revenue, cost of goods, refunds, holding, contacts: shop's currency
    """

    lines: Rows
    reviews: Rows
    demand: npt.NDArray[np.int32]
    expected: npt.NDArray[np.float64]
    sold: npt.NDArray[np.int32]
    on_hand: npt.NDArray[np.int32]
    on_order: npt.NDArray[np.int32]
    money: dict[str, float]

    @property
    def profit(self) -> float:
        """Money earned in the week."""
        return sum(self.money.values())


def no_lines() -> Rows:
    """Return no lines."""
    return np.zeros(0, dtype=LINE)


def no_reviews() -> Rows:
    """Return no reviews."""
    return np.zeros(0, dtype=REVIEW)


def amount(lines: Rows) -> npt.NDArray[np.int64]:
    """Return what was paid for lines, cents; negative for returns."""
    return np.asarray(lines["unit"].astype(np.int64) * lines["quantity"] - lines["discount"])
