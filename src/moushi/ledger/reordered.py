"""Settlement of reorder decisions: was demand as expected, and what was the order worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from moushi.columns import OrderLines, Stock
from moushi.engine.days import local_day_number, number_of
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.judge import Due, Verdict

if TYPE_CHECKING:
    from moushi.stages import Context


@dataclass(frozen=True)
class Wanted:
    """Units sold until the order would have arrived and in the whole window; days on which stock was out."""

    before: float
    total: float
    days_out: int


def judge_reorder(context: Context, due: Due) -> Verdict:
    """Judge an order by the units sold in its window."""
    return verdict(due, _wanted(context, due))


def verdict(due: Due, wanted: Wanted) -> Verdict:
    """Return what the sales say.

    Notes
    -----
    The value of the order is computed as when it was proposed, with the sales
    that came in place of the forecast: units sold thanks to it, at the margin,
    less holding.  Where stock ran out sales hide demand, and the value is a
    lower bound.  Inside means that what was sold lay in the interval of
    demand; sales cut short by empty shelves can only show that demand was too
    high for it.
    """
    facts = due.facts
    quantity, position = facts.number("quantity"), facts.number("position")
    left = max(position - wanted.before, 0.0)
    late = wanted.total - wanted.before
    extra = min(left + quantity, late) - min(left, late)
    holding = facts.number("holding_day") * facts.number("review_days")
    value = facts.number("unit_margin") * extra - holding * (quantity - extra / 2)
    censored = wanted.days_out > 0
    low, high = facts.number("demand_low"), facts.number("demand_high")
    inside: bool | None = low <= wanted.total <= high
    if censored and wanted.total <= high:
        inside = None
    followed = "followed" if due.status == "approved" else "not_followed"
    note = f"reorder_{followed}{'_censored' if censored else ''}"
    return Verdict(note, value, inside, _facts(due, wanted, extra, value))


def _wanted(context: Context, due: Due) -> Wanted:
    lines = context.read(OrderLines)
    lines = lines.filter((lines[OrderLines.kind_of_line] == "sale") & (lines[OrderLines.product_id] == due.subject))
    after = (local_day_number(lines[OrderLines.ordered_at], context.settings) - number_of(due.as_of)).cast("int64")
    lines = lines.mutate(after=after)
    lines = lines.filter((lines["after"] > 0) & (lines["after"] <= (due.judged_on - due.as_of).days))
    early = lines["after"] <= round(due.facts.number("lead_days"))
    units = lines[OrderLines.quantity]
    found = context.engine.to_arrow(lines.aggregate(before=units.sum(where=early), total=units.sum())).to_pylist()[0]
    stock = context.read(Stock)
    stock = stock.filter((stock[Stock.product_id] == due.subject) & (stock[Stock.day] > due.as_of) & (stock[Stock.day] <= due.judged_on))
    daily = stock.group_by(Stock.day).aggregate(held=stock[Stock.on_hand].sum())
    days_out = context.engine.to_arrow(daily.filter(daily["held"] <= 0).aggregate(days=lambda t: t.count()))["days"][0].as_py()
    return Wanted(float(found["before"] or 0), float(found["total"] or 0), days_out)


def _facts(due: Due, wanted: Wanted, extra: float, value: float) -> FactSheet:
    sheet = FactSheet()
    first, last = due.as_of.isoformat(), due.judged_on.isoformat()
    sheet.witness("sold", Witness("units", "order_lines", first=first, last=last, filters=f"product_id={due.subject}"))
    sheet.witness("stock", Witness("days_out_of_stock", "stock", first=first, last=last, filters=f"product_id={due.subject}"))
    sheet.add("sold", wanted.total, "units", "sold")
    sheet.add("sold_thanks", extra, "units", "sold")
    sheet.add("value", value, "money", "sold")
    sheet.add("days_out", wanted.days_out, "days", "stock")
    sheet.add("short", max(wanted.total - due.facts.number("position"), 0.0), "units", "sold")
    return sheet
