"""Judges order lines: which kind each is, and which cannot be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from moushi.columns import OrderLines
from moushi.prepare.work import AT_FAULT, DAY, PRODUCT_KIND, RATE, REASON, STATUS_KIND

if TYPE_CHECKING:
    import ibis.expr.types as ir

EARLIEST = date(1990, 1, 1)
MOST_UNITS = 1_000_000
MOST_MONEY = 1e12
MOST_MONEY_HOME = 1e13
FAULT = "fault"
GROSS = 1000.0
"""Times by which the amount may differ from quantity times price before one of them must be wrong."""

AHEAD_DAYS = 400
LEAST_DAYS_TO_JUDGE = 20


def latest_day(days: list[tuple[date, int]]) -> date | None:
    """Return the last day that a line can be of, None where there is too little to tell.

    No clock is asked: a day is impossible when it lies more than 400 days after
    the day that all but the latest thousandth of the lines (at least one line)
    have reached.

    Parameters
    ----------
    days : (day, lines)

    Examples
    --------
    >>> latest_day([(date(2024, 1, 1), 30), (date(2204, 1, 2), 1)])
    datetime.date(2025, 2, 4)
    """
    total = sum(lines for _, lines in days)
    if total < LEAST_DAYS_TO_JUDGE:
        return None
    spare = max(1, total // 1000)
    for day, lines in sorted(days, reverse=True):
        spare -= lines
        if spare < 0:
            return day + timedelta(days=AHEAD_DAYS)
    return None


def with_signs(rows: ir.Table) -> ir.Table:
    """Complete quantity, amount and unit price from each other, and give returns their sign.

    A line without quantity is one unit.  A line whose quantity is below zero is
    a return, so its amount is too; so is a line marked as refunded whose amount
    is below zero.
    """
    quantity, amount = rows[OrderLines.quantity], rows[OrderLines.amount]
    rows = rows.mutate(**{OrderLines.quantity: quantity.fill_null(_sign(amount).cast("decimal(18, 3)"))}).view()
    stated = _product(rows[OrderLines.quantity], rows[OrderLines.unit_price])
    paid = rows[OrderLines.amount].fill_null(stated - rows[OrderLines.discount].fill_null(0))
    rows = rows.mutate(**{OrderLines.amount: paid.cast("decimal(18, 4)")}).view()
    return _with_price(_with_credits(rows).view())


def _with_credits(rows: ir.Table) -> ir.Table:
    """Give returns their sign."""
    quantity, amount = rows[OrderLines.quantity], rows[OrderLines.amount]
    credit = (quantity < 0) | ((rows[STATUS_KIND] == "refunded").fill_null(False) & (amount < 0).fill_null(False))
    return rows.mutate(
        **{
            OrderLines.quantity: credit.ifelse(-quantity.abs(), quantity).cast("decimal(18, 3)"),
            OrderLines.amount: (credit & rows[PRODUCT_KIND].isnull()).ifelse(-amount.abs(), amount).cast("decimal(18, 4)"),
        }
    )


def _with_price(rows: ir.Table) -> ir.Table:
    """Fill the unit price from amount and quantity."""
    derived = (rows[OrderLines.amount].cast("float64") / rows[OrderLines.quantity].nullif(0).cast("float64")).abs().round(4)
    # A price beyond the type would stop the run; such lines are set aside by their amount.
    derived = derived.try_cast("decimal(18, 4)")
    return rows.mutate(**{OrderLines.unit_price: rows[OrderLines.unit_price].fill_null(derived)})


def _product(left: ir.NumericValue, right: ir.NumericValue) -> ir.DecimalValue:
    """Multiply to four decimals; null where the product does not fit.

    In floating point, row by row, so the same each time, and exact for all
    amounts under some hundred thousand million; decimals wide enough to hold
    any product take fifty times as long.
    """
    product: ir.DecimalValue = (left.cast("float64") * right.cast("float64")).round(4).try_cast("decimal(18, 4)")
    return product


def _sign(amount: ir.Value) -> ir.Value:
    return (amount < 0).fill_null(False).ifelse(-1, 1)


def with_kind(rows: ir.Table) -> ir.Table:
    """Add `kind_of_line`; the product says it first, then the money, the status and the sign.

    Lines without any money are given away, lost or found, not traded:
    adjustments.
    """
    import ibis

    free = (rows[OrderLines.amount] == 0) & (rows[OrderLines.unit_price].fill_null(0) == 0)
    kind = ibis.cases(
        (rows[PRODUCT_KIND].notnull(), rows[PRODUCT_KIND]),
        (free.fill_null(False), "adjustment"),
        ((rows[STATUS_KIND] == "cancelled").fill_null(False), "cancelled"),
        ((rows[OrderLines.quantity] < 0).fill_null(False), "return"),
        else_="sale",
    )
    return rows.mutate(**{OrderLines.kind_of_line: kind})


def with_reason(rows: ir.Table, last: date | None) -> ir.Table:
    """Add REASON and AT_FAULT to lines that cannot be; the first reason counts.

    Parameters
    ----------
    rows : lines with kind, DAY and RATE
    last : the last day a line can be of, see `latest_day`
    """
    import ibis

    quantity, amount = rows[OrderLines.quantity], rows[OrderLines.amount]
    price = rows[OrderLines.unit_price]
    trade = rows[OrderLines.kind_of_line].isin(("sale", "return"))
    home = (amount.cast("float64") * rows[RATE].cast("float64")).abs()
    late = (rows[DAY] > last) if last is not None else ibis.literal(False)
    reasons = [
        (rows[OrderLines.ordered_at].isnull(), OrderLines.ordered_at, "no_order_date"),
        (rows[DAY] < EARLIEST, OrderLines.ordered_at, "date_too_old"),
        (late, OrderLines.ordered_at, "date_in_future"),
        ((quantity == 0) & rows[PRODUCT_KIND].isnull(), OrderLines.quantity, "zero_quantity"),
        (quantity.abs() > MOST_UNITS, OrderLines.quantity, "absurd_quantity"),
        (amount.isnull(), OrderLines.amount, "no_amount"),
        (amount.cast("float64").abs() >= MOST_MONEY, OrderLines.amount, "absurd_amount"),
        (trade & (quantity > 0) & ((price < 0) | (amount < 0)), OrderLines.unit_price, "negative_price"),
        (trade & _grossly_off(rows), OrderLines.amount, "amount_mismatch"),
        (rows[RATE].isnull(), OrderLines.currency, "no_rate"),
        (home >= MOST_MONEY_HOME, OrderLines.amount, "absurd_amount"),
    ]
    nothing = ibis.null("int8")
    first = ibis.cases(
        *((wrong.fill_null(False), ibis.literal(place, "int8")) for place, (wrong, _, _) in enumerate(reasons)), else_=nothing
    )
    # Found once, by number, and named after that: the names would double the work.
    rows = rows.mutate(**{FAULT: first}).view()
    names = {REASON: [code for _, _, code in reasons], AT_FAULT: [name for _, name, _ in reasons]}
    return rows.mutate(
        **{
            column: ibis.cases(*((rows[FAULT] == place, text) for place, text in enumerate(texts)), else_=ibis.null("string"))
            for column, texts in names.items()
        }
    ).drop(FAULT)


def _grossly_off(rows: ir.Table) -> ir.BooleanValue:
    stated = (rows[OrderLines.quantity].cast("float64") * rows[OrderLines.unit_price].cast("float64")).abs()
    paid = rows[OrderLines.amount].cast("float64").abs()
    result: ir.BooleanValue = (stated > 0) & (paid > 0) & ((paid > GROSS * stated) | (stated > GROSS * paid))
    return result


def with_home_money(rows: ir.Table) -> ir.Table:
    """Add `amount_home`: the amount in the workspace's currency; null where it does not fit, or has no rate."""
    at_home = rows[RATE] == 1
    return rows.mutate(**{OrderLines.amount_home: at_home.ifelse(rows[OrderLines.amount], _product(rows[OrderLines.amount], rows[RATE]))})


def slightly_off(rows: ir.Table) -> ir.BooleanValue:
    """Say which lines cost more than quantity times price, by over 2 % and 5 hundredths: taxes, or a wrong column.

    Less is a discount, and no fault.
    """
    stated = (rows[OrderLines.quantity].cast("float64") * rows[OrderLines.unit_price].cast("float64")).abs()
    over = rows[OrderLines.amount].cast("float64").abs() - stated
    result: ir.BooleanValue = (over > 0.05) & (over > 0.02 * stated)
    return result
