"""Matches returns and same-day cancellations to the sales they undo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import OrderLines
from moushi.prepare.work import DAY
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

UNITS = "thousandths"
"""Quantity without its sign, in thousandths."""
MONEY = "money"
"""Amount without its sign."""
CREDIT = "is_credit"
MATCHED = "matched_thousandths"
CANCELLED = "is_cancelled"

MATCHES = pa.schema(
    [
        (OrderLines.order_id, pa.string()),
        (OrderLines.line_id, pa.string()),
        (CREDIT, pa.bool_()),
        (MATCHED, pa.int64()),
        (CANCELLED, pa.bool_()),
    ]
)
"""A row per sale or return that found its counterpart: how much of it, and whether both are void."""

_KEY = (OrderLines.customer_id, OrderLines.product_id)
_EVENT = (*_KEY, OrderLines.ordered_at, CREDIT, OrderLines.order_id, OrderLines.line_id, DAY, UNITS, MONEY)


@dataclass
class _Line:
    order_id: str
    line_id: str
    day: object
    units: int
    money: object
    credit: bool
    matched: int = 0
    cancelled: bool = False

    @property
    def left(self) -> int:
        return self.units - self.matched


@dataclass
class _Trade:
    """What one customer (None: guests) did with one product, in order of time."""

    guest: bool
    by_order: dict[str, list[_Line]] = field(default_factory=lambda: defaultdict(list))
    by_day: dict[tuple[object, int], list[_Line]] = field(default_factory=lambda: defaultdict(list))
    sales: list[_Line] = field(default_factory=list)
    touched: dict[int, _Line] = field(default_factory=dict)

    def sell(self, line: _Line) -> None:
        self.sales.append(line)
        self.by_order[line.order_id].append(line)
        self.by_day[line.day, line.units].append(line)

    def give_back(self, credit: _Line) -> None:
        if self._cancel(credit):
            return
        self._take(credit, self.by_order.get(credit.order_id, []))
        # Who came back is not known of guests: only their order or day tells.
        if not self.guest:
            self._take(credit, self.sales)

    def _cancel(self, credit: _Line) -> bool:
        """Void a whole sale of the same day and quantity: of the same order or for the same money if there is one, else the latest."""
        whole = [sale for sale in self.by_day.get((credit.day, credit.units), []) if not sale.matched]
        if not whole:
            return False
        sale = max(reversed(whole), key=lambda sale: (sale.order_id == credit.order_id, sale.money == credit.money))
        self._match(sale, credit, credit.units)
        sale.cancelled = credit.cancelled = True
        return True

    def _take(self, credit: _Line, sales: list[_Line]) -> None:
        """Match from the latest sale backwards; used-up sales leave the end of the list."""
        while sales and not sales[-1].left:
            sales.pop()
        for sale in reversed(sales):
            if not credit.left:
                return
            if sale.left:
                self._match(sale, credit, min(sale.left, credit.left))

    def _match(self, sale: _Line, credit: _Line, units: int) -> None:
        for line in (sale, credit):
            line.matched += units
            self.touched[id(line)] = line


def match(batches: Iterable[pa.RecordBatch]) -> pa.Table:
    """Match returns to sales of the same customer and product.

    A return in full on the day of a sale of the same quantity voids it: both
    are cancelled.  Other returns are taken from the sales of the order they
    name, then from the latest sales before them, never more than was sold.  A
    guest's return is matched only by order or as a cancellation.

    Parameters
    ----------
    batches : rows of customer_id, product_id, ordered_at, CREDIT, order_id,
        line_id, DAY, UNITS, MONEY, ordered by these columns as named

    Returns
    -------
    Table : MATCHES, in the order of the rows; unmatched lines left out
    """
    found: list[_Line] = []
    trade, current = _Trade(guest=True), None
    for key, line in _lines(batches):
        if key != current:
            found += trade.touched.values()
            trade, current = _Trade(guest=key[0] is None), key
        if line.credit:
            trade.give_back(line)
        else:
            trade.sell(line)
    found += trade.touched.values()
    columns = [[getattr(line, name) for line in found] for name in ("order_id", "line_id", "credit", "matched", "cancelled")]
    arrays = [pa.array(values, kind) for values, kind in zip(columns, MATCHES.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=MATCHES)


def _lines(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[tuple[str | None, str], _Line]]:
    names = (*_KEY, OrderLines.order_id, OrderLines.line_id, DAY, UNITS, MONEY, CREDIT)
    for batch in batches:
        for customer, product, *line in zip(*(batch[name].to_pylist() for name in names), strict=True):
            yield (customer, product), _Line(*line)


def matched(context: Context, trade: ir.Table) -> pa.Table:
    """Match the returns among `trade` (sale and return lines of prepared order lines, with DAY); see `match`."""
    return match(context.engine.stream(_events(trade)))


def _events(trade: ir.Table) -> ir.Table:
    """Return the returns and the sales they could undo, each customer's and product's together, in order of time."""
    import ibis

    units = (trade[OrderLines.quantity].abs() * 1000).cast("int64")
    trade = trade.mutate(**{UNITS: units, MONEY: trade[OrderLines.amount].abs(), CREDIT: trade[OrderLines.quantity] < 0}).select(*_EVENT)
    trade = trade.filter(trade[OrderLines.product_id].notnull())
    credits_, sales = trade.filter(trade[CREDIT]), trade.filter(~trade[CREDIT])
    known = sales.semi_join(credits_, list(_KEY))
    guests = sales.filter(sales[OrderLines.customer_id].isnull())
    unknown = credits_.filter(credits_[OrderLines.customer_id].isnull())
    of_day = unknown.select(OrderLines.product_id, DAY).distinct()
    of_order = unknown.select(OrderLines.product_id, OrderLines.order_id).distinct()
    same_day = guests.semi_join(of_day, [OrderLines.product_id, DAY])
    same_order = guests.anti_join(of_day, [OrderLines.product_id, DAY]).semi_join(of_order, [OrderLines.product_id, OrderLines.order_id])
    events = ibis.union(credits_, known, same_day, same_order)
    return events.order_by([ibis.asc(events[OrderLines.customer_id], nulls_first=True), *_EVENT[1:]])
