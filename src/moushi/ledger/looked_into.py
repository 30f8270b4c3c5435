"""Settlement of investigate decisions: did it persist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.chance.shares import LEAST_LATELY, highest_by_chance
from moushi.columns import OrderLines
from moushi.engine.days import local_day_number, number_of
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.judge import Due, Verdict
from moushi.ledger.mentions import ASPECT, THEME
from moushi.ledger.said import Later, later_said

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

PERIOD_DAYS = 7
STANDING = "_standing"
"""End of the variant of decisions about what is complained of more than elsewhere."""


def judge_move(context: Context, due: Due) -> Verdict:
    """Judge whether what moved came back inside its interval.

    What looking into it earned cannot be known without an experiment, so no
    money is claimed.
    """
    dimension, _, subject = due.subject.partition("/")
    if due.facts.variant.endswith(STANDING):
        return standing_verdict(due, later_said(context, due))
    if dimension in (ASPECT, THEME):
        return verdict(due, later_said(context, due).share)
    return verdict(due, _weekly(context, due, dimension, subject))


def verdict(due: Due, value: float | None) -> Verdict:
    """Return what the later value says: inside the interval again, or not."""
    facts = due.facts
    sheet = FactSheet()
    if value is None:
        return Verdict("investigate_unknown", facts=sheet)
    before = facts.facts["actual"]
    first, last = due.as_of.isoformat(), due.judged_on.isoformat()
    sheet.witness("later", Witness(before.witness.metric, before.witness.source, first=first, last=last))
    sheet.add("later", value, before.unit, "later")
    back = facts.number("low") <= value <= facts.number("high")
    return Verdict("investigate_back" if back else "investigate_persisted", None, back, sheet)


def standing_verdict(due: Due, later: Later) -> Verdict:
    """Return what was said later of what stood out: still more complaints than its peers had, or not.

    As many mentions as came since may by chance hold other shares than those
    that it was found by, so the interval is theirs.
    """
    facts = due.facts
    sheet = FactSheet()
    if later.mentions < LEAST_LATELY:
        return Verdict("standing_unknown", facts=sheet)
    share = later.negative / later.mentions
    high = highest_by_chance(facts.number("expected"), int(facts.number("peers")), later.mentions)
    before = facts.facts["actual"]
    first, last = due.as_of.isoformat(), due.judged_on.isoformat()
    sheet.witness("later", Witness(before.witness.metric, before.witness.source, later.mentions, first, last))
    sheet.add("later", share, before.unit, "later")
    sheet.add("later_high", high, before.unit, "later")
    return Verdict("standing_over" if share <= high else "standing_persists", None, share <= high, sheet)


def _in_window(context: Context, due: Due, times: ir.Value) -> ir.BooleanValue:
    day = local_day_number(times, context.settings)
    return (day > number_of(due.as_of)) & (day <= number_of(due.judged_on))


def _weekly(context: Context, due: Due, dimension: str, subject: str) -> float:
    """Return the mean per week over the window, in the units of the move."""
    lines = context.read(OrderLines)
    lines = lines.filter((lines[OrderLines.kind_of_line] == "sale") & _in_window(context, due, lines[OrderLines.ordered_at]))
    if dimension != "total":
        column = OrderLines.product_id if dimension == "product" else OrderLines.country
        lines = lines.filter(lines[column] == subject)
    measured = lines[OrderLines.quantity] if dimension == "product" else lines[OrderLines.amount_home]
    found = context.engine.to_arrow(lines.aggregate(value=measured.sum()))["value"][0].as_py()
    return float(found or 0) * PERIOD_DAYS / (due.judged_on - due.as_of).days
