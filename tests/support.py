"""A context for testing stages without a workspace: a lake in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from moushi.engine.duckdb import DuckDBEngine
from moushi.schema import Table
from moushi.settings import Settings
from moushi.stages import Silent


class LakeContext:
    """The `Context` of a stage over an empty lake; `put` fills its tables."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.settings = Settings(explicit={"threads": 1, **settings}, environment={})
        self.engine = DuckDBEngine(folder / "lake", self.settings)
        self.progress = Silent()
        self.artifacts = folder / "artifacts"
        self.artifacts.mkdir(exist_ok=True)
        self.issue_id = "issue-1"

    @property
    def shield(self) -> Any:
        """A shield whose vault is in memory."""
        from moushi.trust.shield import Shield

        return Shield(b"0" * 32)

    @property
    def llm(self) -> Any:
        """A door to no language model."""
        from moushi.llm.gateway import Gateway

        return Gateway((), self.settings, lambda: self.shield, None, self.artifacts / "models.key")  # type: ignore[arg-type]

    def read(self, table: type[Table]) -> Any:
        """Return a table as it is now."""
        return self.engine.read(table)

    def write(self, table: type[Table], rows: Any, *, replace: bool | Mapping[str, str] = True) -> None:
        """Write a table."""
        self.engine.write(table, rows, replace=replace)

    def put(self, table: type[Table], rows: Iterable[Mapping[str, Any]], *, replace: bool = True) -> None:
        """Fill a table; columns that are not given are null."""
        listed = list(rows)
        columns = {
            name: pa.array([_converted(row.get(name), column.type) for row in listed], column.type)
            for name, column in table.columns().items()
        }
        self.engine.write(table, pa.table(columns, schema=table.schema()), replace=replace)

    def rows(self, table: type[Table]) -> list[dict[str, Any]]:
        """Return the rows of a table in the order of its key."""
        result: list[dict[str, Any]] = self.engine.to_arrow(self.engine.read(table)).to_pylist()
        return sorted(result, key=lambda row: tuple(str(row[key]) for key in table.key()))


def _converted(value: Any, kind: pa.DataType) -> Any:
    """Let tests write money and quantities as plain numbers."""
    if value is not None and pa.types.is_decimal(kind):
        from decimal import Decimal

        return Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale))
    return value
