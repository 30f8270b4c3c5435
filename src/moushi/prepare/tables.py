"""Prepares the tables that need no more than one row per key: customers, products, heads, leads and the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import AdSpend, CategoryNames, Prices, Products, Stock
from moushi.prepare.account import Account
from moushi.prepare.countries import with_countries
from moushi.prepare.heads import with_persons
from moushi.prepare.merge import merged, with_faults, with_missing
from moushi.prepare.query import count
from moushi.prepare.spelling import spell
from moushi.prepare.visible import has_landed, visible
from moushi.prepare.work import PRIORITY, REASON
from moushi.schema import Table
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

Transform = Callable[["ir.Table"], "ir.Table"]

EMPTY_WHEN_MISSING = {
    Stock: (Stock.place,),
    AdSpend: (AdSpend.channel, AdSpend.campaign_id, AdSpend.country),
    Prices: (Prices.country,),
}
"""Parts of keys that a file need not have: a shop with one warehouse does not name it."""


@dataclass(frozen=True)
class Identities:
    """How products are spelt and which person is behind an account, for all tables alike."""

    spelling: pa.Table
    persons: ir.Table | None


def prepare_table(context: Context, account: Account, table: type[Table], identities: Identities) -> None:
    """Write `table` with one row per key, the newest value of each column winning, and account for its rows."""
    if not has_landed(context, table):
        nothing_landed(context, account, table)
        return
    landed = visible(context, table)
    rows = _filled(identified(context, landed, table, identities), table)
    keyed = with_missing(rows, table.key())
    nameless = keyed.filter(keyed[REASON].notnull())
    one_each = merged(context, _with_key(rows, table), table.key())
    if table is Products:
        one_each = _best_named(rows, one_each)
    write_judged(context, account, table, landed=landed, nameless=nameless, merged=with_categories(context, one_each, table))


def nothing_landed(context: Context, account: Account, table: type[Table]) -> None:
    """Leave a table empty whose rows never came; what collection set aside is still accounted for."""
    if context.engine.version(table) is not None:
        context.write(table, table.empty())
    if account.collected.get(table.name):
        account.reconcile(table, read=0, kept=0, quarantined=0, duplicates=0)


def identified(context: Context, rows: ir.Table, table: type[Table], identities: Identities) -> ir.Table:
    """Return rows with products, customers and countries named as everywhere else."""
    rows = with_persons(spell(context, rows, identities.spelling), table, identities.persons)
    return with_countries(context, rows)


def write_judged(
    context: Context,
    account: Account,
    table: type[Table],
    *,
    landed: ir.Table,
    nameless: ir.Table | None,
    merged: ir.Table,
    final: Transform | None = None,
) -> None:
    """Check merged rows, write those that hold, set the others aside, and reconcile.

    Parameters
    ----------
    landed : all visible rows
    nameless : those without a key, with their reason; None where every row has one
    merged : one row per key
    final : what is still to be done to the rows that hold
    """
    judged = context.engine.keep(with_faults(merged, table))
    good = judged.filter(judged[REASON].isnull())
    if nameless is not None:
        account.set_aside(table, nameless)
    account.set_aside(table, judged.filter(judged[REASON].notnull()))
    good = good if final is None else final(good)
    context.write(table, good.select(*table.columns()))
    read, one_each = count(context, landed), count(context, judged)
    without_key = 0 if nameless is None else count(context, nameless)
    kept = count(context, context.read(table))
    repeated = read - without_key - one_each
    account.reconcile(table, read=read, kept=kept, quarantined=without_key + one_each - kept, duplicates=repeated)


def with_categories(context: Context, rows: ir.Table, table: type[Table]) -> ir.Table:
    """Replace category names by their translation, where the shop has one (`CategoryNames`, prepared before)."""
    if table is CategoryNames or CategoryNames.category not in table.collected():
        return rows
    names = context.read(CategoryNames)
    if not count(context, names):
        return rows
    joined = rows.left_join(names, CategoryNames.category)
    category = joined[CategoryNames.translation].fill_null(joined[CategoryNames.category])
    return joined.mutate(**{CategoryNames.category: category}).select(*rows.columns)


def _filled(rows: ir.Table, table: type[Table]) -> ir.Table:
    return rows.mutate(**{name: rows[name].fill_null("") for name in EMPTY_WHEN_MISSING.get(table, ())})


def _with_key(rows: ir.Table, table: type[Table]) -> ir.Table:
    return rows.filter([rows[name].notnull() for name in table.key()])


def _best_named(rows: ir.Table, merged: ir.Table) -> ir.Table:
    """Give each product its commonest name, the newest among equals.

    Shops that export order lines write a product's name on each of them, and
    not always the same: notes on stock corrections end up there too.
    """
    import ibis

    named = rows.filter(rows[Products.product_id].notnull() & rows[Products.product_name].notnull())
    keys = [Products.product_id, Products.product_name]
    counts = named.group_by(keys).aggregate(n=named.count(), last=named[PRIORITY].max())
    order = [ibis.desc(counts["n"]), ibis.desc(counts["last"])]
    ranked = counts.mutate(place=ibis.row_number().over(ibis.window(group_by=Products.product_id, order_by=order)))
    best = ranked.filter(ranked["place"] == 0).select(*keys)
    return merged.drop(Products.product_name).left_join(best, Products.product_id).select(*merged.columns)
