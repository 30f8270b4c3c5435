"""Small questions to the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir


def count(context: Context, rows: ir.Table) -> int:
    """Return the number of rows."""
    return int(context.engine.to_arrow(rows.count().as_table())[0][0].as_py())


def one(context: Context, rows: ir.Table) -> dict[str, Any]:
    """Return the only row."""
    result: dict[str, Any] = context.engine.to_arrow(rows).to_pylist()[0]
    return result
