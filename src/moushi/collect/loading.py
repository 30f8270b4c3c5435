"""A load: files whose rows are appended together and become visible in one step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from moushi.collect.result import SourceResult
from moushi.collect.spool import Chain, Spool
from moushi.columns import Quarantine, Sources, input_tables
from moushi.schema import landing

if TYPE_CHECKING:
    from moushi.collect.contracts import Contracts
    from moushi.collect.converter import Converted
    from moushi.collect.source import RawTable
    from moushi.engine.base import Engine


class SourceSpools:
    """The converted rows of one file, by table, until it is known whether they are wanted."""

    def __init__(self, scratch: Path | None) -> None:
        self._scratch = scratch
        self.tables: dict[str, Spool] = {}
        self.quarantine = Spool(Quarantine.schema(), scratch)

    def append(self, converted: Converted) -> None:
        """Keep a converted batch."""
        for table, rows in converted.landed.items():
            if table not in self.tables:
                self.tables[table] = Spool(rows.schema, self._scratch)
            self.tables[table].append(rows)
        self.quarantine.append(converted.quarantined)

    def close(self) -> None:
        """Let go of the rows."""
        for spool in (*self.tables.values(), self.quarantine):
            spool.close()


@dataclass(frozen=True)
class Brought:
    """A file in a load: what it was, the name it is shown by, what became of it."""

    raw: RawTable
    source_name: str
    result: SourceResult


class Load:
    """Gathers files, then writes them: landing rows, quarantine, and last the acknowledgement.

    Until the rows of `Sources` are written nothing of a load is visible, so
    that a process may be killed at any moment.  Originals of personal data are
    in the vault, and mappings in moushi.toml, before the first append.

    Parameters
    ----------
    load_id : sequence number, never used before
    replaces : identifier of a source that was collected before and is brought
        anew; such a load holds that source alone
    """

    def __init__(
        self, engine: Engine, contracts: Contracts, *, load_id: int, replaces: str | None = None, scratch: Path | None = None
    ) -> None:
        self.load_id = load_id
        self.rows = 0
        self._engine = engine
        self._contracts = contracts
        self._replaces = replaces
        self._scratch = scratch
        self._brought: list[Brought] = []
        self._tables: dict[str, Chain] = {}
        self._quarantine = Chain(Quarantine.schema(), scratch)

    def add(self, brought: Brought, spools: SourceSpools) -> None:
        """Gather a file and its rows."""
        self._brought.append(brought)
        self.rows += brought.result.rows
        for table, spool in spools.tables.items():
            if table not in self._tables:
                self._tables[table] = Chain(spool.schema, self._scratch)
            self._tables[table].add(spool)
        self._quarantine.add(spools.quarantine)

    def write(self) -> None:
        """Write everything and acknowledge it.

        Raises
        ------
        DiskFull : nothing of this load is visible
        """
        if not self._brought:
            return
        self._contracts.save()
        for name, rows in sorted(self._tables.items()):
            if rows.rows:
                table = landing(input_tables()[name])
                self._engine.write(table, pa.RecordBatchReader.from_batches(table.schema(), rows.batches()), replace=False)
        replace = False if self._replaces is None else {Sources.source_id: self._replaces}
        if self._quarantine.rows or replace:
            aside = pa.RecordBatchReader.from_batches(Quarantine.schema(), self._quarantine.batches())
            self._engine.write(Quarantine, aside, replace=replace)
        now = datetime.now(UTC)
        sources = [self._row(position, each, now) for position, each in enumerate(self._brought)]
        self._engine.write(Sources, pa.Table.from_pylist(sources, schema=Sources.schema()), replace=replace)
        self.close()

    def close(self) -> None:
        """Let go of all rows."""
        for rows in (*self._tables.values(), self._quarantine):
            rows.close()

    def _row(self, position: int, brought: Brought, now: datetime) -> dict[str, object]:
        result, raw = brought.result, brought.raw
        return {
            Sources.source_id: raw.source_id,
            Sources.load_id: self.load_id,
            Sources.position: position,
            Sources.loaded_at: now,
            Sources.source_name: brought.source_name,
            Sources.format: raw.format,
            Sources.encoding: raw.encoding,
            Sources.bytes: raw.bytes,
            Sources.mapping: result.mapping if result.status == "loaded" else None,
            Sources.rows: result.rows,
            Sources.quarantined: result.quarantined,
            Sources.status: result.status,
            Sources.tables: json.dumps(dict(sorted(result.tables.items()))),
        }
