"""Reorder decisions: for each product with known stock, an order where one is worth money."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from moushi.columns import Backtests, Forecasts, Stock, Supply
from moushi.ledger.facts import FactSheet, Witness
from moushi.strategy.candidates import Candidate, decision_id, interval
from moushi.strategy.demand import Demand, generator
from moushi.strategy.economics import Economics
from moushi.strategy.newsvendor import Plan, Terms, plan_order

if TYPE_CHECKING:
    from moushi.stages import Context

MODEL = "newsvendor 1"
STALE_DAYS = 31
"""Stock counted longer ago than this says nothing about today."""
QUANTILES = (Forecasts.q05, Forecasts.q10, Forecasts.q25, Forecasts.q50, Forecasts.q75, Forecasts.q90, Forecasts.q95)


@dataclass(frozen=True)
class Held:
    """A product's stock over all places: units, the oldest of the days it was counted on, and places."""

    on_hand: float
    on_order: float
    day: date
    places: int


@dataclass(frozen=True)
class Expected:
    """A product's forecast: one row per period and, where it is only forecast per country, country."""

    rows: list[dict[str, Any]]
    skill: float | None
    model: str


def reorder_candidates(context: Context, as_of: date, economics: Economics, issue_id: str | None) -> list[Candidate]:
    """Return the orders that are worth money.

    Parameters
    ----------
    issue_id : issue of the forecasts to use; None where there are none

    Returns
    -------
    list, empty where no stock is known: an order on top of unknown stock would be a guess
    """
    held = read_stock(context, as_of)
    if not held or issue_id is None:
        return []
    expected = _read_forecasts(context, issue_id, set(held))
    supply = {row[Supply.product_id]: row for row in context.engine.to_arrow(context.read(Supply)).to_pylist()}
    found = []
    for product in sorted(expected):
        terms = _terms(context, product, held[product], supply.get(product), economics)
        if terms is None or terms.margin <= 0:
            continue
        random = generator(context.settings.count("seed"), product)
        demand = _demand(expected[product].rows, random)
        plan = plan_order(terms, demand, random)
        if plan.quantity > 0 and plan.gain.mean() > 0:
            found.append(_candidate(product, as_of, _Case(terms, plan, held[product], expected[product], supply.get(product)), economics))
    for candidate in found:
        candidate.facts.witness("looked", Witness("products_looked_at", "stock+forecasts", rows=len(expected)))
        candidate.facts.add("looked_at", len(expected), "count", "looked")
    return found


def read_stock(context: Context, as_of: date) -> dict[str, Held]:
    """Return the newest stock of each product: the last count of each place, added up."""
    stock = context.read(Stock)
    stock = stock.filter((stock[Stock.day] <= as_of) & (stock[Stock.day] >= as_of - timedelta(days=STALE_DAYS)))
    newest = stock.group_by(Stock.product_id, Stock.place).mutate(last=stock[Stock.day].max())
    newest = newest.filter(newest[Stock.day] == newest["last"])
    rows = context.engine.to_arrow(newest.order_by(Stock.product_id, Stock.place)).to_pylist()
    held: dict[str, Held] = {}
    for row in rows:
        earlier = held.get(row[Stock.product_id], Held(0, 0, row[Stock.day], 0))
        held[row[Stock.product_id]] = Held(
            earlier.on_hand + float(row[Stock.on_hand]),
            earlier.on_order + float(row[Stock.on_order] or 0),
            min(earlier.day, row[Stock.day]),
            earlier.places + 1,
        )
    return held


