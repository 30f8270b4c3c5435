"""The money of order lines: what a file does not give follows from what it gives."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.mapping import Rule
from moushi.columns import OrderLines
from moushi.schema import MONEY

_LARGEST = 1e14
Arrays = dict[str, pa.Array]


def complete(arrays: Arrays, rules: Mapping[str, Rule]) -> Arrays:
    """Work out amount, discount and price per unit of order lines.

    Parameters
    ----------
    arrays : converted columns of order lines; a discount may still be a share
    rules : the rules they were made by

    Returns
    -------
    the same columns and, where they follow, `amount` = quantity x unit_price -
    discount, `discount` as money, and `unit_price` = amount / quantity: what
    was paid per unit, so that with a discount it is less than the file's price
    """
    done = dict(arrays)
    gross = _gross(done)
    if OrderLines.discount in done:
        done[OrderLines.discount] = _discount(done, gross, rate=rules[OrderLines.discount].rate)
    if OrderLines.amount not in done and gross is not None:
        cut = pc.fill_null(done[OrderLines.discount].cast(pa.float64()), 0.0) if OrderLines.discount in done else 0.0
        done[OrderLines.amount] = _money(pc.subtract(gross, cut))
    if OrderLines.amount in done and OrderLines.quantity in done and (OrderLines.unit_price not in done or OrderLines.discount in done):
        quantity = done[OrderLines.quantity].cast(pa.float64())
        quantity = pc.if_else(pc.equal(quantity, 0.0), pa.scalar(None, pa.float64()), quantity)
        paid = _money(pc.divide(done[OrderLines.amount].cast(pa.float64()), quantity))
        done[OrderLines.unit_price] = pc.coalesce(paid, done[OrderLines.unit_price]) if OrderLines.unit_price in done else paid
    return done


def _gross(arrays: Arrays) -> pa.Array | None:
    if OrderLines.unit_price not in arrays or OrderLines.quantity not in arrays:
        return None
    return pc.multiply(arrays[OrderLines.quantity].cast(pa.float64()), arrays[OrderLines.unit_price].cast(pa.float64()))


def _discount(arrays: Arrays, gross: pa.Array | None, *, rate: bool) -> pa.Array:
    """Return the discount as money, positive whichever way the file signs it."""
    share = pc.abs(arrays[OrderLines.discount].cast(pa.float64()))
    if not rate:
        return _money(share)
    if gross is not None:
        return _money(pc.multiply(gross, share))
    # Only what was paid is known: 20 % off 100 leaves 80, so 80 came from 80 / (1 - 20 %).
    left = pc.if_else(pc.less(share, 1.0), pc.subtract(1.0, share), pa.scalar(None, pa.float64()))
    return _money(pc.divide(pc.multiply(arrays[OrderLines.amount].cast(pa.float64()), share), left))


def _money(values: pa.Array) -> pa.Array:
    fits = pc.less(pc.abs(values), _LARGEST)
    return pc.round(pc.if_else(fits, values, pa.scalar(None, pa.float64())), 4).cast(MONEY, safe=False)
