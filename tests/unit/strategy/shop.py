"""A small shop for tests: daily lines, stock, forecasts and profiles, all by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from moushi.columns import Forecasts, OrderLines, Profiles, Stock

AS_OF = date(2025, 6, 29)


def at(day: date, hour: int = 12) -> datetime:
    """Return an hour of a day, UTC."""
    return datetime.combine(day, time(hour), UTC)


def line(day: date, product: str, units: float, price: float = 10, **more: Any) -> dict[str, Any]:
    """Return a sale line."""
    row = {
        OrderLines.order_id: f"o-{day}-{product}-{more.get('customer_id')}-{more.get('country')}",
        OrderLines.line_id: "1",
        OrderLines.ordered_at: at(day),
        OrderLines.product_id: product,
        OrderLines.quantity: units,
        OrderLines.amount: units * price,
        OrderLines.currency: "EUR",
        OrderLines.kind_of_line: "sale",
        OrderLines.returned_quantity: 0,
        OrderLines.amount_home: units * price,
        OrderLines.net_amount_home: units * price,
    }
    return row | more


def weekly_lines(weeks: Mapping[str, Iterable[float]], price: float = 10, **more: Any) -> list[dict[str, Any]]:
    """Return one line per product and week with the given units, oldest first; the last week ends on AS_OF."""
    rows = []
    for product, values in weeks.items():
        listed = list(values)
        for back, units in enumerate(reversed(listed)):
            if units:
                rows.append(line(AS_OF - timedelta(days=7 * back), product, float(units), price, **more))
    return rows


def forecast(
    product: str | None, quantiles: Iterable[float], *, as_of: date = AS_OF, weeks: int = 6, issue: str = "issue-1"
) -> list[dict[str, Any]]:
    """Return weekly unit forecasts with the same quantiles each week."""
    names = (Forecasts.q05, Forecasts.q10, Forecasts.q25, Forecasts.q50, Forecasts.q75, Forecasts.q90, Forecasts.q95)
    values = dict(zip(names, quantiles, strict=True))
    return [
        {
            Forecasts.issue_id: issue,
            Forecasts.series_id: f"units:{product}",
            Forecasts.at: as_of + timedelta(days=1 + 7 * week),
            Forecasts.as_of: as_of,
            Forecasts.target: "units",
            Forecasts.frequency: "week",
            Forecasts.product_id: product,
            Forecasts.horizon: week + 1,
            Forecasts.mean: float(np.mean(list(values.values()))),
            **values,
        }
        for week in range(weeks)
    ]


def stock(product: str, on_hand: float, on_order: float = 0, day: date = AS_OF, place: str = "main") -> dict[str, Any]:
    """Return a count of stock."""
    return {Stock.product_id: product, Stock.day: day, Stock.place: place, Stock.on_hand: on_hand, Stock.on_order: on_order}


def profile(customer: str, value: float, *, segment: str = "at_risk", lapsing: bool = True) -> dict[str, Any]:
    """Return a customer's profile."""
    return {
        Profiles.customer_id: customer,
        Profiles.as_of: AS_OF,
        Profiles.first_order_on: AS_OF - timedelta(days=300),
        Profiles.last_order_on: AS_OF - timedelta(days=60),
        Profiles.tenure_days: 300,
        Profiles.recency_days: 60,
        Profiles.orders: 5,
        Profiles.revenue_home: 5 * value,
        Profiles.mean_order_home: value,
        Profiles.units: 5,
        Profiles.return_rate: 0.0,
        Profiles.categories: 1,
        Profiles.recency_score: 2,
        Profiles.frequency_score: 3,
        Profiles.money_score: 3,
        Profiles.segment: segment,
        Profiles.expected_gap_days: 30.0,
        Profiles.gap_ratio: 2.0,
        Profiles.p_active: 0.4,
        Profiles.lapsing: lapsing,
    }
