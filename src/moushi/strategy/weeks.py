"""Sales per week, counted back from the last day of the data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from moushi.columns import OrderLines
from moushi.engine.days import local_day_number, number_of
from moushi.strategy.demand import Array
from moushi.strategy.economics import sales

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

PERIOD_DAYS = 7
MOST_WEEKS = 160


@dataclass(frozen=True)
class Weeks:
    """Weekly sales of several subjects.

    Parameters
    ----------
    subjects : names, sorted
    revenue, units, lines : shape (subjects, weeks), oldest week first, the last
        one ends on as_of; weeks without sales hold 0
    """

    subjects: tuple[str, ...]
    revenue: Array
    units: Array
    lines: Array

    def history(self, values: Array) -> Array:
        """Return all but the last week, with nan before a subject's first sale."""
        begun = np.cumsum(self.lines, axis=1) > 0
        return np.where(begun, values, np.nan)[:, :-1]

    def kept(self, places: list[int]) -> Weeks:
        """Return some of the subjects."""
        return Weeks(tuple(self.subjects[p] for p in places), self.revenue[places], self.units[places], self.lines[places])


def read_weeks(context: Context, as_of: date, column: str | None = None) -> Weeks:
    """Read weekly sales by the values of a column of order lines, or of all together as one subject "".

    Lines without a value in the column are left out.  Weeks that begin before the first sale of all are left out, as they are not whole.
    """
    import ibis

    lines = sales(context.read(OrderLines))
    day = local_day_number(lines[OrderLines.ordered_at], context.settings)
    back = ((number_of(as_of) - day) // PERIOD_DAYS).cast("int64")
    lines = lines.mutate(back=back, day=day, subject=ibis.literal("") if column is None else lines[column])
    first = context.engine.to_arrow(lines.aggregate(first=lines["day"].min()))["first"][0].as_py()
    whole = 0 if first is None else min((number_of(as_of) - first + 1) // PERIOD_DAYS, MOST_WEEKS)
    kept = lines.filter(lines["subject"].notnull() & (lines["back"] >= 0) & (lines["back"] < whole))
    rows = context.engine.to_arrow(_by_week(kept).order_by("subject", "back"))
    return _matrix(rows, whole)


def _by_week(lines: ir.Table) -> ir.Table:
    return lines.group_by("subject", "back").aggregate(
        revenue=lines[OrderLines.amount_home].sum().cast("float64"),
        units=lines[OrderLines.quantity].sum().cast("float64"),
        lines=lines.count().cast("float64"),
    )


def _matrix(rows: pa.Table, weeks: int) -> Weeks:
    subjects = sorted(set(rows["subject"].to_pylist()))
    places = {subject: place for place, subject in enumerate(subjects)}
    at = np.array([places[subject] for subject in rows["subject"].to_pylist()], dtype=int)
    week = weeks - 1 - rows["back"].to_numpy().astype(int)
    filled = []
    for name in ("revenue", "units", "lines"):
        values = np.zeros((len(subjects), weeks))
        values[at, week] = rows[name].to_numpy()
        filled.append(values)
    return Weeks(tuple(subjects), *filled)
