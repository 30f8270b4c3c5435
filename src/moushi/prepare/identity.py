"""Gives order lines their key, and keeps one row per key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.columns import OrderLines
from moushi.prepare.merge import newest
from moushi.prepare.query import count
from moushi.prepare.work import OCCURRENCE, PRIORITY, SOURCE_RANK
from moushi.schema import Provenance
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEY = (OrderLines.order_id, OrderLines.line_id)
GOODS = "goods"
"""The product, empty where none is named: nulls would match nothing."""


def with_line_ids(context: Context, rows: ir.Table) -> ir.Table:
    """Fill `line_id` where the file has none: the product, and which of the order's lines with it this is.

    Lines are counted within their file, so that the same order in two
    overlapping exports gets the same identifiers, while a line that stands
    twice in one file stays two lines.

    Notes
    -----
    Few orders name a product twice: only their lines are put in order, which
    is the dear part.
    """
    import ibis

    rows = rows.mutate(**{GOODS: rows[OrderLines.product_id].fill_null("")})
    group = [SOURCE_RANK, OrderLines.order_id, GOODS]
    counts = rows.group_by(group).aggregate(n=rows.count())
    repeated = context.engine.keep(counts.filter(counts["n"] > 1).select(*group))
    if not count(context, repeated):
        return _numbered(rows, ibis.literal(1))
    place = ibis.row_number().over(ibis.window(group_by=group, order_by=PRIORITY)) + 1
    return _numbered(rows.anti_join(repeated, group), ibis.literal(1)).union(_numbered(rows.semi_join(repeated, group), place))


def _numbered(rows: ir.Table, place: ir.Value) -> ir.Table:
    """Return rows with their `line_id`, given which line of its product each is."""
    rows = rows.mutate(**{OCCURRENCE: place})
    derived = rows[GOODS] + "#" + rows[OCCURRENCE].cast("string")
    return rows.mutate(**{OrderLines.line_id: rows[OrderLines.line_id].fill_null(derived)}).drop(OCCURRENCE, GOODS)


def shared_orders(rows: ir.Table) -> ir.Table:
    """Return the orders that could hold a key twice: in several sources, or with a line number given twice.

    Notes
    -----
    Few orders, usually: the others need no merging, which is the dear part.
    """
    by_order = rows.group_by(OrderLines.order_id).aggregate(first=rows[SOURCE_RANK].min(), last=rows[SOURCE_RANK].max())
    spread = by_order.filter(by_order["first"] != by_order["last"]).select(OrderLines.order_id)
    numbered = rows.filter(rows[OrderLines.line_id].notnull())
    by_line = numbered.group_by(list(KEY)).aggregate(n=numbered.count())
    repeated = by_line.filter(by_line["n"] > 1).select(OrderLines.order_id)
    return spread.union(repeated, distinct=True)


def one_per_key(context: Context, rows: ir.Table) -> ir.Table:
    """Return rows with their `line_id`, one per key, the newest value of each column winning.

    Parameters
    ----------
    rows : visible order lines with an order_id
    """
    shared = context.engine.keep(shared_orders(rows))
    if not count(context, shared):
        return with_line_ids(context, rows)
    apart = with_line_ids(context, rows.anti_join(shared, OrderLines.order_id))
    together = newest(with_line_ids(context, rows.semi_join(shared, OrderLines.order_id)), KEY)
    return apart.union(together)


def identical_lines(rows: ir.Table) -> ir.Table:
    """Count the prepared lines that repeat another of their order in all that matters; they are kept.

    Returns
    -------
    Table : one row, `n`
    """
    group = [OrderLines.order_id, OrderLines.product_id]
    again = rows.filter(rows[OrderLines.line_id].re_search("#([2-9]|[1-9][0-9]+)$"))
    content = [*group, OrderLines.ordered_at, OrderLines.customer_id, OrderLines.quantity, OrderLines.amount, Provenance.source_id]
    several = rows.semi_join(again.select(*group).distinct(), group)
    same = several.group_by(content).aggregate(n=several.count() - 1)
    return same.aggregate(n=same["n"].sum().fill_null(0))
