"""Parquet files: every value as text, times as ISO 8601."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from moushi.collect.readers.blob import Blob
from moushi.collect.readers.cells import cell_text
from moushi.collect.readers.clean import finish
from moushi.collect.readers.faults import CUT_OFF
from moushi.collect.readers.header import unique_names
from moushi.collect.source import RawBatch, RawTable
from moushi.errors import SourceUnreadable, Words

if TYPE_CHECKING:
    import pyarrow.parquet as pq


class ParquetTable(RawTable):
    """A Parquet file; the line of a row is its position, from 1."""

    def __init__(self, blob: Blob, columns: tuple[str, ...]) -> None:
        super().__init__(source_name=blob.name, source_id=blob.identity, format="parquet", bytes=blob.size, columns=columns, header_line=0)
        self._blob = blob

    def batches(self, batch_rows: int = 65_536) -> Iterator[RawBatch]:
        """Read the rows; see `RawTable.batches`."""
        with self._blob.open() as file:
            opened, total, line = _opened(self._blob, file), 0, 1
            total = opened.metadata.num_rows
            try:
                for batch in opened.iter_batches(batch_size=batch_rows):
                    yield self._batch(batch, line, last=line + batch.num_rows > total)
                    line += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                raise SourceUnreadable(
                    path=self._blob.name,
                    kind="parquet",
                    detail=Words(f"it is damaged after row {line - 1:,}", f"第 {line - 1:,} 行之后已损坏"),
                ) from error
        self._blob.check_unchanged()

    def _batch(self, batch: pa.RecordBatch, line: int, *, last: bool) -> RawBatch:
        columns = [as_strings(column) for column in flat(batch).columns]
        lines = np.arange(line, line + batch.num_rows, dtype=np.int64)

        def raw(row: int) -> bytes:
            return "\t".join(column[row].as_py() or "" for column in columns).encode()

        return finish(columns, lines, names=self.columns, raw=raw, last=last)


def open_parquet(blob: Blob) -> RawTable:
    """Open a Parquet file.

    Raises
    ------
    SourceUnreadable : if it is cut off or damaged
    """
    with blob.open() as file:
        schema = _opened(blob, file).schema_arrow
    names = flat(pa.RecordBatch.from_pylist([], schema=schema)).schema.names
    return ParquetTable(blob, unique_names(names))


def _opened(blob: Blob, file: Any) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        raise SourceUnreadable(path=blob.name, kind="parquet", detail=CUT_OFF) from error


def flat(batch: pa.RecordBatch) -> pa.Table:
    """Return a batch whose structures are columns with dotted names."""
    table = pa.Table.from_batches([batch])
    while any(pa.types.is_struct(column.type) for column in table.schema):
        table = table.flatten()
    return table


def as_strings(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as text, as `cell_text` writes values."""
    values = column.combine_chunks()
    kind = values.type
    if pa.types.is_dictionary(kind):
        values = values.dictionary_decode()
        kind = values.type
    if pa.types.is_string(kind):
        return values
    if pa.types.is_large_string(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return values.cast(pa.string())
    if pa.types.is_date32(kind):
        return pc.strftime(values, "%Y-%m-%d")
    if pa.types.is_nested(kind):
        return pa.array([None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in values.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        values = values.cast(pa.timestamp("us", kind.tz), safe=False)
    return pa.array([cell_text(value) for value in values.to_pylist()], pa.string())
