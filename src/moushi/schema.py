"""What a table is made of: columns with their types, units, keys and null rules, and one validator.

A table is a class; a column is a class attribute that reads as its own name.
`columns.py` holds the tables themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, cast

import pyarrow as pa
import pyarrow.compute as pc

from moushi.errors import InvalidRows, MissingColumns

TEXT = pa.string()
TIME = pa.timestamp("us", tz="UTC")
DATE = pa.date32()
MONEY = pa.decimal128(18, 4)
QUANTITY = pa.decimal128(18, 3)
NUMBER = pa.float64()
COUNT = pa.int64()
FLAG = pa.bool_()
BINARY = pa.binary()

Personal = Literal["name", "email", "phone", "address", "national_id", "card", "account", "free_text"]
Kind = Literal["input", "result", "record"]


class Column:
    """One column of a canonical table; as a class attribute it reads as its name.

    Parameters
    ----------
    type : Arrow type of the values
    doc : what the value means, with its unit
    key : part of the table's business key; never null
    required : never null
    derived : made by Moushi, never read from a file
    personal : what kind of personal data the source holds here, if any; the
        column itself then holds tokens ("free_text": text with tokens in it)
    values : the closed set of values, if there is one
    minimum : least allowed value, if there is one
    """

    __slots__ = ("derived", "doc", "key", "minimum", "name", "personal", "required", "type", "values")

    def __init__(
        self,
        type: pa.DataType,
        doc: str,
        *,
        key: bool = False,
        required: bool = False,
        derived: bool = False,
        personal: Personal | None = None,
        values: tuple[str, ...] = (),
        minimum: float | None = None,
    ) -> None:
        self.type = type
        self.doc = doc
        self.key = key
        self.required = required or key
        self.derived = derived
        self.personal: Personal | None = personal
        self.values = values
        self.minimum = minimum
        self.name = ""

    def __set_name__(self, owner: type[Table], name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type[Table] | None = None) -> str:
        return self.name

    def field(self) -> pa.Field:
        """Return the Arrow field of this column."""
        return pa.field(self.name, self.type, nullable=not self.required)


@dataclass(frozen=True)
class Fault:
    """A rule that some rows of a table break."""

    column: str
    rule: str
    rows: int

    def __str__(self) -> str:
        return f"{self.column}: {self.rule} ({self.rows} rows)"


class Table:
    """Base of the canonical tables.

    Attributes
    ----------
    name : the table's name in the lake
    grain : what one row is
    kind : "input" (can be read from files), "result" (made by a stage) or
        "record" (bookkeeping)
    """

    name: ClassVar[str]
    grain: ClassVar[str]
    kind: ClassVar[Kind] = "result"

    @classmethod
    def columns(cls) -> dict[str, Column]:
        """Return the columns by name, in their order."""
        return {name: value for name, value in vars(cls).items() if isinstance(value, Column)}

    @classmethod
    def schema(cls) -> pa.Schema:
        """Return the Arrow schema."""
        return pa.schema([column.field() for column in cls.columns().values()])

    @classmethod
    def key(cls) -> tuple[str, ...]:
        """Return the names of the business key."""
        return tuple(column.name for column in cls.columns().values() if column.key)

    @classmethod
    def collected(cls) -> dict[str, Column]:
        """Return the columns that a file can fill."""
        return {name: column for name, column in cls.columns().items() if not column.derived}

    @classmethod
    def empty(cls) -> pa.Table:
        """Return a table with no rows."""
        return cls.schema().empty_table()

    @classmethod
    def cast(cls, rows: pa.Table, *, where: str) -> pa.Table:
        """Return `rows` with this table's columns, order and types; missing optional columns are null.

        Raises
        ------
        MissingColumns : if a required column is absent
        InvalidRows : if values do not fit a column's type, or break a rule
        """
        missing = [name for name, column in cls.columns().items() if column.required and name not in rows.column_names]
        if missing:
            raise MissingColumns(where=where, table=cls.name, missing=missing, present=rows.column_names)
        arrays: list[Any] = []
        for name, column in cls.columns().items():
            if name not in rows.column_names:
                arrays.append(pa.nulls(rows.num_rows, column.type))
                continue
            try:
                arrays.append(rows[name].cast(column.type))
            except pa.ArrowInvalid:
                # Not chained: Arrow quotes the value, which may be personal.
                fault = Fault(name, f"not {column.type}", rows.num_rows)
                raise InvalidRows(where=where, table=cls.name, faults=str(fault)) from None
        result = pa.Table.from_arrays(arrays, schema=cls.schema())
        cls.validate(result, where=where)
        return result

    @classmethod
    def validate(cls, rows: pa.Table, *, where: str) -> None:
        """Check types, nulls, closed sets, ranges and the key; report all faults at once.

        Raises
        ------
        MissingColumns : if a column of this table is absent
        InvalidRows : naming each broken rule and how many rows break it
        """
        missing = [name for name in cls.columns() if name not in rows.column_names]
        if missing:
            raise MissingColumns(where=where, table=cls.name, missing=missing, present=rows.column_names)
        faults = [*cls.row_faults(rows), *cls._key_faults(rows)]
        if faults:
            raise InvalidRows(where=where, table=cls.name, faults="; ".join(map(str, faults)))

    @classmethod
    def row_faults(cls, rows: pa.Table) -> Iterator[Fault]:
        """Yield the rules about single rows (types, nulls, closed sets, ranges) that `rows` break."""
        for name, column in cls.columns().items():
            values = rows[name]
            if values.type != column.type:
                yield Fault(name, f"is {values.type}, not {column.type}", rows.num_rows)
                continue
            if column.required and values.null_count:
                yield Fault(name, "is null", values.null_count)
            if column.values:
                known = pc.is_in(values.drop_null(), value_set=pa.array(column.values))
                if unknown := pc.sum(pc.invert(known)).as_py():
                    yield Fault(name, f"is not one of {', '.join(column.values)}", unknown)
            if column.minimum is not None:
                low = pc.less(values.cast(NUMBER), column.minimum)
                if under := pc.sum(low).as_py():
                    yield Fault(name, f"is under {column.minimum:g}", under)

    @classmethod
    def _key_faults(cls, rows: pa.Table) -> Iterator[Fault]:
        if cls.key() and rows.num_rows:
            distinct = rows.group_by(list(cls.key())).aggregate([]).num_rows
            if repeated := rows.num_rows - distinct:
                yield Fault("+".join(cls.key()), "is not unique", repeated)


def _table(name: str, grain: str, base: type[Table], extra: dict[str, Column]) -> type[Table]:
    """Make a table class from the collected columns of `base` and `extra`."""
    body: dict[str, Any] = {"name": name, "grain": grain, "kind": "record", "__doc__": grain}
    for column in base.collected().values():
        body[column.name] = Column(column.type, column.doc, personal=column.personal)
    return cast("type[Table]", type(f"Landing{base.__name__}", (Table,), {**body, **extra}))


class Provenance(Table):
    """Where a landed row came from; these columns end every landing table."""

    name = "provenance"
    grain = "a row of a source file"
    kind = "record"

    load_id = Column(COUNT, "sequence number of the load; visible once `sources` holds it", required=True)
    source_id = Column(TEXT, "the source file: checksum of its bytes and its path inside an archive", required=True)
    line = Column(COUNT, "line in that file where the row begins, from 1 (sheets: row number)", required=True)


LANDING: dict[str, type[Table]] = {}


def landing(table: type[Table]) -> type[Table]:
    """Return the landing table of an input table: its collected columns and their provenance."""
    if table.name not in LANDING:
        LANDING[table.name] = _table(f"landing_{table.name}", f"a row of a file, mapped to {table.name}", table, _provenance())
    return LANDING[table.name]


def _provenance() -> dict[str, Column]:
    return {c.name: Column(c.type, c.doc, required=True) for c in Provenance.columns().values()}
