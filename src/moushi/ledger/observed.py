"""What happened in the periods that forecasts were about."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.columns import Forecasts, OrderLines, Settlements, Sources, Stock, Texts
from moushi.engine.days import day_of, local_day_number, number_of

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from moushi.stages import Context

YEAR_WEEKS = 52
COMPARED_DAYS = 60
LATER_SHARE = 0.9
ALL = ""
EXACT = "decimal(38,4)"


@dataclass(frozen=True)
class Observed:
    """First and last day with trade, and the last that is over, in the shop's time zone.

    The last day is taken as not over when its last order came earlier than on
    nine in ten of the days before: then the data were taken in the middle of it.
    """

    first: date
    last: date
    whole_until: date


def observed_days(context: Context) -> Observed | None:
    """Return the days that the order lines cover; None without lines."""
    lines = context.read(OrderLines)
    lines = lines.mutate(day=local_day_number(lines[OrderLines.ordered_at], context.settings))
    closing = lines.group_by("day").aggregate(at=lines[OrderLines.ordered_at].max())
    days = context.engine.to_arrow(closing.order_by("day"))
    if not days.num_rows:
        return None
    first, last = (day_of(days["day"][place].as_py()) for place in (0, -1))
    clock = [at.astimezone(context.settings.zone).time() for at in days["at"].to_pylist()[-COMPARED_DAYS - 1 :]]
    early = len(clock) > COMPARED_DAYS // 2 and sum(at > clock[-1] for at in clock[:-1]) > LATER_SHARE * (len(clock) - 1)
    return Observed(first, last, last - timedelta(days=1) if early else last)


def text_day(context: Context) -> date | None:
    """Return the last day that texts tell of, for a workspace without orders; None without texts.

    Where most texts have no dates that is the day on which the newest file was added.
    """
    texts, sources = context.read(Texts), context.read(Sources)
    row = texts.aggregate(last=texts[Texts.written_at].max(), dated=texts[Texts.written_at].count(), texts=texts.count())
    found = context.engine.to_arrow(row).to_pylist()[0]
    last = found["last"]
    if found["texts"] and 2 * found["dated"] < found["texts"]:
        loaded = sources.filter(sources[Sources.status] == "loaded")
        last = context.engine.to_arrow(loaded.aggregate(last=loaded[Sources.loaded_at].max()))["last"][0].as_py()
    return None if last is None else last.astimezone(context.settings.zone).date()


def open_periods(context: Context, observed: Observed) -> pa.Table:
    """Return whole forecast periods that have passed, of claims not yet settled to their end.

    Returns
    -------
    Columns of `forecasts`, in the order of claim and time, with `claim_id`,
    `days`, `first` and `last` (day numbers of the period), `end` (of the whole
    claim) and `naive_first` (where the seasonal naive looks:
    the same weekday of the last known week; for weeks the same week of the year
    before where two years are known, else the last known week)
    """
    import ibis

    forecasts, settled = context.read(Forecasts), context.read(Settlements)
    forecasts = forecasts.filter(forecasts[Forecasts.as_of] < observed.whole_until)
    days = ibis.cases((forecasts[Forecasts.frequency] == "week", 7), else_=1).cast("int64")
    first = forecasts[Forecasts.at].epoch_days().cast("int64")
    known = forecasts[Forecasts.as_of].epoch_days().cast("int64")
    rows = forecasts.mutate(days=days, first=first, last=first + days - 1, known=known)
    claims = [Forecasts.issue_id, Forecasts.series_id]
    rows = rows.group_by(claims).mutate(end=rows["last"].max())
    ahead = ((rows["last"] - rows["known"]) / 7.0).ceil().cast("int64")
    long = (rows["days"] == 7) & (rows["known"] - number_of(observed.first) + 1 >= 2 * 7 * YEAR_WEEKS)
    back = ibis.cases((long, 7 * YEAR_WEEKS), else_=7 * ahead)
    rows = rows.mutate(naive_first=rows["first"] - back)
    rows = rows.filter((rows["last"] <= number_of(observed.whole_until)) & (rows["first"] > rows["known"]))
    done = settled.filter(settled[Settlements.claim] == "forecast").select(
        Settlements.claim_id, settled_on=settled[Settlements.settled_on].epoch_days()
    )
    rows = rows.mutate(claim_id=rows[Forecasts.issue_id] + "/" + rows[Forecasts.series_id])
    joined = rows.left_join(done, Settlements.claim_id)
    kept = joined.filter(joined["settled_on"].isnull() | (joined["settled_on"] < joined["end"]))
    return context.engine.to_arrow(kept.select(*rows.columns).order_by("claim_id", "first"))


def outcomes(context: Context, periods: pa.Table, observed: Observed) -> pa.Table:
    """Return the periods with their outcome: columns `actual`, `naive` (nan where it looks before the data) and `censored`."""
    actual, naive = (_sums(context, periods, begin) for begin in ("first", "naive_first"))
    naive = np.where(periods["naive_first"].to_numpy() < number_of(observed.first), np.nan, naive)
    result = periods.append_column("actual", pa.array(actual)).append_column("naive", pa.array(naive))
    return result.append_column("censored", pa.array(_censored(context, periods)))


def _sums(context: Context, periods: pa.Table, begin: str) -> NDArray[np.float64]:
    """Return what was sold in each period, or in the one of the same length from `begin` on."""
    days = periods["days"].to_numpy()
    row = np.repeat(np.arange(len(days)), days)
    within = np.arange(len(row)) - np.repeat(np.cumsum(days) - days, days)
    wanted = pa.table(
        {
            "row": row,
            "day": periods[begin].to_numpy()[row] + within,
            "units": np.asarray(pc.equal(periods[Forecasts.target], "units"))[row],
            "product": pc.fill_null(periods[Forecasts.product_id], ALL).take(row),
            "place": pc.fill_null(periods[Forecasts.country], ALL).take(row),
        }
    )
    asked = context.engine.from_arrow(wanted)
    sold = _sold(context, periods, int(wanted["day"].to_numpy().min()))
    found = asked.inner_join(sold, ["day", "product", "place"])
    # Summed as decimals: the sum of floats would depend on the order of threads.
    exact = found["units"].ifelse(found["sold"].cast(EXACT), found["revenue"].cast(EXACT))
    sums = context.engine.to_arrow(found.group_by("row").aggregate(value=exact.sum().cast("float64")))
    values = np.zeros(len(days))
    values[sums["row"].to_numpy()] = sums["value"].to_numpy()
    return values


def _sold(context: Context, periods: pa.Table, low: int) -> ir.Table:
    """Return daily units and revenue at the grains that the periods have; `ALL` stands for all products or countries."""
    import ibis

    lines = context.read(OrderLines)
    day = local_day_number(lines[OrderLines.ordered_at], context.settings).cast("int64")
    lines = lines.filter((lines[OrderLines.kind_of_line] == "sale") & (day >= low)).mutate(day=day)
    grains = sorted(
        set(zip(pc.is_valid(periods[Forecasts.product_id]).to_pylist(), pc.is_valid(periods[Forecasts.country]).to_pylist(), strict=True))
    )
    parts = []
    for by_product, by_country in grains:
        named = lines.mutate(
            product=lines[OrderLines.product_id] if by_product else ibis.literal(ALL),
            place=lines[OrderLines.country] if by_country else ibis.literal(ALL),
        )
        known = named.filter(named["product"].notnull() & named["place"].notnull())
        parts.append(
            known.group_by("day", "product", "place").aggregate(
                sold=known[OrderLines.quantity].sum(), revenue=known[OrderLines.amount_home].sum()
            )
        )
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _censored(context: Context, periods: pa.Table) -> list[bool]:
    """Say in which periods a product's stock was out: what was sold then is not what was wanted."""
    empty: dict[str, list[int]] = {}
    for row in context.engine.to_arrow(_days_out(context).order_by("product", "day")).to_pylist():
        empty.setdefault(row["product"], []).append(row["day"])
    columns = (periods[name].to_pylist() for name in (Forecasts.target, Forecasts.product_id, "first", "last"))
    return [
        target == "units" and bisect_left(days := empty.get(product, []), first) < bisect_right(days, last)
        for target, product, first, last in zip(*columns, strict=True)
    ]


def _days_out(context: Context) -> ir.Table:
    """Return products and days on which no place had any stock."""
    stock = context.read(Stock)
    daily = stock.group_by(Stock.product_id, Stock.day).aggregate(held=stock[Stock.on_hand].sum())
    daily = daily.filter(daily["held"] <= 0)
    return daily.select(product=daily[Stock.product_id], day=daily[Stock.day].epoch_days().cast("int64"))
