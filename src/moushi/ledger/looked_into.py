"""Settlement of investigate decisions: did the move persist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moushi.columns import OrderLines, Texts
from moushi.engine.days import local_day_number, number_of
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.judge import Due, Verdict
from moushi.ledger.mentions import ASPECT, DAY, DIMENSION, POLARITY, PRODUCT, SUBJECT, THEME, counted_texts, mentions, placed

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

PERIOD_DAYS = 7


def judge_move(context: Context, due: Due) -> Verdict:
    """Judge whether what moved came back inside its interval.

    What looking into it earned cannot be known without an experiment, so no
    money is claimed.
    """
    dimension, _, subject = due.subject.partition("/")
    spoken = dimension in (ASPECT, THEME)
    value = _share(context, due, dimension, subject) if spoken else _weekly(context, due, dimension, subject)
    return verdict(due, value)


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


def _share(context: Context, due: Due, dimension: str, subject: str) -> float | None:
    """Return the share over the window: of mentions that are negative for aspects, of texts that complain for themes."""
    name, _, place = subject.partition("/")
    part, _, wanted = place.partition("/")
    texts = placed(context, counted_texts(context))
    days = texts[DAY]
    kept = texts.filter((days > number_of(due.as_of)) & (days <= number_of(due.judged_on)))
    if part:
        kept = kept.filter(kept[Texts.product_id if part == PRODUCT else part] == wanted)
    said = mentions(context, kept)
    said = said.filter((said[DIMENSION] == dimension) & (said[SUBJECT] == name))
    found = context.engine.to_arrow(said.aggregate(bad=(said[POLARITY] < 0).sum(), total=said.count())).to_pylist()[0]
    total = found["total"]
    if dimension == THEME:
        total = context.engine.to_arrow(kept.aggregate(n=kept.count()))["n"][0].as_py()
    return (found["bad"] or 0) / total if total else None
