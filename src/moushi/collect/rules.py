"""Turns assigned columns into rules: how dates, numbers, identifiers and discounts are written."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect import relations
from moushi.collect.assignment import Slot, Slots
from moushi.collect.dates import Written, recognise
from moushi.collect.evidence import Sample
from moushi.collect.mapping import Rule
from moushi.collect.result import Note
from moushi.collect.shapes import SHAPES
from moushi.collect.vocabulary import Vocabulary, currency_of, squashed, words_of
from moushi.columns import AdSpend, OrderLines, Orders, Prices, Products, Rates, Texts
from moushi.schema import Table
from moushi.settings import Settings

_MONEY_COLUMNS = (
    *(OrderLines.amount, OrderLines.unit_price, Products.list_price, Products.unit_cost),
    *(Prices.price, AdSpend.spend, Orders.shipping),
)
_MONTH_FIRST_COUNTRIES = ("US", "PH")


class RuleMaker:
    """Makes the rules of a mapping; notes what a person should know of its decisions."""

    def __init__(self, sample: Sample, settings: Settings, words: Vocabulary) -> None:
        self.sample = sample
        self.settings = settings
        self.words = words
        self.notes: list[Note] = []

    def rules(self, table: str, slots: Slots) -> dict[str, Rule]:
        """Return a table's rules, in the order of its columns."""
        kind = SHAPES[table].table
        made = {column: self._rule(kind, slot, slots) for column, slot in slots.items() if slot.sources}
        made |= {column: rule for column, rule in self._constants(kind, slots).items() if column not in made}
        return {column: made[column] for column in kind.collected() if column in made}

    def _rule(self, table: type[Table], slot: Slot, slots: Slots) -> Rule:
        kind = table.columns()[slot.column].type
        if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
            return Rule(slot.sources, formats=self._formats(slot.sources))
        if pa.types.is_decimal(kind) or pa.types.is_floating(kind) or pa.types.is_integer(kind):
            rate = table is OrderLines and slot.column == OrderLines.discount and self._is_rate(slots)
            return Rule(slot.sources, decimal=self.sample.decimal, rate=rate)
        whole = len(slot.sources) == 1 and self.sample.facts[slot.sources[0]].spreadsheet_whole()
        return Rule(slot.sources, whole=whole)

    def _formats(self, sources: tuple[str, ...]) -> tuple[str, ...]:
        written = self.sample.dates(sources[0]) if len(sources) == 1 else self._joined_dates(sources)
        formats = written.formats
        if written.ambiguous:
            if self.settings["default_country"] in _MONTH_FIRST_COUNTRIES:
                formats = tuple("mdy" if name == "dmy" else name for name in formats)
            self.notes.append(Note("day_or_month", {"column": " + ".join(sources), "format": ", ".join(formats)}))
        # The year first can only be read in one way, so that a re-saved file still fits.
        return tuple(dict.fromkeys((*formats, "ymd")))

    def _joined_dates(self, sources: tuple[str, ...]) -> Written:
        columns = [self.sample.facts[source].values for source in sources]
        return recognise(pc.binary_join_element_wise(*columns, " "))

    def _is_rate(self, slots: Slots) -> bool:
        named = {column: slots[column].sources[0] for column in slots if slots[column].sources}
        found = relations.discount_kind(
            self.sample,
            named[OrderLines.discount],
            quantity=named.get(OrderLines.quantity),
            price=named.get(OrderLines.unit_price),
            amount=named.get(OrderLines.amount),
        )
        code = "discount_rate" if found.rate else "discount_money"
        self.notes.append(Note(code, {"column": named[OrderLines.discount]}))
        return found.rate

    def _constants(self, table: type[Table], slots: Slots) -> Mapping[str, Rule]:
        made = {column: Rule(value=value) for column, value in SHAPES[table.name].constants}
        for slot in slots.values():
            for source in slot.sources:
                facts = self.words.implied.get(squashed(words_of(source)), {})
                made |= {column: Rule(value=value) for column, value in facts.items() if column in table.collected()}
        if table is Texts and Texts.rating in slots:
            made.setdefault(Texts.source_kind, Rule(value="review"))
        if table is Rates and self.settings["currency"]:
            made[Rates.home_currency] = Rule(value=self.settings.text("currency"))
        if OrderLines.currency in table.collected() and (rule := self._currency(table, slots)) is not None:
            made.setdefault(OrderLines.currency, rule)
        return made

    def _currency(self, table: type[Table], slots: Slots) -> Rule | None:
        """Read the currency off a header, "Amount (USD)", or off the amounts themselves, "€ 9.99"."""
        sources = [slots[column].sources[0] for column in _MONEY_COLUMNS if column in slots and slots[column].sources]
        for source in sources:
            if code := currency_of(source):
                return Rule(value=code)
        for source in sources:
            if self.sample.facts[source].signs > 0.5:
                if table is OrderLines:
                    self.notes.append(Note("currency_by_sign", {"column": source}))
                return Rule((source,), sign=True)
        return None
