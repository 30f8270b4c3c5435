"""Raw tables made of lists, for tests of mapping and loading that need no file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import pyarrow as pa

from moushi.collect import Contracts, Proposal, propose
from moushi.collect.source import RawBatch, RawTable, Rejected
from moushi.settings import Settings
from moushi.trust.shield import Shield

SETTINGS = Settings(environment={})


class Listed(RawTable):
    """A raw table whose rows are given; `None` is an empty cell."""

    def __init__(
        self, columns: Sequence[str], rows: Sequence[Sequence[str | None]], name: str = "list.csv", rejected: Sequence[Rejected] = ()
    ) -> None:
        digest = hashlib.blake2b(repr((columns, rows)).encode(), digest_size=16).hexdigest()
        super().__init__(source_name=name, source_id=digest, format="csv", bytes=len(rows), columns=columns, header_line=1)
        self.rows = rows
        self.rejected = tuple(rejected)

    def batches(self, batch_rows: int = 65_536) -> Iterator[RawBatch]:
        schema = pa.schema([(name, pa.string()) for name in self.columns])
        for start in range(0, len(self.rows), batch_rows):
            part = self.rows[start : start + batch_rows]
            arrays = [pa.array([row[index] for row in part], pa.string()) for index in range(len(self.columns))]
            lines = pa.array(range(start + 2, start + 2 + len(part)), pa.int64())
            yield RawBatch(pa.RecordBatch.from_arrays(arrays, schema=schema), lines, self.rejected if not start else ())


def proposal(columns: Sequence[str], *rows: Sequence[str | None], table: str | None = None, **settings: object) -> Proposal:
    """Propose a mapping for a table of few rows."""
    chosen = Settings(explicit=settings, environment={}) if settings else SETTINGS
    return propose(Listed(columns, rows), chosen, Contracts(), Shield(b"0" * 32), table=table)


def filled(found: Proposal, table: str) -> dict[str, str | tuple[str, ...]]:
    """Return column to source, or sources, or `=constant`."""
    assert found.mapping is not None
    rules = found.mapping.tables[table]
    return {
        name: f"={rule.value}" if rule.value is not None else rule.sources[0] if len(rule.sources) == 1 else rule.sources
        for name, rule in rules.items()
    }
