"""Investigate decisions: moves that are worth somebody's hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from moushi.columns import OrderLines, Stock
from moushi.engine.days import local_day_number, number_of
from moushi.ledger.facts import FactSheet, Unit, Witness
from moushi.strategy.candidates import Candidate, decision_id, interval
from moushi.strategy.demand import SAMPLES, Array, generator
from moushi.strategy.economics import Economics, sales
from moushi.strategy.moves import Move

if TYPE_CHECKING:
    from moushi.stages import Context

MODEL = "moves 1"
LASTING_WEEKS = 4
"""A move is taken to last this long when nobody looks into it."""
MOST_CHANGE = 3.0
"""Above this many times what was expected, the two numbers say more than the percentage between them."""
NOTABLE_ORDER = 0.2
"""An order that makes this share of a rise is named."""
RECOVERY_CASES = 5.0
"""The assumed recovery weighs as much as this many cases; it is wide."""


def investigate_candidates(context: Context, as_of: date, economics: Economics, moves: list[Move]) -> list[Candidate]:
    """Return the moves that are worth looking into, as decisions."""
    found = [move for move in moves if move.found]
    if not found:
        return []
    evidence = _Evidence(context, found)
    candidates = []
    for move in found:
        identifier = decision_id("investigate", f"{move.dimension}/{move.subject}", as_of)
        margin = margin_of(move.subject if move.dimension == "product" else None, economics)
        settings = context.settings
        random = generator(settings.count("seed"), identifier)
        gains = sample_value(weekly_gap(move, evidence.largest), margin, settings.number("investigation_recovery"), random)
        # What texts say is looked at over as long as it is taken to last.
        gains = gains * (1 if move.said is not None else LASTING_WEEKS)
        mean, low, high = interval(gains - settings.number("investigation_cost"))
        if mean <= 0:
            continue
        candidates.append(
            Candidate(
                kind="investigate",
                subject=f"{move.dimension}/{move.subject}" if move.subject else move.dimension,
                decision_id=identifier,
                as_of=as_of,
                facts=_facts(context, move, economics, margin, evidence),
                value=mean,
                low=low,
                high=high,
                cost=settings.number("investigation_cost"),
                judged_by="move_persists",
                judged_on=as_of + timedelta(days=LASTING_WEEKS * 7),
                model=MODEL,
            )
        )
    return candidates


def sample_value(gap: tuple[float, float], margin: float, recovery: float, random: np.random.Generator) -> Array:
    """Draw what looking into a gap is worth, before the cost of looking.

    Parameters
    ----------
    gap : what it is worth in revenue, and the standard deviation of that
    margin : margin over revenue of what it is about
    recovery : share of the gap that looking is assumed to win back or repeat

    Notes
    -----
    A gap is reported because it is large, so part of it is chance: it is
    first shrunk by the share of it that its spread explains (James and Stein's
    factor).
    """
    home, spread = gap
    kept = max(1 - (spread / home) ** 2, 0.0) if home else 0.0
    gaps = np.abs(home * kept + spread * np.sqrt(kept) * random.standard_normal(SAMPLES))
    shares = np.full(SAMPLES, recovery)
    if 0 < recovery < 1:
        shares = random.beta(recovery * RECOVERY_CASES, (1 - recovery) * RECOVERY_CASES, SAMPLES)
    worth: Array = shares * margin * gaps
    return worth


def weekly_gap(move: Move, largest: Mapping[tuple[str, str], float]) -> tuple[float, float]:
    """Return the gap of a move and its spread; of a rise without its largest order: what one order made is no move that lasts.

    Parameters
    ----------
    largest : revenue of the largest order of the period, by dimension and subject
    """
    if move.gap_home <= 0:
        return move.gap_home, move.gap_spread
    return max(move.gap_home - largest.get((move.dimension, move.subject), 0.0), 0.0), move.gap_spread


def margin_of(product: str | None, economics: Economics) -> float:
    """Return the margin over revenue of a product, or of everything where it is about no product or none whose price is known."""
    price, cost = (None, None) if product is None else (economics.price(product), economics.cost(product))
    return max(1 - cost / price, 0.0) if price and cost is not None else economics.margin_rate


def source_of(dimension: str) -> str:
    """Return the tables that something was counted in."""
    return {"aspect": "text_aspects+texts", "theme": "text_themes+texts"}.get(dimension, "order_lines")


UNITS: Mapping[str, Unit] = {"total": "money", "country": "money", "product": "units", "aspect": "share", "theme": "share"}


class _Evidence:
    """What else happened to what moved: days without stock, prices, and the largest order."""

    def __init__(self, context: Context, moves: list[Move]) -> None:
        self.context = context
        sold = [move for move in moves if move.dimension == "product"]
        self.out_of_stock = self._stock(sold) if sold else {}
        self.prices = self._prices(sold) if sold else {}
        self.largest = self._largest([move for move in moves if move.said is None])

    def _stock(self, moves: list[Move]) -> dict[str, int]:
        stock = self.context.read(Stock)
        kept = stock.filter((stock[Stock.day] >= moves[0].first) & (stock[Stock.day] <= moves[0].last))
        daily = kept.group_by(Stock.product_id, Stock.day).aggregate(held=kept[Stock.on_hand].sum())
        out = daily.filter(daily["held"] <= 0).group_by(Stock.product_id).aggregate(days=lambda t: t.count())
        rows = self.context.engine.to_arrow(out).to_pylist()
        return {row[Stock.product_id]: row["days"] for row in rows}

    def _prices(self, moves: list[Move]) -> dict[str, float]:
        """Return the mean price of the period over that of the eight weeks before, less one."""
        lines = sales(self.context.read(OrderLines))
        back = number_of(moves[0].last) - local_day_number(lines[OrderLines.ordered_at], self.context.settings)
        lines = lines.filter(lines[OrderLines.product_id].isin([move.subject for move in moves]))
        lines = lines.mutate(late=(back < 7).cast("int64"), back=back).filter(lambda t: (t["back"] >= 0) & (t["back"] < 63))
        grouped = lines.group_by(OrderLines.product_id, "late").aggregate(
            units=lines[OrderLines.quantity].sum(), revenue=lines[OrderLines.amount_home].sum()
        )
        rows = self.context.engine.to_arrow(grouped).to_pylist()
        mean = {(row[OrderLines.product_id], row["late"]): float(row["revenue"]) / float(row["units"]) for row in rows if row["units"]}
        subjects = [move.subject for move in moves]
        return {one: mean[one, 1] / mean[one, 0] - 1 for one in subjects if mean.get((one, 1)) and mean.get((one, 0))}

    def _largest(self, moves: list[Move]) -> dict[tuple[str, str], float]:
        """Return the revenue of the largest order of the period, by dimension and subject."""
        import ibis

        lines = sales(self.context.read(OrderLines))
        found: dict[tuple[str, str], float] = {}
        for dimension in sorted({move.dimension for move in moves}):
            mine = [move for move in moves if move.dimension == dimension]
            day = local_day_number(lines[OrderLines.ordered_at], self.context.settings)
            kept = lines.filter((day >= number_of(mine[0].first)) & (day <= number_of(mine[0].last)))
            column = {"product": OrderLines.product_id, "country": OrderLines.country}.get(dimension)
            kept = kept.mutate(subject=ibis.literal("") if column is None else kept[column])
            kept = kept.filter(kept["subject"].isin([move.subject for move in mine]))
            orders = kept.group_by("subject", OrderLines.order_id).aggregate(revenue=kept[OrderLines.amount_home].sum())
            most = orders.group_by("subject").aggregate(revenue=orders["revenue"].max())
            rows = self.context.engine.to_arrow(most).to_pylist()
            found |= {(dimension, row["subject"]): float(row["revenue"]) for row in rows}
        return found


def _facts(context: Context, move: Move, economics: Economics, margin: float, evidence: _Evidence) -> FactSheet:
    settings, expectation = context.settings, move.expectation
    sheet = FactSheet(variant=f"{move.dimension}_{'rise' if move.actual > expectation.expected else 'drop'}")
    _witnesses(sheet, move, economics)
    unit = UNITS[move.dimension]
    for name, value in (("actual", move.actual), ("expected", expectation.expected), ("low", expectation.low), ("high", expectation.high)):
        sheet.add(name, value, unit, "actual" if name == "actual" else "expected")
    sheet.add("period_from", move.first, "day", "actual")
    sheet.add("period_to", move.last, "day", "actual")
    if move.dimension == "product":
        sheet.add("product", economics.name(move.subject), "text", "actual")
        sheet.add("product_id", move.subject, "text", "actual")
        sheet.add("out_of_stock_days", evidence.out_of_stock.get(move.subject), "days", "stock")
        change = evidence.prices.get(move.subject)
        if change is not None and abs(change) >= 0.02:
            sheet.add("price_rise" if change > 0 else "price_cut", abs(change), "share", "price")
    elif move.said is not None:
        _spoken_facts(sheet, move, economics)
    elif move.dimension != "total":
        sheet.add("country", move.subject, "country", "actual")
    if expectation.expected > 0 and move.actual <= MOST_CHANGE * expectation.expected:
        sheet.add("change", abs(move.actual / expectation.expected - 1), "share", "expected")
    else:
        sheet.add("jump", move.actual, unit, "actual")
    largest = evidence.largest.get((move.dimension, move.subject), 0.0)
    if move.gap_home > 0 and largest >= NOTABLE_ORDER * move.gap_home:
        sheet.add("largest_order", largest, "money", "gap")
    sheet.add("gap", abs(move.gap_home), "money", "gap")
    sheet.add("margin_rate", margin, "share", "margin")
    sheet.add("recovery", settings.number("investigation_recovery"), "share", "recovery")
    sheet.add("lasting_weeks", LASTING_WEEKS, "count", "recovery")
    sheet.add("looked_at", move.tested, "count", "looked")
    sheet.add("false_rate", settings.number("false_discovery_rate"), "share", "rate")
    sheet.add("weeks", expectation.weeks or None, "count", "expected")
    sheet.add("mentions", move.rows if move.said is not None else None, "count", "actual")
    if move.order_value is not None:
        move.order_value.tell(sheet, "order")
    return sheet


def _spoken_facts(sheet: FactSheet, move: Move, economics: Economics) -> None:
    said = move.said
    assert said is not None
    sheet.add(move.dimension, said.names, "aspect" if move.dimension == "aspect" else "names", "actual")
    if said.part == "product":
        sheet.add("in_product", economics.name(said.place), "text", "actual")
    elif said.part != "all":
        sheet.add(f"in_{said.part}", said.place, "country" if said.part == "country" else "text", "actual")
    for place, quote in enumerate(said.quotes, start=1):
        sheet.add(f"quote_{place}", quote, "text", "actual")


def _witnesses(sheet: FactSheet, move: Move, economics: Economics) -> None:
    first, last = move.first.isoformat(), move.last.isoformat()
    known = economics.knows_cost(move.subject) if move.dimension == "product" else economics.measured_share > 0.5
    assumed = None if known else "gross_margin"
    source = source_of(move.dimension)
    metric = {"product": "units", "aspect": "negative_share", "theme": "complaint_share"}.get(move.dimension, "revenue")
    kept = f"{move.dimension}={move.subject}" if move.subject else None
    sheet.witness("actual", Witness(metric, source, move.rows, first, last, kept))
    method = move.expectation.method
    sheet.witness(
        "expected",
        Witness(
            f"{metric}_expected",
            "forecasts" if method == "forecast" else source,
            move.expectation.weeks or None,
            filters=kept,
            model=method,
        ),
    )
    sheet.witness("gap", Witness("gap", source, move.rows, first, last, kept))
    if move.order_value is not None:
        sheet.witness("order", move.order_value.witness)
    sheet.witness("margin", Witness("margin_rate", "order_lines+products", setting=assumed, filters=kept))
    sheet.witness("recovery", Witness("recovery", setting="investigation_recovery"))
    sheet.witness("looked", Witness("tests", source, move.tested, first, last))
    sheet.witness("rate", Witness("false_discoveries", setting="false_discovery_rate"))
    sheet.witness("stock", Witness("days_out_of_stock", "stock", first=first, last=last, filters=kept))
    sheet.witness("price", Witness("price_change", "order_lines", first=first, last=last, filters=kept))
