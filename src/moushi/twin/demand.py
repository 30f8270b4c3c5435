"""Demand: who orders what in a week, before anyone asks whether it is in stock.

A customer orders as a Poisson process whose rate follows taste, prices,
promotions, season and events; each line picks a product by the same weights.
So the mean demand of a product is exactly

    lines per order x units per line x season x sum over customers (rate x taste)
      x popularity x (price / usual price) ** elasticity x promotions

and truth can be told in closed form.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt

from moushi.twin.calendar import day_factors, trend, year_factor
from moushi.twin.catalogue import Catalogue
from moushi.twin.customers import Customers
from moushi.twin.records import CANCELLED, LINE, SALE, Rows
from moushi.twin.shape import SENSITIVITIES, TASTES, Shape
from moushi.twin.streams import Floats, Integers

_DAY = 86_400
_COUNTRY_DROP = 0.6
COUNTRY_DROP_WEEKS = 3
INCIDENT_WEEKS = 26


@dataclass(frozen=True)
class Pull:
    """What pulls customers to products in a week.

    Attributes
    ----------
    weight : per market, sensitivity and product; relative to all of its department at usual prices
    departments : the same summed over each department
    days : factor of each market's seven days
    first : first product of each department
    """

    weight: Floats
    departments: Floats
    days: Floats
    first: Integers

    def activity(self, tastes: Floats) -> Floats:
        """Return orders in the week over a customer's usual rate, per (market, sensitivity, taste) flat."""
        mean_day = self.days.mean(axis=1)
        # einsum without BLAS: the same bits on any number of threads.
        pulled = np.einsum("csd,td->cst", self.departments, tastes) / tastes.shape[1]
        return np.asarray((pulled * mean_day[:, None, None]).reshape(-1))


def country_factor(shape: Shape, market: int, week: int) -> float:
    """Return the incident in the last market's demand: a drop in the last weeks of the past, staying on."""
    hit = shape.incidents and shape.weeks >= INCIDENT_WEEKS and len(shape.markets) > 1 and market == len(shape.markets) - 1
    return _COUNTRY_DROP if hit and week >= shape.weeks - COUNTRY_DROP_WEEKS else 1.0


def pull(shape: Shape, catalogue: Catalogue, prices: Integers, promotion: Floats, week: int) -> Pull:
    """Work out a week's pull from prices (cents) and promotion factors."""
    monday = shape.monday(week)
    relative = (prices / catalogue.price)[:, :, None] ** (catalogue.elasticity[:, None, None] * SENSITIVITIES)
    season = year_factor(catalogue.season, catalogue.peak, monday) * np.exp(catalogue.growth * week / 52) * (catalogue.launch <= week)
    usual = catalogue.popularity / np.add.reduceat(catalogue.popularity, catalogue.first, axis=0)[catalogue.department]
    weight = np.moveaxis(usual[:, :, None] * relative * promotion * season[:, None, None], 0, 2)
    return Pull(
        weight=weight,
        departments=np.add.reduceat(weight, catalogue.first, axis=2),
        days=_days(shape, week, monday),
        first=catalogue.first,
    )


def _days(shape: Shape, week: int, monday: date) -> Floats:
    whole = [trend(shape, week) * country_factor(shape, number, week) for number in range(len(shape.markets))]
    return np.stack([day_factors(market, monday) * factor for market, factor in zip(shape.markets, whole, strict=True)])


def expected_units(shape: Shape, catalogue: Catalogue, tastes: Floats, mass: Floats, now: Pull) -> Floats:
    """Return mean demand per product and market, units; `mass` is the summed rate per (market, sensitivity, taste)."""
    liking = np.einsum("cst,td->csd", mass, tastes) / tastes.shape[1]
    lines = np.einsum("csp,csp->cp", liking[:, :, catalogue.department], now.weight) * now.days.mean(axis=1)[:, None]
    kept = shape.lines_per_order * (1 - shape.cancelled_share)
    return np.asarray((lines * kept * (1 + catalogue.more)).T)


def mass(customers: Customers, week: int, markets: int) -> Floats:
    """Return the summed rate of living customers per (market, sensitivity, taste)."""
    rate = customers.rate * customers.living(week)
    cells = markets * len(SENSITIVITIES) * TASTES
    summed = np.bincount(customers.cell, weights=rate, minlength=cells).astype(np.float64)
    return summed.reshape(markets, len(SENSITIVITIES), TASTES)


