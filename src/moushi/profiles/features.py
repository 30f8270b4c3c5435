"""What every customer did, gathered from prepared order lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import OrderLines, Products, Profiles
from moushi.engine.days import local_day
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

DAY = "local_day"
NET = "net"
LAST = "last"
CUSTOMER = OrderLines.customer_id


def customer_features(context: Context) -> pa.Table:
    """Return a row per customer with at least one sale, in order of customer_id.

    Returns
    -------
    Table : customer_id, country, first_order_on, last_order_on, orders,
        revenue_home, units, return_rate, mean_order_home, top_category,
        top_category_share, categories (types as in Profiles)

    Notes
    -----
    Only sales count; returns are already netted from them.  Guests have no
    profile.  All sums are decimal, so no order of rows changes them.
    """
    lines = context.read(OrderLines)
    sales = lines.filter((lines[OrderLines.kind_of_line] == "sale") & lines[CUSTOMER].notnull())
    sales = sales.mutate(**{DAY: local_day(sales[OrderLines.ordered_at], context.settings)})
    joined = _totals(sales).left_join(_countries(sales), CUSTOMER).drop(f"{CUSTOMER}_right")
    joined = joined.left_join(_categories(sales, context.read(Products)), CUSTOMER).drop(f"{CUSTOMER}_right")
    complete = joined.mutate(**{Profiles.categories: joined[Profiles.categories].fill_null(0)})
    return context.engine.to_arrow(complete.order_by(CUSTOMER))


def _totals(sales: ir.Table) -> ir.Table:
    """Sum up each customer's sales."""
    units, returned = sales[OrderLines.quantity].sum(), sales[OrderLines.returned_quantity].sum()
    revenue = sales[OrderLines.net_amount_home].sum().cast("decimal(18, 4)")
    days = sales[DAY].nunique()
    return sales.group_by(CUSTOMER).aggregate(
        **{
            Profiles.first_order_on: sales[DAY].min(),
            Profiles.last_order_on: sales[DAY].max(),
            Profiles.orders: days,
            Profiles.revenue_home: revenue,
            Profiles.mean_order_home: (revenue.cast("float64") / days).round(4).cast("decimal(18, 4)"),
            Profiles.units: units.cast("decimal(18, 3)"),
            Profiles.return_rate: returned.cast("float64") / units.cast("float64"),
        }
    )


def _first(rows: ir.Table, *order: ir.Value) -> ir.Table:
    """Return each customer's first row in the given order."""
    import ibis

    window = ibis.window(group_by=CUSTOMER, order_by=list(order))
    ranked = rows.mutate(place=ibis.row_number().over(window))
    return ranked.filter(ranked["place"] == 0)


def _countries(sales: ir.Table) -> ir.Table:
    """Return the country of most orders; the latest, then the first in order among equals."""
    import ibis

    named = sales.filter(sales[OrderLines.country].notnull())
    counts = named.group_by(CUSTOMER, OrderLines.country).aggregate(
        n=named[OrderLines.order_id].nunique(), **{LAST: named[OrderLines.ordered_at].max()}
    )
    best = _first(counts, ibis.desc(counts["n"]), ibis.desc(counts[LAST]), counts[OrderLines.country])
    return best.select(CUSTOMER, OrderLines.country)


def _categories(sales: ir.Table, products: ir.Table) -> ir.Table:
    """Return the category with most net revenue, its share, and the number of categories."""
    import ibis

    named = products.filter(products[Products.category].notnull()).select(Products.product_id, Products.category)
    joined = sales.inner_join(named, Products.product_id)
    by_category = joined.group_by(CUSTOMER, Products.category).aggregate(**{NET: joined[OrderLines.net_amount_home].sum()})
    totals = by_category.group_by(CUSTOMER).aggregate(total=by_category[NET].sum(), **{Profiles.categories: by_category.count()})
    best = _first(by_category, ibis.desc(by_category[NET]), by_category[Products.category])
    both = best.inner_join(totals, CUSTOMER)
    share = (both[NET].cast("float64") / both["total"].cast("float64").nullif(0)).clip(0, 1)
    return both.mutate(**{Profiles.top_category: both[Products.category], Profiles.top_category_share: share}).select(
        CUSTOMER, Profiles.top_category, Profiles.top_category_share, Profiles.categories
    )
