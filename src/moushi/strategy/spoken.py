"""Moves of what texts say: aspects spoken of worse, themes complained of more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from moushi.columns import TextMoves
from moushi.ledger.mentions import BEFORE
from moushi.strategy.expectation import Expectation
from moushi.strategy.moves import Move, Said
from moushi.strategy.told import OrderValue, order_value, quotes_of, theme_names

if TYPE_CHECKING:
    from moushi.stages import Context

CURRENT_DAYS = 28
"""Texts whose last day is further than this from the last day of orders say nothing of today."""
PARTS = ("all", "product", "country", "channel")


def spoken_moves(context: Context, as_of: date) -> list[Move]:
    """Return what texts say of what moved; of a move of all texts and of parts of them, that of all."""
    table = context.read(TextMoves)
    moved = table.filter(table[TextMoves.found] & (table[TextMoves.against] == BEFORE))
    rows = context.engine.to_arrow(moved.order_by(TextMoves.key())).to_pylist()
    current = [row for row in rows if abs((as_of - row[TextMoves.period_to]).days) <= CURRENT_DAYS]
    chosen: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in current:
        chosen.setdefault((row[TextMoves.dimension], row[TextMoves.subject]), []).append(row)
    widest = [_widest(found) for found in chosen.values()]
    if not widest:
        return []
    names = theme_names(context)
    worth = order_value(context, as_of)
    return [_move(row, names, quotes, worth) for row, quotes in zip(widest, quotes_of(context, widest), strict=True)]


def _widest(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the move of most texts; what moved in all of them needs no second decision for a part."""
    return min(rows, key=lambda row: (PARTS.index(row[TextMoves.part]), -row[TextMoves.out_of], row[TextMoves.place]))


def _move(row: Mapping[str, Any], names: Mapping[str, str], quotes: tuple[str, ...], order: OrderValue) -> Move:
    share = row[TextMoves.counted] / row[TextMoves.out_of]
    expectation = Expectation(row[TextMoves.expected], row[TextMoves.low], row[TextMoves.high], row[TextMoves.p_value], 0, "share")
    # More complaints than expected: each stands for a customer who may not order again.
    worth = -row[TextMoves.out_of] * order.value
    subject, part, place = row[TextMoves.subject], row[TextMoves.part], row[TextMoves.place]
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
        order_value=order,
        said=Said(names.get(subject, subject), part, place, quotes),
    )
