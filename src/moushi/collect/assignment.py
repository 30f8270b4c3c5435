"""Which source column fills which column of one table: headers first, values confirm or deny."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.evidence import ColumnFacts, Sample
from moushi.collect.vocabulary import Vocabulary
from moushi.collect.words import is_word_column, parse_words
from moushi.columns import AdSpend, Customers, Leads, LeadTouches, OrderLines, Orders, Prices, Products, Promotions, Stock, Supply, Texts
from moushi.schema import Column, Personal, Table

READ = 0.8
"""Least share of a column's values that must be readable; under it a load would break off anyway."""

_IDENTIFIERS = frozenset(
    (
        *(OrderLines.order_id, OrderLines.product_id, OrderLines.customer_id, OrderLines.line_id, Customers.person_id),
        *(Leads.lead_id, Texts.text_id, Texts.thread_id, Promotions.promotion_id),
    )
)
_NAMES = frozenset(
    (
        *(Customers.customer_name, Products.product_name, Products.brand, Products.category),
        *(Supply.supplier, Leads.company, Leads.industry),
    )
)
_MAY_BE_NUMBERS = frozenset((OrderLines.status, OrderLines.channel, Customers.segment, Texts.label, AdSpend.campaign_id, Stock.place))
_LONG = frozenset((Products.description, LeadTouches.note, Texts.title, Customers.address))
_BY_VALUE: dict[Personal, tuple[str, float]] = {
    "email": (Customers.email, 0.8),
    "phone": (Customers.phone, 0.7),
    "national_id": (Customers.national_id, 0.7),
    "address": (Customers.address, 0.7),
    "name": (Customers.customer_name, 0.7),
    "account": (Customers.customer_id, 0.6),
    "free_text": (Texts.body, 0.55),
}
_MAIN_DATES = (OrderLines.ordered_at, Texts.written_at, Stock.day, Prices.valid_from, Customers.created_at)
_SILENT = re.compile(r"(?:column|col|field|unnamed|字段|列)?[ _:]*\w{0,2}\d*")
_CLOCK = r"^\d{1,2}:\d{2}(:\d{2})?"


@dataclass(frozen=True)
class Slot:
    """Source columns that fill a column, with how sure that is, 0 to 1."""

    column: str
    sources: tuple[str, ...]
    score: float


Slots = dict[str, Slot]


class Assigner:
    """Assigns a file's columns to tables.

    Parameters
    ----------
    sample : the file's first rows
    vocabulary : what headers mean
    personal : header to the kind of personal data the column holds, if any
    """

    def __init__(self, sample: Sample, vocabulary: Vocabulary, personal: Mapping[str, Personal | None]) -> None:
        self.sample = sample
        self.vocabulary = vocabulary
        self.personal = personal

    def assign(self, table: type[Table]) -> Slots:
        """Return the best source of each column of `table`; no source fills two columns of it."""
        taken: Slots = {}
        used: set[str] = set()
        for slot in [*self._joined(table), *self._ranked(table)]:
            if slot.column not in taken and not used & set(slot.sources):
                taken[slot.column] = slot
                used |= set(slot.sources)
        self._short_description(taken)
        return taken

    def _ranked(self, table: type[Table]) -> list[Slot]:
        order = list(table.collected())
        slots = [slot for source in self.sample.facts for slot in self._slots(source, table)]
        place = {source: index for index, source in enumerate(self.sample.facts)}
        return sorted(slots, key=lambda slot: (-slot.score, order.index(slot.column), place[slot.sources[0]]))

    def _slots(self, source: str, table: type[Table]) -> Iterable[Slot]:
        meanings = [(each.column, each.score) for each in self.vocabulary.meanings(source, table.name)]
        if not meanings and not self.vocabulary.is_ignored(source):
            meanings = list(self._by_value(source, table))
        for column, score in meanings:
            fit = self.fit(source, table.collected()[column])
            if fit > 0:
                yield Slot(column, (source,), score * fit)

    def _by_value(self, source: str, table: type[Table]) -> Iterable[tuple[str, float]]:
        """Guess from the values alone; such a guess never outweighs a header."""
        facts = self.sample.facts[source]
        kind = self.personal.get(source)
        if kind is not None:
            column, score = _BY_VALUE.get(kind, ("", 0.0))
            # Whose number is in "Courier mobile"?  Only a header that says nothing leaves it to the values.
            silent = kind in ("account", "free_text") or _SILENT.fullmatch(source.lower()) is not None
            if silent and column in table.collected() and (column != Texts.body or facts.length > 15):
                yield column, score
        elif facts.dates.share > 0.95 and not set(facts.dates.formats) <= {"excel", "seconds", "milliseconds"} and self._only_date(source):
            yield from ((column, 0.5) for column in _MAIN_DATES if column in table.collected())
        elif Texts.body in table.collected() and _is_prose(facts):
            yield Texts.body, 0.45

    def _only_date(self, source: str) -> bool:
        """Tell whether no other column holds dates: one of several may be any of them."""
        others = (facts for name, facts in self.sample.facts.items() if name != source)
        return not any(facts.dates.share > 0.9 for facts in others)

    def _joined(self, table: type[Table]) -> list[Slot]:
        """Find columns that are spread over several: date and time, first and last name, levels of a category."""
        slots = []
        for column in self.vocabulary.parts:
            if column not in table.collected():
                continue
            levels: dict[int, str] = {}
            for source in self.sample.facts:
                part = self.vocabulary.part_of(column, source)
                if part is not None and self._is_part(column, part, source):
                    levels.setdefault(part, source)
            if len(levels) > 1 and 0 in levels:
                slots.append(Slot(column, tuple(levels[part] for part in sorted(levels)), 0.97))
        return slots

    def _is_part(self, column: str, part: int, source: str) -> bool:
        facts = self.sample.facts[source]
        if column != OrderLines.ordered_at:
            return facts.numeric < 0.5
        if part == 0:
            return facts.dates.share >= READ
        return bool(len(facts.distinct)) and pc.mean(pc.match_substring_regex(facts.distinct, _CLOCK).cast(pa.int8())).as_py() >= READ

    def _short_description(self, slots: Slots) -> None:
        """A products file's only description is the name, if it is short."""
        slot = slots.get(Products.description)
        if slot is not None and Products.product_name not in slots and self.sample.facts[slot.sources[0]].length < 60:
            slots[Products.product_name] = replace(slots.pop(Products.description), column=Products.product_name, score=0.9)

    def fit(self, source: str, column: Column) -> float:
        """Return how well a source's values suit a column, 0 (cannot be) to 1."""
        kind = self.personal.get(source)
        if kind not in (None, "free_text") and column.personal is None:
            # Personal data may only land where they are masked.
            return 0.0
        facts = self.sample.facts[source]
        if not len(facts.known):
            return 0.7
        return _FITS.get(str(column.type), _fit_text)(facts, column)


