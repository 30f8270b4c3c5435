"""Reading delimited records one by one, where a block of them is not regular."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field

from moushi.collect.readers.dialect import Dialect
from moushi.collect.readers.lines import RAW_KEPT, LineBlock
from moushi.collect.source import Rejected


@dataclass(frozen=True)
class Layout:
    """How records become rows.

    Parameters
    ----------
    names : the table's columns
    width : fields that most records have; those beyond the columns are empty
    """

    dialect: Dialect
    names: tuple[str, ...]
    width: int


@dataclass
class SlowRows:
    """Rows read one by one: their fields, the lines they begin on, and what did not fit."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


class _Feed(Iterator[str]):
    """Gives lines to a CSV reader and can be set back."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.position = 0

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            raise StopIteration
        self.position += 1
        return self.lines[self.position - 1] + "\n"


def read_slowly(block: LineBlock, layout: Layout) -> SlowRows:
    """Read a block of whole records; one that does not fit is tried again from its second line.

    So a stray quote that swallows the lines after it costs one line, not all.
    """
    slow = SlowRows(rejected=list(block.rejected))
    blanked = {r.line for r in block.rejected}
    feed = _Feed(block.data.decode().split("\n")[:-1])
    reader = layout.dialect.reader(feed)
    while feed.position < len(feed.lines):
        begin = feed.position
        line = block.first_line + begin
        fields = _next(reader, feed, layout.dialect)
        record = feed.lines[begin : feed.position]
        if blanked.intersection(range(line + 1, line + len(record))):
            slow.rejected.append(Rejected(line, "undecodable", "a line of the row", _raw(record)))
        elif any(text.strip() for text in record):
            _take(slow, layout, fields, record, line)
            if slow.rejected and slow.rejected[-1].reason == "unclosed_quote" and slow.rejected[-1].line == line:
                feed.position = begin + 1
    return slow


def _next(reader: Iterator[list[str]], feed: _Feed, dialect: Dialect) -> list[str] | None:
    """Return the next record's fields; a carriage return outside quotes counts as a blank."""
    begin = feed.position
    try:
        return next(reader)
    except csv.Error:
        record = "\n".join(feed.lines[begin : feed.position]).rstrip("\r")
    try:
        again: list[str] = next(dialect.reader([record.replace("\r", " ")]))
    except csv.Error:
        return None
    return again


def _take(slow: SlowRows, layout: Layout, fields: list[str] | None, record: list[str], line: int) -> None:
    row = _fitted(fields, layout)
    if row is not None:
        slow.rows.append(row)
        slow.lines.append(line)
    elif len(record) > 1 and _fitted(next(layout.dialect.reader([record[1]]), None), layout) is not None:
        slow.rejected.append(Rejected(line, "unclosed_quote", "", _raw(record[:1])))
    else:
        found = "unreadable" if fields is None else f"{len(fields)} fields"
        slow.rejected.append(Rejected(line, "ragged", f"{found}, {len(layout.names)} columns", _raw(record)))


def _fitted(fields: list[str] | None, layout: Layout) -> list[str] | None:
    """Return the fields without empty ones beyond the columns; None if they do not fit."""
    columns = len(layout.names)
    if fields is None or len(fields) < columns or any(text.strip() for text in fields[columns:]):
        return None
    return fields[:columns]


def _raw(record: list[str]) -> bytes:
    return "\n".join(record).encode()[:RAW_KEPT]


def as_text(fields: list[str]) -> bytes:
    """Return a row's fields as one line, for quarantine."""
    return "\t".join(fields).encode()[:RAW_KEPT]
