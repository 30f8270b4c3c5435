"""What happened: revenue over time, by country and product, and the customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from moushi.columns import OrderLines, Products, Profiles
from moushi.engine.days import monday
from moushi.surfaces.report.parts import Figure, Happened, Month, Point, Row
from moushi.surfaces.report.source import DAY, SALE, Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

WINDOW_DAYS = 28
YEAR_DAYS = 364
SHOWN = 10
MOVERS = 5
COUNTRIES = 8
WEEKS_SHOWN = 104
MONTHS_SHOWN = 13
SHORT_HISTORY_DAYS = 42
ZERO = Decimal(0)


@dataclass
class Day:
    """A day's trade, all countries together."""

    revenue: Decimal = ZERO
    net: Decimal = ZERO
    orders: int = 0
    lines: int = 0
    countries: dict[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Window:
    """The last days of the data, and the same number of days before and a year (52 weeks) before."""

    first: date
    last: date
    begins: date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1

    @property
    def period(self) -> tuple[date, date]:
        """First and last day."""
        return self.first, self.last

    def back(self, days: int) -> tuple[date, date] | None:
        """Return the window moved back, None if the data do not reach that far."""
        moved = self.first - timedelta(days=days), self.last - timedelta(days=days)
        return moved if moved[0] >= self.begins else None


def window_of(source: Source) -> Window | None:
    """Return the last four weeks, or all days of shorter data; None without trade."""
    if source.first is None or source.as_of is None:
        return None
    first = max(source.first, source.as_of - timedelta(days=WINDOW_DAYS - 1))
    return Window(first, source.as_of, source.first)


def days_of(source: Source) -> dict[date, Day]:
    """Return each day's trade by day, days without trade left out."""
    trade = source.trade()
    sale = trade[OrderLines.kind_of_line] == SALE
    counted = trade.group_by([DAY, OrderLines.country]).aggregate(
        revenue=trade[OrderLines.amount_home].sum(where=sale),
        net=trade[OrderLines.net_amount_home].sum(where=sale),
        orders=trade[OrderLines.order_id].nunique(where=sale),
        lines=sale.sum(),
    )
    days: dict[date, Day] = defaultdict(Day)
    for row in source.rows(counted):
        each = days[row[DAY]]
        each.revenue += row["revenue"] or ZERO
        each.net += row["net"] or ZERO
        each.orders += row["orders"]
        each.lines += row["lines"] or 0
        country = row[OrderLines.country] or ""
        each.countries[country] = each.countries.get(country, ZERO) + (row["revenue"] or ZERO)
    return dict(sorted(days.items()))


def revenue_between(days: Mapping[date, Day], period: tuple[date, date] | None) -> Decimal | None:
    """Return the revenue of a period, None for no period."""
    if period is None:
        return None
    return sum((day.revenue for at, day in days.items() if period[0] <= at <= period[1]), ZERO)


def happened(source: Source, days: Mapping[date, Day], window: Window) -> Happened:
    """Return what happened; `days` as `days_of` gives them, at least one."""
    lines = sum(day.lines for at, day in days.items() if window.first <= at <= window.last)
    step: Literal["day", "week"] = "day" if (window.last - window.begins).days < SHORT_HISTORY_DAYS else "week"
    over_time = source.witnesses.add(
        "revenue", OrderLines.name, filters=("sales",), rows=sum(day.lines for day in days.values()), period=(window.begins, window.last)
    )
    recent = source.witnesses.add("revenue", OrderLines.name, filters=("sales",), rows=lines, period=window.period)
    top, rising, falling = _products(source, window)
    customers, segments, profiled = _customers(source, window)
    return Happened(
        step=step,
        window_days=window.days,
        points=tuple(_points(days, window, step)),
        months=tuple(_months(days, window)),
        figures=_figures(source, days, window, recent, lines),
        countries=tuple(_countries(days, window)),
        top=top,
        rising=rising,
        falling=falling,
        customers=customers,
        segments=segments,
        witness={"over_time": over_time, "recent": recent, "segments": profiled},
    )


def _figures(source: Source, days: Mapping[date, Day], window: Window, recent: int, lines: int) -> tuple[Figure, ...]:
    def orders(period: tuple[date, date] | None) -> int | None:
        return None if period is None else sum(day.orders for at, day in days.items() if period[0] <= at <= period[1])

    before, year = window.back(window.days), window.back(YEAR_DAYS)
    revenue = revenue_between(days, window.period) or ZERO
    net = sum((day.net for at, day in days.items() if window.first <= at <= window.last), ZERO)
    counted = source.witnesses.add("orders", OrderLines.name, filters=("sales",), rows=lines, period=window.period)
    netted = source.witnesses.add("net_revenue", OrderLines.name, filters=("sales",), rows=lines, period=window.period)
    return (
        Figure("revenue", "money", revenue, recent, None, None, revenue_between(days, before), revenue_between(days, year)),
        Figure("net_revenue", "money", net, netted),
        Figure("orders", "count", orders(window.period) or 0, counted, None, None, orders(before), orders(year)),
    )


def _points(days: Mapping[date, Day], window: Window, step: str) -> Iterable[Point]:
    """Yield the revenue of each day or week, zeros for those without trade."""
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for at, day in days.items():
        sums[monday(at) if step == "week" else at] += day.revenue
    length = 7 if step == "week" else 1
    at = monday(window.begins) if step == "week" else window.begins
    if step == "week":
        at = max(at, monday(window.last) - timedelta(weeks=WEEKS_SHOWN - 1))
    while at <= window.last:
        end = at + timedelta(days=length - 1)
        yield Point(at, sums.get(at, ZERO), whole=window.begins <= at and end <= window.last)
        at += timedelta(days=length)


def _months(days: Mapping[date, Day], window: Window) -> Iterable[Month]:
    sums: dict[date, Day] = defaultdict(Day)
    for at, day in days.items():
        month = sums[at.replace(day=1)]
        month.revenue += day.revenue
        month.net += day.net
        month.orders += day.orders
    for at in sorted(sums)[-MONTHS_SHOWN:]:
        end = (at + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        year_before = at.replace(year=at.year - 1)
        comparable = year_before >= window.begins and end <= window.last
        before = sums[year_before].revenue if comparable and year_before in sums else None
        month = sums[at]
        yield Month(at, month.revenue, month.net, month.orders, window.begins <= at and end <= window.last, before)


def _countries(days: Mapping[date, Day], window: Window) -> Iterable[Row]:
    before = window.back(window.days)
    now_sums: dict[str, Decimal] = defaultdict(Decimal)
    then_sums: dict[str, Decimal] = defaultdict(Decimal)
    for at, day in days.items():
        sums = now_sums if window.first <= at <= window.last else then_sums if before and before[0] <= at <= before[1] else None
        if sums is not None:
            for country, revenue in day.countries.items():
                sums[country] += revenue
    total = sum(now_sums.values(), ZERO)
    for country, revenue in sorted(now_sums.items(), key=lambda pair: (-pair[1], pair[0]))[:COUNTRIES]:
        yield Row(country, revenue, _share(revenue, total), then_sums[country] if before else None)


def _products(source: Source, window: Window) -> tuple[tuple[Row, ...], tuple[Row, ...], tuple[Row, ...]]:
    """Return the products with most revenue, those that rose most and those that fell most."""
    before = window.back(window.days)
    rows = source.rows(_product_sums(source, window, before))
    total = sum((row["now"] for row in rows), ZERO)

    def made(row: Mapping[str, Any]) -> Row:
        name = row[Products.product_name] or row[OrderLines.product_id]
        return Row(str(name), row["now"], _share(row["now"], total), row["before"] if before else None, row["units"])

    def change(row: Mapping[str, Any]) -> Decimal:
        return row["now"] - row["before"] if before else ZERO

    by_id = sorted(rows, key=lambda row: str(row[OrderLines.product_id]))
    top = sorted(by_id, key=lambda row: -row["now"])[:SHOWN]
    rising = [row for row in sorted(by_id, key=lambda row: -change(row))[:MOVERS] if change(row) > 0]
    falling = [row for row in sorted(by_id, key=change)[:MOVERS] if change(row) < 0]
    return tuple(map(made, top)), tuple(map(made, rising)), tuple(map(made, falling))


def _product_sums(source: Source, window: Window, before: tuple[date, date] | None) -> ir.Table:
    import ibis

    trade = source.trade()
    begins = before[0] if before else window.first
    sold = trade.filter(
        (trade[OrderLines.kind_of_line] == SALE) & trade[OrderLines.product_id].notnull() & (trade[DAY] >= ibis.literal(begins))
    )
    recent = sold[DAY] >= ibis.literal(window.first)
    sums = sold.group_by(OrderLines.product_id).aggregate(
        now=sold[OrderLines.amount_home].sum(where=recent).fill_null(ZERO),
        before=sold[OrderLines.amount_home].sum(where=~recent).fill_null(ZERO),
        units=sold[OrderLines.quantity].sum(where=recent).fill_null(ZERO),
    )
    products = source.read(Products).select(Products.product_id, Products.product_name)
    return sums.left_join(products, sums[OrderLines.product_id] == products[Products.product_id])


def _customers(source: Source, window: Window) -> tuple[tuple[Figure, ...], tuple[Row, ...], int]:
    """Return figures of the customers, their segments, and the segments' witness."""
    import ibis

    profiles = source.read(Profiles)
    newest = profiles.filter(profiles[Profiles.as_of] == profiles[Profiles.as_of].max())
    revenue = newest[Profiles.revenue_home]
    groups = source.rows(
        newest.group_by(Profiles.segment).aggregate(
            n=newest.count(),
            revenue=revenue.sum(),
            active=(newest[Profiles.recency_days] < window.days).sum(),
            new=(newest[Profiles.first_order_on] >= ibis.literal(window.first)).sum(),
            lapsing=newest[Profiles.lapsing].sum(),
        )
    )
    if not groups:
        return (), (), 0
    total = sum(row["n"] for row in groups)
    witness = source.witnesses.add("segments", Profiles.name, rows=total)
    worth = sum((row["revenue"] for row in groups), ZERO)
    segments = [
        Row(row[Profiles.segment], row["n"], row["n"] / total, None, _share(row["revenue"], worth), row[Profiles.segment]) for row in groups
    ]

    def figure(code: str, period: tuple[date, date] | None = None) -> Figure:
        return Figure(
            code,
            "count",
            sum(row[code] for row in groups),
            source.witnesses.add(f"customers_{code}", Profiles.name, rows=total, period=period),
        )

    figures = (figure("active", window.period), figure("new", window.period), figure("lapsing"))
    return figures, tuple(sorted(segments, key=lambda row: (-row.value, row.name))), witness


def _share(part: Decimal, whole: Decimal) -> float | None:
    return float(part / whole) if whole else None
