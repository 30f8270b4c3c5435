"""Turns a file's batches into rows of landing tables, and sets aside what cannot be read."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect import lines
from moushi.collect.cells import Cells, Masker, convert
from moushi.collect.mapping import Mapping as FileMapping
from moushi.collect.mapping import Rule
from moushi.collect.repeats import Repeats
from moushi.collect.shapes import ANY_OTHER, SHAPES
from moushi.collect.source import RawBatch
from moushi.columns import OrderLines, Quarantine, input_tables
from moushi.schema import Column, Provenance, landing

BROKEN = 0.2
"""Share of a needed column's cells that cannot be read, above which the file is not what its mapping says."""

OWNER = "\x00owner"
"""An extra column of batches that hold several files: what repeats is then told once per file."""

Key = tuple[Rule, str, str]
Encrypt = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Origin:
    """Where a file's rows come from, as it stands on each of them."""

    load_id: int
    source_id: str
    source_name: str


@dataclass
class Tally:
    """What converting a file has come to so far.

    Attributes
    ----------
    rows : data rows read, those that could not be read among them
    landed : table to rows landed
    quarantined : rows set aside, counted per table
    cells, failures : per table and column, cells with text, and those that could not be read
    """

    rows: int = 0
    landed: Counter[str] = field(default_factory=Counter)
    quarantined: int = 0
    cells: Counter[tuple[str, str]] = field(default_factory=Counter)
    failures: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Converted:
    """A converted batch: table to landing rows, and the rows for quarantine."""

    landed: Mapping[str, pa.RecordBatch]
    quarantined: pa.RecordBatch


class Converter:
    """Converts the batches of one file, in order.

    Parameters
    ----------
    mapping : what the file's columns mean
    origin : stands on every row
    shield : masks personal data
    encrypt : seals rows that are set aside
    zone : time zone of times that name none
    """

    def __init__(self, mapping: FileMapping, origin: Origin, *, shield: Masker, encrypt: Encrypt, zone: str) -> None:
        self.mapping = mapping
        self.origin = origin
        self.tally = Tally()
        self._shield = shield
        self._encrypt = encrypt
        self._zone = zone
        self._repeats = {table: Repeats() for table in mapping.tables if table != mapping.grain}
        self._keys = {table: _keys(table, rules) for table, rules in mapping.tables.items()}

    def convert(self, batch: RawBatch) -> Converted:
        """Convert a batch."""
        self.tally.rows += batch.rows.num_rows + len(batch.rejected)
        aside = _Aside(self.origin, self._encrypt)
        grain = self._cells(self.mapping.grain, batch, {})
        landed = {self.mapping.grain: self._land(self.mapping.grain, grain, batch, aside)}
        for table in self._repeats:
            chosen = self._new(table, batch)
            part = RawBatch(batch.rows.take(chosen), pc.take(batch.lines, chosen))
            # What the rows told already is not read, or masked, again.
            known = {key: cell.take(chosen) for key, cell in grain.items() if key in self._keys[table].values()}
            landed[table] = self._land(table, self._cells(table, part, known), part, aside)
        for table, rows in landed.items():
            self.tally.landed[table] += rows.num_rows
        for rejected in batch.rejected:
            aside.add(self.mapping.grain, rejected.line, column=None, reason=rejected.reason, detail=rejected.detail, payload=rejected.raw)
        self.tally.quarantined += aside.rows
        return Converted(landed, aside.batch())

    def _cells(self, table: str, batch: RawBatch, known: dict[Key, Cells]) -> dict[Key, Cells]:
        """Convert the columns of a table, but for those that are known."""
        columns = {name: batch.rows.column(name) for name in batch.rows.schema.names}
        cells = dict(known)
        for name, key in self._keys[table].items():
            if key not in cells:
                cells[key] = convert(columns, key[0], _columns(table)[name], shield=self._shield, zone=self._zone)
        return cells

    def _new(self, table: str, batch: RawBatch) -> pa.Array:
        """Return the rows on which what they tell about another table is new or changed."""
        rules = self.mapping.tables[table]
        keys = {source for key in _key(table) if key in rules for source in rules[key].sources}
        others = {source for rule in rules.values() for source in rule.sources} - keys
        keys |= {OWNER} & set(batch.rows.schema.names)
        read = batch.rows.column
        return pa.array(self._repeats[table].new([read(name) for name in sorted(keys)], [read(name) for name in sorted(others)]))

    def _land(self, table: str, cells: Mapping[Key, Cells], batch: RawBatch, aside: _Aside) -> pa.RecordBatch:
        rules = self.mapping.tables[table]
        bad = np.zeros(batch.rows.num_rows, bool)
        for name, key in self._keys[table].items():
            self.tally.cells[table, name] += _filled(batch, rules[name])
            failed = cells[key].failures()
            self.tally.failures[table, name] += int(failed.sum())
            if rules[name].on_error == "quarantine":
                for index in np.flatnonzero(failed & ~bad).tolist():
                    detail = ", ".join(rules[name].formats)
                    line, payload = batch.lines[index].as_py(), _payload(batch.rows, index)
                    aside.add(table, line, column=name, reason=cells[key].reason, detail=detail, payload=payload)
                bad |= failed
        arrays = {name: cells[key].values for name, key in self._keys[table].items()}
        if table == OrderLines.name:
            arrays = lines.complete(arrays, rules)
        rows = self._rows(table, arrays, batch.lines)
        return rows.filter(pa.array(~bad)) if bad.any() else rows

    def _rows(self, table: str, arrays: Mapping[str, pa.Array], numbers: pa.Array) -> pa.RecordBatch:
        """Put a landing batch together."""
        schema, rows = _landing_schema(table), len(numbers)
        given = {
            **arrays,
            Provenance.load_id: pa.repeat(pa.scalar(self.origin.load_id, pa.int64()), rows),
            Provenance.source_id: pa.repeat(pa.scalar(self.origin.source_id, pa.string()), rows),
            Provenance.line: numbers,
        }
        columns = [given[each.name] if each.name in given else pa.nulls(rows, each.type) for each in schema]
        columns = [values if values.type == each.type else values.cast(each.type) for values, each in zip(columns, schema, strict=True)]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def leaves_empty(self) -> bool:
        """Tell whether cells that could not be read were left empty."""
        return any(count and self.mapping.tables[table][name].on_error == "null" for (table, name), count in self.tally.failures.items())

    def misread_numbers(self) -> bool:
        """Tell whether any cell of a number could not be read."""
        return any(count and is_number(table, name) for (table, name), count in self.tally.failures.items())

    def broken(self) -> list[str]:
        """Return, in signs, the needed columns of which more than `BROKEN` could not be read or which are all empty."""
        told = []
        for table, name, rule in self.mapping.rules():
            if not rule.sources or not _is_needed(table, _columns(table)[name]):
                continue
            sources = " + ".join(map(repr, rule.sources))
            cells, failures = self.tally.cells[table, name], self.tally.failures[table, name]
            if cells and failures > BROKEN * cells:
                told.append(f"{table}.{name} ← {sources}: {failures / cells:.0%} ✗")
            elif not cells and self.tally.rows and table == self.mapping.grain and not rule.optional:
                told.append(f"{table}.{name} ← {sources}: ∅")
        return told