def _read_forecasts(context: Context, issue_id: str, products: set[str]) -> dict[str, Expected]:
    """Return unit forecasts by product: of all countries where there is one, else of each country."""
    forecasts = context.read(Forecasts)
    wanted = (forecasts[Forecasts.issue_id] == issue_id) & (forecasts[Forecasts.target] == "units")
    wanted &= forecasts[Forecasts.product_id].notnull()
    rows = context.engine.to_arrow(forecasts.filter(wanted).order_by(Forecasts.series_id, Forecasts.at)).to_pylist()
    tests = context.read(Backtests)
    tested = context.engine.to_arrow(tests.filter(tests[Backtests.issue_id] == issue_id)).to_pylist()
    skills = {row[Backtests.series_id]: row for row in tested}
    whole = {row[Forecasts.product_id] for row in rows if row[Forecasts.country] is None}
    kept: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        product = row[Forecasts.product_id]
        if product in products and (row[Forecasts.country] is None or product not in whole):
            kept.setdefault(product, []).append(row)
    return {product: _expected(found, skills) for product, found in kept.items()}


def _expected(rows: list[dict[str, Any]], skills: Mapping[str, Mapping[str, Any]]) -> Expected:
    pool = skills.get("all:units")
    test = skills.get(rows[0][Forecasts.series_id], pool)
    if test is None:
        return Expected(rows, None, "forecast")
    weights = json.loads(test[Backtests.weights]) or {"forecast": 1}
    best = min(weights, key=lambda name: (-weights[name], name))
    return Expected(rows, test[Backtests.skill], best if len(weights) == 1 else f"{best} +{len(weights) - 1}")


