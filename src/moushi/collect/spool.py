"""Keeps converted rows until their load is written: in memory while they are few, in a file when they are many."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.ipc

from moushi.errors import DiskFull

_SPILL_BYTES = 48 * 1024 * 1024


class Spool:
    """Batches of one table, in order.

    Parameters
    ----------
    schema : of the batches
    scratch : folder for the file that is used once they are many; the file has
        no name there and vanishes with the process
    """

    def __init__(self, schema: pa.Schema, scratch: Path | None = None) -> None:
        self.schema = schema
        self.rows = 0
        self._scratch = scratch
        self._held: list[pa.RecordBatch] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None

    @property
    def spilled(self) -> bool:
        """Whether its rows are in a file."""
        return self._file is not None

    def append(self, batch: pa.RecordBatch) -> None:
        """Keep a batch."""
        if not batch.num_rows:
            return
        self.rows += batch.num_rows
        self._held.append(batch)
        self._bytes += batch.nbytes
        if self._bytes > _SPILL_BYTES:
            self._spill()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all batches; nothing may be appended afterwards."""
        if self._file is not None and self._writer is not None:
            self._writer.close()
            self._file.seek(0)
            with pa.ipc.open_stream(self._file) as stored:
                yield from stored
        yield from self._held

    def close(self) -> None:
        """Let go of everything."""
        self._held.clear()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _spill(self) -> None:
        try:
            if self._writer is None:
                self._file = tempfile.TemporaryFile(dir=self._scratch)  # noqa: SIM115 - closed by close()
                options = pa.ipc.IpcWriteOptions(compression="lz4")
                self._writer = pa.ipc.new_stream(self._file, self.schema, options=options)
            for batch in self._held:
                self._writer.write_batch(batch)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise DiskFull(where="scratch files") from error
            raise
        self._held.clear()
        self._bytes = 0


class Chain:
    """The spools of many files, in order; the few rows of small files are kept together, so that memory stays bounded."""

    def __init__(self, schema: pa.Schema, scratch: Path | None = None) -> None:
        self.schema = schema
        self._scratch = scratch
        self._spools: list[Spool] = []

    @property
    def rows(self) -> int:
        """Rows of all spools."""
        return sum(spool.rows for spool in self._spools)

    def add(self, spool: Spool) -> None:
        """Take over a spool; it may not be used by itself afterwards."""
        if spool.spilled:
            # A long file stays as it is; what comes after it starts anew, to keep the order.
            self._spools += [spool, Spool(self.schema, self._scratch)]
            return
        if not self._spools:
            self._spools.append(Spool(self.schema, self._scratch))
        for batch in spool.batches():
            self._spools[-1].append(batch)
        spool.close()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all batches, in order."""
        for spool in self._spools:
            yield from spool.batches()

    def close(self) -> None:
        """Let go of everything."""
        for spool in self._spools:
            spool.close()
