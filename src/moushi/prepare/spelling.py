"""Product codes that differ only in case are one product, where the data say so."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.columns import OrderLines, Products, input_tables
from moushi.prepare.account import Account
from moushi.prepare.visible import has_landed, visible
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

SPELT = "spelt"
MOST_VARIANTS = 0.1
"""Share of codes with variants above which, with no names to compare, case is taken to tell products apart."""
LEAST_AGREEMENT = 0.8
"""Share of variants whose names agree from which case is taken to mean nothing."""

Count = tuple[str, str | None, int]


def product_spelling(context: Context, account: Account) -> pa.Table:
    """Return the spellings to replace: product_id and SPELT; empty if every code stands for itself."""
    spelling = choose(_counts(context))
    account.find("codes_merged", Products, Products.product_id, rows=len(spelling))
    rows = sorted(spelling.items())
    schema = pa.schema([(Products.product_id, pa.string()), (SPELT, pa.string())])
    return pa.Table.from_pylist([{Products.product_id: code, SPELT: spelt} for code, spelt in rows], schema=schema)


def _counts(context: Context) -> list[Count]:
    """Count rows per product code and name, over all landed tables that name products."""
    found: list[Count] = []
    for table in input_tables().values():
        if Products.product_id not in table.collected() or not has_landed(context, table):
            continue
        keys = [name for name in (Products.product_id, Products.product_name) if name in table.collected()]
        rows = visible(context, table)
        rows = rows.filter(rows[Products.product_id].notnull())
        counts = context.engine.to_arrow(rows.group_by(keys).aggregate(n=rows.count())).to_pylist()
        found += [(row[Products.product_id], row.get(Products.product_name), row["n"]) for row in counts]
    return found


def choose(counts: list[Count]) -> dict[str, str]:
    """Choose one spelling per product code; the commonest, and among equals the first in order.

    Parameters
    ----------
    counts : (code, name or null, rows), one per code and name and source of counts

    Returns
    -------
    dict : spelling to replace -> spelling to use; empty where case tells products apart:
        fewer than 80 % of the variants have the name of their main spelling, or
        no name is known and more than a tenth of the codes have variants
    """
    rows: dict[str, int] = defaultdict(int)
    names: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for code, name, count in counts:
        rows[code] += count
        if name is not None:
            names[code]["".join(name.split()).casefold()] += count
    groups: dict[str, list[str]] = defaultdict(list)
    for code in rows:
        groups[code.upper()].append(code)
    pairs = [(main, other) for codes in groups.values() if len(codes) > 1 for main, *others in [_ranked(codes, rows)] for other in others]
    if not pairs or not _means_nothing(pairs, names, len(groups)):
        return {}
    return {other: main for main, other in pairs}


def _ranked(codes: list[str], rows: dict[str, int]) -> list[str]:
    return sorted(codes, key=lambda code: (-rows[code], code))


def _means_nothing(pairs: list[tuple[str, str]], names: dict[str, dict[str, int]], codes: int) -> bool:
    named = [(names[main], names[other]) for main, other in pairs if main in names and other in names]
    if not named:
        return len(pairs) <= MOST_VARIANTS * codes
    agreeing = sum(bool(set(main) & set(other)) for main, other in named)
    return agreeing >= LEAST_AGREEMENT * len(named)


def spell(context: Context, rows: ir.Table, spelling: pa.Table) -> ir.Table:
    """Replace product codes by the spelling to use."""
    if not spelling.num_rows or OrderLines.product_id not in rows.columns:
        return rows
    joined = rows.left_join(context.engine.from_arrow(spelling), OrderLines.product_id)
    code = joined[SPELT].fill_null(joined[OrderLines.product_id])
    return joined.mutate(**{OrderLines.product_id: code}).select(*rows.columns)
