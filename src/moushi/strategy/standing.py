"""Standing complaints as decisions: what one product or category is complained of clearly more than its peers are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from moushi.chance.shares import highest_by_chance
from moushi.columns import Approvals, Decisions, TextMoves
from moushi.ledger.facts import FactSheet, Witness
from moushi.ledger.looked_into import STANDING
from moushi.ledger.mentions import CATEGORY, OTHERS, PRODUCT
from moushi.strategy.candidates import Candidate, decision_id, interval
from moushi.strategy.demand import generator
from moushi.strategy.economics import Economics
from moushi.strategy.investigate import margin_of, sample_value, source_of
from moushi.strategy.moves import Move
from moushi.strategy.told import OrderValue, order_value, quotes_of, theme_names

if TYPE_CHECKING:
    from moushi.stages import Context

MODEL = "peers 1"
CURRENT_DAYS = 91
"""Texts whose last day is further than this from the data's last day do not show what stands today."""
JUDGED_DAYS = 91
"""What has stood for long is not gone in a month, and has to be written about again."""
YEAR_DAYS = 365
"""Texts without dates are taken to be those of a year."""

Row = Mapping[str, Any]


def standing_candidates(context: Context, as_of: date, economics: Economics, moves: Sequence[Move]) -> list[Candidate]:
    """Return the standing complaints that are worth looking into, as decisions.

    Left out are those of a product or category that already has a decision
    because the same moved of late, and those that somebody decided on before
    and whose outcome is still open.

    Parameters
    ----------
    moves : what moved, of sales and texts
    """
    rows = _nested(_current(context, as_of))
    taken = {f"{move.dimension}/{move.subject}" for move in moves if move.found} | (_decided(context, as_of) if rows else set())
    rows = [row for row in rows if _subject(row) not in taken]
    if not rows:
        return []
    maker = _Maker(context, as_of, economics)
    made = [maker.candidate(row, quotes) for row, quotes in zip(rows, quotes_of(context, rows), strict=True)]
    return [candidate for candidate in made if candidate is not None]


def _current(context: Context, as_of: date) -> list[Row]:
    table = context.read(TextMoves)
    kept = table.filter(table[TextMoves.found] & (table[TextMoves.against] == OTHERS))
    rows = context.engine.to_arrow(kept.order_by(TextMoves.key())).to_pylist()
    return [row for row in rows if row[TextMoves.period_to] is None or abs((as_of - row[TextMoves.period_to]).days) <= CURRENT_DAYS]


