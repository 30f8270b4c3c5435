"""A lake, a vault and a moushi.toml in a temporary folder, for tests of adding files."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from moushi.collect import AddResult, Ask, Collector, Contracts
from moushi.columns import Quarantine, Sources
from moushi.engine.duckdb import DuckDBEngine
from moushi.schema import Provenance, Table, landing
from moushi.settings import Settings
from moushi.stages import Silent
from moushi.trust.keys import Keys
from moushi.trust.shield import Shield
from moushi.trust.vault import Vault


class Door:
    """What adding files to a workspace needs, without the workspace."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.settings = Settings(explicit={"threads": 1, **settings}, environment={})
        self.engine = DuckDBEngine(folder / "lake", self.settings)
        keys = Keys.derive(b"0" * 32)
        self.shield = Shield(keys, Vault(folder / "vault.db", keys))
        self.toml = folder / "moushi.toml"
        self._loads = itertools.count(1)

    def collector(self, ask: Ask | None = None) -> Collector:
        """Return a collector as a new process would have it."""
        return Collector(self.engine, self.shield, self.settings, Contracts(self.toml), lambda: next(self._loads), Silent(), ask)

    def add(self, *paths: Path, **options: Any) -> AddResult:
        """Add files."""
        return self.collector(options.pop("ask", None)).add(list(paths), **options)

    def landed(self, table: type[Table]) -> list[dict[str, Any]]:
        """Return the visible landing rows, in the order they came."""
        rows = self.engine.to_arrow(self.engine.read(landing(table))).to_pylist()
        known = {(row[Sources.source_id], row[Sources.load_id]): row[Sources.position] for row in self.sources()}
        rows = [row for row in rows if (row[Provenance.source_id], row[Provenance.load_id]) in known]
        return sorted(
            rows, key=lambda row: (row[Provenance.load_id], known[row[Provenance.source_id], row[Provenance.load_id]], row[Provenance.line])
        )

    def column(self, table: type[Table], name: str) -> list[Any]:
        """Return a column of the visible landing rows."""
        return [row[name] for row in self.landed(table)]

    def sources(self) -> list[dict[str, Any]]:
        """Return the sources, in the order they came."""
        rows = self.engine.to_arrow(self.engine.read(Sources)).to_pylist()
        return sorted(rows, key=lambda row: (row[Sources.load_id], row[Sources.position]))

    def quarantine(self) -> list[dict[str, Any]]:
        """Return what was set aside."""
        rows = self.engine.to_arrow(self.engine.read(Quarantine)).to_pylist()
        return sorted(rows, key=lambda row: (row[Quarantine.load_id], row[Quarantine.source_name], row[Quarantine.line] or 0))

    def total(self, table: type[Table], name: str) -> Any:
        """Return the sum of a landed column."""
        return pc.sum(self.engine.to_arrow(self.engine.read(landing(table)).select(name))[name]).as_py()


def write(path: Path, header: str, rows: Sequence[str], encoding: str = "utf-8") -> Path:
    """Write a text file."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding)
    return path