def _keys(table: str, rules: Mapping[str, Rule]) -> dict[str, Key]:
    """Return column to what its values follow from: columns with the same key hold the same."""
    kinds = _columns(table)
    return {name: (rule, str(kinds[name].type), kinds[name].personal or name) for name, rule in rules.items()}


@functools.cache
def _landing_schema(table: str) -> pa.Schema:
    return landing(input_tables()[table]).schema()


@functools.cache
def _key(table: str) -> tuple[str, ...]:
    return input_tables()[table].key()


@functools.cache
def _columns(table: str) -> dict[str, Column]:
    return input_tables()[table].columns()


def is_number(table: str, column: str) -> bool:
    """Tell whether a column holds numbers."""
    kind = _columns(table)[column].type
    return bool(pa.types.is_decimal(kind) or pa.types.is_floating(kind) or pa.types.is_integer(kind))


def needed_sources(mapping: FileMapping) -> frozenset[str]:
    """Return the file's columns that may not be unreadable or empty throughout."""
    needed = [rule for table, name, rule in mapping.rules() if _is_needed(table, _columns(table)[name])]
    return frozenset(source for rule in needed for source in rule.sources)


def _is_needed(table: str, column: Column) -> bool:
    grouped = {name for group in SHAPES[table].groups for name in group if name != ANY_OTHER}
    return column.required or column.name in grouped


def _filled(batch: RawBatch, rule: Rule) -> int:
    """Count the rows in which any of a rule's sources has text."""
    if len(rule.sources) == 1:
        return int(batch.rows.num_rows - batch.rows.column(rule.sources[0]).null_count)
    filled = np.zeros(batch.rows.num_rows, bool)
    for source in rule.sources:
        filled |= batch.rows.column(source).is_valid().to_numpy(zero_copy_only=False).astype(bool)
    return int(filled.sum())


def _payload(rows: pa.RecordBatch, index: int) -> bytes:
    content = {name: value for name, value in rows.slice(index, 1).to_pylist()[0].items() if value is not None}
    return json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass")


class _Aside:
    """Gathers rows for quarantine."""

    def __init__(self, origin: Origin, encrypt: Encrypt) -> None:
        self._origin = origin
        self._encrypt = encrypt
        self._rows: list[dict[str, object]] = []

    @property
    def rows(self) -> int:
        return len(self._rows)

    def add(self, table: str, line: int, *, column: str | None, reason: str, detail: str, payload: bytes) -> None:
        sealed = self._encrypt(payload)
        self._rows.append(quarantine_row(self._origin, table=table, line=line, column=column, reason=reason, detail=detail, payload=sealed))

    def batch(self) -> pa.RecordBatch:
        return quarantine_batch(self._rows)


def quarantine_row(
    origin: Origin,
    *,
    table: str | None = None,
    line: int | None = None,
    column: str | None = None,
    reason: str,
    detail: str,
    payload: bytes | None = None,
) -> dict[str, object]:
    """Return a row of `Quarantine`; without a line it is a whole file."""
    return {
        Quarantine.table_name: table,
        Quarantine.source_id: origin.source_id,
        Quarantine.source_name: origin.source_name,
        Quarantine.line: line,
        Quarantine.step: "collect",
        Quarantine.load_id: origin.load_id,
        Quarantine.column_name: column,
        Quarantine.reason: reason,
        Quarantine.detail: detail or None,
        Quarantine.payload: payload,
    }


def quarantine_batch(rows: list[dict[str, object]]) -> pa.RecordBatch:
    """Return rows of `Quarantine` as a batch."""
    return pa.RecordBatch.from_pylist(rows, schema=Quarantine.schema())
