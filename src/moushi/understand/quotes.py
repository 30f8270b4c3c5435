"""Customers' words that show what a share of complaints is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.columns import TextAspects, TextInsights, TextMoves, Texts, TextThemes
from moushi.ledger.mentions import ASPECT, POLARITY, THEME, mentions, united

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.stages import Context

QUOTES = 3
KEY = (TextMoves.dimension, TextMoves.subject, TextMoves.part, TextMoves.place)


def add_quotes(context: Context, rows: Sequence[dict[str, Any]], texts: ir.Table, parts: ir.Table) -> None:
    """Fill in the quotes of rows of `TextMoves`; those where nothing was found have none.

    Parameters
    ----------
    texts : counted texts that may be quoted
    parts : the same texts once for each part they belong to: text_id, part and place
    """
    quotes = _clearest(context, [row for row in rows if row[TextMoves.found]], texts, parts)
    for row in rows:
        row[TextMoves.quotes] = json.dumps(quotes.get(_key(row), []))


def _key(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)


def _clearest(
    context: Context, wanted: Sequence[Mapping[str, Any]], texts: ir.Table, parts: ir.Table
) -> dict[tuple[str, ...], list[tuple[str, int, int]]]:
    """Return the clearest complaints: in texts that complain as a whole, of readable length, most negative, then by text."""
    import ibis

    if not wanted:
        return {}
    asked = context.engine.from_arrow(pa.table({name: [row[name] for row in wanted] for name in KEY}))
    parts = parts.select(Texts.text_id, TextMoves.part, TextMoves.place)
    joined = mentions(context, texts).inner_join(parts, Texts.text_id).inner_join(asked, list(KEY))
    joined = joined.inner_join(texts.select(Texts.text_id, Texts.body), Texts.text_id)
    joined = joined.inner_join(_spans(context), [Texts.text_id, "dimension", "subject"])
    scores = context.read(TextInsights).select(TextInsights.text_id, TextInsights.score)
    joined = joined.left_join(scores, Texts.text_id).drop(f"{Texts.text_id}_right")
    length = joined[Texts.body].length()
    # A text that complains as a whole too is the surer witness; of those, one that reads well is worth more than the loudest.
    sure = [joined[POLARITY] >= 0, joined[TextInsights.score].fill_null(0.0) >= 0]
    rank = ibis.row_number().over(group_by=list(KEY), order_by=[*sure, (length < 12) | (length > 300), joined[POLARITY], Texts.text_id])
    chosen = joined.mutate(rank=rank, end=joined["end"].fill_null(length)).filter(lambda t: t["rank"] < QUOTES)
    found: dict[tuple[str, ...], list[tuple[str, int, int]]] = {}
    for row in context.engine.to_arrow(chosen.order_by([*KEY, "rank"])).to_pylist():
        found.setdefault(_key(row), []).append((row[Texts.text_id], row["start"], row["end"]))
    return found


def _spans(context: Context) -> ir.Table:
    """Return where each text speaks of what: an aspect's words, of a theme the whole text."""
    import ibis

    aspects, themes = context.read(TextAspects), context.read(TextThemes)
    places = aspects.select(
        TextAspects.text_id, dimension=ibis.literal(ASPECT), subject=aspects[TextAspects.aspect], start=aspects["start"], end=aspects["end"]
    )
    whole = themes.select(
        TextThemes.text_id,
        dimension=ibis.literal(THEME),
        subject=themes[TextThemes.theme_id],
        start=ibis.literal(0, "int64"),
        end=ibis.null("int64"),
    )
    return united(places, whole)
