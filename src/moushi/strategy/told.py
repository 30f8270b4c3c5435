"""What decisions about texts are told with: names of themes, customers' words, and what an order is worth."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from moushi.columns import OrderLines, TextMoves, Texts, Themes
from moushi.engine.days import local_day_number, number_of
from moushi.ledger.facts import FactSheet, Witness
from moushi.strategy.economics import RECENT_DAYS, sales

if TYPE_CHECKING:
    from moushi.stages import Context

QUOTE_CHARACTERS = 160
_TOKEN = re.compile(r"\[([A-Z_]+):[a-z]{2}_[a-z2-7.]+\]")


@dataclass(frozen=True)
class OrderValue:
    """Mean revenue of an order, workspace currency; assumed where none is known."""

    value: float
    assumed: bool

    @property
    def witness(self) -> Witness:
        """Where it comes from."""
        return Witness("order_value", setting="assumed_order_value") if self.assumed else Witness("order_value", "order_lines")

    def tell(self, sheet: FactSheet, witness: str) -> None:
        """Add it to facts; sentences differ by the name."""
        sheet.add("order_value_assumed" if self.assumed else "order_value", self.value, "money", witness)


def order_value(context: Context, as_of: date) -> OrderValue:
    """Return what an order of the last quarter brought, or what the settings assume."""
    lines = sales(context.read(OrderLines))
    lines = lines.filter(local_day_number(lines[OrderLines.ordered_at], context.settings) > number_of(as_of) - RECENT_DAYS)
    sums = lines.aggregate(orders=lines[OrderLines.order_id].nunique(), revenue=lines[OrderLines.amount_home].sum())
    found = context.engine.to_arrow(sums)
    orders, revenue = found["orders"][0].as_py(), found["revenue"][0].as_py()
    if orders and revenue:
        return OrderValue(float(revenue) / orders, assumed=False)
    return OrderValue(context.settings.number("assumed_order_value"), assumed=True)


def theme_names(context: Context) -> dict[str, str]:
    """Return the names of themes in both languages, as JSON."""
    rows = context.engine.to_arrow(context.read(Themes)).to_pylist()
    return {row[Themes.theme_id]: json.dumps({"zh": row[Themes.name_zh], "en": row[Themes.name_en]}, ensure_ascii=False) for row in rows}


def quotes_of(context: Context, rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return the quotes of each row of `TextMoves`, personal data masked."""
    places = [json.loads(row[TextMoves.quotes]) for row in rows]
    bodies = _bodies(context, sorted({text for place in places for text, _, _ in place}))
    return [tuple(_quote(bodies[text], start, end) for text, start, end in place if text in bodies) for place in places]


def _bodies(context: Context, wanted: Sequence[str]) -> dict[str, str]:
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