def _demand(rows: Iterable[Mapping[str, Any]], random: np.random.Generator) -> Demand:
    """Sample the demand of a product; quantiles of countries are added, as if they moved together."""
    by_period: dict[date, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_period.setdefault(row[Forecasts.at], []).append(row)
    first = next(iter(by_period.values()))[0]
    quantiles = np.array([[sum(row[name] for row in by_period[at]) for name in QUANTILES] for at in sorted(by_period)])
    as_of, days = first[Forecasts.as_of], 7 if first[Forecasts.frequency] == "week" else 1
    # Day 1 after as_of covers the time from 0 to 1.
    starts = np.array([(at - as_of).days - 1 for at in sorted(by_period)], dtype=float)
    return Demand.from_quantiles(np.maximum.accumulate(quantiles, axis=1), starts, days, random)


def _terms(context: Context, product: str, held: Held, supply: Mapping[str, Any] | None, economics: Economics) -> Terms | None:
    price, cost = economics.price(product), economics.cost(product)
    if price is None or cost is None:
        return None
    settings = context.settings
    return Terms(
        on_hand=held.on_hand,
        on_order=held.on_order,
        lead_time_days=float(supply[Supply.lead_time_days]) if supply else settings.number("lead_time_days"),
        lead_time_spread=settings.number("lead_time_spread"),
        review_days=settings.count("review_days"),
        pack_size=float(supply[Supply.pack_size] or 0) if supply else 0.0,
        minimum_quantity=float(supply[Supply.minimum_quantity] or 0) if supply else 0.0,
        price=price,
        cost=cost,
        holding_cost_year=settings.number("holding_cost_year"),
    )


@dataclass(frozen=True)
class _Case:
    terms: Terms
    plan: Plan
    held: Held
    expected: Expected
    supply: Mapping[str, Any] | None


def _candidate(product: str, as_of: date, case: _Case, economics: Economics) -> Candidate:
    mean, low, high = interval(case.plan.gain)
    terms, plan = case.terms, case.plan
    window = math.ceil(terms.lead_time_days + terms.review_days)
    return Candidate(
        kind="reorder",
        subject=product,
        decision_id=decision_id("reorder", product, as_of),
        as_of=as_of,
        facts=_facts(product, as_of, case, economics),
        value=mean,
        low=low,
        high=high,
        cost=plan.quantity * terms.cost + plan.holding,
        judged_by="demand_and_margin",
        judged_on=as_of + timedelta(days=window),
        model=MODEL,
    )


def _facts(product: str, as_of: date, case: _Case, economics: Economics) -> FactSheet:
    terms, plan = case.terms, case.plan
    sheet = FactSheet()
    _witnesses(sheet, product, as_of, case, economics)
    sheet.add("product", economics.name(product), "text", "product")
    sheet.add("product_id", product, "text", "product")
    sheet.add("quantity", plan.quantity, "units", "plan")
    sheet.add("level", plan.level, "units", "plan")
    sheet.add("ratio", plan.ratio, "share", "plan")
    sheet.add("stockout", plan.stockout, "share", "demand")
    sheet.add("demand", plan.demand, "units", "demand")
    sheet.add("demand_low", plan.low, "units", "demand")
    sheet.add("demand_high", plan.high, "units", "demand")
    sheet.add("days_cover", plan.days_cover if math.isfinite(plan.days_cover) else None, "days", "demand")
    sheet.add("on_hand", terms.on_hand, "units", "stock")
    sheet.add("on_order", terms.on_order, "units", "stock")
    sheet.add("position", terms.position, "units", "stock")
    sheet.add("stock_on", case.held.day, "day", "stock")
    sheet.add("price", terms.price, "money", "price")
    sheet.add("unit_cost", terms.cost, "money", "cost")
    sheet.add("unit_margin", terms.margin, "money", "cost")
    sheet.add("cost_measured" if economics.knows_cost(product) else "cost_assumed", terms.cost, "money", "cost")
    sheet.add("purchase_cost", plan.quantity * terms.cost, "money", "plan")
    sheet.add("holding_cost", plan.holding, "money", "plan")
    sheet.add("holding_day", terms.holding_day, "money", "cost")
    sheet.add("holding_unit", terms.holding_day * terms.review_days, "money", "cost")
    sheet.add("lead_time_days" if case.supply else "lead_time_assumed", terms.lead_time_days, "days", "lead")
    sheet.add("lead_days", terms.lead_time_days, "days", "lead")
    sheet.add("lead_time_spread", terms.lead_time_spread, "share", "spread")
    sheet.add("review_days", terms.review_days, "days", "review")
    sheet.add("window_days", math.ceil(terms.lead_time_days + terms.review_days), "days", "lead")
    sheet.add("pack_size", terms.pack_size if terms.pack_size > 1 else None, "units", "lead")
    sheet.add("minimum_quantity", terms.minimum_quantity if terms.minimum_quantity > 1 else None, "units", "lead")
    sheet.add("skill", case.expected.skill, "share", "demand")
    return sheet


def _witnesses(sheet: FactSheet, product: str, as_of: date, case: _Case, economics: Economics) -> None:
    rows, kept = case.expected.rows, f"product_id={product}"
    first, last = rows[0][Forecasts.at].isoformat(), rows[-1][Forecasts.at].isoformat()
    model = case.expected.model
    sheet.witness("product", Witness("product", "products", filters=kept))
    sheet.witness("demand", Witness("demand", "forecasts", len(rows), first, last, kept, model, case.expected.skill))
    sheet.witness("plan", Witness("order_plan", "forecasts+stock", len(rows), filters=kept, model=MODEL))
    sheet.witness("stock", Witness("stock_on_hand", "stock", case.held.places, filters=kept))
    sold = economics.sold.get(product)
    lines = sold.lines if sold else None
    sheet.witness("price", Witness("unit_price", "order_lines" if sold else "prices", lines, last=as_of.isoformat(), filters=kept))
    assumed = None if economics.knows_cost(product) else "gross_margin"
    sheet.witness("cost", Witness("unit_cost", "" if assumed else "products", filters=kept, setting=assumed))
    supplied = case.supply is not None
    sheet.witness("lead", Witness("lead_time", "supply" if supplied else "", filters=kept, setting=None if supplied else "lead_time_days"))
    sheet.witness("spread", Witness("lead_time_spread", setting="lead_time_spread"))
    sheet.witness("review", Witness("review_period", setting="review_days"))
