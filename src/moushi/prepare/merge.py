"""One row per business key: the newest value of each column wins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from moushi.columns import Sources
from moushi.prepare.query import count
from moushi.prepare.work import AT_FAULT, PART, PRIORITY, REASON
from moushi.schema import Provenance, Table
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

PART_ROWS = 250_000
"""Rows merged at once."""

WHERE_FROM = (Provenance.load_id, Provenance.source_id, Sources.source_name, Provenance.line, PRIORITY)


def newest(rows: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return one row per key, holding for each column the value of the newest row that has one.

    An export with fewer columns, or with gaps, thus erases nothing.  Where a
    row came from is that of the newest row as a whole.
    """
    values = {}
    for name in rows.columns:
        if name not in keys:
            present = None if name in WHERE_FROM else rows[name].notnull()
            values[name] = rows[name].argmax(rows[PRIORITY], where=present)
    return rows.group_by(list(keys)).aggregate(**values).select(*rows.columns)


def merged(context: Context, rows: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Return `newest` of any number of rows, in bounded memory.

    Notes
    -----
    An aggregate that keeps a text per column and key cannot go to disk, so
    many rows are merged in parts, by a hash of their key.
    """
    import ibis

    total, parts = count(context, rows), 1
    while total > parts * PART_ROWS:
        parts *= 2
    if parts == 1:
        return newest(rows, keys)
    # In the order of the parts, each part is read from its own stretch of the disk.
    divided = context.engine.keep(rows.mutate(**{PART: rows[keys[0]].hash() & (parts - 1)}).order_by(PART))
    each = (divided.filter(divided[PART] == part).drop(PART) for part in range(parts))
    return ibis.union(*(context.engine.keep(newest(one, keys)) for one in each))


def with_missing(rows: ir.Table, names: Sequence[str]) -> ir.Table:
    """Mark rows that lack one of the columns `names`: REASON `missing_value` and the first such column."""
    import ibis

    lacking = ibis.cases(*((rows[name].isnull(), name) for name in names), else_=ibis.null("string"))
    rows = rows.mutate(**{AT_FAULT: lacking})
    return rows.mutate(**{REASON: ibis.ifelse(rows[AT_FAULT].notnull(), "missing_value", ibis.null("string"))})


def with_faults(rows: ir.Table, table: type[Table]) -> ir.Table:
    """Mark rows that break a null rule, a closed set or a minimum of `table`; the first fault counts."""
    import ibis

    faults: list[tuple[ir.BooleanValue, str, str]] = []
    for name, column in table.collected().items():
        value = rows[name]
        if column.required:
            faults.append((value.isnull(), name, "missing_value"))
        if column.values:
            faults.append((value.notnull() & ~value.isin(column.values), name, "unknown_value"))
        if column.minimum is not None:
            faults.append((value.cast("float64") < column.minimum, name, "below_minimum"))
    if not faults:
        return rows.mutate(**{AT_FAULT: ibis.null("string"), REASON: ibis.null("string")})
    at_fault = ibis.cases(*((broken.fill_null(False), name) for broken, name, _ in faults), else_=ibis.null("string"))
    reason = ibis.cases(*((broken.fill_null(False), code) for broken, _, code in faults), else_=ibis.null("string"))
    return rows.mutate(**{AT_FAULT: at_fault, REASON: reason})
