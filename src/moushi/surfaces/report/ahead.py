"""What will happen: the forecasts of one issue, with what their backtests measured."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from moushi.columns import Backtests, Forecasts, OrderLines, Products
from moushi.surfaces.report.happened import YEAR_DAYS, Day, Window, revenue_between
from moushi.surfaces.report.parts import Ahead, Band, Figure, Measured, Outlook, Point
from moushi.surfaces.report.source import DAY, SALE, Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

HISTORY_DAYS = 56
SHOWN = 10
WEEKS_AHEAD = 4
QUANTILES = (Forecasts.q05, Forecasts.q10, Forecasts.q25, Forecasts.q50, Forecasts.q75, Forecasts.q90, Forecasts.q95)


def ahead(source: Source, days: Mapping[date, Day], window: Window, issue_id: str) -> Ahead | None:
    """Return what is expected in one issue, None if it holds no forecast."""
    forecasts = source.read(Forecasts)
    issued = forecasts.filter(forecasts[Forecasts.issue_id] == issue_id)
    measured = _measured(source, issue_id)
    total = _bands(source, issued.filter(_is_total(issued)))
    products = _products(source, issued, measured, window)
    share = _together(days, window, len(total))
    countries = _countries(source, issued, measured, days, window, share)
    if not (total or products or countries):
        return None
    witness = _witness(source, measured, total, window)
    return Ahead(
        horizon_days=len(total),
        weeks=WEEKS_AHEAD,
        history=tuple(_history(days, window)),
        days=total,
        total=_total(total, days, window, share, witness["total"]),
        measured=measured.get(_total_series(measured), None),
        pool=measured.get("all:units"),
        countries=countries,
        products=products,
        witness=witness,
    )


def _together(days: Mapping[date, Day], window: Window, length: int) -> float:
    dates = [window.begins + timedelta(days=step) for step in range((window.last - window.begins).days + 1)]
    values = [float(days[at].revenue) if at in days else 0.0 for at in dates]
    share = moving_together(values, length) if length else None
    # Without the history to measure it, the widest range is the honest one.
    return 1.0 if share is None else share


def _is_total(rows: ir.Table) -> Any:
    return (rows[Forecasts.target] == "revenue") & rows[Forecasts.product_id].isnull() & rows[Forecasts.country].isnull()


def _bands(source: Source, rows: ir.Table) -> tuple[Band, ...]:
    columns = (Forecasts.at, Forecasts.mean, *QUANTILES)
    return tuple(Band(*(row[name] for name in columns)) for row in source.rows(rows.select(*columns).order_by(Forecasts.at)))


def _measured(source: Source, issue_id: str) -> dict[str, Measured]:
    """Return what backtests measured, by series; the whole shop's revenue also as `total`."""
    table = source.read(Backtests)
    measured: dict[str, Measured] = {}
    kept = table.filter(table[Backtests.issue_id] == issue_id).drop(Backtests.weights)
    for row in source.rows(kept.order_by(Backtests.series_id)):
        made = Measured(
            row[Backtests.skill], row[Backtests.coverage_80], row[Backtests.coverage_90], row[Backtests.origins], row[Backtests.points]
        )
        measured[row[Backtests.series_id]] = made
        pooled = row[Backtests.series_id].startswith("all:")
        if row[Backtests.target] == "revenue" and not pooled and row[Backtests.product_id] is None and row[Backtests.country] is None:
            measured["total"] = made
    return measured


def _total_series(measured: Mapping[str, Measured]) -> str:
    return "total" if "total" in measured else "all:revenue"


def _error(measured: Measured | None) -> dict[str, float | None]:
    if measured is None:
        return {}
    return {
        "skill": measured.skill,
        "coverage_80": measured.coverage_80,
        "coverage_90": measured.coverage_90,
        "origins": measured.origins,
        "points": measured.points,
    }


