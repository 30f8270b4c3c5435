"""The default engine: Ibis on DuckDB over a Delta lake in a local folder.

Writes are atomic Delta commits; reads are of the Parquet files of one table
version, so a reader never sees half of a write and a version can be read again
as long as its files are kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from moushi.engine import parallel
from moushi.engine.base import DataFile, Function, Written
from moushi.engine.checks import Checked
from moushi.errors import DiskFull, EngineError, MoushiError, TableDamaged, TableNotFound, Words
from moushi.schema import Table
from moushi.settings import Settings

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from deltalake import DeltaTable
    from ibis.backends.duckdb import Backend

Recorder = Callable[[type[Table], int, list[DataFile]], None]


class DuckDBEngine:
    """Reads and writes a lake folder; see `Engine` for what each method promises.

    Parameters
    ----------
    lake : folder with one Delta table per canonical table
    settings : `memory_limit_mb` and `threads` bound what DuckDB takes
    scratch : folder for what does not fit in memory, default `<lake>/../scratch`
    recorder : called after each commit with the table, version and files
    """

    def __init__(self, lake: Path, settings: Settings, *, scratch: Path | None = None, recorder: Recorder | None = None) -> None:
        self.lake = lake
        self.settings = settings
        self.scratch = scratch or lake.parent / "scratch"
        self.recorder = recorder
        self._backend: Backend | None = None
        self._expressions: dict[tuple[str, ...], ir.Table] = {}
        self._kept = 0

    @property
    def backend(self) -> Backend:
        """The Ibis backend, connected on first use."""
        if self._backend is None:
            import ibis

            self.scratch.mkdir(parents=True, exist_ok=True)
            self._backend = ibis.duckdb.connect(
                memory_limit=f"{self.settings.count('memory_limit_mb')}MiB",
                threads=self.settings.processes,
                temp_directory=str(self.scratch),
                # Nothing is fetched at run time.
                autoinstall_known_extensions=False,
            )
            self._backend.raw_sql("SET TimeZone = 'UTC'")
        return self._backend

    def aside(self, lake: Path) -> DuckDBEngine:
        """Return an engine over another lake folder that shares this one's connection, so that tables of both can be joined."""
        other = DuckDBEngine(lake, self.settings, scratch=self.scratch)
        other._backend = self.backend
        return other

    def close(self) -> None:
        """Let go of the connection; the next use connects again."""
        if self._backend is not None:
            self._backend.disconnect()
            self._backend = None
            self._expressions = {}
            self._kept = 0

    def version(self, table: type[Table]) -> int | None:
        """Return the newest version of a table, None if it was never written."""
        if not (self._path(table) / "_delta_log").is_dir():
            return None
        return self._open(table, None).version()

    def read(self, table: type[Table], version: int | None = None) -> ir.Table:
        """Return a table at `version` (newest if None) as an expression; empty if never written."""
        files = self.files(table, version)
        if not files:
            return self.from_arrow(table.empty())
        paths = tuple(str(self.lake / file.path) for file in files)
        if gone := [path for path in paths if not os.path.exists(path)]:
            raise TableDamaged(
                table=table.name,
                detail=Words(f"{len(gone)} of {len(paths)} files are missing", f"{len(paths)} 个文件中缺少 {len(gone)} 个"),
            )
        if paths not in self._expressions:
            with _mapped(table.name):
                rows = self.backend.read_parquet(paths, hive_partitioning=False, union_by_name=True)
            # The same files give the same expression, so that what was read twice can be compared.
            self._expressions[paths] = _with_columns(rows, table)
        return self._expressions[paths]

    def write(
        self,
        table: type[Table],
        rows: ir.Table | pa.Table | pa.RecordBatchReader,
        *,
        replace: bool | Mapping[str, str] = True,
    ) -> Written:
        """Write rows in one atomic commit."""
        from deltalake import PostCommitHookProperties, write_deltalake

        checked = Checked(table, self._ordered(table, rows, append=replace is False))
        options: dict[str, Any] = {"mode": "append", "schema_mode": "merge"}
        if replace is not False:
            options = {"mode": "overwrite", "schema_mode": "overwrite"}
        if isinstance(replace, Mapping) and self.version(table) is not None:
            options = {"mode": "overwrite", "predicate": _predicate(replace)}
        path = self._path(table)
        path.mkdir(parents=True, exist_ok=True)
        with _mapped(table.name, checked):
            # Left to itself the writer deletes log entries after a month, and with them the way back to earlier versions.
            hooks = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
            write_deltalake(str(path), checked.reader(), target_file_size=128 * 1024 * 1024, post_commithook_properties=hooks, **options)
            written = self._open(table, None)
            files = _files(table, written)
        if self.recorder is not None:
            self.recorder(table, written.version(), files)
        return Written(written.version(), checked.digest.rows, checked.digest.result())

    def _ordered(self, table: type[Table], rows: ir.Table | pa.Table | pa.RecordBatchReader, *, append: bool) -> pa.RecordBatchReader:
        if isinstance(rows, pa.RecordBatchReader):
            return rows
        keys = list(table.key() or ())
        if isinstance(rows, pa.Table):
            if keys and not append and set(keys) <= set(rows.column_names):
                rows = rows.sort_by([(key, "ascending") for key in keys])
            return rows.to_reader()
        if not append:
            # Tables without a key are ordered by all columns: same rows, same bytes.
            rows = rows.order_by(keys or list(rows.columns))
        return self.stream(rows)

    def rows(self, table: type[Table], version: int | None = None) -> pa.Table:
        """Return all rows of a small table in the order of its key, without starting the query engine."""
        import pyarrow.parquet as pq

        with _mapped(table.name):
            parts = [pq.ParquetFile(self.lake / file.path).read() for file in self.files(table, version)]
            found = pa.concat_tables(parts, promote_options="default") if parts else table.empty()
        return table.cast(found, where=f"engine.rows({table.name})").sort_by([(key, "ascending") for key in table.key()])

    def to_arrow(self, expression: ir.Table) -> pa.Table:
        """Execute an expression and return its rows."""
        with _mapped("a query"):
            return self.backend.to_pyarrow(expression)

    def stream(self, expression: ir.Table, batch_rows: int = 65_536) -> pa.RecordBatchReader:
        """Execute an expression and return its rows in batches."""
        with _mapped("a query"):
            return self.backend.to_pyarrow_batches(expression, chunk_size=batch_rows)

    def from_arrow(self, rows: pa.Table) -> ir.Table:
        """Return Arrow rows as an expression that can be joined with tables."""
        import ibis

        return ibis.memtable(rows)

    def keep(self, expression: ir.Table) -> ir.Table:
        """Compute an expression once and return its rows as a table, kept until `release`."""
        # Ibis has `Table.cache()`, but its finalizers fail, on stderr, once the connection is gone.
        self._kept += 1
        with _mapped("a query"):
            return self.backend.create_table(f"kept_{self._kept}", expression, temp=True)

    def release(self) -> None:
        """Let go of everything that was kept."""
        for number in range(1, self._kept + 1):
            # `drop_table` of Ibis 12 writes no name with the newest sqlglot.
            self.backend.raw_sql(f"DROP TABLE IF EXISTS kept_{number}")
        self._kept = 0

    def map_groups(self, rows: ir.Table | pa.Table, keys: Sequence[str], function: Function, schema: pa.Schema) -> pa.Table:
        """Apply `function` to the rows of each group, in processes; return all results in key order."""
        data = rows if isinstance(rows, pa.Table) else self.to_arrow(rows)
        return parallel.map_groups(data, keys, function, schema, processes=self.settings.processes)

    def map_batches(self, rows: ir.Table | pa.Table, function: Function, schema: pa.Schema, batch_rows: int = 20_000) -> pa.Table:
        """Apply `function` to batches of rows, in processes; results keep the order of the rows."""
        data = rows if isinstance(rows, pa.Table) else self.to_arrow(rows)
        return parallel.map_batches(data, function, schema, processes=self.settings.processes, batch_rows=batch_rows)

    def files(self, table: type[Table], version: int | None = None) -> list[DataFile]:
        """Return the data files of a table version, by path; empty if the table was never written."""
        if version is None and not (self._path(table) / "_delta_log").is_dir():
            return []
        with _mapped(table.name):
            return _files(table, self._open(table, version))

    def _path(self, table: type[Table]) -> Path:
        return self.lake / table.name

    def _open(self, table: type[Table], version: int | None) -> DeltaTable:
        from deltalake import DeltaTable
        from deltalake.exceptions import DeltaError

        try:
            return DeltaTable(str(self._path(table)), version=version)
        except DeltaError as error:
            if version is not None:
                raise TableNotFound(table=table.name, version=version) from error
            raise TableDamaged(table=table.name, detail=Words("its transaction log cannot be read", "无法读取其事务日志")) from error


