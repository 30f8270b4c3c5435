"""Moves of what texts say: aspects spoken of worse, themes complained of more."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from moushi.columns import OrderLines, TextMoves, Texts, Themes
from moushi.engine.days import local_day_number, number_of
from moushi.strategy.economics import RECENT_DAYS, sales
from moushi.strategy.expectation import Expectation
from moushi.strategy.moves import Move, Said

if TYPE_CHECKING:
    from moushi.stages import Context

CURRENT_DAYS = 28
"""Texts whose last day is further than this from the last day of orders say nothing of today."""
PARTS = ("all", "product", "country", "channel")
QUOTE_CHARACTERS = 160
_TOKEN = re.compile(r"\[([A-Z_]+):[a-z]{2}_[a-z2-7.]+\]")


def spoken_moves(context: Context, as_of: date) -> list[Move]:
    """Return what texts say of what moved; of a move of all texts and of parts of them, that of all."""
    table = context.read(TextMoves)
    rows = context.engine.to_arrow(table.filter(table[TextMoves.found]).order_by(TextMoves.key())).to_pylist()
    current = [row for row in rows if abs((as_of - row[TextMoves.period_to]).days) <= CURRENT_DAYS]
    chosen: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in current:
        chosen.setdefault((row[TextMoves.dimension], row[TextMoves.subject]), []).append(row)
    widest = [_widest(found) for found in chosen.values()]
    names = _theme_names(context) if widest else {}
    bodies = _bodies(context, widest)
    order_value = _order_value(context, as_of) if widest else None
    return [_move(row, names, bodies, order_value) for row in widest]


def _widest(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the move of most texts; what moved in all of them needs no second decision for a part."""
    return min(rows, key=lambda row: (PARTS.index(row[TextMoves.part]), -row[TextMoves.out_of], row[TextMoves.place]))


def _move(row: Mapping[str, Any], names: Mapping[str, str], bodies: Mapping[str, str], order_value: float | None) -> Move:
    share = row[TextMoves.counted] / row[TextMoves.out_of]
    expectation = Expectation(row[TextMoves.expected], row[TextMoves.low], row[TextMoves.high], row[TextMoves.p_value], 0, "share")
    # More complaints than expected: each stands for a customer who may not order again.
    worth = -row[TextMoves.out_of] * (order_value or 0.0)
    subject, part, place = row[TextMoves.subject], row[TextMoves.part], row[TextMoves.place]
    quotes = tuple(_quote(bodies[text], start, end) for text, start, end in json.loads(row[TextMoves.quotes]) if text in bodies)
    return Move(
        dimension=row[TextMoves.dimension],
        subject=subject if part == "all" else f"{subject}/{part}/{place}",
        first=row[TextMoves.period_from],
        last=row[TextMoves.period_to],
        actual=share,
        expectation=expectation,
        gap_home=(share - expectation.expected) * worth,
        gap_spread=abs(expectation.spread * worth),
        rows=row[TextMoves.out_of],
        tested=row[TextMoves.tested],
        found=True,
        order_value=order_value,
        said=Said(names.get(subject, subject), part, place, quotes),
    )


def _theme_names(context: Context) -> dict[str, str]:
    rows = context.engine.to_arrow(context.read(Themes)).to_pylist()
    return {row[Themes.theme_id]: json.dumps({"zh": row[Themes.name_zh], "en": row[Themes.name_en]}, ensure_ascii=False) for row in rows}


def _bodies(context: Context, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    wanted = sorted({text for row in rows for text, _, _ in json.loads(row[TextMoves.quotes])})
    if not wanted:
        return {}
    texts = context.read(Texts)
    found = context.engine.to_arrow(texts.filter(texts[Texts.text_id].isin(wanted)).select(Texts.text_id, Texts.body)).to_pylist()
    return {row[Texts.text_id]: row[Texts.body] for row in found}


def _quote(body: str, start: int, end: int) -> str:
    """Return the words around a place of a text, masked personal data as what they stand for."""
    middle = (start + min(end, len(body))) // 2
    low = max(0, min(middle - QUOTE_CHARACTERS // 2, len(body) - QUOTE_CHARACTERS))
    said = body[low : low + QUOTE_CHARACTERS]
    # What a cut left of a token stands for nobody.
    said = re.sub(r"^[^\[\]]{0,60}\]|\[[^\[\]]{0,60}$", "", said) if len(body) > QUOTE_CHARACTERS else said
    plain = " ".join(_TOKEN.sub(lambda match: f"[{match[1].lower()}]", said).split())
    return ("…" if low else "") + plain + ("…" if low + QUOTE_CHARACTERS < len(body) else "")


def _order_value(context: Context, as_of: date) -> float | None:
    lines = sales(context.read(OrderLines))
    lines = lines.filter(local_day_number(lines[OrderLines.ordered_at], context.settings) > number_of(as_of) - RECENT_DAYS)
    sums = lines.aggregate(orders=lines[OrderLines.order_id].nunique(), revenue=lines[OrderLines.amount_home].sum())
    found = context.engine.to_arrow(sums)
    orders, revenue = found["orders"][0].as_py(), found["revenue"][0].as_py()
    return float(revenue) / orders if orders and revenue else None
