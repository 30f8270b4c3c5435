"""Landed rows that count: those whose load is acknowledged, in the order in which they came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.columns import Quarantine, Sources
from moushi.prepare.work import PRIORITY, SOURCE_RANK
from moushi.schema import Provenance, Table, landing
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

PROVENANCE = (Provenance.load_id, Provenance.source_id, Sources.source_name, Provenance.line)
"""Where a row came from; kept beside it until it is written or set aside."""

LINES_PER_SOURCE = 2**34
"""Room for line numbers within a priority; sources still have 29 bits."""


def ranked_sources(context: Context) -> ir.Table:
    """Return the loaded sources, ranked: later loads, and later places in a load, rank higher."""
    import ibis

    sources = context.read(Sources)
    loaded = sources.filter(sources[Sources.status] == "loaded")
    order = [loaded[Sources.load_id], loaded[Sources.position], loaded[Sources.source_id]]
    ranked = loaded.mutate(**{SOURCE_RANK: ibis.row_number().over(ibis.window(order_by=order))})
    return ranked.select(Sources.source_id, Sources.load_id, Sources.source_name, SOURCE_RANK)


def visible(context: Context, table: type[Table]) -> ir.Table:
    """Return the landed rows of `table` whose load is acknowledged.

    Returns
    -------
    Table : the collected columns of `table`, where each row came from, its
        SOURCE_RANK and its PRIORITY (unique)
    """
    landed = context.read(landing(table))
    joined = landed.inner_join(ranked_sources(context), [Sources.source_id, Sources.load_id])
    priority = joined[SOURCE_RANK].cast("int64") * LINES_PER_SOURCE + joined[Provenance.line]
    return joined.mutate(**{PRIORITY: priority}).select(*table.collected(), *PROVENANCE, SOURCE_RANK, PRIORITY)


def has_landed(context: Context, table: type[Table]) -> bool:
    """Say whether any row of `table` was ever landed; cheap."""
    return any(file.rows for file in context.engine.files(landing(table)))


def quarantined_at_collect(context: Context) -> dict[str | None, int]:
    """Count the rows that collection set aside, by the table they were meant for; whole files under None.

    Notes
    -----
    Only rows of acknowledged loads count.
    """
    rows = context.read(Quarantine)
    sources = context.read(Sources).select(Sources.source_id, Sources.load_id)
    collected = rows.filter(rows[Quarantine.step] == "collect").semi_join(sources, [Sources.source_id, Sources.load_id])
    counts = context.engine.to_arrow(collected.group_by(Quarantine.table_name).aggregate(n=collected.count()))
    return dict(zip(counts[Quarantine.table_name].to_pylist(), counts["n"].to_pylist(), strict=True))
