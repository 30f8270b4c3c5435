"""Settlement of win-back decisions: contacted customers against those held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from moushi.columns import DecisionUnits, OrderLines
from moushi.engine.days import local_day_number, number_of
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.judge import Due, Verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from moushi.stages import Context


@dataclass(frozen=True)
class Arm:
    """What the customers of an arm brought: net revenue per customer, in the order of their names."""

    revenue: NDArray[np.float64]
    ordered: int

    @property
    def size(self) -> int:
        """Customers in the arm."""
        return len(self.revenue)


def judge_win_back(context: Context, due: Due) -> Verdict:
    """Judge a win-back by the orders of its customers in its window.

    Carried out, its increment is the mean margin per contacted customer less
    that per customer held out, times the contacted, less the contacts.  Not
    carried out, both arms are records of what happens without it.
    """
    arms = {name: _arm(context, due, name) for name in ("treat", "holdout")}
    return verdict(due, arms["treat"], arms["holdout"])


def verdict(due: Due, treated: Arm, holdout: Arm) -> Verdict:
    """Return what the two arms say."""
    facts = due.facts
    sheet = _facts(due, treated, holdout)
    if due.status != "approved":
        return Verdict("win_back_not_carried_out", facts=sheet)
    if not treated.size or not holdout.size:
        return Verdict("win_back_no_holdout", facts=sheet)
    margin, contact = facts.number("margin_rate"), facts.number("contact_cost")
    increment, spread = increment_of(treated.revenue * margin, holdout.revenue * margin)
    gain = (increment - contact) * treated.size
    reach = 1.645 * spread * treated.size
    sheet.add("increment_low", gain - reach, "money", "arms")
    sheet.add("increment", gain, "money", "arms")
    sheet.add("increment_high", gain + reach, "money", "arms")
    low, high = (float(due.row[name]) for name in ("low_home", "high_home"))
    # Two intervals: what was expected, and what so few customers can tell.
    return Verdict("win_back_increment", gain, gain + reach >= low and gain - reach <= high, sheet)


def increment_of(treated: NDArray[np.float64], holdout: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean of `treated` less that of `holdout`, and its standard error (Welch)."""
    variance = sum(float(arm.var(ddof=1)) / len(arm) if len(arm) > 1 else math.inf for arm in (treated, holdout))
    return float(treated.mean() - holdout.mean()), math.sqrt(variance) if math.isfinite(variance) else float(abs(treated).max(initial=0.0))


def _arm(context: Context, due: Due, name: str) -> Arm:
    units, lines = context.read(DecisionUnits), context.read(OrderLines)
    members = units.filter((units[DecisionUnits.decision_id] == due.identifier) & (units[DecisionUnits.arm] == name))
    day = local_day_number(lines[OrderLines.ordered_at], context.settings)
    lines = lines.filter((day > number_of(due.as_of)) & (day <= number_of(due.judged_on)) & (lines[OrderLines.kind_of_line] == "sale"))
    spent = lines.group_by(OrderLines.customer_id).aggregate(revenue=lines[OrderLines.net_amount_home].sum(), lines=lines.count())
    joined = members.left_join(spent, members[DecisionUnits.unit_id] == spent[OrderLines.customer_id])
    rows = context.engine.to_arrow(joined.order_by(DecisionUnits.unit_id).select("revenue", "lines")).to_pylist()
    return Arm(np.array([float(row["revenue"] or 0) for row in rows]), sum(bool(row["lines"]) for row in rows))


def _facts(due: Due, treated: Arm, holdout: Arm) -> FactSheet:
    sheet = FactSheet()
    first, last = due.as_of.isoformat(), due.judged_on.isoformat()
    sheet.witness("arms", Witness("customers_who_ordered", "order_lines+decision_units", treated.size + holdout.size, first, last))
    carried = "" if due.status == "approved" else "untouched_"
    values: Sequence[tuple[str, int]] = (
        ("treated", treated.size),
        ("treated_ordered", treated.ordered),
        ("holdout", holdout.size),
        ("holdout_ordered", holdout.ordered),
    )
    for name, value in values:
        sheet.add(carried + name, value, "count", "arms")
    return sheet
