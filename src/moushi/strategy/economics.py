"""What products sell for and cost, and what a currency is worth, read from the shop's own lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from moushi.columns import OrderLines, Prices, Products
from moushi.engine.days import local_day_number, number_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

RECENT_DAYS = 91
"""Prices and exchange rates are those of the last quarter, where it has any sale."""


@dataclass(frozen=True)
class Sold:
    """What a product earned: units, revenue in the workspace's currency, and lines."""

    units: float
    revenue: float
    lines: int

    @property
    def price(self) -> float:
        """Mean revenue of a unit."""
        return self.revenue / self.units


@dataclass(frozen=True)
class Economics:
    """Prices, costs and margins, workspace currency.

    Parameters
    ----------
    sold : by product, recent sales where there are any, else all
    costs : unit cost by product, where known and convertible
    names : product names, where known
    margin_assumed : margin rate where a cost is not known
    list_prices : by product, used where nothing was ever sold
    """

    sold: Mapping[str, Sold]
    costs: Mapping[str, float]
    names: Mapping[str, str]
    list_prices: Mapping[str, float]
    margin_assumed: float

    def price(self, product: str) -> float | None:
        """Return what a unit sells for; None where it is not known."""
        if product in self.sold:
            return self.sold[product].price
        return self.list_prices.get(product)

    def cost(self, product: str) -> float | None:
        """Return what a unit costs, by the assumed margin where it is not known; None without a price too."""
        if product in self.costs:
            return self.costs[product]
        price = self.price(product)
        return None if price is None else price * (1 - self.margin_assumed)

    def knows_cost(self, product: str) -> bool:
        """Say whether the unit cost comes from the data."""
        return product in self.costs

    def name(self, product: str) -> str:
        """Return the product's name, or its identifier."""
        return self.names.get(product) or product

    @property
    def margin_rate(self) -> float:
        """Margin over revenue of all recent sales, assumed where a cost is not known."""
        known = [(self.sold[product], cost) for product, cost in sorted(self.costs.items()) if product in self.sold]
        revenue = sum(sold.revenue for sold, _ in known)
        total = sum(sold.revenue for _, sold in sorted(self.sold.items()))
        if total <= 0:
            return self.margin_assumed
        earned = sum(sold.revenue - cost * sold.units for sold, cost in known)
        return min(max((earned + (total - revenue) * self.margin_assumed) / total, 0.0), 1.0)

    @property
    def measured_share(self) -> float:
        """Share of revenue whose cost is known."""
        total = sum(sold.revenue for _, sold in sorted(self.sold.items()))
        known = sum(sold.revenue for product, sold in sorted(self.sold.items()) if product in self.costs)
        return known / total if total > 0 else 0.0


def sales(lines: ir.Table) -> ir.Table:
    """Return the sale lines of prepared order lines."""
    return lines.filter(lines[OrderLines.kind_of_line] == "sale")


def read_economics(context: Context, as_of: date) -> Economics:
    """Read prices, costs and names as they stand on `as_of`."""
    rates = _rates(context, as_of)
    products = context.engine.to_arrow(context.read(Products)).to_pylist()
    costs, listed, names = {}, {}, {}
    for row in products:
        product = row[Products.product_id]
        rate = rates.get(row[Products.currency]) if row[Products.currency] is not None else 1.0
        if row[Products.product_name]:
            names[product] = str(row[Products.product_name])
        if rate and row[Products.unit_cost]:
            costs[product] = float(row[Products.unit_cost]) * rate
        if rate and row[Products.list_price]:
            listed[product] = float(row[Products.list_price]) * rate
    listed |= _prices(context, as_of, rates)
    return Economics(_sold(context, as_of), costs, names, listed, context.settings.number("gross_margin"))


def _sold(context: Context, as_of: date) -> dict[str, Sold]:
    lines = sales(context.read(OrderLines))
    lines = lines.filter(lines[OrderLines.product_id].notnull())
    recent = local_day_number(lines[OrderLines.ordered_at], context.settings) > number_of(as_of) - RECENT_DAYS
    lines = lines.mutate(recent=recent.cast("int64"))
    grouped = lines.group_by(OrderLines.product_id, "recent").aggregate(
        units=lines[OrderLines.quantity].sum(), revenue=lines[OrderLines.amount_home].sum(), lines=lines.count()
    )
    found: dict[str, Sold] = {}
    # Recent rows come last, and win.
    for row in context.engine.to_arrow(grouped.order_by("recent", OrderLines.product_id)).to_pylist():
        sold = Sold(float(row["units"]), float(row["revenue"]), row["lines"])
        if sold.units > 0 and sold.revenue > 0:
            found[row[OrderLines.product_id]] = sold
    return found


def _rates(context: Context, as_of: date) -> dict[str, float]:
    """Return what one unit of each currency is worth, as recent sales were converted."""
    lines = sales(context.read(OrderLines))
    lines = lines.filter(local_day_number(lines[OrderLines.ordered_at], context.settings) > number_of(as_of) - RECENT_DAYS)
    grouped = lines.group_by(OrderLines.currency).aggregate(
        foreign=lines[OrderLines.amount].sum(), home=lines[OrderLines.amount_home].sum()
    )
    rows = context.engine.to_arrow(grouped).to_pylist()
    return {row[OrderLines.currency]: float(row["home"]) / float(row["foreign"]) for row in rows if row["foreign"] and row["home"]}


def _prices(context: Context, as_of: date, rates: Mapping[str, float]) -> dict[str, float]:
    """Return the price that holds on `as_of` by product: the latest for all countries, else the latest of any."""
    prices = context.read(Prices)
    valid = prices.filter((prices[Prices.valid_from] <= as_of) & (prices[Prices.valid_to].isnull() | (prices[Prices.valid_to] >= as_of)))
    rows = context.engine.to_arrow(valid).to_pylist()
    found: dict[str, float] = {}
    for row in sorted(rows, key=lambda row: (not row[Prices.country], row[Prices.valid_from], row[Prices.country] or "")):
        rate = 1.0 if row[Prices.currency] is None else rates.get(row[Prices.currency])
        if rate and row[Prices.price]:
            found[row[Prices.product_id]] = float(row[Prices.price]) * rate
    return found
