"""A digest of rows that depends on their values and order only, not on how they were cut into batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

CHUNK_ROWS = 65_536


class Digest:
    """Takes batches of rows, gives one digest.

    Notes
    -----
    Rows are re-cut into chunks of fixed length; null slots, whose bytes Arrow
    leaves open, are filled before they are hashed, and which slots are null is
    hashed beside them.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._hash = hashlib.blake2b(digest_size=16)
        self._waiting: list[pa.RecordBatch] = []
        self._waiting_rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next rows."""
        self.rows += batch.num_rows
        while self._waiting_rows + batch.num_rows >= CHUNK_ROWS:
            room = CHUNK_ROWS - self._waiting_rows
            self._take([*self._waiting, batch.slice(0, room)])
            self._waiting, self._waiting_rows = [], 0
            batch = batch.slice(room)
        if batch.num_rows:
            self._waiting.append(batch)
            self._waiting_rows += batch.num_rows

    def result(self) -> str:
        """Return the digest of all rows taken, as 32 hexadecimal digits."""
        if self._waiting:
            self._take(self._waiting)
            self._waiting, self._waiting_rows = [], 0
        return self._hash.hexdigest()

    def _take(self, batches: list[pa.RecordBatch]) -> None:
        rows = pa.Table.from_batches(batches).combine_chunks()
        for name in rows.column_names:
            self._hash.update(name.encode())
            for buffer in _buffers(rows[name].combine_chunks()):
                self._hash.update(buffer)


def _buffers(column: pa.ChunkedArray | pa.Array) -> Iterator[bytes | pa.Buffer]:
    values = column.chunk(0) if isinstance(column, pa.ChunkedArray) else column
    if values.null_count:
        yield from _buffers(pc.is_valid(values))
        values = pc.fill_null(values, _filler(values.type))
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.uint8())
    if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
        yield from _buffers(pc.binary_length(values))
        yield _text(values)
        return
    width = values.type.bit_width // 8
    yield values.buffers()[1].slice(values.offset * width, len(values) * width)


def _text(values: pa.Array) -> pa.Buffer:
    offsets = pa.Array.from_buffers(pa.int32(), len(values) + 1, [None, values.buffers()[1]], offset=values.offset)
    first, last = offsets[0].as_py(), offsets[len(values)].as_py()
    return values.buffers()[2].slice(first, last - first) if last > first else pa.py_buffer(b"")


def _filler(kind: pa.DataType) -> pa.Scalar:
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        return pa.scalar("" if pa.types.is_string(kind) else b"", kind)
    if pa.types.is_boolean(kind):
        return pa.scalar(False)
    if pa.types.is_temporal(kind):
        return pa.scalar(0, pa.int32() if kind.bit_width == 32 else pa.int64()).cast(kind)
    return pa.scalar(Decimal(0) if pa.types.is_decimal(kind) else 0, kind)
