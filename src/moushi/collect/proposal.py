"""Proposes what a file is: which table its rows are, which others it fills besides, and how each column is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.collect import relations
from moushi.collect.assignment import Assigner, Slot, Slots
from moushi.collect.evidence import Sample
from moushi.collect.mapping import Mapping as FileMapping
from moushi.collect.result import Choice, Note, Proposal
from moushi.collect.rules import RuleMaker
from moushi.collect.shapes import CHANGING, SHAPES, TELLING, Shape
from moushi.collect.vocabulary import Vocabulary, vocabulary
from moushi.columns import Customers, OrderLines, Orders, Products, Rates
from moushi.schema import Personal, Table

if TYPE_CHECKING:
    from moushi.collect.contracts import Contracts
    from moushi.collect.source import RawTable
    from moushi.settings import Settings
    from moushi.trust.shield import Shield

_UNIQUE = 0.95
_LEAST_CHOICE = 0.3
_SHOWN_CHOICES = 3
_SHOWN_VALUES = 3
_PERSONAL_VALUES = 200
_BY_RELATION = 0.8
_PLAIN = 0.9
_SURE = 0.65


@dataclass(frozen=True)
class Candidate:
    """A table that a file's rows might be: its slots, its confidence, what it lacks."""

    shape: Shape
    slots: Slots
    confidence: float
    missing: tuple[str, ...]

    @property
    def name(self) -> str:
        """The table's name."""
        return self.shape.table.name


def propose(raw: RawTable, settings: Settings, contracts: Contracts, shield: Shield, *, table: str | None = None) -> Proposal:
    """Propose a mapping of a file's columns.

    Parameters
    ----------
    raw : the file; its first rows are read, and more of it where they leave
        the order of day and month open
    contracts : names that are taken
    shield : recognises columns with personal data
    table : name of the table its rows are, where a person said so

    Returns
    -------
    Proposal : its mapping is None where no table has all it needs.  Whether its
        confidence is enough is for the caller to decide
    """
    return Proposer(Sample.of(raw), settings, shield).propose(raw.source_name, contracts, table=table)