def draw_buyers(rng: np.random.Generator, weights: Floats) -> Integers:
    """Draw who places the week's orders: a Poisson number, customers in proportion to their weights."""
    cumulative = np.cumsum(weights)
    total = float(cumulative[-1]) if len(cumulative) else 0.0
    count = rng.poisson(total)
    places = np.searchsorted(cumulative, np.sort(rng.random(count)) * total, side="right")
    return np.minimum(places, len(weights) - 1)


def make_lines(
    rng: np.random.Generator, world: tuple[Shape, Catalogue, Floats], customers: Customers, buyers: Integers, now: Pull, week: int
) -> Rows:
    """Turn each buyer into an order with its time, lines, products and quantities.

    Returns
    -------
    LINE rows in time order; orders not numbered, prices not set
    """
    shape, catalogue, tastes = world
    at = order_times(rng, shape, customers.country[buyers], now.days, week)
    order = np.argsort(at, kind="stable")
    buyers, at = buyers[order], at[order]
    cancelled = rng.random(len(buyers)) < shape.cancelled_share
    size = np.minimum(rng.geometric(1 / shape.lines_per_order, len(buyers)), 98)
    row = np.repeat(np.arange(len(buyers)), size)
    lines = np.zeros(len(row), dtype=LINE)
    lines["order"] = row
    lines["line"] = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size) + 1
    lines["customer"] = buyers[row]
    lines["market"] = customers.country[buyers][row]
    lines["at"] = at[row]
    lines["kind"] = np.where(cancelled[row], CANCELLED, SALE)
    lines["product"] = _products(rng, customers.cell[buyers][row], tastes, now)
    lines["quantity"] = 1 + rng.poisson(catalogue.more[lines["product"]])
    return lines


def order_times(rng: np.random.Generator, shape: Shape, market: npt.NDArray[np.int8], days: Floats, week: int) -> npt.NDArray[np.int64]:
    """Draw when orders are placed, seconds since 1970 in the shop's own time."""
    monday = datetime.combine(shape.monday(week), datetime.min.time(), tzinfo=UTC)
    by_day = np.cumsum(days / days.sum(axis=1, keepdims=True), axis=1)[:, :-1]
    hours = np.array([m.hours for m in shape.markets])
    by_hour = np.cumsum(hours / hours.sum(axis=1, keepdims=True), axis=1)[:, :-1]
    day = (rng.random(len(market))[:, None] > by_day[market]).sum(axis=1)
    hour = (rng.random(len(market))[:, None] > by_hour[market]).sum(axis=1)
    return np.asarray(int(monday.timestamp()) + day * _DAY + hour * 3600 + rng.integers(0, 3600, len(market)))


def _products(rng: np.random.Generator, cell: npt.NDArray[np.int32], tastes: Floats, now: Pull) -> Integers:
    """Pick a department by taste, then a product of it by weight; two numbers per line."""
    klass, taste = cell // TASTES, cell % TASTES
    liking = now.departments.reshape(-1, now.departments.shape[2])[:, None, :] * tastes[None, :, :]
    liking = liking.reshape(-1, liking.shape[2])
    border = np.cumsum(liking, axis=1)
    border = border / np.maximum(border[:, -1:], 1e-300)
    department = (rng.random(len(cell))[:, None] > border[:, :-1][klass * TASTES + taste]).sum(axis=1)
    return _within(rng, now, klass, department)


def _within(rng: np.random.Generator, now: Pull, klass: npt.NDArray[np.int32], department: Integers) -> Integers:
    flat = now.weight.reshape(-1)
    products = now.weight.shape[2]
    cumulative = np.cumsum(flat)
    begin = klass.astype(np.int64) * products + now.first[department]
    last = klass.astype(np.int64) * products + np.append(now.first[1:], products)[department] - 1
    low = np.where(begin > 0, cumulative[begin - 1], 0.0)
    place = np.searchsorted(cumulative, low + rng.random(len(klass)) * (cumulative[last] - low), side="right")
    return np.asarray(np.clip(place, begin, last) % products)
