"""A small shop whose tables are filled by hand, for the tests of the surfaces."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from moushi.columns import (
    Backtests,
    Customers,
    Decisions,
    DecisionUnits,
    Findings,
    Forecasts,
    OrderLines,
    Products,
    Profiles,
    Quarantine,
    Reconciliation,
    Sources,
    TextAspects,
    Texts,
)
from moushi.ledger.facts import FactSheet, Witness
from tests.support import LakeContext

FIRST, LAST = date(2023, 1, 2), date(2024, 6, 30)
ISSUE = "issue-1"
EVIL = "<script>alert('x')</script> & \"mug\""
PRODUCTS = {
    "P1": "White ceramic teapot",
    "P2": "白瓷茶壶 350ml",
    "P3": EVIL,
    "P4": "Bamboo tray",
    "P5": "Glass cup, set of six",
    "P6": "紫砂杯",
}
COUNTRIES = ("CN", "GB", "FR")
CUSTOMERS = 60
FACTS: dict[str, dict[str, tuple[Any, Any]]] = {
    "reorder": {
        "quantity": (120, "units"),
        "purchase_cost": (480.0, "money"),
        "review_days": (7, "days"),
        "on_hand": (35, "units"),
        "on_order": (0, "units"),
        "stock_on": ("2024-06-30", "day"),
        "days_cover": (4.0, "days"),
        "window_days": (21, "days"),
        "demand": (140, "units"),
        "demand_low": (95, "units"),
        "demand_high": (190, "units"),
        "stockout": (0.93, "share"),
    },
    "win_back": {
        "contacted": (27, "count"),
        "held_out": (3, "count"),
        "customers": (30, "count"),
        "holdout_share": (0.1, "share"),
        "segment": ("at_risk", "segment"),
        "band": ("high", "band"),
        "gap_ratio": (2.1, "number"),
        "order_value": (62.0, "money"),
        "order_margin": (25.0, "money"),
    },
    "investigate": {
        "change": (0.18, "share"),
        "period_from": ("2024-06-03", "day"),
        "period_to": ("2024-06-30", "day"),
        "actual": (150, "units"),
        "expected": (183, "units"),
        "low": (160, "units"),
        "high": (205, "units"),
        "gap": (190.0, "money"),
        "recovery": (0.3, "share"),
        "lasting_weeks": (8, "count"),
    },
}


def fill(lake: LakeContext, *, texts: bool = True, forecasts: bool = True, decisions: bool = True, days: int | None = None) -> None:
    """Fill the tables of a shop; `days` keeps only the last days of its trade."""
    first = FIRST if days is None else LAST - timedelta(days=days - 1)
    lake.put(OrderLines, _lines(first))
    lake.put(Products, [{"product_id": key, "product_name": name, "category": "tea", "unit_cost": 4} for key, name in PRODUCTS.items()])
    lake.put(Customers, [{"customer_id": f"cu_{n:04d}", "country": COUNTRIES[n % 3]} for n in range(CUSTOMERS)])
    lake.put(Profiles, _profiles(max(first, FIRST)))
    _fill_records(lake)
    if texts:
        _fill_texts(lake)
    if forecasts:
        _fill_forecasts(lake)
    if decisions:
        _fill_decisions(lake)


def units_on(day: date, place: int) -> int:
    """Return the units of product number `place` sold on a day: a week, a year and a trend, no chance."""
    week = (0.8, 0.9, 0.95, 1.0, 1.1, 1.5, 1.3)[day.weekday()]
    year = 1 + 0.35 * math.sin(2 * math.pi * (day.timetuple().tm_yday - 80) / 365)
    trend = 1 + 0.0004 * (day - FIRST).days * (1 if place % 2 else -0.6)
    return max(0, round((9 - place) * week * year * trend))


def price_of(place: int) -> Decimal:
    """Return the price of product number `place`."""
    return Decimal(8 + 3 * place)


def _lines(first: date) -> Iterator[dict[str, Any]]:
    for offset in range((LAST - first).days + 1):
        day = first + timedelta(days=offset)
        number = (day - FIRST).days
        for place, product in enumerate(PRODUCTS):
            units = units_on(day, place)
            amount = price_of(place) * units
            if units:
                yield {
                    "order_id": f"O{number}-{place // 2}",
                    "line_id": str(place),
                    "ordered_at": datetime(day.year, day.month, day.day, 9 + place, tzinfo=UTC),
                    "customer_id": f"cu_{(number * 7 + place // 2) % CUSTOMERS:04d}",
                    "product_id": product,
                    "quantity": units,
                    "unit_price": price_of(place),
                    "amount": amount,
                    "currency": "GBP",
                    "country": COUNTRIES[(number + place) % 5 % 3],
                    "kind_of_line": "sale",
                    "returned_quantity": 0,
                    "amount_home": amount,
                    "net_amount_home": amount if number % 10 else amount / 2,
                }


def _profiles(first: date) -> Iterator[dict[str, Any]]:
    for n in range(CUSTOMERS):
        recency = n * 3
        yield {
            "customer_id": f"cu_{n:04d}",
            "as_of": LAST,
            "country": COUNTRIES[n % 3],
            "first_order_on": max(first, LAST - timedelta(days=400 - 6 * n)),
            "last_order_on": LAST - timedelta(days=recency),
            "tenure_days": 400 - 6 * n,
            "recency_days": recency,
            "orders": 1 + n % 7,
            "revenue_home": 100 + 10 * n,
            "mean_order_home": 40,
            "units": 10,
            "return_rate": 0.05,
            "top_category": "tea",
            "top_category_share": 1.0,
            "categories": 1,
            "recency_score": 1 + n % 5,
            "frequency_score": 3,
            "money_score": 3,
            "segment": ("champions", "loyal", "at_risk", "new")[n % 4],
            "expected_gap_days": 30.0,
            "gap_ratio": recency / 30,
            "p_active": 0.5,
            "lapsing": n % 6 == 0,
        }


def _fill_records(lake: LakeContext) -> None:
    lake.put(Reconciliation, [{"table_name": "order_lines", "read": 3300, "kept": 3270, "quarantined": 20, "duplicates": 10}])
    lake.put(
        Sources,
        [
            {
                "source_id": f"s{n}",
                "load_id": 1,
                "position": n,
                "source_name": f"orders-{n:02d}.csv",
                "format": "csv",
                "encoding": "utf-8",
                "bytes": 1000,
                "mapping": "orders",
                "rows": 275,
                "quarantined": 1,
                "status": "loaded",
                "tables": json.dumps({"order_lines": 274}),
            }
            for n in range(12)
        ],
    )
    lake.put(Findings, [])
    rows = [
        {
            "table_name": "order_lines",
            "source_id": f"s{n % 12}",
            "source_name": f"orders-{n % 12:02d}.csv",
            "line": n + 2,
            "step": "prepare",
            "load_id": 1,
            "column_name": "quantity",
            "reason": "impossible_quantity",
        }
        for n in range(20)
    ]
    lake.put(Quarantine, rows)


def _fill_texts(lake: LakeContext) -> None:
    bodies = [
        (
            "en",
            5.0,
            "Lovely teapot, the glaze is even and the quality is great. Write to [EMAIL:em_7f3k2a] for pictures.",
            "quality",
            0.9,
            (44, 60),
        ),
        ("zh", 2.0, "杯子很好看，但是物流太慢了，等了两个星期才收到。", "delivery", -0.8, (9, 14)),
        ("en", 1.0, "Arrived broken, the packaging was far too thin <b>really</b>.", "packaging", -0.9, (20, 47)),
        ("zh", 5.0, "质量很好，价格也便宜，朋友都说喜欢。", "quality", 0.7, (0, 4)),
    ]
    texts, aspects = [], []
    for n in range(40):
        language, rating, body, aspect, polarity, (start, end) = bodies[n % 4]
        duplicate = f"t{n % 4:03d}" if n >= 36 else None
        texts.append(
            {
                "text_id": f"t{n:03d}",
                "written_at": datetime(2024, 6, 1 + n % 28, tzinfo=UTC),
                "source_kind": "review",
                "product_id": "P1",
                "rating": rating,
                "body": body,
                "language": language,
                "duplicate_of": duplicate,
            }
        )
        aspects.append({"text_id": f"t{n:03d}", "aspect": aspect, "polarity": polarity, "start": start, "end": end, "model": "rules-1"})
    lake.put(Texts, texts)
    lake.put(TextAspects, aspects)


def _fill_forecasts(lake: LakeContext) -> None:
    rows = []
    for step in range(28):
        at = LAST + timedelta(days=step + 1)
        mean = float(sum(units_on(at, place) * price_of(place) for place in range(len(PRODUCTS))))
        rows.append(_forecast("revenue", "day", at, step + 1, mean, 0.12 + 0.002 * step))
        for country, share in zip(COUNTRIES, (0.4, 0.4, 0.2), strict=True):
            rows.append(_forecast("revenue", "day", at, step + 1, mean * share, 0.2, country=country))
    for step in range(8):
        at = LAST + timedelta(days=7 * step + 1)
        for place, product in enumerate(PRODUCTS):
            mean = float(sum(units_on(at + timedelta(days=n), place) for n in range(7)))
            rows.append(_forecast("units", "week", at, step + 1, mean, 0.2 + 0.05 * place, product=product))
    lake.put(Forecasts, rows)
    lake.put(Backtests, [_backtest("revenue", "revenue", 0.31), _backtest("all:units", "units", 0.12)])
    series = [_backtest(f"units/{p}", "units", 0.3 - 0.08 * n, product=p) for n, p in enumerate(PRODUCTS)]
    lake.put(Backtests, series, replace=False)


def _forecast(
    target: str,
    frequency: str,
    at: date,
    horizon: int,
    mean: float,
    spread: float,
    *,
    product: str | None = None,
    country: str | None = None,
) -> dict[str, Any]:
    normal = {"q05": -1.645, "q10": -1.282, "q25": -0.674, "q50": 0.0, "q75": 0.674, "q90": 1.282, "q95": 1.645}
    name = "/".join(part for part in (target, product, country) if part)
    quantiles = {q: max(0.0, mean * (1 + spread * z)) for q, z in normal.items()}
    key = {"issue_id": ISSUE, "series_id": name, "at": at, "as_of": LAST, "target": target, "frequency": frequency}
    return {**key, "product_id": product, "country": country, "horizon": horizon, "mean": mean, **quantiles}


def _backtest(series: str, target: str, skill: float, *, product: str | None = None) -> dict[str, Any]:
    key = {"issue_id": ISSUE, "series_id": series, "target": target, "product_id": product}
    counts = {"origins": 6, "points": 168, "censored": 3, "weights": "{}"}
    measures = {
        "mean_absolute_error": 40.0,
        "naive_absolute_error": 58.0,
        "skill": skill,
        "bias": 0.01,
        "coverage_80": 0.79,
        "coverage_90": 0.91,
    }
    return {**key, **counts, **measures}


def _fill_decisions(lake: LakeContext) -> None:
    decisions = [
        _decision(1, "reorder", "P1", 1240.5, 610, 1900, 480),
        _decision(2, "win_back", "at_risk", 320, 40, 640, 15, holdout=0.1),
        _decision(3, "reorder", "P3", 210, 90, 330, 120),
        _decision(4, "investigate", "P6", 95, 0, 260, 0),
    ]
    lake.put(Decisions, decisions)
    units = [
        {
            "decision_id": "d-0002",
            "unit_id": f"cu_{n:04d}",
            "issue_id": ISSUE,
            "arm": "holdout" if n % 10 == 0 else "treat",
            "expected_value_home": 5,
        }
        for n in range(0, CUSTOMERS, 2)
    ]
    units += [{"decision_id": "d-0001", "unit_id": "P1", "issue_id": ISSUE, "arm": "treat", "expected_value_home": 1240.5}]
    lake.put(DecisionUnits, units)


def _decision(
    rank: int, kind: str, subject: str, expected: float, low: float, high: float, cost: float, *, holdout: float = 0.0
) -> dict[str, Any]:
    sheet = FactSheet("product_drop" if kind == "investigate" else "")
    sheet.witness("demand", Witness("demand", "forecasts", rows=8, first="2024-07-01", last="2024-08-25", model="forecast-1", skill=0.12))
    for name, (value, unit) in FACTS[kind].items():
        sheet.add(name, value, unit, "demand")
    sheet.add("product", PRODUCTS.get(subject), "text", "demand")
    sheet.add("product_id", subject, "text", "demand")
    return {
        "decision_id": f"d-{rank:04d}",
        "issue_id": ISSUE,
        "as_of": LAST,
        "rank": rank,
        "kind_of_decision": kind,
        "subject": subject,
        "facts": sheet.dump(),
        "expected_value_home": expected,
        "low_home": low,
        "high_home": high,
        "cost_home": cost,
        "judged_by": {"reorder": "demand_and_margin", "win_back": "holdout_increment", "investigate": "move_persists"}[kind],
        "judged_on": LAST + timedelta(days=28),
        "holdout_share": holdout,
        "model": "newsvendor-1",
    }