class Proposer:
    """Works out a proposal from a sample; the same sample gives the same proposal."""

    def __init__(self, sample: Sample, settings: Settings, shield: Shield) -> None:
        self.sample = sample
        self.settings = settings
        self.words: Vocabulary = vocabulary()
        self.personal: dict[str, Personal | None] = {
            name: shield.column_kind(name, facts.distinct.slice(0, _PERSONAL_VALUES)) for name, facts in sample.facts.items()
        }
        self.assigner = Assigner(sample, self.words, self.personal)
        self.notes: list[Note] = []

    def propose(self, source_name: str, contracts: Contracts, *, table: str | None) -> Proposal:
        """Return the proposal; see the function of the same name."""
        candidates = self._candidates()
        grain = self._choose(candidates, table)
        mapping = None if grain is None else self._mapping(grain, contracts.free_name(grain.name), by_person=table is not None)
        used = set(mapping.sources()) if mapping is not None else set()
        unused = tuple(name for name, facts in self.sample.facts.items() if name not in used and len(facts.known))
        personal = tuple(name for name in unused if self.personal[name] is not None)
        self._note_unused(mapping, unused, personal)
        return Proposal(
            source_name=source_name,
            columns=tuple(self.sample.facts),
            mapping=mapping,
            choices=self._choices(candidates, grain, mapping, table),
            unused=unused,
            personal=personal,
            samples={name: self._shown(name) for name in self.sample.facts},
            notes=tuple(self.notes),
        )

    # --- which table ---------------------------------------------------------

    def _candidates(self) -> list[Candidate]:
        return [self._candidate(shape) for shape in SHAPES.values()]

    def _candidate(self, shape: Shape) -> Candidate:
        slots = self.assigner.assign(shape.table)
        if shape.table is OrderLines:
            slots = self._order_lines(slots)
        elif shape.table is Customers:
            slots = self._with_account(slots)
        elif shape.table is Rates and Rates.home_currency not in slots and self.settings["currency"]:
            slots = slots | {Rates.home_currency: Slot(Rates.home_currency, (), 1.0)}
        scores = [max((slots[column].score for column in shape.filled(group, slots)), default=0.0) for group in shape.groups]
        lacking = sum(column not in slots for column in shape.expected)
        weak = sum(0 < score < _SURE for score in scores)
        confidence = sum(scores) / len(scores) * 0.95**lacking * 0.9**weak
        return Candidate(shape, slots, confidence, shape.missing(slots))

    def _order_lines(self, slots: Slots) -> Slots:
        slots = self._with_account(dict(slots))
        self._by_product(slots)
        self._price_or_amount(slots)
        if OrderLines.product_id not in slots:
            # Shops without codes are known by their titles.
            named = self.assigner.assign(Products).get(Products.product_name)
            if named is not None and not self._taken(slots, named.sources):
                slots[OrderLines.product_id] = Slot(OrderLines.product_id, named.sources, 0.7 * named.score)
        self._line_number(slots)
        return slots

    def _with_account(self, slots: Slots) -> Slots:
        """Where no account is named, the e-mail address or telephone number is the account."""
        if Customers.customer_id in slots and slots[Customers.customer_id].score >= _SURE:
            return slots
        contacts = self.assigner.assign(Customers)
        for column in (Customers.email, Customers.phone):
            if column in contacts:
                found = Slot(Customers.customer_id, contacts[column].sources, 0.7 * contacts[column].score)
                return slots | {Customers.customer_id: found}
        return slots

    def _by_product(self, slots: Slots) -> None:
        """Fill what headers did not tell: quantity times price is the amount."""
        wanted = (OrderLines.quantity, OrderLines.unit_price, OrderLines.amount)
        if OrderLines.quantity in slots and (OrderLines.unit_price in slots or OrderLines.amount in slots):
            return
        if OrderLines.order_id not in slots or slots[OrderLines.order_id].score < _BY_RELATION:
            return
        found = relations.find_product(self.sample)
        if found is None or any(not self._free(slots, source, column) for source, column in zip(found, wanted, strict=True)):
            return
        for source, column in zip(found, wanted, strict=True):
            slots.setdefault(column, Slot(column, (source,), _BY_RELATION))

    def _free(self, slots: Slots, source: str, column: str) -> bool:
        if column in slots:
            return slots[column].sources == (source,)
        return not self._taken(slots, (source,)) and not self.words.is_ignored(source)

    @staticmethod
    def _taken(slots: Slots, sources: Iterable[str]) -> bool:
        return any(set(sources) & set(slot.sources) for slot in slots.values())

    def _price_or_amount(self, slots: Slots) -> None:
        """Tell money per unit from money per line by how it grows with the quantity, where only one of both is there."""
        money = [column for column in (OrderLines.unit_price, OrderLines.amount) if column in slots]
        if len(money) != 1 or OrderLines.quantity not in slots or OrderLines.product_id not in slots:
            return
        slot = slots[money[0]]
        product, quantity = (slots[column].sources[0] for column in (OrderLines.product_id, OrderLines.quantity))
        role = relations.money_role(self.sample, product, quantity, slot.sources[0])
        column = {"unit": OrderLines.unit_price, "line": OrderLines.amount, None: money[0]}[role]
        if column != money[0] and any(each.column == column for each in self.words.meanings(slot.sources[0], OrderLines.name)):
            del slots[money[0]]
            slots[column] = replace(slot, column=column)

    def _line_number(self, slots: Slots) -> None:
        if OrderLines.order_id not in slots:
            return
        order = slots[OrderLines.order_id].sources[0]
        line = slots.get(OrderLines.line_id)
        if line is not None and not relations.numbers_lines(self.sample, order, line.sources[0]):
            del slots[OrderLines.line_id]
        if line is None:
            free = [name for name in self.sample.facts if not self._taken(slots, (name,)) and not self.words.is_ignored(name)]
            if number := relations.find_line_number(self.sample, order, free):
                slots[OrderLines.line_id] = Slot(OrderLines.line_id, (number,), 0.7)

    def _choose(self, candidates: list[Candidate], table: str | None) -> Candidate | None:
        whole = [each for each in candidates if not each.missing and (table == each.name or (table is None and self._is_grain(each)))]
        lines = [each for each in whole if each.name == OrderLines.name and self._is_order_line(each.slots)]
        return max(lines or whole, key=lambda each: (round(self._weight(each), 6), each.confidence), default=None)

    @staticmethod
    def _is_order_line(slots: Slots) -> bool:
        """Tell whether products are ordered here: an order file is that even if other tables explain as much of it."""
        named = slots[OrderLines.order_id].score >= _BY_RELATION or OrderLines.quantity in slots
        return OrderLines.product_id in slots and named

    def _is_grain(self, candidate: Candidate) -> bool:
        """Tell whether rows are as often unique as rows of that table must be."""
        keys = [source for column in candidate.shape.unique for source in candidate.slots[column].sources]
        return not keys or self.sample.distinct_share(keys) >= _UNIQUE

    def _weight(self, candidate: Candidate) -> float:
        """Measure how much of the file a table explains."""
        return sum(slot.score for slot in candidate.slots.values() if slot.sources)

    # --- the mapping ---------------------------------------------------------

    def _mapping(self, grain: Candidate, name: str, *, by_person: bool) -> FileMapping:
        tables = {grain.name: self._without_order_total(grain)}
        for other in grain.shape.besides:
            if slots := self._besides(grain, other):
                tables[other.name] = slots
        maker = RuleMaker(self.sample, self.settings, self.words)
        rules = {table: maker.rules(table, slots) for table, slots in tables.items()}
        self.notes += maker.notes
        used = {source for slots in tables.values() for slot in slots.values() for source in slot.sources}
        useful = [source for source, facts in self.sample.facts.items() if len(facts.known) and not self.words.is_ignored(source)]
        coverage = len(used) / max(len(used | set(useful)), 1)
        confidence = min(grain.confidence, 1.0) * (0.85 + 0.15 * coverage) * (0.4 + 0.6 * self._explained(used))
        columns = tuple(self.sample.facts)
        return FileMapping(name, grain.name, columns, rules, round(confidence, 3), "person" if by_person else "moushi")

    def _explained(self, used: set[str]) -> float:
        """Return, of the columns whose header plainly means something, the share that is used.

        An order file is no stock list, although it has products, dates and
        quantities: its order and customer numbers would be left over.
        """
        plain = {source for source in self.sample.facts if any(self._plainly(source, table) for table in SHAPES)}
        return len(plain & used) / len(plain) if plain else 1.0

    def _plainly(self, source: str, table: str) -> bool:
        return any(each.score >= _PLAIN for each in self.words.meanings(source, table))

    def _without_order_total(self, grain: Candidate) -> Slots:
        """Leave out an amount that is the order's total, on each of its lines or on the first of them alone."""
        slots = dict(grain.slots)
        needed = (OrderLines.amount, OrderLines.unit_price, OrderLines.quantity, OrderLines.order_id)
        if grain.shape.table is not OrderLines or any(column not in slots or not slots[column].sources for column in needed):
            return slots
        amount, price, quantity, order = (slots[column].sources[0] for column in needed)
        product = slots[OrderLines.product_id].sources[0] if OrderLines.product_id in slots else None
        unlike = relations.product_share(self.sample, quantity, price, amount) < 0.5
        once = self.sample.facts[amount].filled < 0.98 * self.sample.facts[price].filled
        if once or (unlike and relations.repeats_per_order(self.sample, order, amount, product)):
            del slots[OrderLines.amount]
        return slots

    def _besides(self, grain: Candidate, other: type[Table]) -> Slots:
        """Return what the rows tell about another table, once per key."""
        shape = SHAPES[other.name]
        slots = self._candidate(shape).slots
        own = self._without_order_total(grain)
        spoken = {source: column for column, slot in own.items() for source in slot.sources}
        shared = set(shape.table.key()) | {Customers.customer_id}
        kept = {
            column: slot
            for column, slot in slots.items()
            if all(spoken.get(source, column) in (column, Customers.customer_id) or column in shared for source in slot.sources)
            and not (other is Orders and column == Orders.amount and Orders.amount in own)
        }
        kept = {column: slot for column, slot in kept.items() if self._belongs(shape, kept, slot)}
        telling = TELLING.get(other.name)
        if telling is None:
            return {} if shape.missing(kept) else kept
        return kept if set(shape.table.key()) <= set(kept) and set(telling) & set(kept) else {}

    def _belongs(self, shape: Shape, slots: Slots, slot: Slot) -> bool:
        """Tell whether a column says something of the other table's key, and not of the row."""
        keys = [slots[key] for key in shape.table.key() if key in slots]
        if not keys or slot in keys or slot.column in CHANGING or shape.table.columns()[slot.column].personal is not None:
            return True
        key = keys[0].sources[0]
        return all(self.sample.depends(key, source) >= 0.8 for source in slot.sources)

    def _note_unused(self, mapping: FileMapping | None, unused: tuple[str, ...], personal: tuple[str, ...]) -> None:
        if mapping is None:
            return
        if plain := [name for name in unused if name not in personal]:
            self.notes.append(Note("unused", {"columns": ", ".join(plain)}))
        if personal:
            self.notes.append(Note("personal_unused", {"columns": ", ".join(personal)}))

    def _shown(self, name: str) -> tuple[str, ...]:
        """Return a few values of a column, none of them personal."""
        if self.personal[name] is not None:
            return ()
        values: pa.Array = self.sample.facts[name].distinct.slice(0, _SHOWN_VALUES)
        return tuple(value[:60] for value in values.to_pylist())

    def _choices(
        self, candidates: list[Candidate], grain: Candidate | None, mapping: FileMapping | None, table: str | None
    ) -> tuple[Choice, ...]:
        """Return the tables considered, best first; the one that was chosen, or asked for, always."""
        listed = []
        for each in candidates:
            confidence = each.confidence
            if mapping is not None and each is grain:
                confidence = mapping.confidence
            elif not each.missing and each.shape.unique:
                # Rows that repeat its key make a table less likely, however well its columns fit.
                confidence *= self.sample.distinct_share(source for name in each.shape.unique for source in each.slots[name].sources)
            listed.append(Choice(each.name, round(confidence, 3), each.missing))
        chosen = table or (grain.name if grain is not None else None)
        ranked = sorted(listed, key=lambda each: (each.table != chosen, -each.confidence, len(each.missing), each.table))
        kept = [each for each in ranked if each.confidence >= _LEAST_CHOICE or each.table == chosen]
        return tuple(kept[:_SHOWN_CHOICES])
