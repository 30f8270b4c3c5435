"""Days in the shop's time zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ibis.expr.types as ir


def local_day(at: ir.Value, timezone: str) -> ir.Value:
    """Return the day of UTC times in `timezone` (IANA name)."""
    import ibis

    if timezone == "UTC":
        return at.cast("timestamp('UTC')").date()
    # Ibis has no change of time zone; DuckDB and PostgreSQL call theirs so.
    shift = ibis.udf.scalar.builtin(_timezone, name="timezone", signature=(("string", "timestamp('UTC')"), "timestamp"))
    return shift(timezone, at).date()


def _timezone(zone: str, at: object) -> None:
    """Stand for the engine's own function, which the name and signature describe."""
