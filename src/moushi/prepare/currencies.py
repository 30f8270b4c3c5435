"""The workspace's own currency, and what other currencies are worth in it, day by day."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.columns import OrderLines, Rates
from moushi.prepare.account import Account
from moushi.prepare.countries import country_code
from moushi.prepare.facets import Facets
from moushi.prepare.work import DAY, RATE
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": used where neither the settings nor the data name one."""


def home_currency(context: Context, found: Facets, account: Account) -> str:
    """Return the workspace's currency.

    In this order: the setting; the commonest among the lines (the first in
    order among equals); that of the lines' commonest country; NO_CURRENCY.
    What was not said by setting or data is a finding.
    """
    chosen = context.settings["currency"] or found.commonest(OrderLines.currency)
    if chosen is not None:
        return str(chosen)
    name = found.commonest(OrderLines.country) or context.settings["default_country"]
    country = None if name is None else country_code(str(name))
    currency = _currency_of(country)
    finding = "currency_unknown" if currency == NO_CURRENCY else "currency_assumed"
    account.find(finding, OrderLines, currency, rows=found.lines, country=country or "")
    return currency


def _currency_of(country: str | None) -> str:
    from babel.numbers import get_territory_currencies

    if country is None or len(country) != 2:
        return NO_CURRENCY
    return next(iter(get_territory_currencies(country)), NO_CURRENCY)


class RateBook:
    """Rates by currency and day.

    Parameters
    ----------
    rows : rows of `Rates`, as dictionaries
    home : the workspace's currency; rates from it are turned round where none into it is known
    """

    def __init__(self, rows: Iterable[dict[str, Any]], home: str) -> None:
        direct: dict[str, dict[date, float]] = {}
        turned: dict[str, dict[date, float]] = {}
        for row in rows:
            rate = row[Rates.rate]
            if row[Rates.home_currency] == home:
                direct.setdefault(row[Rates.currency], {})[row[Rates.day]] = rate
            elif row[Rates.currency] == home and rate:
                turned.setdefault(row[Rates.home_currency], {})[row[Rates.day]] = 1.0 / rate
        self.home = home
        self._rates = {currency: sorted(by_day.items()) for currency, by_day in (turned | direct).items()}

    def rate(self, currency: str, day: date) -> float | None:
        """Return the latest rate on or before `day`, else the earliest after it, None if there is none at all."""
        if currency == self.home:
            return 1.0
        known = self._rates.get(currency)
        if not known:
            return None
        place = bisect.bisect_right(known, day, key=lambda pair: pair[0])
        return known[max(place - 1, 0)][1]


def with_rates(context: Context, rows: ir.Table, found: Facets, *, home: str) -> ir.Table:
    """Add RATE to rows with `currency` and DAY; null where none is known.

    Notes
    -----
    Rates are looked up once per foreign currency and day, in memory: at most
    some ten thousand pairs, however many lines there are.
    """
    import ibis

    one = ibis.literal(1.0)
    pairs = [(currency, day) for currency in found.values(OrderLines.currency) if currency != home for day in found.values(DAY)]
    if not pairs:
        return rows.mutate(**{RATE: one})
    book = RateBook(_rates(context), home)
    lookup = pa.table(
        {
            OrderLines.currency: pa.array([currency for currency, _ in pairs], pa.string()),
            DAY: pa.array([day for _, day in pairs], pa.date32()),
            RATE: pa.array([book.rate(*pair) for pair in pairs], pa.float64()),
        }
    )
    joined = rows.left_join(context.engine.from_arrow(lookup), [OrderLines.currency, DAY])
    rate = ibis.ifelse(joined[OrderLines.currency] == home, one, joined[RATE])
    return joined.mutate(**{RATE: rate}).select(*rows.columns, RATE)


def _rates(context: Context) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = context.engine.to_arrow(context.read(Rates)).to_pylist()
    return rows
