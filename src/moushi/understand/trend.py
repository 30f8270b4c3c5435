"""How often aspects and themes are spoken of and how badly, week by week, and what changed of late."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.chance.discovery import discoveries
from moushi.chance.shares import Judged, Mentions, judge_share
from moushi.columns import TextMoves, Texts, TextTrends
from moushi.engine.days import day_of
from moushi.ledger.mentions import ASPECT, BEFORE, DAY, POLARITY, THEME, mentions, parted
from moushi.understand.quotes import add_quotes

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

LATE_DAYS = 28
HISTORY_DAYS = 365
KEPT_WEEKS = 104
MOST_PLACES = 50
"""Products, countries or channels with most texts whose weeks are kept."""
BAD = 0.0
"""Polarity under which something is spoken of badly."""
MONDAY = 4
"""Day numbers count from a Thursday: the first Monday is day 4."""

MEASURES = {ASPECT: "negative_share", THEME: "complaint_share"}
"""What is judged: of aspects, how badly they are spoken of; of themes, how many complain of them."""


def trend_rows(context: Context, texts: ir.Table) -> ir.Table:
    """Return the rows of `TextTrends`: the last weeks of all texts and of the busiest products, countries and channels.

    Parameters
    ----------
    texts : counted texts with country and channel; see `moushi.ledger.mentions`
    """
    import ibis

    parts = parted(texts.filter(texts[DAY].notnull()))
    newest = context.engine.to_arrow(parts.aggregate(day=parts[DAY].max()))["day"][0].as_py()
    if newest is None:
        return context.engine.from_arrow(TextTrends.empty())
    parts = parts.filter(parts[DAY] > newest - 7 * KEPT_WEEKS)
    busiest = parts.group_by("part", "place").aggregate(n=parts.count())
    rank = ibis.row_number().over(group_by="part", order_by=[ibis.desc("n"), "place"])
    busiest = busiest.mutate(rank=rank).filter(lambda t: t["rank"] < MOST_PLACES)
    parts = parts.semi_join(busiest, ["part", "place"])
    parts = parts.mutate(week=(parts[DAY] - MONDAY) // 7)
    totals = parts.group_by("part", "place", "week").aggregate(texts=parts.count())
    joined = mentions(context, texts).inner_join(parts, Texts.text_id)
    counted = joined.group_by("dimension", "subject", "part", "place", "week").aggregate(
        mentions=joined.count(), negative=(joined[POLARITY] < BAD).sum()
    )
    found = counted.inner_join(totals, ["part", "place", "week"])
    start = (found["week"] * 7 + MONDAY).cast("int32")
    day = (ibis.literal("1970-01-01").cast("date") + start.as_interval("D")).cast("date")
    return found.mutate(week=day).select(*TextTrends.columns())


def move_rows(context: Context, texts: ir.Table, rate: float) -> pa.Table:
    """Return the rows of `TextMoves` against the year before: every share with enough texts to be judged, and whether it moved.

    Parameters
    ----------
    texts : counted texts with country and channel
    rate : share of what is reported that may be chance, 0 to 1
    """
    parts = parted(texts.filter(texts[DAY].notnull()))
    newest = context.engine.to_arrow(parts.aggregate(day=parts[DAY].max()))["day"][0].as_py()
    if newest is None:
        return TextMoves.empty()
    parts = parts.filter(parts[DAY] > newest - LATE_DAYS - HISTORY_DAYS)
    parts = parts.mutate(late=parts[DAY] > newest - LATE_DAYS)
    judged = [(row, found) for row in _counts(context, texts, parts) if (found := judge_share(_shares(row))) is not None]
    rows: list[dict[str, Any]] = []
    period = (day_of(newest - LATE_DAYS + 1), day_of(newest))
    for kind in sorted({(row["dimension"], row["part"]) for row, _ in judged}):
        family = [pair for pair in judged if (pair[0]["dimension"], pair[0]["part"]) == kind]
        believed = discoveries([found.p_value for _, found in family], rate)
        rows += [_row(row, found, period, (len(family), known)) for (row, found), known in zip(family, believed, strict=True)]
    late = texts.filter(texts[DAY] > newest - LATE_DAYS)
    add_quotes(context, rows, late, parted(late))
    return pa.Table.from_pylist(rows, schema=TextMoves.schema())


def _counts(context: Context, texts: ir.Table, parts: ir.Table) -> list[dict[str, Any]]:
    """Return mentions, late and before, of each subject in each part, with all texts of the part."""
    late = parts["late"]
    totals = parts.group_by("part", "place").aggregate(texts=late.sum(), texts_before=(~late).sum())
    joined = mentions(context, texts).inner_join(parts, Texts.text_id)
    late, bad = joined["late"], joined[POLARITY] < BAD
    counted = joined.group_by("dimension", "subject", "part", "place").aggregate(
        negative=(late & bad).sum(), total=late.sum(), negative_before=(~late & bad).sum(), total_before=(~late).sum()
    )
    found = counted.inner_join(totals, ["part", "place"])
    order = ["dimension", "subject", "part", "place"]
    return context.engine.to_arrow(found.order_by(order)).to_pylist()  # type: ignore[no-any-return]


def _shares(row: Mapping[str, Any]) -> Mentions:
    if MEASURES[row["dimension"]] == "negative_share":
        return Mentions(row["negative"], row["total"], row["negative_before"], row["total_before"])
    return Mentions(row["negative"], row["texts"], row["negative_before"], row["texts_before"])


def _row(row: Mapping[str, Any], found: Judged, period: tuple[date, date], test: tuple[int, bool]) -> dict[str, Any]:
    shares = _shares(row)
    about = {name: row[name] for name in (TextMoves.dimension, TextMoves.subject, TextMoves.part, TextMoves.place)}
    about |= {TextMoves.against: BEFORE, TextMoves.measure: MEASURES[row["dimension"]], TextMoves.within: None}
    moved = test[1] and not found.low <= shares.share <= found.high
    return about | judged_facts(shares, found, period) | {TextMoves.tested: test[0], TextMoves.found: moved}


def judged_facts(shares: Mentions, found: Judged, period: tuple[date, date] | tuple[None, None]) -> dict[str, Any]:
    """Return the columns of `TextMoves` that tell a share, what was expected of it, and of which days."""
    return {
        TextMoves.period_from: period[0],
        TextMoves.period_to: period[1],
        TextMoves.counted: shares.negative,
        TextMoves.out_of: shares.total,
        TextMoves.compared: shares.total_before,
        TextMoves.expected: found.expected,
        TextMoves.low: found.low,
        TextMoves.high: found.high,
        TextMoves.p_value: found.p_value,
    }
