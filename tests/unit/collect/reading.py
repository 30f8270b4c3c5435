"""Reading whole sources, for the tests of the readers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moushi.collect.source import RawTable, Rejected, open_source
from moushi.settings import Settings


@dataclass
class Whole:
    """All of a raw table."""

    table: RawTable
    rows: list[tuple[str | None, ...]]
    lines: list[int]
    rejected: list[Rejected]

    @property
    def reasons(self) -> list[tuple[int, str]]:
        return [(rejected.line, rejected.reason) for rejected in self.rejected]


def read_table(table: RawTable, batch_rows: int = 65_536) -> Whole:
    rows: list[tuple[str | None, ...]] = []
    lines: list[int] = []
    rejected: list[Rejected] = []
    for batch in table.batches(batch_rows):
        assert batch.rows.num_rows == len(batch.lines)
        assert tuple(batch.rows.schema.names) == table.columns
        rows += [tuple(row.values()) for row in batch.rows.to_pylist()]
        lines += batch.lines.to_pylist()
        rejected += batch.rejected
    return Whole(table, rows, lines, rejected)


def read_all(path: Path, **settings: Any) -> list[Whole]:
    return [read_table(table) for table in open_source(path, Settings(explicit=settings, environment={}))]


def read_one(path: Path, **settings: Any) -> Whole:
    (whole,) = read_all(path, **settings)
    return whole


def read_bytes(folder: Path, content: bytes, name: str = "file.csv", **settings: Any) -> Whole:
    path = folder / name
    path.write_bytes(content)
    return read_one(path, **settings)
