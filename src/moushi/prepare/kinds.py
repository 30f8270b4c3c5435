"""Looks up what products and status words say of their lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import OrderLines, Products
from moushi.prepare.lexicon import product_kinds, status_kind
from moushi.prepare.work import PRODUCT_KIND, STATUS_KIND
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

NEGATIVE = "negative_share"


def with_product_kinds(context: Context, rows: ir.Table, seen: ir.Table) -> ir.Table:
    """Add PRODUCT_KIND: what a product's code and name (from the prepared products) say of its lines.

    `seen` is where products are looked for: cheaper rows that hold the same ones.
    """
    named = seen.filter(seen[OrderLines.product_id].notnull())
    stated = named[OrderLines.quantity].cast("float64") * named[OrderLines.unit_price].cast("float64")
    below = (named[OrderLines.amount].cast("float64").fill_null(stated) < 0).fill_null(False).cast("int64")
    seen = named.group_by(OrderLines.product_id).aggregate(**{NEGATIVE: below.mean()})
    names = context.read(Products).select(Products.product_id, Products.product_name)
    products = context.engine.to_arrow(seen.left_join(names, OrderLines.product_id).select(*seen.columns, Products.product_name))
    codes = products[OrderLines.product_id].to_pylist()
    by_code = dict(zip(codes, products[Products.product_name].to_pylist(), strict=True))
    kinds = product_kinds(by_code, dict(zip(codes, products[NEGATIVE].to_pylist(), strict=True)))
    return _looked_up(context, rows, OrderLines.product_id, PRODUCT_KIND, kinds)


def with_status_kinds(context: Context, rows: ir.Table, words: list[str]) -> ir.Table:
    """Add STATUS_KIND: what the shop's status word, one of `words`, says of the line."""
    kinds = {word: kind for word in words if (kind := status_kind(word)) is not None}
    return _looked_up(context, rows, OrderLines.status, STATUS_KIND, kinds)


def _looked_up(context: Context, rows: ir.Table, name: str, into: str, values: dict[str, str]) -> ir.Table:
    import ibis

    if not values:
        return rows.mutate(**{into: ibis.null("string")})
    keys = sorted(values)
    lookup = pa.table({name: pa.array(keys, pa.string()), into: pa.array([values[key] for key in keys], pa.string())})
    joined = rows.left_join(context.engine.from_arrow(lookup), name)
    return joined.select(*rows.columns, into)
