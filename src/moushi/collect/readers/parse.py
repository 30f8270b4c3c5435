"""Turning blocks of text lines into rows: fast where a block is regular, record by record where it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from moushi.collect.readers.boundaries import Boundaries, blank_records
from moushi.collect.readers.clean import finish, null_marks
from moushi.collect.readers.lines import RAW_KEPT, LineBlock
from moushi.collect.readers.slow import Layout, SlowRows, as_text, read_slowly
from moushi.collect.source import RawBatch

Offsets = NDArray[np.int64]


def parse_block(block: LineBlock, found: Boundaries, layout: Layout) -> RawBatch:
    """Parse a block of whole records, which `found` names, into a cleaned batch."""
    begun = set((found.lines + block.first_line).tolist()) if block.rejected else set()
    if all(rejected.line in begun for rejected in block.rejected):
        batch = _parse_fast(block, found, layout)
        if batch is not None:
            return batch
    slow = read_slowly(block, layout)
    return finish(
        _columns(slow.rows, len(layout.names)),
        np.array(slow.lines, np.int64),
        names=layout.names,
        raw=lambda row: as_text(slow.rows[row]),
        rejected=slow.rejected,
        last=block.last,
    )


def _parse_fast(block: LineBlock, found: Boundaries, layout: Layout) -> RawBatch | None:
    """Parse with Arrow; None if what it finds are not the records that were counted."""
    filled = ~blank_records(block.data, found)
    starts, ends, lines = found.starts[filled], found.ends[filled], found.lines[filled] + block.first_line
    odd: list[int] = []
    columns = _read(block.data, layout, odd)
    if columns is None or len(columns[0]) + len(odd) != len(starts):
        return None
    if any(column.null_count < len(column) for column in columns[len(layout.names) :]):
        return None
    columns = columns[: len(layout.names)]
    apart = SlowRows(rejected=list(block.rejected))
    for row in odd:
        one = read_slowly(LineBlock(block.data[starts[row] : ends[row]], int(lines[row])), layout)
        apart.rows += one.rows
        apart.lines += one.lines
        apart.rejected += one.rejected
    starts, ends, lines = (np.delete(offsets, odd) for offsets in (starts, ends, lines))
    raw = _raw_of(block.data, starts, ends)
    if apart.rows:
        columns, lines, raw = _merged(columns, lines, raw, apart)
    return finish(columns, lines, names=layout.names, raw=raw, rejected=apart.rejected, last=block.last, nulls_known=not apart.rows)


def _read(data: bytes, layout: Layout, odd: list[int]) -> list[pa.Array] | None:
    """Parse with Arrow; rows with another number of fields are left out and their positions put into `odd`."""
    names = [str(position) for position in range(max(layout.width, len(layout.names)))]

    def note(row: Any) -> str:
        odd.append(row.number - 1)
        return "skip"

    parsing = pacsv.ParseOptions(
        delimiter=layout.dialect.delimiter,
        quote_char=layout.dialect.quote or False,
        escape_char=layout.dialect.escape or False,
        newlines_in_values=layout.dialect.quote is not None,
        invalid_row_handler=note,
    )
    converting = pacsv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        null_values=null_marks(),
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
        check_utf8=False,
    )
    # One block, so that no record straddles two; rows then come in one piece and are numbered.
    reading = pacsv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names)
    try:
        table = pacsv.read_csv(pa.py_buffer(data), reading, parsing, converting)
    except pa.ArrowInvalid:
        return None
    return [column.combine_chunks() for column in table.columns]


def _raw_of(data: bytes, starts: Offsets, ends: Offsets) -> Callable[[int], bytes]:
    return lambda row: data[starts[row] : min(ends[row], starts[row] + RAW_KEPT)]


def _merged(
    columns: list[pa.Array], lines: Offsets, raw: Callable[[int], bytes], apart: SlowRows
) -> tuple[list[pa.Array], Offsets, Callable[[int], bytes]]:
    """Put rows that were read apart back among the others, by line."""
    regular = len(lines)
    lines = np.concatenate([lines, np.array(apart.lines, np.int64)])
    order = np.argsort(lines, kind="stable")
    extra = _columns(apart.rows, len(columns))
    columns = [pa.concat_arrays([a, b]).take(pa.array(order)) for a, b in zip(columns, extra, strict=True)]

    def merged_raw(row: int) -> bytes:
        source = int(order[row])
        return raw(source) if source < regular else as_text(apart.rows[source - regular])

    return columns, lines[order], merged_raw


def _columns(rows: list[list[str]], width: int) -> list[pa.Array]:
    return [pa.array([row[j] for row in rows], pa.string()) for j in range(width)]
