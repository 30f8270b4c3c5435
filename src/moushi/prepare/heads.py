"""What order lines take from their order's head, and from the accounts behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.columns import Customers, OrderLines, Orders
from moushi.prepare.query import count
from moushi.prepare.visible import has_landed, visible
from moushi.prepare.work import PRIORITY
from moushi.schema import Table
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

FROM_HEAD = (Orders.customer_id, Orders.ordered_at, Orders.status, Orders.currency, Orders.channel, Orders.country)
PERSON = "resolved_person"


def with_heads(context: Context, rows: ir.Table) -> ir.Table:
    """Fill what lines lack from the head of their order (already prepared)."""
    if not any(file.rows for file in context.engine.files(Orders)):
        return rows
    heads = context.read(Orders).select(Orders.order_id, *FROM_HEAD)
    joined = rows.left_join(heads, OrderLines.order_id, rname="head_{name}")
    filled = {name: joined[name].fill_null(joined[f"head_{name}"]) for name in FROM_HEAD}
    return joined.mutate(**filled).select(*rows.columns)


def persons(context: Context) -> ir.Table | None:
    """Return accounts and the persons behind them (PERSON), None where the shop names none."""
    if not has_landed(context, Customers):
        return None
    rows = visible(context, Customers)
    known = rows.filter(
        rows[Customers.customer_id].notnull()
        & rows[Customers.person_id].notnull()
        & (rows[Customers.person_id] != rows[Customers.customer_id])
    )
    chosen = context.engine.keep(
        known.group_by(Customers.customer_id).aggregate(**{PERSON: known[Customers.person_id].argmax(known[PRIORITY])})
    )
    return chosen if count(context, chosen) else None


def with_persons(rows: ir.Table, table: type[Table], resolved: ir.Table | None) -> ir.Table:
    """Replace accounts by the persons behind them."""
    if resolved is None or Customers.customer_id not in table.collected():
        return rows
    joined = rows.left_join(resolved, Customers.customer_id)
    person = joined[PERSON].fill_null(joined[Customers.customer_id])
    return joined.mutate(**{Customers.customer_id: person}).select(*rows.columns)
