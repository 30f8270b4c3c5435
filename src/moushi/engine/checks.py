"""Checks rows against their table's definition while they are written."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from moushi.engine.digest import Digest
from moushi.errors import InvalidRows
from moushi.schema import Table


class Checked:
    """A stream of rows that stops at the first batch that breaks its table's rules.

    Parameters
    ----------
    table : definition the rows must fit
    rows : the stream; where it is ordered by the table's key, a key that comes
        twice is found across batches too

    Attributes
    ----------
    fault : the error that stopped the stream, None while all is well; kept
        here because it does not survive the way through a foreign writer
    digest : of the rows that passed
    """

    def __init__(self, table: type[Table], rows: pa.RecordBatchReader) -> None:
        self.table = table
        self.rows = rows
        self.fault: BaseException | None = None
        self.digest = Digest()

    def reader(self) -> pa.RecordBatchReader:
        """Return the checked stream, with the table's columns, order and types."""
        return pa.RecordBatchReader.from_batches(self.table.schema(), self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        previous: tuple[object, ...] | None = None
        try:
            for batch in self.rows:
                if not batch.num_rows:
                    continue
                rows = self.table.cast(pa.Table.from_batches([batch]), where=f"engine.write({self.table.name})")
                previous = self._check_order(rows, previous)
                for part in rows.to_batches():
                    self.digest.add(part)
                    yield part
        except BaseException as error:
            self.fault = error
            raise

    def _check_order(self, rows: pa.Table, previous: tuple[object, ...] | None) -> tuple[object, ...] | None:
        keys = self.table.key()
        if not keys:
            return None
        first, last = (tuple(rows[key][index].as_py() for key in keys) for index in (0, rows.num_rows - 1))
        if first == previous:
            fault = f"{'+'.join(keys)}: is not unique (1 rows)"
            raise InvalidRows(where="engine.write", table=self.table.name, faults=fault)
        return last
