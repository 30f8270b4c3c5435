"""Text tables: comma, tab or otherwise separated values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.boundaries import Boundaries, find_records
from moushi.collect.readers.dialect import Dialect, Record, find_dialect, named_delimiter, sample_records
from moushi.collect.readers.faults import EMPTY
from moushi.collect.readers.header import SAMPLE_ROWS, Header, clean_cells, find_header, unique_names
from moushi.collect.readers.lines import RAW_KEPT, LineBlock, line_blocks
from moushi.collect.readers.parse import parse_block
from moushi.collect.readers.scan import TextScan, scan_text
from moushi.collect.readers.slow import Layout
from moushi.collect.source import RawBatch, RawTable, Rejected
from moushi.errors import SourceUnreadable
from moushi.settings import Settings

_SAMPLE_BYTES = 1 << 16


@dataclass(frozen=True)
class _Found:
    """What the beginning of a text table tells."""

    layout: Layout
    header_line: int
    data_line: int


class DelimitedTable(RawTable):
    """A text table, read in one streamed pass per call of `batches`."""

    def __init__(self, blob: Blob, scan: TextScan, found: _Found, *, max_line_bytes: int) -> None:
        super().__init__(
            source_name=blob.name,
            source_id=blob.identity,
            format="csv",
            encoding=scan.label,
            bytes=blob.size,
            columns=found.layout.names,
            header_line=found.header_line,
        )
        self._blob = blob
        self._scan = scan
        self._found = found
        self._max_line_bytes = max_line_bytes

    @property
    def delimiter(self) -> str:
        """The delimiter found."""
        return self._found.layout.dialect.delimiter

    def batches(self, batch_rows: int = 65_536) -> Iterator[RawBatch]:
        """Read the rows; see `RawTable.batches`."""
        for block, found in self._whole_records():
            yield from _slices(parse_block(block, found, self._found.layout), batch_rows)

    def _whole_records(self) -> Iterator[tuple[LineBlock, Boundaries]]:
        """Yield blocks of whole records, beginning with the first row of data."""
        carry = LineBlock(b"", 0)
        for block in line_blocks(self._blob, self._scan, max_line_bytes=self._max_line_bytes):
            started = _from_line(block, self._found.data_line)
            whole, carry, found = self._cut(_joined(carry, started))
            if whole.data or whole.rejected:
                yield whole, found

    def _cut(self, block: LineBlock) -> tuple[LineBlock, LineBlock, Boundaries]:
        """Cut a block after its last whole record; a quote that is never closed costs only its own line."""
        while True:
            found = find_records(block.data, self._found.layout.dialect)
            rest = len(block.data) - found.cut
            if rest == 0 or not (block.last or rest > self._max_line_bytes):
                return *_split(block, found), found
            block = _without_line_at(block, found)


def open_delimited(blob: Blob, settings: Settings) -> RawTable:
    """Open a text table: find its encoding, dialect and header.

    Raises
    ------
    SourceUnreadable : if it is empty, or no text
    SourceTooLarge : if its lines are longer than the settings allow
    """
    limit = settings.count("max_line_bytes")
    scan = scan_text(blob, kind="csv", max_line_bytes=limit)
    head = next(line_blocks(blob, scan, max_line_bytes=limit, block_bytes=_SAMPLE_BYTES), None)
    if head is None or not head.data.strip():
        raise SourceUnreadable(path=blob.name, kind="csv", detail=EMPTY)
    return DelimitedTable(blob, scan, _look(head), max_line_bytes=limit)


def _look(head: LineBlock) -> _Found:
    sample = head.data.decode()
    named = named_delimiter(sample)
    first_line = 2 if named else 1
    sample = sample.partition("\n")[2] if named else sample
    dialect = Dialect(named) if named else find_dialect(sample, complete=head.last)
    records = sample_records(sample, dialect, complete=head.last)
    if not records:
        return _Found(Layout(dialect, ("column_1",), 1), 0, first_line)
    return _found(records, dialect, first_line)


def _found(records: list[Record], dialect: Dialect, first_line: int) -> _Found:
    sizes = [len(record.fields) for record in records]
    width = max(sorted(set(sizes), reverse=True), key=sizes.count)
    rows = clean_cells([record.fields[:width] for record in records[:SAMPLE_ROWS]])
    header = find_header(rows, width)
    names = _shifted(rows, header, width)
    # Fields that are empty in every row of the sample and have no name come from a delimiter at the line's end.
    used = max((j + 1 for row in rows for j, cell in enumerate(row) if cell), default=1)
    layout = Layout(dialect, names[:used], width)
    return _Found(layout, _line(records, header.row, first_line), _line(records, header.data, first_line))


def _shifted(rows: list[list[str | None]], header: Header, width: int) -> tuple[str, ...]:
    """Return the names; where rows have one field more than the header, their first is the row's own name."""
    below = rows[header.data :]
    if header.row < 0 or len(rows[header.row]) != width - 1 or not below:
        return header.names
    filled = sum(len(row) == width and bool(row[-1]) for row in below)
    return unique_names([None, *rows[header.row]]) if filled * 2 > len(below) else header.names


def _line(records: list[Record], position: int, first_line: int) -> int:
    if position < 0:
        return 0
    if position < len(records):
        return records[position].line + first_line - 1
    last = records[-1]
    return last.line + first_line + sum(field.count("\n") for field in last.fields)


def _from_line(block: LineBlock, line: int) -> LineBlock:
    """Return a block without the lines before `line`."""
    position = 0
    for _ in range(min(line - block.first_line, block.data.count(b"\n"))):
        position = block.data.index(b"\n", position) + 1
    if not position:
        return block
    rejected = [r for r in block.rejected if r.line >= line]
    return LineBlock(block.data[position:], max(line, block.first_line), block.last, rejected)


def _joined(carry: LineBlock, block: LineBlock) -> LineBlock:
    if not carry.data:
        return block
    return LineBlock(carry.data + block.data, carry.first_line, block.last, [*carry.rejected, *block.rejected])


def _split(block: LineBlock, found: Boundaries) -> tuple[LineBlock, LineBlock]:
    cut, line = found.cut, block.first_line + found.cut_line
    if cut == len(block.data):
        return block, LineBlock(b"", 0)
    before = [r for r in block.rejected if r.line < line]
    after = [r for r in block.rejected if r.line >= line]
    return LineBlock(block.data[:cut], block.first_line, block.last, before), LineBlock(block.data[cut:], line, False, after)


def _without_line_at(block: LineBlock, found: Boundaries) -> LineBlock:
    """Return a block whose line after the last whole record, which opens a quote for ever, is rejected."""
    end = block.data.index(b"\n", found.cut)
    raw = block.data[found.cut : min(end, found.cut + RAW_KEPT)]
    rejected = Rejected(block.first_line + found.cut_line, "unclosed_quote", "", raw)
    return replace(block, data=block.data[: found.cut] + block.data[end:], rejected=[*block.rejected, rejected])


def _slices(batch: RawBatch, size: int) -> Iterator[RawBatch]:
    """Yield a batch in parts of at most `size` rows; each part with the rejected rows before its end."""
    if batch.rows.num_rows <= size:
        yield batch
        return
    lines = batch.lines.to_numpy()
    rejected = list(batch.rejected)
    for begin in range(0, len(lines), size):
        end = begin + size
        upto = int(lines[end]) if end < len(lines) else np.iinfo(np.int64).max
        part = tuple(r for r in rejected if r.line < upto)
        rejected = [r for r in rejected if r.line >= upto]
        yield RawBatch(batch.rows.slice(begin, size), batch.lines.slice(begin, size), part)
