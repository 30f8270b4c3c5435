"""The few distinct values of many lines: countries, currencies, status words, days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moushi.columns import OrderLines
from moushi.engine.days import local_day
from moushi.prepare.work import DAY
from moushi.stages import Context

if TYPE_CHECKING:
    import ibis.expr.types as ir

FACETS = (OrderLines.country, OrderLines.currency, OrderLines.status, DAY)


@dataclass(frozen=True)
class Facets:
    """How many lines have each value of each facet; values that are null left out.

    Attributes
    ----------
    lines : number of lines
    counts : facet -> value -> lines
    """

    lines: int
    counts: dict[str, Counter[Any]]

    def values(self, name: str) -> list[Any]:
        """Return the values of a facet, in order."""
        return sorted(self.counts[name])

    def commonest(self, name: str) -> Any:
        """Return the commonest value of a facet, the first in order among equals; None if there is none."""
        counts = self.counts[name]
        return min(counts, key=lambda value: (-counts[value], value)) if counts else None


def facets(context: Context, rows: ir.Table) -> Facets:
    """Count the facets of lines, in one pass; currencies in capitals.

    Lines are looked at as they came: merging them first would cost more and
    bring no other values.
    """
    day = local_day(rows[OrderLines.ordered_at], context.settings)
    dated = rows.mutate(**{DAY: day, OrderLines.currency: rows[OrderLines.currency].upper()})
    found = context.engine.to_arrow(dated.group_by(list(FACETS)).aggregate(n=dated.count()))
    lines = found["n"].to_pylist()
    counts: dict[str, Counter[Any]] = {name: Counter() for name in FACETS}
    for name in FACETS:
        for value, number in zip(found[name].to_pylist(), lines, strict=True):
            if value is not None:
                counts[name][value] += number
    return Facets(sum(lines), counts)
