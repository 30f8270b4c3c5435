"""Which series are forecast singly, which by share of their pool; and their values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from moushi.engine.days import number_of
from moushi.forecast.panel import Panel
from moushi.forecast.periods import FREQUENCIES, Floats, Whole
from moushi.forecast.sales import ACTIVE, COUNTRY, DAY, MONDAY, PRODUCT, VALUE, WEEK, Span, StockOuts, series_id

COUNTRY_SHARE = 0.01
"""Least share of revenue with which a country is forecast."""

MOST_COUNTRIES = 10
LEAST_DAYS = 20
"""Days with revenue that a country's series needs."""

LEAST_WEEKS = 13
"""Weeks since its first sale that a product's series needs."""

LEAST_ACTIVE = 6
"""Weeks with a sale that a product's series needs."""

LEAST_COUNTRY_ACTIVE = 20
"""The same for a product in one country."""

SILENT_WEEKS = 26
"""A product without a sale for so long is not forecast singly."""

FORGOTTEN_WEEKS = 53
"""A product without a sale for so long is not forecast at all."""

COUNTRY_SLOTS = 0.25
"""Share of the series that products in one country may take."""

POOL = "\x7fpool"
"""Name of the pool's series inside the weekly panel; sorts after all others."""


@dataclass(frozen=True)
class Key:
    """A series: what is forecast, of which product and country ("" for all)."""

    target: str
    product: str
    country: str

    @property
    def name(self) -> str:
        """The series' identifier."""
        return series_id(self.target, self.product, self.country)


@dataclass(frozen=True)
class Choice:
    """Series to be forecast singly, and products left to the pool; each sorted."""

    singly: tuple[Key, ...]
    pooled: tuple[str, ...]


def revenue_panel(rows: pa.Table, covered: Span) -> tuple[Panel, tuple[Key, ...]]:
    """Return daily revenue: of all countries, and of each with a share worth forecasting.

    Days without a sale are true zeros; the last day is unknown where the data stop in the middle of it.
    """
    last = number_of(covered.last)
    days, values = rows[DAY].to_numpy(), rows[VALUE].to_numpy()
    first = int(days.min())
    countries = np.array(rows[COUNTRY].to_pylist(), dtype=object)
    total = float(np.maximum(values, 0).sum())
    found = {"": _dense(days, values, first, last)}
    for country in sorted({name for name in countries.tolist() if name is not None}):
        mine = countries == country
        share = values[mine].sum() / total if total > 0 else 0.0
        if share >= COUNTRY_SHARE and (values[mine] > 0).sum() >= LEAST_DAYS:
            found[country] = _dense(days[mine], values[mine], int(days[mine].min()), last)
    found = _largest(found) if len(found) > 2 else {"": found[""]}
    for series in found.values():
        if covered.whole_until < covered.last:
            series[-1] = np.nan
    keys = sorted((Key("revenue", "", country) for country in found), key=lambda key: key.name)
    panel = Panel(tuple(key.name for key in keys), tuple(found[key.country] for key in keys), np.full(len(keys), last), FREQUENCIES["day"])
    return panel, tuple(keys)


def _largest(found: dict[str, Floats]) -> dict[str, Floats]:
    ordered = sorted(found, key=lambda country: (-float(found[country].sum()), country))
    return {country: found[country] for country in ordered[: MOST_COUNTRIES + 1]}


def _dense(places: Whole, values: Floats, first: int, last: int) -> Floats:
    """Sum values by place into [first, last]; negative sums count as nothing sold."""
    sums = np.zeros(last - first + 1)
    np.add.at(sums, places - first, values)
    result: Floats = np.maximum(sums, 0.0)
    return result