def _is_prose(facts: ColumnFacts) -> bool:
    """Tell whether values are long, of several words or Chinese, and mostly different."""
    if facts.length < 30 or len(facts.distinct) < 0.5 * len(facts.known):
        return False
    return bool(pc.mean(pc.match_substring_regex(facts.distinct, r"\S\s+\S+\s+\S|\p{Han}{8}").cast(pa.int8())).as_py() > 0.8)


def _fit_time(facts: ColumnFacts, _: Column) -> float:
    counted = set(facts.dates.formats) <= {"excel", "seconds", "milliseconds"}
    return 0.0 if facts.dates.share < READ else facts.dates.share * (0.9 if counted else 1.0)


def _fit_number(facts: ColumnFacts, column: Column) -> float:
    if facts.numeric < READ:
        return 0.0
    if column.name == Texts.rating and not (facts.numbers[facts.numbers == facts.numbers].max() <= 100):
        return 0.0
    return facts.numeric


def _fit_flag(facts: ColumnFacts, _: Column) -> float:
    return facts.flags if facts.flags >= READ else 0.0


def _fit_text(facts: ColumnFacts, column: Column) -> float:
    if column.name == OrderLines.currency:
        return facts.currencies if facts.currencies >= READ else 0.0
    if is_word_column(column.name):
        understood = parse_words(facts.distinct, column.name)[1]
        share = float(pc.mean(understood.cast(pa.int8())).as_py())
        return share if share >= READ else 0.0
    if column.name in _IDENTIFIERS:
        return _fit_identifier(facts)
    if column.name == Texts.body:
        return 0.0 if facts.numeric > 0.5 or facts.length < 3 else 1.0
    if facts.numeric > 0.9 and column.name not in _MAY_BE_NUMBERS and column.personal is None:
        return 0.2 if column.name in _NAMES else 0.0
    if facts.length > 150 and column.name not in _LONG:
        return 0.2
    return 1.0


def _fit_identifier(facts: ColumnFacts) -> float:
    if facts.length > 64:
        return 0.2
    fractions = pc.sum(pc.match_substring_regex(facts.distinct, r"^-?\d+[.,]\d*[1-9]\d*$")).as_py() or 0
    if fractions > 0.2 * len(facts.distinct):
        return 0.2
    dated = facts.dates.share > 0.9 and not set(facts.dates.formats) & {"excel", "seconds", "milliseconds"} and facts.numeric < 0.1
    return 0.2 if dated else 1.0


_FITS: Mapping[str, Callable[[ColumnFacts, Column], float]] = {
    str(each.type): fit
    for each, fit in (
        (Orders.columns()[Orders.ordered_at], _fit_time),
        (Orders.columns()[Orders.amount], _fit_number),
        (OrderLines.columns()[OrderLines.quantity], _fit_number),
        (Texts.columns()[Texts.rating], _fit_number),
        (Customers.columns()[Customers.consent_marketing], _fit_flag),
    )
} | {"date32[day]": _fit_time, "int64": _fit_number}
