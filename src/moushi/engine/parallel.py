"""Maps pure functions over groups and batches of Arrow rows, in processes.

Work small enough that starting processes would cost more than it saves runs in
this one; the results are the same, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.engine.base import Function

SMALL_ROWS = 20_000
"""Rows up to which work stays in this process."""

CHUNKS_PER_PROCESS = 4
"""Pieces of work per process: enough to even out unequal ones."""


def map_groups(rows: pa.Table, keys: Sequence[str], function: Function, schema: pa.Schema, *, processes: int) -> pa.Table:
    """Apply `function` to each group of `rows`; see `Engine.map_groups`."""
    if not rows.num_rows:
        return schema.empty_table()
    ordered = rows.sort_by([(key, "ascending") for key in keys]).combine_chunks()
    starts = _starts(ordered, keys)
    ends = [*starts[1:], ordered.num_rows]
    slices = [ordered.slice(start, end - start) for start, end in zip(starts, ends, strict=True)]
    if processes == 1 or rows.num_rows <= SMALL_ROWS:
        return _joined([function(part) for part in slices], schema)
    count = min(len(slices), processes * CHUNKS_PER_PROCESS)
    bounds = np.linspace(0, len(slices), count + 1).astype(int)
    chunks = [slices[low:high] for low, high in pairwise(bounds)]
    return _spread(chunks, function, schema, processes)


def map_batches(rows: pa.Table, function: Function, schema: pa.Schema, *, processes: int, batch_rows: int) -> pa.Table:
    """Apply `function` to batches of `rows`; see `Engine.map_batches`."""
    parts = [rows.slice(start, batch_rows) for start in range(0, rows.num_rows, batch_rows)]
    if processes == 1 or rows.num_rows <= SMALL_ROWS:
        return _joined([function(part) for part in parts], schema)
    return _spread([[part] for part in parts], function, schema, processes)


def _starts(rows: pa.Table, keys: Sequence[str]) -> list[int]:
    changed = np.zeros(rows.num_rows, dtype=bool)
    changed[0] = True
    for key in keys:
        codes = pc.fill_null(rows[key].combine_chunks().dictionary_encode().indices, -1).to_numpy(zero_copy_only=False)
        changed[1:] |= codes[1:] != codes[:-1]
    return [int(index) for index in np.flatnonzero(changed)]


def _spread(chunks: list[list[pa.Table]], function: Function, schema: pa.Schema, processes: int) -> pa.Table:
    # loky's workers import only what the function needs: they do not run the
    # caller's main module again, so scripts need no `if __name__` guard.
    from loky import get_reusable_executor

    executor = get_reusable_executor(max_workers=processes, timeout=60)
    work = [[_packed(part) for part in chunk] for chunk in chunks]
    results = executor.map(_apply, [function] * len(work), work)
    return _joined([_unpacked(content) for content in results], schema)


def _apply(function: Function, parts: list[bytes]) -> bytes:
    pa.set_cpu_count(1)
    return _packed(pa.concat_tables([function(_unpacked(part)) for part in parts]))


def _packed(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    return bytes(sink.getvalue().to_pybytes())


def _unpacked(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(content).read_all()


def _joined(results: list[pa.Table], schema: pa.Schema) -> pa.Table:
    def columns(part: pa.Table) -> Iterator[pa.ChunkedArray]:
        return (part[field.name].cast(field.type) for field in schema)

    parts = [pa.Table.from_arrays(list(columns(part)), schema=schema) for part in results]
    return pa.concat_tables(parts) if parts else schema.empty_table()