def _witness(source: Source, measured: Mapping[str, Measured], total: Sequence[Band], window: Window) -> dict[str, int]:
    period = (total[0].at, total[-1].at) if total else None
    tables = (Forecasts.name, Backtests.name)
    shop = _error(measured.get(_total_series(measured)))
    pool = _error(measured.get("all:units"))
    return {
        "days": source.witnesses.add("forecast_revenue", *tables, period=period, rows=len(total), model="forecast", error=shop),
        "total": source.witnesses.add("forecast_total", *tables, period=period, rows=len(total), model="forecast", error=shop),
        "countries": source.witnesses.add("forecast_countries", *tables, period=period, model="forecast", error=shop),
        "products": source.witnesses.add("forecast_units", *tables, OrderLines.name, model="forecast", error=pool),
        "history": source.witnesses.add("revenue", OrderLines.name, filters=("sales",), period=(_history_begins(window), window.last)),
    }


def _history_begins(window: Window) -> date:
    return max(window.begins, window.last - timedelta(days=HISTORY_DAYS - 1))


def _history(days: Mapping[date, Day], window: Window) -> Sequence[Point]:
    begins = _history_begins(window)
    length = (window.last - begins).days + 1
    dates = [begins + timedelta(days=step) for step in range(length)]
    return [Point(at, days[at].revenue if at in days else Decimal(0)) for at in dates]


def moving_together(values: Sequence[float], length: int) -> float | None:
    """Return how far periods err in the same direction, from what happened.

    Adding up the ends of every period's range gives the range of the sum only
    where all periods err together.  The share of that width which was needed
    in the past is measured on the error of repeating the periods before: the
    root mean square of its sums over `length` periods, over `length` times
    that of single periods.

    Parameters
    ----------
    values : one per day, in order
    length : periods that are added up, >= 1

    Returns
    -------
    float : from 1/sqrt(length), periods err apart, to 1, they err together;
        None where the history is shorter than three sums

    Examples
    --------
    >>> moving_together([1.0, 2.0] * 50, 4)
    0.5
    >>> moving_together([float(step) for step in range(100)], 7)
    1.0
    """
    lag = math.ceil(length / 7) * 7
    errors = [after - before for before, after in zip(values, values[lag:], strict=False)]
    sums = [math.fsum(errors[begin : begin + length]) for begin in range(len(errors) - length + 1)]
    single = math.sqrt(math.fsum(error * error for error in errors) / len(errors)) if errors else 0.0
    if len(sums) < 2 * length or single == 0:
        return None
    together = math.sqrt(math.fsum(each * each for each in sums) / len(sums)) / (length * single)
    return min(1.0, max(1 / math.sqrt(length), together))


def _summed_range(bands: Sequence[Band], share: float) -> tuple[float, float]:
    """Return the 90 % range of the sum: the ends added up, drawn in towards the mean by `share`."""
    mean = math.fsum(band.mean for band in bands)
    low, high = math.fsum(band.q05 for band in bands), math.fsum(band.q95 for band in bands)
    return max(0.0, mean - share * (mean - low)), mean + share * (high - mean)


def _total(bands: Sequence[Band], days: Mapping[date, Day], window: Window, share: float, witness: int) -> Figure | None:
    if not bands:
        return None
    length = len(bands)
    same = Window(window.last - timedelta(days=length - 1), window.last, window.begins)
    before = same.back(0)
    a_year_before = Window(bands[0].at, bands[-1].at, window.begins).back(YEAR_DAYS)
    reaches = a_year_before is not None and a_year_before[1] <= window.last
    return Figure(
        "expected_revenue",
        "money",
        math.fsum(band.mean for band in bands),
        witness,
        *_summed_range(bands, share),
        revenue_between(days, before),
        revenue_between(days, a_year_before) if reaches else None,
    )


def _by_subject(source: Source, rows: ir.Table, subject: str) -> dict[str, list[dict[str, Any]]]:
    columns = (subject, Forecasts.series_id, Forecasts.country, Forecasts.at, Forecasts.mean, *QUANTILES)
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    kept = rows.select(*dict.fromkeys(columns)).order_by([subject, Forecasts.series_id, Forecasts.at])
    for row in source.rows(kept):
        grouped[row[subject]].append(row)
    return grouped


