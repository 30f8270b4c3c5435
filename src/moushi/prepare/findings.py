"""What a person should know of the prepared tables."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.columns import Customers, OrderLines, Orders, Products, Rates
from moushi.prepare.account import Account
from moushi.prepare.identity import identical_lines
from moushi.prepare.judge import slightly_off
from moushi.prepare.query import one
from moushi.prepare.returns import CREDIT, MATCHED
from moushi.prepare.work import REASON, STATUS_KIND
from moushi.schema import Table
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

ASSUMED = "quantity_assumed"
"""Whether a line's quantity was missing and taken as one."""

ROWS, MONEY = "rows_found", "money_found"


def about_lines(context: Context, account: Account, judged: ir.Table, matches: pa.Table) -> None:
    """Note what is odd about order lines.

    Parameters
    ----------
    judged : one row per key, with REASON
    matches : see `returns.MATCHES`
    """
    good = judged.filter(judged[REASON].isnull())
    _simple(context, account, good)
    _kinds(context, account)
    _unmatched(context, account, good, matches)
    _without_rate(context, account, judged)
    again = int(one(context, identical_lines(good))["n"])
    account.find("identical_lines", OrderLines, rows=again)
    for other, name in ((Products, OrderLines.product_id), (Customers, OrderLines.customer_id)):
        _unknown(context, account, other, name)
    _heads_without_lines(context, account)


def _simple(context: Context, account: Account, rows: ir.Table) -> None:
    trade = rows[OrderLines.kind_of_line].isin(("sale", "return"))
    tests = {
        "guest_lines": (trade & rows[OrderLines.customer_id].isnull(), OrderLines.customer_id),
        "no_product": (trade & rows[OrderLines.product_id].isnull(), OrderLines.product_id),
        "no_country": (trade & rows[OrderLines.country].isnull(), OrderLines.country),
        "quantity_assumed": (rows[ASSUMED], OrderLines.quantity),
        "amount_over_price": (trade & slightly_off(rows).fill_null(False), OrderLines.amount),
        "refunded_by_status": ((rows[STATUS_KIND] == "refunded").fill_null(False), OrderLines.status),
    }
    home = rows[OrderLines.amount_home]
    zero = Decimal(0)
    wanted: dict[str, Any] = {code: test.cast("int64").sum() for code, (test, _) in tests.items()}
    wanted |= {f"{code}_money": home.sum(where=test) for code, (test, _) in tests.items()}
    found = one(context, rows.aggregate(**wanted))
    for code, (_, column) in tests.items():
        account.find(code, OrderLines, column, rows=int(found[code] or 0), amount_home=found[f"{code}_money"] or zero)


def _kinds(context: Context, account: Account) -> None:
    """Note how much of each kind was kept apart from trade."""
    rows = context.read(OrderLines)
    by_kind = rows.group_by(OrderLines.kind_of_line).aggregate(**{ROWS: rows.count(), MONEY: rows[OrderLines.amount_home].sum()})
    for row in sorted(context.engine.to_arrow(by_kind).to_pylist(), key=lambda row: str(row[OrderLines.kind_of_line])):
        kind = row[OrderLines.kind_of_line]
        if kind != "sale":
            account.find(f"kind_{kind}", OrderLines, kind, rows=row[ROWS], amount_home=row[MONEY])


def _unmatched(context: Context, account: Account, rows: ir.Table, matches: pa.Table) -> None:
    """Note returns, or parts of them, for which no sale was found."""
    credits_ = context.engine.from_arrow(matches).filter(lambda match: match[CREDIT])
    returns = rows.filter(rows[OrderLines.kind_of_line] == "return")
    joined = returns.left_join(credits_, [OrderLines.order_id, OrderLines.line_id])
    units = (-joined[OrderLines.quantity] * 1000).cast("int64")
    left = units - joined[MATCHED].fill_null(0)
    share = left.cast("float64") / units.cast("float64")
    money = (joined[OrderLines.amount_home].cast("float64") * share).round(4).cast("decimal(18, 4)")
    open_ = joined.mutate(**{ROWS: left, MONEY: money}).filter(left > 0)
    found = one(context, open_.aggregate(**{ROWS: open_.count(), MONEY: open_[MONEY].sum()}))
    account.find("returns_unmatched", OrderLines, rows=found[ROWS], amount_home=found[MONEY])


def _without_rate(context: Context, account: Account, judged: ir.Table) -> None:
    rows = judged.filter(judged[REASON] == "no_rate")
    counts = context.engine.to_arrow(rows.group_by(OrderLines.currency).aggregate(**{ROWS: rows.count()})).to_pylist()
    for row in sorted(counts, key=lambda row: str(row[OrderLines.currency])):
        account.find("no_rate", Rates, row[OrderLines.currency], rows=row[ROWS])


def _unknown(context: Context, account: Account, other: type[Table], name: str) -> None:
    """Note trade whose product or customer stands in no table, where the shop has such a table."""
    known = context.read(other)
    if not int(one(context, known.aggregate(**{ROWS: known.count()}))[ROWS]):
        return
    rows = context.read(OrderLines)
    rows = rows.filter(rows[OrderLines.kind_of_line].isin(("sale", "return")) & rows[name].notnull()).anti_join(known, name)
    found = one(context, rows.aggregate(**{ROWS: rows.count(), MONEY: rows[OrderLines.amount_home].sum()}))
    account.find(f"unknown_{name}", OrderLines, name, rows=found[ROWS], amount_home=found[MONEY])


def _heads_without_lines(context: Context, account: Account) -> None:
    heads = context.read(Orders)
    alone = heads.anti_join(context.read(OrderLines), Orders.order_id)
    found = one(context, alone.aggregate(**{ROWS: alone.count()}))
    account.find("orders_without_lines", Orders, rows=found[ROWS])
