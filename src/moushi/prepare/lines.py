"""Prepares order lines: one row per key, judged, in the workspace's currency, returns netted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import OrderLines
from moushi.engine.days import local_day
from moushi.prepare import findings
from moushi.prepare.account import Account
from moushi.prepare.countries import with_countries
from moushi.prepare.currencies import home_currency, with_rates
from moushi.prepare.facets import facets
from moushi.prepare.heads import with_heads, with_persons
from moushi.prepare.identity import one_per_key
from moushi.prepare.judge import latest_day, with_home_money, with_kind, with_reason, with_signs
from moushi.prepare.kinds import with_product_kinds, with_status_kinds
from moushi.prepare.merge import with_missing
from moushi.prepare.query import count
from moushi.prepare.returns import CANCELLED, MATCHED, matched
from moushi.prepare.spelling import spell
from moushi.prepare.tables import Identities, nothing_landed
from moushi.prepare.visible import PROVENANCE, has_landed, visible
from moushi.prepare.work import AT_FAULT, DAY, RATE, REASON, STATUS_KIND
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

KEY = (OrderLines.order_id, OrderLines.line_id)
WORKING = (*OrderLines.collected(), OrderLines.kind_of_line, OrderLines.amount_home, *PROVENANCE, DAY, RATE, STATUS_KIND, REASON, AT_FAULT)


def prepare_lines(context: Context, account: Account, identities: Identities) -> None:
    """Write `OrderLines`, and account for every landed line.

    Notes
    -----
    The judged lines are computed once and kept by the engine, on disk where
    they do not fit in memory; everything after reads them.
    """
    if not has_landed(context, OrderLines):
        nothing_landed(context, account, OrderLines)
        return
    landed = visible(context, OrderLines)
    keyless = with_missing(landed, [OrderLines.order_id])
    nameless = keyless.filter(keyless[REASON].notnull())
    account.set_aside(OrderLines, nameless)
    seen = spell(context, landed.filter(landed[OrderLines.order_id].notnull()), identities.spelling)
    judged = _judged(context, account, seen, identities)
    bad, good = judged.filter(judged[REASON].notnull()), judged.filter(judged[REASON].isnull())
    account.set_aside(OrderLines, bad)
    trade = good.filter(
        good[OrderLines.kind_of_line].isin(("sale", "return")) & (good[STATUS_KIND].isnull() | (good[OrderLines.quantity] < 0))
    )
    matches = matched(context, trade)
    context.write(OrderLines, _finished(context, good, matches))
    _reconcile(context, account, landed=landed, nameless=nameless, judged=judged)
    findings.about_lines(context, account, judged, matches)


def _judged(context: Context, account: Account, seen: ir.Table, identities: Identities) -> ir.Table:
    """Return all lines, one per key, completed and judged; kept by the engine."""
    rows = _attributed(context, one_per_key(context, seen), identities)
    found = facets(context, with_heads(context, seen))
    home = home_currency(context, found, account)
    rows = with_countries(context, rows, found.values(OrderLines.country))
    rows = with_rates(context, _dated(context, rows, home), found, home=home)
    rows = with_status_kinds(context, with_product_kinds(context, rows, seen), found.values(OrderLines.status))
    rows = rows.mutate(**{findings.ASSUMED: rows[OrderLines.quantity].isnull()})
    last = latest_day(list(found.counts[DAY].items()))
    # A view stays a query of its own: merged into one, each value would be computed wherever it is named.
    rows = with_kind(with_signs(rows.view()).view()).view()
    return context.engine.keep(with_home_money(with_reason(rows, last)).select(*WORKING, findings.ASSUMED))


def _attributed(context: Context, rows: ir.Table, identities: Identities) -> ir.Table:
    return with_persons(with_heads(context, rows), OrderLines, identities.persons)


def _dated(context: Context, rows: ir.Table, home: str) -> ir.Table:
    """Fill the currency, and add the day in the shop's time zone."""
    day = local_day(rows[OrderLines.ordered_at], context.settings)
    return rows.mutate(**{OrderLines.currency: rows[OrderLines.currency].upper().fill_null(home), DAY: day})


def _finished(context: Context, rows: ir.Table, matches: pa.Table) -> ir.Table:
    """Return the columns of `OrderLines`: cancellations marked, returns netted, money in the workspace's currency."""
    joined = rows.left_join(context.engine.from_arrow(matches), list(KEY))
    void = joined[CANCELLED].fill_null(False)
    kind = void.ifelse("cancelled", joined[OrderLines.kind_of_line])
    quantity, sold = joined[OrderLines.quantity], kind == "sale"
    came_back = (joined[MATCHED].fill_null(0) / 1000).cast("decimal(18, 3)")
    came_back = (joined[STATUS_KIND] == "refunded").fill_null(False).ifelse(quantity, came_back)
    returned = sold.ifelse(came_back, 0).cast("decimal(18, 3)")
    home = joined[OrderLines.amount_home]
    share = returned.cast("float64") / quantity.nullif(0).cast("float64")
    net = home - (home.cast("float64") * share).round(4).cast("decimal(18, 4)")
    finished = joined.mutate(
        **{
            OrderLines.kind_of_line: kind,
            OrderLines.returned_quantity: returned,
            OrderLines.net_amount_home: sold.ifelse(net, 0).cast("decimal(18, 4)"),
        }
    )
    return finished.select(*OrderLines.columns())


def _reconcile(context: Context, account: Account, *, landed: ir.Table, nameless: ir.Table, judged: ir.Table) -> None:
    read = count(context, landed)
    without_key = count(context, nameless)
    one_each = count(context, judged)
    kept = count(context, context.read(OrderLines))
    repeated = read - without_key - one_each
    account.reconcile(OrderLines, read=read, kept=kept, quarantined=without_key + one_each - kept, duplicates=repeated)