def _nested(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with either a category or those of its products, of the same thing: the one that carries it.

    The category does where what it holds besides these products still stands out.
    """
    products: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        if row[TextMoves.part] == PRODUCT and row[TextMoves.within] is not None:
            products.setdefault(_within(row, row[TextMoves.within]), []).append(row)
    gone: list[Row] = []
    for row in rows:
        inner = products.get(_within(row, row[TextMoves.place]), []) if row[TextMoves.part] == CATEGORY else []
        if inner:
            gone += inner if _carries(row, inner) else [row]
    return [row for row in rows if row not in gone]


def _within(row: Row, category: str) -> tuple[str, str, str]:
    return row[TextMoves.dimension], row[TextMoves.subject], category


def _carries(category: Row, products: Sequence[Row]) -> bool:
    counted, out_of = (category[name] - sum(row[name] for row in products) for name in (TextMoves.counted, TextMoves.out_of))
    if out_of <= 0:
        return False
    share: float = counted / out_of
    return share > highest_by_chance(category[TextMoves.expected], category[TextMoves.compared], out_of)


def _decided(context: Context, as_of: date) -> set[str]:
    """Return subjects of standing complaints of another day that somebody decided on and that are not judged yet."""
    decisions, approvals = context.read(Decisions), context.read(Approvals)
    # Only of other days: the decisions of this day must not depend on what was said of them meanwhile.
    still = (decisions[Decisions.as_of] != as_of) & (decisions[Decisions.judged_on] > as_of)
    still &= decisions[Decisions.kind_of_decision] == "investigate"
    rows = context.engine.to_arrow(decisions.filter(still).semi_join(approvals, Decisions.decision_id)).to_pylist()
    return {row[Decisions.subject] for row in rows if FactSheet.load(row[Decisions.facts]).variant.endswith(STANDING)}


def _subject(row: Row) -> str:
    return "/".join(row[name] for name in (TextMoves.dimension, TextMoves.subject, TextMoves.part, TextMoves.place))


class _Maker:
    """Makes decisions of rows; holds what all of them need."""

    def __init__(self, context: Context, as_of: date, economics: Economics) -> None:
        self.settings = context.settings
        self.as_of = as_of
        self.economics = economics
        self.names = theme_names(context)
        self.order = order_value(context, as_of)

    def candidate(self, row: Row, quotes: Sequence[str]) -> Candidate | None:
        """Return the decision to look into a complaint; None where it is not worth the cost of looking."""
        settings, cost = self.settings, self.settings.number("investigation_cost")
        # A move of the same product is another decision, with the same subject.
        identifier = decision_id("investigate", f"standing/{_subject(row)}", self.as_of)
        margin = margin_of(row[TextMoves.place] if row[TextMoves.part] == PRODUCT else None, self.economics)
        excess = row[TextMoves.counted] - row[TextMoves.out_of] * row[TextMoves.expected]
        spread = (row[TextMoves.high] - row[TextMoves.low]) / 3.29 * row[TextMoves.out_of]
        gains = sample_value(
            (excess * self.order.value, spread * self.order.value),
            margin,
            settings.number("investigation_recovery"),
            generator(settings.count("seed"), identifier),
        )
        mean, low, high = interval(gains - cost)
        if mean <= 0:
            return None
        return Candidate(
            kind="investigate",
            subject=_subject(row),
            decision_id=identifier,
            as_of=self.as_of,
            facts=self._facts(row, quotes, excess, margin),
            value=mean,
            low=low,
            high=high,
            cost=cost,
            judged_by="above_peers",
            judged_on=self.as_of + timedelta(days=JUDGED_DAYS),
            model=MODEL,
        )

    def _facts(self, row: Row, quotes: Sequence[str], excess: float, margin: float) -> FactSheet:
        dimension, subject = row[TextMoves.dimension], row[TextMoves.subject]
        sheet = FactSheet(variant=f"{dimension}{STANDING}")
        _witnesses(sheet, row, self.order, self._knows_cost(row))
        sheet.add(dimension, self.names.get(subject, subject), "names" if dimension == "theme" else "aspect", "actual")
        self._place(sheet, row)
        sheet.add("actual", row[TextMoves.counted] / row[TextMoves.out_of], "share", "actual")
        sheet.add("mentions", row[TextMoves.out_of], "count", "actual")
        for name in (TextMoves.expected, TextMoves.low, TextMoves.high):
            sheet.add(name, row[name], "share", "expected")
        sheet.add("peers", row[TextMoves.compared], "count", "expected")
        first, last = row[TextMoves.period_from], row[TextMoves.period_to]
        sheet.add("period_from", first, "day", "actual")
        sheet.add("period_to", last, "day", "actual")
        sheet.add("assumed_days", None if first else YEAR_DAYS, "count", "lasting")
        sheet.add("lasting_days", (last - first).days + 1 if first else YEAR_DAYS, "count", "lasting")
        sheet.add("excess", excess, "count", "excess")
        sheet.add("gap", excess * self.order.value, "money", "gap")
        self.order.tell(sheet, "order")
        sheet.add("margin_rate", margin, "share", "margin")
        sheet.add("recovery", self.settings.number("investigation_recovery"), "share", "recovery")
        sheet.add("looked_at", row[TextMoves.tested], "count", "looked")
        sheet.add("false_rate", self.settings.number("false_discovery_rate"), "share", "rate")
        for place, quote in enumerate(quotes, start=1):
            sheet.add(f"quote_{place}", quote, "text", "actual")
        return sheet

    def _place(self, sheet: FactSheet, row: Row) -> None:
        """Say where it is, and who the peers are: facts whose presence chooses the sentences."""
        place, within = row[TextMoves.place], row[TextMoves.within]
        if row[TextMoves.part] == CATEGORY:
            sheet.add("in_category", place, "text", "actual")
            return
        sheet.add("in_product", self.economics.name(place), "text", "actual")
        sheet.add("within", within, "text", "expected")
        sheet.add("other_products", None if within is not None else row[TextMoves.compared], "count", "expected")

    def _knows_cost(self, row: Row) -> bool:
        if row[TextMoves.part] == PRODUCT:
            return self.economics.knows_cost(row[TextMoves.place])
        return self.economics.measured_share > 0.5


def _witnesses(sheet: FactSheet, row: Row, order: OrderValue, knows_cost: bool) -> None:
    source = source_of(row[TextMoves.dimension])
    first, last = (None if day is None else day.isoformat() for day in (row[TextMoves.period_from], row[TextMoves.period_to]))
    about = f"{row[TextMoves.dimension]}={row[TextMoves.subject]}"
    kept = f"{about}, {row[TextMoves.part]}={row[TextMoves.place]}"
    sheet.witness("actual", Witness("negative_share", source, row[TextMoves.out_of], first, last, kept))
    among = about if row[TextMoves.within] is None else f"{about}, {CATEGORY}={row[TextMoves.within]}"
    sheet.witness("expected", Witness("negative_share_elsewhere", source, row[TextMoves.compared], first, last, among))
    sheet.witness("excess", Witness("excess_complaints", source, row[TextMoves.out_of], first, last, kept))
    sheet.witness("gap", Witness("excess_value", source, row[TextMoves.out_of], first, last, kept))
    sheet.witness("order", order.witness)
    sheet.witness("margin", Witness("margin_rate", "order_lines+products", setting=None if knows_cost else "gross_margin"))
    sheet.witness("recovery", Witness("recovery", setting="investigation_recovery"))
    sheet.witness("lasting", Witness("lasting", source, None, first, last))
    sheet.witness("looked", Witness("tests", source, row[TextMoves.tested], first, last))
    sheet.witness("rate", Witness("false_discoveries", setting="false_discovery_rate"))