def choose(activity: pa.Table, covered: Span, most: int) -> Choice:
    """Return which weekly series are forecast singly and which products by share of the pool.

    Parameters
    ----------
    activity : as `sales.weekly_activity` returns it
    most : most series forecast singly

    Notes
    -----
    By revenue, largest first, ties by name: products with enough history, then
    products in one country where several buy it.  A quarter of the places is
    kept for the latter where they can fill it.
    """
    _, last = covered.weeks
    rows = activity.to_pylist()
    products = [row for row in rows if not row[COUNTRY] and last - row["last"] < FORGOTTEN_WEEKS]
    able = [row for row in products if _enough(row, last, LEAST_ACTIVE)]
    whole = {row[PRODUCT] for row in able}
    sold_in: dict[str, int] = {}
    for row in rows:
        if row[COUNTRY]:
            sold_in[row[PRODUCT]] = sold_in.get(row[PRODUCT], 0) + 1
    pairs = [row for row in rows if row[COUNTRY] and row[PRODUCT] in whole and sold_in[row[PRODUCT]] > 1]
    pairs = [row for row in pairs if _enough(row, last, LEAST_COUNTRY_ACTIVE)]
    places = max(most - min(len(pairs), int(most * COUNTRY_SLOTS)), 1)
    chosen = _top(able, places)
    singly = {row[PRODUCT] for row in chosen}
    chosen += _top([row for row in pairs if row[PRODUCT] in singly], most - len(chosen))
    keys = sorted((Key("units", row[PRODUCT], row[COUNTRY]) for row in chosen), key=lambda key: key.name)
    return Choice(tuple(keys), tuple(sorted(row[PRODUCT] for row in products if row[PRODUCT] not in singly)))


def _enough(row: dict[str, Any], last: int, active: int) -> bool:
    enough: bool = row[ACTIVE] >= active and last - row["first"] + 1 >= LEAST_WEEKS and last - row["last"] < SILENT_WEEKS
    return enough


def _top(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (-row[VALUE], row[PRODUCT], row[COUNTRY]))[: max(count, 0)]


class Weekly:
    """Weekly units by product and country, from the first sale on; weeks out of stock are unknown.

    Parameters
    ----------
    rows : as `sales.weekly_units` returns it
    covered, out : what the sales cover; weeks out of stock
    """

    def __init__(self, rows: pa.Table, covered: Span, out: StockOuts) -> None:
        self.first, self.last = covered.weeks
        self._out = out
        products = rows[PRODUCT].combine_chunks().dictionary_encode()
        names = products.dictionary.to_pylist()
        codes = products.indices.to_numpy(zero_copy_only=False)
        bounds = np.searchsorted(codes, np.arange(len(names) + 1))
        self._place = {name: slice(int(bounds[i]), int(bounds[i + 1])) for i, name in enumerate(names)}
        self._weeks, self._values = rows[WEEK].to_numpy(), rows[VALUE].to_numpy()
        self._countries = np.array(rows[COUNTRY].to_pylist(), dtype=object)

    def values(self, product: str, country: str = "") -> Floats:
        """Return units per week from the first week with a sale to the last whole week; NaN where out of stock."""
        place = self._place[product]
        weeks, values = self._weeks[place], self._values[place]
        if country:
            mine = self._countries[place] == country
            weeks, values = weeks[mine], values[mine]
        series = _dense(weeks, values, int(weeks.min()), self.last)
        out = self._out.of(product, country) - int(weeks.min())
        series[out[(out >= 0) & (out < len(series))]] = np.nan
        return series

    def matrix(self, products: tuple[str, ...]) -> Floats:
        """Return (product, week) over all weeks; NaN before the first sale and where out of stock."""
        matrix = np.full((len(products), self.last - self.first + 1), np.nan)
        for number, product in enumerate(products):
            series = self.values(product)
            matrix[number, matrix.shape[1] - len(series) :] = series
        return matrix


def units_panel(weekly: Weekly, choice: Choice, pooled: Floats | None) -> Panel:
    """Return the weekly panel: the series forecast singly, and the pool's total last where there is one."""
    values = [weekly.values(key.product, key.country) for key in choice.singly]
    names = [key.name for key in choice.singly]
    if pooled is not None:
        values.append(pooled)
        names.append(POOL)
    return Panel(tuple(names), tuple(values), np.full(len(names), weekly.last), FREQUENCIES["week"], MONDAY)
