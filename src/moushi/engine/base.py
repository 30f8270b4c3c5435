"""What an engine does for the stages; `duckdb.py` is the default one.

Relational work is an Ibis expression; work per group or per batch is a pure
function from Arrow table to Arrow table, which the engine maps over processes
(or, on Spark, over executors).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from moushi.schema import Table

Function = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True)
class DataFile:
    """A file of a table version: its path in the lake, size and row count."""

    path: str
    bytes: int
    rows: int


@dataclass(frozen=True)
class Written:
    """What a write left: the new version, how many rows it wrote, and the digest of their values in order."""

    version: int
    rows: int
    digest: str


class Engine(Protocol):
    """Reads and writes the lake's tables, and maps functions over groups and batches."""

    def version(self, table: type[Table]) -> int | None:
        """Return the newest version of a table, None if it was never written."""
        ...

    def read(self, table: type[Table], version: int | None = None) -> ir.Table:
        """Return a table at `version` (newest if None) as an expression; empty if never written.

        Raises
        ------
        TableNotFound : if that version does not exist
        TableDamaged : if a file of it is gone
        """
        ...

    def write(
        self,
        table: type[Table],
        rows: ir.Table | pa.Table | pa.RecordBatchReader,
        *,
        replace: bool | Mapping[str, str] = True,
    ) -> Written:
        """Write rows in one atomic commit.

        Parameters
        ----------
        rows : must hold the columns of `table`; streamed, never all in memory
            unless given as such; expressions are written in the order of the
            table's key so that the same rows give the same bytes
        replace : True replaces the whole table, False appends, a mapping
            replaces only the rows whose columns equal its values

        Raises
        ------
        InvalidRows : if a rule of the table is broken; nothing is written
        DiskFull : nothing is acknowledged
        """
        ...

    def rows(self, table: type[Table], version: int | None = None) -> pa.Table:
        """Return all rows of a small table in the order of its key, without starting the query engine."""
        ...

    def to_arrow(self, expression: ir.Table) -> pa.Table:
        """Execute an expression and return its rows."""
        ...

    def stream(self, expression: ir.Table, batch_rows: int = 65_536) -> pa.RecordBatchReader:
        """Execute an expression and return its rows in batches."""
        ...

    def from_arrow(self, rows: pa.Table) -> ir.Table:
        """Return Arrow rows as an expression that can be joined with tables."""
        ...

    def keep(self, expression: ir.Table) -> ir.Table:
        """Compute an expression once and return its rows as a table, kept (on disk where memory is short) until `release`."""
        ...

    def release(self) -> None:
        """Let go of everything that was kept."""
        ...

    def map_groups(self, rows: ir.Table | pa.Table, keys: Sequence[str], function: Function, schema: pa.Schema) -> pa.Table:
        """Apply `function` to the rows of each group, in processes; return all results in key order.

        `function` is a module-level pure function (or a `functools.partial` of
        one) that takes and returns an Arrow table; it sees one whole group.
        """
        ...

    def map_batches(self, rows: ir.Table | pa.Table, function: Function, schema: pa.Schema, batch_rows: int = 20_000) -> pa.Table:
        """Apply `function` to batches of rows, in processes; results keep the order of the rows."""
        ...

    def files(self, table: type[Table], version: int | None = None) -> list[DataFile]:
        """Return the data files of a table version."""
        ...
