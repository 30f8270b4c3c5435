"""How much to order: the newsvendor's answer over lead time and review period."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from moushi.strategy.demand import Array, Demand

HIGHEST_LEVEL = 0.95
"""No order aims beyond the highest quantile that forecasts state and are measured at."""
YEAR_DAYS = 365.0


@dataclass(frozen=True)
class Terms:
    """What an order of one product is decided on.

    Parameters
    ----------
    on_hand, on_order : units; on hand may be negative where customers wait
    lead_time_days, lead_time_spread : mean, and standard deviation over mean
    review_days : days until the next order can be placed
    pack_size, minimum_quantity : units; 0 where there is no rule
    price, cost : per unit, workspace currency
    holding_cost_year : cost of holding stock a year, obsolescence included, as a share of `cost`
    """

    on_hand: float
    on_order: float
    lead_time_days: float
    lead_time_spread: float
    review_days: int
    pack_size: float
    minimum_quantity: float
    price: float
    cost: float
    holding_cost_year: float

    @property
    def position(self) -> float:
        """Units on hand and on order."""
        return self.on_hand + self.on_order

    @property
    def margin(self) -> float:
        """What one unit sold earns."""
        return self.price - self.cost

    @property
    def holding_day(self) -> float:
        """What one unit costs to hold for a day."""
        return self.cost * self.holding_cost_year / YEAR_DAYS


@dataclass(frozen=True)
class Plan:
    """An order and what it is expected to earn against ordering nothing until the next review.

    `gain` has one value per demand sample; `level` is the order-up-to level,
    `stockout` the probability that stock runs out before the next order could
    arrive when nothing is ordered, `low` and `high` the 5 % and 95 % quantile
    of demand until then.
    """

    quantity: float
    level: float
    ratio: float
    stockout: float
    days_cover: float
    demand: float
    low: float
    high: float
    gain: Array
    holding: float


def critical_ratio(margin: float, overage: float) -> float:
    """Return the share of demand to cover: margin lost per unit short over that and the cost of a unit left.

    Examples
    --------
    >>> critical_ratio(4, 1)
    0.8

    Source
    ------
    Arrow, Harris, Marschak (1951), Optimal Inventory Policy; here capped at `HIGHEST_LEVEL`.
    """
    if margin <= 0:
        return 0.0
    return min(margin / (margin + overage), HIGHEST_LEVEL)


def order_quantity(level: float, position: float, pack_size: float = 0, minimum_quantity: float = 0) -> float:
    """Return the units to order so that `position` reaches `level`, in whole packs, at least the minimum.

    Examples
    --------
    >>> order_quantity(80, 33), order_quantity(80, 33, pack_size=12), order_quantity(80, 90, minimum_quantity=50)
    (47.0, 48.0, 0.0)
    """
    short = level - position
    if short <= 0:
        return 0.0
    wanted = max(short, minimum_quantity)
    pack = pack_size if pack_size > 0 else 1.0
    # A hair of rounding must not cost a whole pack.
    return float(math.ceil(wanted / pack - 1e-9) * pack)


def plan_order(terms: Terms, demand: Demand, random: np.random.Generator) -> Plan:
    """Plan an order from sampled demand.

    Notes
    -----
    An order placed now arrives after the lead time; one placed at the next
    review arrives `review_days` later.  Between the two the order makes a
    difference, and its gain is the margin of the units sold thanks to it, less
    the cost of holding it over that time.  Sales that find no stock are taken
    as lost, units on order as arriving within the lead time.
    """
    lead = lead_times(terms, demand.samples, random)
    before = demand.until(lead)
    total = demand.until(lead + terms.review_days)
    ratio = critical_ratio(terms.margin, terms.holding_day * terms.review_days)
    level = float(np.quantile(total, ratio))
    quantity = order_quantity(level, terms.position, terms.pack_size, terms.minimum_quantity)
    gain = order_gain(terms, quantity, before, total)
    daily = demand.daily_mean(terms.lead_time_days + terms.review_days)
    return Plan(
        quantity=quantity,
        level=level,
        ratio=ratio,
        stockout=float((total > terms.position).mean()),
        days_cover=max(terms.position, 0) / daily if daily > 0 else math.inf,
        demand=float(total.mean()),
        low=float(np.quantile(total, 0.05)),
        high=float(np.quantile(total, 0.95)),
        gain=gain,
        holding=quantity * terms.holding_day * terms.review_days,
    )


def lead_times(terms: Terms, samples: int, random: np.random.Generator) -> Array:
    """Draw lead times in days, gamma distributed with the terms' mean and spread."""
    if terms.lead_time_days <= 0 or terms.lead_time_spread <= 0:
        return np.full(samples, max(terms.lead_time_days, 0.0))
    shape = terms.lead_time_spread**-2
    return random.gamma(shape, terms.lead_time_days / shape, samples)


def order_gain(terms: Terms, quantity: float, before: Array, total: Array) -> Array:
    """Return what an order earns against none until the next review, per demand sample.

    Parameters
    ----------
    before : demand until the order arrives
    total : demand until the next order could arrive
    """
    left = np.maximum(terms.position - before, 0)
    wanted = total - before
    extra = np.minimum(left + quantity, wanted) - np.minimum(left, wanted)
    gain: Array = terms.margin * extra - terms.holding_day * terms.review_days * (quantity - extra / 2)
    return gain
