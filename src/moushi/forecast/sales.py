"""Sales and stock-outs as series: daily revenue, weekly units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from moushi.columns import OrderLines, Stock
from moushi.engine.days import local_day_number, number_of

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.forecast.periods import Whole
    from moushi.stages import Context

MONDAY = 4
"""1970-01-05, the first Monday, in days since 1970-01-01; weeks are numbered from it."""

MOST_DAYS = 1_100
"""Days of history read for daily series: three years."""

MOST_WEEKS = 261
"""Weeks of history read for weekly series: five years."""

EARLY_QUANTILE = 0.1
"""The last day is taken as not over when its last order is earlier than on all but this share of days."""

COMPARED_DAYS = 60

DAY, WEEK, PRODUCT, COUNTRY, VALUE, ACTIVE = "day", "week", "product", "country", "value", "active"


@dataclass(frozen=True)
class Span:
    """What the order lines cover, in the shop's time zone.

    Attributes
    ----------
    first, last : days with the first and last sale
    whole_until : last day that is over: `last`, or the day before where the
        data stop in the middle of `last`
    """

    first: date
    last: date
    whole_until: date

    @property
    def weeks(self) -> tuple[int, int]:
        """Return the first and last whole week, Monday to Sunday; the last is before the first where there is none."""
        first = -((MONDAY - number_of(self.first)) // 7)
        last = (number_of(self.whole_until) + 1 - MONDAY) // 7 - 1
        return max(first, last - MOST_WEEKS + 1), last


def sale_lines(context: Context) -> ir.Table:
    """Return the lines of sales with their day (`day`, since 1970-01-01) and week (`week`)."""
    lines = context.read(OrderLines)
    lines = lines.filter(lines[OrderLines.kind_of_line] == "sale")
    day = local_day_number(lines[OrderLines.ordered_at], context.settings).cast("int64")
    lines = lines.mutate(day=day)
    return lines.mutate(week=((lines[DAY] - MONDAY) / 7.0).floor().cast("int64"))


def span(context: Context) -> Span | None:
    """Return what the sales cover; None without any."""
    lines = sale_lines(context)
    days = context.engine.to_arrow(lines.group_by(DAY).aggregate(last=lines[OrderLines.ordered_at].max()).order_by(DAY))
    if not days.num_rows:
        return None
    zone = context.settings.zone
    closing = [at.astimezone(zone) for at in days["last"].to_pylist()[-COMPARED_DAYS - 1 :]]
    seconds = np.array([at.hour * 3600 + at.minute * 60 + at.second for at in closing])
    last = closing[-1].date()
    cut_short = len(seconds) > COMPARED_DAYS // 2 and seconds[-1] < np.quantile(seconds[:-1], EARLY_QUANTILE)
    first = date(1970, 1, 1) + timedelta(days=days[DAY][0].as_py())
    return Span(first, last, last - timedelta(days=1) if cut_short else last)


def daily_revenue(context: Context, covered: Span) -> pa.Table:
    """Return revenue per day and country: columns day, country (null where not known), value; by day and country."""
    lines = sale_lines(context)
    lines = lines.filter(lines[DAY] > number_of(covered.last) - MOST_DAYS)
    sums = lines.group_by(day=lines[DAY], country=lines[OrderLines.country]).aggregate(
        value=lines[OrderLines.amount_home].sum().cast("float64")
    )
    return context.engine.to_arrow(sums.order_by(DAY, COUNTRY))


def weekly_activity(context: Context, covered: Span) -> pa.Table:
    """Return per product and country over the whole weeks what decides how it is forecast.

    Returns
    -------
    product, country ("" for all countries), first and last week with a sale, active
    (weeks with one), value (revenue); by product and country
    """
    import ibis

    first, last = covered.weeks
    lines = sale_lines(context)
    lines = lines.filter((lines[WEEK] >= first) & (lines[WEEK] <= last) & lines[OrderLines.product_id].notnull())
    base = lines.group_by(product=lines[OrderLines.product_id], country=lines[OrderLines.country], week=lines[WEEK])
    weeks = base.aggregate(value=lines[OrderLines.amount_home].sum())
    singly = weeks.filter(weeks[COUNTRY].notnull())
    whole = weeks.mutate(country=ibis.literal(""))
    parts = [
        part.group_by(PRODUCT, COUNTRY).aggregate(
            first=part[WEEK].min(), last=part[WEEK].max(), active=part[WEEK].nunique(), value=part[VALUE].sum().cast("float64")
        )
        for part in (whole, singly)
    ]
    return context.engine.to_arrow(ibis.union(*parts).order_by(PRODUCT, COUNTRY))


def weekly_units(context: Context, covered: Span) -> pa.Table:
    """Return units per product, country ("" where not known) and whole week with a sale; by product, country, week."""
    first, last = covered.weeks
    lines = sale_lines(context)
    lines = lines.filter((lines[WEEK] >= first) & (lines[WEEK] <= last) & lines[OrderLines.product_id].notnull())
    keys = {PRODUCT: lines[OrderLines.product_id], COUNTRY: lines[OrderLines.country].fill_null(""), WEEK: lines[WEEK]}
    sums = lines.group_by(**keys).aggregate(value=lines[OrderLines.quantity].sum().cast("float64"))
    return context.engine.to_arrow(sums.order_by(PRODUCT, COUNTRY, WEEK))


def weeks_out(context: Context, covered: Span) -> StockOuts:
    """Return in which weeks what was sold is not what was wanted, because a product was out of stock on some day."""
    first, last = covered.weeks
    stock = context.read(Stock)
    stock = stock.mutate(week=((stock[Stock.day].epoch_days().cast("int64") - MONDAY) / 7.0).floor().cast("int64"))
    stock = stock.filter((stock[WEEK] >= first) & (stock[WEEK] <= last))
    everywhere = stock.group_by(Stock.product_id, Stock.day, WEEK).aggregate(held=stock[Stock.on_hand].sum())
    everywhere = everywhere.filter(everywhere["held"] <= 0).select(Stock.product_id, WEEK).distinct().order_by(Stock.product_id, WEEK)
    here = stock.filter(stock[Stock.on_hand] <= 0).select(Stock.product_id, Stock.place, WEEK).distinct()
    here = here.order_by(Stock.product_id, Stock.place, WEEK)
    whole, placed = context.engine.to_arrow(everywhere), context.engine.to_arrow(here)
    found: dict[tuple[str, str], list[int]] = {}
    for row in whole.to_pylist():
        found.setdefault((row[Stock.product_id], ""), []).append(row[WEEK])
    for row in placed.to_pylist():
        found.setdefault((row[Stock.product_id], row[Stock.place]), []).append(row[WEEK])
    return StockOuts({key: np.array(weeks, dtype=np.int64) for key, weeks in found.items()})


@dataclass(frozen=True)
class StockOuts:
    """Weeks with a day out of stock, per product and place; place "" where no place had any."""

    weeks: dict[tuple[str, str], Whole]

    def of(self, product: str, country: str) -> Whole:
        """Return the weeks in which demand for a product (in a country, "" for all) is not known.

        For a country, both days without stock anywhere and days without stock
        at a place of the country's name count.
        """
        everywhere = self._get(product, "")
        if not country:
            return everywhere
        return np.union1d(everywhere, self._get(product, country))

    def _get(self, product: str, place: str) -> Whole:
        return self.weeks.get((product, place), np.empty(0, dtype=np.int64))


def series_id(target: str, product: str, country: str) -> str:
    """Return the name of a series; "" stands for all products or countries.

    The product comes last: names of products may hold a colon, codes of
    countries do not.

    Examples
    --------
    >>> series_id("units", "A:1", ""), series_id("revenue", "", "GB")
    ('units:*:A:1', 'revenue:GB:*')
    """
    return f"{target}:{country or '*'}:{product or '*'}"
