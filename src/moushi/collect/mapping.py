"""What a mapping is: which column of a file fills which column of which table, and how it is written.

A mapping is kept in `moushi.toml` once it is approved, and people edit it
there, so that its plain form is made to be read::

    [[mapping]]
    name = "orders"
    grain = "order_lines"
    columns = ["InvoiceNo", "Quantity", "InvoiceDate"]
    confidence = 0.98
    decided_by = "moushi"

    [mapping.tables.order_lines]
    order_id = "InvoiceNo"
    ordered_at = {from = "InvoiceDate", format = ["ymd"]}
    channel = {value = "shop"}
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Plain
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from moushi.collect.dates import FORMATS

DecidedBy = Literal["moushi", "person"]
OnError = Literal["quarantine", "null"]

WORDS = {"from": "sources", "format": "formats"}
"""Names in moushi.toml, where they differ from the attribute's."""


@dataclass(frozen=True)
class Rule:
    """How one column of a table is filled.

    Attributes
    ----------
    sources : the file's columns; several are joined (date and time, first and
        last name, levels of a category); none for a constant
    value : the constant, as text
    formats : ways in which dates are written, tried in this order; see `dates`
    decimal : decimal mark of numbers, "." or ","
    rate : a discount is a share of the price, not money
    whole : identifiers lost their form in a spreadsheet: "17850.0" is "17850"
    sign : a currency is read from the sign beside the amounts of this column
    on_error : what becomes of a cell that cannot be read: its row is set aside
        ("quarantine") or the cell is left empty ("null")
    optional : a later file may come without the column
    """

    sources: tuple[str, ...] = ()
    value: str | None = None
    formats: tuple[str, ...] = ()
    decimal: str = "."
    rate: bool = False
    whole: bool = False
    sign: bool = False
    on_error: OnError = "quarantine"
    optional: bool = False

    def plain(self) -> str | dict[str, Any]:
        """Return the rule as it stands in moushi.toml: a column's name where that says all."""
        named = {attribute: word for word, attribute in WORDS.items()}
        rule: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if value == each.default:
                continue
            if isinstance(value, tuple):
                value = value[0] if len(value) == 1 and each.name == "sources" else list(value)
            rule[named.get(each.name, each.name)] = value
        return str(rule["from"]) if set(rule) == {"from"} and isinstance(rule["from"], str) else rule


@dataclass(frozen=True)
class Mapping:
    """Which columns of a kind of file fill which tables.

    Attributes
    ----------
    name : its name in moushi.toml, unique there
    grain : the table of which each row of the file is a row; the other tables
        take what repeats on the rows, once per change
    columns : all headers that the file had when the mapping was approved
    tables : table to its columns' rules
    confidence : 0 to 1
    decided_by : "moushi", or "person" where one approved or wrote it
    """

    name: str
    grain: str
    columns: tuple[str, ...]
    tables: Plain[str, Plain[str, Rule]]
    confidence: float = 1.0
    decided_by: DecidedBy = "person"

    def sources(self) -> tuple[str, ...]:
        """Return the file's columns that this mapping uses, in the file's order."""
        used = {source for _, _, rule in self.rules() for source in rule.sources}
        return tuple(column for column in self.columns if column in used)

    def needed(self) -> frozenset[str]:
        """Return the columns without which a file does not fit."""
        return frozenset(source for _, _, rule in self.rules() if not rule.optional for source in rule.sources)

    def rules(self) -> Iterator[tuple[str, str, Rule]]:
        """Yield table, column and rule, for all of them."""
        for table, rules in self.tables.items():
            for column, rule in rules.items():
                yield table, column, rule

    def plain(self) -> dict[str, Any]:
        """Return the mapping as plain values, as it stands in moushi.toml."""
        return {
            "name": self.name,
            "grain": self.grain,
            "columns": list(self.columns),
            "confidence": round(self.confidence, 3),
            "decided_by": self.decided_by,
            "tables": {table: {column: rule.plain() for column, rule in rules.items()} for table, rules in self.tables.items()},
        }


@dataclass(frozen=True)
class MappingFault:
    """Something in moushi.toml that no mapping can mean.

    Attributes
    ----------
    code : key of the words under `collect.fault`
    where : the place in the mapping, such as `order_lines.quantity`
    found : what stands there
    expected : what could
    """

    code: str
    where: str
    found: str = ""
    expected: str = ""


