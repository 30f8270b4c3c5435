"""What moved more than its interval in the last period: the whole shop, countries, products; see `spoken.py` for what texts say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from moushi.chance.discovery import discoveries
from moushi.columns import Forecasts, Moves, OrderLines
from moushi.strategy.candidates import amount
from moushi.strategy.demand import LEVELS, Array, generator, sample_periods
from moushi.strategy.expectation import LEVEL_WEEKS, Expectation, expect, from_samples
from moushi.strategy.told import OrderValue
from moushi.strategy.weeks import PERIOD_DAYS, Weeks, read_weeks

if TYPE_CHECKING:
    from moushi.stages import Context

Dimension = Literal["total", "product", "country", "aspect", "theme"]

MOST_PRODUCTS = 500
LEAST_WEEKLY_UNITS = 1.0
QUANTILES = (Forecasts.q05, Forecasts.q10, Forecasts.q25, Forecasts.q50, Forecasts.q75, Forecasts.q90, Forecasts.q95)


@dataclass(frozen=True)
class Said:
    """What is known of a move of words.

    Parameters
    ----------
    names : the aspect's code, or the theme's Chinese and English name as JSON
    part, place : which texts: "all", or "product", "country" or "channel" and which one
    quotes : customers' words that show it, personal data masked
    """

    names: str
    part: str
    place: str
    quotes: tuple[str, ...]


@dataclass(frozen=True)
class Move:
    """Something that was looked at, and whether it moved.

    Parameters
    ----------
    subject : product, country, aspect or theme; of a part of the texts, with `/part/place` behind it
    actual : workspace currency (total, country), units (product) or share (aspect, theme)
    gap_home : what the gap is worth, workspace currency
    gap_spread : standard deviation of that, from the interval of what was expected
    rows : order lines, or mentions, of the period
    tested : how many of the same dimension were looked at
    found : True where it is reported
    order_value : what an order is worth, for aspects and themes
    said : facts that only aspects and themes have; see `spoken.py`
    """

    dimension: Dimension
    subject: str
    first: date
    last: date
    actual: float
    expectation: Expectation
    gap_home: float
    gap_spread: float
    rows: int
    tested: int
    found: bool
    order_value: OrderValue | None = None
    said: Said | None = None


def sales_moves(context: Context, as_of: date) -> list[Move]:
    """Judge the last seven days of the shop, its countries and its products."""
    earlier = _earlier_forecasts(context, as_of)
    total = _judge_sales("total", read_weeks(context, as_of), as_of, context, earlier)
    countries = read_weeks(context, as_of, OrderLines.country)
    # With one country it is the total under another name.
    several = _judge_sales("country", countries, as_of, context, earlier) if len(countries.subjects) > 1 else []
    products = _busiest(read_weeks(context, as_of, OrderLines.product_id))
    return total + several + _judge_sales("product", products, as_of, context, earlier)


def _busiest(weeks: Weeks) -> Weeks:
    """Return the products with most revenue before the last week that sell about weekly."""
    before = weeks.revenue[:, -27:-1].sum(axis=1)
    units = weeks.units[:, -27:-1]
    steady = units.mean(axis=1) >= LEAST_WEEKLY_UNITS if units.size else np.zeros(len(weeks.subjects), bool)
    order = sorted(np.flatnonzero(steady).tolist(), key=lambda place: (-before[place], weeks.subjects[place]))
    return weeks.kept(sorted(order[:MOST_PRODUCTS]))


def _judge_sales(dimension: Dimension, weeks: Weeks, as_of: date, context: Context, earlier: Mapping[tuple[str, str], Array]) -> list[Move]:
    counts = dimension == "product"
    values = weeks.units if counts else weeks.revenue
    if values.shape[1] < 2:
        return []
    expectations = expect(weeks.history(values), values[:, -1], counts=counts)
    for place, subject in enumerate(weeks.subjects):
        if (dimension, subject) in earlier:
            quantiles = earlier[dimension, subject]
            drawn = sample_periods(quantiles, generator(context.settings.count("seed"), f"{dimension}/{subject}")).sum(axis=1)
            expectations[place] = from_samples(drawn, float(values[place, -1]))
    judged = [(place, one) for place, one in enumerate(expectations) if one is not None]
    believed = discoveries([one.p_value for _, one in judged], context.settings.number("false_discovery_rate"))
    return [
        _sales_move(dimension, weeks, place, one, (as_of, len(judged), found)) for (place, one), found in zip(judged, believed, strict=True)
    ]


def _sales_move(dimension: Dimension, weeks: Weeks, place: int, one: Expectation, test: tuple[date, int, bool]) -> Move:
    as_of, tested, found = test
    worth, values = 1.0, weeks.revenue
    if dimension == "product":
        values = weeks.units
        units = weeks.units[place, -1 - LEVEL_WEEKS : -1].sum() or weeks.units[place].sum()
        revenue = weeks.revenue[place, -1 - LEVEL_WEEKS : -1].sum() or weeks.revenue[place].sum()
        worth = float(revenue / units) if units else 0.0
    actual = float(values[place, -1])
    # The interval ends are what the gap is judged by, on both sides.
    found = found and not one.low <= actual <= one.high
    return Move(
        dimension=dimension,
        subject=weeks.subjects[place],
        first=as_of - timedelta(days=PERIOD_DAYS - 1),
        last=as_of,
        actual=actual,
        expectation=one,
        gap_home=(actual - one.expected) * worth,
        gap_spread=one.spread * worth,
        rows=int(weeks.lines[place, -1]),
        tested=tested,
        found=found,
    )


def _earlier_forecasts(context: Context, as_of: date) -> dict[tuple[str, str], Array]:
    """Return quantiles of the last week, by dimension and subject, from the newest issue made before it."""
    forecasts = context.read(Forecasts)
    first = as_of - timedelta(days=PERIOD_DAYS - 1)
    made = forecasts.filter((forecasts[Forecasts.as_of] < first) & (forecasts[Forecasts.at] >= first) & (forecasts[Forecasts.at] <= as_of))
    issues = made.select(Forecasts.issue_id, Forecasts.as_of).distinct()
    newest = context.engine.to_arrow(issues).to_pylist()
    if not newest:
        return {}
    issue = max(newest, key=lambda row: (row[Forecasts.as_of], row[Forecasts.issue_id]))[Forecasts.issue_id]
    rows = context.engine.to_arrow(made.filter(made[Forecasts.issue_id] == issue).order_by(Forecasts.series_id, Forecasts.at)).to_pylist()
    series: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        subject = _subject(row)
        if subject is not None:
            series.setdefault(subject, []).append(row)
    whole = {subject: found for subject, found in series.items() if _covers(found, first)}
    return {
        subject: np.maximum.accumulate(np.array([[row[name] for name in QUANTILES] for row in found]).reshape(-1, len(LEVELS)), axis=1)
        for subject, found in whole.items()
    }


def _subject(row: Mapping[str, Any]) -> tuple[str, str] | None:
    product, country = row[Forecasts.product_id], row[Forecasts.country]
    if row[Forecasts.target] == "units":
        return ("product", product) if product is not None and country is None else None
    if product is not None:
        return None
    return ("total", "") if country is None else ("country", country)


def _covers(rows: list[Mapping[str, Any]], first: date) -> bool:
    if rows[0][Forecasts.frequency] == "week":
        return len(rows) == 1 and rows[0][Forecasts.at] == first
    return len(rows) == PERIOD_DAYS


def move_rows(moves: list[Move], issue_id: str) -> pa.Table:
    """Return rows of the table `moves` for what moved."""
    rows: list[dict[str, Any]] = [
        {
            Moves.issue_id: issue_id,
            Moves.dimension: move.dimension,
            Moves.subject: move.subject,
            Moves.period_from: move.first,
            Moves.period_to: move.last,
            Moves.actual: move.actual,
            Moves.expected: move.expectation.expected,
            Moves.low: move.expectation.low,
            Moves.high: move.expectation.high,
            Moves.gap_home: amount(move.gap_home),
        }
        for move in moves
        if move.found
    ]
    return pa.Table.from_pylist(rows, schema=Moves.schema())