def _countries(
    source: Source, issued: ir.Table, measured: Mapping[str, Measured], days: Mapping[date, Day], window: Window, share: float
) -> tuple[Outlook, ...]:
    rows = issued.filter(
        (issued[Forecasts.target] == "revenue") & issued[Forecasts.product_id].isnull() & issued[Forecasts.country].notnull()
    )
    made = []
    for country, series in _by_subject(source, rows, Forecasts.country).items():
        begins = window.last - timedelta(days=len(series) - 1)
        known = begins >= window.begins
        recent = sum((day.countries.get(country, Decimal(0)) for at, day in days.items() if at >= begins), Decimal(0))
        made.append(_outlook(country, series, measured, recent if known else None, share))
    return tuple(sorted(made, key=lambda each: (-each.mean, each.name))[:SHOWN])


def _outlook(name: str, series: Sequence[Mapping[str, Any]], measured: Mapping[str, Measured], recent: Any, share: float = 1.0) -> Outlook:
    weeks = _summed(series)
    low, high = _summed_range(weeks, share)
    single = {row[Forecasts.series_id] for row in series}
    return Outlook(
        name=name,
        mean=math.fsum(week.mean for week in weeks),
        low=low,
        high=high,
        recent=recent,
        measured=measured.get(next(iter(single))) if len(single) == 1 else None,
        weeks=weeks,
    )


def _summed(series: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    """Return one band per period, several series of the same subject added end to end."""
    sums: dict[date, list[float]] = {}
    for row in series:
        values = [row[name] for name in (Forecasts.mean, *QUANTILES)]
        kept = sums.setdefault(row[Forecasts.at], [0.0] * len(values))
        sums[row[Forecasts.at]] = [a + b for a, b in zip(kept, values, strict=True)]
    return tuple(Band(at, *values) for at, values in sorted(sums.items()))


def _products(source: Source, issued: ir.Table, measured: Mapping[str, Measured], window: Window) -> tuple[Outlook, ...]:
    """Return the products of which most units are expected in the next weeks."""
    import ibis

    units = issued.filter(
        (issued[Forecasts.target] == "units") & issued[Forecasts.product_id].notnull() & (issued[Forecasts.horizon] <= WEEKS_AHEAD)
    )
    # Where a product has a series of its own over all countries, that one speaks for it.
    best = units.group_by(Forecasts.product_id).aggregate(
        whole=units[Forecasts.country].isnull().any(), expected=units[Forecasts.mean].sum()
    )
    best = best.order_by([ibis.desc("expected"), Forecasts.product_id]).limit(SHOWN)
    joined = units.inner_join(best, Forecasts.product_id)
    kept = joined.filter(~joined["whole"] | joined[Forecasts.country].isnull())
    series = _by_subject(source, kept, Forecasts.product_id)
    names = _names(source, list(series))
    recent = _recent_units(source, list(series), window)
    made = [(product, _outlook(names.get(product, product), rows, measured, recent.get(product))) for product, rows in series.items()]
    return tuple(each for _, each in sorted(made, key=lambda pair: (-pair[1].mean, pair[0])))


def _names(source: Source, products: list[str]) -> dict[str, str]:
    table = source.read(Products)
    kept = table.filter(table[Products.product_id].isin(products)).select(Products.product_id, Products.product_name)
    return {row[Products.product_id]: row[Products.product_name] for row in source.rows(kept) if row[Products.product_name]}


def _recent_units(source: Source, products: list[str], window: Window) -> dict[str, Decimal]:
    import ibis

    begins = window.last - timedelta(days=7 * WEEKS_AHEAD - 1)
    if begins < window.begins or not products:
        return {}
    trade = source.trade()
    sold = trade.filter(
        (trade[OrderLines.kind_of_line] == SALE) & trade[OrderLines.product_id].isin(products) & (trade[DAY] >= ibis.literal(begins))
    )
    sums = sold.group_by(OrderLines.product_id).aggregate(units=sold[OrderLines.quantity].sum())
    return {row[OrderLines.product_id]: row["units"] for row in source.rows(sums)}