@dataclass
class Reading:
    """A mapping being read from plain values; gathers all faults before any is raised."""

    faults: list[MappingFault] = field(default_factory=list)

    def read(self, plain: Plain[str, Any]) -> Mapping | None:
        """Return the mapping, None where it has faults."""
        from moushi.columns import input_tables

        before = len(self.faults)
        known = {each.name for each in fields(Mapping)}
        self._unknown("mapping", plain, known)
        name = self._text(plain, "name")
        grain = self._text(plain, "grain")
        columns = self._texts("columns", plain.get("columns"))
        written = plain.get("tables")
        if not isinstance(written, Plain) or not written:
            self._add("no_tables", "tables", written)
            written = {}
        tables = {str(table): self._table(str(table), rules, columns) for table, rules in written.items()}
        if grain not in tables:
            self._add("not_a_table", "grain", grain, tables)
        for table in set(tables) - set(input_tables()):
            self._add("not_a_table", table, table, input_tables())
        confidence = plain.get("confidence", 1.0)
        if isinstance(confidence, bool) or not isinstance(confidence, (int, float)) or not 0 <= confidence <= 1:
            self._add("not_allowed", "confidence", confidence, ("0 … 1",))
            confidence = 1.0
        decided_by: DecidedBy = "person" if plain.get("decided_by", "person") != "moushi" else "moushi"
        if len(self.faults) > before:
            return None
        return Mapping(name, grain, columns, tables, float(confidence), decided_by)

    def _table(self, table: str, written: Any, columns: tuple[str, ...]) -> dict[str, Rule]:
        from moushi.columns import input_tables

        kind = input_tables().get(table)
        if not isinstance(written, Plain):
            self._add("not_rules", table, written)
            return {}
        rules = {}
        for column, plain in written.items():
            where = f"{table}.{column}"
            if kind is not None and column not in kind.collected():
                self._add("not_a_column", where, column, kind.collected())
            rule = self._rule(where, plain)
            for source in rule.sources:
                if source not in columns:
                    self._add("not_in_file", where, source, columns)
            rules[str(column)] = rule
        return rules

    def _rule(self, where: str, plain: Any) -> Rule:
        if isinstance(plain, str):
            return Rule(sources=(plain,))
        if not isinstance(plain, Plain):
            self._add("not_a_rule", where, plain)
            return Rule(value="")
        names = {each.name for each in fields(Rule)} - set(WORDS.values()) | set(WORDS)
        self._unknown(where, plain, names)
        if ("from" in plain) == ("value" in plain):
            self._add("from_or_value", where)
        sources = self._texts(f"{where}.from", plain.get("from", ()))
        formats = self._texts(f"{where}.format", plain.get("format", ()))
        for written in formats:
            self._one_of(f"{where}.format", written, FORMATS)
        self._one_of(f"{where}.decimal", plain.get("decimal", "."), (".", ","))
        self._one_of(f"{where}.on_error", plain.get("on_error", "quarantine"), ("quarantine", "null"))
        flags = {name: plain.get(name, False) for name in ("rate", "whole", "sign", "optional")}
        for name, flag in flags.items():
            self._one_of(f"{where}.{name}", flag, (True, False))
        value = None if "value" not in plain else str(plain["value"])
        on_error: OnError = "null" if plain.get("on_error") == "null" else "quarantine"
        decimal = str(plain.get("decimal", "."))
        return Rule(sources, value, formats, decimal, on_error=on_error, **{name: flag is True for name, flag in flags.items()})

    def _text(self, plain: Plain[str, Any], name: str) -> str:
        value = plain.get(name)
        if not isinstance(value, str) or not value:
            self._add("no_text", name, value)
            return ""
        return str(value)

    def _texts(self, where: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            return (str(value),)
        if isinstance(value, (list, tuple)) and all(isinstance(each, str) for each in value):
            return tuple(str(each) for each in value)
        self._add("no_texts", where, value)
        return ()

    def _one_of(self, where: str, value: Any, allowed: Any) -> None:
        if value not in allowed:
            self._add("not_allowed", where, value, (str(each).lower() if isinstance(each, bool) else each for each in allowed))

    def _unknown(self, where: str, plain: Plain[str, Any], known: set[str]) -> None:
        for name in plain:
            if name not in known:
                self._add("unknown", f"{where}.{name}", name, sorted(known))

    def _add(self, code: str, where: str, found: Any = "", expected: Any = ()) -> None:
        self.faults.append(MappingFault(code, where, "" if found is None else str(found), ", ".join(map(str, expected))))