def _files(table: type[Table], opened: DeltaTable) -> list[DataFile]:
    actions = pa.table(opened.get_add_actions(flatten=True))
    names, sizes, counts = (actions[name].to_pylist() for name in ("path", "size_bytes", "num_records"))
    found = [DataFile(f"{table.name}/{n}", s, c or 0) for n, s, c in zip(names, sizes, counts, strict=True)]
    return sorted(found, key=lambda file: file.path)


def _with_columns(rows: ir.Table, table: type[Table]) -> ir.Table:
    """Give `rows` the table's columns: files of an older Moushi may lack some."""
    import ibis

    columns = {}
    for name, column in table.columns().items():
        kind = ibis.dtype(column.type)
        columns[name] = rows[name].cast(kind) if name in rows.columns else ibis.null(kind)
    return rows.select(**columns)


def _predicate(values: Mapping[str, str]) -> str:
    return " AND ".join(f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in sorted(values.items()))


@contextmanager
def _mapped(where: str, checked: Checked | None = None) -> Iterator[None]:
    """Turn faults of DuckDB, Delta and Arrow into ours; what they quote stays behind, chained."""
    import duckdb
    from deltalake.exceptions import DeltaError

    foreign = (duckdb.Error, DeltaError, pa.ArrowException, OSError)
    try:
        yield
    except MoushiError:
        raise
    except foreign as error:
        cause = checked.fault if checked is not None and checked.fault is not None else error
        if isinstance(cause, foreign) and not isinstance(cause, MoushiError):
            raise _ours(where, cause) from cause
        raise cause from None


def _ours(where: str, error: BaseException) -> MoushiError:
    import duckdb
    from deltalake.exceptions import DeltaError

    words = str(error).lower()
    if any(sign in words for sign in ("no space left", "os error 28", "max_temp_directory_size")):
        return DiskFull(where=where)
    if isinstance(error, (duckdb.IOException, OSError, DeltaError)) or "parquet" in words:
        kind = type(error).__name__
        return TableDamaged(table=where, detail=Words(f"its files cannot be read or written ({kind})", f"其文件无法读写（{kind}）"))
    kind = type(error).__name__
    return EngineError(detail=Words(f"{where} failed with {kind}.", f"{where} 出错：{kind}。"))
